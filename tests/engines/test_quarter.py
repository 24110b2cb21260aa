from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.engines.quarter import perceive, perceive_powers
from hedgesim.model.shocks import CHANNELS
from hedgesim.model.derived import appeal, assess, look
from worlds import calm, make_setting, mask_axes, inputs_of

SEED = 5


def hit(channel: str, size: float, *members: int):
    """A setting in which one permanent shock acts on one channel, on the named members of its last named axis."""
    setting = make_setting(SEED)
    shocks = setting.shocks
    n = list(CHANNELS).index(channel)
    mask = np.zeros_like(shocks.masks[channel])
    axes = mask_axes(channel)
    place = max((k for k, label in enumerate(axes) if label != "1"), default=0)
    chosen = np.zeros(mask.shape[1 + place])
    chosen[list(members)] = 1.0
    shape = [1, 1, 1]
    shape[place] = -1
    mask[n] = chosen.reshape(shape)
    forever = np.full_like(shocks.onset, np.inf)
    onset = forever.copy()
    onset[0, n] = 1.0
    sizes = 0.0 * shocks.size
    sizes[0, n] = size
    mended = replace(
        shocks,
        onset=onset,
        rate=0.0 * shocks.rate,
        ramp=0.0 * shocks.ramp + 1.0,
        half_life=forever,
        duration=forever,
        size=sizes,
        masks={**shocks.masks, channel: mask},
    )
    return replace(setting, shocks=mended, trend=0.0 * setting.trend)


def seen(channel: str, size: float, *members: int):
    return perceive(inputs_of(hit(channel, size, *members)))


@given(st.integers(0, 10_000))
def test_when_nothing_has_happened_nothing_has_risen(seed: int) -> None:
    setting = calm(make_setting(seed))
    setting = replace(setting, trend=0.0 * setting.trend)
    view = perceive(inputs_of(setting, values={"alignment.noise": 0.0}))
    still = ("reliability_rise", "capacity_rise", "offer_rise", "affinity_rise", "threat_rise", "exposed_threat")
    still += ("crowding", "friction", "need", "trust_rise", "tie_value", "boost_lead", "boost_home", "protection")
    still += ("access_powers", "access_region", "access_other", "sanction_cost", "coercion", "conceded", "noise")
    for name in still:
        assert np.max(np.abs(getattr(view, name))) < 1e-12, name
    powers = perceive_powers(inputs_of(setting))
    for name in ("rivals_gain", "alarm", "occasion", "anniversary", "distraction", "standing", "peril", "loss"):
        assert np.max(np.abs(getattr(powers, name))) < 1e-12, name


@given(st.integers(0, 10_000))
def test_support_explained_gives_formats_at_work_their_starting_momentum(seed: int) -> None:
    setting = calm(make_setting(seed))
    inputs = inputs_of(setting)
    world, view = inputs.world, perceive(inputs)
    support = view.appeal - view.sovereignty * view.formality
    at_work = (world.status == 3.0) & (world.level > 0.0)
    odds = np.log(world.momentum / (1.0 - np.where(world.momentum < 1.0, world.momentum, 0.5)) + 0.0 * support)
    assert support[at_work] == pytest.approx(odds[at_work])


def test_strain_makes_protectors_attractive_in_security_alone() -> None:
    setting = hit("strain", 0.5, 1)
    view = perceive(inputs_of(setting))
    assert view.protection[1, 0, :, 0] == pytest.approx(0.5 * setting.solidarity[0, 0, :, 0])
    assert not np.any(view.protection[:, [0, 2]])
    assert not np.any(view.protection[..., 1, :])


def test_lost_access_must_be_replaced_as_far_as_it_was_used() -> None:
    setting = hit("access", -0.4, 0)
    inputs = inputs_of(setting, values={"alignment.start": 0.0})
    used = inputs.baseline.world.share[..., 0, :]
    assert perceive(inputs).need[..., 0, :] == pytest.approx(0.4 * used)


