"""Scores of a small file of patterns on a few quarters of the war; variants, draws, another scenario."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.patterns import scoring
from hedgesim.analysis.patterns.pattern import FAILS, read_patterns
from hedgesim.analysis.patterns.scenarios import PER_COUNTRY, PER_PAIR, PatternScenarios, Variation, pool, unused
from hedgesim.analysis.patterns.scoring import (
    FEWEST_RUNS,
    NULLS,
    Scores,
    measure,
    score,
    score_all,
    scored,
    variants_of,
)
from hedgesim.analysis.patterns.verdict import HOLDS
from hedgesim.engines.case import case_of
from hedgesim.errors import ScenarioError
from hedgesim.session import read_scenario

FEW = range(6)
FILE = """\
scenarios:
  war: {scenario: war_2022, end: 2022Q3}
  no_war: {scenario: no_war, end: 2022Q3}
  double: {scenario: war_2022, end: 2022Q3, shock_sizes: {war_2022: 2}}
  early: {scenario: caco_1994, end: 1994Q3, own_rules: true}
patterns:
  falls:
    statement: Presence of the aggressor falls by the war
    period: 2022
    sources: [azizova2024]
    parts:
      - says: presence of Russia falls
        on: war
        less: no_war
        statistic: {name: value, of: {name: presence, countries: [KAZ, UZB], option: RUS}, at: 2022Q3}
        observed: fell
        summary: q95
        interval: (-inf, 0)
        reason: a test
      - says: shares are shares
        on: war
        statistic: {name: highest, of: {name: share, country: KAZ, domain: economy, option: RUS}, during: 2021-2021}
        observed: 0.2
        summary: median
        interval: [0, 1]
        reason: a test
      - says: double the shock
        on: double
        less: war
        statistic: {name: value, of: {name: threat, countries: [KAZ], power: RUS}, at: 2022Q3}
        summary: median
  habit_does_it_too:
    statement: Nobody trades everything with one power
    period: 2021
    sources: [azizova2024]
    parts:
      - says: below one
        on: war
        statistic: {name: highest, of: {name: share, country: KGZ, domain: economy, option: RUS}, during: 2021}
        observed: 0.28
        summary: median
        interval: "[0, 1)"
        reason: a test
      - says: early years
        on: early
        statistic: {name: value, of: {name: presence, countries: [KAZ], option: RUS}, at: 1994Q3}
        summary: median
placebos:
  impossible:
    statement: Shares above one
    period: 2021
    sources: [azizova2024]
    parts:
      - says: above one
        on: war
        statistic: {name: highest, of: {name: share, country: KGZ, domain: economy, option: RUS}, during: 2021}
        observed: none
        summary: median
        interval: (1, inf)
        reason: a test
