"""What the codes of a results folder are called, how they are coloured, and in which order they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

NEUTRAL = "#555555"
Labels = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Names:
    """Names and colours of one region, all taken from its tables.

    countries, options: code -> (name, colour) in drawing order; options are the powers, then region, other.
    formats: id -> name. corners: name of a corner of the ternary -> the powers it holds, three of them.
    """

    countries: Labels
    options: Labels
    formats: Mapping[str, str] = field(default_factory=dict)
    corners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_axes(
        cls,
        axes: pd.DataFrame,
        *,
        formats: Mapping[str, str] | None = None,
        corners: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Names:
        """Names from the table `axes` (axis, code, name, color)."""
        return cls(
            countries=_labels(axes, "country"),
            options={**_labels(axes, "power"), **_labels(axes, "option")},
            formats=formats or {},
            corners=corners or {},
        )


def _labels(axes: pd.DataFrame, axis: str) -> dict[str, tuple[str, str]]:
    """Code -> (name, colour) of one axis, in the order of the table."""
    rows = axes[axes["axis"] == axis]
    return {
        str(code): (str(name), str(color))
        for code, name, color in zip(rows["code"], rows["name"], rows["color"], strict=True)
    }


def label_of(labels: Labels, code: str) -> tuple[str, str]:
    """Name and colour of a code; a code without a row is its own name, in grey."""
    return labels.get(code, (code, NEUTRAL))


def in_order(labels: Labels, present: pd.Series[str]) -> list[str]:
    """The codes that occur, named ones first and in drawing order, then the others sorted."""
    found = set(present.unique())
    return [code for code in labels if code in found] + sorted(found - labels.keys())
