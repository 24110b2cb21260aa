"""What landscape theory says of a scenario's own actors, and how runs of the hedging model differ from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.analysis.landscape import Flags, Landscape, Minima, Values
from hedgesim.engines import engine_of
from hedgesim.engines.case import Case
from hedgesim.engines.records import Outcomes
from hedgesim.errors import Place, ScenarioError
from hedgesim.results.blocks import run_block
from hedgesim.results.simulation import OnRuns
from hedgesim.results.tables import PRESENCE
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.tables import latest_sizes

MILITARY = "military_expenditure"
"""Measure in the table of sizes from which the capability of powers, and so every size, is computed."""

RUNS = 200
"""Runs of the hedging model by default."""


def landscape_of(scenario: Scenario, inputs: ScenarioInputs) -> Landscape:
    """The landscape of the countries and powers of a scenario at its start, by one rule for all.

    Size is capability: the root of military expenditure over the largest of any power. Propensity is affinity between
    a country and a power, trust less distrust (1 - trust) between two countries, and rivalry, which repels, between
    two powers; all are in -1..1. Where the tables have it by direction, it is the mean of both.

    Raises:
        ScenarioError: the tables have no military expenditure of a country.
        HedgesimError: an actor has no size, or there are fewer than two actors.
    """
    setting = inputs.setting
    trust, rivalry = setting.trust[:, 0, :, 0], setting.rivalry[0, ..., 0]
    toward = setting.affinity[:, 0, :, 0]
    directed = np.block([[trust - (1.0 - trust), toward], [toward.T, -rivalry]])
    propensity = (directed + directed.T) / 2.0
    np.fill_diagonal(propensity, 0.0)
    size = np.concatenate([_capability(scenario, inputs), setting.capability.ravel()])
    return Landscape((*setting.axes.countries, *setting.axes.powers), size, propensity)


def _capability(scenario: Scenario, inputs: ScenarioInputs) -> Values:
    """Capability of the countries by the rule and on the scale of that of powers, axes (country,)."""
    sizes = latest_sizes(inputs.tables.table("sizes"), scenario.start)
    known = {entity: value for (entity, measure), value in sizes.items() if measure == MILITARY}
    axes = inputs.tables.table("axes")
    countries, powers = inputs.setting.axes.countries, axes.loc[axes["axis"] == "power", "code"]
    lacking = [code for code in (*countries, *powers) if code not in known]
    if lacking:
        fault = f"no {MILITARY} of {lacking[0]} is known before {scenario.start.year}, and so no size"
        raise ScenarioError(Place("table sizes"), fault, "Add a row for it, or rows of military_burden and gdp.")
    largest = max(known[power] for power in powers)
    return np.sqrt(np.asarray([known[code] for code in countries]) / largest)


@dataclass(frozen=True)
class Comparison:
    """How runs of the hedging model end, beside the lowest minimum of the landscape of their start.

    table: a row per country, medians over runs, at the end unless it says otherwise: `country`; `apart`, whether it is
    on the other side than the first actor; `held`, by how much its frustration (size x propensity over those on the
    other side) rises if it alone changes sides; `across`, share of its presence with powers that is with powers of the
    other side (1, 0..1; 0 where there are but two blocs, above .5 where it leans to the other one), and `across_start`,
    the same at the start; `on_side`, share of runs in which `across` is below .5; `hedging_index`. Not a number where
    no run succeeded.
    """

    table: pd.DataFrame
    period: str
    runs: int
    failed: int


def compare(case: Case, minima: Minima, runs: int = RUNS, *, on_runs: OnRuns = lambda _: None) -> Comparison:
    """Run a case and compare its end with the lowest minimum of its landscape.

    minima: of `landscape_of`, whose actors are the countries and then the powers of the case. runs: at least 1.
    """
    axes, engine = case.setting.axes, engine_of("ensemble")
    n = len(axes.countries)
    apart, blocks = minima.apart[0], []
    for first in range(0, runs, engine.together):
        here = range(first, min(first + engine.together, runs))
        block = run_block(case, engine, here)
        measured = _measures(block.outcomes, apart)
        blocks.append(measured[block.successful()])
        on_runs(len(here))
    before, across, index = np.moveaxis(np.concatenate(blocks), -1, 0)
    table = pd.DataFrame(
        {
            "country": axes.countries,
            "apart": apart[:n],
            "held": (minima.landscape.rise(minima.apart[:1])[0] / (2.0 * minima.landscape.size))[:n],
            "across_start": _median(before),
            "across": _median(across),
            "on_side": (across < 0.5).mean(axis=0) if len(across) else np.nan,
            "hedging_index": _median(index),
        }
    )
    return Comparison(table, axes.periods[-1], runs, runs - len(across))


def _measures(outcomes: Outcomes, apart: Flags) -> Values:
    """Across at the start and at the end, and the hedging index at the end, axes (run, country, 3)."""
    axes = outcomes.axes
    n = len(axes.countries)
    steps = [outcomes.of_country(f"{PRESENCE}{power}")[:, [0, -1]].T for power in axes.powers]
    held = np.stack(steps, axis=-1)
    other = apart[:n, None] != apart[n:]
    across = (held * other).sum(axis=-1) / held.sum(axis=-1)
    index = outcomes.of_country("hedging_index")[:, -1].T
    return np.stack([across[:, 0], across[:, 1], index], axis=-1)


def _median(values: Values) -> Values:
    """Medians over runs, axes (country,); values: axes (run, country)."""
    return np.median(values, axis=0) if len(values) else np.full(values.shape[1], np.nan)
