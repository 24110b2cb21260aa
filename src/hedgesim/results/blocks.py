"""Runs are simulated block by block: the outcomes of a block, why runs failed, and the table of runs it fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import (
    SYSTEM,
    Outcomes,
    Values,
    outcomes_from,
    record_outcomes,
    record_world,
    trajectory_of,
)
from hedgesim.errors import HedgesimError
from hedgesim.model.named_outcomes import MEAN_TRUST, named_in, which
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameters import all_parameters
from hedgesim.model.setting import Axes
from hedgesim.results.tables import COUNTS, INDEX, MEETINGS, PRESENCE, SYSTEM_OUTCOMES, TOTALS, Kept
from hedgesim.rules.faults import RUNNING, fault_in, file_of
from hedgesim.scenario.tables import names_by_code

Flags = NDArray[np.bool_]

LARGEST = 1e100
"""Size of an outcome beyond which it cannot be used, because its square overflows."""

NAMED = 6
"""Parameters that a reason names at most."""


@dataclass(frozen=True)
class Block:
    """Some runs of a case.

    outcomes: of all of them, also of those that failed. failed: reasons by place. kept: full tables of those that did
    not fail, if they are kept.
    """

    outcomes: Outcomes
    failed: Mapping[int, str]
    kept: Mapping[str, pd.DataFrame]

    def successful(self) -> Flags:
        """Which runs did not fail, axes (run,)."""
        return ~np.isin(np.arange(len(self.outcomes.failed)), list(self.failed))


def run_block(case: Case, engine: Engine, runs: Sequence[int], whole: bool = False) -> Block:
    """Simulate some runs of a case.

    whole: whether their full tables are kept. Numbers may overflow on the way: a run that this affects fails with
    its reason.

    Raises:
        HedgesimError: a rule that fails, with its line.
    """
    with np.errstate(all="ignore"):
        try:
            recorded = engine.record(case, runs, record_world if whole else record_outcomes)
        except Exception as error:
            raise fault_in(map(type, (*case.country_rules, *case.power_rules)), error, RUNNING) or error from None
        if not whole:
            outcomes = outcomes_from(case, recorded)
            return Block(outcomes, failures(case, outcomes), {})
        trajectory = trajectory_of(case, runs, recorded)
        outcomes = outcomes_from(case, trajectory.record(record_outcomes))
        kept = Kept(trajectory, trajectory.derived(), trajectory.outcomes_by_name()).tables()
        failed = failures(case, outcomes)
    bad = [runs[k] for k in failed]
    return Block(outcomes, failed, {name: frame[~frame["run"].isin(bad)] for name, frame in kept.items()})


def final_columns(axes: Axes) -> list[str]:
    """The outcomes in the table of runs, in their order."""
    system = sorted(SYSTEM_OUTCOMES, key=lambda name: name not in TOTALS)
    presence = [f"{PRESENCE}{option}" for option in axes.options]
    return [*system, INDEX, *presence, *(f"{INDEX}_{code}" for code in axes.countries)]


def columns_of_places(axes: Axes) -> list[str]:
    """The outcomes in the table of runs of a scenario beside these: of every country, and meetings of every format."""
    presence = [f"{PRESENCE}{option}" for option in axes.options]
    own = [name for name, item in OUTCOMES.items() if item.table == "countries" and name != "presence"]
    names = [f"{name}_{code}" for name in (*presence, *own, MEAN_TRUST) for code in axes.countries]
    every = [*names, *(f"{MEETINGS}_{code}" for code in axes.formats)]
    usual = set(final_columns(axes))
    return [name for name in every if name not in usual]


def final_outcomes(outcomes: Outcomes, *, places: bool = False) -> dict[str, Values]:
    """Totals of what is counted per quarter, and else values in the last one; each axes (run,), by column.

    places: whether those of `columns_of_places` come too.
    """
    known = outcomes_known(outcomes)
    usual = {name: final_of(outcomes, name) for name in final_columns(outcomes.axes) if name in known}
    found = usual | (_of_places(outcomes) if places else {})
    return found | {name: final_of(outcomes, name) for name in outcomes.further}


def _of_places(outcomes: Outcomes) -> dict[str, Values]:
    """What every country has at the end, and how often the leaders of every format met, each axes (run,)."""
    axes = outcomes.axes
    ends = {name: outcomes.of_country(name)[:, -1] for name in outcomes.countries}
    own = {f"{name}_{code}": of[n] for name, of in ends.items() for n, code in enumerate(axes.countries)}
    return own | {f"{MEETINGS}_{code}": outcomes.meetings[n] for n, code in enumerate(axes.formats)}


def outcomes_known(outcomes: Outcomes) -> list[str]:
    """Every name that `final_of` takes: of the system, of countries (their mean), of one country, and recorded ones."""
    own = [f"{name}_{code}" for name in outcomes.countries for code in outcomes.axes.countries]
    return [*outcomes.system, *outcomes.countries, *own, *outcomes.further]


def final_of(outcomes: Outcomes, name: str) -> Values:
    """One outcome: the total of what is counted per quarter, and else the value in the last one; axes (run,).

    name: such as `cohesion`, `presence_RUS` (mean of countries), `presence_RUS_KAZ`, or one of a single place that is
    recorded; ValueError if unknown.
    """
    if name in outcomes.further:
        return outcomes.final_further(name)
    if name in outcomes.system:
        values = outcomes.of_system(name)
        return np.asarray(values.sum(axis=0) if name in TOTALS else values[-1])
    if name in outcomes.countries:
        return np.asarray(outcomes.of_country(name)[:, -1].mean(axis=0))
    places = {f"{of}_{code}": (of, n) for of in outcomes.countries for n, code in enumerate(outcomes.axes.countries)}
    if name not in places:
        raise ValueError(name)
    of, n = places[name]
    return np.asarray(outcomes.of_country(of)[n, -1])


def further_in(names: Iterable[str], axes: Axes) -> tuple[str, ...]:
    """Of some outcomes those that exist with these axes and are in the table of runs only where they are named."""
    known = named_in(axes)
    return tuple(sorted(name for name in {*names} & known.keys() if not known[name].family.always))


def with_outcomes(cases: Sequence[Case], names: Sequence[str], option: str = "--outcome") -> list[Case]:
    """Cases whose runs have some outcomes too, as far as these exist in them; HedgesimError for one that none has.

    option: that named them.
    """
    every = [case.setting.axes for case in cases]
    known = {*SYSTEM_OUTCOMES, *(name for axes in every for name in named_in(axes))}
    for name in names:
        if name not in known:
            raise HedgesimError(
                f"{option} {name}", "there is no such outcome of a run", which(name, known, names_by_code())
            )
    asked = [tuple(sorted({*names} & named_in(axes).keys())) for axes in every]
    return [replace(case, further=further) for case, further in zip(cases, asked, strict=True)]


class Rows:
    """The table of runs: a row per run with its final outcomes, or why it failed, in columns of a fixed length."""

    def __init__(self, n_runs: int, *, places: bool = False) -> None:
        """Start without rows, of which there will be so many; places: as of `final_outcomes`."""
        self._most, self.n, self._places = n_runs, 0, places
        self._columns: dict[str, NDArray[Any]] = {}
        self._reasons = np.full(n_runs, None, dtype=object)

    def add(self, block: Block, leading: Mapping[str, Any], chosen: Flags | None = None) -> None:
        """Fill the rows of the runs of a block, or of the chosen ones.

        leading: columns that come before the outcomes, each a value or with axes (run,).
        """
        good = block.successful()
        wanted = np.flatnonzero(np.ones_like(good) if chosen is None else chosen)
        where = slice(self.n, self.n + len(wanted))
        for name, values in leading.items():
            self._column(name, np.asarray(values).dtype)[where] = (
                np.broadcast_to(values, good.shape)[wanted] if np.ndim(values) else values
            )
        for name, values in final_outcomes(block.outcomes, places=self._places).items():
            self._column(name, np.dtype(np.int64 if name in COUNTS else np.float64))[where] = np.where(
                good, values, -1 if name in COUNTS else np.nan
            )[wanted]
        for row, k in enumerate(wanted.tolist(), start=self.n):
            self._reasons[row] = block.failed.get(k)
        self.n += len(wanted)

    def _column(self, name: str, kind: np.dtype[Any]) -> NDArray[Any]:
        if name not in self._columns:
            self._columns[name] = np.empty(self._most, dtype=object if kind.kind in "US" else kind)
        return self._columns[name]

    def frame(self) -> pd.DataFrame:
        """The table, which shares the memory of the columns; counts are empty, and so floats, where a run failed."""
        columns = self._filled()
        if any(reason is not None for reason in self._reasons[: self.n]):
            for name in columns.keys() & set(COUNTS):
                columns[name] = np.where(columns[name] < 0, np.nan, columns[name])
        failed = pd.Series(self._reasons[: self.n], dtype=object)
        return pd.DataFrame({**columns, "failed": failed}, copy=False)

    def values(self, name: str) -> Values | None:
        """An outcome of the runs that did not fail, axes (run,); None where there is no such outcome."""
        good = pd.isna(self._reasons[: self.n])
        column = self._filled().get(name) if name not in {"run", "seed"} else None
        return None if column is None else np.asarray(column[good], dtype=np.float64)

    def _filled(self) -> dict[str, NDArray[Any]]:
        """The columns as far as they are filled."""
        return {name: column[: self.n] for name, column in self._columns.items()}

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was taken in, as arrays of numbers, and the reasons as texts."""
        reasons = [reason or "" for reason in self._reasons[: self.n]]
        return {**self._filled(), "failed": np.asarray(reasons, dtype=str)}

    def resume(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take a state in place of what was taken in; ValueError where it does not fit."""
        reasons = state["failed"].tolist()
        if state.keys() - {"failed"} != self._columns.keys() or len(reasons) > self._most:
            message = "these are columns of other runs"
            raise ValueError(message)
        self.n = len(reasons)
        self._reasons[: self.n] = [reason or None for reason in reasons]
        for name, column in self._columns.items():
            column[: self.n] = state[name]


def failures(case: Case, outcomes: Outcomes) -> dict[int, str]:
    """Why each run that failed did so, by its place among the runs.

    Every outcome is defined for every world whose shares are numbers, so a run with one that is not, or that is
    beyond `LARGEST`, has failed too.
    """
    bad = outcomes.failed >= 0
    numbers = outcomes.values
    if not (numbers.max() <= LARGEST and numbers.min() >= -LARGEST):
        bad = bad | ~(np.abs(numbers) <= LARGEST).all(axis=(0, 1))
    places = map(int, np.flatnonzero(bad))
    return {k: f"{_fault(case, outcomes, numbers[..., k], k)}{_settings(case, k)}" for k in places}


def _fault(case: Case, outcomes: Outcomes, numbers: Values, k: int) -> str:
    """What is not a number any more in the k-th run, whose, and from when; numbers: of the run, axes (column, step)."""
    periods = outcomes.axes.periods
    if outcomes.failed[k] >= 0:
        step = int(outcomes.failed[k])
        lost = [of for of, number in zip(outcomes.columns(), numbers[:, step], strict=True) if not np.isfinite(number)]
        whose = list(dict.fromkeys(entity for name, entity in lost if name.startswith(PRESENCE)))
        return _shares(case, whose, periods[step])
    step, column = map(int, np.argwhere(~(np.abs(numbers.T) <= LARGEST))[0])
    name, entity = outcomes.columns()[column]
    fault = f"is beyond {LARGEST:g}" if np.isfinite(numbers[column, step]) else "is not a number"
    return f"{name}{'' if entity == SYSTEM else f' of {entity}'} {fault} from {periods[step]}"


def _shares(case: Case, whose: Sequence[str], period: str) -> str:
    """That shares of some countries are not numbers, and the file of the rule of the first of them."""
    if not whose:
        return f"shares are not numbers from {period}"
    first, *others = whose
    file = Path(file_of(type(case.country_rules[case.setting.axes.countries.index(first)]))).name
    more = f" and {len(others)} more" if others else ""
    return f"shares of {first}{more} are not numbers from {period}; {first} follows {file}"


def _settings(case: Case, k: int) -> str:
    """The parameters of the k-th run that vary among runs, else those that the scenario replaced, in brackets."""
    varied = {path: float(values[k]) for path, values in case.varied.items()}
    known = varied or _replaced(case)
    listed = [f"{path} = {_short(value)}" for path, value in list(known.items())[:NAMED]]
    more = [f"{len(known) - NAMED} more"] if len(known) > NAMED else []
    return f" ({', '.join(listed + more)})" if listed else ""


def _replaced(case: Case) -> dict[str, float]:
    """The parameters that are one number and not the usual one, by path."""
    found = {
        path: [np.asarray(getattr(getattr(owner, group), name)) for owner in (case.parameters, case.usual)]
        for path in all_parameters()
        for group, _, name in [path.partition(".")]
    }
    return {path: float(value) for path, (value, usual) in found.items() if value.ndim == 0 and value != usual}


def _short(value: float) -> str:
    """A number as one writes it: 3e308, 0.25."""
    return f"{value:.6g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
