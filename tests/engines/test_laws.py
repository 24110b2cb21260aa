"""Laws that hold in every small world, whatever its numbers."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.alike import assert_same_worlds, run_of

from hedgesim.engines.ensemble import simulate
from hedgesim.engines.quarter import decide_countries, perceive
from hedgesim.model.arrays import COUNTRY, TARGET
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from worlds import (
    NUMBERS,
    calm,
    declared_axes,
    inputs_of,
    inputs_with,
    make_case,
    make_setting,
    permuted_setting,
    reordered,
)

RUNS = (0, 1, 2)
RULES = st.sampled_from(sorted(country_rules()))


@settings(max_examples=40)
@given(NUMBERS, RULES)
def test_every_number_of_a_world_stays_within_its_bounds(numbers: dict[str, int], rule: str) -> None:
    setting = make_setting(**numbers)
    worlds = simulate(make_case(setting, rule=rule), RUNS).worlds
    assert not np.any(worlds.failed())
    assert np.all((worlds.share >= 0.0) & (worlds.share <= 1.0))
    assert worlds.share.sum(axis=TARGET) == pytest.approx(1.0, abs=1e-12)
    for name in ("trust", "attention", "joined", "forgotten", "seated", "came"):
        values = getattr(worlds, name)
        assert np.all((values >= 0.0) & (values <= 1.0)), name
    assert worlds.trust == pytest.approx(np.swapaxes(worlds.trust, COUNTRY, TARGET)), "trust is mutual"
    assert not np.any(np.diagonal(worlds.trust[:, :, 0], axis1=1, axis2=2))
    assert set(np.unique(worlds.status)) <= {0.0, 1.0, 2.0, 3.0}
    for name in ("ladder", "meeting"):
        assert set(np.unique(getattr(worlds, name))) <= {0.0, 1.0, 2.0}, name
    assert np.all(np.diff(worlds.ladder, axis=0) >= 0.0), "without absorption no format dies"
    assert np.all(worlds.meeting <= worlds.ladder)
    assert not np.any(worlds.meeting * setting.formats.treaty)


@settings(max_examples=40)
@given(NUMBERS, st.integers(0, 3), st.floats(0.01, 0.5), st.booleans())
def test_threat_never_helps_under_balancing_and_never_hurts_under_bandwagoning(
    numbers: dict[str, int], power: int, rise: float, balancing: bool
) -> None:
    setting = make_setting(**numbers)
    power %= len(setting.axes.powers)
    case = make_case(setting, rule="balancing" if balancing else "bandwagoning")
    usual = inputs_of(setting)
    threat = usual.world.threat.copy()
    threat[..., power, :] = threat[..., power, :] + rise
    feared = inputs_with(usual, replace(usual.world, threat=threat))
    before, after = (decide_countries(case, perceive(inputs)).response for inputs in (usual, feared))
    change = (after - before)[..., power, :]
    assert np.all(change <= 1e-12) if balancing else np.all(change >= -1e-12)


@pytest.mark.parametrize("axis", ["country", "power"])
@settings(max_examples=25)
@given(NUMBERS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_countries_or_powers_changes_nothing(
    axis: str, numbers: dict[str, int], rule: str, chance: Random
) -> None:
    setting = make_setting(**numbers)
    n = numbers["n_countries" if axis == "country" else "n_powers"]
    order = chance.sample(range(n), n)
    if axis == "country":  # parties host in the order of the countries, so whose strain counts differs
        masks = {**setting.shocks.masks, "strain": 0.0 * setting.shocks.masks["strain"]}
        setting = replace(setting, shocks=replace(setting.shocks, masks=masks))
    usual, moved = (
        simulate(make_case(of, rule=rule), RUNS) for of in (setting, permuted_setting(setting, axis, order))
    )
    for name, axes in declared_axes(World).items():
        expected = reordered(getattr(usual.worlds, name), axes, axis, order)
        assert getattr(moved.worlds, name) == pytest.approx(expected, abs=1e-12), name
    for one, other in zip(usual.outcomes_by_name(), moved.outcomes_by_name(), strict=True):
        for name, values in one.items():
            axes = ("country" if values.shape[COUNTRY] == n else "1", "1", "1", "run")
            assert other[name] == pytest.approx(reordered(values, axes, axis, order), abs=1e-9), name


@settings(max_examples=20)
@given(NUMBERS, st.lists(st.integers(0, 50), min_size=1, max_size=4, unique=True))
def test_a_run_depends_neither_on_the_runs_beside_it_nor_on_their_order(
    numbers: dict[str, int], runs: list[int]
) -> None:
    case = make_case(make_setting(**numbers))
    assert_same_worlds(run_of(simulate(case, runs).worlds, -1), simulate(case, runs[-1:]).worlds)


@settings(max_examples=20)
@given(NUMBERS, st.floats(1.0, 9.0))
def test_twice_the_shock_is_twice_the_threat_in_every_run(numbers: dict[str, int], factor: float) -> None:
    setting = make_setting(**numbers)
    larger = replace(setting, shocks=replace(setting.shocks, size=factor * setting.shocks.size))
    suitors = (power_rules()["suitor"](),) * len(setting.axes.powers)
    one, more = (simulate(replace(make_case(of), power_rules=suitors), RUNS).worlds for of in (setting, larger))
    assert more.threat == pytest.approx(factor * one.threat, rel=1e-9, abs=1e-12)


@settings(max_examples=20)
@given(NUMBERS)
def test_paired_runs_have_the_same_drift_and_the_same_reasons(numbers: dict[str, int]) -> None:
    setting = make_setting(**numbers)
    masks = {**setting.shocks.masks, "succession": 0.0 * setting.shocks.masks["succession"]}
    setting = replace(setting, shocks=replace(setting.shocks, masks=masks))
    war, peace = (simulate(make_case(of), RUNS).worlds for of in (setting, calm(setting)))
    assert np.array_equal(war.unanswered, peace.unanswered)
    assert np.array_equal(war.stance[1:], peace.stance[1:]) or np.max(np.abs(war.stance - peace.stance)) < 1e-9
