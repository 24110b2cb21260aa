"""Time this tree against other ones in turn: `python -m benchmarks.editions OTHER_TREE … --backend jax`.

Each tree runs in a process of its own, which waits while the others run; all see the same machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROUND = "-"
"""What a process is told to make its runs once more."""


def main() -> None:
    """Measure and print, or make runs for a process that measures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editions", description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path, help="other trees, such as those of git worktree")
    parser.add_argument("--backend", default="numpy")
    parser.add_argument("--scenario", default="war_2022")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=8)
    asked = parser.parse_args()
    if not asked.trees:
        make_runs(asked.backend, asked.scenario, asked.runs)
        return
    trees = [Path.cwd(), *(tree.resolve() for tree in asked.trees)]
    processes = [_started(tree, asked) for tree in trees]
    seconds = [[_seconds(process) for process in processes] for _ in range(asked.rounds + 1)][1:]
    for place, tree in enumerate(trees):
        best, here = (min(row[k] for row in seconds) for k in (place, 0))
        print(f"{tree}: {1e3 * best / asked.runs:.3f} ms a run, {best / here:.2f} times as long as this tree")


def _started(tree: Path, asked: argparse.Namespace) -> subprocess.Popen[str]:
    options = [f"--{name}={getattr(asked, name)}" for name in ("backend", "scenario", "runs")]
    paths = os.pathsep.join(map(str, (tree / "src", tree)))
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _seconds(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(ROUND + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def make_runs(backend: str, scenario: str, n: int) -> None:
    """Make n runs and print the seconds, once for every line that is read; of this tree or an earlier edition."""
    from importlib import import_module

    from hedgesim.engines.case import case_named
    from hedgesim.engines.records import record_outcomes

    engines = import_module("hedgesim.engines")
    if not hasattr(engines, "engine_of"):
        engines = import_module("hedgesim.engines.choice")
    engine, case = engines.engine_of("ensemble", backend), case_named(scenario)
    for _ in sys.stdin:
        began = time.perf_counter()
        for first in range(0, n, engine.together):
            runs = range(first, min(first + engine.together, n))
            if hasattr(engine, "outcomes"):
                engine.outcomes(case, runs)
            else:
                engine.record(case, runs, record_outcomes)
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
