"""Everything that is asked of a hindcast: half and double shocks, the prior, countries left out, votes foretold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, norm, qmc

from hedgesim.analysis.calibration.prior import DISCREPANCY, Prior
from hedgesim.analysis.hindcast.hindcast import (
    MODEL,
    STILL,
    UNMOVED,
    Hindcast,
    hindcast,
    leave_out,
    parameters_in,
    skills,
)
from hedgesim.analysis.hindcast.rivals import CLIMATOLOGY, PERSISTENCE, TREND
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import Engine
from hedgesim.scenario import Scenario
from hedgesim.scenario.tables import Tables

BASE = "base"
RIVALS = (PERSISTENCE, UNMOVED, STILL, TREND, CLIMATOLOGY)
VOTES = ("vote_no", "vote_abstain", "vote_yes", "vote_absent")

Posterior = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Study:
    """A hindcast and what was asked around it; tables have a row for each case."""

    base: Hindcast
    skills: pd.DataFrame
    """variant, part (all, or a domain; meetings), rival and the columns of `skills`."""
    left_out: pd.DataFrame
    votes: pd.DataFrame
    """country, the chances of each vote on a resolution hostile to the aggressor; foretold, not scored."""
    facts: Mapping[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything by name, for a folder."""
        own = {"shares": self.base.shares, "meetings": self.base.meetings, "statuses": self.base.statuses}
        return {**own, "skills": self.skills, "left_out": self.left_out, "votes": self.votes}


@dataclass(frozen=True)
class Variants:
    """Scenarios beside the base: the same with shocks half and twice as large, by name."""

    base: Scenario
    others: Mapping[str, Scenario]


def study(
    variants: Variants,
    tables: Tables,
    posterior: Posterior,
    engine: Engine,
    *,
    runs: int,
    on_runs: Callable[[int], None] = lambda _: None,
) -> Study:
    """Forecast and score the years that a scenario covers after its first, in all variants.

    tables: uncut. posterior: equally likely draws with their log likelihoods. runs: of every draw. on_runs: told
    how many runs were just made; there are those of the base, of the other variants, and of the prior.
    """
    scenario = variants.base
    years = range(scenario.start.year, scenario.end.year + 1)
    draws = parameters_in(posterior)

    def told(case: Case, own: Posterior) -> Hindcast:
        found = hindcast(case, tables, own, engine, years=years, runs=runs, seed=scenario.seed)
        on_runs(len(found.members.counts))
        return found

    case = case_of(scenario)
    base = told(case, draws)
    found = [skills_of(base, BASE)]
    for name, other in variants.others.items():
        found.append(skills_of(told(case_of(other), draws), name))
    found.append(skills_of(told(case, _prior_draws(draws, scenario.seed)), "prior"))
    return Study(
        base=base,
        skills=pd.concat(found, ignore_index=True),
        left_out=leave_out(base, posterior, runs=runs),
        votes=_votes(case, engine),
        facts={"scenario": scenario.name, "draws": len(next(iter(draws.values()))), "runs_of_a_draw": runs},
    )


def skills_of(found: Hindcast, variant: str) -> pd.DataFrame:
    """Skills of shares, all and by domain, and of meetings."""
    parts = {"all shares": found.shares}
    parts |= {f"{domain} shares": own for domain, own in found.shares.groupby("domain")}
    tables = [skills(own, "crps", RIVALS, group="country").assign(part=name) for name, own in parts.items()]
    rivals = (PERSISTENCE, TREND, CLIMATOLOGY)
    tables.append(skills(found.meetings, "rps", rivals, group="format").assign(part="meetings"))
    return pd.concat(tables, ignore_index=True).assign(variant=variant)


def _prior_draws(draws: Posterior, seed: int) -> dict[str, Sequence[float]]:
    """As many draws of the prior of the fitted parameters; discrepancies stay, for the record alone gives them."""
    names = tuple(name for name in draws if not name.startswith(DISCREPANCY))
    n = len(next(iter(draws.values())))
    values = Prior(names).values(norm.ppf(qmc.LatinHypercube(len(names), rng=seed).random(n)))
    errors = {name: own for name, own in draws.items() if name.startswith(DISCREPANCY)}
    return {**{name: values[:, k].tolist() for k, name in enumerate(names)}, **errors}


def _votes(case: Case, engine: Engine) -> pd.DataFrame:
    """Chances of each vote in the first quarter after the start, mean over a block of runs with shipped parameters."""
    seen = engine.outcomes(case, range(engine.together))
    table = {name: seen.of_country(name)[:, 1].mean(axis=0) for name in VOTES}
    return pd.DataFrame({"country": case.setting.axes.countries, **table})


def flat_band(cases: int, bins: int) -> tuple[float, float]:
    """5 and 95 % of the count of a bin of a PIT histogram if every place were as likely."""
    low, high = binom(cases, 1.0 / bins).ppf([0.05, 0.95])
    return float(low), float(high)


def reliability(found: Mapping[str, pd.DataFrame], bins: int = 10) -> pd.DataFrame:
    """How often what was given a chance happened: shares that rise, meetings that are held, statuses that change.

    found: tables of a hindcast. Columns: chance (mean of the bin), happened (part of its cases), cases.
    """
    shares, meetings = (found[name][found[name]["forecaster"] == MODEL] for name in ("shares", "meetings"))
    statuses = found["statuses"][found["statuses"]["forecaster"] == MODEL]
    exact = shares[shares["low"] == shares["high"]]
    chance = np.concatenate([exact["rises"], 1.0 - meetings["p0"], statuses["probability"]])
    happened = np.concatenate([exact["low"] > exact["before"], meetings["count"] > 0, statuses["happened"] > 0])
    table = pd.DataFrame({"chance": chance, "happened": happened.astype(float)})
    place = np.minimum((chance * bins).astype(int), bins - 1)
    grouped = table.groupby(place)
    return grouped.mean().assign(cases=grouped.size()).reset_index(drop=True)
