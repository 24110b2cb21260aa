"""A real Dask scheduler with real workers on loopback makes the same files, even if one worker is killed at work."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.command_line import refused
from tests.results.small import SMALL, assert_same, many, written
from tests.results.test_survival import begun, wait_for_parts

from hedgesim.errors import HedgesimError, StoreError
from hedgesim.results import distributed as on_dask
from hedgesim.results import sweep as sweeping
from hedgesim.results.distributed import check_installed
from hedgesim.results.sweep import sweep
from hedgesim.results.sweep_status import status_of
from hedgesim.rules import catalogue
from hedgesim.rules.catalogue import RuleFile, use
from hedgesim.rules.countries import habit

pytest.importorskip("distributed")


@dataclass
class Cluster:
    """A scheduler and two workers with one thread each, every one a process of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers."""
    file = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(file), "--host", "127.0.0.1"]
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    started = [subprocess.Popen([*dask, "scheduler", *common, "--port", "0", "--no-dashboard"], **quiet)]
    try:
        until = time.monotonic() + 30.0
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        started += [subprocess.Popen([*dask, "worker", *common, *alone], **quiet) for _ in range(2)]
        yield Cluster(json.loads(file.read_text())["address"], started[0], started[1:])
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_dask_makes_the_same_files_though_a_worker_is_killed(tmp_path: Path, cluster: Cluster) -> None:
    path, address, worker = written(tmp_path, many(400)), cluster.address, cluster.workers[0]
    sweep(path, tmp_path / "here")
    process = begun(tmp_path / "there", path, "--dask", address)
    wait_for_parts(tmp_path / "there", process, 3)
    worker.kill()
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert worker.wait() != 0
    assert_same(tmp_path / "here", tmp_path / "there")


def scheduler_killed(cluster: Cluster) -> None:
    cluster.scheduler.kill()


def scheduler_asked_to_end(cluster: Cluster) -> None:
    cluster.scheduler.terminate()


def all_workers_killed(cluster: Cluster) -> None:
    for worker in cluster.workers:
        worker.kill()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (scheduler_killed, "the scheduler does not answer any more. Start it again; finished parts are kept"),
        pytest.param(scheduler_asked_to_end, "the scheduler does not answer any more.", marks=pytest.mark.hold),
        pytest.param(all_workers_killed, "the cluster has no workers; finished parts are kept", marks=pytest.mark.hold),
    ],
)
def test_a_cluster_that_goes_away_is_said_in_one_line(
    tmp_path: Path, cluster: Cluster, harm: Callable[[Cluster], None], said: str
) -> None:
    path = written(tmp_path, many(1_500))
    words = ["sweep", str(path), "-o", str(tmp_path / "out"), "--dask", cluster.address]
    process = subprocess.Popen([sys.executable, "-m", "hedgesim", *words], stderr=subprocess.PIPE, text=True)
    wait_for_parts(tmp_path / "out", process, 2)
    harm(cluster)
    _, heard = process.communicate(timeout=120)
    lines = [line for line in heard.splitlines() if not line.startswith("running small: ")]
    assert (process.returncode, len(lines)) == (2, 1), heard
    assert lines[0].startswith(f"--dask {cluster.address}: {said}")
    assert not status_of(tmp_path / "out").damaged


def test_a_connection_that_breaks_before_the_client_notices_is_said_too(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed.comm import CommClosedError

    def broken(client: Any, *_: object) -> int:
        assert client.status == "running"
        raise CommClosedError

    monkeypatch.setattr(on_dask, "_result", broken)
    with pytest.raises(HedgesimError, match=r"the scheduler does not answer any more\. Start it again"):
        sweep(written(tmp_path, many(2)), tmp_path / "out", dask=cluster.address)


def test_a_rule_of_ones_own_travels_to_the_workers(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "own", {})
    own = inspect.getsource(habit)
    use([RuleFile("stay", own, "stay.py")])
    text = SMALL.replace("  end: [2021Q4]\n", "  end: [2021Q4]\n  rules.countries.all.rule: [stay, habit]\n")
    path = written(tmp_path, text)
    here = sweep(path, tmp_path / "here")
    sweep(path, tmp_path / "two", workers=2)
    sweep(path, tmp_path / "there", dask=cluster.address)
    assert_same(tmp_path / "here", tmp_path / "two")
    assert_same(tmp_path / "here", tmp_path / "there")
    runs = here.table("runs").set_index("rules.countries.all.rule")["hedging_index"]
    assert runs["stay"].tolist() == pytest.approx(runs["habit"].tolist(), abs=1e-12)
    keys = here.points().set_index("rules.countries.all.rule")["key"]
    use([RuleFile("stay", own.replace("0.0", "0.1"), "stay.py")])
    changed = sweep(path, tmp_path / "here").points().set_index("rules.countries.all.rule")["key"]
    assert not set(keys) & set(changed)


def test_a_worker_with_other_sources_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "digest_of_sources", iter(["planned", "worker"]).__next__)
    with pytest.raises(StoreError, match=r"another version of hedgesim.*Install the same version on both"):
        sweep(written(tmp_path), tmp_path / "out")


def test_no_scheduler_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.results.distributed.PATIENCE", 1.0)
    with pytest.raises(HedgesimError) as error:
        sweep(written(tmp_path), tmp_path / "out", dask="tcp://127.0.0.1:9")
    assert str(error.value).startswith("--dask tcp://127.0.0.1:9: no scheduler answers (")
    assert "\n" not in str(error.value)


def test_dask_that_is_not_installed_is_said_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(HedgesimError, match=r"pip install 'hedgesim\[distributed\]'"):
        check_installed("tcp://127.0.0.1:9")


def test_workers_and_dask_exclude_each_other(tmp_path: Path) -> None:
    words = ("sweep", str(written(tmp_path)), "--dask", "tcp://127.0.0.1:9", "--workers", "2")
    assert refused(*words).startswith("--workers 2: the cluster has workers of its own.")
