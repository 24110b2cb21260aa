"""A scenario run whole: its tables, their summary, and the manifest that says what made them."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from hedgesim.batch.runner import Gathered, OnRuns, run_many
from hedgesim.batch.space import check_memory
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import Engine, engine_of
from hedgesim.rules.files import files_in_use
from hedgesim.scenario import Scenario

DEFAULT_RUNS = 1000
DEFAULT_KEEP = 100
_PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "mpltern", "array-api-compat")
_OF_BACKEND: Mapping[str, tuple[str, ...]] = {"numpy": (), "jax": ("jax", "jaxlib")}


@dataclass(frozen=True)
class Results:
    """Tables of a scenario's runs by name (see the page of public names), and the manifest."""

    scenario: Scenario
    case: Case
    tables: Mapping[str, pd.DataFrame]
    ending: pd.DataFrame
    """What `closing` gives."""
    manifest: Mapping[str, object]

    def table(self, name: str) -> pd.DataFrame:
        """One table; KeyError for an unknown name."""
        return self.tables[name]

    def closing(self) -> pd.DataFrame:
        """Presence, hedging index, meetings and realignments before and after, with Monte Carlo error, of all runs."""
        return self.ending


@dataclass(frozen=True)
class Plan:
    """How many runs on which engine in how many processes, and of how many of the first everything is kept."""

    runs: int
    keep: int
    engine: Engine
    workers: int = 1

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing; ValueError."""
        if self.runs < 1 or self.keep < 0 or self.workers < 1:
            message = (
                "runs and workers must be at least 1 and keep at least 0,"
                f" not {self.runs}, {self.workers} and {self.keep}"
            )
            raise ValueError(message)


def run(
    scenario: Scenario,
    runs: int = DEFAULT_RUNS,
    *,
    keep: int = DEFAULT_KEEP,
    engine: str = "ensemble",
    backend: str = "numpy",
    workers: int = 1,
    on_runs: OnRuns = lambda _: None,
) -> Results:
    """Run a scenario.

    runs: number of runs, at least 1, differing only in random numbers. keep: full trajectories of so many of the
    first runs. engine: `ensemble` for many runs at once, `mesa` for agents: the same numbers either way. backend: what
    does the ensemble's arithmetic, `numpy` or `jax`. workers: processes that share the runs; results are the same for
    any number. on_runs: called with the number of runs just made.

    Raises:
        ScenarioError, HedgesimError: the scenario's tables lack something.
        HedgesimError: there is no such engine or back end, or it cannot run the scenario.
        StoreError: the tables of so many runs do not fit this computer's memory.
        WorkerError: a worker process could not start or ended before its work was done.
    """
    plan = Plan(runs, keep, engine_of(engine, backend), workers)
    return run_case(scenario, case_of(scenario), plan, on_runs=on_runs)


def run_case(scenario: Scenario, case: Case, plan: Plan, *, on_runs: OnRuns) -> Results:
    """Run a scenario whose case is known; see `run`."""
    check_memory([case], runs=plan.runs, keep=plan.keep)
    began = now()
    gathered = run_many(case, plan.runs, keep=plan.keep, engine=plan.engine, workers=plan.workers, on_runs=on_runs)
    return results_of(scenario, case, gathered, plan=plan, began=began)


def results_of(scenario: Scenario, case: Case, gathered: Gathered, *, plan: Plan, began: str) -> Results:
    """What runs left behind as results."""
    tables = {"runs": gathered.runs, "summary": gathered.summary, **gathered.kept}
    return Results(scenario, case, tables, gathered.closing, _manifest(scenario, plan=plan, began=began))


def _manifest(scenario: Scenario, *, plan: Plan, began: str) -> dict[str, object]:
    packages = (*_PACKAGES, *_OF_BACKEND[plan.engine.backend])
    own_rules = {file.name: file.digest for file in files_in_use()}
    return {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_text": scenario.text,
        "hedgesim": importlib.metadata.version("hedgesim"),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in packages},
        "engine": plan.engine.name,
        "backend": plan.engine.backend,
        "workers": plan.workers,
        "runs_at_once": plan.engine.together,
        "parameters": scenario.parameters,
        **({"rules": own_rules} if own_rules else {}),
        "seed": scenario.seed,
        "runs": plan.runs,
        "keep": plan.keep,
        "began": began,
        "ended": now(),
    }


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
