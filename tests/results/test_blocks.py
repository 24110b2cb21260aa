"""The outcomes of a block fill the table of runs, with a row for every run, or the reason why it failed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hedgesim.engines import engine_of
from hedgesim.engines.ensemble import outcomes
from hedgesim.model.parameters import Parameters
from hedgesim.results.blocks import Block, Rows, columns_of_places, failures, final_columns, final_outcomes
from hedgesim.results.parquet import to_arrow
from hedgesim.results.simulation import Plan
from worlds import case_from, make_case, make_setting

from .invented import COUNTED, OF_COUNTRIES, outcomes_of_runs
from .small import gather


def case_with(values: dict[str, float] | None = None, varied: dict[str, np.ndarray] | None = None) -> SimpleNamespace:
    """What a reason asks of a case."""
    return SimpleNamespace(parameters=Parameters().with_values(values or {}), usual=Parameters(), varied=varied or {})


def block(first: int, last: int, failed: dict[int, str] | None = None) -> Block:
    return Block(outcomes_of_runs(range(first, last)), failed or {}, {})


def filled(n: int, failed: dict[int, str] | None = None) -> pd.DataFrame:
    """The table of n runs that came in two blocks; failed: of the second, by place."""
    rows = Rows(n)
    for first, last, reasons in ((0, 2, {}), (2, n, failed)):
        rows.add(block(first, last, reasons), {"run": range(first, last), "seed": 7})
    return rows.frame()


def test_final_outcomes_are_totals_last_values_and_means_over_countries() -> None:
    frame, made = filled(3), outcomes_of_runs(range(3))
    for name in ("leader_meetings", "first_time_formats"):
        assert frame[name].tolist() == made.of_system(name).sum(axis=0).tolist()
    for name in ("realignments", "cohesion"):
        assert frame[name].tolist() == made.of_system(name)[-1].tolist()
    assert frame["presence_RED"].tolist() == pytest.approx(made.of_country("presence_RED")[:, -1].mean(axis=0))
    assert frame["hedging_index_AAA"].tolist() == pytest.approx(made.of_country("hedging_index")[1, -1])
    assert frame["run"].tolist() == [0, 1, 2]
    assert (frame["seed"] == 7).all()
    assert list(frame.columns)[-1] == "failed"
    assert frame["failed"].isna().all()


def test_counts_are_whole_numbers_unless_a_run_failed() -> None:
    whole, frame = filled(4), filled(4, {1: "because"})
    assert (whole.dtypes[list(COUNTED)] == np.int64).all()
    assert frame.loc[3, [*COUNTED, "cohesion", "hedging_index_BBB"]].isna().all()
    assert frame["failed"].tolist()[3] == "because"
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
    case = case_from("war_2022", "end=2021Q2")
    usual, axes = final_columns(case.setting.axes), case.setting.axes
    assert list(final_outcomes(outcomes(case, [0]))) == usual
    whole = final_outcomes(outcomes(case, [0]), places=True)
    assert sorted(whole) == sorted([*usual, *columns_of_places(axes)])


def test_the_table_and_its_arrow_form_share_the_memory_of_the_columns() -> None:
    rows = Rows(5)
    rows.add(block(0, 5), {"run": range(5), "seed": 7})
    frame = rows.frame()
    table = to_arrow("runs", frame)
    for name in ("cohesion", "presence_RED", "leader_meetings", "run"):
        assert np.shares_memory(frame[name].to_numpy(), rows._columns[name]), name
        assert table[name].chunk(0).buffers()[1].address == rows._columns[name].ctypes.data, name


FROM = "shares are not numbers from 2021Q3"


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        pytest.param(case_with(), FROM, id="the first quarter without numbers"),
        pytest.param(
            case_with({"taste.need": 2.5}, {"taste.threat": np.arange(10, 13) * 1e306, "drift.sigma": np.ones(3)}),
            f"{FROM} (taste.threat = 1.1e307, drift.sigma = 1)",
            id="the values of that run of what varies",
        ),
        pytest.param(
            case_with({"taste.threat": 1.5e308, "sanctions.threat": 1e-9}),
            f"{FROM} (taste.threat = 1.5e308, sanctions.threat = 1e-9)",
            id="where nothing varies what is off its prior",
        ),
        pytest.param(
            case_with(varied={f"taste.p{n}": np.full(3, n + 0.25) for n in range(9)}),
            f"{FROM} ({', '.join(f'taste.p{n} = {n}.25' for n in range(6))}, 3 more)",
            id="many parameters cut short",
        ),
    ],
)
def test_the_reason_says_from_when_and_names_few_parameters(case: SimpleNamespace, reason: str) -> None:
    broken = replace(outcomes_of_runs(range(10, 13)), failed=np.asarray([-1, 2, -1]))
    assert failures(case, broken) == {1: reason}


@pytest.mark.parametrize(
    ("column", "step", "value", "reason"),
    [
        (1, 1, np.nan, "presence_RED of AAA is not a number from 2021Q2"),
        (1, 0, np.inf, "presence_RED of AAA is not a number from 2021Q1"),
        (2 * len(OF_COUNTRIES), 1, -np.inf, "cohesion is not a number from 2021Q2"),
        (0, 0, -1e200, "presence_RED of BBB is beyond 1e+100 from 2021Q1"),  # its square overflows
    ],
)
def test_an_outcome_that_is_no_number_or_too_large_fails_its_run_by_name(
    column: int, step: int, value: float, reason: str
) -> None:
    made = outcomes_of_runs(range(4))
    assert failures(case_with(), made) == {}
    made.values[column, step, 2] = value
    assert failures(case_with(), made) == {2: reason}


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_overflow_says_nothing_on_the_way_and_only_fails_its_run(engine: str) -> None:
    case = case_from("war_2022", "end=2023Q1")
    # threat grows by 1e300 a quarter, so its second move is beyond what a number holds
    case = replace(case, parameters=case.parameters.with_values({"response.threat_rate": 1e300}))
    (gathered,) = gather([case], Plan(2, 1, engine_of(engine))).gathered
    tables = gathered.tables()
    said = "shares of KAZ and {} more are not numbers from 2022Q1; KAZ follows multi_vector.py"
    assert tables["runs"]["failed"].tolist() == [f"{said.format(n)} (response.threat_rate = 1e300)" for n in (2, 1)]
    assert all(frame.empty for name, frame in tables.items() if name != "runs")
    assert gathered.closing().empty


@pytest.mark.parametrize(("countries", "powers", "domains"), [(2, 2, 1), (2, 3, 2), (4, 2, 2)])
def test_every_outcome_is_defined_in_the_smallest_of_worlds(countries: int, powers: int, domains: int) -> None:
    setting = make_setting(n_countries=countries, n_powers=powers, n_domains=domains, n_formats=1, n_steps=3)
    made = outcomes(make_case(setting), range(3))
    assert np.isfinite(made.values).all()