@pytest.mark.parametrize(("option", "seen_in"), [("RED", "powers"), ("region", "region"), ("other", "other")])
def test_access_is_seen_of_the_option_that_is_hit_and_of_no_other(option: str, seen_in: str) -> None:
    view = seen("access", -0.4, make_setting(SEED).axes.options.index(option))
    found = {name: getattr(view, f"access_{name}") for name in ("powers", "region", "other")}
    assert np.max(np.abs(found[seen_in][..., 0, :] + 0.4)) < 1e-12
    found[seen_in] = found[seen_in][..., 1:, :]
    assert not any(np.any(values) for values in found.values())


def test_gained_access_and_lost_access_to_the_rest_of_the_world_leave_no_need() -> None:
    assert not np.any(seen("access", 0.4, 0).need)
    other = make_setting(SEED).axes.options.index("other")
    assert not np.any(seen("access", -0.4, other).need)


def test_a_peril_is_a_need_in_security_and_makes_intermediaries() -> None:
    setting = hit("peril", 0.5, 1)
    view, powers = perceive(inputs_of(setting)), perceive_powers(inputs_of(setting))
    nearness = setting.peril_proximity[1, 0, 0, 0]
    assert view.need[1, :, 0, 0] == pytest.approx([0.5 * setting.exposure[0, 0, 0, 0] * nearness, 0.0])
    assert powers.peril[:, 0, 0, 0] == pytest.approx([0.0, 0.5 * nearness, 0.0])


def test_trust_is_weighted_by_ties() -> None:
    setting = hit("trust", 0.1, 1)
    rise = seen("trust", 0.1, 1).trust_rise[:, 0, 0, 0]
    assert rise == pytest.approx(0.1 * setting.tie[:, 0, 1, 0])


def test_sanctions_are_seen_as_bounded_and_their_risk_where_they_bite() -> None:
    assert seen("sanctions", 5.0, 0).embargoed[0, 0, :, 0].tolist() == [1.0, 0.0, 0.0]
    assert seen("sanctionrisk", 0.5, 0).sanction_cost[0, 0].tolist() == [[0.0, 0.0, 0.0], [0.5, 0.0, 0.0]]


def test_rivalry_makes_holding_both_sides_costly() -> None:
    setting = hit("rivalry", 0.2, 0, 1)
    view = perceive(inputs_of(setting, values={"alignment.start": 0.0}))
    assert np.all(view.friction >= 0.0)
    assert np.any(view.friction > 0.0)


def test_reexport_adds_access_and_joining_sanctions_takes_it_in_sanctionable_domains() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    world = inputs.world
    one = np.zeros_like(world.leakage)
    one[0, 0, 0, :] = 1.0
    for name, change in (("leakage", 0.25), ("joined", -0.7)):
        derived = derive(
            replace(world, **{name: one}),
            inputs.baseline,
            inputs.conditions,
            setting=inputs.setting,
            parameters=inputs.parameters,
        )
        gained = derived.access_powers - inputs.derived.access_powers
        assert np.array_equal(derived.access_rest, inputs.derived.access_rest)
        assert gained[0, :, 0, 0] == pytest.approx([0.0, change])
        assert np.abs(gained).sum() == pytest.approx(abs(change) * len(gained))


def test_leadership_may_lower_the_cost_of_formality_but_not_below_nought() -> None:
    assert seen("leadership", -9.0, 1).sovereignty[1, 0, 0, 0] == 0.0
    lower = seen("leadership", -0.1, 1).sovereignty - make_setting(SEED).sovereignty
    assert lower[:, 0, 0, 0] == pytest.approx([0.0, -0.1, 0.0])


