"""Habit: continue as before, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array
from hedgesim.model.shares import Taste
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Habit(CountryRule):
    """The country never responds: the null model that every other rule must beat.

    References: [mckelvey_palfrey1995], in the limit of full inertia.
    Also called: inertia, status quo bias.
    Not to be confused with neutrality.
    """

    def pace(self) -> float | Array:
        """Never moves."""
        return 0.0

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option: no different from the start."""
        return 0.0 * view.response
