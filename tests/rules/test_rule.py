from dataclasses import dataclass
from types import ModuleType

import pytest

from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.model.parameters import Parameters
from hedgesim.model.shares import Taste
from hedgesim.model.view import View
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from hedgesim.rules.catalogue import _rule_in
from worlds import plain_view


@dataclass(frozen=True)
class Plain(CountryRule):
    """A rule that defines a value and nothing else."""

    def value(self, view: View, taste: Taste) -> Array:
        return view.response + 1.0


def test_a_rule_that_only_states_a_value_takes_the_shared_taste_and_pace() -> None:
    shared = Taste(threat=2.0)
    assert Plain().taste(shared) is shared
    assert Plain().pace() == 1.0
    assert Plain().decide(plain_view(), Parameters()).response[0, 0, :, 0].tolist() == [0.5] * 4


def test_a_parameter_is_replaced_in_a_copy() -> None:
    rule = country_rules()["balancing"]()
    assert rule.with_values({"recoil": 1.0}).recoil == 1.0
    assert rule.recoil == 3.0
    assert rule.with_values({}) == rule


def test_a_parameter_that_the_rule_does_not_have_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(HedgesimError, match=r"rule Balancing: it has no parameter 'recoill'. It has: recoil."):
        country_rules()["balancing"]().with_values({"recoill": 1.0})
    with pytest.raises(HedgesimError, match=r"rule Patron: it has no parameter 'pull'. It has: none."):
        power_rules()["patron"]().with_values({"pull": 1.0})


@pytest.mark.parametrize("kind", [CountryRule, PowerRule])
def test_a_rule_without_a_decision_is_abstract(kind: type) -> None:
    with pytest.raises(TypeError, match="abstract"):
        kind()


@pytest.mark.parametrize("names", [(), ("First", "Second")])
def test_a_file_of_the_package_holds_exactly_one_rule(names: tuple[str, ...]) -> None:
    module = ModuleType(Plain.__module__)
    module.__file__ = "file.py"
    vars(module).update(dict.fromkeys(names, Plain))
    fault = rf"file\.py: holds {len(names)} rules. Define exactly one subclass of CountryRule in it"
    with pytest.raises(HedgesimError, match=fault):
        _rule_in(module, CountryRule)
