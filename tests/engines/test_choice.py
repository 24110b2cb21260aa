"""Engines by name."""

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.choice import BACKENDS, ENGINES, engine_of
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import RUN
from worlds import make_case, make_setting

CASE = make_case(make_setting(1, n_steps=3))


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_gives_the_runs_it_is_asked_for(name: str) -> None:
    engine = engine_of(name)
    assert (engine.name, engine.backend) == (name, "numpy")
    runs = [5] if engine.together == 1 else [5, 9]
    made = engine.trajectories(CASE, runs)
    assert made.runs == tuple(runs)
    assert (made.worlds.share.shape[0], made.worlds.share.shape[RUN]) == (4, len(runs))
    assert engine.outcomes(CASE, runs).values.shape[1:] == (4, len(runs))


def test_all_engines_have_the_same_outcomes_on_every_back_end() -> None:
    engines = [engine_of("mesa"), *(engine_of("ensemble", backend) for backend in BACKENDS)]
    recorded = [engine.outcomes(CASE, [5]) for engine in engines]
    for engine, one in zip(engines, recorded, strict=True):
        assert one.columns() == recorded[0].columns(), engine
        assert one.values == pytest.approx(recorded[0].values, abs=1e-9), engine
        assert np.array_equal(one.meetings, recorded[0].meetings), engine
        assert np.array_equal(one.failed, recorded[0].failed), engine


def test_all_engines_have_the_same_observations_on_every_back_end() -> None:
    engines = [engine_of("mesa"), *(engine_of("ensemble", backend) for backend in BACKENDS)]
    recorded = [engine.observations(CASE, [5]) for engine in engines]
    axes = CASE.setting.axes
    assert recorded[0].share.shape == (4, len(axes.countries), len(axes.domains), len(axes.options), 1)
    assert recorded[0].status.shape == (4, len(axes.countries), len(axes.formats), 1)
    assert recorded[0].joined.shape == (4, len(axes.countries), 1)
    for one in recorded:
        assert one.share == pytest.approx(recorded[0].share, abs=1e-9)
        for name in ("meeting", "status", "joined"):
            assert np.array_equal(getattr(one, name), getattr(recorded[0], name)), name


def test_a_world_without_prior_dominated_shares_has_every_run_on_every_engine() -> None:
    setting = make_setting(2, n_steps=3)
    case = make_case(replace(setting, prior_dominated=0.0 * setting.prior_dominated))
    values = engine_of("ensemble").outcomes(case, [5, 9]).values
    assert values.shape[RUN] == 2
    assert engine_of("mesa").outcomes(case, [9]).values[..., 0] == pytest.approx(values[..., 1], abs=1e-12)
    assert engine_of("ensemble", "jax").outcomes(case, [5, 9]).values == pytest.approx(values, abs=1e-9)


def test_agents_run_one_run_at_a_time_and_arrays_many() -> None:
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
def test_an_unknown_engine_or_back_end_is_refused_with_those_that_exist(asked: tuple[str, ...], said: str) -> None:
    with pytest.raises(HedgesimError) as refused:
        engine_of(*asked)
    assert str(refused.value) == said
