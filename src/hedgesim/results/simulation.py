"""Runs scenarios: one, or several in turn under the same random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import starmap
from pathlib import Path

import pandas as pd

from hedgesim.engines import Engine, engine_of
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.rule_check import read_with_rules
from hedgesim.errors import check_path, whole
from hedgesim.results.blocks import Block, Rows, run_block, with_outcomes
from hedgesim.results.folders import RUN, Folder
from hedgesim.results.manifest import OF_BACKEND, now, versions
from hedgesim.results.ownership import IDENTITY, check_folder, identity_of, own_rules
from hedgesim.results.parquet import FrameTables
from hedgesim.results.reduction import Reduction
from hedgesim.results.region import kept_of
from hedgesim.results.results import Results
from hedgesim.results.space import check_space
from hedgesim.results.summary import Closing, Paired, Summary
from hedgesim.results.tables import RUNS, SUMMARY, TABLES
from hedgesim.rules.catalogue import files_in_use
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.notes import notes_of

DEFAULT_RUNS, DEFAULT_KEEP = 1000, 100
_PACKAGES = ("mesa", "matplotlib", "mpltern")

OnRuns = Callable[[int], None]


def silent(_: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Plan:
    """How many runs on which engine in how many processes, and of how many of the first everything is kept.

    outcomes: of single countries, options or formats that every run has too; see `model.named_outcomes`.
    """

    runs: int
    keep: int
    engine: Engine
    workers: int = 1
    outcomes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no whole number, or out of range; HedgesimError."""
        for name, least in (("runs", 1), ("keep", 0), ("workers", 1)):
            object.__setattr__(self, name, whole(name, getattr(self, name), least))

    @property
    def together(self) -> int:
        """Runs simulated at once: as many as suit the engine, and few enough that every worker has some."""
        return min(self.engine.together, -(-self.runs // self.workers))

    def identity_of(self, *scenarios: Scenario) -> str:
        """What results are of scenarios: see `ownership.identity_of`."""
        how = (self.runs, self.keep, self.engine.name, self.engine.backend, own_rules())
        return identity_of(scenarios, *how, *([sorted({*self.outcomes})] if self.outcomes else []))


def run(
    scenario: Scenario | str | Path,
    runs: int = DEFAULT_RUNS,
    *,
    keep: int = DEFAULT_KEEP,
    engine: str = "ensemble",
    backend: str = "numpy",
    workers: int = 1,
    rules: Sequence[str | Path] = (),
    folder: Path | None = None,
    on_runs: OnRuns = silent,
) -> Results:
    """Run a scenario, given as it was read, or by its name or path.

    keep: full trajectories of so many of the first runs. engine: `ensemble` or `mesa` (agents). backend: `numpy` or
    `jax`. workers: processes that share the runs. Numbers are the same whichever is chosen. rules: files with rules of
    your own, which the scenario names. folder: where the results will be written, checked before the first run; other
    results there are a StoreError. on_runs: called with the number of runs just finished.

    Raises:
        HedgesimError: the tables lack something, an engine or argument is not known, or a rule breaks the contract.
        StoreError: the tables of so many runs do not fit this computer's memory or the disk of the folder.
        WorkerError: a worker process could not start or ended before its work was done.
    """
    scenario = read_with_rules(scenario, rules)
    plan = Plan(runs, keep, engine_of(engine, backend), workers)
    if folder is not None:
        check_path("folder", folder)
        files = (f"{name}.parquet" for name in TABLES)
        check_folder(folder := Path(folder), RUN, plan.identity_of(scenario), files=files)
    (results,), _ = run_scenarios((scenario,), plan, folder=folder, on_runs=on_runs)
    return results


def run_scenarios(
    scenarios: Sequence[Scenario], plan: Plan, *, folder: Path | None = None, on_runs: OnRuns = silent
) -> tuple[list[Results], Paired]:
    """Results of one scenario, or of two and their differences; see `run`. The tables of each are read once."""
    inputs = list(map(read_inputs, scenarios))
    cases = with_outcomes([case_of(one, of.setting) for one, of in zip(scenarios, inputs, strict=True)], plan.outcomes)
    check_space(folder, cases, runs=plan.runs, keep=plan.keep)
    if folder is not None:
        Folder(folder).prepare()
    began, identity, batch = now(), plan.identity_of(*scenarios), Batch(cases, plan, on_runs)
    with blocks_of(cases, plan) as blocks:
        for block in blocks:
            batch.add(block)
    results = [
        results_of(scenario, own, one, plan, {IDENTITY: identity, "began": began})
        for scenario, own, one in zip(scenarios, inputs, batch.gathered, strict=True)
    ]
    return results, batch.paired


def results_of(
    scenario: Scenario, inputs: ScenarioInputs, gathered: Gathered, plan: Plan, facts: Mapping[str, object]
) -> Results:
    """What was gathered of a scenario as results; facts: what the manifest says besides, such as when they began."""
    said = {**_manifest(scenario, notes_of(scenario, inputs), plan=plan), **kept_of(scenario, inputs)}
    manifest = {**said, **facts, "ended": now()}
    return Results(manifest, FrameTables(gathered.tables()), scenario, gathered.case, inputs, gathered.closing())


class Batch:
    """Blocks of runs of one case, or of two in turn and then their differences.

    A run that failed is a row of the table of runs, with its reason, and in no other table.
    """

    def __init__(self, cases: Sequence[Case], plan: Plan, on_runs: OnRuns = silent) -> None:
        """Start without runs."""
        self.gathered, self.paired = [Gathered(case, plan.runs) for case in cases], Paired()
        self._before: list[Block] = []
        self._on_runs = on_runs

    def add(self, block: Block) -> None:
        """Take in the next block."""
        self._on_runs(self.gathered[len(self._before)].add(block))
        self._before.append(block)
        if len(self._before) == len(self.gathered):
            if len(self._before) > 1:
                self.paired.add(*self._before)
            self._before.clear()


@contextmanager
def blocks_of(cases: Sequence[Case], plan: Plan, first: int = 0) -> Iterator[Iterable[Block]]:
    """Runs first .. n - 1 of every case, block by block in turn. Workers change nothing but the time.

    Raises:
        WorkerError: a worker process could not be started or ended before its work was done.
    """
    tasks = block_tasks(plan.runs, keep=plan.keep, together=plan.together, cases=len(cases), first=first)
    if plan.workers == 1:
        yield starmap(run_block, ((cases[n], plan.engine, runs, whole) for n, runs, whole in tasks))
        return
    from hedgesim.results.workers import in_order

    begin = partial(begin_cases, tuple(cases), plan.engine.name, plan.engine.backend)
    with closing(in_order(begin, tasks, workers=plan.workers)) as blocks:
        yield blocks


BlockTask = tuple[int, range, bool]
"""Runs to be simulated at once: of which of the cases, which, and whether every number of them is kept."""


def block_tasks(n_runs: int, *, keep: int, together: int, cases: int = 1, first: int = 0) -> Iterator[BlockTask]:
    """Blocks of at most `together` runs, of every case in turn, from a run on; none holds both kept and other runs."""
    while first < n_runs:
        border = keep if first < keep else n_runs
        last = min(first + together, border, n_runs)
        yield from ((case, range(first, last), first < keep) for case in range(cases))
        first = last


def begin_cases(cases: tuple[Case, ...], engine: str, backend: str) -> Callable[[BlockTask], Block]:
    """Prepare a worker to simulate blocks of runs of some cases."""
    chosen = engine_of(engine, backend)
    return lambda task: run_block(cases[task[0]], chosen, task[1], task[2])


class Gathered:
    """What the runs of one case leave behind, taken in block by block in the order of runs."""

    def __init__(self, case: Case, n_runs: int) -> None:
        """Start without runs, of which there will be so many."""
        self.case, self.rows = case, Rows(n_runs, places=True)
        self._summary, self._closing = Summary(), Closing()
        self._kept: list[dict[str, pd.DataFrame]] = []

    def add(self, block: Block) -> int:
        """Take in a block; give the number of its runs."""
        good = block.successful()
        first = self.rows.n
        self.rows.add(block, {"run": range(first, first + len(good)), "seed": self.case.seed})
        if block.kept:
            self._kept.append(dict(block.kept))
        if good.any():
            outcomes = block.outcomes.of_runs(good)
            self._summary.add(outcomes)
            self._closing.add(outcomes)
        return len(good)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        names = self._kept[0] if self._kept else {}
        kept = {name: pd.concat([part[name] for part in self._kept], ignore_index=True) for name in names}
        return {RUNS: self.rows.frame(), SUMMARY: self._summary.table(), **kept}

    def closing(self) -> pd.DataFrame:
        """The closing table."""
        return self._closing.table()

    def parts(self) -> dict[str, Rows | Reduction]:
        """What holds numbers of all runs, by name; it gives and takes its `state`. Empty without a run."""
        return {"rows": self.rows, **self._summary.parts(), **self._closing.parts()} if self.rows.n else {}


def _manifest(scenario: Scenario, notes: Sequence[str], *, plan: Plan) -> dict[str, object]:
    return {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_text": scenario.text,
        **versions(*_PACKAGES, *OF_BACKEND[plan.engine.backend]),
        "engine": plan.engine.name,
        "backend": plan.engine.backend,
        "workers": plan.workers,
        "runs_at_once": plan.together,
        "parameters": scenario.parameters,
        "notes": [*notes],
        **({"rules": {file.name: file.digest for file in files_in_use()}} if files_in_use() else {}),
        "seed": scenario.seed,
        "runs": plan.runs,
        "keep": plan.keep,
        **({"outcomes": sorted({*plan.outcomes})} if plan.outcomes else {}),
    }
