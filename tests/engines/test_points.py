"""A sweep is one ensemble: each row is the run of its own case."""

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.engines.points import Points, split_by_form
from worlds import case_from

POINTS = (
    "settings.taste.concentration=0",
    "settings.taste.concentration=4",
    "rules.countries.UZB={rule: neutrality, reserve: 3}",
    "rules.countries.UZB={rule: neutrality, reserve: 1}",
    "shocks={sudden: {source: assumption, date: 2021Q3, channels: [{channel: intention, powers: [RUS], size: 0.2}]}}",
    "shocks={sudden: {source: assumption, date: 2021Q4, channels: [{channel: intention, powers: [RUS], size: 0.4}]}}",
)
"""Two points each of a shared parameter, of a parameter of one country's rule, and of the size and day of a shock."""


def case_at(override: str) -> Case:
    return case_from("war_2022", "end=2022Q2", override)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [case_at(override) for override in POINTS]


def test_cases_that_differ_in_numbers_only_are_together(cases: list[Case]) -> None:
    assert [list(where) for where in split_by_form(cases)] == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize("first", [0, 2, 4])
def test_every_row_of_a_sweep_is_the_run_of_its_own_case(cases: list[Case], first: int) -> None:
    own = cases[first : first + 2]
    points = Points(tuple(own), 3, {"what": np.asarray([10.0, 20.0])})
    case, runs = points.block(range(1, 6))
    assert runs == [1, 2, 0, 1, 2]
    assert case.varied["what"].tolist() == [10.0, 10.0, 20.0, 20.0, 20.0]
    together = outcomes(case, runs).values
    apart = np.concatenate([outcomes(own[0], [1, 2]).values, outcomes(own[1], [0, 1, 2]).values], axis=-1)
    assert np.max(np.abs(together - apart)) <= 1e-12
    assert np.max(np.abs(apart[..., :2] - apart[..., 3:])) > 1e-6, "the two cases differ"


def test_a_block_of_one_case_is_that_case_as_it_is(cases: list[Case]) -> None:
    case, runs = Points(tuple(cases[:2]), 4, {}).block(range(4, 8))
    assert replace(case, varied={}) == cases[1]
    assert runs == [0, 1, 2, 3]


def test_rules_shared_in_every_case_are_shared_in_the_block(cases: list[Case]) -> None:
    case, _ = Points(tuple(cases[2:4]), 1, {}).block(range(2))
    assert len({id(rule) for rule in case.country_rules}) == 2
    assert case.country_rules[0] is case.country_rules[1]


def test_a_row_whose_number_overflows_fails_alone(cases: list[Case]) -> None:
    spoilt = replace(cases[0], parameters=cases[0].parameters.with_values({"alignment.noise": 1.7e308}))
    case, runs = Points((cases[0], spoilt), 2, {}).block(range(4))
    with np.errstate(all="ignore"):
        failed = simulate(case, runs).worlds.failed()
    assert failed.max(axis=0).tolist() == [0.0, 0.0, 1.0, 1.0]
