from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

import pytest
import yaml

from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameter import parameter, parameters_of
from hedgesim.model.parameters import Parameters, all_parameters
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import read_scenario


@dataclass(frozen=True)
class Sample:
    speed: float = parameter(0.4, unit="1/quarter", within=(0, 1), meaning="how fast", source="assumption")
    name: str = "no parameter"


def test_a_parameter_knows_its_unit_range_meaning_and_source() -> None:
    (item,) = parameters_of(Sample)
    assert (item.name, item.default, item.unit, item.low, item.high) == ("speed", 0.4, "1/quarter", 0, 1)
    assert (item.meaning, item.source) == ("how fast", "assumption")
    assert [found.name for found in parameters_of(Sample(speed=1.0))] == ["speed"]


def test_values_replace_those_of_the_groups_that_they_name() -> None:
    changed = Parameters().with_values({"taste.threat": 2.0, "votes.prior": 1.0})
    assert (changed.taste.threat, changed.votes.prior) == (2.0, 1.0)
    assert changed.ladder == Parameters().ladder
    assert Parameters().with_values({}) == Parameters()


@pytest.mark.parametrize("path", ["taste.colour", "colour.threat", "threat"])
def test_an_unknown_path_is_a_key_error(path: str) -> None:
    with pytest.raises(KeyError):
        Parameters().with_values({path: 1.0})


def test_every_number_of_every_group_is_listed() -> None:
    groups = fields(Parameters)
    prior = Parameters()
    assert len(all_parameters()) == sum(len(fields(getattr(prior, group.name))) for group in groups)


def test_there_are_at_most_sixty_parameters_those_of_the_rules_followed_by_default_included() -> None:
    usual = read_scenario("war_2022").rules
    followed = {country_rules()[usual.of("countries", "KAZ")[0]], power_rules()[usual.of("powers", "RUS")[0]]}
    assert len(all_parameters()) + sum(len(list(parameters_of(rule))) for rule in followed) <= 60


def test_a_rule_has_at_most_two_parameters() -> None:
    for rule in (*country_rules().values(), *power_rules().values()):
        assert len(list(parameters_of(rule))) <= 2, rule


@pytest.mark.parametrize("path", sorted(all_parameters()))
def test_every_shared_parameter_has_unit_range_meaning_and_source(path: str) -> None:
    item = all_parameters()[path]
    assert item.low <= item.default <= item.high
    assert item.low < item.high
    assert item.unit
    assert item.meaning
    assert set(item.source.split(";")) <= {"assumption", *sources()}


def test_sources_of_outcomes_are_listed() -> None:
    for item in OUTCOMES.values():
        assert set(item.source.split(";")) <= {"model", *sources()}


@cache
def sources() -> set[str]:
    """Keys of the sources that come with the package."""
    return set(yaml.safe_load((resources.files("hedgesim") / "data" / "sources.yaml").read_text()))
