from dataclasses import replace

import numpy as np
import numpy as xp

from hedgesim.engines.ensemble import simulate
from hedgesim.engines.quarter import decide_countries, decide_powers
from hedgesim.model.draws import draw_start
from hedgesim.model.start import begin
from hedgesim.model.world import World, at_step, stack
from worlds import axis_lengths, declared_axes, inputs_of, make_case, make_setting, views_of

SHAPES = {"n_countries": 2, "n_powers": 3, "n_domains": 2, "n_formats": 4}


def check_axes(value: object, *, runs: int) -> None:
    """Every array has the axes that its annotation declares; only an axis with `#` may have length 1 instead."""
    setting = make_setting(0, **SHAPES)
    lengths = axis_lengths(setting.axes) | {"run": runs, "impulse": len(setting.shocks.names), "year": 4, "choice": 4}
    declared = declared_axes(type(value))
    assert declared
    for name, axes in declared.items():
        shape = getattr(value, name).shape
        assert len(shape) == len(axes), name
        for length, label in zip(shape, axes, strict=True):
            if label == "runs":
                assert length in {1, runs}, name
            else:
                full = int(label) if label.isdigit() else lengths[label.removeprefix("#")]
                assert length == full or (length == 1 and label.startswith("#")), (name, label)


def test_every_array_has_the_axes_that_are_declared() -> None:
    setting = make_setting(0, **SHAPES)
    case, inputs = make_case(setting), inputs_of(setting, runs=range(5))
    view, power_view = views_of(setting, runs=range(5))
    drawn = draw_start(xp, setting, 1, range(5))
    start = begin(xp, setting, case.parameters, drawn)
    values = [setting, setting.formats, setting.shocks, drawn, start, view, power_view]
    values += [inputs.world, inputs.baseline, inputs.conditions, inputs.derived, inputs.draws]
    for value in (*values, decide_countries(case, view), decide_powers(case, power_view)):
        check_axes(value, runs=5)


def test_the_axes_of_the_world_stay_the_same_in_every_quarter() -> None:
    worlds = simulate(make_case(make_setting(0, **SHAPES)), range(5)).worlds
    for step in range(len(worlds.share)):
        check_axes(at_step(worlds, step), runs=5)


def test_stacked_worlds_have_a_leading_step_axis_and_come_apart_again() -> None:
    world = inputs_of(make_setting(0, **SHAPES)).world
    later = replace(world, share=0.0 * world.share, ladder=world.ladder + 1.0)
    both = stack([world, later], 2)
    assert both.share.shape == (2, *world.share.shape)
    for step, one in enumerate((world, later)):
        again = at_step(both, step)
        for name in declared_axes(World):
            assert np.array_equal(getattr(again, name), getattr(one, name)), name


def test_a_run_has_failed_once_a_share_is_not_finite() -> None:
    world = inputs_of(make_setting(0, **SHAPES), runs=range(3)).world
    broken = world.share.copy()
    broken[0, 0, 0, 1] = np.nan
    assert replace(world, share=broken).failed().tolist() == [0.0, 1.0, 0.0]
