"""A page about a million runs: in less than a minute and two gigabytes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import hedgesim
from hedgesim.results.results import Results

RUNS = 1_000_000
SECONDS, BYTES = 60.0, 2 * 2**30


def many(folder: Path, scenario: str) -> Path:
    """A million runs: two hundred real ones, repeated with a little noise of their own, as a run would store them."""
    real = hedgesim.run(hedgesim.read_scenario(scenario), 200, keep=50)
    runs = real.table("runs")
    chosen = runs.iloc[np.arange(RUNS) % len(runs)].reset_index(drop=True)
    noise = np.sin(np.arange(RUNS) * 12.9898) * 1e-3
    spread = {name: chosen[name] + noise for name in chosen.select_dtypes("float64").columns}
    frames = {**{name: real.table(name) for name in real.tables}, "runs": chosen.assign(run=np.arange(RUNS), **spread)}
    hedgesim.write(Results.of(frames, {**real.manifest, "runs": RUNS}), folder / scenario)
    return folder / scenario


@pytest.mark.hold
def test_a_million_runs_of_two_scenarios_are_reported_in_a_minute_and_two_gigabytes(tmp_path: Path) -> None:
    places = [str(many(tmp_path, scenario)) for scenario in ("war_2022", "no_war")]
    began, most = time.monotonic(), 0
    command = [sys.executable, "-m", "hedgesim", "report", *places, "-o", str(tmp_path / "page.html")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.05)
        said = process.stderr.read().decode() if process.stderr else ""
    took = time.monotonic() - began
    assert process.returncode == 0, said
    assert took < SECONDS, f"{took:.0f} seconds"
    assert most < BYTES, f"{most / 2**30:.2f} GiB"
    assert (tmp_path / "page.html").stat().st_size < 3_000_000
