"""What the store costs over the bare ensemble, and what a large sweep takes: `python -m benchmarks.store`.

The overhead is measured in one process, the ways in turn; the large sweep is run by the command line in a folder that
is removed again, the memory of its processes being looked at in /proc while it runs.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.timing import time_in_turn
from hedgesim.engines import Engine, engine_of
from hedgesim.experiment import Experiment, read_experiment
from hedgesim.results.blocks import run_block
from hedgesim.results.plan import SweepPlan
from hedgesim.results.results import open_results
from hedgesim.results.sweep import sweep

TEXT = """\
question: What does the store cost?
scenarios: [history]
uncertainties:
  settings.taste.threat: {{low: 0.0, high: 2.0}}
  settings.taste.concentration: {{low: 1.0, high: 3.0}}
outcomes: [hedging_index]
design: latin_hypercube
samples: {samples}
replications: {replications}
seed: 2015
retention: {{summary: {summary}}}
"""
LONG = 2000
"""Replications of a point: nearly as many as a part holds."""

BARE = "bare ensemble"
PLAIN, WHOLE = "sweep, table of runs", "sweep, with statistics by quarter"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--backend", default="numpy", help="numpy or jax")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the comparison; 0 leaves it out")
    parser.add_argument("--runs", type=int, default=0, help="runs of the large sweep; 0 leaves it out")
    parser.add_argument("--workers", type=int, default=2, help="processes of the large sweep")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.rounds:
            print(overhead(Path(folder), asked.backend, asked.rounds))
        if asked.runs:
            print(large(Path(folder), asked.backend, runs=asked.runs, workers=asked.workers))


def written(folder: Path, *, samples: int, summary: bool) -> Experiment:
    """An experiment of 40 quarters with so many points of `LONG` replications."""
    path = folder / f"cost_{summary}.yaml"
    path.write_text(TEXT.format(samples=samples, replications=LONG, summary=str(summary).lower()))
    return read_experiment(path)


def overhead(folder: Path, backend: str, rounds: int) -> str:
    """Runs per second of the bare ensemble and of sweeps, and what the latter lose."""
    experiments = {PLAIN: written(folder, samples=2, summary=False), WHOLE: written(folder, samples=2, summary=True)}
    engine = engine_of("ensemble", backend)
    ways: dict[str, Callable[[], int]] = {BARE: partial(_bare, experiments[PLAIN], engine)}
    ways |= {name: partial(_swept, one, folder, backend) for name, one in experiments.items()}
    rates = time_in_turn(ways, rounds=rounds)
    base = rates[BARE].median
    rows = [f"| {name} | {one.median:.0f} | {base / one.median - 1.0:+.1%} |" for name, one in rates.items()]
    return f"{backend}, 40 quarters\n\n| way | runs/s | time over bare |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _bare(experiment: Experiment, engine: Engine) -> int:
    """The same runs as arrays of outcomes, which are dropped."""
    case = SweepPlan.of(experiment, backend=engine.backend).case(0)
    for first in range(0, 2 * LONG, engine.together):
        run_block(case, engine, range(first, min(first + engine.together, 2 * LONG)))
    return 2 * LONG


def _swept(experiment: Experiment, folder: Path, backend: str) -> int:
    """The same runs into a store."""
    place = folder / "store"
    sweep(experiment, place, backend=backend)
    shutil.rmtree(place)
    return 2 * LONG


def large(folder: Path, backend: str, *, runs: int, workers: int) -> str:
    """Time, peak memory of the parent and of its workers, and disk of a sweep of many runs with statistics."""
    written(folder, samples=max(1, runs // LONG), summary=True)
    place = folder / "large"
    words = ["sweep", str(folder / "cost_True.yaml"), "-o", str(place), "--backend", backend, "--workers", str(workers)]
    began, peaks = time.perf_counter(), {}
    process = subprocess.Popen([sys.executable, "-m", "hedgesim", *words], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peaks |= _peaks(process.pid)
        time.sleep(1.0)
    took = time.perf_counter() - began
    parent = peaks.pop(process.pid, 0.0)
    disk = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    began = time.perf_counter()
    read = len(open_results(place).table("runs", columns=["point", "hedging_index"]))
    reading = time.perf_counter() - began
    return (
        f"{read:,} runs of 40 quarters with statistics, {backend}, {workers} processes: {took / 60:.1f} min,"
        f" peak of the parent {parent:.2f} GiB, of a worker {max(peaks.values(), default=0.0):.2f} GiB,"
        f" disk {disk / 1e6:.0f} MB; two columns of all runs read in {reading:.1f} s"
    )


def _peaks(pid: int) -> dict[int, float]:
    """Peak memory in GiB of a process and of its children, by process; what ends meanwhile is left out."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if pid in {int(fields["Pid"]), int(fields["PPid"])} and "VmHWM" in fields:
            found[int(fields["Pid"])] = float(fields["VmHWM"].split()[0]) / 2**20
    return found


if __name__ == "__main__":
    main()
