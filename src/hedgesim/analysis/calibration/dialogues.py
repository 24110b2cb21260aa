"""Births of talks with outside powers: when ministers and leaders of a power first met the five.

Rates a quarter: ministers exp(b1 + eta ln(GDP / 2 tn) + theta s) (exp(delta_M) + M), leaders exp(b2 + theta s) L while
ministers' talks exist. s is the alarm, M and L are the parts of a year after the five's own ministers and all five
heads had met. What has not yet happened happens in a year with probability 1 - exp(-4 rate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration.events import LAST_YEAR, EventPrior, by_group, log_happened
from hedgesim.model.arrays import Array
from hedgesim.model.period import QUARTERS
from hedgesim.scenario.tables import Tables

MIDDLING = 2.0
"""GDP at which a power's size counts neither way, USD tn."""


PRIORS = (
    EventPrior("b1", -3.0, 1.5, "ministers' talks open, once the five's ministers have met"),
    EventPrior("eta", 0.7, 0.5, "elasticity of it to GDP", unit="1"),
    EventPrior("theta", 2.5, 1.0, "what a full alarm adds to the rates of ministers' and leaders' talks"),
    EventPrior("delta_M", -2.3, 1.0, "what is left of the rate before the five's ministers have met"),
    EventPrior("b2", -4.2, 0.7, "leaders' talks open, once all five heads have met"),
)


@dataclass(frozen=True)
class Dialogues:
    """The record of births, a row for each power and year."""

    rows: pd.DataFrame
    """Those of the table `dialogues` in which something could still open."""

    @classmethod
    def of(cls, tables: Tables, until: int = LAST_YEAR) -> Dialogues:
        """The record up to a year."""
        table = tables.table("dialogues")
        waiting = (table["ministers_before"] == 0) | (table["leaders_before"] == 0)
        return cls(table[waiting & (table["year"] <= until)].reset_index(drop=True))

    @property
    def priors(self) -> tuple[EventPrior, ...]:
        """Assumed ones, in the order of values."""
        return PRIORS

    @property
    def groups(self) -> tuple[str, ...]:
        """Powers."""
        return tuple(dict.fromkeys(self.rows["power"]))

    def log_likelihood(self, values: Array) -> Array:
        """By power, axes (set, power); values: axes (set, parameter)."""
        ministers, leaders = (QUARTERS * rate for rate in self.rates(values))
        talked, opened, led, opened_led = (
            self.rows[name].to_numpy() > 0
            for name in ("ministers_before", "ministers_opened", "leaders_before", "leaders_opened")
        )
        terms = np.where(talked, 0.0, log_happened(ministers, opened))
        terms += np.where(talked & ~led, log_happened(leaders, opened_led), 0.0)
        return by_group(self.groups, list(self.rows["power"]), terms)

    def rates(self, values: Array) -> tuple[Array, Array]:
        """Rates a quarter at which ministers' and leaders' talks open, axes (set, row)."""
        b1, eta, theta, delta, b2 = (values[:, n, None] for n in range(len(PRIORS)))
        gdp, alarm, own_ministers, own_leaders = (
            self.rows[name].to_numpy(dtype=np.float64) for name in ("gdp", "alarm", "own_ministers", "own_leaders")
        )
        size = eta * np.log(gdp / MIDDLING)
        ministers = np.exp(b1 + size + theta * alarm) * (np.exp(delta) + own_ministers)
        return ministers, np.exp(b2 + theta * alarm) * own_leaders
