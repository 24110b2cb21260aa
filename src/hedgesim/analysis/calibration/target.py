"""The log likelihood of parameter sets: runs of a scenario with the numbers of each set, set beside the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from hedgesim.analysis.calibration.likelihood import Terms, log_likelihoods
from hedgesim.analysis.calibration.prior import Prior
from hedgesim.analysis.calibration.record import Record
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.records import Observation
from hedgesim.engines.variation import Turn, turned
from hedgesim.model.arrays import Array

THREADS = 3
"""Blocks of runs made at once; compiled programs leave Python free meanwhile."""


@dataclass(frozen=True)
class Target:
    """A scenario over the years of a record, and what is asked of parameter sets.

    Every set is run with the same random numbers, so that the likelihood is a function of the parameters.
    """

    case: Case
    record: Record
    prior: Prior
    engine: Engine
    replications: int
    fixed: Mapping[str, float] = field(default_factory=dict)
    """Discrepancies that stand fixed, by domain; the others are parameters of the prior."""
    on_runs: Callable[[int], None] = lambda _: None
    """Told how many runs were just made."""

    def terms(self, values: Array) -> Terms:
        """Log likelihoods of parameter sets by observation; values: axes (set, parameter)."""
        model, discrepancy = self.prior.split(values)
        parts = [slice(a, a + self.sets_at_once) for a in range(0, len(values), self.sets_at_once)]

        def of(part: slice) -> Terms:
            seen = observed(self.case, {k: v[part] for k, v in model.items()}, self.engine, range(self.replications))
            n_sets = len(values[part])
            errors = {domain: scale[part] for domain, scale in discrepancy.items()}
            errors |= {domain: np.full(n_sets, scale) for domain, scale in self.fixed.items()}
            axes = self.case.setting.axes
            self.on_runs(n_sets * self.replications)
            return log_likelihoods(self.record, seen, axes, replications=self.replications, discrepancy=errors)

        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(of, parts))
        return Terms(*(np.concatenate([getattr(f, n) for f in found]) for n in ("shares", "meetings", "statuses")))

    @property
    def sets_at_once(self) -> int:
        """Sets whose runs make up a block of the engine."""
        return max(1, self.engine.together // self.replications)


def observed(case: Case, values: dict[str, Array], engine: Engine, runs: Sequence[int]) -> Observation:
    """What can be observed of runs with each set of parameters; those of a set lie side by side.

    values: by path, axes (set,). runs: made of every set, with equal random numbers.
    """
    n_sets = len(next(iter(values.values())))
    own = {path: np.repeat(value, len(runs)) for path, value in values.items()}
    numbered = [run for _ in range(n_sets) for run in runs]
    whole = turned(case, {path: [Turn(parameter=path)] for path in own}, own)
    return engine.observations(whole, numbered)
