"""Time the engines against each other and against the machine: `python -m benchmarks`.

Everything is measured in one go on one machine; the ratios are what counts, for the machine's own speed varies.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks import growth, speed
from benchmarks.chart import draw
from benchmarks.timing import Timed
from hedgesim.engines.case import case_named


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every comparison")
    parser.add_argument("--largest", type=int, default=10_000, help="largest number of runs in one batch")
    parser.add_argument("--no-growth", action="store_true", help="leave out how cost grows")
    parser.add_argument("--chart", type=Path, help="where to draw how cost grows")
    asked = parser.parse_args()
    backends = ["numpy", *(["jax"] if importlib.util.find_spec("jax") else [])]
    print(_machine(backends))
    rates = speed.compare(asked.rounds, backends)
    print(_speed_table(rates))
    if "jax" in backends:
        print(_limit(rates))
    if asked.no_growth:
        return
    numbers = [n for n in (100, 1_000, 10_000, 100_000, 1_000_000) if n <= asked.largest]
    grown = [growth.by_runs(b, numbers, 3) for b in backends] + [growth.by_size(b, 3) for b in backends]
    table = pd.concat(grown, ignore_index=True)
    print(_growth_table(table))
    if asked.chart:
        draw(table, asked.chart)


def _machine(backends: Sequence[str]) -> str:
    packages = ("mesa", "numpy", "scipy", *(["jax"] if "jax" in backends else []))
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return f"{speed.SCENARIO}, Python {platform.python_version()}, {versions}, {os.cpu_count()} CPUs\n"


def _speed_table(rates: dict[str, Timed]) -> str:
    base, loop = rates[speed.BATCH].median, rates[speed.LOOP].median
    rows = [
        f"| {name} | {timed.best:.1f} | {timed.median:.1f} | {timed.median / base:.1f} | {timed.median / loop:.1f} |"
        for name, timed in rates.items()
    ]
    head = "| way | runs/s, best | median | x batch_run | x array loop |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _limit(rates: dict[str, Timed]) -> str:
    import jax

    from benchmarks.limit import arithmetic, seconds_on_one_core

    with jax.enable_x64(True):
        work = arithmetic(case_named(speed.SCENARIO))
        limit = 1.0 / seconds_on_one_core(work)
    lines = [
        f"Arithmetic of a run: {work.flops / 1e6:.2f} million operations, {work.exponentials:.0f} exponentials and "
        f"the like. A fused loop of as much: {limit:.0f} runs/s on one core."
    ]
    for name, timed in rates.items():
        if name.startswith("ensemble"):
            lines.append(f"{name}: {timed.median / limit:.2f} of what one core could do.")
    return "\n".join(lines) + "\n"


def _growth_table(table: pd.DataFrame) -> str:
    rows = [
        f"| {row.axis} | {row.size:,} | {row.backend} | {row.ms:.2f} | {row.gib:.2f} |".replace("nan", "")
        for row in table.itertuples()
    ]
    return "| grows | to | back end | ms per run | peak GiB |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
