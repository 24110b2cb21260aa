from dataclasses import replace

import array_api_compat.numpy as xp
import numpy as np
import pytest

from hedgesim.engines.ensemble import decide_countries, decide_powers, simulate
from hedgesim.model.derived import Baseline, Derived
from hedgesim.model.draws import Draws, StartDraws, draw_start
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View, together_countries, together_powers
from hedgesim.model.world import World, stack
from worlds import axis_lengths, declared_axes, inputs_of, make_case, make_setting, views_of

SHAPES = {"n_countries": 2, "n_powers": 3, "n_domains": 2, "n_formats": 4}


def check_axes(value: object, kind: type, *, runs: int) -> None:
    """Every array has the axes that its docstring declares; the run axis may have length 1."""
    lengths = axis_lengths(make_setting(0, **SHAPES).axes)
    for name, axes in declared_axes(kind).items():
        shape = getattr(value, name).shape
        assert shape[1:] == tuple(int(a) if a.isdigit() else lengths[a] for a in axes), name
        assert shape[0] in {1, runs}, name


def test_the_world_and_what_everybody_sees_of_it_have_the_axes_that_are_declared() -> None:
    setting = make_setting(0, **SHAPES)
    inputs = inputs_of(setting, runs=range(5))
    view, power_view = views_of(setting, runs=range(5))
    case = make_case(setting)
    for value, kind in (
        (inputs.world, World),
        (inputs.baseline, Baseline),
        (inputs.derived, Derived),
        (inputs.draws, Draws),
        (view, View),
        (power_view, PowerView),
        (decide_countries(case, view), CountryDecision),
        (decide_powers(case, power_view), PowerDecision),
    ):
        check_axes(value, kind, runs=5)


def test_the_axes_of_the_world_stay_the_same_in_every_quarter() -> None:
    worlds = simulate(make_case(make_setting(0, **SHAPES)), range(5)).worlds
    for step in range(len(worlds.share)):
        check_axes(World(**{name: getattr(worlds, name)[step] for name in declared_axes(World)}), World, runs=5)


def test_numbers_of_the_start_have_their_axes() -> None:
    setting = make_setting(0, **SHAPES)
    drawn: StartDraws = draw_start(xp, setting, 1, range(5))
    assert drawn.prior_dominated.shape == (5, 2, 2, 5)
    assert drawn.arrival.shape == (5, len(setting.shocks.names))
    check_axes(drawn, StartDraws, runs=5)
    assert np.array_equal(drawn.arrival[:, 0], drawn.arrival[:, 1]), "impulses of one shock share their number"


def test_worlds_stacked_come_apart_again() -> None:
    world = inputs_of(make_setting(0, **SHAPES)).world
    later = replace(world, level=world.level + 1.0)
    for step, one in enumerate((world, later)):
        again = stack([world, later]).at(step)
        for name in declared_axes(World):
            assert np.array_equal(getattr(again, name), getattr(one, name)), name


def test_worlds_stack_along_a_new_first_axis() -> None:
    world = inputs_of(make_setting(0, **SHAPES)).world
    both = stack([world, replace(world, share=0.0 * world.share)])
    assert both.share.shape == (2, *world.share.shape)
    assert np.array_equal(both.share[0], world.share)
    assert not np.any(both.share[1])


def test_a_run_has_failed_once_a_share_is_no_number() -> None:
    world = inputs_of(make_setting(0, **SHAPES), runs=range(3)).world
    broken = world.share.copy()
    broken[0, 0, 0, 1] = np.nan
    assert replace(world, share=broken).failed().tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("place", [0, 1])
def test_a_view_of_one_country_keeps_its_place_and_its_axes(place: int) -> None:
    setting = make_setting(0, **SHAPES)
    view = views_of(setting)[0]
    one = view.of(slice(place, place + 1))
    for name, axes in declared_axes(View).items():
        whole, part = getattr(view, name), getattr(one, name)
        expected = whole[:, place : place + 1] if axes[0] == "country" else whole
        assert np.array_equal(part, expected), name


@pytest.mark.parametrize("place", [0, 2])
def test_a_view_of_one_power_keeps_its_place_and_its_axes(place: int) -> None:
    view = views_of(make_setting(0, **SHAPES))[1]
    one = view.of(slice(place, place + 1))
    for name, axes in declared_axes(PowerView).items():
        whole, part = getattr(view, name), getattr(one, name)
        expected = whole[..., place : place + 1, :] if axes[2] == "power" else whole
        assert np.array_equal(part, expected), name


def test_decisions_of_several_join_in_their_order() -> None:
    setting = make_setting(0, **SHAPES)
    case, (view, power_view) = make_case(setting), views_of(setting)
    whole = decide_countries(case, view)
    parts = together_countries([decide_countries(_first(case), view.of(slice(n, n + 1))) for n in range(2)])
    for name in declared_axes(CountryDecision):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-12)
    whole = decide_powers(case, power_view)
    parts = together_powers([decide_powers(_first(case), power_view.of(slice(n, n + 1))) for n in range(3)])
    for name in declared_axes(PowerDecision):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-12)


def _first(case):
    """The case of its first country and power alone."""
    return replace(case, country_rules=case.country_rules[:1], power_rules=case.power_rules[:1])
