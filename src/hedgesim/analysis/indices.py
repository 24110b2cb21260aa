"""Indices of sensitivity of one outcome, computed by SALib, with their confidence.

A value v ± c: v - c .. v + c holds the index at the level of the bootstrap, c being the normal quantile times the
spread over resamples, as in SALib. Every method takes names of the factors; means of the outcome over the runs of a
sample, axes (unit, row), where a unit is what the method resamples: a base sample, a path or a sample; and values of
the factors, axes (unit, row, factor). It gives no index where the outcome is the same everywhere. Factors that a design
moves together have one name, that of their group, which has the indices.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hedgesim.experiment.design import problem_of
from hedgesim.experiment.schema import MORRIS_LEVELS

Values = NDArray[np.float64]
Index = tuple[str, str, str, float, float]
"""Measure, factor, the other factor of a pair or nothing, value, confidence (not a number where none is computed)."""

SLIDES = 10
"""Intervals of equal count into which PAWN divides a factor."""

DUMMIES = 20
"""Factors of pure chance; one factor without effect in twenty exceeds the largest of their indices."""


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


def sobol_indices(names: Sequence[str], means: Values, values: Values, bootstrap: Bootstrap) -> list[Index]:
    """First-order S1 and total ST, and of pairs S2 where the design has them [saltelli2010].

    Rows of a base sample are in the order of Saltelli's design: d + 2, or 2 d + 2 for pairs.
    """
    from SALib.analyze import sobol

    if not _varies(means[:, [0, -1]]):
        return []
    names = list(dict.fromkeys(names))
    n = len(names)
    pairs = means.shape[1] == 2 * n + 2
    with _no_warnings():
        found = sobol.analyze(problem_of(n), means.ravel(), calc_second_order=pairs, **bootstrap.options)
    indices = [index for name in ("S1", "ST") for index in _of(name, names, found[name], found[f"{name}_conf"])]
    if pairs:
        indices += [
            ("S2", names[i], names[j], float(found["S2"][i, j]), float(found["S2_conf"][i, j]))
            for i in range(n)
            for j in range(i + 1, n)
        ]
    return indices


def morris_indices(names: Sequence[str], means: Values, values: Values, bootstrap: Bootstrap) -> list[Index]:
    """Mean, mean size and spread of elementary effects: mu, mu_star, sigma [morris1991], [campolongo2007].

    Unit: that of the outcome, per complete range of the factor's distribution function. What changed between the rows
    of a path, and whether it rose, is read from values. A group has mu_star alone, for it neither rises nor falls.
    """
    from SALib.analyze import morris

    if not _varies(means):
        return []
    groups, options = list(dict.fromkeys(names)), {**bootstrap.options, "num_levels": MORRIS_LEVELS}
    together = len(groups) < len(names)
    names, values = (groups, _moved(names, values)) if together else (names, values)
    with _no_warnings():
        found = morris.analyze(problem_of(len(names)), values.reshape(-1, len(names)), means.ravel(), **options)
    if together:
        return list(_of("mu_star", names, found["mu_star"], found["mu_star_conf"]))
    unknown = np.full(len(names), np.nan)
    singles = (("mu_star", found["mu_star_conf"]), ("mu", unknown), ("sigma", unknown))
    return [index for name, plus in singles for index in _of(name, names, found[name], plus)]


def _moved(names: Sequence[str], values: Values) -> Values:
    """1 where some factor of a group is no longer as at the start of the path, axes (unit, row, group)."""
    changed = values != values[:, :1, :]
    groups = dict.fromkeys(names)
    of = [[k for k, name in enumerate(names) if name == group] for group in groups]
    return np.stack([changed[..., places].any(axis=-1) for places in of], axis=-1).astype(np.float64)


def given_indices(names: Sequence[str], means: Values, values: Values, bootstrap: Bootstrap) -> list[Index]:
    """First-order S1 by RBD-FAST with values in their given order [plischke2010], and PAWN [pianosi_wagener2018].

    PAWN: median over slides of a factor of the largest distance between the outcome's distribution in the slide and in
    all, 0..1; interactions raise it too. A unit has one row. Factors that do not vary have no index.
    """
    from SALib.analyze import rbd_fast

    y, x = means[:, 0], values[:, 0, :]
    moving = np.flatnonzero(np.ptp(x, axis=0) > 0.0)
    if not (len(moving) and _varies(y)):
        return []
    names, x = [names[int(k)] for k in moving], x[:, moving]
    drawn = stats.randint.rvs(0, len(y), size=(bootstrap.resamples, len(y)), random_state=bootstrap.seed_of_library)
    with _no_warnings():
        found = rbd_fast.analyze(problem_of(len(names)), x, y, **bootstrap.options)
        resampled = np.stack([_pawn(x[rows], y[rows]) for rows in np.asarray(drawn, dtype=np.int64)])
    confidence = stats.norm.ppf(0.5 + bootstrap.level / 2) * resampled.std(axis=0, ddof=1)
    return [*_of("S1", names, found["S1"], found["S1_conf"]), *_of("PAWN", names, _pawn(x, y), confidence)]


def pawn_by_chance(means: Values, bootstrap: Bootstrap) -> float:
    """The PAWN index that one factor in twenty without effect exceeds; means: axes (sample,)."""
    shape = (len(means), DUMMIES)
    dummies = np.asarray(stats.uniform.rvs(size=shape, random_state=bootstrap.seed_of_library))
    return float(_pawn(dummies, means).max())


def _pawn(values: Values, means: Values) -> Values:
    from SALib.analyze import pawn

    with _no_warnings():
        return np.asarray(pawn.analyze(problem_of(values.shape[1]), values, means, S=SLIDES)["median"])


def _of(measure: str, names: Sequence[str], values: Values, confidence: Values) -> Iterator[Index]:
    for name, value, plus in zip(names, values, confidence, strict=True):
        yield measure, name, "", float(value), float(plus)


def _varies(means: Values) -> bool:
    """Whether values differ by more than rounding, so that there is variance to apportion."""
    return bool(np.ptp(means) > 1e-12 * np.abs(means).max())


@contextmanager
def _no_warnings() -> Iterator[None]:
    """No warnings of resamples in which nothing varies, which give no index."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def noise_share(values: Values, *, shared: bool) -> float:
    """Share of the variance between the means of samples that is Monte Carlo error of runs, 0..1 or a little above.

    values: of the outcome, axes (sample, run); samples with a failed run are left out. shared: run k has the same
    random numbers in every sample, so that what all samples have in common makes none of them differ. Not a number for
    one run a sample, and where all samples have the same mean.
    """
    complete = values[~np.isnan(values).any(axis=1)]
    n, runs = complete.shape
    if n < 2 or runs < 2:
        return float("nan")
    off = complete - complete.mean(axis=1, keepdims=True)
    if shared:
        off = off - off.mean(axis=0, keepdims=True)
    free = (runs - 1) * (n - 1 if shared else n)
    between = float(complete.mean(axis=1).var(ddof=1))
    return float((off**2).sum()) / free / runs / between if between > 0.0 else float("nan")
