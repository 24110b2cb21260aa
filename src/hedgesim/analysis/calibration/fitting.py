"""The whole calibration: which parameters the record speaks of, their posterior, and what of it is shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from hedgesim.analysis.calibration.likelihood import Terms
from hedgesim.analysis.calibration.prior import DISCREPANCY, Prior, in_words, prior_of
from hedgesim.analysis.calibration.record import Record, record_of
from hedgesim.analysis.calibration.sampling import Chain, sample
from hedgesim.analysis.calibration.screening import KINDS, Screening, screen, standing_still
from hedgesim.analysis.calibration.target import Target
from hedgesim.engines.case import case_of
from hedgesim.engines.choice import Engine
from hedgesim.model.arrays import Array
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario import Scenario
from hedgesim.scenario.tables import Tables

LEFT_OUT: Mapping[str, str] = {
    "formats.expected": "a switch",
    "alignment.start": "a switch",
    "votes.absence": "no sourced vote falls in the years",
    "votes.baseline": "no sourced vote falls in the years",
    "votes.leaning": "no sourced vote falls in the years",
    "votes.threat": "no sourced vote falls in the years",
    "votes.width": "no sourced vote falls in the years",
}
"""Parameters that are not tried, with the reason."""

LEVELS = (0.05, 0.5, 0.95)
NEAR = 0.15
"""Spread of the walkers' first discrepancies, where the prior is standard normal."""


@dataclass(frozen=True)
class FitPlan:
    """How large a calibration is.

    sets: parameter sets of the screening. walkers: at least twice as many as parameters are fitted. steps, warm_up: of
    every walker. replications: runs of every set. draws: sets kept of the posterior.
    """

    sets: int = 4096
    walkers: int = 128
    steps: int = 500
    warm_up: int = 200
    replications: int = 16
    draws: int = 512
    seed: int = 2021

    @property
    def runs(self) -> int:
        """Runs that it takes at most."""
        return self.replications * (self.sets + self.walkers * (self.steps + self.warm_up + 1) + self.draws + 1)


@dataclass(frozen=True)
class Calibration:
    """Parameters fitted to a record."""

    parameters: pd.DataFrame
    """A row for every parameter: what it is, its prior, whether it was fitted, its posterior and the shipped value."""
    draws: pd.DataFrame
    """(draw, parameter): equally likely values of what was fitted, with `log_likelihood`."""
    terms: Terms
    """Log likelihoods of the draws by observation, for leaving countries out."""
    correlations: pd.DataFrame
    """Rank correlations of the fitted parameters in the posterior."""
    record: Record
    facts: Mapping[str, object]
    """What was done and how it went, for the manifest."""


def calibrate(
    scenario: Scenario,
    tables: Tables,
    plan: FitPlan,
    engine: Engine,
    *,
    on_runs: Callable[[int], None] = lambda _: None,
) -> Calibration:
    """Fit shared parameters to the record of the years that a scenario covers.

    tables: uncut. on_runs: told how many runs were just made. No parameter is of one country.

    Raises:
        HedgesimError: a year of which the record is not complete.
        HedgesimError: fewer walkers than twice the numbers that are fitted, which the screening decides.
    """
    case = case_of(scenario)
    record = record_of(tables, case.setting, range(scenario.start.year, scenario.end.year + 1))
    tried = tuple(path for path in all_parameters() if path not in LEFT_OUT)
    first = Target(case, record, Prior(tried), engine, plan.replications, on_runs=on_runs)
    screening = screen(first, plan.sets, seed=plan.seed)
    domains = tuple(dict.fromkeys(record.shares.table["domain"]))
    target = Target(case, record, prior_of(screening.fitted, domains), engine, plan.replications, on_runs=on_runs)
    chain = sample(
        target,
        _start(target, screening, plan),
        steps=plan.steps,
        warm_up=plan.warm_up,
        seed=plan.seed,
    )
    return _gathered(target, screening, chain, plan)


def _start(target: Target, screening: Screening, plan: FitPlan) -> Array:
    """Places of the walkers: the likeliest sets of the screening, discrepancies near those of standing still."""
    best = np.argsort(-screening.terms.total(), kind="stable")[: plan.walkers]
    columns = [list(screening.table["parameter"]).index(name) for name in screening.fitted]
    model = screening.places[best][:, columns]
    scales = standing_still(target)
    errors = [name.removeprefix(DISCREPANCY) for name in target.prior.names if name.startswith(DISCREPANCY)]
    middle = Prior(tuple(DISCREPANCY + d for d in errors)).places(np.asarray([[scales[d] for d in errors]]))
    unit = qmc.LatinHypercube(len(errors), rng=plan.seed).random(len(best))
    return np.concatenate([model, middle + NEAR * stats.norm.ppf(unit)], axis=-1)


def _gathered(target: Target, screening: Screening, chain: Chain, plan: FitPlan) -> Calibration:
    names = list(target.prior.names)
    values = target.prior.values(chain.draws(plan.draws))
    terms = target.terms(values)
    draws = pd.DataFrame(values, columns=names)
    correlations = pd.DataFrame(stats.spearmanr(values).statistic, index=names, columns=names)
    middle = np.median(values, axis=0, keepdims=True)
    shipped = dict(zip(names, middle[0], strict=True))
    facts = {
        "plan": asdict(plan),
        "runs": plan.replications * (plan.sets + chain.evaluations + plan.draws + 1),
        "accepted": chain.accepted,
        "correlation_time": float(chain.correlation.max()),
        "log_likelihood_of_shipped": float(target.terms(middle).total()[0]),
        "log_likelihood_of_draws": [float(q) for q in np.quantile(terms.total(), LEVELS)],
        "log_likelihood_of_prior": [float(q) for q in np.quantile(screening.terms.total(), LEVELS)],
        "standing_still": standing_still(target),
        "observations": {kind: int(getattr(terms, kind).shape[-1]) for kind in KINDS},
    }
    return Calibration(
        parameters=_described(target.prior, screening, values, shipped),
        draws=draws.assign(log_likelihood=terms.total()),
        terms=terms,
        correlations=correlations,
        record=target.record,
        facts=facts,
    )


def _described(prior: Prior, screening: Screening, values: Array, shipped: Mapping[str, float]) -> pd.DataFrame:
    """A row for every parameter of the model and every discrepancy."""
    found = pd.DataFrame(
        {
            "parameter": prior.names,
            "prior_sd": prior.spread(),
            "posterior_mean": values.mean(axis=0),
            "posterior_sd": values.std(axis=0),
            **{f"posterior_q{round(100 * q):02d}": np.quantile(values, q, axis=0) for q in LEVELS},
        }
    )
    found["width_ratio"] = found["posterior_sd"] / found["prior_sd"]
    rows = []
    for path in (*all_parameters(), *(name for name in prior.names if name.startswith(DISCREPANCY))):
        fitted = path in prior.names
        role = "error" if path.startswith(DISCREPANCY) else "fitted" if fitted else "swept"
        words = in_words(path)
        reason = "" if fitted else LEFT_OUT.get(path, "the record of the years does not move with it")
        rows.append(
            {"parameter": path, "role": role, "value": shipped.get(path, words["mode"]), **words, "why": reason}
        )
    table = pd.DataFrame(rows).rename(columns={"low": "prior_low", "mode": "prior_mode", "high": "prior_high"})
    seen = screening.table.drop(columns=["fitted"]).rename(columns={kind: f"moves_{kind}" for kind in KINDS})
    return table.merge(found, how="left", on="parameter").merge(seen, how="left", on="parameter")
