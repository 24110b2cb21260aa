"""What the record says of numbers of the model: one table of numbers and equally likely draws of each record.

Numbers of formats come from events (`rates`), those of drift, memberships and votes from fits of their own, put into
the same form here. A drift has normal errors of clusters about its likeliest values, of which the widths are those; its
prior is even over the declared range. A vote rule has the chance of its place on the grid, by the score of votes one
year ahead; its prior is even over the grid. Rates of accession and exit have the chances of their places on a grid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy import stats

from hedgesim.analysis.calibration.drift import NU, DriftFit, changes, fit_drift, recorded
from hedgesim.analysis.calibration.events import IDENTIFIED
from hedgesim.analysis.calibration.membership import CENTRES, GRID, PRIOR_SD, Membership
from hedgesim.analysis.calibration.rates import FormatRates
from hedgesim.analysis.calibration.votes import VoteFit, fit_votes, recorded_history
from hedgesim.model.arrays import Array
from hedgesim.model.noise import draw_uniform
from hedgesim.model.parameters import all_parameters
from hedgesim.numbers import BAND, ENDS_AND_MIDDLE
from hedgesim.scenario.tables import Tables

DRIFT, MEMBERSHIP, VOTES = "drift", "membership", "votes"
"""Records beside those of formats."""

VOTE_NUMBERS = ("kappa", "rho", "half_life")

SCALED = (
    "prior_value",
    "prior_sd",
    "posterior_mean",
    "posterior_sd",
    "posterior_q05",
    "posterior_q50",
    "posterior_q95",
    "estimate",
)
"""Columns in the unit of the number."""

COLUMNS = ("parameter", "symbol", "record", *SCALED, "width_ratio", "identified")


@dataclass(frozen=True)
class Posterior:
    """What some records say."""

    numbers: pd.DataFrame
    """A row for each number: parameter (path in the model), symbol, record; prior_value, prior_sd; posterior_mean,
    posterior_sd, posterior_q05, posterior_q50, posterior_q95; estimate (the value for runs where it is identified);
    width_ratio, identified."""
    draws: pd.DataFrame
    """A row for each of equally likely sets, a column for each parameter; records are independent of each other."""


def joined(parts: list[Posterior], *, seed: int) -> Posterior:
    """Posteriors of several records together; every record is shuffled by itself, for they are independent."""
    draws = []
    for part in parts:
        order = shuffled(len(part.draws), seed, str(part.draws.columns[0]))
        draws.append(part.draws.iloc[order].reset_index(drop=True))
    return Posterior(pd.concat([part.numbers for part in parts], ignore_index=True), pd.concat(draws, axis=1))


def shuffled(n: int, seed: int, name: str) -> Array:
    """The numbers 0 .. n - 1 in an order that a name stands for, axes (n,)."""
    number, *_ = draw_uniform(np, seed, range(n), (("calibration", name, "order"),))
    return np.argsort(number.ravel())


def within_ranges(draws: pd.DataFrame) -> pd.DataFrame:
    """Those draws in which no number is outside the range that the model declares."""
    known = all_parameters()
    inside = [draws[path].between(known[path].low, known[path].high) for path in draws.columns]
    return draws[np.logical_and.reduce(inside)].reset_index(drop=True)


def of_formats(found: FormatRates, n: int) -> list[Posterior]:
    """Posteriors of dialogues, calendar and stance, each with n draws evenly spread over its chain."""
    parts = []
    for record, draws in found.draws.items():
        own = found.parameters[found.parameters["record"] == record]
        kept = draws.iloc[np.linspace(0, len(draws) - 1, n).round().astype(int)]
        numbers = own.rename(columns={"parameter": "symbol", "prior_mean": "prior_value"})
        numbers = numbers.rename(columns={name: f"posterior_{name}" for name in BAND})
        parts.append(_in_units_of_model(record, numbers, kept))
    return parts


def of_drift(tables: Tables, n: int) -> tuple[Posterior, DriftFit]:
    """The posterior of the drift at the nu that runs use, and the fit."""
    found = fit_drift(changes(recorded(tables)), nu=NU)
    even = (np.arange(n) + 0.5) / n
    draws = {
        f"sigma_{domain}": sigma * np.exp(found.errors.sigma[domain] * stats.norm.ppf(even))
        for domain, sigma in found.drift.sigma.items()
    }
    phi = all_parameters()[MODEL_NAMES[DRIFT]["phi"]]
    ends = [(end - found.drift.phi) / found.errors.phi for end in (phi.low, phi.high)]
    draws["phi"] = stats.truncnorm.ppf(even, *ends, loc=found.drift.phi, scale=found.errors.phi)
    table = pd.DataFrame({name: values[shuffled(n, n, name)] for name, values in draws.items()})
    rows = []
    for name, (likeliest, error) in _estimates(found).items():
        item = all_parameters()[MODEL_NAMES[DRIFT][name]]
        summary = _summary(name, table[name].to_numpy(), prior_sd=(item.high - item.low) / 12.0**0.5)
        ratio = error / float(summary["prior_sd"])
        rows.append({**summary, "estimate": likeliest, "width_ratio": ratio, "identified": ratio <= IDENTIFIED})
    return _in_units_of_model(DRIFT, pd.DataFrame(rows), table), found


def _estimates(found: DriftFit) -> dict[str, tuple[float, float]]:
    """Likeliest value and standard error of every number of a drift; errors of sigma are parts of it on file."""
    sigmas = {
        f"sigma_{domain}": (sigma, sigma * found.errors.sigma[domain]) for domain, sigma in found.drift.sigma.items()
    }
    return {**sigmas, "phi": (found.drift.phi, found.errors.phi)}


def of_membership(record: Membership, n: int) -> Posterior:
    """The posterior of the rates of accession and exit, each on its grid, in whose logarithm widths are measured."""
    rows, draws = [], {}
    for name in CENTRES:
        place = np.searchsorted(np.cumsum(record.posterior(name)), (np.arange(n) + 0.5) / n)
        values = GRID[np.minimum(place, len(GRID) - 1)][shuffled(n, n, name)]
        rows.append({**_summary(name, values, PRIOR_SD), "prior_value": CENTRES[name]})
        draws[name] = values
    return _in_units_of_model(MEMBERSHIP, pd.DataFrame(rows), pd.DataFrame(draws))


def of_votes(tables: Tables, n: int, *, until: int) -> tuple[Posterior, VoteFit]:
    """The posterior of the vote rule, and the fit."""
    found = fit_votes(recorded_history(tables), until=until)
    grid = found.grid.assign(half_life=found.grid["half_life"].clip(upper=all_parameters()["votes.half_life"].high))
    weight = np.exp(found.votes["fitted"] * (grid["score"] - grid["score"].max())).to_numpy()
    place = np.searchsorted(np.cumsum(weight) / weight.sum(), (np.arange(n) + 0.5) / n)
    draws = grid.iloc[place][list(VOTE_NUMBERS)].reset_index(drop=True)
    rows = []
    for name in VOTE_NUMBERS:
        prior_sd = float(_measured(name, grid[name].to_numpy()).std())
        rows.append(_summary(name, draws[name].to_numpy(), prior_sd))
    return _in_units_of_model(VOTES, pd.DataFrame(rows), draws), found


def _measured(name: str, values: Array) -> Array:
    """What widths are compared on: logarithms, but rho and what is of drift as they are."""
    return np.log(values) if name in {"kappa", "half_life", *CENTRES} else values


def _summary(name: str, values: Array, prior_sd: float) -> dict[str, Any]:
    """A row of `Posterior.numbers` without its names; prior_sd: as measured."""
    low, middle, high = (float(q) for q in np.quantile(values, ENDS_AND_MIDDLE, method="closest_observation"))
    ratio = float(_measured(name, values).std()) / prior_sd
    return {
        "symbol": name,
        "prior_sd": prior_sd,
        "posterior_mean": float(values.mean()),
        "posterior_sd": float(values.std()),
        "posterior_q05": low,
        "posterior_q50": middle,
        "posterior_q95": high,
        "estimate": middle,
        "width_ratio": ratio,
        "identified": ratio <= IDENTIFIED,
    }


def _in_units_of_model(record: str, numbers: pd.DataFrame, draws: pd.DataFrame) -> Posterior:
    """The same under the names of the model, in its units; numbers without a prior value have the declared one."""
    paths: Mapping[str, str] = MODEL_NAMES[record]
    table = numbers.assign(record=record, parameter=numbers["symbol"].map(paths))
    for name in SCALED:
        if name in table:
            table[name] = [in_model(path, value) for path, value in zip(table["parameter"], table[name], strict=True)]
    if "prior_value" not in table:
        table["prior_value"] = [all_parameters()[path].default for path in table["parameter"]]
    moved = {paths[str(name)]: in_model(paths[str(name)], draws[name].to_numpy()) for name in draws}
    return Posterior(table[list(COLUMNS)].reset_index(drop=True), pd.DataFrame(moved))


Value = TypeVar("Value", float, Array)

MODEL_NAMES: Mapping[str, Mapping[str, str]] = {
    "drift": {
        "sigma_economy": "drift.sigma",
        "sigma_energy": "drift.sigma_energy",
        "phi": "drift.persistence",
    },
    "dialogues": {
        "b1": "ladder.ministers",
        "eta": "ladder.gdp",
        "theta": "ladder.alarm",
        "delta_M": "ladder.alone",
        "b2": "ladder.leaders",
    },
    "calendar": {
        "hold": "calendar.hold",
        "h0": "ladder.own",
        "m": "calendar.ministers",
        "theta_m": "calendar.ministers_alarm",
        "repeat": "calendar.repeat",
    },
    "stance": {
        "a": "stance.willing",
        "w": "stance.trust",
        "s_W": "stance.weight",
        "c_p": "stance.personal",
        "c_n": "stance.neutral",
        "r": "stance.left",
        "half_life": "stance.half_life",
    },
    "membership": {
        "accession": "ladder.accession",
        "leaving": "ladder.leaving",
    },
    "votes": {
        "kappa": "votes.prior",
        "rho": "votes.other_kind",
        "half_life": "votes.half_life",
    },
}
"""Path of a shared parameter by record and symbol."""

FACTORS: Mapping[str, float] = {"stance.half_life": 4.0}
"""Units of the model in one of the fit, where they differ: quarters in a year."""


def in_model(path: str, value: Value) -> Value:
    """A number of a fit in the unit of the model."""
    return value * FACTORS.get(path, 1.0)
