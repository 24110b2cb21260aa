"""From Mesa's batch runner to our tables, for people who come from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.engines.agent_based import HedgeModel
from hedgesim.engines.case import case_of
from hedgesim.errors import StoreError
from hedgesim.results.blocks import final_columns, final_outcomes
from hedgesim.results.manifest import versions
from hedgesim.results.results import Results, write
from hedgesim.results.tables import COUNTS, INDEX
from hedgesim.scenario import read_scenario

SEPARATOR = ";"
NOT_OUTCOMES = ("RunId", "iteration", "Step", "scenario", "run", "overrides", "rng", "seed")


class SweptModel(HedgeModel):
    """A run of a scenario as `mesa.batchrunner.batch_run` wants it: all its parameters are plain words and numbers.

    scenario: name or path. run: number of the run. overrides: `PATH=VALUE` texts joined by `;`. rng: a seed that
    replaces the scenario's. Its reporters give the columns of our table of runs, empty before the last quarter, so
    call batch_run with data_collection_period=-1.
    """

    def __init__(self, scenario: str, run: int = 0, overrides: str = "", rng: int | None = None) -> None:
        """Build the model; ScenarioError for a fault of the scenario or of an override."""
        texts = [text.strip() for text in overrides.split(SEPARATOR) if text.strip()]
        super().__init__(case_of(read_scenario(scenario, overrides=texts)), run, rng)
        self._final: Mapping[str, float] | None = None
        names = {name: partial(_final, name=name) for name in final_columns(self.case.setting.axes)}
        self.datacollector = type(self.datacollector)(model_reporters={"seed": _seed, **names})
        self.datacollector.collect(self)

    def final(self) -> Mapping[str, float] | None:
        """Outcomes of the complete run, None before its last quarter."""
        if self._final is None and self.quarter == self.case.setting.axes.n_steps:
            outcomes = final_outcomes(self.trajectory().outcomes())
            self._final = {name: float(values[0]) for name, values in outcomes.items()}
        return self._final


def _final(model: SweptModel, *, name: str) -> float | None:
    outcomes = model.final()
    return None if outcomes is None else outcomes[name]


def _seed(model: SweptModel) -> int:
    return model.case.seed


def runs_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows of batch_run as our table of runs: sorted, a column per override, each run once.

    rows: what `batch_run(SweptModel, …, data_collection_period=-1)` gave.

    Raises:
        StoreError: the rows are not those of the ends of runs of `SweptModel`.
    """
    table = pd.DataFrame([dict(row) for row in rows])
    lacking = [name for name in ("scenario", "run", "seed", INDEX) if name not in table]
    if lacking or table[INDEX].isna().any():
        fault = f"rows lack {', '.join(lacking)}" if lacking else "some rows are of quarters before the last"
        place, remedy = "batch_run", "Call batch_run(SweptModel, …, data_collection_period=-1)."
        raise StoreError(place, fault, remedy=remedy)
    table = table.assign(overrides=table.get("overrides", ""))
    table = table.drop_duplicates(["scenario", "overrides", "run", "seed"])
    varied = pd.DataFrame([_values(text) for text in table["overrides"]], index=table.index)
    outcomes = table[[name for name in table.columns if name not in NOT_OUTCOMES]]
    whole = pd.concat([table[["scenario", "run", "seed"]], varied, outcomes], axis=1)
    counts = {name: "int64" for name in COUNTS}
    ordered = whole.astype(counts).sort_values(["scenario", *varied.columns, "run"], ignore_index=True)
    return ordered.assign(failed=None)


def _values(text: str) -> dict[str, object]:
    """The overrides of a run by path, numbers as numbers."""
    pairs = (part.partition("=") for part in str(text).split(SEPARATOR) if part.strip())
    return {path.strip(): _number(value.strip()) for path, _, value in pairs}


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def write_runs(rows: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write the rows of batch_run as results that `open_results` opens; StoreError as of `runs_of`."""
    table = runs_of(rows)
    manifest = {"scenario": ", ".join(sorted(set(table["scenario"]))), "engine": "mesa", **versions("mesa")}
    write(Results.of({"runs": table}, {**manifest, "runs": len(table)}), folder)
