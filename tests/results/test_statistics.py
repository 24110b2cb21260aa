import numpy as np
import pandas as pd
import pytest

from hedgesim.results.summary import paired_difference, summarise, summarise_column
from hedgesim.results.tables import SUMMARY_KEYS


def test_summary_of_a_hand_computed_case() -> None:
    values = pd.DataFrame(
        {"period": "2021Q1", "entity": "AAA", "outcome": "x", "run": range(5), "value": np.arange(5.0)}
    )
    rows = summarise(values)
    assert list(rows.columns) == [*SUMMARY_KEYS, "mean", "sd", "q05", "q25", "q50", "q75", "q95", "n"]
    assert rows.iloc[0, 3:].tolist() == pytest.approx([2.0, np.sqrt(2.5), 0.2, 1.0, 2.0, 3.0, 3.8, 5])
    column = summarise_column(values.rename(columns={"value": "threat"}), ["entity"], value="threat")
    pd.testing.assert_frame_equal(column, summarise(values, ["entity"]))


def test_rows_are_sorted_whatever_the_order_of_runs_empty_values_do_not_count_and_one_run_has_no_spread() -> None:
    frame = pd.DataFrame({"k": ["b", "a", "b", "a"], "run": [0, 0, 1, 1], "value": [1.0, 2.0, 3.0, np.nan]})
    once, turned = summarise(frame, ["k"]), summarise(frame.iloc[::-1], ["k"])
    assert once[["k", "mean", "n"]].to_numpy().tolist() == [["a", 2.0, 1], ["b", 2.0, 2]]
    assert once["sd"].isna().tolist() == [True, False]
    pd.testing.assert_frame_equal(once, turned)


def of_runs(values: dict[tuple[int, str], float]) -> pd.DataFrame:
    return pd.DataFrame([(run, key, value) for (run, key), value in values.items()], columns=["run", "k", "x"])


A = of_runs({(0, "a"): 1.0, (1, "a"): 3.0, (0, "b"): 5.0, (1, "b"): 9.0})
B = of_runs({(1, "a"): 1.0, (0, "a"): 1.0, (0, "b"): 4.0, (1, "b"): 8.0, (2, "b"): 90.0})


def test_differences_are_taken_run_by_run_whatever_the_order_so_what_both_sides_share_goes() -> None:
    rows = paired_difference(A, B, keys=["k"], value="x").set_index("k")
    assert rows.loc["a"].tolist() == pytest.approx([1.0, 1.0, 0.1, 1.9, 2])
    assert rows.loc["b"].tolist() == pytest.approx([1.0, 0.0, 1.0, 1.0, 2])


def test_one_pair_has_no_error() -> None:
    rows = paired_difference(A[A["run"] == 0], B, keys=["k"], value="x")
    assert rows["error"].isna().all()
    assert rows["n"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        pytest.param(B.assign(run=B["run"] + 10), "share no run and k", id="no common run"),
        pytest.param(pd.concat([B, B]), "do not tell its rows apart", id="a key twice in a run"),
    ],
)
def test_tables_that_make_no_pairs_are_refused(other: pd.DataFrame, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        paired_difference(A, other, keys=["k"], value="x")
