"""Rates of accession to formal bodies and of exit from them, fitted to memberships without simulation.

In the model a country that is willing to sit in a body joins at one rate, and a member that is not leaves at another.
Willingness is not seen: at each decision it is known, and from then on its unmodelled part is drawn again at the rate
that the half-life of the stance gives. So a stretch between two decisions is a hidden chain of two states, and its
chance is a product over quarters. The stance is that of `stance`, at given values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.events import by_group
from hedgesim.analysis.calibration.stance import Stance
from hedgesim.model.arrays import Array
from hedgesim.model.period import QUARTERS, Period
from hedgesim.scenario.tables import Tables

CENTRES: Mapping[str, float] = {"accession": 0.05, "leaving": 0.02}
"""Rates, per quarter, in the order of values: the middles of the priors, which were chosen before the fit."""

PRIOR_SD = 1.5
"""Standard deviation of the priors of the logarithms: about a factor of four either way."""

GRID = np.exp(np.linspace(np.log(1e-4), 0.0, 401))
"""Rates at which the posterior of each is taken, the other at its middle: they share no stretch."""


@dataclass(frozen=True)
class Membership:
    """Stretches in which a country was outside a body, or a member of it, between two decisions."""

    rows: pd.DataFrame
    """country, body, member (whether it was one), quarters, happened (1 if it ended by an accession or exit), willing
    (chance of willingness from the modelled stance, 0..1)."""
    again: float
    """Chance that the unmodelled part of a stance is drawn again in a quarter."""

    @classmethod
    def of(cls, tables: Tables, stance: Array, until: int = LAST_YEAR) -> Membership:
        """The record up to a year; stance: values of `Stance`, as sampled, axes (parameter,)."""
        record = Stance.of(tables, until)
        willing = special.expit(record.leaning(stance[None, :])[0])
        decided = record.rows.assign(willing=willing)
        formats = tables.table("formats")
        ends = dict(zip(formats["format"], formats["ended"], strict=True))
        bodies = formats.loc[formats["role"] == "body", "format"]
        decided = decided[(decided["kind"] != "attend") & decided["body"].isin(bodies)].sort_values("years")
        rows = [
            row
            for (country, body), own in decided.groupby(["country", "body"], sort=True)
            for row in _stretches(str(country), str(body), own, _last(ends[body], until))
        ]
        years = float(np.exp(stance[-1]))
        return cls(pd.DataFrame(rows), again=1.0 - 0.5 ** (1.0 / (QUARTERS * years)))

    def posterior(self, name: str, *, without: str = "") -> Array:
        """Chance of every rate of the grid, axes (rate,); without: a country that is left out."""
        rates = np.tile(list(CENTRES.values()), (len(GRID), 1))
        rates[:, list(CENTRES).index(name)] = GRID
        kept = [country != without for country in self.groups]
        off = np.log(GRID / CENTRES[name]) / PRIOR_SD
        total = self.log_likelihood(rates)[:, kept].sum(axis=1) - 0.5 * off * off
        chance = np.exp(total - total.max())
        return chance / chance.sum()

    @property
    def groups(self) -> tuple[str, ...]:
        """Countries."""
        return tuple(dict.fromkeys(self.rows["country"]))

    def log_likelihood(self, rates: Array) -> Array:
        """By country, axes (set, country); rates: of accession and of exit per quarter, axes (set, 2)."""
        member = self.rows["member"].to_numpy(dtype=int)
        willing, quarters = self.rows["willing"].to_numpy(), self.rows["quarters"].to_numpy(dtype=int)
        ready_again = self.again * np.where(member == 1, 1.0 - willing, willing)
        goes = -np.expm1(-rates[:, member])
        ready, chance = np.zeros_like(goes), np.zeros_like(goes)
        total = np.ones_like(goes)
        for quarter in range(1, int(quarters.max()) + 1):
            gone, last = ready * goes, quarters == quarter
            chance = np.where(last, np.where(self.rows["happened"] == 1, gone, total - gone), chance)
            total, ready = total - gone, ready - gone
            ready = (1.0 - self.again) * ready + ready_again * total
        with np.errstate(divide="ignore"):
            return by_group(self.groups, list(self.rows["country"]), np.log(chance))


def _stretches(country: str, body: str, decided: pd.DataFrame, end: int) -> Iterator[dict[str, object]]:
    """The stretches of one country and body; decided: its decisions in order. end: last quarter of the body, by index.

    A member that decides about a further step inside a body stays one.
    """
    member, before = False, None
    for row in [*decided.to_dict("records"), None]:
        quarter = end if row is None else min(round(float(row["years"]) * QUARTERS), end)
        inside = member if row is None else row["kind"] != "leave" and (member or row["outcome"] == 1)
        if before is not None and (start := round(float(before["years"]) * QUARTERS)) < quarter:
            yield {
                "country": country,
                "body": body,
                "member": int(member),
                "quarters": quarter - start,
                "happened": int(inside != member),
                "willing": before["willing"],
            }
        member, before = inside, row


def _last(ended: str, until: int) -> int:
    """Index of the last quarter of a body, or of the record."""
    last = Period(until, 4).index
    return min(Period.of_date(ended).index, last) if ended else last
