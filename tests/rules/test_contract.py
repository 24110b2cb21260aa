"""What every rule must keep to: a new file of a rule is tested here without a change."""

import ast
import inspect
import re
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.engines.rule_check import check_rule
from hedgesim.model.arrays import COUNTRY, RUN, TARGET
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from hedgesim.rules.contract import check_text
from hedgesim.scenario.tables import read_tables
from worlds import NUMBERS, axis_lengths, declared_axes, make_setting, views_of

Rule = CountryRule | PowerRule
KINDS = {
    "country": (country_rules, CountryRule, CountryDecision),
    "power": (power_rules, PowerRule, PowerDecision),
}
EVERY_RULE = [
    pytest.param(kind, rule, id=name) for kind, (known, _, _) in KINDS.items() for name, rule in known().items()
]

SIGNLESS = {"joining": 1.0, "attention": 1.0, "reserve": np.inf, "pressure": np.inf}
"""What is never negative, and the most that it may be."""

each_rule = pytest.mark.parametrize(("kind", "rule"), EVERY_RULE)
several = settings(max_examples=15)


def view_in(kind: str, numbers: dict[str, int], n_runs: int = 2) -> View | PowerView:
    """What countries or powers know in a small world, in arrays that cannot be written to."""
    view = views_of(make_setting(**numbers), runs=range(n_runs))[0 if kind == "country" else 1]
    for item in fields(view):
        getattr(view, item.name).flags.writeable = False
    return view


def decided(rule: Rule, view: View | PowerView) -> dict[str, np.ndarray]:
    decision = rule.decide(view, Parameters())
    return {item.name: getattr(decision, item.name) for item in fields(decision)}


def test_rules_are_found_by_the_names_of_their_files() -> None:
    for known, contract, _ in KINDS.values():
        for name, rule in known().items():
            assert inspect.getsourcefile(rule).endswith(f"/{name}.py")
            assert issubclass(rule, contract), name
    assert {"multi_vector", "bandwagoning", "balancing", "neutrality", "omnibalancing"} <= set(country_rules())
    assert {"habit", "random", "landscape"} <= set(country_rules())
    assert {"patron", "suitor", "bystander"} <= set(power_rules())


@each_rule
@several
@given(numbers=NUMBERS, n_runs=st.integers(1, 3))
def test_a_decision_has_its_axes_is_in_range_and_the_same_every_time_and_the_view_is_not_written_to(
    kind: str, rule: type[Rule], numbers: dict[str, int], n_runs: int
) -> None:
    expected = KINDS[kind][2]
    decision = rule().decide(view_in(kind, numbers, n_runs), Parameters())
    assert type(decision) is expected
    again = decided(rule(), view_in(kind, numbers, n_runs))
    lengths = axis_lengths(make_setting(**numbers).axes)
    for field, axes in declared_axes(expected).items():
        values = getattr(decision, field)
        assert values.shape[:RUN] == tuple(int(a) if a.isdigit() else lengths[a] for a in axes[:RUN]), field
        assert values.shape[RUN] in {1, n_runs}, field
        assert np.all(np.isfinite(values)), field
        assert np.array_equal(values, again[field]), field
        if field in SIGNLESS:
            assert np.all((values >= 0.0) & (values <= SIGNLESS[field])), field


@each_rule
@several
@given(numbers=NUMBERS)
def test_deciding_one_at_a_time_is_deciding_together(kind: str, rule: type[Rule], numbers: dict[str, int]) -> None:
    view = view_in(kind, numbers)
    together = decided(rule(), view)
    n, axis = (numbers["n_countries"], COUNTRY) if kind == "country" else (numbers["n_powers"], TARGET)
    alone = [decided(rule(), view.of(slice(place, place + 1))) for place in range(n)]
    for field, values in together.items():
        joined = np.concatenate([decision[field] for decision in alone], axis=axis)
        assert joined == pytest.approx(values, abs=1e-12), field


@each_rule
@several
@given(numbers=NUMBERS)
def test_runs_do_not_affect_one_another(kind: str, rule: type[Rule], numbers: dict[str, int]) -> None:
    together, alone = (decided(rule(), view_in(kind, numbers, n_runs)) for n_runs in (3, 1))
    for field, values in together.items():
        assert alone[field][..., :1] == pytest.approx(values[..., :1], abs=1e-12), field


@each_rule
def test_every_parameter_has_a_unit_a_range_a_meaning_and_a_source_that_is_listed(kind: str, rule: type[Rule]) -> None:
    assert is_dataclass(rule)
    assert [item.name for item in parameters_of(rule)] == [item.name for item in fields(rule)]
    for item in parameters_of(rule):
        assert item.low <= item.default <= item.high
        assert item.low < item.high
        assert item.unit
        assert item.meaning
        assert item.source in read_tables().sources


@each_rule
def test_every_rule_stands_the_trial_that_files_of_the_users_own_stand(kind: str, rule: type[Rule]) -> None:
    check_text(inspect.getsourcefile(rule), ast.parse(inspect.getsource(inspect.getmodule(rule))), rule)
    check_rule(rule)


@each_rule
@pytest.mark.parametrize("end", ["low", "high"])
def test_a_rule_works_at_both_ends_of_the_ranges_of_its_parameters(kind: str, rule: type[Rule], end: str) -> None:
    at_end = rule().with_values({item.name: getattr(item, end) for item in parameters_of(rule)})
    sizes = {"seed": 1, "n_countries": 3, "n_powers": 3, "n_domains": 2, "n_formats": 5}
    for field, values in decided(at_end, view_in(kind, sizes)).items():
        assert np.all(np.isfinite(values)), field


@each_rule
def test_every_rule_says_what_it_is_in_one_sentence_and_names_listed_references(kind: str, rule: type[Rule]) -> None:
    assert (inspect.getmodule(rule).__doc__ or "").strip().endswith(".")
    text = inspect.getdoc(rule) or ""
    assert "References:" in text
    cited = set(re.findall(r"\[(\w+)\]", text))
    assert cited
    assert cited <= set(read_tables().sources)
