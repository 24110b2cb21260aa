"""A small file of patterns, and runs of a small invented world whose numbers are written over by hand."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hedgesim.analysis.patterns.pattern import read_patterns
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.analysis.patterns.scenarios import PatternScenarios
from hedgesim.engines.ensemble import simulate
from worlds import make_case, make_setting

FILE = """\
scenarios:
  war: {scenario: war_2022, end: 2022Q3}
  no_war: {scenario: no_war, end: 2022Q3}
  double: {scenario: war_2022, end: 2022Q3, shock_sizes: {war_2022: 2}}
  early: {scenario: caco_1994, end: 1994Q3, own_rules: true}
patterns:
  falls:
    statement: Presence of the aggressor falls by the war
    period: 2022
    sources: [azizova2024]
    parts:
      - says: presence of Russia falls
        on: war
        less: no_war
        statistic: {name: value, of: {name: presence, countries: [AZE, TKM], option: RUS}, at: 2022Q3}
        observed: fell
        summary: q95
        interval: (-inf, 0)
        reason: a test
      - says: double the shock
        on: double
        less: war
        statistic: {name: value, of: {name: threat, countries: two, power: RUS}, at: 2022Q3}
        summary: median
  habit_does_it_too:
    statement: Nobody trades everything with one power
    period: 2021
    sources: [azizova2024]
    parts:
      - says: below one
        on: war
        statistic: {name: highest, of: {name: share, country: KGZ, domain: economy, option: RUS}, during: 2021}
        observed: 0.28
        summary: median
        interval: "[0, 1)"
        reason: a test
        built_in: shares are below one
placebos:
  impossible:
    statement: Shares above one
    period: 2021
    sources: [azizova2024]
    parts:
      - says: above one
        on: war
        statistic: {name: highest, of: {name: share, country: KGZ, domain: economy, option: RUS}, during: 2021}
        observed: none
        summary: median
        interval: (1, inf)
        reason: a test
groups: {two: [KAZ, UZB]}
curves:
  beta: {says: recoil, parameters: [taste.threat], values: [0, 2], patterns: [falls]}
"""
RUNS = 2
STEPS = 4


def small() -> SimulatedRuns:
    """Two runs of three countries (AAA BBB CCC), three powers (RED BLU GRN), five formats, 2021Q1 to 2021Q4."""
    setting = make_setting(3, n_countries=3, n_powers=3, n_domains=2, n_formats=5, n_steps=STEPS - 1)
    return SimulatedRuns(simulate(make_case(setting), range(RUNS)))


def doctored(**arrays: np.ndarray) -> SimulatedRuns:
    """The same with some arrays of its worlds replaced."""
    runs = small()
    worlds: Any = runs.worlds
    for name, values in arrays.items():
        assert values.shape == np.shape(getattr(worlds, name)), name
    return SimulatedRuns(replace(runs.trajectory, worlds=replace(worlds, **arrays)))


def along_formats(format_: int, run: int, values: list[float]) -> np.ndarray:
    """Numbers of one format in one run quarter by quarter, 0 elsewhere; axes (step, 1, 1, format, run)."""
    array = np.zeros((STEPS, 1, 1, 5, RUNS))
    array[:, 0, 0, format_, run] = values
    return array


def along_members(format_: int, run: int, values: dict[int, list[float]]) -> np.ndarray:
    """Statuses of countries in one format in one run, 0 elsewhere; axes (step, country, 1, format, run)."""
    array = np.zeros((STEPS, 3, 1, 5, RUNS))
    for country, of_country in values.items():
        array[:, country, 0, format_, run] = of_country
    return array


@cache
def scenarios() -> PatternScenarios:
    path = Path(tempfile.mkdtemp()) / "small.yaml"
    path.write_text(FILE, encoding="utf-8")
    return PatternScenarios(read_patterns(path))
