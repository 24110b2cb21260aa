"""The rates of formats, fitted to recorded events: the calendar, talks with powers, and all records together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.events import (
    EventLikelihood,
    EventPlan,
    EventPrior,
    by_group,
    fit,
    leave_one_out,
    log_happened,
)
from hedgesim.analysis.calibration.stance import Stance
from hedgesim.model.arrays import Array
from hedgesim.model.period import QUARTERS
from hedgesim.scenario.tables import Tables

AT_THREE = 0.10
"""Chance of an own meeting in the third quarter after the last, an assumption of the model."""

THIRD = 3

CALENDAR_PRIORS = (
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
        return CALENDAR_PRIORS

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
        hold, h0, m, theta_m, repeat = (values[:, n, None] for n in range(len(CALENDAR_PRIORS)))
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


MIDDLING = 2.0
"""GDP at which a power's size counts neither way, USD tn."""


DIALOGUE_PRIORS = (
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
        return DIALOGUE_PRIORS

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
        b1, eta, theta, delta, b2 = (values[:, n, None] for n in range(len(DIALOGUE_PRIORS)))
        gdp, alarm, own_ministers, own_leaders = (
            self.rows[name].to_numpy(dtype=np.float64) for name in ("gdp", "alarm", "own_ministers", "own_leaders")
        )
        size = eta * np.log(gdp / MIDDLING)
        ministers = np.exp(b1 + size + theta * alarm) * (np.exp(delta) + own_ministers)
        return ministers, np.exp(b2 + theta * alarm) * own_leaders


RECORDS: Mapping[str, Callable[[Tables], EventLikelihood]] = {
    "dialogues": Dialogues.of,
    "calendar": Calendar.of,
    "stance": Stance.of,
}
"""What the numbers of formats are fitted to, each record on its own."""


@dataclass(frozen=True)
class FormatRates:
    """What the records say of the numbers of formats."""

    parameters: pd.DataFrame
    """record, and the columns of `EventFit.parameters`."""
    draws: Mapping[str, pd.DataFrame]
    """By record equally likely values; a row for each."""
    facts: pd.DataFrame
    """record, groups, accepted, correlation_time: how each fit went."""


def fit_format_rates(tables: Tables, plan: EventPlan | None = None) -> FormatRates:
    """Fit every record, whole; tables: uncut."""
    found, draws, facts = [], {}, []
    for name, read in RECORDS.items():
        record = read(tables)
        fitted = fit(record, plan)
        found.append(fitted.parameters.assign(record=name))
        draws[name] = fitted.draws
        facts.append((name, len(record.groups), fitted.accepted, fitted.correlation_time))
    parameters = pd.concat(found, ignore_index=True)
    columns = ["record", *(column for column in parameters if column != "record")]
    went = pd.DataFrame(facts, columns=["record", "groups", "accepted", "correlation_time"])
    return FormatRates(parameters[columns], draws, went)


def left_out(tables: Tables, plan: EventPlan | None = None) -> pd.DataFrame:
    """The fits without each power, series or country: record, and the columns of `leave_one_out`."""
    parts = [leave_one_out(read(tables), plan).assign(record=name) for name, read in RECORDS.items()]
    return pd.concat(parts, ignore_index=True)
