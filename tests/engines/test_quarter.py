"""What everybody knows of a quarter, and the world one quarter later."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.engines.quarter import advance, decide_countries, decide_powers, perceive, perceive_powers
from hedgesim.model.arrays import TARGET
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.view import View
from hedgesim.model.world import World
from worlds import calm, hit, inputs_of, inputs_with, make_case, make_setting, row

SEED = 5


def view_of(channel: str, size: float, *members: int) -> View:
    return perceive(inputs_of(hit(channel, size, *members)))


def still(seed: int) -> QuarterInputs:
    """A quarter without shocks, trends and noise."""
    setting = calm(make_setting(seed))
    values = {"alignment.noise": 0.0, "alignment.delivery_noise": 0.0}
    return inputs_of(replace(setting, trend=0.0 * setting.trend), values=values)


@pytest.fixture
def inputs() -> QuarterInputs:
    return still(SEED)


def changed(inputs: QuarterInputs, **values: np.ndarray) -> QuarterInputs:
    """The quarter with other numbers of its world; what follows from them is not derived again."""
    return replace(inputs, world=replace(inputs.world, **values))


def moved(inputs: QuarterInputs, **joining: np.ndarray) -> World:
    """The world a quarter later; joining: replaces the readiness to join sanctions."""
    case, view = make_case(inputs.setting), perceive(inputs)
    countries, powers = decide_countries(case, view), decide_powers(case, perceive_powers(inputs))
    return advance(inputs, view, countries=replace(countries, **joining), powers=powers)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_when_nothing_has_happened_nothing_has_risen_and_nothing_moves(seed: int) -> None:
    inputs = still(seed)
    view, powers, after = perceive(inputs), perceive_powers(inputs), moved(inputs)
    at_rest = ("reliability_rise", "capacity_rise", "offer_rise", "affinity_rise", "threat_rise", "exposed_threat")
    at_rest += ("crowding", "friction", "need", "trust_rise", "tie_value", "boost_lead", "boost_home", "protection")
    at_rest += ("access_powers", "access_region", "access_other", "sanction_cost", "coercion", "conceded", "noise")
    for name in at_rest:
        assert np.max(np.abs(getattr(view, name))) < 1e-12, name
    for name in ("rivals_gain", "alarm", "occasion", "anniversary", "distraction", "standing", "peril", "loss"):
        assert np.max(np.abs(getattr(powers, name))) < 1e-12, name
    for name in ("threat", "reliability", "affinity", "leakage", "joined"):
        assert np.max(np.abs(getattr(after, name) - getattr(inputs.world, name))) < 1e-12, name


def test_strain_makes_protectors_attractive_in_security_only() -> None:
    setting = hit("strain", 0.5, 1)
    view = view_of("strain", 0.5, 1)
    assert view.protection[1, 0, :, 0] == pytest.approx(0.5 * setting.solidarity[0, 0, :, 0])
    assert not np.any(view.protection[[0, 2]])
    assert not np.any(view.protection[:, 1])


@pytest.mark.parametrize(("option", "field"), [("RED", "powers"), ("region", "region"), ("other", "other")])
def test_access_changes_for_the_option_that_is_hit_and_for_no_other(option: str, field: str) -> None:
    view = view_of("access", -0.4, make_setting(SEED).axes.options.index(option))
    found = {name: getattr(view, f"access_{name}") for name in ("powers", "region", "other")}
    assert np.max(np.abs(found[field][..., 0, :] + 0.4)) < 1e-12
    found[field] = found[field][..., 1:, :]
    assert not any(np.any(values) for values in found.values())


def test_a_peril_is_a_need_in_security_and_makes_intermediaries() -> None:
    setting = hit("peril", 0.5, 1)
    view, powers = perceive(inputs_of(setting)), perceive_powers(inputs_of(setting))
    nearness = setting.peril_proximity[1, 0, 0, 0]
    assert view.need[1, :, 0, 0] == pytest.approx([0.5 * setting.exposure[0, 0, 0, 0] * nearness, 0.0])
    assert powers.peril[:, 0, 0, 0] == pytest.approx([0.0, 0.5 * nearness, 0.0])


def test_trust_is_weighted_by_ties() -> None:
    rise = view_of("trust", 0.1, 1).trust_rise[:, 0, 0, 0]
    assert rise == pytest.approx(0.1 * make_setting(SEED).tie[:, 0, 1, 0])


def test_sanctions_are_bounded_and_their_risk_counts_in_sanctionable_domains() -> None:
    assert view_of("sanctions", 5.0, 0).embargoed[0, 0, :, 0].tolist() == [1.0, 0.0, 0.0]
    assert view_of("sanctionrisk", 0.5, 0).sanction_cost[0, :, :, 0].tolist() == [[0.0, 0.0, 0.0], [0.5, 0.0, 0.0]]


def test_rivalry_makes_holding_both_sides_costly() -> None:
    friction = perceive(inputs_of(hit("rivalry", 0.2, 0, 1), values={"alignment.start": 0.0})).friction
    assert np.all(friction >= 0.0)
    assert np.any(friction > 0.0)


def test_a_country_leans_to_the_opposite_bloc_by_its_presence_less_that_of_the_power() -> None:
    view = perceive(inputs_of(calm(replace(make_setting(SEED), bloc=row(-1.0, 0.5, 0.0)))))
    held = view.presence[..., :3, :]
    assert view.leaning == pytest.approx(0.5 * held[..., 1:2, :] - held)


def test_meetings_count_for_their_lead_in_the_domains_they_cover_and_for_those_who_attend(
    inputs: QuarterInputs,
) -> None:
    formats, party = inputs.setting.formats, inputs.derived.party
    view = perceive(changed(inputs, boost=inputs.world.boost + 1.0))
    each = np.einsum("ifr,df->idfr", party[:, 0], formats.covers[0, :, :, 0])
    led = np.einsum("idfr,fp->idpr", each, formats.lead[0, :, :, 0])
    assert view.boost_lead == pytest.approx(led, abs=1e-12)
    home = (each * (1.0 - formats.outside)).sum(axis=TARGET, keepdims=True)
    assert view.boost_home == pytest.approx(home, abs=1e-12)


def test_ties_gain_from_trust_passage_and_home_grown_meetings_of_the_pair(inputs: QuarterInputs) -> None:
    one_way = view_of("passage", 0.3, 1).tie_value
    assert one_way[:, 0, 1, 0] == pytest.approx([0.3, 0.3, 0.3])
    assert one_way[:, 0, 0, 0] == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert view_of("trust", 0.1, 1).tie_value[:, 0, 1, 0] == pytest.approx([0.1, 0.1, 0.1])
    seats = (inputs.derived.party * (1.0 - inputs.setting.formats.outside))[:, 0]
    pairs = inputs.parameters.taste.boost * np.einsum("ifr,jfr->ijr", seats, seats)
    boosted = changed(inputs, boost=inputs.world.boost + 1.0)
    assert perceive(boosted).tie_value[:, 0] == pytest.approx(pairs, abs=1e-12)


def test_offers_opinion_and_reliability_are_measured_against_their_start(inputs: QuarterInputs) -> None:
    world = inputs.world
    rises = {"offer": 0.1, "affinity": -0.5 * world.affinity, "reliability": -0.2, "coercion": 0.3, "concession": 0.4}
    later = replace(world, **{name: getattr(world, name) + rise for name, rise in rises.items()})
    view = perceive(inputs_with(inputs, later))
    assert view.offer_rise == pytest.approx(np.full_like(world.offer, 0.1))
    assert view.affinity_rise == pytest.approx(-0.5 * world.affinity)
    assert view.reliability_rise == pytest.approx(np.full_like(world.reliability, -0.2))
    assert np.array_equal(view.coercion, later.coercion)
    assert view.conceded[0, :, :, 0] == pytest.approx(np.asarray([[0.4] * 3, [0.0] * 3]))


def test_powers_know_the_gains_of_their_rivals_and_their_own_losses_within_a_year(inputs: QuarterInputs) -> None:
    presence = inputs.derived.presence.copy()
    presence[..., 0, :] += 0.2
    powers = perceive_powers(replace(inputs, derived=replace(inputs.derived, presence=presence)))
    assert powers.rivals_gain[0, 0, :, 0] == pytest.approx(0.2 * inputs.derived.rivalry[0, 0, :, 0])
    assert powers.loss[:, 0, :, 0] == pytest.approx(np.asarray([[-0.2, 0.0, 0.0]] * 3), abs=1e-12)
    assert powers.standing[:, 0, :, 0] == pytest.approx(np.asarray([[0.2, 0.0, 0.0]] * 3), abs=1e-12)


def test_a_power_is_alarmed_by_the_threat_of_others_and_not_by_its_own(inputs: QuarterInputs) -> None:
    threatened = inputs.world.threat.copy()
    threatened[..., 0, :] += 0.3
    derived = replace(inputs.derived, threat_rise=threatened - inputs.world.threat)
    alarm = perceive_powers(replace(inputs, derived=derived)).alarm[0, 0, :, 0]
    assert alarm == pytest.approx([0.0, 0.3, 0.3])


def test_countries_and_powers_know_of_a_change_of_capacity_and_in_security_it_extends_the_reach() -> None:
    setting = hit("capacity", np.log(2.0), 0)
    inputs, before = inputs_of(setting), setting.capability * setting.proximity
    view, powers = perceive(inputs), perceive_powers(inputs)
    for capacity in (view.capacity_rise, powers.capacity):
        assert capacity[0, :, :, 0] == pytest.approx(np.asarray([[np.log(2.0), 0.0, 0.0]] * 2))
    assert powers.reach == pytest.approx(before * row(2.0, 1.0, 1.0) + 0.0 * powers.reach)


def test_decisions_are_carried_into_the_next_world(inputs: QuarterInputs) -> None:
    case, after = make_case(inputs.setting), moved(inputs)
    countries, powers = decide_countries(case, perceive(inputs)), decide_powers(case, perceive_powers(inputs))
    for decided, names in ((countries, ("share", "tie", "concession")), (powers, ("attention", "offer", "coercion"))):
        for name in names:
            assert np.array_equal(getattr(after, name), getattr(decided, name)), name


def test_the_oldest_quarter_of_the_past_is_forgotten(inputs: QuarterInputs) -> None:
    marked = np.broadcast_to(np.asarray([1.0, 2.0, 3.0, 4.0])[:, None, None], inputs.world.past.shape)
    after = moved(changed(inputs, past=marked))
    assert after.past[0, :3, 0, 0].tolist() == [2.0, 3.0, 4.0]
    assert np.array_equal(after.past[:, 3], inputs.derived.presence[:, 0, :3])


def test_coercion_raises_threat_and_concession_lowers_it_a_share_of_the_way(inputs: QuarterInputs) -> None:
    world, setting, p = inputs.world, inputs.setting, inputs.parameters.alignment
    after = moved(changed(inputs, coercion=world.coercion + 0.1, concession=world.concession + 0.25)).threat
    shown = np.clip(setting.intention + 0.1 - p.calming * 0.25, p.lowest_intention, 1.0)
    target = (setting.capability * setting.proximity * setting.offence * shown) ** 0.25
    assert after == pytest.approx(world.threat + p.threat_rate * (target - world.threat))


def test_a_country_joins_sanctions_permanently_when_its_number_is_below_its_readiness(inputs: QuarterInputs) -> None:
    inputs = replace(inputs, draws=replace(inputs.draws, joining=np.full_like(inputs.draws.joining, 0.5)))
    ready = np.zeros_like(inputs.world.joined)
    ready[0, 0, 0, :] = 0.51
    ready[1, 0, 0, :] = 0.49
    joined = moved(inputs, joining=ready).joined
    assert joined[:, 0, 0, 0].tolist() == [1.0, 0.0, 0.0]
    assert moved(changed(inputs, joined=joined), joining=0.0 * ready).joined[:, 0, 0, 0].tolist() == [1.0, 0.0, 0.0]


def test_a_distracted_power_delivers_less_as_far_as_security_weighs(inputs: QuarterInputs) -> None:
    half = replace(inputs.conditions, distraction=0.0 * inputs.conditions.distraction + 0.5)
    before, after = inputs.world.reliability, moved(replace(inputs, conditions=half)).reliability
    setting, p = inputs.setting, inputs.parameters.alignment
    kept = setting.delivery * (1.0 - 0.5 * setting.weight[:, :1])
    assert after == pytest.approx(before + p.reliability_loss * (kept - before))
