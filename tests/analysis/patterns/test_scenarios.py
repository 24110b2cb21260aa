"""The scenarios that patterns are run on: another scenario over them, and what is varied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.patterns.small import scenarios
from command_line import ROOT
from hedgesim import read_scenario
from hedgesim.analysis.patterns.scenarios import PER_COUNTRY, PER_PAIR, Variation, pool, unused
from hedgesim.analysis.patterns.scoring import measure
from hedgesim.errors import ScenarioError
from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET
from hedgesim.model.setting import Setting
from worlds import declared_axes


def test_pooled_countries_are_all_alike() -> None:
    setting = scenarios().case("war").setting
    same = pool(setting)
    for name in PER_COUNTRY:
        held, before = getattr(same, name), getattr(setting, name)
        assert np.ptp(held, axis=COUNTRY).max() == 0.0, name
        if name != "prior_dominated":
            np.testing.assert_allclose(held.mean(axis=COUNTRY), before.mean(axis=COUNTRY), atol=1e-12)
    others = ~np.eye(len(setting.axes.countries), dtype=bool)
    for name in PER_PAIR:
        assert np.ptp(getattr(same, name)[:, 0, :, 0][others]) == 0.0
    for parts in (same.share.sum(axis=TARGET), same.weight.sum(axis=DOMAIN), same.tie.sum(axis=TARGET)):
        np.testing.assert_allclose(parts, 1.0, atol=1e-12)
    np.testing.assert_allclose(same.trust.sum(), setting.trust.sum())
    assert same.formats is setting.formats
    assert same.shocks is setting.shocks


def test_every_number_of_a_country_is_pooled() -> None:
    per_country = {name for name, axes in declared_axes(Setting).items() if axes[0] == "country"}
    assert {*PER_COUNTRY, *PER_PAIR} == per_country


def test_what_is_muted_acts_on_nobody() -> None:
    case = scenarios().case("war")
    quiet, loud = (one.setting.shocks.masks for one in (Variation(mute=("passage",)).of(case), case))
    assert not quiet["passage"].any()
    assert loud["passage"].any()
    assert all(quiet[name] is loud[name] for name in loud if name != "passage")


def test_a_scenario_that_changes_nothing_scores_as_the_shipped_ones() -> None:
    like = replace(scenarios(), like=read_scenario("war_2022"))
    plain, other = (measure(one, Variation(), range(6)) for one in (scenarios(), like))
    for key in plain:
        np.testing.assert_array_equal(plain[key], other[key])
    assert unused(read_scenario("war_2022")) == ()


def test_another_scenario_brings_rules_settings_sizes_and_data_and_no_events(write: Callable[..., Path]) -> None:
    key = "{country: KAZ, attribute: personalisation}"
    own = write(
        "extends: war_2022\nomit_shocks: [covid]\nsettings: {taste.threat: 2}\nshock_sizes: {war_2022: 0.5}\n"
        "rules: {countries: {all: {rule: balancing}}}\n"
        f"data: [{{table: country_attributes, key: {key}, column: value, value: 0.25, source: assumption}}]\n"
    )
    scenario = read_scenario(own)
    like = replace(scenarios(), like=scenario)
    war, early = like.scenario("war"), like.scenario("early")
    assert (war.settings, war.shock_sizes, war.omit_shocks) == ({"taste.threat": 2.0}, {"war_2022": 0.5}, ())
    assert like.scenario("double").shock_sizes == {"war_2022": 1.0}
    assert (war.rules.of_country("KAZ")[0], early.rules.of_country("KAZ")[0]) == ("balancing", "habit")
    setting, before = like.case("war").setting, scenarios().case("war").setting
    place = setting.axes.countries.index("KAZ")
    assert setting.personalisation[place].item() == 0.25 != before.personalisation[place].item()
    assert unused(scenario) == ("omit_shocks",)


def test_a_scenario_with_tables_of_its_own_is_refused(write: Callable[..., Path]) -> None:
    own = write("extends: war_2022\ntables: tables\n", "own.yaml")
    shutil.copytree(ROOT / "src" / "hedgesim" / "data" / "tables", own.parent / "tables")
    with pytest.raises(ScenarioError, match=r"own.yaml:2:.*tables of its own cannot be scored"):
        replace(scenarios(), like=read_scenario(own))


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
        ({"mute": ("way",)}, r'mute: there is no channel "way"'),
        ({"settings": {"taste.threat": 99.0}}, r"taste.threat: a value is out of range"),
        ({"draws": {"taste.threat": [1.0, np.nan]}}, r"taste.threat: a value is out of range"),
        ({"draws": {"taste.threat": [1.0], "stance.trust": [1.0, 2.0]}}, "draws: their numbers differ"),
        ({"draws": {"taste.threat": []}}, "draws: their numbers differ"),
    ],
)
def test_variations_that_mean_nothing_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        Variation(**changes)
