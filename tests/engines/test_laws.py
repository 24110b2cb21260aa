"""Laws that hold in every small world, whatever its numbers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import decide_countries, simulate
from hedgesim.engines.quarter import perceive
from hedgesim.model.world import World
from hedgesim.rules import country_rules
from worlds import NUMBERS, declared_axes, make_case, make_setting, permuted_setting, reordered, inputs_of

RUNS = (0, 1, 2)
RULES = st.sampled_from(sorted(country_rules()))


@settings(max_examples=60)
@given(NUMBERS, RULES)
def test_shares_and_ties_stay_shares_and_what_lies_in_the_unit_interval_stays_there(
    numbers: dict[str, int], rule: str
) -> None:
    setting = make_setting(**numbers)
    worlds = simulate(make_case(setting, rule=rule), RUNS).worlds
    for name in ("share", "tie"):
        values = getattr(worlds, name)
        assert values.sum(axis=TARGET) == pytest.approx(1.0, abs=1e-12), name
        assert np.all(values >= 0.0), name
    assert np.all((worlds.share > 0.0) & (worlds.share < 1.0))
    for name in ("trust", "threat", "momentum", "attention", "leakage", "joined", "concession"):
        values = getattr(worlds, name)
        assert np.all((values >= 0.0) & (values <= 1.0)), name
    assert not np.any(worlds.failed())


@settings(max_examples=60)
@given(NUMBERS)
def test_formats_and_memberships_move_within_what_is_open_to_them(numbers: dict[str, int]) -> None:
    setting = make_setting(**numbers)
    worlds, features = simulate(make_case(setting), RUNS).worlds, setting.formats
    assert set(np.unique(worlds.status)) <= {0.0, 1.0, 2.0, 3.0}
    assert set(np.unique(worlds.level)) <= {0.0, 1.0, 2.0, 3.0, 4.0}
    forgotten = np.diff(worlds.highest, axis=0) < 0.0
    assert not np.any(worlds.level[1:][forgotten]), "only what was absorbed starts anew"
    absorbed = worlds.level[1:] == 0.0
    assert np.all((worlds.highest[1:] >= worlds.meeting[1:]) | absorbed)
    assert not np.any(worlds.meeting * features.treaty)
    assert np.all(worlds.trust == np.swapaxes(worlds.trust, -1, -3)), "trust is mutual"
    assert not np.any(np.diagonal(worlds.trust[..., 0, :], axis1=-2, axis2=-1))
    rises = np.diff(worlds.level, axis=0) > 0.0
    assert np.all(worlds.level[1:][rises] <= 4.0)


@settings(max_examples=40)
@given(NUMBERS, st.integers(0, 3), st.floats(0.01, 0.5), st.booleans())
def test_threat_never_helps_under_balancing_and_never_hurts_under_bandwagoning(
    numbers: dict[str, int], power: int, rise: float, balancing: bool
) -> None:
    setting = make_setting(**numbers)
    power %= len(setting.axes.powers)
    case = make_case(setting, rule="balancing" if balancing else "bandwagoning")
    calm = inputs_of(setting)
    threat = calm.world.threat.copy()
    # Threat has risen already: from its start on, more of it is more reason.
    threat[..., power, :] = threat[..., power, :] + rise
    before = _decided(case, calm)
    after = _decided(case, _under(calm, threat))
    change = (after - before)[..., power, :]
    assert np.all(change <= 1e-12) if balancing else np.all(change >= -1e-12)


def _under(inputs, threat: np.ndarray):
    from hedgesim.model.derived import assess

    return assess(
        replace(inputs.world, threat=threat),
        inputs.baseline,
        inputs.conditions,
        setting=inputs.setting,
        parameters=inputs.parameters,
        draws=inputs.draws,
    )


def _decided(case: Case, inputs) -> np.ndarray:
    return decide_countries(case, perceive(inputs)).share


@settings(max_examples=40)
@given(NUMBERS, RULES, st.randoms(use_true_random=False))
def test_countries_in_another_order_do_the_same(numbers: dict[str, int], rule: str, chance) -> None:
    setting = make_setting(**numbers)
    # Members host in the order of the countries: whose strain counts may differ, so hosting is switched off.
    check_order(setting, "country", len(setting.axes.countries), chance, rule=rule, values={"formats.hosting": 0.0})


@settings(max_examples=40)
@given(NUMBERS, RULES, st.randoms(use_true_random=False))
def test_powers_in_another_order_do_the_same(numbers: dict[str, int], rule: str, chance) -> None:
    setting = make_setting(**numbers)
    check_order(setting, "power", len(setting.axes.powers), chance, rule=rule, values={})


def check_order(setting, axis: str, n: int, chance, **options) -> None:
    order = chance.sample(range(n), n)
    usual = simulate(make_case(setting, **options), RUNS)
    moved = simulate(make_case(permuted_setting(setting, axis, order), **options), RUNS)
    for name, axes in declared_axes(World).items():
        expected = reordered(getattr(usual.worlds, name), axes, axis, order)
        assert getattr(moved.worlds, name) == pytest.approx(expected, abs=1e-12), name
    for one, other in zip(usual.outcomes_by_name(), moved.outcomes_by_name(), strict=True):
        for name, values in one.items():
            expected = reordered(values, ("country" if values.shape[-3] == n else "1", "1", "1"), axis, order)
            assert other[name] == pytest.approx(expected, abs=1e-9), name


@settings(max_examples=30)
@given(NUMBERS, st.lists(st.integers(0, 50), min_size=1, max_size=4, unique=True))
def test_a_run_is_the_same_whatever_runs_beside_it(numbers: dict[str, int], runs: list[int]) -> None:
    setting = make_setting(**numbers)
    case = make_case(setting)
    together = simulate(case, runs).worlds
    alone = simulate(case, runs[-1:]).worlds
    for name in declared_axes(World):
        assert getattr(together, name)[:, -1:] == pytest.approx(getattr(alone, name), abs=1e-12), name