"""
FALLS, DOUBLE = ("falls", 0), ("falls", 2)


@cache
def file() -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "small.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@cache
def scenarios() -> PatternScenarios:
    return PatternScenarios(read_patterns(file()))


@cache
def scores() -> Scores:
    return score_all(scenarios(), runs=FEWEST_RUNS)


def parts_of(variant: str) -> pd.DataFrame:
    parts = scores().parts
    return parts[parts["variant"] == variant].set_index(["pattern", "number"])


def test_what_must_hold_holds_and_what_cannot_does_not() -> None:
    base = parts_of("base")
    assert base.loc[FALLS, "verdict"] == HOLDS
    assert base.loc[("falls", 1), "verdict"] == HOLDS
    assert base.loc[("impossible", 0), "verdict"] == FAILS
    assert base.loc[DOUBLE, "verdict"] == "reported"
    assert base.loc[DOUBLE, "simulated"] > 0.0
    assert (base["runs"] == FEWEST_RUNS).all()


def test_null_models_make_paired_differences_nil() -> None:
    """Habit never moves, chance walks without looking at shocks, and without shocks both scenarios are the same."""
    for variant in NULLS:
        row = parts_of(variant).loc[FALLS]
        assert (row["q05"], row["median"], row["q95"]) == (0.0, 0.0, 0.0)
        assert row["verdict"] == FAILS


def test_a_pattern_that_all_null_models_satisfy_does_not_count() -> None:
    table = scores().patterns.set_index("pattern")
    assert table.loc["habit_does_it_too", list(NULLS)].all()
    assert not table.loc["habit_does_it_too", "discriminating"]
    assert table.loc["habit_does_it_too", "verdict"] == HOLDS
    assert not table.loc["habit_does_it_too", "counts"]
    assert table.loc["falls", "discriminating"]
    assert table.loc["falls", "counts"]
    assert not table.loc["impossible", "counts"]
    assert scores().totals == {
        **{"patterns": 2, "hold": 2, "discriminating": 1, "count": 1},
        **{"count_pooled": 1, "aim": 12},
    }


def test_a_doctored_run_is_judged_by_what_it_shows() -> None:
    values = {key: np.zeros(FEWEST_RUNS) for key in scenarios().patterns.parts}
    doctored = {**values, FALLS: np.full(FEWEST_RUNS, -0.1), ("falls", 1): np.full(FEWEST_RUNS, 2.0)}
    table = scored(scenarios().patterns, doctored).set_index(["pattern", "number"])
    assert table.loc[FALLS, "verdict"] == HOLDS
    assert table.loc[("falls", 1), "verdict"] == FAILS
    plain = scored(scenarios().patterns, values).set_index(["pattern", "number"])
    assert plain.loc[FALLS, "verdict"] == FAILS


def test_runs_are_the_same_whatever_blocks_they_are_made_in(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measure(scenarios(), Variation(), FEW)
    monkeypatch.setattr(scoring, "BLOCK", 4)
    heard: list[int] = []
    parted = measure(scenarios(), Variation(), FEW, on_runs=heard.append)
    assert heard == [4, 2] * 4
    assert whole.keys() == parted.keys() == set(scenarios().patterns.parts)
    for key in whole:
        np.testing.assert_allclose(whole[key], parted[key], rtol=0, atol=1e-12)


def test_run_k_has_the_values_of_draw_k() -> None:
    path = "alignment.threat_rate"
    draws = Variation(draws={path: np.asarray([0.1, 0.5])})
    drawn = measure(scenarios(), draws, FEW)
    alone = [measure(scenarios(), Variation(settings={path: value}), FEW) for value in (0.1, 0.5)]
    for key in (FALLS, DOUBLE):
        expected = np.where(np.arange(len(FEW)) % 2 == 0, alone[0][key], alone[1][key])
        np.testing.assert_allclose(drawn[key], expected, rtol=0, atol=1e-12)
    assert np.all(alone[0][DOUBLE] < alone[1][DOUBLE])


def test_pooled_countries_are_all_alike() -> None:
    setting = scenarios().case("war").setting
    same = pool(setting)
    for name in PER_COUNTRY:
        held = np.asarray(getattr(same, name))
        assert np.ptp(held, axis=-3).max() == 0.0, name
        if name != "hollow":
            np.testing.assert_allclose(held.mean(axis=-3), np.asarray(getattr(setting, name)).mean(axis=-3), atol=1e-12)
    np.testing.assert_allclose(same.share.sum(axis=-1), 1.0, atol=1e-12)
    np.testing.assert_allclose(same.weight.sum(axis=-2), 1.0, atol=1e-12)
    n = len(setting.axes.countries)
    others = ~np.eye(n, dtype=bool)
    for name in PER_PAIR:
        assert np.ptp(np.asarray(getattr(same, name))[0, :, 0][others]) == 0.0
    np.testing.assert_allclose(same.tie.sum(axis=-1), 1.0, atol=1e-12)
    np.testing.assert_allclose(same.trust.sum(), setting.trust.sum())
    assert same.formats is setting.formats
    assert same.shocks is setting.shocks


def test_variants_are_the_model_three_null_models_and_the_pooled_one() -> None:
    own = Variation(settings={"taste.concentration": 3.0})
    variants = variants_of(own)
    assert list(variants) == ["base", *NULLS, "pooled"]
    assert all(one.settings == own.settings for one in variants.values())
    case = scenarios().case("war")
    assert {type(rule).__name__ for rule in variants["random"].of(case).country_rules} == {"Random"}
    assert not np.any(variants["no_shock"].of(case).setting.shocks.size)
    assert variants["base"].of(case).parameters.taste.concentration == 3.0


def test_a_scenario_that_changes_nothing_scores_as_the_shipped_ones() -> None:
    like = replace(scenarios(), like=read_scenario("war_2022"))
    plain, other = measure(scenarios(), Variation(), FEW), measure(like, Variation(), FEW)
    for key in plain:
        np.testing.assert_array_equal(plain[key], other[key])
    assert unused(read_scenario("war_2022")) == ()


def test_another_scenario_brings_rules_settings_sizes_and_data_and_no_events(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "extends: war_2022\nomit_shocks: [war_2022]\nsettings: {taste.threat: 2}\nshock_sizes: {war_2022: 0.5}\n"
        "rules: {countries: {all: {rule: balancing}}}\ndata:\n  - {table: country_attributes, key: {country: KAZ,"
        " attribute: sovereignty_cost}, column: value, value: 2.5, source: assumption}\n",
        encoding="utf-8",
    )
    scenario = read_scenario(own)
    like = PatternScenarios(read_patterns(file()), scenario)
    war, early = like.scenario("war"), like.scenario("early")
    assert war.settings == {"taste.threat": 2.0}
    assert war.shock_sizes == {"war_2022": 0.5}
    assert like.scenario("double").shock_sizes == {"war_2022": 1.0}
    assert war.omit_shocks == ()
    assert (war.rules.of_country("KAZ")[0], early.rules.of_country("KAZ")[0]) == ("balancing", "habit")
    place = like.case("war").setting.axes.countries.index("KAZ")
    assert like.case("war").setting.sovereignty[0, place, 0, 0] == 2.5
    assert case_of(read_scenario("war_2022")).setting.sovereignty[0, place, 0, 0] != 2.5
    assert unused(scenario) == ("omit_shocks",)


def test_a_scenario_with_tables_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    for table in (Path(__file__).parents[3] / "src/hedgesim/data/tables").glob("*.csv"):
        (tmp_path / "tables" / table.name).write_bytes(table.read_bytes())
    (tmp_path / "own.yaml").write_text("extends: war_2022\ntables: tables\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"own.yaml:2:.*tables of its own cannot be scored"):
        PatternScenarios(read_patterns(file()), read_scenario(tmp_path / "own.yaml"))


def test_a_seed_holds_for_every_scenario() -> None:
    seeded = replace(scenarios(), seed=5)
    assert {seeded.case(name).seed for name in seeded.patterns.scenarios} == {5}
    assert scenarios().case("war").seed == 2022


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rule": "habbit"}, r'rule: there is no rule "habbit"\. Did you mean "habit"\?'),
        ({"parameters": "later"}, r'parameters: there is no calibration "later"'),
        (
            {"settings": {"taste.treat": 1.0}},
            r'taste.treat: there is no such parameter\. Did you mean "taste.threat"\?',
        ),
        ({"settings": {"taste.threat": 99.0}}, r"taste.threat: a value is out of range"),
        ({"draws": {"taste.threat": [1.0, np.nan]}}, r"taste.threat: a value is out of range"),
        ({"draws": {"taste.threat": [1.0], "formats.need": [1.0, 2.0]}}, "draws: they are not equally many"),
        ({"draws": {"taste.threat": []}}, "draws: they are not equally many"),
    ],
)
def test_variations_that_mean_nothing_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        Variation(**changes)  # type: ignore[arg-type]


def test_too_few_runs_are_refused_with_the_number_needed() -> None:
    """A share of .8 has a standard error of root(.8 x .2/n), at most .05 from n = 64."""
    assert np.sqrt(0.8 * 0.2 / FEWEST_RUNS) <= 0.05 < np.sqrt(0.8 * 0.2 / (FEWEST_RUNS - 1))
    with pytest.raises(ValueError, match="63 runs are too few for a score, which takes 64"):
        score(scenarios(), Variation(), FEWEST_RUNS - 1)
