import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.summary import paired_difference


def frame(values: dict[tuple[int, str], float]) -> pd.DataFrame:
    return pd.DataFrame([(run, key, value) for (run, key), value in values.items()], columns=["run", "k", "x"])


A = frame({(0, "a"): 1.0, (1, "a"): 3.0, (0, "b"): 5.0, (1, "b"): 5.0})
B = frame({(1, "a"): 1.0, (0, "a"): 1.0, (0, "b"): 4.0, (1, "b"): 4.0, (2, "b"): 90.0})


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
