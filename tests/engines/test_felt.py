"""By which fields rules know of a channel of shocks is what the quarter shows, and who does not react is said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from command_line import call
from hedgesim.engines.case import case_of
from hedgesim.engines.felt import unweighed, who_weighs
from hedgesim.engines.quarter import advance, assess, decide_countries, decide_powers, perceive, perceive_powers
from hedgesim.model.parameters import Parameters
from hedgesim.model.shocks import CHANNELS
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import read_scenario
from worlds import hit, inputs_of, make_case, make_setting

LATER = {"intention": {"threat", "need"}, "succession": {"left"}}
"""What is felt a quarter later only, because it is kept in the world."""


def seen(channel: str, size: float, members: Sequence[int]) -> list[dict[str, np.ndarray]]:
    """What everybody knows in a quarter with a shock, and in the next."""
    inputs = inputs_of(hit(channel, size, *members))
    case, views = make_case(inputs.setting), []
    for _ in range(2):
        countries, powers = perceive(inputs), perceive_powers(inputs)
        views.append({**vars(powers), **vars(countries)})
        after = advance(inputs, decide_countries(case, countries), decide_powers(case, powers))
        inputs = assess(case, after, inputs.baseline, conditions=inputs.conditions, draws=inputs.draws)
    return views


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_is_felt_by_the_fields_that_it_names_and_no_others(channel: str) -> None:
    hits: list[set[str]] = [set(), set()]
    length = max(make_setting(5).shocks.masks[channel].shape[1:])
    for member, size in product(range(length), (0.3, -0.3)):
        calm = seen(channel, 0.0, (member,))
        for felt, one, other in zip(hits, seen(channel, size, (member,)), calm, strict=True):
            felt |= {name for name in one if np.any(np.abs(one[name] - other[name]) > 1e-12)}
    later = LATER.get(channel, set())
    assert hits[0] == set(CHANNELS[channel].felt) - later
    assert later <= hits[1]


def test_only_omnibalancing_leans_on_protectors_of_a_strained_government_and_no_rule_reads_rivalry() -> None:
    assert who_weighs("strain", Parameters()) == ["omnibalancing"]
    assert who_weighs("rivalry", Parameters()) == []
    assert set(power_rules().packaged) - set(who_weighs("alarm", Parameters())) == {"bystander", "coercer"}
    assert set(who_weighs("access", Parameters())) < set(country_rules().packaged)


DROUGHT = """\
purpose: What if there is a drought
extends: no_war
seed: 1
shocks:
  drought:
    date: 2022Q1
    source: assumption
    channels:
      - {channel: strain, countries: [KAZ, UZB], size: large}
      - {channel: access, countries: [KAZ], options: [RUS], size: 0.2}
"""


def _notes(folder: Path, *overrides: str) -> list[str]:
    (folder / "dry.yaml").write_text(DROUGHT)
    scenario = read_scenario(folder / "dry.yaml", overrides=overrides)
    return list(unweighed(scenario, case_of(scenario)))


def test_a_shock_that_nobody_reacts_to_is_named_at_its_line(tmp_path: Path) -> None:
    (said,) = _notes(tmp_path)
    assert said.startswith(
        f"{tmp_path / 'dry.yaml'}:9:9: strain of the shock drought: the rules of KAZ, UZB do not react"
    )
    assert "only moves meetings that the country would host" in said
    assert said.endswith("omnibalancing alone.")
    checked = call("check", str(tmp_path / "dry.yaml"))
    assert said in " ".join(checked.out.split("\n"))


def test_who_reacts_is_asked_of_each_who_is_hit_and_of_later_rules(tmp_path: Path) -> None:
    (said,) = _notes(tmp_path, "rules.countries.KAZ.rule=omnibalancing")
    assert "the rules of UZB do not" in said
    first, second = _notes(tmp_path, "rules.countries.all={rule: omnibalancing}", "rules.countries.KAZ={rule: habit}")
    assert "strain of the shock drought: the rules of KAZ do not" in first
    assert "access of the shock drought: the rules of KAZ do not react to it, so that there it moves nothing" in second
    change = "changes.later={date: 2022Q1, source: assumption, rule: {country: UZB, rule: omnibalancing}}"
    assert _notes(tmp_path, "rules.countries.KAZ.rule=omnibalancing", change) == []
    assert _notes(tmp_path, "settings.taste.strain=1.0") == []
