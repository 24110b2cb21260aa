"""A scenario run whole: its tables, their summary, and the manifest that says what made them."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from hedgesim.analysis.summary import CLOSING, closing_table
from hedgesim.batch.runner import Gathered, run_many
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import ENGINES, Engine
from hedgesim.scenario import Scenario

DEFAULT_RUNS = 20
DEFAULT_KEEP = 100
_PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "mpltern", "array-api-compat")


@dataclass(frozen=True)
class Results:
    """Tables of a scenario's runs by name (see the page of public names), and the manifest."""

    scenario: Scenario
    case: Case
    tables: Mapping[str, pd.DataFrame]
    ends: Mapping[str, pd.DataFrame]
    """Outcomes of all runs, kept whole or not, in the first and the last quarter: `countries` and `system`."""
    manifest: Mapping[str, object]

    def table(self, name: str) -> pd.DataFrame:
        """One table; KeyError for an unknown name."""
        return self.tables[name]

    def closing(self) -> pd.DataFrame:
        """Presence, hedging index, meetings and realignments before and after, with Monte Carlo error."""
        if not self.ends:
            return pd.DataFrame(columns=list(CLOSING))
        countries = self.ends["countries"].rename(columns={"entity": "country"})
        return closing_table(countries, self.ends["system"])


def run(
    scenario: Scenario,
    runs: int = DEFAULT_RUNS,
    *,
    keep: int = DEFAULT_KEEP,
    engine: str = "mesa",
    on_runs: Callable[[int], None] = lambda _: None,
) -> Results:
    """Run a scenario.

    runs: number of runs, at least 1, differing only in random numbers. keep: full trajectories of so many of the
    first runs. engine: `mesa` for agents, `ensemble` for many runs at once: the same numbers either way. on_runs:
    called with the number of runs just made.

    Raises:
        ScenarioError, TableError: the scenario's tables lack something.
    """
    chosen = ENGINES[engine]()
    return run_case(scenario, case_of(scenario), runs=runs, keep=keep, engine=chosen, on_runs=on_runs)


def run_case(
    scenario: Scenario, case: Case, *, runs: int, keep: int, engine: Engine, on_runs: Callable[[int], None]
) -> Results:
    """Run a scenario whose case is known; see `run`."""
    if runs < 1 or keep < 0:
        message = f"runs must be at least 1 and keep at least 0, not {runs} and {keep}"
        raise ValueError(message)
    began = _now()
    gathered = run_many(case, runs, keep=keep, engine=engine, on_runs=on_runs)
    numbers = {"runs": runs, "keep": keep}
    manifest = _manifest(scenario, engine=engine, numbers=numbers, began=began)
    return Results(scenario, case, _tables(gathered), gathered.ends, manifest)


def _tables(gathered: Gathered) -> dict[str, pd.DataFrame]:
    return {"runs": gathered.runs, "summary": gathered.summary, **gathered.kept}


def _manifest(scenario: Scenario, *, engine: Engine, numbers: Mapping[str, int], began: str) -> dict[str, object]:
    return {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_text": scenario.text,
        "hedgesim": importlib.metadata.version("hedgesim"),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "engine": engine.name,
        "parameters": scenario.parameters,
        "seed": scenario.seed,
        **numbers,
        "began": began,
        "ended": _now(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
