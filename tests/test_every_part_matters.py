"""Every parameter, shock channel, rule and table changes some outcome."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from hedgesim.engines.case import Case, case_named
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.records import Trajectory
from hedgesim.model.arrays import TARGET
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.shocks import CHANNELS
from hedgesim.rules import country_rules, power_rules
from worlds import case_from

RUNS = range(4)
SCENARIOS = ("war_2022", "history")
SIZES = {"availability": -1.0}
CONTEXT = {"membership.accession": {"membership.leaving_cost": 0.0}}
"""No country acceded in these runs at the prior: leaving costs nothing here, so that the steps of accession occur."""


@cache
def base(name: str, context: str = "") -> Trajectory:
    case = case_named(name)
    parameters = case.parameters.with_values(CONTEXT.get(context, {}))
    return simulate(replace(case, parameters=parameters), RUNS)


def outcomes(trajectory: Trajectory) -> dict[str, np.ndarray]:
    countries, system = trajectory.outcomes_by_name()
    derived, worlds = trajectory.derived(), trajectory.worlds
    tables = {name: getattr(worlds, name) for name in ("status", "level", "meeting", "momentum", "coercion", "offer")}
    return {**countries, **system, **tables, "presence": derived.presence, "affinity": derived.affinity}


def changed(case: Case, name: str, context: str = "") -> bool:
    """Whether any outcome of any run differs from the base by more than rounding."""
    old, new = outcomes(base(name, context)), outcomes(simulate(case, RUNS))
    return any(float(np.max(np.abs(old[key] - new[key]))) > 1e-9 for key in old)


@pytest.mark.parametrize("path", sorted(all_parameters()))
def test_every_parameter_changes_some_outcome(path: str) -> None:
    item = all_parameters()[path]
    other = item.high if item.high != item.default else item.low
    assert any(
        changed(
            replace(case, parameters=case.parameters.with_values({**CONTEXT.get(path, {}), path: value})),
            name,
            path if path in CONTEXT else "",
        )
        for name in SCENARIOS
        for case in [case_named(name)]
        for value in {other, item.low} - {item.default}
    )


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_channel_changes_some_outcome(channel: str) -> None:
    form = CHANNELS[channel]
    axes = case_named("war_2022").setting.axes
    targets = {
        "countries": f"[{axes.countries[0]}, {axes.countries[1]}]",
        "powers": f"[{axes.powers[0]}, {axes.powers[1]}]",
        "options": f"[{axes.powers[0]}]",
        "domains": f"[{axes.domains[1]}]",
        "partner": axes.countries[-1],
    }
    line = ", ".join(f"{key}: {targets[key]}" for key in form.needs)
    size = SIZES.get(channel, 0.5)
    text = f"shocks={{probe: {{date: 2021Q3, source: assumption, channels: [{{channel: {channel}, size: {size}"
    case = case_from("war_2022", text + (f", {line}" if line else "") + "}]}}")
    assert changed(case, "war_2022")


@pytest.mark.parametrize("rule", sorted(country_rules()))
def test_every_parameter_of_a_country_rule_changes_some_outcome(rule: str) -> None:
    for item in parameters_of(country_rules()[rule]):
        shares = [simulate(_with_rule(rule, {item.name: value}), RUNS).worlds.share for value in (item.low, item.high)]
        assert np.max(np.abs(shares[0] - shares[1])) > 1e-9, item.name


def _with_rule(rule: str, values: dict[str, float]) -> Case:
    case = case_named("war_2022")
    chosen = country_rules()[rule]().with_values(values)
    return replace(case, country_rules=(chosen,) * len(case.country_rules))


def test_no_two_rules_give_the_same_shares() -> None:
    shares = {name: simulate(_with_rule(name, {}), RUNS).worlds.share for name in country_rules()}
    for first in shares:
        for second in shares:
            if first < second:
                assert np.max(np.abs(shares[first] - shares[second])) > 1e-6, (first, second)


def test_no_two_rules_of_powers_give_the_same_offers() -> None:
    case = case_named("russia_coerces")  # where coercion acts, which it does not in war_2022 at the fitted values
    worlds = {
        name: simulate(replace(case, power_rules=(rule(),) * len(case.power_rules)), RUNS).worlds
        for name, rule in power_rules().items()
    }
    for first in worlds:
        for second in worlds:
            if first < second:
                differs = np.max(np.abs(worlds[first].share - worlds[second].share))
                assert differs > 1e-9, (first, second)


NOT_NUMBERS = {"axes", "formats", "shocks"}


@pytest.mark.parametrize("name", sorted({item.name for item in fields(Setting)} - NOT_NUMBERS - {"prior_dominated"}))
def test_every_table_of_the_setting_changes_some_outcome(name: str) -> None:
    case = case_named("war_2022")
    values = getattr(case.setting, name)
    other = values * 0.7 + 0.03
    if name in {"share", "tie"}:
        other = other / other.sum(axis=TARGET, keepdims=True)
    assert changed(replace(case, setting=replace(case.setting, **{name: other})), "war_2022")


@pytest.mark.parametrize("name", sorted(item.name for item in fields(Formats)))
def test_every_feature_of_formats_changes_some_outcome(name: str) -> None:
    def flipped(case: Case) -> Case:
        features = case.setting.formats
        values = getattr(features, name)
        known = np.where(np.isfinite(values), values, 0.0)
        other = 1.0 - known if set(np.unique(known)) <= {0.0, 1.0} else known[..., ::-1, :].copy()
        return replace(case, setting=replace(case.setting, formats=replace(features, **{name: other})))

    assert any(changed(flipped(case_named(scenario)), scenario) for scenario in SCENARIOS)
