"""A run in which something is no number any more fails with a reason that names it and its parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hedgesim.results.failures import failures
from hedgesim.results.runner import run_many
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import engine_of
from hedgesim.engines.outcomes import Outcomes
from hedgesim.model.parameters import Parameters
from hedgesim.session import read_scenario
from worlds import make_case, make_setting

from .invented import OF_COUNTRIES, engine_giving, outcomes_of_runs, with_value


@dataclass
class Of:
    """What a reason asks of a case."""

    parameters: Parameters = field(default_factory=Parameters)
    varied: dict[str, np.ndarray] = field(default_factory=dict)
    seed: int = 1
    usual: Parameters = field(default_factory=Parameters)


def broken(step: int = 2) -> Outcomes:
    return replace(outcomes_of_runs(range(10, 13)), failed=np.asarray([-1, step, -1]))


def test_runs_without_fault_have_no_reason() -> None:
    assert failures(Of(), outcomes_of_runs(range(9))) == {}


def test_the_reason_names_the_first_quarter_without_numbers() -> None:
    assert failures(Of(), broken()) == {1: "shares are not numbers from 2021Q3"}


def test_the_reason_names_the_values_of_that_run_of_what_varies() -> None:
    varied = {"taste.threat": np.arange(10, 13) * 1e306, "alignment.noise": np.full(3, 0.25)}
    case = Of(Parameters().with_values({"taste.need": 2.5}), varied)
    reason = "shares are not numbers from 2021Q3 (taste.threat = 1.1e307, alignment.noise = 0.25)"
    assert failures(case, broken()) == {1: reason}


def test_where_nothing_varies_it_names_what_is_off_its_prior() -> None:
    case = Of(Parameters().with_values({"taste.threat": 1.5e308, "votes.threat": 1e-9}))
    reason = "shares are not numbers from 2021Q3 (taste.threat = 1.5e308, votes.threat = 1e-9)"
    assert failures(case, broken()) == {1: reason}


def test_many_parameters_are_cut_short() -> None:
    case = Of(varied={f"taste.p{n}": np.full(3, float(n)) for n in range(9)})
    assert failures(case, broken())[1].endswith("taste.p4 = 4, taste.p5 = 5, 3 more)")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_outcome_that_is_no_number_fails_its_run_by_name(value: float) -> None:
    of_index = OF_COUNTRIES.index("hedging_index") * 2 + 1
    made = with_value(outcomes_of_runs(range(4)), 2, step=1, column=of_index, value=value)
    assert failures(Of(), made) == {2: "hedging_index of AAA is not a number from 2021Q2"}
    made = with_value(outcomes_of_runs(range(4)), 2, step=1, column=len(OF_COUNTRIES) * 2, value=value)
    assert failures(Of(), made) == {2: "cohesion is not a number from 2021Q2"}


def test_an_outcome_whose_square_overflows_fails_its_run() -> None:
    made = with_value(outcomes_of_runs(range(4)), 1, step=0, column=0, value=-1e200)
    assert failures(Of(), made) == {1: "presence_RED of BBB is beyond 1e+100 from 2021Q1"}


def test_a_failed_outcome_is_in_no_table_and_the_other_runs_go_on() -> None:
    def giving(case: Case, runs: Sequence[int]) -> Outcomes:
        made = outcomes_of_runs(runs)
        return with_value(made, runs.index(5), step=1, column=0, value=np.nan) if 5 in runs else made

    gathered = run_many(Of(), 9, keep=0, engine=engine_giving(giving))
    assert gathered.runs["failed"].notna().tolist() == [False] * 5 + [True] + [False] * 3
    assert (gathered.summary["n"] == 8).all()
    assert gathered.summary.drop(columns="sd").notna().all(axis=None)
    assert (gathered.closing["n"] == 8).all()


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_overflow_says_nothing_on_the_way_and_only_fails_its_run(engine: str) -> None:
    case = case_of(read_scenario("war_2022", overrides=["end=2021Q3"]))
    case = replace(case, parameters=case.parameters.with_values({"taste.boost": 1e200, "alignment.trend": 1e200}))
    gathered = run_many(case, 2, keep=1, engine=engine_of(engine))
    reason = "shares are not numbers from 2021Q3 (taste.boost = 1e200, alignment.trend = 1e200)"
    assert gathered.runs["failed"].tolist() == [reason, reason]
    assert all(frame.empty for frame in gathered.kept.values())
    assert gathered.summary.empty
    assert gathered.closing.empty


@pytest.mark.parametrize(("countries", "powers", "domains"), [(2, 2, 1), (2, 3, 2), (4, 2, 2)])
def test_every_outcome_is_defined_in_the_smallest_of_worlds(countries: int, powers: int, domains: int) -> None:
    setting = make_setting(n_countries=countries, n_powers=powers, n_domains=domains, n_formats=1, n_steps=3)
    made = engine_of("ensemble").outcomes(make_case(setting), range(3))
    assert np.isfinite(made.values).all()
