"""Regret on a table that can be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.regret import regret

VALUES = {
    ("war", "bold"): [1.0, 3.0],
    ("war", "shy"): [4.0, 6.0],
    ("war", "even"): [4.0, 4.0],
    ("peace", "bold"): [9.0, 9.0],
    ("peace", "shy"): [2.0, 2.0],
    ("peace", "even"): [7.0, 7.0],
}


def found(goal: str, **changed: list[float]) -> pd.DataFrame:
    """Regret of rules whose runs have these values in one sample; changed: in the war."""
    values = VALUES | {("war", rule): own for rule, own in changed.items()}
    rows = [(*key, 0, run, value) for key, own in values.items() for run, value in enumerate(own)]
    table = pd.DataFrame(rows, columns=["scenario", "rule", "sample", "run", "worth"])
    return regret(table, ["rule"], outcome="worth", goal=goal).set_index("rule")


def test_regret_is_what_the_best_would_have_gained() -> None:
    assert found("high").to_dict("index") == {
        "even": {"mean": 1.5, "worst": 2.0, "worst_in": "peace", "best_in": 0.0},
        "bold": {"mean": 1.5, "worst": 3.0, "worst_in": "war", "best_in": 0.5},
        "shy": {"mean": 3.5, "worst": 7.0, "worst_in": "peace", "best_in": 0.5},
    }
    assert found("high").index.tolist() == ["even", "bold", "shy"]


def test_where_low_is_good_the_signs_turn() -> None:
    low = found("low")
    assert low.loc[["shy", "bold"], "worst"].tolist() == [3.0, 7.0]
    assert (low[["mean", "worst"]] >= 0.0).all(axis=None)


def test_a_run_that_failed_anywhere_counts_nowhere() -> None:
    assert found("high", shy=[4.0, np.nan]).loc["bold", "worst"] == pytest.approx(3.0)  # 4 less 1, of run 0 alone
