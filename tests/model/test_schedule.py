from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.engines.ensemble import decide_countries, decide_powers
from hedgesim.engines.quarter import perceive, perceive_powers
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.schedule import advance
from hedgesim.model.world import World
from worlds import calm, inputs_of, make_case, make_setting

SEED = 8


def still(seed: int = SEED) -> QuarterInputs:
    """A quarter without shocks, trends and noise."""
    setting = calm(make_setting(seed))
    values = {"alignment.noise": 0.0, "alignment.delivery_noise": 0.0}
    return inputs_of(replace(setting, trend=0.0 * setting.trend), values=values)


def moved(inputs: QuarterInputs, **changes) -> World:
    """The world a quarter later; changes: laid over the decisions of countries and powers."""
    case, view = make_case(inputs.setting), perceive(inputs)
    countries, powers = decide_countries(case, view), decide_powers(case, perceive_powers(inputs))
    ours = {name: value for name, value in changes.items() if hasattr(countries, name)}
    theirs = {name: value for name, value in changes.items() if hasattr(powers, name)}
    return advance(inputs, view, countries=replace(countries, **ours), powers=replace(powers, **theirs))


def test_decisions_become_the_world() -> None:
    inputs = still()
    case = make_case(inputs.setting)
    countries = decide_countries(case, perceive(inputs))
    powers = decide_powers(case, perceive_powers(inputs))
    after = moved(inputs)
    for name in ("share", "tie", "concession"):
        assert np.array_equal(getattr(after, name), getattr(countries, name)), name
    for name in ("attention", "offer", "coercion"):
        assert np.array_equal(getattr(after, name), getattr(powers, name)), name


@given(st.integers(0, 10_000))
def test_without_events_threat_reliability_and_opinion_stand_still(seed: int) -> None:
    inputs = still(seed)
    after = moved(inputs)
    for name in ("threat", "reliability", "affinity", "leakage", "joined"):
        assert np.max(np.abs(getattr(after, name) - getattr(inputs.world, name))) < 1e-12, name


def test_the_oldest_quarter_of_the_past_is_forgotten() -> None:
    inputs = still()
    marked = inputs.world.past.copy()
    marked[:] = np.asarray([1.0, 2.0, 3.0, 4.0])[:, None]
    after = moved(replace(inputs, world=replace(inputs.world, past=marked)))
    assert after.past[0, :3, 0, 0].tolist() == [2.0, 3.0, 4.0]
    assert np.array_equal(after.past[..., 3, :], inputs.derived.presence[..., 0, :3])


def test_coercion_raises_threat_and_concession_lowers_it_a_part_of_the_way() -> None:
    inputs = still()
    setting, p = inputs.setting, inputs.parameters.alignment
    world = replace(
        inputs.world,
        coercion=inputs.world.coercion + 0.1,
        concession=inputs.world.concession + 0.25,
    )
    after = moved(replace(inputs, world=world)).threat
    shown = np.clip(setting.intention + 0.1 - p.calming * 0.25, p.lowest_intention, 1.0)
    target = (setting.capability * setting.proximity * setting.offence * shown) ** 0.25
    assert after == pytest.approx(world.threat + p.threat_rate * (target - world.threat))


def test_a_country_joins_sanctions_for_good_when_its_number_falls_below_its_readiness() -> None:
    inputs = still()
    draws = replace(inputs.draws, joining=np.full_like(inputs.draws.joining, 0.5))
    inputs = replace(inputs, draws=draws)
    ready = np.zeros_like(inputs.world.joined)
    ready[0, 0, 0, :] = 0.51
    ready[1, 0, 0, :] = 0.49
    joined = moved(inputs, joining=ready).joined
    assert joined[:, 0, 0, 0].tolist() == [1.0, 0.0, 0.0]
    later = replace(inputs, world=replace(inputs.world, joined=joined))
    assert moved(later, joining=0.0 * ready).joined[:, 0, 0, 0].tolist() == [1.0, 0.0, 0.0]


def test_a_distracted_power_delivers_less_as_far_as_security_weighs() -> None:
    inputs = still()
    half = replace(inputs.conditions, distraction=0.0 * inputs.conditions.distraction + 0.5)
    before, after = inputs.world.reliability, moved(replace(inputs, conditions=half)).reliability
    setting, p = inputs.setting, inputs.parameters.alignment
    kept = setting.delivery * (1.0 - 0.5 * setting.weight[:, :1, :, :])
    assert after == pytest.approx(before + p.reliability_loss * (kept - before))
