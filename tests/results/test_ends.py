"""However work ends, one line says it, with exit code 2 or 130, and what was written is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from tests.command_line import call
from tests.results.small import assert_same, many, written

from hedgesim.errors import HedgesimError
from hedgesim.results import sweep as sweeping
from hedgesim.results.sweep import sweep
from hedgesim.results.sweep_status import status_of
from hedgesim.results.workers import MOST_A_PROCESSOR, in_order

SCRIPT = """
import hedgesim
scenario = hedgesim.read_scenario("war_2022", overrides=["end=2021Q4"])
print(len(hedgesim.run(scenario, 12, keep=1, workers=2).table("runs")))
"""
THREADED = f"import threading\ndo = threading.Thread(target=lambda: exec('''{SCRIPT}'''))\ndo.start()\ndo.join()\n"


@pytest.mark.parametrize(
    ("words", "text"),
    [(("-",), SCRIPT), (("script.py",), SCRIPT), (("-c", SCRIPT), ""), (("script.py",), THREADED), (("-i",), SCRIPT)],
)
def test_workers_start_from_wherever_python_does(tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    (tmp_path / "script.py").write_text(text)
    done = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["12"]), done.stderr


def stopped_as_a_group(folder: Path, wait: float, *more: float) -> None:
    """Press Ctrl-C in a terminal, once or several times, while a sweep runs in two processes."""
    heeding = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    module = "runpy.run_module('hedgesim', run_name='__main__', alter_sys=True)"
    words = [sys.executable, "-c", heeding + module, "sweep", str(folder / "small.yaml"), "-o", str(folder / "out")]
    process = subprocess.Popen(
        [*words, "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        for seconds in (wait, *more):
            time.sleep(seconds)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode in {130, -signal.SIGINT}, (wait, said)
    assert [line for line in said.splitlines() if not line.startswith("running small: ")] == ["stopped"], (wait, said)


@pytest.mark.parametrize(("times", "most"), [(4, 6.0), pytest.param(40, 12.0, marks=pytest.mark.hold)])
def test_ctrl_c_to_all_processes_loses_nothing(tmp_path: Path, times: int, most: float) -> None:
    path, chance = written(tmp_path, many(50_000 * times)), random.Random(times)  # more than is done before the last
    for n in range(times):
        stopped_as_a_group(tmp_path, chance.uniform(0.5, most), *([0.1, 0.1] * (n % 2)))
        if (tmp_path / "out" / "manifest.json").exists():
            assert not status_of(tmp_path / "out").damaged
    path.write_text(many(300))
    sweep(path, tmp_path / "out")
    assert status_of(tmp_path / "out").finished


def hungry(error: Exception) -> Callable[[int], int]:
    """Prepare a worker that runs out of memory at its second task."""

    def work(task: int) -> int:
        if task:
            raise error
        return task

    return work


class Starved:
    """Prepares a worker that has no memory left for its second task."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self) -> Callable[[int], int]:
        return hungry(self._error)


@pytest.mark.parametrize(
    "error", [MemoryError(), pa.ArrowMemoryError("realloc"), np.linalg.LinAlgError("no"), OSError()]
)
def test_a_worker_without_memory_is_said_and_other_errors_stay_what_they_are(error: Exception) -> None:
    done = in_order(Starved(error), iter(range(3)), workers=2)
    assert next(done) == 0
    expected = HedgesimError if isinstance(error, MemoryError) else type(error)
    with pytest.raises(expected) as said:
        next(done)
    if isinstance(error, MemoryError):
        assert str(said.value).startswith("--workers 2: memory ran out in a worker process")
    assert "\n" not in str(said.value)


def test_more_workers_than_anyone_can_use_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    with pytest.raises(HedgesimError, match="this computer has 3 processors"):
        in_order(Starved(OSError()), iter(range(3)), workers=3 * MOST_A_PROCESSOR + 1)


LITTLE = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_100_000_000, 1_100_000_000))
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds to the limit")
@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_a_run_without_memory_is_said_in_one_line(tmp_path: Path, more: tuple[str, ...]) -> None:
    words = ["-m", "hedgesim", "run", "war_2022", "--runs", "3000", "--keep", "3000", "-o", "out", *more]
    done = subprocess.run(
        [sys.executable, "-c", LITTLE, sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "memory" in done.stderr.splitlines()[-1] or "Give fewer --workers" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MemoryError, 2, "hedgesim: memory ran out. Files already written are kept"),
        (KeyboardInterrupt, 130, "stopped"),
    ],
)
def test_a_sweep_that_ends_early_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], code: int, said: str
) -> None:
    path, left = written(tmp_path, many(300)), [2]
    begin = sweeping.ChunkWork.begin

    def ending(work: sweeping.ChunkWork) -> Callable[[object], int]:
        do = begin(work)

        def one(task: object) -> int:
            left[0] -= 1
            if left[0] < 0:
                raise error
            return do(task)

        return one

    with monkeypatch.context() as patched:
        patched.setattr(sweeping.ChunkWork, "begin", ending)
        patched.setattr(signal, "signal", lambda *_: SimpleNamespace())
        found = call("sweep", str(path), "-o", str(tmp_path / "out"))
    assert (found.code, found.err.startswith(said), found.err.count("\n")) == (code, True, 1)
    status = status_of(tmp_path / "out")
    assert (status.there > 0, status.missing > 0, dict(status.damaged)) == (True, True, {})
    sweep(path, tmp_path / "out")
    sweep(path, tmp_path / "fresh")
    assert_same(tmp_path / "out", tmp_path / "fresh")
