"""A calibration: which parameters the record informs, their posterior by ensemble MCMC, and what of it is kept.

Walkers move in the space in which the prior is standard normal in every direction, so that it has no walls. Half of
them move at once, so that every move is a block of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

import emcee
import numpy as np
import pandas as pd
from numpy.random import RandomState
from SALib.analyze import rbd_fast
from scipy import stats
from scipy.stats import qmc

from hedgesim.analysis.calibration.likelihood import KINDS, Likelihood, Terms, log_likelihoods
from hedgesim.analysis.calibration.prior import DISCREPANCY, SCALES, Prior, describe
from hedgesim.analysis.calibration.record import Record, record_of
from hedgesim.engines import Engine
from hedgesim.engines.case import case_of
from hedgesim.engines.records import record_observation
from hedgesim.errors import HedgesimError
from hedgesim.experiment.design import problem_of
from hedgesim.model.arrays import RUN, Array
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario import Scenario
from hedgesim.scenario.tables import Tables

NO_VOTE = "no sourced vote falls in the years"
LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(("formats.expected", "alignment.start"), "a switch"),
    **{f"votes.{name}": NO_VOTE for name in ("absence", "baseline", "leaning", "threat", "width")},
}
"""Parameters that are not tried, with the reason."""

LEVELS = (0.05, 0.5, 0.95)

SHUFFLES = 20
"""How often the likelihoods are shifted against the parameters, to find what chance alone gives."""

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
        """Runs that it takes."""
        return self.replications * (self.sets + self.walkers * (self.steps + self.warm_up + 1) + self.draws + 1)


@dataclass(frozen=True)
class Calibration:
    """Parameters fitted to a record."""

    parameters: pd.DataFrame
    """A row for every parameter: what it is, its prior, whether it was fitted, its posterior and the shipped value."""
    draws: pd.DataFrame
    """A row for each of equally likely values of what was fitted, with `log_likelihood`, and for leaving a country out
    `log_likelihood_KAZ` and so on."""
    correlations: pd.DataFrame
    """Rank correlations of the fitted parameters in the posterior."""
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
    """Fit shared parameters to the record of the years that a scenario covers; no parameter is of one country.

    tables: uncut. on_runs: called with the number of runs just completed.

    Raises:
        HedgesimError: a year of which the record is not complete, or fewer walkers than twice the numbers that are
            fitted, which the screening decides.
    """
    case = case_of(scenario)
    record = record_of(tables, case.setting, range(scenario.start.year, scenario.end.year + 1))
    tried = Prior(tuple(path for path in all_parameters() if path not in LEFT_OUT))
    likelihood = Likelihood(case, record, tried, engine, plan.replications, on_runs=on_runs)
    screening = screen(likelihood, plan.sets, seed=plan.seed)
    domains = dict.fromkeys(record.shares["domain"])
    likelihood = replace(likelihood, prior=Prior((*screening.fitted, *(DISCREPANCY + domain for domain in domains))))
    start = _first_places(likelihood, screening, plan)
    chain = sample(likelihood, start, steps=plan.steps, warm_up=plan.warm_up, seed=plan.seed)
    return _results(likelihood, screening, chain, plan)


@dataclass(frozen=True)
class Screening:
    """What the screening, a sample of the prior, finds for every parameter."""

    table: pd.DataFrame
    """parameter; shares, meetings, statuses: share of the variance of the rank of that log likelihood that it explains
    alone; chance: the largest that chance gave any parameter; fitted: whether any of the three is above it."""
    places: Array
    """(set, parameter): the sample, where the prior is standard normal."""
    terms: Terms

    @property
    def fitted(self) -> tuple[str, ...]:
        """The parameters to fit."""
        return tuple(self.table.loc[self.table["fitted"], "parameter"])


def screen(likelihood: Likelihood, n_sets: int, *, seed: int) -> Screening:
    """Run every set of a Latin hypercube sample of the prior, and find which parameters move the likelihood.

    The discrepancies are fixed where "nothing changes" fits best, so that they do not hide everything else.
    """
    unit = qmc.LatinHypercube(len(likelihood.prior), rng=seed).random(n_sets)
    places = stats.norm.ppf(unit)
    terms = replace(likelihood, fixed=no_change(likelihood)).terms(likelihood.prior.values(places))
    found, chance = {}, 0.0
    for kind in KINDS:
        ranks = stats.rankdata(getattr(terms, kind).sum(axis=-1))
        found[kind] = _first_order(unit, ranks)
        moved = [_first_order(unit, np.roll(ranks, k * len(ranks) // (SHUFFLES + 1))) for k in range(1, SHUFFLES + 1)]
        chance = max(chance, float(np.quantile(np.max(moved, axis=-1), 0.95)))
    table = pd.DataFrame({"parameter": list(likelihood.prior.names), **found, "chance": chance})
    table["fitted"] = table[list(KINDS)].max(axis=1) > chance
    return Screening(table, places, terms)


def _first_order(unit: Array, values: Array) -> Array:
    """First-order indices from given data, axes (parameter,)."""
    found = rbd_fast.analyze(problem_of(unit.shape[1]), unit, values, num_resamples=2, seed=0)
    return np.asarray(found["S1"], dtype=np.float64)


def no_change(likelihood: Likelihood) -> dict[str, float]:
    """By domain the discrepancy at which a world that stays as it starts, in which nobody meets, is likeliest."""
    scales = np.geomspace(*SCALES, 100)
    first = likelihood.engine.record(likelihood.case, [0], record_observation)

    def frozen(x: Array) -> Array:
        return np.broadcast_to(x[:1], x.shape).repeat(2 * len(scales), axis=RUN)

    still = replace(first, **{name: frozen(values) for name, values in vars(first).items()})
    still = replace(still, meeting=np.zeros_like(still.meeting))
    record = likelihood.record
    errors = dict.fromkeys(record.axes.domains, scales)
    terms = log_likelihoods(record, still, replications=2, discrepancy=errors)
    domains = record.shares["domain"].to_numpy()
    return {str(d): float(scales[terms.shares[:, domains == d].sum(axis=-1).argmax()]) for d in np.unique(domains)}


def _first_places(likelihood: Likelihood, screening: Screening, plan: FitPlan) -> Array:
    """Places of the walkers: the likeliest sets of the screening, discrepancies near those of no change."""
    best = np.argsort(-screening.terms.total(), kind="stable")[: plan.walkers]
    model = screening.places[best][:, screening.table["fitted"].to_numpy()]
    scales = no_change(likelihood)
    names = likelihood.prior.names[len(screening.fitted) :]
    middle = Prior(names).places(np.asarray([[scales[name.removeprefix(DISCREPANCY)] for name in names]]))
    unit = qmc.LatinHypercube(len(names), rng=plan.seed).random(len(best))
    return np.concatenate([model, middle + NEAR * stats.norm.ppf(unit)], axis=-1)


@dataclass(frozen=True)
class Chain:
    """Places of walkers."""

    places: Array
    """(step, walker, parameter): places after the warm-up, where the prior is standard normal."""
    accepted: float
    """Share of the moves that were accepted, 0..1."""
    correlation: Array
    """(parameter,): steps after which a walker has forgotten where it was; not a number where none ever moved."""

    def draws(self, n: int) -> Array:
        """Sets spread evenly over steps and walkers, axes (set, parameter)."""
        flat = self.places.reshape(-1, self.places.shape[-1])
        return flat[np.linspace(0, len(flat) - 1, n).round().astype(int)]


def sample(likelihood: Likelihood, start: Array, *, steps: int, warm_up: int, seed: int) -> Chain:
    """Walk from some places by moves of differential evolution; start: axes (walker, parameter).

    Raises:
        HedgesimError: fewer walkers than twice the parameters.
    """
    walkers, n_parameters = start.shape
    if walkers < 2 * n_parameters:
        fault = f"too few to fit {n_parameters} numbers"
        raise HedgesimError(f"--walkers {walkers}", fault, f"Give --walkers {2 * n_parameters} or more.")

    def log_posterior(places: Array) -> Array:
        total = likelihood.terms(likelihood.prior.values(places)).total() - 0.5 * (places**2).sum(axis=-1)
        return np.where(np.isfinite(total), total, -np.inf)

    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, n_parameters, log_posterior, moves=moves, vectorize=True)
    sampler.run_mcmc(emcee.State(start, random_state=RandomState(seed).get_state()), warm_up + steps)
    kept = sampler.get_chain(discard=warm_up)
    with np.errstate(invalid="ignore"):
        correlation = np.asarray(emcee.autocorr.integrated_time(kept, quiet=True, tol=0))
    return Chain(kept, float(np.mean(sampler.acceptance_fraction)), correlation)


def _results(likelihood: Likelihood, screening: Screening, chain: Chain, plan: FitPlan) -> Calibration:
    names = list(likelihood.prior.names)
    values = likelihood.prior.values(chain.draws(plan.draws))
    terms = likelihood.terms(values)
    medians = np.median(values, axis=0, keepdims=True)
    years = likelihood.record.years
    facts = {
        "years": [years[0], years[-1]],
        "plan": asdict(plan),
        "runs": plan.runs,
        "accepted": chain.accepted,
        "correlation_time": float(chain.correlation.max()),
        "log_likelihood_of_shipped": float(likelihood.terms(medians).total()[0]),
        "log_likelihood_of_draws": [float(q) for q in np.quantile(terms.total(), LEVELS)],
        "log_likelihood_of_prior": [float(q) for q in np.quantile(screening.terms.total(), LEVELS)],
        "no_change": no_change(likelihood),
        "observations": {kind: int(getattr(terms, kind).shape[-1]) for kind in KINDS},
    }
    return Calibration(
        parameters=_parameters(likelihood.prior, screening, values),
        draws=pd.DataFrame(values, columns=names).assign(**_by_country(likelihood.record, terms)),
        correlations=pd.DataFrame(stats.spearmanr(values).statistic, index=names, columns=names),
        facts=facts,
    )


def _by_country(record: Record, terms: Terms) -> dict[str, Array]:
    """Log likelihoods of draws from the record, and from what it holds of each country, axes (draw,).

    Whether a body ended is of no one country.
    """
    shares, statuses = record.shares["country"].to_numpy(), record.statuses["country"].to_numpy()
    of_statuses = np.concatenate([statuses, statuses, [""] * len(record.ended())])
    found = {"log_likelihood": terms.total()}
    for country in dict.fromkeys([*statuses, *shares]):
        own = terms.shares[:, shares == country].sum(axis=-1) + terms.statuses[:, of_statuses == country].sum(axis=-1)
        found[f"log_likelihood_{country}"] = own
    return found


def _parameters(prior: Prior, screening: Screening, values: Array) -> pd.DataFrame:
    """A row for every parameter of the model and every discrepancy; values: draws, axes (draw, parameter)."""
    found = pd.DataFrame(
        {
            "parameter": prior.names,
            "prior_sd": prior.standard_deviations(),
            "posterior_mean": values.mean(axis=0),
            "posterior_sd": values.std(axis=0),
            **{f"posterior_q{round(100 * q):02d}": np.quantile(values, q, axis=0) for q in LEVELS},
        }
    )
    found["width_ratio"] = found["posterior_sd"] / found["prior_sd"]
    shipped = dict(zip(prior.names, np.median(values, axis=0), strict=True))
    rows = []
    for name in dict.fromkeys((*all_parameters(), *prior.names)):
        role = "error" if name.startswith(DISCREPANCY) else "fitted" if name in shipped else "swept"
        known = describe(name)
        reason = LEFT_OUT.get(name, "the record of the years does not move with it") if role == "swept" else ""
        rows.append(
            {"parameter": name, "role": role, "value": shipped.get(name, known["mode"]), **known, "why": reason}
        )
    table = pd.DataFrame(rows).rename(columns={"low": "prior_low", "mode": "prior_mode", "high": "prior_high"})
    effects = screening.table.drop(columns=["fitted"]).rename(columns={kind: f"moves_{kind}" for kind in KINDS})
    return table.merge(found, how="left", on="parameter").merge(effects, how="left", on="parameter")