def test_many_bargain_better_with_one_power_and_rivals_of_an_exclusive_lead_cost() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    setting, world, derived = inputs.setting, inputs.world, inputs.derived
    base = appeal(world, derived, setting=setting, parameters=inputs.parameters)
    weaker = replace(derived, presence=0.0 * derived.presence)
    lead = np.swapaxes(setting.formats.lead, -1, -2)
    lost = base - appeal(world, weaker, setting=setting, parameters=inputs.parameters)
    n = derived.party.sum(axis=COUNTRY, keepdims=True)
    expected = (1.0 - 1.0 / np.maximum(n, 1.0)) * (derived.presence[..., :3, :] @ lead)
    assert lost == pytest.approx(expected, abs=1e-12)
    calmer = replace(derived, friction=0.0 * derived.friction)
    cost = appeal(world, calmer, setting=setting, parameters=inputs.parameters) - base
    assert cost == pytest.approx(setting.formats.exclusivity * (derived.friction @ lead), abs=1e-12)


def changed_support(inputs, world=None, derived=None) -> np.ndarray:
    """By how much support changes when something else is known of the world."""
    setting, parameters = inputs.setting, inputs.parameters
    base = appeal(inputs.world, inputs.derived, setting=setting, parameters=parameters)
    return appeal(world or inputs.world, derived or inputs.derived, setting=setting, parameters=parameters) - base


def test_a_threatening_lead_and_fatigue_cost_support() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    world, lead = inputs.world, np.swapaxes(inputs.setting.formats.lead, -1, -2)
    assert inputs.derived.threat_lead == pytest.approx(world.threat @ lead, abs=1e-12)
    threatened = replace(
        inputs.derived, threat_lead=inputs.derived.threat_lead + 0.2 * lead.sum(axis=DOMAIN)[..., None, :]
    )
    cost = -inputs.parameters.formats.threat * 0.2 * lead.sum(axis=DOMAIN, keepdims=True)
    assert changed_support(inputs, derived=threatened) == pytest.approx(cost + 0.0 * world.status, abs=1e-12)
    tired = replace(world, fatigue=world.fatigue + 2.0)
    expected = np.full_like(world.status, -2.0 * inputs.parameters.formats.fatigue)
    assert changed_support(inputs, world=tired) == pytest.approx(expected, abs=1e-12)


def test_needs_count_for_the_formats_that_cover_them() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    need = inputs.derived.need.copy()
    need[1, 0, 0, :] += 0.4
    covered = inputs.setting.formats.covers[0, 0, :, 0]
    change = changed_support(inputs, derived=replace(inputs.derived, need=need))
    assert change[1, 0, :, 0] == pytest.approx(0.4 * inputs.parameters.formats.need * covered)
    assert not np.any(change[:, [0, 2]])


def test_attention_of_the_lead_and_trust_among_parties_raise_support() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    derived, p = inputs.derived, inputs.parameters.formats
    courted = replace(derived, attention_lead=derived.attention_lead + 0.1)
    assert changed_support(inputs, derived=courted) == pytest.approx(np.full(derived.party.shape, 0.1 * p.attention))
    trust = inputs.world.trust + 0.1 * (1.0 - np.eye(3))[:, None, :, None]
    trusting = _again(inputs, replace(inputs.world, trust=trust)).derived
    others = derived.party.sum(axis=COUNTRY, keepdims=True) - derived.party
    expected = np.where(others > 0.0, 0.1 * p.trust, 0.0)
    assert changed_support(inputs, derived=trusting) == pytest.approx(expected, abs=1e-12)


def test_a_country_leans_to_the_opposite_bloc_by_its_presence_less_that_of_the_power() -> None:
    setting = calm(replace(make_setting(SEED), bloc=row(-1.0, 0.5, 0.0)))
    view = perceive(inputs_of(setting))
    held = view.presence[..., :3, :]
    assert view.leaning == pytest.approx(0.5 * held[..., 1:2, :] - held)


def test_meetings_count_for_their_lead_in_the_domains_they_cover_and_for_those_who_attend() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    formats, party = inputs.setting.formats, inputs.derived.party
    world = replace(inputs.world, boost=inputs.world.boost + 1.0)
    view = perceive(replace(inputs, world=world))
    each = party[:, :, 0, None, :] * formats.covers[:, 0][:, None]
    led = np.einsum("ridf,fp->ridp", each, formats.lead[0, 0])
    assert view.boost_lead == pytest.approx(led, abs=1e-12)
    home = (each * (1.0 - formats.outside[0, 0, :, :])[None, None, :, :]).sum(axis=TARGET, keepdims=True)
    assert view.boost_home == pytest.approx(home, abs=1e-12)


