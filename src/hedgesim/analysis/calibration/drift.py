"""How far shares move by themselves: spread, tails and persistence of yearly changes, fitted without a run.

The model moves the root of every share each quarter by normal numbers of one standard deviation, so the angle
arcsin(root of the share) has the same standard deviation for every share, large or small. A share on record is the
mean of four quarters. So the change of the angle from one yearly mean to the next is a sum of steps of two calendar
years, each with a width of its own, and given the widths it is nearly normal: the likelihood is an integral over two
widths, taken at fixed nodes. (Student's t itself would give a sigma a tenth too large.) A step leaves the mean of a
share where it is, so that of a small share, or of a small rest, the angle falls on average and moves less: mean and
spread are those of one step of the share against the rest. What the others' widths add to a large share is left out.
Cells are taken as independent; standard errors are for clusters of a country and a year.

Shipped is the fit to record.csv: these are the national figures that runs are scored with. The longer panel of
trade.csv is for comparison and for phi, of which the record says little. Its figures are reconciled from reports of
both sides and move more; where the two overlap, in countries and years, they give the same sigma and nu.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import optimize, stats

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.hindcast.record import CELL
from hedgesim.model.arrays import Array
from hedgesim.model.setting import OTHER
from hedgesim.model.shares import LOWEST_SHARE, START, YEAR
from hedgesim.scenario.tables import Tables

TINY = 1e-300
WITHIN_YEAR = YEAR - START
"""Variance, in steps of a quarter, between the end of a year and the next yearly mean; before it there is `START`."""

NU = 4.0
"""The nu that runs use: their widths need no more than two uniform numbers."""

PHIS = (0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 1.0)
"""Persistences a year at which the profile is taken."""

STEP = 1e-4
"""Step of numerical derivatives."""

NODES = 40
"""Widths of a year at which the likelihood is taken."""

WIDTHS = 24
"""Widths of two years together to which these are gathered."""


@dataclass(frozen=True)
class Drift:
    """Movement of shares by themselves."""

    sigma: Mapping[str, float]
    """By domain, scale of the yearly change of arcsin(root of the share), rad/year."""
    nu: float
    """Degrees of freedom of the tails."""
    phi: float
    """Part of the distance from the start that is left after a year, 0..1."""

    def vector(self) -> Array:
        """Logarithms of the sigmas and of nu, and phi."""
        return np.array([*np.log(list(self.sigma.values())), np.log(self.nu), self.phi])

    @classmethod
    def of(cls, domains: Sequence[str], vector: Array) -> Drift:
        """The reverse of `vector`."""
        *sigmas, nu, phi = vector
        values = (float(np.exp(sigma)) for sigma in sigmas)
        return cls(dict(zip(domains, values, strict=True)), float(np.exp(nu)), float(phi))


def angle(share: Array) -> Array:
    """arcsin(root of the share), rad."""
    return np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0)))


def recorded(tables: Tables) -> pd.DataFrame:
    """Exact shares of record.csv: country, domain, option, year, share; with the rest where all options are known."""
    table = tables.table("record").astype({"year": int})
    exact = table[table["low"] == table["high"]].rename(columns={"low": "share"})
    whole = exact[exact["basis"] == "national"]
    rest = 1.0 - whole.groupby(["country", "domain", "year"])["share"].sum()
    others = rest.reset_index().assign(option=OTHER)
    return pd.concat([exact, others])[[*CELL, "year", "share"]].sort_values([*CELL, "year"], ignore_index=True)


def traded(tables: Tables) -> pd.DataFrame:
    """Shares of trade.csv without doubtful years, in the same columns."""
    table = tables.table("trade").astype({"year": int})
    table = table[table["suspect"] == 0].assign(domain="economy")
    return table[[*CELL, "year", "share"]].sort_values([*CELL, "year"], ignore_index=True)


def changes(shares: pd.DataFrame, *, last: int = LAST_YEAR) -> pd.DataFrame:
    """Changes from one year to the next: country, domain, option, year, first, before, after (shares).

    first: the share of the first year known, to which persistence pulls. Shares that begin below `LOWEST_SHARE`, or
    leave less to the rest, are left out, as is what is later than the year `last`.
    """
    shares = shares[shares["year"] <= last]
    first = shares.drop_duplicates(CELL).rename(columns={"share": "first"})
    before = shares.assign(year=shares["year"] + 1).rename(columns={"share": "before"})
    table = shares.rename(columns={"share": "after"}).merge(before, on=[*CELL, "year"])
    table = table.merge(first[[*CELL, "first"]], on=CELL)
    columns = [*CELL, "year", "first", "before", "after"]
    return table.loc[table["before"].between(LOWEST_SHARE, 1.0 - LOWEST_SHARE), columns].reset_index(drop=True)


def log_densities(drift: Drift, table: pd.DataFrame) -> Array:
    """Log density of every change of `changes`, axes (change,)."""
    first, before = (table[name].to_numpy()[:, None] for name in ("first", "before"))
    mean = np.clip(first + drift.phi * (before - first), LOWEST_SHARE, 1.0 - LOWEST_SHARE)
    width, weight = _widths(drift.nu)
    variance = table["domain"].map(drift.sigma).to_numpy(dtype=np.float64)[:, None] ** 2 * width
    odds = (mean / (1.0 - mean)) ** 2 * (1.0 - mean + variance) / (mean + variance)
    spread = np.sqrt(variance * odds / (mean * (1.0 - mean))) / (1.0 + odds)
    off = (angle(table["after"].to_numpy())[:, None] - np.arctan(np.sqrt(odds))) / spread
    density = np.exp(-0.5 * off**2) / spread @ weight / np.sqrt(2.0 * np.pi)
    return np.asarray(np.log(np.maximum(density, TINY)))


@lru_cache(maxsize=64)
def _widths(nu: float) -> tuple[Array, Array]:
    """Variances of a yearly change in units of sigma squared, and their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    squared = nu / stats.chi2.ppf(0.5 * (nodes + 1.0), nu)
    variance = (START * squared[:, None] + WITHIN_YEAR * squared[None, :]).ravel() / YEAR
    weight = np.outer(weights, weights).ravel() / 4.0
    edges = np.geomspace(variance.min(), variance.max(), WIDTHS + 1)[1:-1]
    place = np.digitize(variance, edges)
    total = np.bincount(place, weight, WIDTHS)
    mean = np.bincount(place, weight * variance, WIDTHS) / np.where(total > 0.0, total, 1.0)
    return mean[total > 0.0], total[total > 0.0]


