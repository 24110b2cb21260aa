"""Sums taken apart into terms: what is lost where a decision-maker knew nothing of one reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hedgesim.engines.shapley import shapley
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


def terms_of(total: Callable[[View], Array], view: View, reasons: Reasons) -> dict[str, Array]:
    """The terms of a sum by their reasons, and the rest; together they are the sum.

    total: what is taken apart, of any view, always in one shape; it alone says what the terms are. Where reasons
    multiply one another, or their sum is cut off, what they make together is shared evenly (Shapley values).
    """
    whole = total(view)
    rest = total(_without(view, [field for fields in reasons.values() for field in fields]))
    terms = {name: whole - total(_without(view, fields)) for name, fields in reasons.items()}
    missed = np.abs(whole - rest - sum(terms.values()))
    if not np.all(missed <= CLOSE * np.maximum(1.0, np.abs(whole))):
        terms = _shared(total, view, reasons)
    return {**terms, REST: rest}


def _shared(total: Callable[[View], Array], view: View, reasons: Reasons) -> dict[str, Array]:
    """Shapley values of the reasons: what each adds, averaged over all orders in which they come to be known."""
    acting = [name for name, fields in reasons.items() if any(_acts(view, field) for field in fields)]
    values = []
    for combination in range(1 << len(acting)):
        off = [name for n, name in enumerate(acting) if not combination >> n & 1]
        values.append(total(_without(view, [field for name in off for field in reasons[name]])))
    stacked = np.stack(values)
    found = shapley(stacked.reshape(len(values), -1)).reshape(len(acting), *stacked.shape[1:])
    return {name: 0.0 * stacked[0] for name in reasons} | dict(zip(acting, found, strict=True))


def _acts(view: View, field: str) -> bool:
    return bool(np.any(getattr(view, field) != USUAL.get(field, 0.0)))


def _without(view: View, fields: Sequence[str]) -> View:
    """A view in which some fields are no reason for anything."""
    return replace(view, **{name: 0.0 * getattr(view, name) + USUAL.get(name, 0.0) for name in fields})
