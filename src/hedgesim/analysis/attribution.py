"""Why two scenarios differ in an outcome: what each difference, or each mechanism, contributes, run by run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.analysis.ablation import Mechanisms
from hedgesim.analysis.differences import BY, Differences, pair
from hedgesim.analysis.run_outcomes import outcome_in_words
from hedgesim.analysis.switches import Groups, Part, Switch, grouped
from hedgesim.engines import Engine, engine_of
from hedgesim.engines.rule_check import use_rule_files
from hedgesim.engines.shapley import Values, alone, last, shapley
from hedgesim.errors import HedgesimError, check_type, choose_from, shown, texts, whole
from hedgesim.model.named_outcomes import named_in, which
from hedgesim.numbers import INTERVAL
from hedgesim.results.blocks import final_of, further_in, outcomes_known, run_block
from hedgesim.results.recorded import Source, scenario_from
from hedgesim.results.simulation import OnRuns
from hedgesim.results.space import check_bytes
from hedgesim.results.summary import error_of, without_rounding
from hedgesim.scenario import Scenario

RUNS = 100
"""Runs of each combination, if no other number is asked for."""

DIFFERENCES, MECHANISMS = "differences", "mechanisms"

KINDS = (*BY, MECHANISMS)
"""What a difference may be attributed to."""

TOTAL, REST = "total", "none of these"
"""Names of the sum, and of what is left with every mechanism turned off."""

BESIDE = 3
"""Arrays of all combinations and runs that are needed besides the outcomes."""

COLUMNS = ("switch", "what", "value", "error", "low", "high", "same_sign", "alone", "last")


class Game(Protocol):
    """Switches, and the cases that their combinations are runs of."""

    @property
    def switches(self) -> list[Switch]:
        """Every switch, before some are joined."""

    def parts(self, bits: Mapping[str, int]) -> Iterator[Part]:
        """The parts; bits: of each switch."""


@dataclass(frozen=True)
class Attribution:
    """The difference of an outcome between two scenarios, second less first, divided among switches.

    words: the outcome in words. names: of the scenarios. base, other: means of the outcome in the two at `period`, the
    end of the runs, or of its totals over them. table: a row a switch, the largest first, with columns `COLUMNS`: what
    it is in words, its contribution (value: mean over runs, with its standard error; low, high: 5 and 95 % of runs),
    the share of runs with the sign of the mean, and what it adds alone, where no other switch is on, and last, where
    all others are. by_run: contributions of every run, a column a switch, and `total`, which is their sum to 1e-12.
    left_out: how many runs failed with some combination.
    """

    outcome: str
    words: str
    names: tuple[str, str]
    period: str
    by: str
    base: float
    other: float
    table: pd.DataFrame
    by_run: pd.DataFrame
    left_out: int

    @property
    def total(self) -> float:
        """Mean of the difference."""
        return float(self.by_run[TOTAL].mean())

    @property
    def error(self) -> float:
        """Standard error of the total; not a number for one run."""
        return error_of(self.by_run[TOTAL].to_numpy())

    @property
    def interval(self) -> tuple[float, float]:
        """5 and 95 % of runs of the total."""
        low, high = np.quantile(self.by_run[TOTAL].to_numpy(), INTERVAL)
        return float(low), float(high)


@dataclass(frozen=True)
class Question:
    """Which two scenarios, and the switches among which their differences are divided.

    sides: how many cases every combination is run of. bits: of every switch before some were joined.
    """

    scenarios: tuple[Scenario, Scenario]
    by: str
    game: Game
    sides: int
    switches: list[Switch]
    bits: Mapping[str, int]

    @staticmethod
    def of(a: Source, b: Source, by: str | Sequence[str] = DIFFERENCES, groups: Groups | None = None) -> Question:
        """The question about two sources; arguments as of `why`."""
        check_type("groups", groups or {}, Mapping, 'Write it like groups={"pipelines": ["cpc_*"]}.')
        (first, _), (second, _) = scenario_from(a), scenario_from(b)
        pairs = pair(first, second)
        differences = Differences(*pairs, by if isinstance(by, str) and by in BY else DIFFERENCES)
        if not differences.switches:
            fault, remedy = (
                "no difference between them has an effect",
                "hedgesim diff A B prints how two scenarios differ.",
            )
            raise HedgesimError(f"{first.name} and {second.name}", fault, remedy)
        game: Game = differences
        if not isinstance(by, str):
            game = Mechanisms.of(pairs, texts("by", by))
        elif by == MECHANISMS:
            game = Mechanisms.of(pairs)
        elif by not in BY:
            raise HedgesimError(f"--by {by}", f"there is no {shown(by)}", choose_from(by, KINDS))
        switches, bits = grouped(game.switches, groups or {}, "why")
        kind = by if isinstance(by, str) else MECHANISMS
        return Question((first, second), kind, game, 2 if kind == MECHANISMS else 1, switches, bits)

    @property
    def combinations(self) -> int:
        """How many combinations of its switches there are."""
        return 1 << len(self.switches)

    def check(self, outcome: str, runs: int) -> None:
        """Refuse an outcome that runs do not have, or more runs than memory holds; HedgesimError."""
        check_type("outcome", outcome, str, 'Write it like outcome="hedging_index".')
        check_bytes(8.0 * whole("runs", runs, 1) * self.combinations * (self.sides + BESIDE), runs=runs)
        case = _recording(self._first, outcome).case
        known = outcomes_known(run_block(case, engine_of("ensemble"), [0]).outcomes)
        if outcome not in known:
            remedy = which(outcome, {**dict.fromkeys(known), **named_in(case.setting.axes)}, case.names)
            raise HedgesimError(f"--outcome {outcome}", "there is no such outcome", remedy)

    @cached_property
    def _first(self) -> Part:
        return next(self.game.parts(self.bits))

    def answer(self, outcome: str, runs: int, engine: Engine, on_runs: OnRuns = lambda _: None) -> Attribution:
        """The attribution of an outcome; on_runs: called with the number of runs just finished.

        Raises:
            HedgesimError: an unknown outcome, or no run that succeeds with every combination.
            StoreError: so many runs do not fit the memory of this computer.
        """
        self.check(outcome, runs)
        values = np.zeros((self.sides, self.combinations, runs))
        failed = np.zeros(runs, dtype=bool)
        for part in self.game.parts(self.bits):
            own = _recording(part, outcome)
            if own.case.further != _recording(self._first, outcome).case.further:
                fault, remedy = "not every world between the two scenarios has it", "List the same formats in both."
                raise HedgesimError(f"--outcome {outcome}", fault, remedy)
            failed |= _filled(values, own, outcome, engine, on_runs)
        good = np.flatnonzero(~failed)
        if not len(good):
            fault = f"no run succeeds with each of the {self.combinations} combinations"
            raise HedgesimError("why", fault, "Run both scenarios: hedgesim run says why runs fail.")
        return self._attribution(outcome, values[..., good], good, left_out=int(failed.sum()))

    def _attribution(self, outcome: str, values: Values, good: NDArray[np.intp], *, left_out: int) -> Attribution:
        """The attribution from the outcome of every side, combination and run that succeeded."""
        apart = self.sides == 2
        base, other = (values[0, -1], values[1, -1]) if apart else (values[0, 0], values[0, -1])
        game = values[1] - values[0] if apart else values[0]
        parts = dict(zip([one.name for one in self.switches], shapley(game), strict=True))
        rows = list(zip(self.switches, parts.values(), alone(game), last(game), strict=True))
        if apart:
            parts[REST] = game[0]
            rows.append((Switch(REST, "what is left with all of them turned off"), game[0], game[0], game[0]))
        table = pd.DataFrame([_row(*row) for row in rows], columns=list(COLUMNS))
        by_run = pd.DataFrame({**parts, TOTAL: other - base}, index=pd.Index(good, name="run"))
        return Attribution(
            outcome=outcome,
            words=outcome_in_words(outcome, self._first.case.names),
            names=(self.scenarios[0].name, self.scenarios[1].name),
            period=str(self.scenarios[0].end),
            by=self.by,
            base=float(base.mean()),
            other=float(other.mean()),
            table=table.sort_values("value", ascending=False, key=abs, kind="stable", ignore_index=True),
            by_run=by_run,
            left_out=left_out,
        )


def why(
    a: Source,
    b: Source,
    *,
    outcome: str,
    by: str | Sequence[str] = DIFFERENCES,
    groups: Groups | None = None,
    runs: int = RUNS,
    backend: str = "numpy",
    rules: Sequence[str | Path] = (),
    on_runs: OnRuns = lambda _: None,
) -> Attribution:
    """Divide the difference of an outcome between two scenarios, second less first, among what makes it.

    Each switch is off as in the first scenario and on as in the second; every combination is run with the same random
    numbers, and contributions are Shapley values. a, b: scenarios, by name or path too, or results of runs, whose
    scenario is run again. outcome: such as `presence_RUS_KAZ`, `hedging_index` or `leader_meetings`, at the end or in
    total. by: `differences` (shocks by event, settings, rules, changes), `shocks`, `channels`, `mechanisms`, or names
    of mechanisms; these are off where turned off in both scenarios. groups: switches joined into one, by its name.
    runs: of each combination. rules: files with rules of your own.

    Raises:
        HedgesimError: nothing differs, countries, quarters or seeds do, too many switches, or an unknown name.
        ScenarioError, StoreError: a scenario, or results, cannot be read.
    """
    use_rule_files(rules)
    return Question.of(a, b, by, groups).answer(outcome, runs, engine_of("ensemble", backend), on_runs)


def _recording(part: Part, outcome: str) -> Part:
    """A part whose runs record an outcome, if it is of a single place."""
    return replace(part, case=replace(part.case, further=further_in([outcome], part.case.setting.axes)))


def _filled(values: Values, part: Part, outcome: str, engine: Engine, on_runs: OnRuns) -> NDArray[np.bool_]:
    """Run a part, block by block, into the values, axes (side, combination, run); give which runs failed."""
    n_runs = values.shape[-1]
    failed = np.zeros(n_runs, dtype=bool)
    end = len(part.combinations) * n_runs
    for first in range(0, end, engine.together):
        places, runs = np.divmod(np.arange(first, min(first + engine.together, end)), n_runs)
        combinations = part.combinations[places]
        block = run_block(part.case_at(combinations), engine, runs.tolist())
        values[part.side, combinations, runs] = final_of(block.outcomes, outcome)
        failed[runs[~block.successful()]] = True
        on_runs(len(runs))
    return failed


def _row(switch: Switch, parts: Values, first: Values, final: Values) -> tuple[object, ...]:
    """A row of the table from the contributions of runs, and from what the switch adds alone and last."""
    parts = without_rounding(parts)
    mean = float(parts.mean())
    low, high = (float(q) for q in np.quantile(parts, INTERVAL))
    same = float((np.sign(parts) == np.sign(mean)).mean())
    return switch.name, switch.what, mean, error_of(parts), low, high, same, float(first.mean()), float(final.mean())
