"""Engines by name."""

from dataclasses import replace

import numpy as np
import pytest
from tests.engines.alike import outcomes_of, trajectory_by

from hedgesim.engines import BACKENDS, engine_of
from hedgesim.engines.records import record_observation
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import RUN
from worlds import make_case, make_setting, short_case

CASE = make_case(make_setting(1, n_steps=3))


@pytest.mark.parametrize(
    ("name", "backend", "runs"), [("mesa", "numpy", [5]), *(("ensemble", backend, [5, 9]) for backend in BACKENDS)]
)
def test_agents_make_one_run_at_a_time_and_arrays_many(name: str, backend: str, runs: list[int]) -> None:
    engine = engine_of(name, backend)
    assert (engine.name, engine.backend) == (name, backend)
    assert (engine.together == 1) == (name == "mesa")
    made = trajectory_by(engine.record, CASE, runs)
    assert made.runs == tuple(runs)
    assert (made.worlds.share.shape[0], made.worlds.share.shape[RUN]) == (4, len(runs))


def test_all_engines_have_the_same_outcomes_on_every_back_end() -> None:
    case, engine = short_case(), engine_of("ensemble")
    plain = outcomes_of(engine.record, case, range(7))
    for made, runs in (
        (outcomes_of(engine_of("ensemble", "jax").record, case, range(7)), range(7)),
        (outcomes_of(engine_of("mesa").record, case, [5]), [5]),
        (trajectory_by(engine.record, case, [3, 0]).outcomes(), [3, 0]),
    ):
        assert made.columns() == plain.columns()
        assert made.values == pytest.approx(plain.values[..., runs], abs=1e-9)
        assert np.array_equal(made.meetings, plain.meetings[:, runs])
        assert np.array_equal(made.failed, plain.failed[runs])


@pytest.mark.parametrize("drawn", [True, False])
def test_all_engines_have_the_same_observations_of_every_run_on_every_back_end(drawn: bool) -> None:
    setting, axes = CASE.setting, CASE.setting.axes
    case = CASE if drawn else replace(CASE, setting=replace(setting, prior_dominated=0.0 * setting.prior_dominated))
    alone = [engine_of("mesa").record(case, [run], record_observation) for run in (5, 9)]
    # Programs are compiled where one start serves all runs; worlds with drawn starts are compiled in test_jax_backend.
    for one in [
        engine_of("ensemble", backend).record(case, [5, 9], record_observation)
        for backend in BACKENDS[: 1 if drawn else 2]
    ]:
        assert one.share.shape == (4, len(axes.countries), len(axes.domains), len(axes.options), 2)
        assert one.status.shape == (4, len(axes.countries), len(axes.formats), 2)
        assert one.joined.shape == (4, len(axes.countries), 2)
        for place, mesa in enumerate(alone):
            assert one.share[..., place] == pytest.approx(mesa.share[..., 0], abs=1e-9)
            for name in ("meeting", "status", "joined"):
                assert np.array_equal(getattr(one, name)[..., place], getattr(mesa, name)[..., 0]), name


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
