"""The whole loop on the strict reference implementation of the array standard, which lacks what is not in it."""

from dataclasses import replace

import array_api_strict
import numpy as np
import pytest

from hedgesim.engines.ensemble import simulate
from hedgesim.model import draws, start
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from worlds import converted, declared_axes, make_case, make_setting

RUNS = (0, 1, 2)


@pytest.fixture
def numbers_by_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inverse distribution functions, which SciPy has for NumPy arrays only: there and back."""
    normal, gamma, expectile = draws.normal, draws.gamma, start.expectile
    monkeypatch.setattr(draws, "normal", lambda uniform: _strict(normal(np.asarray(uniform))))
    monkeypatch.setattr(draws, "gamma", lambda uniform, shape: _strict(gamma(np.asarray(uniform), np.asarray(shape))))
    monkeypatch.setattr(start, "expectile", lambda tau: float(expectile(tau)))


def _strict(array: np.ndarray):
    return array_api_strict.asarray(np.asarray(array))


def compare(case, request: pytest.FixtureRequest) -> None:
    usual = simulate(case, RUNS)
    request.getfixturevalue("numbers_by_numpy")
    strict = simulate(replace(case, setting=converted(case.setting, array_api_strict)), RUNS, array_api_strict)
    for name in declared_axes(World):
        values = getattr(strict.worlds, name)
        assert type(values).__module__.startswith("array_api_strict"), name
        assert np.asarray(values) == pytest.approx(getattr(usual.worlds, name), abs=1e-12), name
    for here, there in zip(usual.outcomes(), strict.outcomes(), strict=True):
        for name, values in here.items():
            assert np.asarray(there[name]) == pytest.approx(values, abs=1e-12), name
    assert np.array_equal(np.asarray(strict.worlds.failed()), usual.worlds.failed())


@pytest.mark.parametrize("rule", sorted(country_rules()))
def test_strict_arrays_give_what_numpy_gives_under_every_rule_of_countries(rule: str, request) -> None:
    compare(make_case(make_setting(3), rule=rule), request)


@pytest.mark.parametrize("rule", sorted(power_rules()))
def test_strict_arrays_give_what_numpy_gives_under_every_rule_of_powers(rule: str, request) -> None:
    case = make_case(make_setting(4))
    compare(replace(case, power_rules=(power_rules()[rule](),) * len(case.power_rules)), request)


def test_strict_arrays_give_what_numpy_gives_when_neighbours_follow_different_rules(request) -> None:
    case = make_case(make_setting(5))
    known, powers = country_rules(), power_rules()
    mixed = (known["habit"](), known["balancing"](), known["habit"]())
    compare(replace(case, country_rules=mixed, power_rules=(powers["suitor"](), *case.power_rules[1:])), request)
