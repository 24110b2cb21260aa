"""The closing table and the differences of twins, gathered from runs while they are simulated."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.engines.records import Outcomes
from hedgesim.results.blocks import Block
from hedgesim.results.summary import CLOSING, PAIRED, Closing, Paired, compared
from hedgesim.results.tables import TOTALS

from .invented import AXES, OF_COUNTRIES, OF_SYSTEM, outcomes_of_runs

N = 25


def test_the_closing_table_of_a_hand_computed_case() -> None:
    made = outcomes_of_runs([0, 1])
    values = np.zeros_like(made.values)
    meetings = 2 * len(OF_COUNTRIES) + OF_SYSTEM.index("leader_meetings")
    values[meetings] = np.transpose([[5, 1, 2], [5, 2, 4]])
    values[meetings + 1] = np.transpose([[0, 1, 1], [0, 1, 0]])
    values[meetings + 2] = np.transpose([[7, 2, 0], [7, 0, 1]])
    values[meetings + 3] = np.transpose([[5, 1, 1], [5, 0, 0]])
    values[:2, 0] = [[0.4, 0.4], [0.2, 0.2]]
    values[:2, 2] = [[0.3, 0.1], [0.2, 0.2]]
    index = 2 * OF_COUNTRIES.index("hedging_index")
    values[index : index + 2, 2] = [[0.4, 0.6], [0.1, 0.1]]
    closing = Closing()
    closing.add(replace(made, values=values))
    table = closing.table()
    assert list(table.columns) == list(CLOSING)
    assert table["quantity"].tolist()[:4] == ["presence_RED", "presence_region", "presence_other", "hedging_index"]
    assert table["entity"].tolist()[4:6] == ["BBB", "AAA"]
    assert table["quantity"].tolist()[-4:] == [*TOTALS, "realignments"]
    rows = table.set_index(["quantity", "entity"])
    red = rows.loc[("presence_RED", "all")]
    assert red.tolist() == pytest.approx([0.3, 0.2, -0.1, 0.05, 2, 0.155, 0.245])
    assert rows.loc[("hedging_index", "all")].tolist() == pytest.approx([0.0, 0.3, 0.3, 0.05, 2, 0.255, 0.345])
    assert rows.loc[("hedging_index", "BBB")].tolist() == pytest.approx([0.0, 0.5, 0.5, 0.1, 2, 0.41, 0.59])
    met = rows.loc[("leader_meetings", "system")]
    assert (met["after"], met["error"], met["n"]) == pytest.approx((4.5, 1.5, 2))
    assert (met["q05"], met["q95"]) == pytest.approx((3.15, 5.85))
    assert met[["before", "change"]].isna().all()
    assert rows.loc[("leader_meetings_outside", "system"), "after"] == 1.0
    assert rows.loc[("first_time_formats", "system"), "after"] == 1.5
    assert rows.loc[("realignments", "system"), "after"] == 0.5


def test_one_run_has_no_error_and_none_has_no_rows() -> None:
    closing = Closing()
    assert closing.table().empty
    assert list(closing.table().columns) == list(CLOSING)
    closing.add(outcomes_of_runs([0]))
    assert closing.table()["error"].isna().all()
    assert (closing.table()["n"] == 1).all()


def paired_of(*sides: Outcomes, failed: Sequence[Iterable[int]] = ((), ())) -> Paired:
    """The differences of two cases; failed: runs of either, by place."""
    paired = Paired()
    paired.add(*(Block(made, dict.fromkeys(bad, "x"), {}) for made, bad in zip(sides, failed, strict=True)))
    return paired


def rows_of(paired: Paired) -> pd.DataFrame:
    return paired.table().set_index(["outcome", "entity", "option"])


def test_a_run_that_failed_on_either_side_is_left_out_and_counted() -> None:
    a, b = outcomes_of_runs(range(N), seed=1), outcomes_of_runs(range(N), seed=2)
    paired = paired_of(a, b, failed=([3, 4], [4, 9]))
    assert paired.left_out == 3
    left = [k for k in range(N) if k not in {3, 4, 9}]
    d = (compared(a)["presence", "AAA", "RED"] - compared(b)["presence", "AAA", "RED"])[left]
    row = rows_of(paired).loc[("presence", "AAA", "RED")]
    assert row["n"] == len(left)
    assert row["mean"] == pytest.approx(d.mean(), abs=1e-12)


def test_when_no_run_succeeded_there_are_no_differences() -> None:
    a = outcomes_of_runs(range(2))
    paired = paired_of(a, a, failed=([0, 1], []))
    assert paired.left_out == 2
    assert paired.table().empty
    assert list(paired.table().columns) == list(PAIRED)


def test_a_difference_that_is_the_same_in_every_run_has_no_gain() -> None:
    a = outcomes_of_runs(range(N))
    row = rows_of(paired_of(replace(a, values=a.values + 0.1), a)).loc[("presence", "AAA", "RED")]
    assert row["mean"] == pytest.approx(0.1)
    assert np.isnan(row["gain"])


def test_independent_runs_gain_nothing_and_shared_noise_gains() -> None:
    many = 4000
    rng = np.random.default_rng(4)
    base = replace(outcomes_of_runs([0]), meetings=np.zeros((2, many)), failed=np.full(many, -1))
    noise, own = rng.normal(size=(2, 15, 3, many)), 0.1 * rng.normal(size=(2, 15, 3, many))
    apart, shared = (
        rows_of(paired_of(*(replace(base, values=v) for v in sides)))["gain"].drop(index=["HOME", "LED"], level=1)
        for sides in (noise, noise[0] + own)
    )
    # var(a) + var(b) over var(a - b): 1 for independent runs, 2 x 1.01 / 0.02 = 101 for shared noise
    assert (apart - 1.0).abs().max() < 6.0 / np.sqrt(many)
    assert ((shared / 101.0) - 1.0).abs().max() < 6.0 * np.sqrt(2.0 / many)


def test_what_only_one_side_has_is_left_out_and_rows_stand_outcome_by_outcome() -> None:
    fewer = replace(AXES, countries=("AAA",), formats=("LED", "NEW"))
    a, b = outcomes_of_runs(range(N)), outcomes_of_runs(range(N), seed=2, axes=fewer)
    rows = rows_of(paired_of(a, b))
    assert set(rows.index.get_level_values("entity")) == {"AAA", "system", "LED"}
    assert list(rows.index.unique("outcome")) == ["presence", "hedging_index", *TOTALS, "realignments", "cohesion"]
    assert rows.loc[("leader_meetings", "LED", ""), "mean"] == pytest.approx((a.meetings[1] - b.meetings[0]).mean())
