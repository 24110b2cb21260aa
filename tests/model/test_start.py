from dataclasses import replace

import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.model.alignment import LOWEST_SHARE
from hedgesim.model.arrays import DOMAIN, RUN, TARGET
from hedgesim.model.draws import draw_start
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.start import N_PAST, Start, begin, conditions_at
from worlds import make_setting


def begun(
    seed: int = 3, runs: range = range(4), *, formats: dict | None = None, draws: dict | None = None, **values: float
) -> tuple[Setting, Start]:
    """A small setting and its start, with other values of formats (shared by all), draws and parameters."""
    setting = make_setting(seed)
    kept = setting.formats
    changed = {name: np.full_like(getattr(kept, name), value) for name, value in (formats or {}).items()}
    setting = replace(setting, formats=replace(kept, **changed))
    drawn = draw_start(xp, setting, 1, runs)
    drawn = replace(drawn, **{name: np.full_like(getattr(drawn, name), value) for name, value in (draws or {}).items()})
    parameters = Parameters().with_values({f"alignment.{name}": value for name, value in values.items()})
    return setting, begin(xp, setting, parameters, drawn)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_every_world_starts_with_shares_and_ties_that_sum_to_one(seed: int) -> None:
    world = begun(seed)[1].baseline.world
    assert world.share.sum(axis=TARGET) == pytest.approx(1.0)
    assert world.share.min() >= LOWEST_SHARE / (1.0 + 5 * LOWEST_SHARE)
    assert world.tie.sum(axis=TARGET) == pytest.approx(1.0)
    for name in ("threat", "trust", "momentum"):
        assert np.all((getattr(world, name) >= 0.0) & (getattr(world, name) <= 1.0)), name


def test_the_table_is_kept_when_nothing_is_drawn_and_runs_differ_in_prior_dominated_cells_otherwise() -> None:
    setting, kept = begun(start=0.0)
    floored = np.maximum(setting.share, LOWEST_SHARE)
    expected = floored / floored.sum(axis=TARGET, keepdims=True)
    assert kept.baseline.world.share == pytest.approx(np.broadcast_to(expected, (*expected.shape[:RUN], 4)))
    drawn = begun(start=1.0)[1].baseline.world.share
    prior = setting.prior_dominated[..., 0]
    several = (prior > 0.0) & (prior.sum(axis=-1, keepdims=True) > 1.0)
    spread = np.ptp(drawn, axis=RUN)
    assert np.all(spread[several] > 1e-6)
    # Cells with evidence move only where a drawn one is lifted to the floor, and the row is closed again.
    assert np.all(spread[~several] < 5 * LOWEST_SHARE)


def test_the_past_year_is_like_the_start() -> None:
    setting, start = begun()
    world = start.baseline.world
    presence = (world.share * setting.weight).sum(axis=DOMAIN, keepdims=True)[..., :3, :]
    assert world.past.shape[DOMAIN] == N_PAST
    assert world.past == pytest.approx(np.broadcast_to(presence, world.past.shape))


def test_a_recorded_calendar_is_kept_and_an_unknown_one_drawn_within_the_cycle() -> None:
    setting, start = begun(runs=range(200))
    since, recorded = start.baseline.world.since[0, 0], setting.formats.since[0, 0, :, 0]
    for n, quarters in enumerate(recorded):
        if np.isnan(quarters):
            assert set(np.unique(since[n])) == set(np.arange(setting.formats.cadence[0, 0, n, 0]))
        else:
            assert set(np.unique(since[n])) == {quarters}


@pytest.mark.parametrize(("uniform", "quarters"), [(0.49, 4.0), (0.5, 8.0)])
def test_an_outside_lead_meets_at_the_shared_cadence_or_half_as_often(uniform: float, quarters: float) -> None:
    start = begun(draws={"cadence": uniform})[1]
    assert np.array_equal(start.baseline.cadence, np.full((1, 1, 5, 4), quarters))


def test_what_counts_as_an_alliance_is_fixed_at_the_start() -> None:
    setting, start = begun()
    base = setting.formats.base_formality[0, 0, :, 0]
    # Two are led from outside: a summit without bodies at .79, and an institution with both at .49 + .1 + .25.
    assert (base[1] < 0.8, base[3] + 0.35 > 0.8) == (True, True)
    assert start.baseline.alliance[0, 0].T.tolist() == [[0.0, 0.0, 0.0, 1.0, 0.0]] * 4
    assert not np.any(begun(formats={"base_formality": 0.0})[1].baseline.alliance)


def test_reliability_starts_where_noise_does_not_move_it_on_average() -> None:
    setting, calm = begun(delivery_noise=0.0)
    kept = np.broadcast_to(setting.delivery, calm.baseline.world.reliability.shape)
    assert calm.baseline.world.reliability == pytest.approx(kept, rel=1e-12)
    noisy = begun(delivery_noise=0.2)[1].baseline.world.reliability
    assert np.all(noisy < calm.baseline.world.reliability), "falling faster than rising, it rests below what is kept"


@pytest.mark.parametrize(("level", "momentum"), [(1.0, 0.45), (2.0, 0.55), (3.0, 0.65), (4.0, 0.75)])
def test_formats_at_work_start_with_the_momentum_of_their_level(level: float, momentum: float) -> None:
    found = begun(formats={"level": level})[1].baseline.world.momentum
    assert found == pytest.approx(np.full_like(found, momentum))


def test_dormant_formats_start_with_the_momentum_that_their_support_implies() -> None:
    found = begun(formats={"level": 0.0, "status": 0.0})[1].baseline.world.momentum
    assert np.all((found > 0.0) & (found < 1.0))


def test_capacity_grows_with_the_share_of_its_trend_that_goes_on() -> None:
    setting, start = begun()
    parameters = Parameters().with_values({"alignment.trend": 0.5})
    still = np.full_like(start.onset, np.inf)
    here = conditions_at(setting, parameters, still, xp.asarray([[8.0]]))
    assert here.capacity == pytest.approx(4.0 * setting.trend + np.zeros((1, 1, 1, 4)))
