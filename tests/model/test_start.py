from dataclasses import replace

import numpy as np
import numpy as xp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.model import formats as fm
from hedgesim.model.arrays import RUN, TARGET
from hedgesim.model.draws import draw_start
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shares import LOWEST_SHARE
from hedgesim.model.start import Start, begin
from worlds import hit, make_setting, row


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
    parameters = Parameters().with_values({f"drift.{name}": value for name, value in values.items()})
    return setting, begin(xp, setting, parameters, drawn)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_every_world_starts_with_shares_that_sum_to_one_and_without_answers_or_threat(seed: int) -> None:
    world = begun(seed)[1].baseline.world
    assert world.share.sum(axis=TARGET) == pytest.approx(1.0)
    assert np.all(world.share > 0.0)
    assert not np.any(world.response)
    assert not np.any(world.threat)


def test_every_run_starts_where_the_tables_are() -> None:
    for seated in (0.0, 1.0):
        setting, start = begun(formats={"seated": seated})
        world, f = start.baseline.world, setting.formats
        tables = {"trust": setting.trust, "status": f.status, "ladder": f.ladder, "seated": f.seated}
        for name, table in tables.items():
            assert np.array_equal(getattr(world, name), np.broadcast_to(table, getattr(world, name).shape)), name
        for name in ("joined", "rulers", "forgotten", "turn", "meeting", "came"):
            assert not np.any(getattr(world, name)), name


def test_the_table_is_kept_when_nothing_is_drawn_and_runs_differ_in_prior_dominated_cells_otherwise() -> None:
    setting, kept = begun(start=0.0, sigma=0.0, sigma_energy=0.0)
    floored = np.maximum(setting.share, LOWEST_SHARE)
    expected = floored / floored.sum(axis=TARGET, keepdims=True)
    assert kept.baseline.world.share == pytest.approx(np.broadcast_to(expected, (*expected.shape[:RUN], 4)))
    drawn = begun(start=1.0, sigma=0.0, sigma_energy=0.0)[1].baseline.world.share
    prior = setting.prior_dominated[..., 0]
    several = (prior > 0.0) & (prior.sum(axis=-1, keepdims=True) > 1.0)
    spread = np.ptp(drawn, axis=RUN)
    assert np.all(spread[several] > 1e-6)
    # Cells with evidence move only where a drawn one is lifted to the floor, and the row is closed again.
    assert np.all(spread[~several] < 5 * LOWEST_SHARE)


def test_drift_at_the_start_is_that_of_a_yearly_mean() -> None:
    years = np.asarray([1.0, 9.0, 9.0, 9.0])[:, None, None, None, None]  # the first is that before the start
    start = begun(start=0.0, draws={"tails": years, "value": 2.0}, sigma=0.01, sigma_energy=0.01)[1]
    table, world = start.baseline.table, start.baseline.world
    step = np.sqrt(0.875) * 0.01 / np.sqrt(2.75) / np.sqrt(np.maximum(table, LOWEST_SHARE))
    moved = table * (1.0 + 2.0 * step) ** 2 / (1.0 + step**2)
    assert world.unanswered == pytest.approx(moved / moved.sum(axis=TARGET, keepdims=True), rel=1e-12)
    assert world.share is world.unanswered


def test_re_export_is_log_normal_between_runs() -> None:
    setting = make_setting(3)
    drawn = replace(draw_start(xp, setting, 1, range(3)), reexport=row(2.0))
    parameters = Parameters().with_values({"response.reexport_spread": 0.7})
    assert begin(xp, setting, parameters, drawn).baseline.reexport.item() == pytest.approx(np.exp(1.4))


def test_a_recorded_calendar_is_kept_and_an_unknown_one_drawn_within_the_cycle() -> None:
    setting, start = begun(runs=range(200))
    since, recorded = start.baseline.world.since[0, 0], setting.formats.since[0, 0, :, 0]
    for n, quarters in enumerate(recorded):
        if setting.formats.ladder[0, 0, n, 0] == 0.0:
            assert not np.any(since[n]), "what is dormant waits for nothing"
        elif np.isnan(quarters):
            assert set(np.unique(since[n])) == set(np.arange(setting.formats.cadence[0, 0, n, 0]))
        else:
            assert set(np.unique(since[n])) == {quarters}


def test_who_sits_at_the_start_is_willing_who_was_asked_and_does_not_is_not() -> None:
    setting, start = begun(seed=17, runs=range(400))
    world, f, p = start.baseline.world, setting.formats, Parameters().stance
    party = fm.parties_of(world.status, f.eligible, world.ladder)
    stance, reserve = fm.stance_on(
        fm.trust_in(world.trust, party),
        setting.regional_weight,
        setting.left,
        setting.personalisation,
        setting.neutrality,
        p,
    )
    willing = stance - f.formality * reserve + world.stance > 0.0
    working = np.broadcast_to(world.ladder > 0.0, willing.shape)
    sits = (world.status > 0.0) & working
    assert np.all(willing[sits])
    assert not np.any(willing[working & ~sits & (f.eligible > 0.0)])
    for free in (~working & (f.eligible > 0.0), working & ~sits & (f.eligible == 0.0)):
        assert 0.0 < willing[free].mean() < 1.0, "of the others nothing is known"


def test_attention_starts_with_what_shocks_of_the_past_left_and_alarm_with_what_is_left_of_earlier_events() -> None:
    setting = hit("attention", 0.3, 1)
    early = replace(setting, shocks=replace(setting.shocks, onset=setting.shocks.onset - 4.0))
    drawn = draw_start(xp, early, 1, range(2))
    found = begin(xp, early, Parameters(), drawn).baseline.world.attention
    assert found[0, 0, :, 0] == pytest.approx(setting.attention[0, 0, :, 0] + np.asarray([0.0, 0.3, 0.0]))
    alarmed = hit("alarm", 0.65, 0)
    shocks = replace(
        alarmed.shocks, onset=alarmed.shocks.onset - 13.0, half_life=np.full_like(alarmed.shocks.size, 12.0)
    )
    alarmed = replace(alarmed, shocks=shocks)
    left = begin(xp, alarmed, Parameters(), draw_start(xp, alarmed, 1, range(2))).baseline.alarm
    assert left.ravel()[0] == pytest.approx(0.65 / 2.0)
