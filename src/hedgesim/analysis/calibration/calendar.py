"""Rates of the calendar: own meetings, steps of the five up their own ladder, ministers with powers, summits.

A regular own meeting does not come before the third quarter, comes then with `AT_THREE`, and from the fourth with
logistic(hold) a quarter. A step of the five comes at exp(h0) a quarter, summits led from outside repeat at exp(repeat)
and ministers meet exp(m + theta_m s) times a quarter, where s is the alarm. A wait that nothing ended counts as long
as it was.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from hedgesim.analysis.calibration.events import EventPrior, by_group, log_happened
from hedgesim.model.arrays import Array
from hedgesim.model.period import QUARTERS
from hedgesim.scenario.tables import Tables

AT_THREE = 0.10
"""Chance of an own meeting in the third quarter after the last, an assumption of the model."""

THIRD = 3

PRIORS = (
    EventPrior("hold", 0.5, 1.0, "own meeting in a quarter from the fourth on", unit="logit"),
    EventPrior("h0", -0.9, 0.7, "step of the five up their own ladder while enough are willing"),
    EventPrior("m", -1.4, 0.7, "meetings of ministers with a power a quarter"),
    EventPrior("theta_m", 0.5, 0.5, "what a full alarm adds to it"),
    EventPrior("repeat", -3.0, 1.5, "repetition of a summit led from outside a quarter"),
)


@dataclass(frozen=True)
class Calendar:
    """The record of waits."""

    rows: pd.DataFrame
    """Those of the table `calendar` that are used; `kind` is regular, step, ministers or summit."""

    @classmethod
    def of(
        cls,
        tables: Tables,
        *,
        regular: Collection[str] = ("own",),
        summits: Collection[str] = ("outside",),
    ) -> Calendar:
        """The whole record; regular, summits: kinds of the table from which `hold` and `repeat` are fitted."""
        table = tables.table("calendar")
        role = dict.fromkeys(regular, "regular") | dict.fromkeys(summits, "summit")
        role |= {"step": "step", "ministers": "ministers"}
        table = table[table["kind"].isin(role)]
        return cls(table.assign(kind=table["kind"].map(role)).reset_index(drop=True))

    @property
    def priors(self) -> tuple[EventPrior, ...]:
        """Assumed ones, in the order of values."""
        return PRIORS

    @property
    def groups(self) -> tuple[str, ...]:
        """Powers, and the series of the five themselves."""
        return tuple(dict.fromkeys(self._owners))

    @property
    def _owners(self) -> list[str]:
        rows = zip(self.rows["power"], self.rows["kind"], self.rows["series"], strict=True)
        return [(kind if kind == "step" else series) if power == "five" else power for power, kind, series in rows]

    def log_likelihood(self, values: Array) -> Array:
        """By group, axes (set, group); values: axes (set, parameter)."""
        hold, h0, m, theta_m, repeat = (values[:, n, None] for n in range(len(PRIORS)))
        wait, chances, met = (self.rows[name].to_numpy(dtype=np.float64) for name in ("wait", "open", "met"))
        alarm = self.rows["alarm"].fillna(0.0).to_numpy(dtype=np.float64)
        kind = self.rows["kind"].to_numpy()
        terms = np.select(
            [kind == "regular", kind == "step", kind == "ministers", kind == "summit"],
            [
                _regular(hold, wait, chances, met),
                _flat(np.exp(h0), chances, met),
                _counts(QUARTERS * np.exp(m + theta_m * alarm), met),
                _flat(QUARTERS * np.exp(repeat), chances, met),
            ],
        )
        return by_group(self.groups, self._owners, terms)


def _regular(hold: Array, wait: Array, chances: Array, met: Array) -> Array:
    """hold: axes (set, 1); the rest: axes (row,). Axes (set, row)."""
    early = np.where((wait == THIRD) & (met > 0), np.log(AT_THREE), np.where(wait < THIRD, 0.0, np.log1p(-AT_THREE)))
    hits = np.minimum(met, chances)
    found: Array = early + hits * special.log_expit(hold) + (chances - hits) * special.log_expit(-hold)
    return found


def _flat(rate: Array, chances: Array, met: Array) -> Array:
    """Units without, then one with a meeting; rate: a unit of the wait, axes (set, 1). Axes (set, row)."""
    found: Array = -rate * (chances - met) + met * log_happened(rate, np.asarray(True))
    return found


def _counts(mean: Array, met: Array) -> Array:
    """Poisson; axes (set, row)."""
    found: Array = met * np.log(mean) - mean - special.gammaln(met + 1.0)
    return found
