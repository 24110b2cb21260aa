"""Whether the value of a number was chosen on what was known before 2022, and why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml

from hedgesim.model.parameter import Parameter
from hedgesim.scenario.calibrations import home

FILE = "known_before_2022.yaml"
FITTED, DECLARED = "fitted", "declared"
"""What holds of numbers that the file does not name: those fitted, and all others."""


@cache
def _file() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load((home() / FILE).read_text(encoding="utf-8"))
    return found


def basis_of(path: str, item: Parameter, *, fitted: bool) -> dict[str, str]:
    """Of one parameter: known_before_2022 (yes or no) and why."""
    entry = _file().get(path) or _file()[FITTED if fitted else DECLARED]
    why = entry["why"].strip()
    if not fitted and item.source != "assumption":
        why += f" Form or sign: {item.source}."
    return {"known_before_2022": entry["known"], "why": why}
