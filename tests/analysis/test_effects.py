"""What moves the outcomes of a sweep: planted effects are found, paired by run number, with their errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.effects import COLUMNS, effects_of, levels_of
from hedgesim.results.results import Results


def swept(runs: pd.DataFrame, **numeric: bool) -> Results:
    """Results of a sweep with one outcome."""
    factors = [{"path": path, "numeric": is_number} for path, is_number in numeric.items()]
    return Results.of({"runs": runs.assign(failed=None)}, {"factors": factors, "outcomes": ["cohesion"]})


def test_a_planted_effect_is_found_with_the_error_of_paired_runs() -> None:
    chance = np.asarray([0.0, 0.3, -0.1, 0.6])
    rows = [
        {"war": war, "rule": rule, "run": run, "cohesion": 2.0 * war + (rule == "b") * run + noise}
        for war in (0.0, 1.0)
        for rule in ("a", "b")
        for run, noise in enumerate(chance)
    ]
    found = effects_of(swept(pd.DataFrame(rows), war=True, rule=False))
    assert list(found.columns) == list(COLUMNS)
    war, rule = found.iloc[0], found.iloc[1]
    assert (war["factor"], war["lowest_at"], war["highest_at"]) == ("war", "0", "1")
    assert war[["difference", "error", "low", "high", "n"]].tolist() == pytest.approx([2.0, 0.0, 2.0, 2.0, 4])
    assert (rule["factor"], rule["highest_at"]) == ("rule", "b")
    changes = np.arange(4.0)
    assert rule["difference"] == pytest.approx(changes.mean())
    assert rule["error"] == pytest.approx(changes.std(ddof=1) / 2.0)
    assert [rule["low"], rule["high"]] == pytest.approx(np.quantile(changes, (0.05, 0.95)).tolist())


def test_a_factor_with_one_value_and_failed_runs_count_for_nothing() -> None:
    runs = pd.DataFrame({"war": [0.0, 0.0, 1.0], "end": "2022Q4", "run": [0, 1, 0], "cohesion": [0.1, 0.9, 0.2]})
    results = swept(runs, war=True, end=False)
    failed = results.table("runs").assign(failed=[None, "not finite", None])
    found = effects_of(Results.of({"runs": failed}, results.manifest))
    assert found["factor"].tolist() == ["war"]
    assert found["difference"].tolist() == pytest.approx([0.1])


def test_a_number_with_many_values_is_cut_into_thirds() -> None:
    levels = levels_of(pd.Series(np.arange(9.0)), numeric=True)
    assert levels.value_counts().tolist() == [3, 3, 3]
    assert levels.iloc[0] == "lowest third (0 to 2.67)"
    assert levels_of(pd.Series([0.0, 0.5]), numeric=True).tolist() == ["0", "0.5"]
