"""Cases gathered, and a small experiment: three quarters of the war scenario, before the war, and of its twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.engines.case import Case
from hedgesim.results.manifest import SEAL, sealed
from hedgesim.results.results import open_results
from hedgesim.results.simulation import Batch, Plan, blocks_of

SMALL = """\
question: Does a sweep survive?
scenarios: [war_2022, no_war]
uncertainties:
  settings.taste.threat: [0.5, 1.0, 1.5]
levers:
  end: [2021Q4]
outcomes: [hedging_index]
design: grid
replications: 4
seed: 5
"""


def gather(cases: Sequence[Case], plan: Plan, *on_runs: Callable[[int], None]) -> Batch:
    """Run cases and gather their blocks."""
    batch = Batch(cases, plan, *on_runs)
    with blocks_of(cases, plan) as blocks:
        for block in blocks:
            batch.add(block)
    return batch


def written(folder: Path, text: str = SMALL, *, name: str = "small.yaml") -> Path:
    """Write an experiment into a folder."""
    path = folder / name
    path.write_text(text)
    return path


def many(replications: int) -> str:
    """The small experiment with so many replications."""
    return SMALL.replace("replications: 4", f"replications: {replications}")


def keeping(n: int, text: str = SMALL) -> str:
    """An experiment that also asks for statistics, and for so many runs in full."""
    return text + f"retention: {{summary: true, keep: {n}}}\n"


def assert_alike(one: pd.DataFrame, other: pd.DataFrame, **options: bool) -> None:
    """Two frames hold the same rows, but for the rounding of numbers."""
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=0.0, atol=1e-12, **options)


def assert_same(one: Path, other: Path) -> None:
    """Two stores hold the same rows in the same files, and nothing else."""
    for name in open_results(one).tables:
        pd.testing.assert_frame_equal(open_results(one).table(name), open_results(other).table(name), check_exact=True)
    assert files(one) == files(other)


def files(folder: Path) -> list[str]:
    """The files of the parts of a store; their names hold the digests of their bytes."""
    return sorted(str(file.relative_to(folder)) for file in folder.glob("*/*.parquet") if file.parent.name != "damaged")


def resealed(manifest: Mapping[str, Any]) -> bytes:
    """A manifest that was changed on purpose, with the digest that belongs to it."""
    return sealed({key: value for key, value in manifest.items() if key != SEAL})
