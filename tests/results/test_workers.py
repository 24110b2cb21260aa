"""Runs made in worker processes are the runs made here, whatever their number and the size of blocks."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from hedgesim.engines import engine_of
from hedgesim.engines.case import Case
from hedgesim.errors import WorkerError
from hedgesim.results import workers
from hedgesim.results.blocks import run_block
from hedgesim.results.simulation import BlockTask, Plan, begin_cases, block_tasks
from hedgesim.results.twins import run_twins
from hedgesim.results.workers import ONE_THREAD, WAITING, in_order
from hedgesim.scenario import read_scenario
from worlds import case_from

from .small import assert_alike, gather

ENGINE = engine_of("ensemble")


@pytest.fixture(scope="module")
def case() -> Case:
    return case_from("war_2022", "end=2021Q4")


def test_twins_in_workers_are_the_twins_made_here() -> None:
    scenarios = tuple(read_scenario(name, overrides=["end=2022Q2"], seed=1) for name in ("war_2022", "no_war"))
    here = run_twins(scenarios, Plan(16, 2, ENGINE))
    reported: list[int] = []
    there = run_twins(scenarios, Plan(16, 2, replace(ENGINE, together=7), 2), on_runs=reported.append)
    assert sum(reported) == 2 * 16
    assert_alike(here.paired, there.paired)
    assert_alike(here.twin.closing(), there.twin.closing())
    assert there.twin.manifest["workers"] == 2


def test_no_more_tasks_are_taken_than_a_few_per_worker(case: Case) -> None:
    taken: list[BlockTask] = []

    def counted() -> Iterator[BlockTask]:
        for task in block_tasks(40, keep=0, together=1):
            taken.append(task)
            yield task

    blocks = in_order(partial(begin_cases, (case,), "ensemble", "numpy"), counted(), workers=2)
    assert len(next(blocks).outcomes.failed) == 1
    assert len(taken) == WAITING * 2
    blocks.close()
    assert not multiprocessing.active_children()


def test_the_environment_is_put_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ONE_THREAD[0], "7")
    monkeypatch.delenv(ONE_THREAD[1], raising=False)
    with workers._environment(dict.fromkeys(ONE_THREAD, "1")):
        assert os.environ[ONE_THREAD[0]] == os.environ[ONE_THREAD[1]] == "1"
    assert os.environ[ONE_THREAD[0]] == "7"
    assert ONE_THREAD[1] not in os.environ


def test_outcomes_travel_with_runs_side_by_side(case: Case) -> None:
    block = run_block(case, ENGINE, range(3))
    values = pickle.loads(pickle.dumps(block)).outcomes.values
    assert values.strides[-1] == values.itemsize
    assert np.array_equal(values, block.outcomes.values)


def test_a_worker_that_cannot_start_is_said_in_one_line(case: Case) -> None:
    said = r"^--workers 2: a worker process could not start .*Give fewer --workers"
    with pytest.raises(WorkerError, match=said) as e:
        gather([case], Plan(3, 0, replace(ENGINE, name="steam"), 2))
    assert "\n" not in str(e.value)


def children_of(pid: int) -> list[psutil.Process]:
    """Processes whose parent is a process; none where that has ended."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children()
    return []


@pytest.mark.parametrize(
    ("how", "wait"),
    [pytest.param(signal.SIGINT, 0.0, marks=pytest.mark.hold), (signal.SIGINT, 2.0), (signal.SIGKILL, 1.5)],
)
def test_workers_end_with_what_started_them(tmp_path: Path, how: signal.Signals, wait: float) -> None:
    words = ["run", "war_2022", "--runs", "100000", "--workers", "2", "-o", str(tmp_path / "out")]
    parent = subprocess.Popen([sys.executable, "-m", "hedgesim", *words], stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 60.0
        while len(children := children_of(parent.pid)) < 3 and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(wait)
        parent.send_signal(how)
        _, said = parent.communicate(timeout=30)
        if how == signal.SIGINT:
            assert parent.returncode == 130
            assert said.split() == ["stopped"]
        _, alive = psutil.wait_procs(children, timeout=max(1.0, until - time.monotonic()))
        assert not alive
    finally:
        parent.kill()
