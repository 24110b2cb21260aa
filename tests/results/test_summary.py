"""What is gathered from runs while they are simulated is what pandas makes of all of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.engines import engine_of
from hedgesim.engines.case import case_of
from hedgesim.engines.records import Outcomes
from hedgesim.results.blocks import Block
from hedgesim.results.simulation import Plan, run_cases
from hedgesim.results.summary import CLOSING, PAIRED, Closing, Paired, compared
from hedgesim.scenario import read_scenario

from .invented import AXES, OF_COUNTRIES, OF_SYSTEM, outcomes_of_runs

N = 25


def by_pandas(countries: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """The closing table from full tables of runs, the long way."""
    first, last = countries["period"].min(), countries["period"].max()
    presence = [name for name in countries.columns if name.startswith("presence_")]
    rows = []
    keys = [(name, "all") for name in (*presence, "hedging_index")]
    keys += [("hedging_index", code) for code in dict.fromkeys(countries["country"])]
    for name, entity in keys:
        chosen = countries if entity == "all" else countries[countries["country"] == entity]
        wide = chosen.groupby(["run", "period"])[name].mean().unstack()
        change = wide[last] - wide[first]
        numbers = (wide[first].mean(), wide[last].mean(), change.mean(), change.sem(), change.count())
        rows.append((name, entity, *numbers))
    after = system[system["period"] > first].groupby("run")[["leader_meetings", "first_time_formats"]].sum()
    after["realignments"] = system[system["period"] == last].set_index("run")["realignments"]
    for name in ("leader_meetings", "first_time_formats", "realignments"):
        rows.append((name, "system", np.nan, after[name].mean(), np.nan, after[name].sem(), after[name].count()))
    return pd.DataFrame(rows, columns=list(CLOSING))


def test_it_equals_a_pandas_computation_over_the_kept_runs() -> None:
    case = case_of(read_scenario("war_2022", overrides=["end=2022Q3"]))
    (gathered,), _ = run_cases([case], Plan(30, 30, replace(engine_of("ensemble"), together=7)))
    tables = gathered.tables()
    expected = by_pandas(tables["countries"], tables["system"])
    pd.testing.assert_frame_equal(gathered.closing(), expected, check_exact=False, rtol=0.0, atol=1e-12)


def test_a_hand_computed_case() -> None:
    made = outcomes_of_runs([0, 1])
    values = np.zeros_like(made.values)
    meetings = 2 * len(OF_COUNTRIES) + OF_SYSTEM.index("leader_meetings")
    values[meetings] = np.transpose([[5, 1, 2], [5, 2, 4]])
    values[meetings + 1] = np.transpose([[0, 1, 1], [0, 1, 0]])
    values[:2, 0] = [[0.4, 0.4], [0.2, 0.2]]
    values[:2, 2] = [[0.3, 0.1], [0.2, 0.2]]
    closing = Closing()
    closing.add(replace(made, values=values))
    rows = closing.table().set_index(["quantity", "entity"])
    red = rows.loc[("presence_RED", "all")]
    assert red.tolist() == pytest.approx([0.3, 0.2, -0.1, 0.05, 2])
    met = rows.loc[("leader_meetings", "system")]
    assert (met["after"], met["error"], met["n"]) == pytest.approx((4.5, 1.5, 2))
    assert met[["before", "change"]].isna().all()
    assert rows.loc[("realignments", "system"), "after"] == 0.5


def test_rows_stand_in_the_order_of_options_and_countries() -> None:
    closing = Closing()
    closing.add(outcomes_of_runs(range(3)))
    table = closing.table()
    assert list(table.columns) == list(CLOSING)
    assert table["quantity"].tolist()[:4] == ["presence_RED", "presence_region", "presence_other", "hedging_index"]
    assert table["entity"].tolist()[4:6] == ["BBB", "AAA"]
    assert table["quantity"].tolist()[-3:] == ["leader_meetings", "first_time_formats", "realignments"]


def test_one_run_has_no_error_and_none_has_no_rows() -> None:
    closing = Closing()
    assert closing.table().empty
    assert list(closing.table().columns) == list(CLOSING)
    closing.add(outcomes_of_runs([0]))
    assert closing.table()["error"].isna().all()
    assert (closing.table()["n"] == 1).all()


def block(outcomes: Outcomes, failed: dict[int, str] | None = None) -> Block:
    return Block(outcomes, failed or {}, {})


def gathered(*pairs: tuple[Block, Block]) -> Paired:
    paired = Paired()
    for first, twin in pairs:
        paired.add(first, twin)
    return paired


def keyed(paired: Paired) -> pd.DataFrame:
    return paired.table().set_index(["outcome", "entity", "option"])


def test_every_row_equals_a_direct_computation() -> None:
    a, b = outcomes_of_runs(range(N), seed=1), outcomes_of_runs(range(N), seed=2)
    table = gathered((block(a), block(b))).table()
    assert list(table.columns) == list(PAIRED)
    one, other = compared(a), compared(b)
    assert len(table) == len(one) == 2 * 3 + 2 + 4 + 2
    for row in table.itertuples():
        x, y = one[row.outcome, row.entity, row.option], other[row.outcome, row.entity, row.option]
        d = x - y
        assert row.mean == pytest.approx(d.mean(), abs=1e-12)
        assert row.error == pytest.approx(d.std(ddof=1) / np.sqrt(N), abs=1e-12)
        assert (row.q05, row.q95) == pytest.approx(tuple(np.quantile(d, [0.05, 0.95])), abs=1e-12)
        assert row.n == N
        assert row.gain == pytest.approx((x.var(ddof=1) + y.var(ddof=1)) / d.var(ddof=1), rel=1e-9)


def test_what_is_compared_is_the_last_quarter_totals_and_meetings_of_every_format() -> None:
    made = outcomes_of_runs(range(N))
    found = compared(made)
    assert np.array_equal(found["presence", "AAA", "RED"], made.of_country("presence_RED")[1, -1])
    assert np.array_equal(found["hedging_index", "BBB", ""], made.of_country("hedging_index")[0, -1])
    assert np.array_equal(found["leader_meetings", "system", ""], made.of_system("leader_meetings").sum(axis=0))
    assert np.array_equal(found["realignments", "system", ""], made.of_system("realignments")[-1])
    assert np.array_equal(found["cohesion", "system", ""], made.of_system("cohesion")[-1])
    assert np.array_equal(found["leader_meetings", "LED", ""], made.meetings[1])


def test_blocks_of_any_size_give_the_same_bits() -> None:
    a, b = outcomes_of_runs(range(N), seed=1), outcomes_of_runs(range(N), seed=2)
    whole = gathered((block(a), block(b))).table()
    parts = [
        (block(outcomes_of_runs(runs, seed=1)), block(outcomes_of_runs(runs, seed=2)))
        for runs in (range(7), range(7, 8), range(8, N))
    ]
    pd.testing.assert_frame_equal(whole, gathered(*parts).table(), check_exact=True)


def test_a_run_that_failed_on_either_side_is_left_out_and_counted() -> None:
    a, b = outcomes_of_runs(range(N), seed=1), outcomes_of_runs(range(N), seed=2)
    paired = gathered((block(a, failed={3: "x", 4: "x"}), block(b, failed={4: "x", 9: "x"})))
    assert paired.left_out == 3
    left = [k for k in range(N) if k not in {3, 4, 9}]
    d = (compared(a)["presence", "AAA", "RED"] - compared(b)["presence", "AAA", "RED"])[left]
    row = keyed(paired).loc[("presence", "AAA", "RED")]
    assert row["n"] == len(left)
    assert row["mean"] == pytest.approx(d.mean(), abs=1e-12)


def test_when_no_run_succeeded_there_are_no_differences() -> None:
    a = outcomes_of_runs(range(2))
    paired = gathered((block(a, failed={0: "x", 1: "x"}), block(a)))
    assert paired.left_out == 2
    assert paired.table().empty
    assert list(paired.table().columns) == list(PAIRED)


def test_a_twin_of_itself_differs_in_nothing_and_has_no_gain() -> None:
    a = outcomes_of_runs(range(N))
    table = gathered((block(a), block(a))).table()
    assert (table[["mean", "error", "q05", "q95"]] == 0.0).all(axis=None)
    assert table["gain"].isna().all()


def test_a_difference_that_is_the_same_in_every_run_has_no_gain_either() -> None:
    a = outcomes_of_runs(range(N))
    shifted = replace(a, values=a.values + 0.1)
    table = keyed(gathered((block(shifted), block(a))))
    assert table.loc[("presence", "AAA", "RED"), "mean"] == pytest.approx(0.1)
    assert np.isnan(table.loc[("presence", "AAA", "RED"), "gain"])


def test_independent_runs_gain_nothing_and_shared_noise_gains() -> None:
    many = 4000
    rng = np.random.default_rng(4)
    base = replace(outcomes_of_runs([0]), meetings=np.zeros((2, many)), failed=np.full(many, -1))
    noise, own = rng.normal(size=(2, 14, 3, many)), 0.1 * rng.normal(size=(2, 14, 3, many))
    apart = gathered(tuple(block(replace(base, values=v)) for v in noise))
    shared = gathered(tuple(block(replace(base, values=noise[0] + v)) for v in own))
    gains = [p.table()["gain"].drop(index=p.table().query("entity in ['HOME', 'LED']").index) for p in (apart, shared)]
    # var(a) + var(b) over var(a - b): 1 for independent runs, 2 x 1.01 / 0.02 = 101 for shared noise
    assert (gains[0] - 1.0).abs().max() < 6.0 / np.sqrt(many)
    assert ((gains[1] / 101.0) - 1.0).abs().max() < 6.0 * np.sqrt(2.0 / many)


def test_what_only_one_side_has_is_left_out() -> None:
    fewer = replace(AXES, countries=("AAA",), formats=("LED", "NEW"))
    a, b = outcomes_of_runs(range(N)), outcomes_of_runs(range(N), seed=2, axes=fewer)
    table = gathered((block(a), block(b))).table()
    assert set(table["entity"]) == {"AAA", "system", "LED"}
    row = table.set_index(["outcome", "entity", "option"]).loc[("leader_meetings", "LED", "")]
    assert row["mean"] == pytest.approx((a.meetings[1] - b.meetings[0]).mean())


@pytest.mark.parametrize("order", [("presence", "hedging_index", "leader_meetings", "first_time_formats")])
def test_rows_stand_outcome_by_outcome(order: tuple[str, ...]) -> None:
    a = outcomes_of_runs(range(3))
    assert tuple(gathered((block(a), block(a))).table()["outcome"].unique())[:4] == order
