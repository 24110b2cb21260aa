"""Regret on a table that can be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.regret import regret


def table(values: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    """Runs of (scenario, rule) with these values of one sample."""
    rows = [
        {"scenario": scenario, "sample": 0, "run": run, "rule": rule, "worth": value}
        for (scenario, rule), own in values.items()
        for run, value in enumerate(own)
    ]
    return pd.DataFrame(rows)


VALUES = {
    ("war", "bold"): [1.0, 3.0],
    ("war", "shy"): [4.0, 6.0],
    ("war", "even"): [4.0, 4.0],
    ("peace", "bold"): [9.0, 9.0],
    ("peace", "shy"): [2.0, 2.0],
    ("peace", "even"): [7.0, 7.0],
}


def test_regret_is_what_the_best_would_have_gained() -> None:
    found = regret(table(VALUES), ["rule"], outcome="worth", goal="high")
    assert found["rule"].tolist() == ["even", "bold", "shy"]
    assert found["worst"].tolist() == [2.0, 3.0, 7.0]
    assert found["mean"].tolist() == [1.5, 1.5, 3.5]
    assert found["worst_in"].tolist() == ["peace", "war", "peace"]
    assert found["best_in"].tolist() == [0.0, 0.5, 0.5]


def test_where_low_is_good_the_signs_turn() -> None:
    found = regret(table(VALUES), ["rule"], outcome="worth", goal="low").set_index("rule")
    assert found.loc["shy", "worst"] == 3.0
    assert found.loc["bold", "worst"] == 7.0
    assert (found[["mean", "worst"]] >= 0.0).all(axis=None)


def test_a_run_that_failed_anywhere_counts_nowhere() -> None:
    failed = {**VALUES, ("war", "shy"): [4.0, np.nan]}
    found = regret(table(failed), ["rule"], outcome="worth", goal="high").set_index("rule")
    assert found.loc["bold", "worst"] == pytest.approx(3.0)  # 4 less 1, of run 0 alone
