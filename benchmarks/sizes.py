"""The scenario's world made larger: the same countries, powers and formats over again, for timing only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.model.setting import Axes, Formats, Setting
from hedgesim.model.shocks import Shocks

AXES_OF_SETTING = {
    **dict.fromkeys(("share", "hollow", "evidence"), "cdo"),
    **dict.fromkeys(("tie", "trust"), "c-c"),
    **dict.fromkeys(("proximity", "affinity"), "c-p"),
    **dict.fromkeys(("sovereignty", "participation", "peril_proximity"), "c--"),
    "weight": "cd-",
    "trend": "-dp",
    "rivalry": "-pp",
    **dict.fromkeys(
        ("offence", "capability", "intention", "attention", "delivery", "solidarity", "bloc", "aggressor"), "--p"
    ),
}
"""Axes (country, domain, target) of each field after that of runs: c, p, o, f for what grows, - for what does not."""

AXES_OF_FORMATS = {"lead": "-fp", **dict.fromkeys(("eligible", "opens_to", "status"), "c-f"), "covers": "-df"}
AXES_OF_CHANNELS = {
    **dict.fromkeys(("access",), "cdo"),
    **dict.fromkeys(("passage", "trust"), "c-c"),
    "affinity": "c-p",
    "capacity": "-dp",
    "rivalry": "-pp",
    **dict.fromkeys(("strain", "leadership", "peril"), "c--"),
    "availability": "---",
}


def enlarged(case: Case, *, countries: int = 0, powers: int = 0, formats: int = 0, quarters: int = 0) -> Case:
    """A case with so many of each; 0 leaves them as many as they are."""
    axes = case.setting.axes
    n = {
        "c": countries or len(axes.countries),
        "p": powers or len(axes.powers),
        "f": formats or len(axes.formats),
        "d": len(axes.domains),
    }
    places = {
        "c": np.arange(n["c"]) % len(axes.countries),
        "p": np.arange(n["p"]) % len(axes.powers),
        "f": np.arange(n["f"]) % len(axes.formats),
        "d": np.arange(n["d"]),
    }
    places["o"] = np.concatenate([places["p"], len(axes.powers) + np.arange(2)])
    named = Axes(
        countries=_names(axes.countries, n["c"]),
        powers=_names(axes.powers, n["p"]),
        domains=axes.domains,
        formats=_names(axes.formats, n["f"]),
        start=axes.start,
        n_steps=quarters or axes.n_steps,
    )
    return replace(
        case,
        setting=_setting(case.setting, named, places),
        country_rules=tuple(case.country_rules[i] for i in places["c"]),
        power_rules=tuple(case.power_rules[i] for i in places["p"]),
    )


def _names(codes: tuple[str, ...], n: int) -> tuple[str, ...]:
    return tuple(codes[k % len(codes)] + (f"_{k // len(codes)}" if k >= len(codes) else "") for k in range(n))


def _setting(setting: Setting, axes: Axes, places: dict[str, Any]) -> Setting:
    fields = {name: _taken(getattr(setting, name), spec, places) for name, spec in AXES_OF_SETTING.items()}
    fields["share"] = fields["share"] / fields["share"].sum(axis=-1, keepdims=True)
    apart = 1.0 - np.eye(len(axes.countries))[None, :, None, :]
    tie = (fields["tie"] + 1e-3) * apart
    fields["tie"] = tie / tie.sum(axis=-1, keepdims=True)
    fields["trust"] = fields["trust"] * apart
    first = np.zeros_like(fields["aggressor"])
    first[..., int(np.argmax(setting.aggressor))] = 1.0
    formats = Formats(
        **{
            name: _taken(getattr(setting.formats, name), AXES_OF_FORMATS.get(name, "--f"), places)
            for name in Formats.__dataclass_fields__
        }
    )
    shocks: Shocks = setting.shocks
    masks = {name: _taken(mask, AXES_OF_CHANNELS.get(name, "--p"), places) for name, mask in shocks.masks.items()}
    return replace(
        setting, **{**fields, "aggressor": first}, axes=axes, formats=formats, shocks=replace(shocks, masks=masks)
    )


def _taken(values: Any, spec: str, places: dict[str, Any]) -> Any:
    """Entries over again along the axes that grow; the first axis and those of length 1 stay."""
    array = np.asarray(values)
    for axis, letter in enumerate(spec, start=1):
        if letter != "-" and array.shape[axis] > 1:
            array = np.take(array, places[letter], axis=axis)
    return array