def test_ties_gain_from_trust_passage_and_home_grown_meetings_of_the_pair() -> None:
    one_way = seen("passage", 0.3, 1).tie_value
    assert one_way[:, 0, 1, 0] == pytest.approx([0.3, 0.3, 0.3])
    assert one_way[:, 0, 0, 0] == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert seen("trust", 0.1, 1).tie_value[:, 0, 1, 0] == pytest.approx([0.1, 0.1, 0.1])
    inputs = inputs_of(calm(make_setting(SEED)))
    world = replace(inputs.world, boost=inputs.world.boost + 1.0)
    seats = (inputs.derived.party * (1.0 - inputs.setting.formats.outside))[:, 0, :, :]
    pairs = inputs.parameters.taste.boost * seats @ np.swapaxes(seats, -1, -2)
    assert perceive(replace(inputs, world=world)).tie_value[:, 0, :, :] == pytest.approx(pairs, abs=1e-12)


def test_offers_opinion_and_reliability_are_seen_against_their_start() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    world = inputs.world
    later = replace(
        world,
        offer=world.offer + 0.1,
        affinity=0.5 * world.affinity,
        reliability=world.reliability - 0.2,
        coercion=world.coercion + 0.3,
        concession=world.concession + 0.4,
    )
    view = perceive(_again(inputs, later))
    assert view.offer_rise == pytest.approx(np.full_like(world.offer, 0.1))
    assert view.affinity_rise == pytest.approx(-0.5 * world.affinity)
    assert view.reliability_rise == pytest.approx(np.full_like(world.reliability, -0.2))
    assert np.array_equal(view.coercion, later.coercion)
    assert view.conceded[0, 0] == pytest.approx(np.asarray([[0.4] * 3, [0.0] * 3]))


def test_capacity_is_seen_by_both_sides() -> None:
    setting = hit("capacity", 0.3, 2)
    inputs = inputs_of(setting)
    for capacity in (perceive(inputs).capacity_rise, perceive_powers(inputs).capacity):
        assert capacity[0, 0] == pytest.approx(np.asarray([[0.0, 0.0, 0.3]] * 2))


def test_powers_see_the_gains_of_their_rivals_and_what_they_lost_within_a_year() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    presence = inputs.derived.presence.copy()
    presence[..., 0, :] += 0.2
    powers = perceive_powers(replace(inputs, derived=replace(inputs.derived, presence=presence)))
    assert powers.rivals_gain[0, 0, :, 0] == pytest.approx(0.2 * inputs.derived.rivalry[0, 0, :, 0])
    assert powers.loss[:, 0, :, 0] == pytest.approx(np.asarray([[-0.2, 0.0, 0.0]] * 3), abs=1e-12)
    assert powers.standing[:, 0, :, 0] == pytest.approx(np.asarray([[0.2, 0.0, 0.0]] * 3), abs=1e-12)


def _again(inputs, world):
    """The inputs in which the world is another, and everything is looked at again."""
    return assess(
        world,
        inputs.baseline,
        inputs.conditions,
        setting=inputs.setting,
        parameters=inputs.parameters,
        draws=inputs.draws,
    )


def test_others_alarm_draws_a_power_and_its_own_threat_does_not() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    threatened = inputs.world.threat.copy()
    threatened[..., 0, :] += 0.3
    derived = replace(inputs.derived, threat_rise=threatened - inputs.world.threat)
    alarm = perceive_powers(replace(inputs, derived=derived)).alarm[0, 0, :, 0]
    assert alarm == pytest.approx([0.0, 0.3, 0.3])


def test_power_that_grows_in_arms_reaches_farther() -> None:
    setting = hit("capacity", np.log(2.0), 0)
    here, before = perceive_powers(inputs_of(setting)), setting.capability * setting.proximity
    assert here.reach[0] == pytest.approx((before * np.asarray([2.0, 1.0, 1.0]))[0])