@dataclass(frozen=True)
class DriftFit:
    """A fit of the drift."""

    drift: Drift
    errors: Drift
    """Standard errors of the same numbers; of sigma and nu those of the logarithm, so a part of the value."""
    log_likelihood: float
    cells: Mapping[str, int]
    """Changes by domain."""


def fit_drift(table: pd.DataFrame, *, nu: float | None = None) -> DriftFit:
    """Fit sigma by domain, nu and phi to changes by maximum likelihood; with a nu, the rest to it."""
    domains = list(dict.fromkeys(table["domain"]))
    best, top = _maximum(table, nu=nu)
    return DriftFit(
        drift=best,
        errors=_standard_errors(best, table, fixed_nu=nu is not None),
        log_likelihood=top,
        cells={domain: int((table["domain"] == domain).sum()) for domain in domains},
    )


def profile_of_phi(table: pd.DataFrame, *, nu: float | None = None) -> pd.DataFrame:
    """How far changes tell phi: log_likelihood less that of the best fit, and the sigma and nu that go with each."""
    _, top = _maximum(table, nu=nu)
    found = [(phi, *_maximum(table, nu=nu, phi=phi)) for phi in PHIS]
    return pd.DataFrame([{"log_likelihood": value - top, **_columns(drift)} for _, drift, value in found])


def left_out(table: pd.DataFrame, *, nu: float | None = None) -> dict[str, Drift]:
    """The fit without each country, by country; every domain must be left."""
    countries = [str(country) for country in dict.fromkeys(table["country"])]
    return {country: _maximum(table[table["country"] != country], nu=nu)[0] for country in countries}


def _columns(drift: Drift) -> dict[str, float]:
    sigmas = {f"sigma_{domain}": value for domain, value in drift.sigma.items()}
    return {**sigmas, "nu": drift.nu, "phi": drift.phi}


def _maximum(table: pd.DataFrame, *, nu: float | None = None, phi: float | None = None) -> tuple[Drift, float]:
    """The likeliest drift and its log likelihood, among those with a given nu or phi if there is one."""
    domains = list(dict.fromkeys(table["domain"]))
    tails = (np.log(nu),) * 2 if nu is not None else (np.log(1.5), np.log(60.0))
    bounds = [*[(-7.0, 0.0)] * len(domains), tails, (phi, phi) if phi is not None else (0.3, 1.0)]
    start = Drift(dict.fromkeys(domains, 0.03), nu or 5.0, 0.95 if phi is None else phi).vector()

    def loss(vector: Array) -> float:
        return -float(log_densities(Drift.of(domains, vector), table).sum())

    found = optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    return Drift.of(domains, found.x), -float(found.fun)


def _standard_errors(drift: Drift, table: pd.DataFrame, *, fixed_nu: bool) -> Drift:
    """Errors that allow for dependence among the options of one country and year (the sandwich of a clustered fit).

    A sigma or nu has the error of its logarithm. What is fixed, or a phi at its bound of 1, has the error 0.
    """
    domains, at = list(drift.sigma), drift.vector()
    fixed = {len(at) - 2} if fixed_nu else set()
    fixed |= {len(at) - 1} if drift.phi > 1.0 - STEP else set()
    free = [k for k in range(len(at)) if k not in fixed]
    moves = np.eye(len(at))[free] * STEP

    def scores(vector: Array) -> Array:
        up, down = (np.stack([log_densities(Drift.of(domains, vector + s * m), table) for m in moves]) for s in (1, -1))
        return (up - down) / (2.0 * STEP)

    groups = table.groupby(["country", "year"], sort=False).ngroup().to_numpy()
    summed = np.stack([np.bincount(groups, row) for row in scores(at)])
    bread = np.linalg.inv(
        -np.stack([(scores(at + m) - scores(at - m)).sum(axis=1) / (2.0 * STEP) for m in moves], axis=1)
    )
    errors = np.zeros_like(at)
    errors[free] = np.sqrt(np.diag(bread @ (summed @ summed.T) @ bread.T))
    sigmas = dict(zip(domains, (float(e) for e in errors), strict=False))
    return replace(drift, sigma=sigmas, nu=float(errors[-2]), phi=float(errors[-1]))
