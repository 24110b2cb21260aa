"""What follows from the world and the shocks of a quarter, and support for formats."""

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.model.arrays import COUNTRY, RUN
from hedgesim.model.derived import QuarterInputs, appeal
from hedgesim.model.world import World
from worlds import calm, hit, inputs_of, inputs_with, make_setting, row

SEED = 5


@pytest.fixture(scope="module")
def inputs() -> QuarterInputs:
    """What is given in the first quarter of a world without shocks."""
    return inputs_of(calm(make_setting(SEED)))


def test_reexport_adds_access_and_joining_sanctions_takes_it_in_sanctionable_domains(inputs: QuarterInputs) -> None:
    world = inputs.world
    one = np.zeros_like(world.leakage)
    one[0, 0, 0, :] = 1.0
    for name, change in (("leakage", 0.25), ("joined", -0.7)):
        derived = inputs_with(inputs, replace(world, **{name: one})).derived
        change_of_access = derived.access_powers - inputs.derived.access_powers
        assert np.array_equal(derived.access_rest, inputs.derived.access_rest)
        assert change_of_access[0, :, 0, 0] == pytest.approx([0.0, change])
        assert np.abs(change_of_access).sum() == pytest.approx(abs(change) * change_of_access.shape[RUN])


def test_leadership_may_lower_the_cost_of_formality_but_not_below_zero() -> None:
    assert inputs_of(hit("leadership", -9.0, 1)).derived.sovereignty[1, 0, 0, 0] == 0.0
    lower = inputs_of(hit("leadership", -0.1, 1)).derived.sovereignty - make_setting(SEED).sovereignty
    assert lower[:, 0, 0, 0] == pytest.approx([0.0, -0.1, 0.0])


def test_lost_access_must_be_replaced_as_far_as_it_was_used() -> None:
    lost = inputs_of(hit("access", -0.4, 0), values={"alignment.start": 0.0})
    used = lost.baseline.world.share[..., 0, :]
    assert lost.derived.need[..., 0, :] == pytest.approx(0.4 * used)


def test_gained_access_and_lost_access_to_the_rest_of_the_world_leave_no_need() -> None:
    assert not np.any(inputs_of(hit("access", 0.4, 0)).derived.need)
    other = make_setting(SEED).axes.options.index("other")
    assert not np.any(inputs_of(hit("access", -0.4, other)).derived.need)


def of_lead(values: np.ndarray, inputs: QuarterInputs) -> np.ndarray:
    """Values of powers, for every format that of the power in the lead."""
    return np.einsum("cdpr,fp->cdfr", values, inputs.setting.formats.lead[0, :, :, 0])


def gained(inputs: QuarterInputs, *, world: World | None = None, **derived: np.ndarray) -> np.ndarray:
    """By how much support changes when something else is known of the world."""
    setting, parameters = inputs.setting, inputs.parameters
    base = appeal(inputs.world, inputs.derived, setting=setting, parameters=parameters)
    known = replace(inputs.derived, **derived)
    return appeal(world or inputs.world, known, setting=setting, parameters=parameters) - base


def test_many_bargain_better_with_one_power_and_an_exclusive_lead_costs_ties_with_its_rivals(
    inputs: QuarterInputs,
) -> None:
    derived = inputs.derived
    n = derived.party.sum(axis=COUNTRY, keepdims=True)
    bargained = (1.0 - 1.0 / np.maximum(n, 1.0)) * of_lead(derived.presence[..., :3, :], inputs)
    assert -gained(inputs, presence=0.0 * derived.presence) == pytest.approx(bargained, abs=1e-12)
    cost = inputs.setting.formats.exclusivity * of_lead(derived.friction, inputs)
    assert gained(inputs, friction=0.0 * derived.friction) == pytest.approx(cost, abs=1e-12)


def test_a_threatening_lead_and_fatigue_cost_support(inputs: QuarterInputs) -> None:
    world, p = inputs.world, inputs.parameters.formats
    assert inputs.derived.threat_lead == pytest.approx(of_lead(world.threat, inputs), abs=1e-12)
    led = of_lead(row(1.0, 1.0, 1.0), inputs)
    threatened = gained(inputs, threat_lead=inputs.derived.threat_lead + 0.2 * led)
    assert threatened == pytest.approx(-p.threat * 0.2 * led + 0.0 * world.status, abs=1e-12)
    tired = gained(inputs, world=replace(world, fatigue=world.fatigue + 2.0))
    assert tired == pytest.approx(np.full_like(world.status, -2.0 * p.fatigue), abs=1e-12)


def test_needs_count_for_the_formats_that_cover_them(inputs: QuarterInputs) -> None:
    need = inputs.derived.need.copy()
    need[1, 0, 0, :] += 0.4
    change = gained(inputs, need=need)
    covered = inputs.setting.formats.covers[0, 0, :, 0]
    assert change[1, 0, :, 0] == pytest.approx(0.4 * inputs.parameters.formats.need * covered)
    assert not np.any(change[[0, 2]])


def test_attention_of_the_lead_and_trust_among_parties_raise_support(inputs: QuarterInputs) -> None:
    derived, p = inputs.derived, inputs.parameters.formats
    attended = gained(inputs, attention_lead=derived.attention_lead + 0.1)
    assert attended == pytest.approx(np.full(derived.party.shape, 0.1 * p.attention))
    trust = inputs.world.trust + 0.1 * (1.0 - np.eye(3))[:, None, :, None]
    trusting = inputs_with(inputs, replace(inputs.world, trust=trust)).derived
    others = derived.party.sum(axis=COUNTRY, keepdims=True) - derived.party
    expected = np.where(others > 0.0, 0.1 * p.trust, 0.0)
    assert gained(inputs, **vars(trusting)) == pytest.approx(expected, abs=1e-12)
