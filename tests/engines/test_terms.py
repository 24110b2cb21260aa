"""Terms of values: they come from the rule itself, add up for every shipped rule, and a changed equation shows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from hedgesim.engines.invented import moved
from hedgesim.engines.terms import OF_STANCE, OF_VALUE, REST, terms_of
from hedgesim.model.arrays import Array
from hedgesim.model.parameters import Parameters
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules import CountryRule, country_rules

VIEW = moved(View)
REASONS_OF = {
    "balancing": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "bandwagoning": {"offers", "threat", "access", "passage", "meetings", "need"},
    "habit": set(),
    "landscape": {"affinity", "threat", "rivals"},
    "multi_vector": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "neutrality": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "omnibalancing": {"offers", "threat", "access", "passage", "meetings", "dependence", "need", "protection"},
    "random": {"response", "chance"},
    "diversification": {"access", "passage", "dependence", "need"},
    "finlandization": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "hiding": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "profit": {"offers", "access", "passage", "meetings", "need"},
    "satisficing": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "soft_balancing": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
    "tethering": {"offers", "threat", "access", "passage", "meetings", "dependence", "need"},
}
NOT_SUMS = {"hiding", "satisficing"}
"""Rules that divide the sum of reasons by one of them, or cut it off."""


def split(rule: CountryRule, view: View = VIEW) -> dict[str, Array]:
    taste = rule.taste(Parameters().taste)
    return terms_of(lambda seen: rule.value(seen, taste), view, OF_VALUE)


@pytest.mark.parametrize("name", sorted(country_rules().packaged))
def test_terms_of_every_shipped_rule_add_up_to_its_value(name: str) -> None:
    rule = country_rules()[name]()
    terms, value = split(rule), rule.value(VIEW, rule.taste(Parameters().taste))
    assert sum(terms.values()) == pytest.approx(value, abs=1e-12)
    assert {name for name, of in terms.items() if np.any(np.abs(of) > 1e-12)} == REASONS_OF[name]


@pytest.mark.parametrize("name", sorted(set(country_rules().packaged) - NOT_SUMS))
def test_without_a_reason_its_term_is_nothing_and_the_value_is_less_by_it(name: str) -> None:
    rule = country_rules()[name]()
    terms, taste = split(rule), rule.taste(Parameters().taste)
    for reason, names in OF_VALUE.items():
        view = replace(VIEW, **{field: 0.0 * getattr(VIEW, field) for field in names})
        left = split(rule, view)
        assert np.all(left.pop(reason) == 0.0)
        assert sum(left.values()) == pytest.approx(rule.value(VIEW, taste) - terms[reason], abs=1e-12)
        for other, of in left.items():
            assert of == pytest.approx(terms[other], abs=1e-12)


def test_terms_of_multi_vector_are_those_of_the_equation() -> None:
    taste, view = Parameters().taste, VIEW
    terms = split(country_rules()["multi_vector"]())
    n = view.capability.shape[2]
    expected = {
        "offers": view.politics * taste.offer * view.offer_rise,
        "threat": -view.politics * taste.threat * view.threat,
        "access": taste.access * view.access_powers,
        "meetings": taste.meetings * view.meetings_lead,
        "dependence": -taste.concentration * view.dependence,
    }
    for name, of in expected.items():
        assert terms[name][..., :n, :] == pytest.approx(np.broadcast_to(of, terms[name][..., :n, :].shape), abs=1e-12)
    region = {"need": taste.need * view.need, "passage": view.passage, "meetings": taste.meetings * view.meetings_home}
    for name, of in region.items():
        here = terms[name][..., n : n + 1, :]
        assert here == pytest.approx(np.broadcast_to(of, here.shape), abs=1e-12)
    assert np.all(terms[REST] == 0.0)


@dataclass(frozen=True)
class Fearful(CountryRule):
    """Threat counts twice, and the country likes everybody a little."""

    def value(self, view: View, taste: Taste) -> Array:
        return value_of_options(view, replace(taste, threat=2.0 * taste.threat)) + 0.25


def test_a_changed_equation_shows_in_its_terms() -> None:
    plain, changed = split(country_rules()["multi_vector"]()), split(Fearful())
    assert changed["threat"] == pytest.approx(2.0 * plain["threat"], abs=1e-12)
    assert changed["access"] == pytest.approx(plain["access"], abs=1e-12)
    assert changed[REST] == pytest.approx(0.25 + 0.0 * plain[REST], abs=1e-12)


def test_what_two_reasons_make_together_is_halved() -> None:
    product = VIEW.threat * VIEW.affinity
    terms = terms_of(lambda view: view.threat * (2.0 + view.affinity) * view.politics, VIEW, OF_VALUE)
    halves = 0.5 * product * VIEW.politics
    assert terms["threat"] == pytest.approx(2.0 * VIEW.threat * VIEW.politics + halves, abs=1e-12)
    assert terms["affinity"] == pytest.approx(halves, abs=1e-12)
    assert np.all(terms["offers"] == 0.0)


def test_every_reason_is_known_and_counts_once() -> None:
    known = {item.name for item in fields(View)}
    for reasons in (OF_VALUE, OF_STANCE):
        named = [field for names in reasons.values() for field in names]
        assert set(named) <= known
        assert len(named) == len(set(named))
