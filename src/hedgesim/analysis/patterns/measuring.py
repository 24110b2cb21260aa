"""The statistics of every part, run by run: scenarios that parts share are simulated once, block by block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from hedgesim.analysis.patterns.arguments import Bound
from hedgesim.analysis.patterns.bases import Bases
from hedgesim.analysis.patterns.pattern import Part
from hedgesim.analysis.patterns.seen import Seen
from hedgesim.analysis.patterns.variation import Variation
from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import Array

BLOCK = 100
"""Runs that are simulated together; every quarter of them is in memory, some 100 MB."""

Key = tuple[str, int]
OnRuns = Callable[[int], None]


def measure(
    bases: Bases, variation: Variation, runs: Sequence[int], *, on_runs: OnRuns = lambda _: None
) -> dict[Key, Array]:
    """The statistic of every part by its key (pattern, number), axes (run,); NaN where a run does not get so far.

    runs: numbers of the runs; run k of one scenario has the same random numbers as run k of another. on_runs: called
    with the number of runs just made of one scenario. A run that failed has no statistic.
    """
    parts = list(bases.patterns.parts)
    found: dict[tuple[str, Key], Array] = {}
    for name in dict.fromkeys(name for part in parts for name in part.bases):
        wanted = {part.key: part.statistic for part in parts if name in part.bases}
        case = variation.of(bases.case(name, variation.parameters))
        blocks = [runs[first : first + BLOCK] for first in range(0, len(runs), BLOCK)]
        made = [_statistics(variation.drawn(case, block), block, wanted, on_runs) for block in blocks]
        found |= {(name, key): np.concatenate([one[key] for one in made]) for key in wanted}
    return {part.key: _of(part, found) for part in parts}


def _of(part: Part, found: Mapping[tuple[str, Key], Array]) -> Array:
    """A part's statistic, or how much larger it is than in the other scenario."""
    here = found[part.on, part.key]
    return here if part.less is None else here - found[part.less, part.key]


def _statistics(case: Case, runs: Sequence[int], wanted: Mapping[Key, Bound], on_runs: OnRuns) -> dict[Key, Array]:
    """Statistics of some runs of a case. Numbers may overflow on the way: the run then fails."""
    with np.errstate(all="ignore"):
        seen = Seen(simulate(case, runs))
        failed = np.asarray(seen.worlds.failed()).any(axis=0)
        values = {key: np.where(failed, np.nan, statistic(seen)) for key, statistic in wanted.items()}
    on_runs(len(runs))
    return values
