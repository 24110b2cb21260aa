"""A scenario run whole: its tables, their summary, and the manifest that says what made them."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from hedgesim.analysis.summary import CLOSING, STATISTICS, closing_table, summarise_column
from hedgesim.batch.runner import Gathered, RunEngine, run_many
from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import Case, case_of
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
    outcomes: Mapping[str, pd.DataFrame]
    """Outcomes of all runs, kept whole or not: `countries` and `system`, a row per run, period and entity."""
    manifest: Mapping[str, object]

    def table(self, name: str) -> pd.DataFrame:
        """One table; KeyError for an unknown name."""
        return self.tables[name]

    def closing(self) -> pd.DataFrame:
        """Presence, hedging index, meetings and realignments before and after, with Monte Carlo error."""
        if not self.outcomes:
            return pd.DataFrame(columns=list(CLOSING))
        countries = self.outcomes["countries"].rename(columns={"entity": "country"})
        return closing_table(countries, self.outcomes["system"])


def run(
    scenario: Scenario,
    runs: int = DEFAULT_RUNS,
    *,
    keep: int = DEFAULT_KEEP,
    engine: RunEngine = run_alone,
    on_run: Callable[[], None] = lambda: None,
) -> Results:
    """Run a scenario.

    runs: number of runs, at least 1, differing only in random numbers. keep: full trajectories of so many of the
    first runs. engine: what makes one run; the Mesa agents by default. on_run: called after each run.

    Raises:
        ScenarioError, TableError: the scenario's tables lack something.
    """
    return run_case(scenario, case_of(scenario), runs=runs, keep=keep, engine=engine, on_run=on_run)


def run_case(
    scenario: Scenario, case: Case, *, runs: int, keep: int, engine: RunEngine, on_run: Callable[[], None]
) -> Results:
    """Run a scenario whose case is known; see `run`."""
    if runs < 1 or keep < 0:
        message = f"runs must be at least 1 and keep at least 0, not {runs} and {keep}"
        raise ValueError(message)
    began = _now()
    gathered = run_many(case, runs, keep=keep, engine=engine, on_run=on_run)
    numbers = {"runs": runs, "keep": keep}
    manifest = _manifest(scenario, engine=engine, numbers=numbers, began=began)
    return Results(scenario, case, _tables(gathered), gathered.outcomes, manifest)


def _tables(gathered: Gathered) -> dict[str, pd.DataFrame]:
    return {"runs": gathered.runs, "summary": _summary(gathered.outcomes), **gathered.kept}


def _summary(outcomes: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Statistics over all runs by period, entity and outcome."""
    keys = ["period", "entity"]
    parts = [
        summarise_column(frame, keys, value=column).assign(outcome=column)
        for frame in outcomes.values()
        for column in frame.columns
        if column not in {"run", *keys}
    ]
    if not parts:
        return pd.DataFrame(columns=[*keys, "outcome", *STATISTICS])
    whole = pd.concat(parts, ignore_index=True)[[*keys, "outcome", *STATISTICS]]
    return whole.sort_values([*keys, "outcome"], kind="stable", ignore_index=True)


def _manifest(scenario: Scenario, *, engine: RunEngine, numbers: Mapping[str, int], began: str) -> dict[str, object]:
    return {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_text": scenario.text,
        "hedgesim": importlib.metadata.version("hedgesim"),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "engine": f"{engine.__module__}.{engine.__qualname__}",
        "parameters": scenario.parameters,
        "seed": scenario.seed,
        **numbers,
        "began": began,
        "ended": _now(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
