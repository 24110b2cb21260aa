"""The outcomes of a block fill the table of runs, with a row for every run, or the reason why it failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.engines import engine_of
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.records import Outcomes
from hedgesim.model.parameters import Parameters
from hedgesim.results.blocks import Block, Rows, failures, final_columns, final_outcomes
from hedgesim.results.parquet import to_arrow
from hedgesim.results.simulation import Plan, run_cases
from hedgesim.scenario import read_scenario
from worlds import make_case, make_setting

from .invented import AXES, COUNTED, OF_COUNTRIES, engine_giving, outcomes_of_runs, with_value


@dataclass
class Of:
    """What a reason asks of a case."""

    parameters: Parameters = field(default_factory=Parameters)
    varied: dict[str, np.ndarray] = field(default_factory=dict)
    seed: int = 1
    usual: Parameters = field(default_factory=Parameters)


def block(first: int, last: int, failed: dict[int, str] | None = None) -> Block:
    return Block(outcomes_of_runs(range(first, last)), failed or {}, {})


def rows_of(n: int, *blocks: Block) -> Rows:
    rows, first = Rows(n), 0
    for one in blocks:
        last = first + len(one.outcomes.failed)
        rows.add(one, {"run": range(first, last), "seed": 7})
        first = last
    return rows


def filled(n: int, *blocks: Block) -> pd.DataFrame:
    return rows_of(n, *blocks).frame()


def test_final_outcomes_are_totals_last_values_and_means_over_countries() -> None:
    frame, made = filled(3, block(0, 3)), outcomes_of_runs(range(3))
    assert frame["leader_meetings"].tolist() == made.of_system("leader_meetings").sum(axis=0).tolist()
    assert frame["realignments"].tolist() == made.of_system("realignments")[-1].tolist()
    assert frame["presence_RED"].tolist() == pytest.approx(made.of_country("presence_RED")[:, -1].mean(axis=0))
    assert frame["hedging_index_AAA"].tolist() == pytest.approx(made.of_country("hedging_index")[1, -1])
    assert frame["run"].tolist() == [0, 1, 2]
    assert (frame["seed"] == 7).all()
    assert list(frame.columns)[-1] == "failed"
    assert frame["failed"].isna().all()


def test_blocks_of_any_size_fill_the_same_table() -> None:
    whole = filled(7, block(0, 7))
    pd.testing.assert_frame_equal(whole, filled(7, *(block(k, k + 1) for k in range(7))))
    pd.testing.assert_frame_equal(whole, filled(7, block(0, 3), block(3, 7)))


def test_counts_are_whole_numbers_unless_a_run_failed() -> None:
    assert (filled(4, block(0, 4)).dtypes[list(COUNTED)] == np.int64).all()
    frame = filled(4, block(0, 2), block(2, 4, {1: "because"}))
    assert frame.loc[3, [*COUNTED, "cohesion", "hedging_index_BBB"]].isna().all()
    assert frame["failed"].tolist()[3] == "because"
    whole = filled(4, block(0, 4))
    pd.testing.assert_frame_equal(frame.loc[:2, list(COUNTED)], whole.loc[:2, list(COUNTED)].astype(float))


def test_only_chosen_rows_of_a_block_are_taken_and_a_parameter_that_varies_has_a_column() -> None:
    rows = Rows(2)
    leading = {"run": [0, 1, 0], "seed": 1, "taste.threat": np.asarray([0.5, 1.0, 2.0]), "key": np.asarray(list("abc"))}
    rows.add(block(0, 3, {1: "because"}), leading, chosen=np.asarray([False, True, True]))
    frame = rows.frame()
    assert frame["run"].tolist() == [1, 0]
    assert frame["cohesion"].isna().tolist() == [True, False]
    assert frame["failed"].tolist() == ["because", None]
    assert list(frame.columns)[:4] == ["run", "seed", "taste.threat", "key"]
    assert (frame["taste.threat"].tolist(), frame["key"].tolist()) == ([1.0, 2.0], ["b", "c"])
    assert str(to_arrow("runs", frame).schema.field("taste.threat").type) == "double"


def test_the_columns_of_the_table_of_runs_are_known_beforehand() -> None:
    case = case_of(read_scenario("war_2022", overrides=["end=2021Q2"]))
    outcomes = engine_of("ensemble").outcomes(case, [0])
    assert list(final_outcomes(outcomes)) == final_columns(case.setting.axes)


def test_the_table_and_its_arrow_form_share_the_memory_of_the_columns() -> None:
    rows = rows_of(5, block(0, 5))
    frame = rows.frame()
    table = to_arrow("runs", frame)
    for name in ("cohesion", "presence_RED", "leader_meetings", "run"):
        assert np.shares_memory(frame[name].to_numpy(), rows._columns[name]), name
        assert table[name].chunk(0).buffers()[1].address == rows._columns[name].ctypes.data, name


def test_axes_of_the_invented_system_are_as_the_tests_believe() -> None:
    assert AXES.countries == ("BBB", "AAA")


def tables_of(case: Case, n: int, engine: object, keep: int = 0) -> dict[str, pd.DataFrame]:
    (gathered,), _ = run_cases([case], Plan(n, keep, engine))
    return gathered.tables()


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

    gathered = tables_of(Of(), 9, engine_giving(giving))
    assert gathered["runs"]["failed"].notna().tolist() == [False] * 5 + [True] + [False] * 3
    assert (gathered["summary"]["n"] == 8).all()
    assert gathered["summary"].drop(columns="sd").notna().all(axis=None)


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_overflow_says_nothing_on_the_way_and_only_fails_its_run(engine: str) -> None:
    case = case_of(read_scenario("war_2022", overrides=["end=2021Q3"]))
    case = replace(case, parameters=case.parameters.with_values({"taste.boost": 1e200, "alignment.trend": 1e200}))
    gathered = tables_of(case, 2, engine_of(engine), keep=1)
    reason = "shares are not numbers from 2021Q3 (taste.boost = 1e200, alignment.trend = 1e200)"
    assert gathered["runs"]["failed"].tolist() == [reason, reason]
    assert all(frame.empty for name, frame in gathered.items() if name != "runs")


@pytest.mark.parametrize(("countries", "powers", "domains"), [(2, 2, 1), (2, 3, 2), (4, 2, 2)])
def test_every_outcome_is_defined_in_the_smallest_of_worlds(countries: int, powers: int, domains: int) -> None:
    setting = make_setting(n_countries=countries, n_powers=powers, n_domains=domains, n_formats=1, n_steps=3)
    made = engine_of("ensemble").outcomes(make_case(setting), range(3))
    assert np.isfinite(made.values).all()
