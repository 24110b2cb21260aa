"""The whole loop on the strict reference implementation of the array standard, which lacks what is not in it."""

from dataclasses import replace

import array_api_strict
import numpy as np
import pytest

from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from worlds import converted, declared_axes, make_case, make_setting

RUNS = (0, 1, 2)


def compare(case: Case) -> None:
    usual = simulate(case, RUNS)
    strict = simulate(replace(case, setting=converted(case.setting, array_api_strict)), RUNS, array_api_strict)
    for name in declared_axes(World):
        values = getattr(strict.worlds, name)
        assert type(values).__module__.startswith("array_api_strict"), name
        assert np.asarray(values) == pytest.approx(getattr(usual.worlds, name), abs=1e-12), name
    for here, there in zip(usual.outcomes_by_name(), strict.outcomes_by_name(), strict=True):
        for name, values in here.items():
            assert np.asarray(there[name]) == pytest.approx(values, abs=1e-12), name
    assert np.array_equal(np.asarray(strict.worlds.failed()), usual.worlds.failed())


def test_strict_arrays_give_the_outcomes_that_numpy_gives() -> None:
    case = make_case(make_setting(6))
    usual = outcomes(case, RUNS)
    strict = outcomes(replace(case, setting=converted(case.setting, array_api_strict)), RUNS, array_api_strict)
    assert type(strict.values) is np.ndarray
    assert strict.columns() == usual.columns()
    assert strict.values == pytest.approx(usual.values, abs=1e-12)
    assert np.array_equal(strict.meetings, usual.meetings)
    assert np.array_equal(strict.failed, usual.failed)


@pytest.mark.parametrize("rule", sorted(country_rules()))
def test_strict_arrays_give_what_numpy_gives_under_every_rule_of_countries(rule: str) -> None:
    compare(make_case(make_setting(3), rule=rule))


@pytest.mark.parametrize("rule", sorted(power_rules()))
def test_strict_arrays_give_what_numpy_gives_under_every_rule_of_powers(rule: str) -> None:
    case = make_case(make_setting(4))
    compare(replace(case, power_rules=(power_rules()[rule](),) * len(case.power_rules)))


def test_strict_arrays_give_what_numpy_gives_when_neighbours_follow_different_rules(request) -> None:
    case = make_case(make_setting(5))
    known, powers = country_rules(), power_rules()
    mixed = (known["habit"](), known["balancing"](), known["habit"]())
    compare(replace(case, country_rules=mixed, power_rules=(powers["suitor"](), *case.power_rules[1:])))
