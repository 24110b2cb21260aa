"""Sums taken apart into terms: what is lost where a decision-maker knew nothing of one reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hedgesim.model.arrays import Array
from hedgesim.model.formats import USUAL_TRUST
from hedgesim.model.view import View

Reasons = Mapping[str, Sequence[str]]
"""Fields of a view that are one reason, by its name."""

OF_VALUE: Reasons = {
    "offers": ("offer_rise",),
    "threat": ("threat",),
    "access": ("access_powers", "access_region", "access_other"),
    "passage": ("passage",),
    "meetings": ("meetings_lead", "meetings_home"),
    "protection": ("protection",),
    "dependence": ("dependence",),
    "need": ("need",),
    "affinity": ("affinity",),
    "rivals": ("rivals_rise",),
    "response": ("response",),
    "chance": ("whim",),
}
"""Reasons for the value of an option; all else in a view is a circumstance, in which reasons count more or less."""

OF_STANCE: Reasons = {
    "trust": ("trusted",),
    "weight": ("regional_weight",),
    "bodies left": ("left",),
    "personal rule": ("personalisation",),
    "neutrality": ("neutrality",),
}
"""Reasons for the stance on a format."""

REST = "rest"
"""What is there without any of the reasons."""

USUAL = {"trusted": USUAL_TRUST}
"""Levels of what is not 0 where it is no reason."""

CLOSE = 1e-12
"""By how much terms may miss the sum, of sums up to 1, and in proportion of larger ones."""


def terms_of(total: Callable[[View], Array], view: View, reasons: Reasons) -> dict[str, Array] | None:
    """The terms of a sum by their reasons, and the rest; None where they do not add up to it, as in a product.

    total: what is taken apart, of any view; it alone says what the terms are.
    """
    whole = total(view)
    parts = {name: whole - total(_without(view, fields)) for name, fields in reasons.items()}
    rest = total(_without(view, [field for fields in reasons.values() for field in fields]))
    missed = np.abs(whole - rest - sum(parts.values()))
    if not np.all(missed <= CLOSE * np.maximum(1.0, np.abs(whole))):
        return None
    return {**parts, REST: rest}


def _without(view: View, fields: Sequence[str]) -> View:
    """A view in which some fields are no reason for anything."""
    return replace(view, **{name: 0.0 * getattr(view, name) + USUAL.get(name, 0.0) for name in fields})
