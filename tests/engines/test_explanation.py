"""Why a country decided: terms add up to the value that was used, and formats are as the run then had them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

import hedgesim
from hedgesim.engines.agent_based import HedgeModel
from hedgesim.engines.explanation import OWN_SUMMIT, Explanation
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.model.parameters import Parameters
from hedgesim.model.shares import Taste
from hedgesim.model.view import CountryDecision, View
from hedgesim.rules import CountryRule, country_rules
from hedgesim.scenario.reader import scenario_of_text
from worlds import scenario_from

SHORT = "end=2022Q3"


def assert_adds_up(found: Explanation) -> None:
    total: dict[tuple[str, str], float] = {}
    for row in found.terms:
        key = row["domain"], row["option"]
        total[key] = total.get(key, 0.0) + row["value"]
    assert total == pytest.approx({(row["domain"], row["option"]): row["value"] for row in found.options}, abs=1e-12)


@pytest.mark.parametrize("name", sorted(set(country_rules().packaged) - {"habit"}))
def test_terms_of_a_run_add_up_to_the_value_from_which_the_response_followed(name: str) -> None:
    model = HedgeModel(scenario_from("war_2022", SHORT), 3, rules={"UZB": name})
    for _ in range(6):
        model.step()
    found, rule = model.explain("UZB"), country_rules()[name]()
    assert (found.rule, found.period, found.run, found.note) == (name, "2022Q3", 3, "")
    assert_adds_up(found)
    rates = dict(zip(model.case.setting.axes.domains, model.view.rate[0, :, 0, 0], strict=True))
    place = model.case.setting.axes.countries.index("UZB")
    response = iter(model.world.response[place, ..., 0].ravel())
    for row in found.options:
        before, pace = row["response_before"], rates[row["domain"]] * rule.pace()
        assert row["response"] == pytest.approx(before + pace * (row["value"] - before), abs=1e-12)
        assert row["response"] == next(response)
    assert [row["share"] for row in found.options] == list(model.world.share[place, ..., 0].ravel())


def test_a_scenario_is_explained_as_its_agents_are() -> None:
    scenario = scenario_from("war_2022", SHORT)
    model = HedgeModel(scenario, 2)
    for _ in range(5):
        model.step()
    one, other = model.explain("KAZ"), hedgesim.explain(scenario, "KAZ", "2022Q2", run=2)
    for rows, others in ((one.terms, other.terms), (one.options, other.options), (one.stances, other.stances)):
        for row, same in zip(rows, others, strict=True):
            assert row == pytest.approx(same, abs=1e-12)
    assert [{**row, "chance": 0} for row in one.formats] == [{**row, "chance": 0} for row in other.formats]


def test_formats_climb_only_where_there_was_a_chance_and_wait_for_what_has_not_met() -> None:
    model = HedgeModel(scenario_from("war_2022", "end=2025Q4"), 1)
    climbed, waited = 0, 0
    while model.quarter < model.case.setting.axes.n_steps:
        model.step()
        for row in model.explain("KAZ").formats:
            waiting = [one for one in row["waits_for"] if one != OWN_SUMMIT]
            climbed, waited = climbed + row["climbed"], waited + bool(waiting)
            assert not (row["climbed"] and row["chance"] == 0.0)
            assert not (waiting and row["chance"] > 0.0)
            assert bool(row["next"]) or not row["climbed"]
            assert len({*row["willing"], *row["held_back"], *row["unwilling"]}) == sum(
                len(row[name]) for name in ("willing", "held_back", "unwilling")
            )
    assert climbed > 0
    assert waited > 0


def test_who_would_sit_is_who_has_a_stance_above_zero_and_its_reasons_add_up() -> None:
    scenario = scenario_from("war_2022", SHORT, "settings.stance.trust=2.7")
    for code in ("KAZ", "TKM"):
        found = hedgesim.explain(scenario, code, "2022Q1")
        willing = {row["format"]: row["willing"] for row in found.formats}
        asked = {row["format"]: (*row["willing"], *row["held_back"], *row["unwilling"]) for row in found.formats}
        for row in found.stances:
            name, total = row["format"], row["total"]
            assert total == pytest.approx(sum(v for k, v in row.items() if k not in ("format", "total")), abs=1e-12)
            if code in asked[name]:
                assert (code in willing[name]) == (total > 0.0)
    assert any(row["neutrality"] < 0.0 for row in found.stances)
    assert any(row["trust"] != 0.0 for row in found.stances)


@dataclass(frozen=True)
class Proud(CountryRule):
    """Offers count as far as public opinion of their power is good."""

    def value(self, view: View, taste: Taste) -> Array:
        drawn = view.offer_rise * view.affinity + 0.0 * view.dependence
        return view.xp.concat((drawn, 0.0 * view.response[..., :2, :]), axis=2)


@dataclass(frozen=True)
class Stubborn(CountryRule):
    """A response that rises, whatever the value."""

    def value(self, view: View, taste: Taste) -> Array:
        return 0.0 * view.response

    def decide(self, view: View, parameters: Parameters) -> CountryDecision:
        decision = super().decide(view, parameters)
        return replace(decision, response=decision.response + 0.01)


@pytest.mark.parametrize(
    ("rule", "note"),
    [
        ("habit", "The rule gives every option the value 0 here, so there are no terms."),
        (Stubborn, "The rule decides in its own way, not by the value of options, so there are no terms."),
    ],
)
def test_a_rule_without_terms_says_so(rule: object, note: str) -> None:
    model = HedgeModel(scenario_from("war_2022", SHORT), rules={"UZB": rule})
    for _ in range(6):
        model.step()
    found = model.explain("UZB")
    assert (found.note, found.terms, found.reasons) == (note, [], [])
    assert len(found.options) == 50


def test_what_a_rule_multiplies_is_shared_and_adds_up() -> None:
    model = HedgeModel(scenario_from("war_2022", SHORT), rules={"UZB": Proud})
    for _ in range(6):
        model.step()
    found = model.explain("UZB")
    assert_adds_up(found)
    assert set(found.reasons) == {"offers", "affinity"}
    assert (found.rule, found.note) == ("Proud", "")


def test_the_rule_of_a_dated_change_is_explained_from_its_quarter_on() -> None:
    scenario = hedgesim.read_scenario("war_2022", overrides=[SHORT])
    later = scenario.model_copy(update={"changes": changed(scenario)})
    assert hedgesim.explain(later, "UZB", "2021Q3").rule == "multi_vector"
    found = hedgesim.explain(later, "UZB", "2021Q4")
    assert found.rule == "balancing"
    assert_adds_up(found)


def changed(scenario: hedgesim.Scenario) -> object:
    text = (
        scenario.text + "changes:\n  out: {date: 2021Q4, source: assumption, rule: {country: UZB, rule: balancing}}\n"
    )
    return scenario_of_text(text, scenario.path).changes


def test_nothing_is_explained_before_the_first_step_nor_of_an_unknown_country() -> None:
    model = HedgeModel(scenario_from("war_2022", SHORT))
    with pytest.raises(HedgesimError, match="nobody has decided yet"):
        model.explain("KAZ")
    model.step()
    with pytest.raises(HedgesimError, match=r'no such country in war_2022\. Did you mean "KAZ"'):
        model.explain("kaz")
    assert np.isfinite([row["value"] for row in model.explain("KAZ").options]).all()
