"""How alike the portfolios of countries are."""

from __future__ import annotations

from types import ModuleType

from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET, Array, nonzero, sum_products, swap


def similarity(xp: ModuleType, presence: Array) -> tuple[Array, Array, Array]:
    """S-score of pairs of countries, and corrected for chance by kappa and by pi; each axes (…, 1, 1, 1, run).

    presence: of powers, axes (…, country, 1, power, run). Squared distances; S is 1 for equal portfolios and -1 at the
    largest distance that two portfolios can have [signorino_ritter1999]; the corrections follow [hage2011].
    """
    n_countries, n_powers = presence.shape[COUNTRY], presence.shape[TARGET]
    mean = xp.mean(presence, axis=TARGET, keepdims=True)
    around = presence - mean
    own = xp.sum(around * around, axis=TARGET, keepdims=True)
    dispersion = own + swap(xp, own, COUNTRY, TARGET)
    gap = n_powers * (mean - swap(xp, mean, COUNTRY, TARGET)) ** 2
    apart = dispersion - 2.0 * sum_products(around, swap(xp, swap(xp, around, COUNTRY, DOMAIN), DOMAIN, TARGET)) + gap
    scores = (
        1.0 - apart,
        1.0 - apart / nonzero(xp, dispersion + gap),
        1.0 - apart / nonzero(xp, dispersion + gap / 2.0),
    )
    pairs = (1.0 - xp.eye(n_countries, dtype=xp.float64))[:, None, :, None]
    count = max(1, n_countries * (n_countries - 1))
    return tuple(xp.sum(s * pairs, axis=(COUNTRY, TARGET), keepdims=True) / count for s in scores)
