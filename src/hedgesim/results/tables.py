"""The tables of results: what each holds, its columns with their units, and how the runs that are kept fill it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from hedgesim.model.arrays import Array
from hedgesim.model.outcomes import OUTCOMES, Outcome
from hedgesim.model.setting import Axes
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.numbers import HIGH, LOW, QUANTILES

if TYPE_CHECKING:
    from hedgesim.engines.records import Trajectory
    from hedgesim.model.derived import Derived

RUNS, SUMMARY = "runs", "summary"
POINT = "point"
"""Column of the tables of a sweep or grid: the number of the point."""
PRESENCE = "presence_"
INDEX = "hedging_index"
"""Outcome whose last value in every country is a column of the table of runs, also of a sweep."""

MEETINGS = "leader_meetings"
"""Outcome that the system has and every format."""

SUMMARY_KEYS = ("period", "entity", "outcome")
STATISTICS = ("mean", "sd", *QUANTILES, "n")

SYSTEM_OUTCOMES = {name: item for name, item in OUTCOMES.items() if item.table == "system"}
TOTALS = tuple(name for name, item in SYSTEM_OUTCOMES.items() if item.counted == "quarter")
"""Outcomes that are counted per quarter, and so summed over a run."""

COUNTS = (*TOTALS, *(name for name, item in SYSTEM_OUTCOMES.items() if item.counted == "end"))
"""Outcomes that are whole numbers."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its type in pyarrow's words, its unit, what it may lack."""

    name: str
    kind: str
    unit: str
    may_be_empty: bool = False
    may_be_absent: bool = False

    def field(self) -> Any:
        """The pyarrow field, with the unit in its metadata."""
        kind = pa.type_for_alias(self.kind)
        return pa.field(self.name, kind, nullable=self.may_be_empty, metadata={"unit": self.unit})


@dataclass(frozen=True)
class Table:
    """A table of results.

    keys: columns that identify a row within a point of a sweep, in the order of rows. further: what the names of
    columns that are not declared must start with, None where there may be none; they come before the column `before`.
    axes: of a table of the runs that are kept, axis of the model by column. fill: its columns of a trajectory, axes
    (step, *axes, run).
    """

    meaning: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()
    further: str | None = None
    before: str = ""
    axes: Mapping[str, str] = field(default_factory=dict)
    fill: Callable[[Kept], Mapping[str, Array]] | None = None

    def rows_a_quarter(self, axes: Axes) -> int:
        """Rows of a run that is kept in a quarter, at most."""
        return int(np.prod([len(getattr(axes, axis)) for axis in self.axes.values()]))


@dataclass(frozen=True)
class Kept:
    """Runs that are kept in full, and what follows from their worlds."""

    trajectory: Trajectory
    derived: Derived
    """What follows from the world and the shocks of each quarter."""
    outcomes: tuple[dict[str, Array], dict[str, Array]]
    """Outcomes of countries and of the system."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the runs, rows sorted by run and period."""
        frames = {}
        for name, table in TABLES.items():
            if table.fill is not None:
                frames[name] = self._frame(table, table.fill(self))
        return frames

    def _frame(self, table: Table, columns: Mapping[str, Array]) -> pd.DataFrame:
        """Columns with axes (step, *axes, run) as rows (run, period, *axes)."""
        model = self.trajectory.case.setting.axes
        named: dict[str, Sequence[Any]] = {"run": self.trajectory.runs, "period": model.periods}
        named |= {column: getattr(model, axis) for column, axis in table.axes.items()}
        index = pd.MultiIndex.from_product([list(names) for names in named.values()], names=list(named))
        n_runs, *lengths = map(len, named.values())
        flat = {name: np.moveaxis(np.broadcast_to(c, (*lengths, n_runs)), -1, 0).ravel() for name, c in columns.items()}
        frame = pd.DataFrame(flat, index=index).reset_index()
        whole = {column.name for column in table.columns if column.kind == "int64"} & flat.keys()
        frame = frame.astype(dict.fromkeys(whole, np.int64))
        if "partner" in table.axes:
            frame = frame[frame["country"] != frame["partner"]].reset_index(drop=True)
        return frame


def _countries(kept: Kept) -> dict[str, Array]:
    presence = np.asarray(kept.derived.presence)[..., 0, :, :]
    options = kept.trajectory.case.setting.axes.options
    columns = {f"{PRESENCE}{option}": presence[..., n, :] for n, option in enumerate(options)}
    return columns | {name: np.asarray(quantity)[..., 0, 0, :] for name, quantity in kept.outcomes[0].items()}


def _system(kept: Kept) -> dict[str, Array]:
    return {name: np.asarray(quantity)[..., 0, 0, 0, :] for name, quantity in kept.outcomes[1].items()}


def _shares(kept: Kept) -> dict[str, Array]:
    setting = kept.trajectory.case.setting
    return {"share": kept.trajectory.worlds.share, "prior_dominated": np.asarray(setting.prior_dominated)[None] > 0.0}


def _relations(kept: Kept) -> dict[str, Array]:
    return {"threat": kept.trajectory.worlds.threat[..., 0, :, :]}


