"""Every parameter, shock channel, rule and table changes some outcome."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from hedgesim.engines.case import Case, case_named
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import TARGET
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.shocks import CHANNELS
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from worlds import case_from

RUNS = range(4)
SCENARIOS = ("war_2022", "history", "caco_1994")
WEIGHED = "war_2022, trust weighed"
"""The scenario with a weight of trust in stances. The record does not identify one, so the fitted weight is 0, and then
trust acts on nothing but itself and meetings of two and three who have not met yet."""


def known_case(name: str) -> Case:
    if name != WEIGHED:
        return case_named(name)
    case = case_named("war_2022")
    return replace(case, parameters=case.parameters.with_values({"stance.trust": 2.7}))


def with_values(name: str, **values: float) -> Case:
    case = known_case(name)
    return replace(case, parameters=case.parameters.with_values(values))


def outcomes(case: Case) -> dict[str, np.ndarray]:
    trajectory = simulate(case, RUNS)
    countries, system = trajectory.outcomes_by_name()
    derived, worlds = trajectory.derived(), trajectory.worlds
    tables = {
        name: getattr(worlds, name) for name in ("status", "ladder", "meeting", "stance", "came", "seated", "since")
    }
    return {**countries, **system, **tables, "presence": derived.presence}


@cache
def base(name: str) -> dict[str, np.ndarray]:
    return outcomes(known_case(name))


def changed(case: Case, name: str) -> bool:
    """Whether any outcome of any run differs from the base by more than rounding."""
    old, new = base(name), outcomes(case)
    return any(float(np.max(np.abs(old[key] - new[key]))) > 1e-9 for key in old)


@pytest.mark.parametrize("path", sorted(all_parameters()))
def test_every_parameter_changes_some_outcome(path: str) -> None:
    item = all_parameters()[path]
    other = item.high if item.high != item.default else item.low
    assert any(
        changed(with_values(name, **{path: value}), name)
        for name in (*SCENARIOS, WEIGHED)
        for value in {other, item.low} - {item.default}
    )


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_channel_changes_some_outcome(channel: str) -> None:
    axes = case_named("war_2022").setting.axes
    targets = {
        "countries": f"[{axes.countries[0]}, {axes.countries[-1]}]",  # two who may meet by themselves
        "powers": f"[{axes.powers[0]}, {axes.powers[1]}]",
        "options": f"[{axes.powers[0]}]",
        "domains": f"[{axes.domains[1]}]",
        "partner": axes.countries[1],
    }
    size = -1.0 if channel == "availability" else 0.5
    line = "".join(f", {key}: {targets[key]}" for key in CHANNELS[channel].needs)
    shock = f"date: 2021Q3, source: assumption, channels: [{{channel: {channel}, size: {size}{line}}}]"
    case = case_from("war_2022", f"shocks={{probe: {{{shock}}}}}")
    name = WEIGHED if channel == "trust" else "war_2022"
    assert changed(replace(case, parameters=known_case(name).parameters), name)


def test_trust_counts_in_stances_once_it_has_a_weight_there() -> None:
    """With a weight of 0, as where the record does not identify it, only pairs that may meet alone feel trust."""
    clash = "{date: 2021Q3, source: assumption, channels: [{channel: trust, countries: [KGZ, TJK], size: -0.5}]}"
    for weight, counts in ((0.0, False), (2.7, True)):
        given = f"settings.stance.trust={weight}"
        usual, other = (case_from("war_2022", given, *more) for more in ((), (f"shocks={{probe: {clash}}}",)))
        one, less = (outcomes(of) for of in (usual, other))
        assert any(float(np.max(np.abs(one[key] - less[key]))) > 1e-9 for key in one) is counts


def shares_of(name: str, kind: str, rule: CountryRule | PowerRule) -> np.ndarray:
    """Shares when everybody of a kind (`country` or `power`) follows a rule."""
    case = case_named(name)
    chosen = (rule,) * len(getattr(case, f"{kind}_rules"))
    return simulate(replace(case, **{f"{kind}_rules": chosen}), RUNS).worlds.share


@pytest.mark.parametrize("rule", country_rules().values(), ids=country_rules())
def test_every_parameter_of_a_country_rule_changes_some_outcome(rule: type[CountryRule]) -> None:
    for item in parameters_of(rule):
        chosen = (rule().with_values({item.name: value}) for value in (item.low, item.high))
        low, high = (shares_of("war_2022", "country", one) for one in chosen)
        assert np.max(np.abs(low - high)) > 1e-9, item.name


@pytest.mark.parametrize(
    ("kind", "rules", "scenario"),
    [("country", country_rules(), "war_2022"), ("power", power_rules(), "war_2022")],
    ids=["country", "power"],
)
def test_no_two_rules_give_the_same_shares(kind: str, rules: Mapping[str, Any], scenario: str) -> None:
    shares = {name: shares_of(scenario, kind, rule()) for name, rule in rules.items()}
    for first, second in combinations(shares, 2):
        assert np.max(np.abs(shares[first] - shares[second])) > 1e-6, (first, second)


NO_TABLES = {"axes", "formats", "shocks", "prior_dominated", "security", "energy", "economy"}
NO_TABLES |= {"solidarity"}


@pytest.mark.parametrize("name", sorted({item.name for item in fields(Setting)} - NO_TABLES))
def test_every_table_of_the_setting_changes_some_outcome(name: str) -> None:
    scenario = WEIGHED if name == "trust" else "war_2022"
    case = known_case(scenario)
    values = getattr(case.setting, name)
    other = values * 0.7 + 0.03
    if name in {"share", "tie"}:
        other = other / other.sum(axis=TARGET, keepdims=True)
    assert changed(replace(case, setting=replace(case.setting, **{name: other})), scenario)


def test_solidarity_counts_for_those_who_weigh_strain() -> None:
    rules = "rules.countries.all.rule=omnibalancing"
    case = case_from("war_2022", rules)
    other = replace(case, setting=replace(case.setting, solidarity=case.setting.solidarity * 0.5))
    one, less = (simulate(of, RUNS).worlds.share for of in (case, other))
    assert np.max(np.abs(one - less)) > 1e-6


@pytest.mark.parametrize("name", sorted({item.name for item in fields(Formats)} - {"absorptions", "given"}))
def test_every_feature_of_formats_changes_some_outcome(name: str) -> None:
    def flipped(case: Case) -> Case:
        features = case.setting.formats
        values = getattr(features, name)
        known = np.where(np.isfinite(values), values, 0.0)
        other = 1.0 - known if set(np.unique(known)) <= {0.0, 1.0} else known[..., ::-1, :].copy()
        return replace(case, setting=replace(case.setting, formats=replace(features, **{name: other})))

    assert any(changed(flipped(case_named(scenario)), scenario) for scenario in SCENARIOS)
