"""Runs are gathered in the same way whatever simulates them and however many at once."""

import json
import multiprocessing
import os
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.engines import Engine, engine_of
from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.records import Record, record_outcomes
from hedgesim.errors import StoreError
from hedgesim.results.manifest import IN_SWEEPS
from hedgesim.results.simulation import Plan, block_tasks, run
from hedgesim.results.summary import summarise
from hedgesim.results.workers import ONE_THREAD
from hedgesim.scenario import read_scenario
from worlds import case_from

from .small import assert_alike, gather

ENGINE = engine_of("ensemble")
NOT_KEPT = ("runs", "summary", "closing")


@pytest.fixture(scope="module")
def case() -> Case:
    return case_from("war_2022", "end=2022Q3")


def run_many(case: Case, n: int, *, keep: int, engine: Engine) -> dict[str, pd.DataFrame]:
    """The tables of a case, and its closing table."""
    (gathered,) = gather([case], Plan(n, keep, engine)).gathered
    return {"closing": gathered.closing(), **gathered.tables()}


@pytest.fixture(scope="module")
def whole(case: Case) -> dict[str, pd.DataFrame]:
    return run_many(case, 23, keep=4, engine=ENGINE)


@settings(max_examples=50)
@given(st.integers(0, 60), st.integers(0, 70), st.integers(1, 80), st.integers(1, 2))
def test_every_run_of_every_case_is_made_once_in_order_and_no_block_mixes_kept_and_other_runs(
    n: int, keep: int, together: int, cases: int
) -> None:
    tasks = list(block_tasks(n, keep=keep, together=together, cases=cases))
    for case in range(cases):
        own = [task for task in tasks if task[0] == case]
        assert [run for _, runs, _ in own for run in runs] == list(range(n))
        assert all(whole == (run < keep) for _, runs, whole in own for run in runs)
    assert all(0 < len(task[1]) <= together for task in tasks)
    assert all(a[1] == b[1] for a, b in pairwise(tasks) if b[0] > a[0])


def test_no_worker_is_left_without_runs_where_one_block_could_hold_all() -> None:
    engine = replace(engine_of("ensemble"), together=1000)
    assert [Plan(n, 0, engine, workers).together for n, workers in ((900, 1), (900, 2), (901, 2), (5000, 2))] == [
        *(900, 450, 451, 1000)
    ]


@pytest.mark.parametrize(
    ("engine", "together", "workers"),
    [
        *(("ensemble", n, 1) for n in (1, 7, 1000)),
        ("mesa", 1, 1),
        ("ensemble", 5, 2),
        pytest.param("ensemble", 64, 3, marks=pytest.mark.hold),
    ],
)
def test_any_engine_size_of_blocks_and_number_of_workers_leaves_the_same_tables_and_no_worker(
    case: Case, whole: dict[str, pd.DataFrame], engine: str, together: int, workers: int
) -> None:
    reported: list[int] = []
    plan = Plan(23, 4, replace(engine_of(engine), together=together), workers)
    (gathered,) = gather([case], plan, reported.append).gathered
    tables = {"closing": gathered.closing(), **gathered.tables()}
    assert tables.keys() == whole.keys()
    for name in whole:
        assert_alike(tables[name], whole[name])
    assert all(set(frame["run"]) == set(range(4)) for name, frame in tables.items() if name not in NOT_KEPT)
    assert sum(reported) == 23
    assert not multiprocessing.active_children()
    assert not {name for name in ONE_THREAD if os.environ.get(name) == "1"}


def test_the_summary_is_that_of_the_kept_runs_when_all_are_kept(case: Case) -> None:
    gathered = run_many(case, 9, keep=9, engine=ENGINE)
    kept = (gathered["countries"].rename(columns={"country": "entity"}), gathered["system"].assign(entity="system"))
    long = pd.concat(frame.melt(["run", "period", "entity"], var_name="outcome") for frame in kept)
    found = gathered["summary"].query("outcome != 'trust'")  # which no table of kept runs has by country
    assert_alike(found.reset_index(drop=True), summarise(long))


def breaking(case: Case, runs: Sequence[int], record: Record) -> Any:
    """Record runs of which 1 and 4 break in the fourth quarter after the start."""
    made = simulate(case, runs)
    share = made.worlds.share.copy()
    share[4:, ..., [k for k, run in enumerate(runs) if run in {1, 4}]] = np.nan
    return replace(made, worlds=replace(made.worlds, share=share)).record(record)


def test_a_failed_run_is_a_row_with_its_reason_and_in_no_other_table(
    case: Case, whole: dict[str, pd.DataFrame]
) -> None:
    engine = replace(ENGINE, record=breaking)
    gathered = run_many(case, 6, keep=3, engine=replace(engine, together=2))
    reasons = gathered["runs"].set_index("run")["failed"]
    reason = "shares of KAZ and 5 more are not numbers from 2022Q1; KAZ follows multi_vector.py"
    assert reasons[reasons.notna()].to_dict() == dict.fromkeys((1, 4), reason)
    assert gathered["runs"].loc[[1, 4], ["hedging_index", "leader_meetings"]].isna().all(axis=None)
    assert set(gathered["shares"]["run"]) == {0, 2}
    assert (gathered["closing"]["n"] == 4).all()
    assert (gathered["summary"]["n"] == 4).all()
    assert gathered["summary"].notna().all(axis=None)
    sound = gathered["runs"][reasons.isna().to_numpy()].drop(columns="failed")
    assert_alike(sound, whole["runs"].loc[sound.index].drop(columns="failed").astype(sound.dtypes))


def test_ten_times_the_runs_take_no_more_memory_than_their_rows(case: Case) -> None:
    made = ENGINE.record(case, range(500), record_outcomes)
    engine = replace(ENGINE, record=lambda *of: made, together=500)

    def peak(n: int) -> int:
        tracemalloc.start()
        gathered = run_many(case, n, keep=0, engine=engine)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(gathered["runs"]) == n
        return most

    columns = len(run_many(case, 500, keep=0, engine=engine)["runs"].columns)
    peak(500)
    assert peak(50_000) - peak(5_000) < 45_000 * (columns + 2) * 8


def test_a_folder_of_a_sweep_or_of_findings_takes_no_run(tmp_path: Path) -> None:
    scenario = read_scenario("war_2022", overrides=["end=2021Q2"])
    for kind in ("sweep", "hindcast"):
        manifest = {**dict.fromkeys(IN_SWEEPS), "kind": kind, "format_version": 1}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        with pytest.raises(StoreError, match=rf"results of something else are here \({kind}\)\. Name another folder"):
            run(scenario, 2, folder=tmp_path)
        assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8")) == manifest
