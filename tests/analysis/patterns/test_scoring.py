"""From runs to verdicts: worked cases, and scores of a small file of patterns; variants and draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.patterns.small import scenarios
from hedgesim.analysis.patterns import scoring
from hedgesim.analysis.patterns.interval import Interval
from hedgesim.analysis.patterns.pattern import FAILS, REPORTED, Part, read_patterns
from hedgesim.analysis.patterns.scenarios import Variation
from hedgesim.analysis.patterns.scoring import FEWEST_RUNS, NULLS, Scores, measure, score, score_all, score_curves
from hedgesim.analysis.patterns.verdict import HOLDS, UNDECIDED, judge, summary_of, verdict_of

NAN = np.nan
PATTERN = next(iter(read_patterns().all.values()))
FEW = range(6)
FALLS, DOUBLE, BELOW_ONE = ("falls", 0), ("falls", 1), ("habit_does_it_too", 0)


def a_part(summary: str, interval: str | None, missing: str = "left_out", alternative: str | None = None) -> Part:
    judged = None if interval is None else Interval.read(interval)
    changed = {"summary": summary, "interval": judged, "missing": missing, "alternative": alternative}
    return PATTERN.parts[0].model_copy(update=changed)


@pytest.mark.parametrize(
    ("summary", "values", "expected"),
    [
        ("median", [1, 2, 9], 2),
        ("median", [1, 2, 3, 9], 2.5),
        ("mean", [0, 1, 5], 2),
        ("share", [1, 1, 1, 0], 0.75),
        ("q05", list(range(21)), 1),
        ("q95", list(range(21)), 19),
        ("median", [1, np.inf, np.inf], np.inf),
        ("median", [1, 2, np.inf], 2),
    ],
)
def test_summaries_are_those_of_the_runs(summary: str, values: list[float], expected: float) -> None:
    assert summary_of(np.asarray(values, dtype=float), summary)[0] == expected


Z = 1.959964
CENTRE, HALF = (0.8 + Z**2 / 20) / (1 + Z**2 / 10), Z * np.sqrt(0.8 * 0.2 / 10 + Z**2 / 400) / (1 + Z**2 / 10)
ERRORS = Z / np.sqrt(99)  # of a spread of root(100 / 99), over root(100)


@pytest.mark.parametrize(
    ("summary", "values", "limits"),
    [
        ("share", [1.0] * 8 + [0.0] * 2, (CENTRE - HALF, CENTRE + HALF)),  # Wilson's of 8 in 10
        ("median", range(1, 101), (40, 61)),  # a binomial of 100 and 1/2 has its 2.5 and 97.5 % quantiles at 40 and 60
        ("mean", [0.0, 2.0] * 50, (1 - ERRORS, 1 + ERRORS)),
    ],
)
def test_limits_of_a_summary_by_hand(summary: str, values: Sequence[float], limits: tuple[float, float]) -> None:
    assert summary_of(np.asarray(values, dtype=float), summary)[1:] == pytest.approx(limits, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.sampled_from(["median", "q05", "q95", "mean"]))
def test_limits_lie_around_what_they_limit(values: list[float], summary: str) -> None:
    middle, low, high = summary_of(np.asarray(values), summary)
    slack = 1e-9 * max(1.0, max(map(abs, values)))
    assert low - slack <= middle <= high + slack


@pytest.mark.parametrize(
    ("summary", "interval", "missing", "values", "simulated", "verdict"),
    [
        ("share", "(0.5, 1]", "fails", [1.0, 1.0, NAN, 0.0], 0.5, FAILS),
        ("share", "(0.5, 1]", "left_out", [1.0, 1.0, NAN, 0.0], 2 / 3, HOLDS),
        ("median", "[0, 8]", "never", [4.0, NAN, NAN], np.inf, FAILS),
        ("median", "[0, 1]", "left_out", [0.5, NAN], 0.5, HOLDS),
        ("median", "[0, 1]", "left_out", [0.5, NAN, NAN], 0.5, UNDECIDED),  # where most runs are left out
        ("median", "[0, 1]", "left_out", [5.0, NAN, NAN], 5.0, UNDECIDED),
        ("median", "[0, 1]", "left_out", [NAN, NAN], NAN, UNDECIDED),
        ("median", None, "left_out", [NAN], NAN, REPORTED),
    ],
)
def test_runs_that_do_not_get_so_far_count_as_the_part_says(
    summary: str, interval: str | None, missing: str, values: list[float], simulated: float, verdict: str
) -> None:
    found = judge(a_part(summary, interval, missing), np.asarray(values))
    np.testing.assert_equal((found.simulated, found.verdict), (simulated, verdict))
    absent = int(np.isnan(values).sum())
    assert (found.n, found.missing) == (len(values) - (absent if missing == "left_out" else 0), absent)


def test_a_coverage_is_the_share_of_the_cells_whose_band_holds_nought() -> None:
    """Runs 0 to 20 have their 5 and 95 % quantiles at 1 and 19; a run without a value is left out of all cells."""
    shifted = np.arange(21.0) - np.asarray([10.0, 0.0, 1.0, 20.0])[:, None]
    values = np.concatenate((shifted, np.full((4, 1), NAN)), axis=1)
    found = judge(a_part("coverage", "[0.5, 1]"), values)
    assert (found.simulated, found.n, found.missing, found.verdict, found.sure) == (0.5, 21, 1, HOLDS, False)
    assert (found.q05, found.median, found.q95) == (found.low, 0.5, found.high)
    assert found.low == pytest.approx(0.5 - Z * np.sqrt(0.25 / 4 + Z**2 / 64) / (1 + Z**2 / 4), abs=1e-6)
    assert judge(a_part("coverage", "[0.5, 1]"), np.zeros((0, 3))).verdict == UNDECIDED


def test_a_verdict_is_sure_where_the_limits_agree() -> None:
    many = judge(a_part("share", "[0.8, 1]", "fails"), np.asarray([1.0] * 95 + [0.0] * 5))
    near = judge(a_part("share", "[0.8, 1]", "fails"), np.asarray([1.0] * 81 + [0.0] * 19))
    assert (many.verdict, many.sure, near.verdict, near.sure) == (HOLDS, True, HOLDS, False)


@pytest.mark.parametrize(
    ("verdicts", "lacks", "expected"),
    [
        ((HOLDS, HOLDS, FAILS), None, HOLDS),
        ((HOLDS, FAILS, FAILS), None, FAILS),
        ((FAILS, HOLDS, HOLDS), None, FAILS),
        ((UNDECIDED, HOLDS, HOLDS), None, UNDECIDED),
        ((UNDECIDED, FAILS, FAILS), None, FAILS),
        ((HOLDS, UNDECIDED, FAILS), None, UNDECIDED),
        ((HOLDS, REPORTED, HOLDS), None, HOLDS),
        ((HOLDS, HOLDS, FAILS), "a first step", UNDECIDED),
        ((FAILS, HOLDS, HOLDS), "a first step", FAILS),
    ],
)
def test_a_pattern_holds_when_all_its_parts_do_or_one_alternative_and_the_model_lacks_nothing(
    verdicts: tuple[str, ...], lacks: str | None, expected: str
) -> None:
    parts = tuple(a_part("median", "[0, 1]", alternative="or" if n else None) for n in range(3))
    assert verdict_of(PATTERN.model_copy(update={"parts": parts, "lacks": lacks}), verdicts) == expected


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
    assert scores().totals == {**totals, "count_built_in": 0}
    assert table["built_in"].to_dict() == {"falls": "none", "habit_does_it_too": "all", "impossible": "none"}


def test_a_curve_is_the_score_at_every_value_and_what_it_moves_is_not_drawn() -> None:
    draws = Variation(draws={"taste.threat": np.asarray([1.0]), "taste.offer": np.asarray([1.0])})
    curve = score_curves(scenarios(), draws, runs=FEWEST_RUNS)
    assert list(curve["value"]) == [0.0, 0.0, 2.0, 2.0]
    assert set(curve["pattern"]) == {"falls"}
    other = score(scenarios(), Variation(settings={"taste.threat": 2.0}), FEWEST_RUNS)
    np.testing.assert_allclose(curve["simulated"][2:], other["simulated"][:2], rtol=0, atol=1e-12)
    assert curve["simulated"][2] < curve["simulated"][0]


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
    path = "response.threat_rate"
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
