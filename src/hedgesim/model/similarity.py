"""Similarity of the portfolios of pairs of countries."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from hedgesim.model.arrays import COUNTRY, TARGET, Array, fusion_barrier, nonzero


def similarity(xp: ModuleType, presence: Array) -> tuple[Array, Array, Array]:
    """S-score of pairs of countries, and corrected for chance by kappa and by pi; each axes (…, 1, 1, 1, run).

    presence: of powers, axes (…, country, 1, power, run). Squared distances; S is 1 for equal portfolios and -1 at the
    largest distance that two portfolios can have [signorino_ritter1999]; the corrections follow [hage2011].
    """
    n_countries, n_powers = presence.shape[COUNTRY], presence.shape[TARGET]
    mean = xp.mean(presence, axis=TARGET, keepdims=True)
    around = presence - mean
    own = xp.sum(around * around, axis=TARGET, keepdims=True)

    def of_pairs(f: Callable[[Array, Array], Array], x: Array) -> Array:
        """A function of the numbers of one and of the other of every pair, along the axis of countries."""
        places = range(n_countries)
        return xp.concat([f(x[..., i : i + 1, :, :, :], x[..., i + 1 :, :, :, :]) for i in places], axis=COUNTRY)

    apart = of_pairs(lambda one, other: xp.sum((one - other) ** 2, axis=TARGET, keepdims=True), presence)
    gap = n_powers * of_pairs(lambda one, other: (one - other) ** 2, mean)
    dispersion = of_pairs(lambda one, other: one + other, own)
    apart, dispersion, gap = fusion_barrier(xp, apart, dispersion, gap)
    scores = (
        1.0 - apart,
        1.0 - apart / nonzero(xp, dispersion + gap),
        1.0 - apart / nonzero(xp, dispersion + gap / 2.0),
    )
    count = max(1, n_countries * (n_countries - 1) // 2)
    return tuple(xp.sum(s, axis=COUNTRY, keepdims=True) / count for s in scores)
