"""Engines by name."""

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.choice import BACKENDS, ENGINES, engine_of
from hedgesim.errors import HedgesimError
from worlds import make_case, make_setting

CASE = make_case(make_setting(1, n_steps=3))


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_makes_the_runs_it_is_asked_for(name: str) -> None:
    engine = engine_of(name)
    assert (engine.name, engine.backend) == (name, "numpy")
    runs = [5] if engine.together == 1 else [5, 9]
    made = engine.trajectories(CASE, runs)
    assert made.runs == tuple(runs)
    assert made.worlds.share.shape[:2] == (4, len(runs))
    assert engine.outcomes(CASE, runs).values.shape[:2] == (len(runs), 4)


def test_all_engines_have_the_same_outcomes_to_tell_on_every_back_end() -> None:
    engines = [engine_of("mesa"), *(engine_of("ensemble", backend) for backend in BACKENDS)]
    told = [engine.outcomes(CASE, [5]) for engine in engines]
    for engine, one in zip(engines, told, strict=True):
        assert one.columns() == told[0].columns(), engine
        assert one.values == pytest.approx(told[0].values, abs=1e-9), engine
        assert np.array_equal(one.meetings, told[0].meetings), engine
        assert np.array_equal(one.failed, told[0].failed), engine


def test_all_engines_have_the_same_observations_on_every_back_end() -> None:
    engines = [engine_of("mesa"), *(engine_of("ensemble", backend) for backend in BACKENDS)]
    told = [engine.observations(CASE, [5]) for engine in engines]
    axes = CASE.setting.axes
    assert told[0].share.shape == (4, 1, len(axes.countries), len(axes.domains), len(axes.options))
    assert told[0].status.shape == (4, 1, len(axes.countries), len(axes.formats))
    assert told[0].joined.shape == (4, 1, len(axes.countries))
    for one in told:
        assert one.share == pytest.approx(told[0].share, abs=1e-9)
        for name in ("meeting", "status", "joined"):
            assert np.array_equal(getattr(one, name), getattr(told[0], name)), name


def test_a_world_without_hollow_shares_has_every_run_on_every_engine() -> None:
    setting = make_setting(2, n_steps=3)
    case = make_case(replace(setting, prior_dominated=0.0 * setting.prior_dominated))
    told = engine_of("ensemble").outcomes(case, [5, 9]).values
    assert told.shape[0] == 2
    assert engine_of("mesa").outcomes(case, [9]).values[0] == pytest.approx(told[1], abs=1e-12)
    assert engine_of("ensemble", "jax").outcomes(case, [5, 9]).values == pytest.approx(told, abs=1e-9)


def test_agents_are_made_one_run_at_a_time_and_arrays_many() -> None:
    assert engine_of("mesa").together == 1
    assert all(engine_of("ensemble", backend).together > 1 for backend in BACKENDS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("agents",), "--engine agents: there is no such engine. Name one of ensemble, mesa."),
        (("ensemble", "torch"), "--backend torch: there is no such back end. Name one of numpy, jax."),
        (("mesa", "jax"), "--backend jax: Mesa agents run on numpy. Leave out --engine mesa."),
    ],
)
def test_what_there_is_not_is_said_with_what_there_is(asked: tuple[str, ...], said: str) -> None:
    with pytest.raises(HedgesimError) as refused:
        engine_of(*asked)
    assert str(refused.value) == said
