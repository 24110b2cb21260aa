"""Mesa's batch runner makes the runs that the ensemble makes, and its rows become our tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mesa.batchrunner import batch_run

import hedgesim
from hedgesim.errors import StoreError
from hedgesim.results.mesa_rows import SweptModel, runs_of, write_runs
from hedgesim.results.results import open_results

from .small import assert_alike

END = "end=2021Q3"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    overrides = [f"{END}; settings.taste.threat={threat}" for threat in (0.5, 2.0)]
    wanted = {"scenario": "war_2022", "run": [1, 0, 2], "overrides": overrides}
    return batch_run(SweptModel, wanted, number_processes=1, data_collection_period=-1, display_progress=False)


def test_rows_of_batch_run_are_the_runs_of_the_ensemble(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    write_runs(rows, tmp_path / "out")
    table = open_results(tmp_path / "out").table("runs")
    assert table["run"].tolist() == [0, 1, 2] * 2
    for threat in (0.5, 2.0):
        texts = [END, f"settings.taste.threat={threat}"]
        alone = hedgesim.run(hedgesim.read_scenario("war_2022", overrides=texts), 3, keep=0).table("runs")
        own = table[table["settings.taste.threat"] == threat].reset_index(drop=True)
        shared = alone.columns.intersection(own.columns).drop("failed")
        assert {"hedging_index_KAZ", "presence_RUS", "leader_meetings"} <= set(shared)
        assert_alike(own[shared], alone[shared], check_dtype=False)


def test_rows_of_every_quarter_are_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(StoreError, match=r"quarters before the last.*data_collection_period=-1"):
        runs_of([*rows, {**rows[0], "hedging_index": None}])
    with pytest.raises(StoreError, match="rows lack scenario, run, seed"):
        runs_of([{"hedging_index": 1.0}])


def test_faults_of_overrides_are_those_of_the_scenario() -> None:
    with pytest.raises(hedgesim.ScenarioError, match="unknown setting"):
        SweptModel("war_2022", overrides="settings.taste.thread=1")
