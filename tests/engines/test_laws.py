"""Laws that hold in every small world, whatever its numbers."""

from dataclasses import replace
from random import Random

import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.alike import assert_same_worlds, run_of

from hedgesim.engines.ensemble import simulate
from hedgesim.engines.quarter import decide_countries, perceive
from hedgesim.model.alignment import respond, value_of_options
from hedgesim.model.arrays import COUNTRY, RUN, TARGET, softmax
from hedgesim.model.setting import Setting
from hedgesim.model.world import World
from hedgesim.rules import country_rules
from worlds import (
    NUMBERS,
    calm,
    declared_axes,
    inputs_of,
    inputs_with,
    make_case,
    make_setting,
    pairs,
    permuted_setting,
    reordered,
    row,
)

RUNS = (0, 1, 2)
N_STARTS = 50
"""Portfolios from which one country starts."""
RULES = st.sampled_from(sorted(country_rules()))


@settings(max_examples=40)
@given(NUMBERS, RULES)
def test_every_number_of_a_world_stays_within_its_bounds(numbers: dict[str, int], rule: str) -> None:
    setting = make_setting(**numbers)
    worlds = simulate(make_case(setting, rule=rule), RUNS).worlds
    assert not np.any(worlds.failed())
    assert np.all((worlds.share > 0.0) & (worlds.share < 1.0))
    assert np.all(worlds.tie >= 0.0)
    for name in ("share", "tie"):
        assert getattr(worlds, name).sum(axis=TARGET) == pytest.approx(1.0, abs=1e-12), name
    for name in ("trust", "threat", "momentum", "attention", "leakage", "joined", "concession"):
        values = getattr(worlds, name)
        assert np.all((values >= 0.0) & (values <= 1.0)), name
    assert np.all(worlds.trust == np.swapaxes(worlds.trust, COUNTRY, TARGET)), "trust is mutual"
    assert not np.any(np.diagonal(worlds.trust[:, :, 0], axis1=1, axis2=2))
    assert set(np.unique(worlds.status)) <= {0.0, 1.0, 2.0, 3.0}
    assert set(np.unique(worlds.level)) <= {0.0, 1.0, 2.0, 3.0, 4.0}
    absorbed, starts_again = worlds.level[1:] == 0.0, np.diff(worlds.highest, axis=0) < 0.0
    assert np.all(absorbed[starts_again]), "only what was absorbed starts again"
    assert np.all((worlds.highest[1:] >= worlds.meeting[1:]) | absorbed)
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
    # Threat has risen already: from its start on, more of it is more reason.
    threat[..., power, :] = threat[..., power, :] + rise
    feared = inputs_with(usual, replace(usual.world, threat=threat))
    before, after = (decide_countries(case, perceive(inputs)).share for inputs in (usual, feared))
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
    # Members host in the order of the countries: whose strain counts may differ, so hosting is switched off.
    fixed = {"formats.hosting": 0.0} if axis == "country" else {}
    usual, moved = (
        simulate(make_case(of, rule=rule, values=fixed), RUNS)
        for of in (setting, permuted_setting(setting, axis, order))
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


def equilibrium(setting: Setting, *, alpha: float, kappa: float, n_quarters: int = 4000) -> np.ndarray:
    """Where one country ends from many portfolios, all else kept fixed; axes (1, domain, option, start)."""
    values = {"taste.concentration": alpha, "taste.rivalry": kappa, "alignment.noise": 0.0, "alignment.start": 0.0}
    inputs = inputs_of(setting, runs=[0] * N_STARTS, values=values)
    shape = inputs.world.share.shape
    share = np.moveaxis(np.random.default_rng(1).dirichlet(np.ones(shape[TARGET]), (N_STARTS, *shape[:TARGET])), 0, RUN)

    def value() -> np.ndarray:
        now = inputs_with(inputs, replace(inputs.world, share=share))
        return value_of_options(perceive(now), inputs.parameters.taste)

    for _ in range(n_quarters):
        before, share = share, respond(share, value(), np.full((1, 1, 1, 1), 0.2))
        if np.max(np.abs(share - before)) < 1e-14:
            break
    assert np.max(np.abs(softmax(xp, value()) - share)) < 1e-9, "not at rest"
    return share


@pytest.mark.parametrize("n_domains", [1, 2, 3])
@pytest.mark.parametrize("alpha", [0.0, 2.0, 6.0])
def test_all_portfolios_reach_one_fixed_point_while_rivalry_is_weak(n_domains: int, alpha: float) -> None:
    setting = make_setting(n_domains, n_countries=1, n_powers=4, n_domains=n_domains)
    rivalry = inputs_of(setting, runs=[0]).derived.rivalry[0, :, :, 0]
    lowest = -np.linalg.eigvalsh(rivalry)[0]
    # No share exceeds 1, so 1 / max share is at least 1: this stays within the condition.
    kappa = 0.9 * (alpha / 2.0 + 1.0) / lowest
    ends = equilibrium(setting, alpha=alpha, kappa=kappa)
    assert np.max(np.ptp(ends, axis=RUN)) < 1e-9


def test_where_rivalry_outweighs_concentration_history_decides_between_two_blocs() -> None:
    setting = calm(make_setting(0, n_countries=1, n_powers=2, n_domains=1))
    rivalry = pairs([0.0, 1.0], [1.0, 0.0])
    setting = replace(setting, share=row(0.45, 0.45, 0.05, 0.05), rivalry=rivalry, trend=0.0 * setting.trend)
    ends = equilibrium(setting, alpha=0.0, kappa=6.0)
    first = ends[0, 0, 0] > ends[0, 0, 1]
    assert 0 < first.sum() < N_STARTS
    assert np.max(np.ptp(ends[..., first], axis=RUN)) < 1e-9
    assert np.max(np.ptp(ends[..., ~first], axis=RUN)) < 1e-9
