"""Whether the value of a number was chosen on what was known before 2022, and why."""

from __future__ import annotations

from hedgesim.model.parameter import Parameter
from hedgesim.scenario.calibrations import known_before_2022

FITTED, DECLARED = "fitted", "declared"
"""What holds of numbers that the file does not name: those fitted, and all others."""


def basis_of(path: str, item: Parameter, *, fitted: bool) -> dict[str, str]:
    """Of one parameter: known_before_2022 (yes or no) and why."""
    known = known_before_2022()
    entry = known.get(path) or known[FITTED if fitted else DECLARED]
    why = entry["why"].strip()
    if not fitted and item.source != "assumption":
        why += f" Form or sign: {item.source}."
    return {"known_before_2022": entry["known"], "why": why}
