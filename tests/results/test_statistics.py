import numpy as np
import pandas as pd
import pytest

from hedgesim.results.summary import paired_difference, summarise, summarise_column

COUNTRIES = pd.DataFrame(
    {
        "run": [0, 0, 1, 1] * 2,
        "period": ["2021Q1", "2021Q2"] * 4,
        "country": ["AAA"] * 4 + ["BBB"] * 4,
        "presence_RED": [0.4, 0.3, 0.4, 0.1, 0.2, 0.2, 0.2, 0.2],
        "hedging_index": [0.5, 0.6, 0.5, 0.8, 0.1, 0.1, 0.1, 0.1],
    }
)


def test_summary_of_a_hand_computed_case() -> None:
    frame = pd.DataFrame(
        {
            "period": "2021Q1",
            "entity": "AAA",
            "outcome": "x",
            "run": range(5),
            "value": [0.0, 1.0, 2.0, 3.0, 4.0],
        }
    )
    rows = summarise(frame)
    assert list(rows.columns) == [
        *("period", "entity", "outcome", "mean", "sd", "q05", "q25", "q50", "q75", "q95", "n")
    ]
    expected = [2.0, np.sqrt(2.5), 0.2, 1.0, 2.0, 3.0, 3.8, 5]
    assert rows.iloc[0, 3:].tolist() == pytest.approx(expected)


def test_rows_are_sorted_whatever_the_order_of_runs() -> None:
    frame = pd.DataFrame({"k": ["b", "a", "b", "a"], "run": [0, 0, 1, 1], "value": [1.0, 2.0, 3.0, 4.0]})
    once, turned = summarise(frame, ["k"]), summarise(frame.iloc[::-1], ["k"])
    assert once["k"].tolist() == ["a", "b"]
    pd.testing.assert_frame_equal(once, turned)


def test_one_run_has_no_spread_and_empty_values_do_not_count() -> None:
    frame = pd.DataFrame({"k": ["a", "b", "b"], "value": [1.0, np.nan, 3.0]})
    rows = summarise(frame, ["k"]).set_index("k")
    assert np.isnan(rows.loc["a", "sd"])
    assert rows.loc["b", "n"] == 1
    assert rows.loc["b", "mean"] == 3.0


def test_a_column_is_summarised_under_its_keys() -> None:
    rows = summarise_column(COUNTRIES, ["country"], value="hedging_index").set_index("country")
    assert rows.loc["AAA", "mean"] == pytest.approx(0.6)
    assert rows.loc["BBB", "n"] == 4


def of_runs(values: dict[tuple[int, str], float]) -> pd.DataFrame:
    return pd.DataFrame([(run, key, value) for (run, key), value in values.items()], columns=["run", "k", "x"])


A = of_runs({(0, "a"): 1.0, (1, "a"): 3.0, (0, "b"): 5.0, (1, "b"): 5.0})
B = of_runs({(1, "a"): 1.0, (0, "a"): 1.0, (0, "b"): 4.0, (1, "b"): 4.0, (2, "b"): 90.0})


def test_differences_are_taken_run_by_run_whatever_the_order() -> None:
    rows = paired_difference(A, B, keys=["k"], value="x").set_index("k")
    assert rows.loc["a"].tolist() == pytest.approx([1.0, 1.0, 0.1, 1.9, 2])
    assert rows.loc["b"].tolist() == pytest.approx([1.0, 0.0, 1.0, 1.0, 2])


def test_pairing_removes_what_both_sides_share() -> None:
    noise = np.random.default_rng(3).normal(0, 10, 200)
    a = pd.DataFrame({"run": range(200), "k": "a", "x": noise + 0.5})
    b = pd.DataFrame({"run": range(200), "k": "a", "x": noise})
    rows = paired_difference(a, b, keys=["k"], value="x")
    assert rows["mean"].item() == pytest.approx(0.5)
    assert rows["error"].item() == pytest.approx(0.0, abs=1e-12)


def test_one_pair_has_no_error() -> None:
    rows = paired_difference(A[A["run"] == 0], B, keys=["k"], value="x")
    assert rows["error"].isna().all()
    assert rows["n"].tolist() == [1, 1]


def test_tables_without_a_common_run_are_refused() -> None:
    with pytest.raises(ValueError, match="share no run and k"):
        paired_difference(A, B.assign(run=B["run"] + 10), keys=["k"], value="x")


def test_a_key_twice_in_a_run_is_refused() -> None:
    with pytest.raises(ValueError, match="one-to-one"):
        paired_difference(A, pd.concat([B, B]), keys=["k"], value="x")
