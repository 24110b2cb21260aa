"""The posterior: an ensemble of walkers, half of which move at once, so that every move is a batch of runs."""

from __future__ import annotations

from dataclasses import dataclass

import emcee
import numpy as np
from numpy.random import RandomState

from hedgesim.analysis.calibration.target import Target
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array


@dataclass(frozen=True)
class Chain:
    """Walkers in the space in which the prior is standard normal in every direction, so that it has no walls."""

    places: Array
    """(step, walker, parameter): places after the warm-up."""
    accepted: float
    """Part of the moves that were accepted."""
    correlation: Array
    """(parameter,): steps after which a walker has forgotten where it was; estimated from the chain."""
    evaluations: int
    """Parameter sets that were run, warm-up included."""

    def draws(self, n: int) -> Array:
        """Sets spread evenly over steps and walkers, axes (set, parameter)."""
        flat = self.places.reshape(-1, self.places.shape[-1])
        return flat[np.linspace(0, len(flat) - 1, n).round().astype(int)]


def sample(
    target: Target,
    start: Array,
    *,
    steps: int,
    warm_up: int,
    seed: int,
) -> Chain:
    """Walk from some places by moves of differential evolution.

    start: axes (walker, parameter).

    Raises:
        HedgesimError: fewer walkers than twice the parameters.
    """
    walkers, n_parameters = start.shape
    if walkers < 2 * n_parameters:
        fault = f"too few to fit {n_parameters} numbers"
        raise HedgesimError(f"--walkers {walkers}", fault, f"Give --walkers {2 * n_parameters} or more.")
    counted = _Counted(target)
    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, n_parameters, counted, moves=moves, vectorize=True)
    sampler.run_mcmc(emcee.State(start, random_state=RandomState(seed).get_state()), warm_up + steps)
    kept = sampler.get_chain(discard=warm_up)
    return Chain(
        places=kept,
        accepted=float(np.mean(sampler.acceptance_fraction)),
        correlation=_correlation(kept),
        evaluations=counted.evaluations,
    )


def _correlation(kept: Array) -> Array:
    """Correlation time of every parameter; not a number where a walker never moved."""
    with np.errstate(invalid="ignore"):
        return np.asarray(emcee.autocorr.integrated_time(kept, quiet=True, tol=0))


def normal_density(places: Array) -> Array:
    """Logarithm of the prior's density but for a constant; places: axes (..., parameter)."""
    return -0.5 * (places**2).sum(axis=-1)


class _Counted:
    """The logarithm of the posterior's density; counts the sets that were run."""

    def __init__(self, target: Target) -> None:
        self.target, self.evaluations = target, 0

    def __call__(self, places: Array) -> Array:
        self.evaluations += len(places)
        total = self.target.terms(self.target.prior.values(places)).total() + normal_density(places)
        return np.where(np.isfinite(total), total, -np.inf)
