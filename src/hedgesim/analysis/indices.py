"""Indices of sensitivity of one outcome, computed by SALib, with their confidence.

A value v ± c: v - c .. v + c holds the index at the level of the bootstrap, c being the normal quantile times the
spread over resamples, as in SALib. Factors are told by their place 0, 1, ….
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hedgesim.experiment.design import problem_of
from hedgesim.experiment.schema import MORRIS_LEVELS

Values = NDArray[np.float64]

NOTHING = -1
"""In place of the other factor of an index that has none."""

SLIDES = 10
"""Intervals of equal count into which PAWN divides a factor."""

DUMMIES = 20
"""Factors made of chance; the largest of their indices is passed by one factor without effect in twenty."""


@dataclass(frozen=True)
class Bootstrap:
    """How confidence is found: level 0..1, resamples, seed (0 .. 2^63 - 1)."""

    level: float = 0.95
    resamples: int = 100
    seed: int = 0

    @property
    def seed_of_library(self) -> int:
        """The seed for libraries that take 0 for no seed and no more than 32 bits."""
        return 1 + self.seed % (2**31 - 1)

    @property
    def options(self) -> dict[str, Any]:
        """The same in the words of SALib."""
        return {"num_resamples": self.resamples, "conf_level": self.level, "seed": self.seed_of_library}


class Index(NamedTuple):
    """An index of a factor, or of two together; ± is not a number where none is computed."""

    measure: str
    factor: int
    other: int
    value: float
    confidence: float


def sobol_indices(means: Values, n_factors: int, bootstrap: Bootstrap) -> list[Index]:
    """First-order S1 and total ST, and of pairs S2 where the design has them [saltelli2010].

    means: of the outcome, axes (base sample, row), rows in the order of Saltelli's design: d + 2, or 2 d + 2 for pairs.
    """
    from SALib.analyze import sobol

    pairs = means.shape[1] == 2 * n_factors + 2
    with _quietly():
        found = sobol.analyze(problem_of(n_factors), means.ravel(), calc_second_order=pairs, **bootstrap.options)
    singles = [index for name in ("S1", "ST") for index in _of_factors(name, found[name], found[f"{name}_conf"])]
    if not pairs:
        return singles
    of_two, confidence = found["S2"], found["S2_conf"]
    return singles + [
        Index("S2", one, other, float(of_two[one, other]), float(confidence[one, other]))
        for one in range(n_factors)
        for other in range(one + 1, n_factors)
    ]


def sobol_varies(means: Values) -> bool:
    """Whether there is variance to share out: the first and the last row of base samples are not all alike."""
    return _varies(means[:, [0, -1]])


def morris_indices(means: Values, places: Values, bootstrap: Bootstrap) -> list[Index]:
    """Mean, mean size and spread of elementary effects: mu, mu_star, sigma [morris1991], [campolongo2007].

    Unit: that of the outcome, per whole range of the factor's distribution function. means: axes (path, row). places:
    where each row stands, axes (path, row, factor); what changed and whether it rose is read from it.
    """
    from SALib.analyze import morris

    n_factors = places.shape[-1]
    flat = places.reshape(-1, n_factors)
    problem, options = problem_of(n_factors), {**bootstrap.options, "num_levels": MORRIS_LEVELS}
    with _quietly():
        found = morris.analyze(problem, flat, means.ravel(), **options)
    unknown = np.full(n_factors, np.nan)
    confidence = {"mu_star": found["mu_star_conf"]}
    return [
        index
        for name in ("mu_star", "mu", "sigma")
        for index in _of_factors(name, found[name], confidence.get(name, unknown))
    ]


def given_indices(means: Values, values: Values, bootstrap: Bootstrap) -> list[Index]:
    """First-order S1 by RBD-FAST with values in their given order [plischke2010], and PAWN [pianosi_wagener2018].

    PAWN: median over slides of a factor of the largest distance between the outcome's distribution in the slide and in
    all, 0..1; it sees interactions too. means: axes (sample,). values: of factors that vary, axes (sample, factor).
    """
    from SALib.analyze import rbd_fast

    n_factors = values.shape[1]
    with _quietly():
        found = rbd_fast.analyze(problem_of(n_factors), values, means, **bootstrap.options)
        again = np.stack([_pawn(values[rows], means[rows]) for rows in _drawn_again(len(means), bootstrap)])
    confidence = stats.norm.ppf(0.5 + bootstrap.level / 2) * again.std(axis=0, ddof=1)
    return [
        *_of_factors("S1", found["S1"], found["S1_conf"]),
        *_of_factors("PAWN", _pawn(values, means), confidence),
    ]


def _drawn_again(n: int, bootstrap: Bootstrap) -> NDArray[np.int64]:
    """Rows of every resample, drawn with replacement, axes (resample, row)."""
    size = (bootstrap.resamples, n)
    return np.asarray(stats.randint.rvs(0, n, size=size, random_state=bootstrap.seed_of_library), dtype=np.int64)


def pawn_by_chance(means: Values, bootstrap: Bootstrap) -> float:
    """The PAWN index that one factor in twenty without effect passes; means: axes (sample,)."""
    shape = (len(means), DUMMIES)
    dummies = np.asarray(stats.uniform.rvs(size=shape, random_state=bootstrap.seed_of_library))
    return float(_pawn(dummies, means).max())


def _pawn(values: Values, means: Values) -> Values:
    from SALib.analyze import pawn

    with _quietly():
        return np.asarray(pawn.analyze(problem_of(values.shape[1]), values, means, S=SLIDES)["median"])


def _of_factors(name: str, values: Sequence[float] | Values, confidence: Sequence[float] | Values) -> Iterator[Index]:
    for factor, (value, plus) in enumerate(zip(values, confidence, strict=True)):
        yield Index(name, factor, NOTHING, float(value), float(plus))


def given_varies(means: Values) -> bool:
    """Whether there is variance to share out."""
    return _varies(means)


def _varies(means: Values) -> bool:
    """Whether values differ by more than rounding."""
    return bool(np.ptp(means) > 1e-12 * np.abs(means).max())


@contextmanager
def _quietly() -> Iterator[None]:
    """No warnings of resamples in which nothing varies, which give no number."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def noise_share(values: Values, *, shared: bool) -> float:
    """Part of the variance between the means of samples that is the chance of their runs, 0..1 or a little above.

    values: of the outcome, axes (sample, run); samples with a failed run are left out. shared: run k has the same
    random numbers in every sample, so that what all samples have in common makes none of them differ. Not a number for
    one run a sample, and where all samples have the same mean.
    """
    sound = values[~np.isnan(values).any(axis=1)]
    n, runs = sound.shape
    if n < 2 or runs < 2:
        return float("nan")
    off = sound - sound.mean(axis=1, keepdims=True)
    if shared:
        off = off - off.mean(axis=0, keepdims=True)
    free = (runs - 1) * (n - 1 if shared else n)
    between = float(sound.mean(axis=1).var(ddof=1))
    return float((off**2).sum()) / free / runs / between if between > 0.0 else float("nan")


MEASURES: Mapping[str, tuple[str, ...]] = {
    "sobol": ("ST", "S1"),
    "morris": ("mu_star", "mu", "sigma"),
    "given": ("PAWN", "S1"),
}
"""What a method computes for each factor; by the first factors are put in order."""
