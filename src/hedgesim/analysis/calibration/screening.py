"""Which parameters the record of the training years says anything about: those are fitted, the others only swept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from SALib.analyze import rbd_fast
from scipy import stats
from scipy.stats import qmc

from hedgesim.analysis.calibration.likelihood import Terms, log_likelihoods
from hedgesim.analysis.calibration.prior import SCALES
from hedgesim.analysis.calibration.target import Target
from hedgesim.engines.records import Observation
from hedgesim.model.arrays import Array

KINDS = ("shares", "meetings", "statuses")
"""Parts of the record."""

SHUFFLES = 20
"""How often the likelihoods are moved on against the parameters to see what chance alone gives."""


@dataclass(frozen=True)
class Screening:
    """What a sample of the prior says of every parameter."""

    table: pd.DataFrame
    """parameter, shares, meetings, statuses: part of the variance of the rank of that log likelihood that it explains
    alone; chance: the largest that chance gave any parameter; fitted: whether any of the three is above it."""
    places: Array
    """(set, parameter): the sample, where the prior is standard normal."""
    terms: Terms

    @property
    def fitted(self) -> tuple[str, ...]:
        """The parameters to fit."""
        return tuple(self.table.loc[self.table["fitted"], "parameter"])


def screen(target: Target, n_sets: int, *, seed: int) -> Screening:
    """Run every set of a Latin hypercube sample of the prior, and see which parameters move the likelihood.

    The discrepancies stand where "nothing changes" fits best, lest they hide all else.
    """
    unit = qmc.LatinHypercube(len(target.prior), rng=seed).random(n_sets)
    places = stats.norm.ppf(unit)
    terms = replace(target, fixed=standing_still(target)).terms(target.prior.values(places))
    names = list(target.prior.names)
    found, chance = {}, 0.0
    for kind in KINDS:
        ranks = stats.rankdata(getattr(terms, kind).sum(axis=-1))
        found[kind] = _first_order(unit, ranks)
        moved = [_first_order(unit, np.roll(ranks, k * len(ranks) // (SHUFFLES + 1))) for k in range(1, SHUFFLES + 1)]
        chance = max(chance, float(np.quantile(np.max(moved, axis=-1), 0.95)))
    table = pd.DataFrame({"parameter": names, **found, "chance": chance})
    table["fitted"] = table[list(KINDS)].max(axis=1) > chance
    return Screening(table, places, terms)


def _first_order(unit: Array, values: Array) -> Array:
    """First-order indices from given data, axes (parameter,)."""
    names = [str(n) for n in range(unit.shape[1])]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    found = rbd_fast.analyze(problem, unit, values, num_resamples=2, seed=0)
    return np.asarray(found["S1"], dtype=np.float64)


def standing_still(target: Target) -> dict[str, float]:
    """By domain the discrepancy at which a world that never changes is likeliest."""
    scales = np.geomspace(*SCALES, 100)
    terms = _still(target, scales)
    domains = target.record.shares.table["domain"].to_numpy()
    return {str(d): float(scales[terms.shares[:, domains == d].sum(axis=-1).argmax()]) for d in np.unique(domains)}


def _still(target: Target, scales: Array) -> Terms:
    """Log likelihoods of a world that stays as it starts and in which nobody meets, for some discrepancies."""
    first = target.engine.observations(target.case, [0])
    n_steps = first.share.shape[0]

    def frozen(x: Array) -> Array:
        return np.broadcast_to(x[:1], (n_steps, *x.shape[1:])).repeat(2 * len(scales), axis=1)

    seen = Observation(
        frozen(first.share), np.zeros_like(frozen(first.meeting)), frozen(first.status), frozen(first.joined)
    )
    domains: Sequence[str] = target.case.setting.axes.domains
    errors = {domain: scales for domain in domains}
    return log_likelihoods(target.record, seen, target.case.setting.axes, replications=2, discrepancy=errors)
