"""Differences of paired runs, gathered while they are made, are what pandas makes of all runs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.results.blocks import Block
from hedgesim.results.paired import PAIRED, Paired, compared
from hedgesim.engines.outcomes import Outcomes

from .invented import AXES, outcomes_of_runs

N = 25


def block(outcomes: Outcomes, first: int = 0, failed: dict[int, str] | None = None) -> Block:
    return Block(range(first, first + len(outcomes.values)), outcomes, failed or {}, {})


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
    assert np.array_equal(found["presence", "AAA", "RED"], made.of_country("presence_RED")[:, -1, 1])
    assert np.array_equal(found["hedging_index", "BBB", ""], made.of_country("hedging_index")[:, -1, 0])
    assert np.array_equal(found["leader_meetings", "system", ""], made.of_system("leader_meetings").sum(axis=1))
    assert np.array_equal(found["realignments", "system", ""], made.of_system("realignments")[:, -1])
    assert np.array_equal(found["cohesion", "system", ""], made.of_system("cohesion")[:, -1])
    assert np.array_equal(found["leader_meetings", "LED", ""], made.meetings[:, 1])


def test_blocks_of_any_size_give_the_same_bits() -> None:
    a, b = outcomes_of_runs(range(N), seed=1), outcomes_of_runs(range(N), seed=2)
    whole = gathered((block(a), block(b))).table()
    parts = [
        (block(outcomes_of_runs(runs, seed=1), runs[0]), block(outcomes_of_runs(runs, seed=2), runs[0]))
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


def test_when_no_run_came_through_there_are_no_rows() -> None:
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
    base = replace(outcomes_of_runs([0]), meetings=np.zeros((many, 2)), failed=np.full(many, -1))
    noise, own = rng.normal(size=(2, many, 3, 14)), 0.1 * rng.normal(size=(2, many, 3, 14))
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
    assert row["mean"] == pytest.approx((a.meetings[:, 1] - b.meetings[:, 0]).mean())


@pytest.mark.parametrize("order", [("presence", "hedging_index", "leader_meetings", "first_time_formats")])
def test_rows_stand_outcome_by_outcome(order: tuple[str, ...]) -> None:
    a = outcomes_of_runs(range(3))
    assert tuple(gathered((block(a), block(a))).table()["outcome"].unique())[:4] == order
