"""Scores of a small file of patterns on a few quarters of the war; variants and draws."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.small import scenarios
from hedgesim.analysis.patterns import scoring
from hedgesim.analysis.patterns.pattern import FAILS, REPORTED
from hedgesim.analysis.patterns.scenarios import Variation
from hedgesim.analysis.patterns.scoring import FEWEST_RUNS, NULLS, Scores, measure, score, score_all
from hedgesim.analysis.patterns.verdict import HOLDS

FEW = range(6)
FALLS, DOUBLE, BELOW_ONE = ("falls", 0), ("falls", 1), ("habit_does_it_too", 0)


@cache
def scores() -> Scores:
    return score_all(scenarios(), runs=FEWEST_RUNS)


def parts_of(variant: str) -> pd.DataFrame:
    parts = scores().parts
    return parts[parts["variant"] == variant].set_index(["pattern", "number"])


def test_what_must_hold_holds_and_what_cannot_does_not() -> None:
    base = parts_of("base")
    verdicts = {FALLS: HOLDS, BELOW_ONE: HOLDS, ("impossible", 0): FAILS, DOUBLE: REPORTED}
    assert base["verdict"][list(verdicts)].to_dict() == verdicts
    assert base.loc[DOUBLE, "simulated"] > 0.0
    assert (base["runs"] == FEWEST_RUNS).all()


@pytest.mark.parametrize("variant", NULLS)
def test_null_models_make_paired_differences_nil(variant: str) -> None:
    """Habit never moves, chance walks without looking at shocks, and without shocks both scenarios are the same."""
    row = parts_of(variant).loc[FALLS]
    assert (row["q05"], row["median"], row["q95"], row["verdict"]) == (0.0, 0.0, 0.0, FAILS)


def test_a_pattern_that_all_null_models_satisfy_does_not_count() -> None:
    table = scores().patterns.set_index("pattern")
    does_it_too = table.loc["habit_does_it_too"]
    assert does_it_too[list(NULLS)].all()
    assert does_it_too["verdict"] == HOLDS
    assert table["discriminating"][["habit_does_it_too", "falls"]].tolist() == [False, True]
    assert table["counts"].to_dict() == {"falls": True, "habit_does_it_too": False, "impossible": False}
    totals = {"patterns": 2, "hold": 2, "discriminating": 1, "count": 1, "count_pooled": 1, "aim": 12}
    assert scores().totals == totals


def test_runs_are_the_same_whatever_blocks_they_are_made_in(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measure(scenarios(), Variation(), FEW)
    monkeypatch.setattr(scoring, "BLOCK", 4)
    heard: list[int] = []
    parted = measure(scenarios(), Variation(), FEW, on_runs=heard.append)
    assert heard == [4, 2] * 3
    assert whole.keys() == parted.keys() == set(scenarios().patterns.parts)
    for key in whole:
        np.testing.assert_allclose(whole[key], parted[key], rtol=0, atol=1e-12)


def test_run_k_has_the_values_of_draw_k() -> None:
    path = "alignment.threat_rate"
    drawn = measure(scenarios(), Variation(draws={path: np.asarray([0.1, 0.5])}), FEW)
    one, other = (measure(scenarios(), Variation(settings={path: value}), FEW) for value in (0.1, 0.5))
    for key in (FALLS, DOUBLE):
        expected = np.where(np.arange(len(FEW)) % 2 == 0, one[key], other[key])
        np.testing.assert_allclose(drawn[key], expected, rtol=0, atol=1e-12)
    assert np.all(one[DOUBLE] < other[DOUBLE])


def test_variants_are_the_model_three_null_models_and_the_pooled_one() -> None:
    own = Variation(settings={"taste.concentration": 3.0})
    variants = scoring.variants_of(own)
    assert list(variants) == ["base", *NULLS, "pooled"]
    assert all(one.settings == own.settings for one in variants.values())
    case = scenarios().case("war")
    assert {type(rule).__name__ for rule in variants["random"].of(case).country_rules} == {"Random"}
    assert not np.any(variants["no_shock"].of(case).setting.shocks.size)
    assert variants["base"].of(case).parameters.taste.concentration == 3.0


def test_too_few_runs_are_refused_with_the_number_needed() -> None:
    """A share of .8 has a standard error of root(.8 x .2/n), at most .05 from n = 64."""
    assert np.sqrt(0.8 * 0.2 / FEWEST_RUNS) <= 0.05 < np.sqrt(0.8 * 0.2 / (FEWEST_RUNS - 1))
    with pytest.raises(ValueError, match="63 runs are too few for a score, which takes 64"):
        score(scenarios(), Variation(), FEWEST_RUNS - 1)
