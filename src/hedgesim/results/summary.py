"""What is gathered from runs while they are simulated: statistics by quarter, the closing table, paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from hedgesim.engines.records import SYSTEM, Outcomes, Values
from hedgesim.errors import HedgesimError, check_type, choose_from, shown, texts
from hedgesim.model.named_outcomes import named_in
from hedgesim.model.setting import Axes
from hedgesim.numbers import HIGH, INTERVAL, LOW, QUANTILES
from hedgesim.results.blocks import Block, further_in
from hedgesim.results.reduction import EXACT, LEVELS, Reduction
from hedgesim.results.tables import COUNTS, INDEX, PRESENCE, STATISTICS, SUMMARY_KEYS, TOTALS

ALL, NAMED = "all", "named"
"""Entity of a mean over countries, and of what has a name of its own such as `share_economy_RUS_KAZ`."""

CLOSING = ("quantity", "entity", "before", "after", "change", "error", "n", LOW, HIGH)

COMPARED = (*COUNTS, "cohesion")
"""Outcomes of the system that are compared between twins, totals of what is counted per quarter."""

PAIRED = ("outcome", "entity", "option", "mean", "error", LOW, HIGH, "n", "gain")
"""What is compared, of whom and, for presence, of which option; how much more of it there is in the first case than
in its twin (mean over runs with standard error, and 5 to 95 % of runs); in how many runs; and by what factor pairing
cut the variance of the difference against independent seeds."""

NEGLIGIBLE = 1e-24
"""Variance of a difference, as a share of that of both sides, that is only rounding: the difference is one number."""

Key = tuple[str, str, str]


class Summary:
    """Statistics over runs of every outcome in every quarter."""

    def __init__(self, most: int = EXACT) -> None:
        """Start without runs, of which no more than `most` will come, or any number if that is `EXACT`."""
        self._most = most
        self._names: tuple[pd.DataFrame, Values] | None = None
        self._numbers: Reduction | None = None

    def add(self, outcomes: Outcomes) -> None:
        """Take in runs that did not fail; possibly none, for the names of the rows."""
        numbers = outcomes.values
        if self._numbers is None:
            self._names = _rows_of(outcomes.axes.periods, tuple(outcomes.columns()))
            self._numbers = Reduction(numbers.shape[:-1], most=self._most)
        if numbers.shape[-1]:
            self._numbers.add(numbers)

    def table(self) -> pd.DataFrame:
        """The statistics, sorted by period, entity and outcome; n is 0 where no run succeeded."""
        if self._names is None or self._numbers is None:
            return pd.DataFrame(columns=[*SUMMARY_KEYS, *STATISTICS])
        names, order = self._names
        values = {
            "mean": self._numbers.mean(),
            "sd": self._numbers.sd(),
            **dict(zip(QUANTILES, self._numbers.quantiles(), strict=True)),
        }
        return names.assign(**{name: of.ravel()[order] for name, of in values.items()}, n=self._numbers.n)

    def parts(self) -> dict[str, Reduction]:
        """What the statistics are taken from, by name; nothing before the first run that did not fail."""
        return {} if self._numbers is None else {"summary": self._numbers}


@lru_cache(maxsize=4)
def _rows_of(periods: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> tuple[pd.DataFrame, Values]:
    """Period, entity and outcome of every number of a run, sorted, and the place of each among (column, step)."""
    rows = [(period, entity, name) for name, entity in columns for period in periods]
    names = pd.DataFrame(rows, columns=list(SUMMARY_KEYS)).sort_values(list(SUMMARY_KEYS), kind="stable")
    return names.reset_index(drop=True), names.index.to_numpy()


class Closing:
    """The closing table of a case: levels before and after and what was counted, with Monte Carlo error.

    Levels (presence by option, hedging index) are means over runs in the first and the last quarter, over all
    countries, for the index also per country, and of what is named in addition; `error` is the standard error of the
    change; q05, q95: 5 and 95 % of runs of `after`. What is counted per quarter is a total per run after the first
    quarter, realignments the countries that are realigned in the last; `before` and `change` of these are empty and
    `error` is that of the value.
    """

    def __init__(self) -> None:
        """Start without runs."""
        self._keys: list[tuple[str, str]] = []
        self._levels: Reduction | None = None
        self._counts = Reduction((len(COUNTS),))
        self._totals: frozenset[str] = frozenset()

    def add(self, outcomes: Outcomes) -> None:
        """Take in runs that did not fail."""
        if self._levels is None:
            means = [name for name in outcomes.countries if name.startswith(PRESENCE)]
            self._keys = [(name, ALL) for name in (*means, INDEX)] + [(INDEX, code) for code in outcomes.axes.countries]
            self._keys += [(name, NAMED) for name in further_in(outcomes.further, outcomes.axes)]
            self._totals = frozenset(filter(outcomes.is_total, outcomes.further))
            self._levels = Reduction((3, len(self._keys)))
        first, last = self._levels_at(outcomes, 0), self._levels_at(outcomes, -1)
        self._levels.add(np.stack([first, last, last - first]))
        counts = {name: outcomes.of_system(name) for name in COUNTS}
        self._counts.add(np.stack([of[1:].sum(axis=0) if name in TOTALS else of[-1] for name, of in counts.items()]))

    def _levels_at(self, outcomes: Outcomes, step: int) -> Values:
        """Levels at a step, axes (level, run)."""
        means = [outcomes.of_country(name)[:, step].mean(axis=0) for name, entity in self._keys if entity == ALL]
        further = [self._further_at(outcomes, name, step)[None] for name, entity in self._keys if entity == NAMED]
        return np.concatenate([np.stack(means), outcomes.of_country(INDEX)[:, step], *further])

    def _further_at(self, outcomes: Outcomes, name: str, step: int) -> Values:
        """A further outcome at a step, axes (run,); of totals nothing at the first."""
        values = outcomes.further[name]
        return (
            (np.zeros_like(values[0]) if name in self._totals else values[0])
            if step == 0
            else outcomes.final_further(name)
        )

    def table(self) -> pd.DataFrame:
        """The table, columns `CLOSING`: means over countries, then the index per country, then counts."""
        if self._levels is None:
            return pd.DataFrame(columns=list(CLOSING))
        means, errors, n = self._levels.mean(), self._levels.error(), self._levels.n
        means[np.ix_([0, 2], [name in self._totals for name, _ in self._keys])] = np.nan
        ends, ends_of_counts = (_ends(one) for one in (self._levels, self._counts))
        levels = [(*key, *means[:, k], errors[2, k], n, *ends[:, 1, k]) for k, key in enumerate(self._keys)]
        totals = zip(COUNTS, self._counts.mean(), self._counts.error(), ends_of_counts.T, strict=True)
        counts = [(name, SYSTEM, np.nan, mean, np.nan, error, n, *reach) for name, mean, error, reach in totals]
        return pd.DataFrame([*levels, *counts], columns=list(CLOSING))

    def parts(self) -> dict[str, Reduction]:
        """What the table is taken from, by name; nothing before the first run that did not fail."""
        return {} if self._levels is None else {"levels": self._levels, "counts": self._counts}


class Paired:
    """Differences of two cases of one seed, over all runs that failed on neither side.

    What only one of them has (a country, an option, a format) is left out.
    """

    def __init__(self) -> None:
        """Start without runs."""
        self.left_out = 0
        self._keys: list[Key] = []
        self._numbers: Reduction | None = None

    def add(self, first: Block, twin: Block) -> None:
        """Take in the same runs of both."""
        good = first.successful() & twin.successful()
        self.left_out += int((~good).sum())
        if not good.any():
            return
        a, b = (compared(block.outcomes.of_runs(good)) for block in (first, twin))
        if self._numbers is None:
            self._keys = [key for key in a if key in b]
            self._numbers = Reduction((3, len(self._keys)))
        one, other = (np.stack([side[key] for key in self._keys]) for side in (a, b))
        self._numbers.add(np.stack([one - other, one, other]))

    def table(self) -> pd.DataFrame:
        """The differences, columns `PAIRED`."""
        if self._numbers is None:
            return pd.DataFrame(columns=list(PAIRED))
        numbers = self._numbers
        low, high = _ends(numbers)[:, 0]
        frame = pd.DataFrame(self._keys, columns=list(PAIRED[:3]))
        return frame.assign(
            mean=numbers.mean()[0], error=numbers.error()[0], q05=low, q95=high, n=numbers.n, gain=self._gain(numbers)
        )

    def _gain(self, numbers: Reduction) -> Values:
        """Variance of a difference of independent runs over that of paired runs; NaN where paired runs never differ."""
        paired, one, other = numbers.variance()
        apart = one + other
        differs = paired > NEGLIGIBLE * apart
        return np.where(differs, apart / np.where(differs, paired, 1.0), np.nan)


def _ends(numbers: Reduction) -> Values:
    """5 and 95 % of runs, axes (end, *shape)."""
    return numbers.quantiles()[[LEVELS.index(part) for part in INTERVAL]]


def compared(outcomes: Outcomes) -> dict[Key, Values]:
    """Everything that is compared of some runs, each axes (run,).

    Presence and the hedging index per country in the last quarter, outcomes of the system, meetings of leaders per
    format after the start, and what else is named.
    """
    axes = outcomes.axes
    presence = [name for name in outcomes.countries if name.startswith(PRESENCE)]
    at_end = {name: outcomes.of_country(name)[:, -1] for name in (*presence, INDEX)}
    found: dict[Key, Values] = {
        ("presence", code, name.removeprefix(PRESENCE)): at_end[name][n]
        for n, code in enumerate(axes.countries)
        for name in presence
    }
    found |= {(INDEX, code, ""): at_end[INDEX][n] for n, code in enumerate(axes.countries)}
    for name in COMPARED:
        values = outcomes.of_system(name)
        found[name, SYSTEM, ""] = values.sum(axis=0) if name in TOTALS else values[-1]
        if name == "leader_meetings":
            found |= {(name, code, ""): outcomes.meetings[n] for n, code in enumerate(axes.formats)}
    return found | {key_of(name, axes): outcomes.final_further(name) for name in outcomes.further}


def key_of(name: str, axes: Axes) -> Key:
    """What an outcome is, of whom and, for presence and the like, of which option."""
    known = named_in(axes)
    outcome, entity, option = known[name].key if name in known else (name, SYSTEM, "")
    return outcome, entity or ALL, option


ROUNDING = 1e-12
"""What the arithmetic of runs leaves where nothing differs."""


def without_rounding(differences: Values) -> Values:
    """Differences with 0 in place of what only rounding leaves."""
    return np.where(np.abs(differences) < ROUNDING, 0.0, differences)


def error_of(sample: Values) -> float:
    """Standard error of a mean; not a number for one run."""
    return float(sample.std(ddof=1) / np.sqrt(len(sample))) if len(sample) > 1 else np.nan


def summarise(frame: pd.DataFrame, keys: Sequence[str] = SUMMARY_KEYS) -> pd.DataFrame:
    """One row per key over all runs: mean, sd (of a sample; empty for one run), quantiles, n.

    frame: long, columns `keys` and `value`, one row per run. Empty values are left out and not counted in n;
    rows come sorted by key.
    """
    groups = frame.groupby(list(keys), sort=True, observed=True)["value"]
    rows = groups.agg(mean="mean", sd="std", n="count")
    quantiles = groups.quantile(np.array(list(QUANTILES.values()))).unstack()
    for name, part in QUANTILES.items():
        rows[name] = quantiles[part]
    return rows.reset_index()[[*keys, *STATISTICS]]


def summarise_column(frame: pd.DataFrame, keys: Sequence[str], *, value: str) -> pd.DataFrame:
    """The rows of `summarise` for one column of a table, such as `threat` of `relations`."""
    return summarise(frame[[*keys, value]].rename(columns={value: "value"}), keys)


def _check_pairs(name: str, table: pd.DataFrame, on: Sequence[str], value: str) -> None:
    """Refuse a table whose rows cannot be paired; on: columns that must tell them apart."""
    check_type(name, table, pd.DataFrame, 'Give a table, such as results.table("countries").')
    for column in (*on, value):
        if column not in table:
            raise HedgesimError(name, f"it has no column {shown(column)}", choose_from(str(column), map(str, table)))
    if value in on or not is_numeric_dtype(table[value]) or is_bool_dtype(table[value]):
        raise HedgesimError(name, f"the column {value} holds no values to compare", "Name a column of numbers.")
    if len(on) == 1 or table.duplicated(list(on)).any():
        fault = f"{', '.join(on)} do not tell its rows apart" if len(on) > 1 else "there are no keys"
        raise HedgesimError(name, fault, 'Name what identifies a row, like keys=["country", "period"].')


def paired_difference(a: pd.DataFrame, b: pd.DataFrame, *, keys: Sequence[str], value: str) -> pd.DataFrame:
    """Per key, how much larger `value` is in `a` than in `b`, run by run.

    a, b: columns `run`, `keys` and `value`; run k of both has the same seed, so differences are taken within
    runs. Gives keys, mean, error (standard error of the mean; empty for one run), q05, q95, n. Runs and keys
    that only one side has are left out.

    Raises:
        HedgesimError: no key, a column that a table lacks or that holds no numbers, a key twice in a run, or nothing
            that both tables have.
    """
    on = ["run", *texts("keys", keys)]
    for name, table in (("a", a), ("b", b)):
        _check_pairs(name, table, on, value)
    both = a[[*on, value]].merge(b[[*on, value]], on=on, how="inner", suffixes=("_a", "_b"))
    if both.empty:
        fault = f"they share no run and {', '.join(on[1:])}"
        raise HedgesimError("a and b", fault, "Give tables of runs of the same seed.")
    both["difference"] = both[f"{value}_a"] - both[f"{value}_b"]
    groups = both.groupby(list(keys), sort=True, observed=True)["difference"]
    rows = groups.agg(mean="mean", error="sem", n="count")
    rows[LOW], rows[HIGH] = (groups.quantile(part) for part in INTERVAL)
    return rows.reset_index()[[*keys, "mean", "error", LOW, HIGH, "n"]]
