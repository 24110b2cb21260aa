"""Mechanisms turned off one by one: what each carries of the forecasts and of the effect of a shock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import yaml

from hedgesim.analysis.hindcast.forecast import Draws, parameters_in
from hedgesim.analysis.hindcast.hindcast import hindcast, skills_of
from hedgesim.analysis.patterns.bases import Bases
from hedgesim.analysis.patterns.judging import verdict_of
from hedgesim.analysis.patterns.measuring import OnRuns
from hedgesim.analysis.patterns.scoring import score
from hedgesim.analysis.patterns.variation import Variation
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.outcomes import Outcomes
from hedgesim.model.arrays import Array
from hedgesim.scenario.tables import Tables

WHOLE = "nothing"
"""What is turned off in the model as it is."""

TOTALS = ("leader_meetings", "first_time_formats")
"""Outcomes that count what happens in a quarter: their total is asked for."""

THESIS = (
    "presence_region",
    "diversity",
    "hedging_index",
    "leader_meetings",
    "first_time_formats",
    "formality",
    "realignments",
)
"""Outcomes in which the founding texts expect a shock to show: more region and more vectors at once, informally."""

LEVELS = (0.05, 0.95)


@dataclass(frozen=True)
class Mechanism:
    """A mechanism: what it is, and the parameters without it."""

    meaning: str
    settings: Mapping[str, float]


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Every mechanism that can be turned off, by name; the first is none."""
    text = (files("hedgesim") / "data" / "mechanisms.yaml").read_text(encoding="utf-8")
    known = {name: Mechanism(entry["meaning"], entry["settings"]) for name, entry in yaml.safe_load(text).items()}
    return {WHOLE: Mechanism("the model as it is", {}), **known}


def without(case: Case, mechanism: Mechanism) -> Case:
    """A case without a mechanism."""
    return replace(case, parameters=case.parameters.with_values(mechanism.settings))


def draws_without(draws: Mapping[str, Sequence[float]], mechanism: Mechanism) -> dict[str, Sequence[float]]:
    """Draws from the posterior of what is not turned off."""
    return {name: values for name, values in draws.items() if name not in mechanism.settings}


def effects(pair: tuple[Case, Case], engine: Engine, *, runs: int) -> pd.DataFrame:
    """What the shock of the first of two cases changes at the end, run by run, under every mechanism turned off.

    Columns: without, outcome, mean, q05, q95, n. Outcomes are `THESIS`; of countries their mean. n: runs that came
    through on both sides; those that failed on either are left out.
    """
    rows = []
    for name, mechanism in mechanisms().items():
        sides = [_outcomes(without(case, mechanism), engine, runs) for case in pair]
        for outcome in THESIS:
            change = _at_end(sides[0], outcome) - _at_end(sides[1], outcome)
            change = change[np.isfinite(change)]
            low, high = np.quantile(change, LEVELS)
            rows.append((name, outcome, float(change.mean()), float(low), float(high), len(change)))
    return pd.DataFrame(rows, columns=["without", "outcome", "mean", "q05", "q95", "n"])


def scores_without(
    case: Case, tables: Tables, posterior: Draws, engine: Engine, *, years: Sequence[int], runs: int
) -> pd.DataFrame:
    """Skills of the hindcast under every mechanism turned off; the columns of `skills_of` and `without`.

    Arguments as of `hedgesim.analysis.hindcast.hindcast.hindcast`; posterior: with or without log likelihoods.
    """
    draws = parameters_in(posterior)
    found = []
    for name, mechanism in mechanisms().items():
        own = draws_without(draws, mechanism)
        told = hindcast(without(case, mechanism), tables, own, engine, years=years, runs=runs, seed=case.seed)
        found.append(skills_of(told, name).rename(columns={"variant": "without"}))
    return pd.concat(found, ignore_index=True)


def patterns_without(bases: Bases, runs: int, *, on_runs: OnRuns = lambda _: None) -> pd.DataFrame:
    """Verdicts of every pattern under every mechanism turned off; columns: without, pattern, verdict.

    Raises:
        ValueError: too few runs for a score.
    """
    rows = []
    for name, mechanism in mechanisms().items():
        parts = score(bases, Variation(settings=mechanism.settings), runs, on_runs=on_runs)
        for pattern in bases.patterns.patterns:
            own = parts[parts["pattern"] == pattern.name].sort_values("number")
            rows.append((name, pattern.name, verdict_of(pattern, list(own["verdict"]))))
    return pd.DataFrame(rows, columns=["without", "pattern", "verdict"])


def _outcomes(case: Case, engine: Engine, runs: int) -> list[Outcomes]:
    step = engine.together
    return [engine.outcomes(case, range(a, min(runs, a + step))) for a in range(0, runs, step)]


def _at_end(parts: Sequence[Outcomes], name: str) -> Array:
    """An outcome in the last quarter, or its total where it counts what happens; axes (run,)."""
    return np.concatenate([_one(part, name) for part in parts])


def _one(part: Outcomes, name: str) -> Array:
    if name in part.countries:
        return part.of_country(name)[:, -1].mean(axis=-1)
    series = part.of_system(name)
    return series[:, 1:].sum(axis=-1) if name in TOTALS else series[:, -1]