def _powers(kept: Kept) -> dict[str, Array]:
    return {"attention": kept.trajectory.worlds.attention[..., 0, 0, :, :]}


def _formats(kept: Kept) -> dict[str, Array]:
    worlds = kept.trajectory.worlds
    return {
        "rung": _named(np.asarray(worlds.ladder)[..., 0, 0, :, :], RUNGS),
        "meeting": _named(np.asarray(worlds.meeting)[..., 0, 0, :, :], RUNGS),
    }


def _memberships(kept: Kept) -> dict[str, Array]:
    worlds = kept.trajectory.worlds
    return {
        "status": _named(np.asarray(worlds.status)[..., 0, :, :], STATUSES),
        "came": np.asarray(worlds.came)[..., 0, :, :] > 0.0,
    }


def _ties(kept: Kept) -> dict[str, Array]:
    return {"trust": kept.derived.trust[..., 0, :, :]}


def _named(codes: Array, names: Sequence[str]) -> Array:
    """Names of codes; what is not a number in a failed run, whose rows are dropped, is the first."""
    return np.asarray(names, dtype=object)[np.nan_to_num(codes).astype(int)]


def _numbers(unit: str, *names: str) -> tuple[Column, ...]:
    """Columns of measured numbers, empty where the number is not defined (one run has no spread)."""
    return tuple(Column(name, "float64", unit, may_be_empty=True) for name in names)


def _texts(*names: str) -> tuple[Column, ...]:
    """Columns of codes and other text, never empty."""
    return tuple(Column(name, "string", "text") for name in names)


def _outcomes(table: str) -> tuple[Column, ...]:
    """Columns of the outcomes of a table, except presence, which has a column per option."""
    return tuple(_outcome(name, item) for name, item in OUTCOMES.items() if item.table == table and name != "presence")


def _outcome(name: str, item: Outcome) -> Column:
    kind = "int64" if item.counted else "float64"
    return Column(name, kind, item.unit, may_be_empty=not item.counted, may_be_absent=item.may_be_absent)


def _kept(
    meaning: str,
    axes: Mapping[str, str],
    columns: tuple[Column, ...],
    fill: Callable[[Kept], Mapping[str, Array]],
    further: str | None = None,
) -> Table:
    """A table of the runs that are kept: a row per run, quarter and place on its axes."""
    keys = ("run", "period", *axes)
    led = (_RUN, _PERIOD, *_texts(*axes))
    return Table(meaning, (*led, *columns), keys, further, before=INDEX if further else "", axes=axes, fill=fill)


_RUN = Column("run", "int64", "number")
_PERIOD = Column("period", "string", "quarter")
_N = Column("n", "int64", "runs")
_COUNTRY = {"country": "countries"}

TABLES: Mapping[str, Table] = {
    RUNS: Table(
        "a row per run: the varying values, and the outcomes at its end or in total (for a scenario also those of every"
        " country and the meetings of every format, for a sweep the named ones), or the reason why it failed",
        (_RUN, Column("seed", "int64", "number"), Column("failed", "string", "text", may_be_empty=True)),
        keys=("run",),
        further="",
        before="failed",
    ),
    SUMMARY: Table(
        "statistics over all runs of every outcome in every quarter",
        (_PERIOD, *_texts("entity", "outcome"), *_numbers("unit of the outcome", "mean", "sd", *QUANTILES), _N),
        keys=(*SUMMARY_KEYS, *STATISTICS),
    ),
    "countries": _kept("outcomes of each country", _COUNTRY, _outcomes("countries"), _countries, PRESENCE),
    "system": _kept("outcomes of all countries together", {}, _outcomes("system"), _system),
    "shares": _kept(
        "share of each option in each domain of a country",
        {**_COUNTRY, "domain": "domains", "option": "options"},
        (Column("share", "float64", "share of the domain"), Column("prior_dominated", "bool", "true or false")),
        _shares,
    ),
    "relations": _kept(
        "what a country feels about each power",
        {**_COUNTRY, "power": "powers"},
        _numbers("rise since the start", "threat"),
        _relations,
    ),
    "powers": _kept("actions of each power", {"power": "powers"}, _numbers("1", "attention"), _powers),
    "formats": _kept(
        "highest rung of each format so far, and its meeting in the quarter",
        {"format": "formats"},
        _texts("rung", "meeting"),
        _formats,
    ),
    "memberships": _kept(
        "status of each country in each format, and whether its head came to a leaders' meeting in the quarter",
        {**_COUNTRY, "format": "formats"},
        (*_texts("status"), Column("came", "bool", "true or false")),
        _memberships,
    ),
    "paired": Table(
        "differences between a scenario and its twin, run by run",
        (
            *_texts("outcome", "entity", "option"),
            *_numbers("unit of the outcome", "mean", "error", LOW, HIGH),
            _N,
            *_numbers("1", "gain"),
        ),
    ),
    "ties": _kept(
        "trust between countries",
        {**_COUNTRY, "partner": "countries"},
        _numbers("1", "trust"),
        _ties,
    ),
}
"""Every table of results by name."""
