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
from hedgesim.model.world import LEADERS, World
from hedgesim.rules import country_rules, power_rules
from worlds import calm, column, hit, inputs_of, inputs_with, make_case, make_setting, pairs, row, table

SEED = 5
NO_DRIFT = {"drift.sigma": 0.0, "drift.sigma_energy": 0.0}


def view_of(channel: str, size: float, *members: int) -> View:
    return perceive(inputs_of(hit(channel, size, *members)))


def moved(inputs: QuarterInputs, **joining: np.ndarray) -> World:
    """The world a quarter later; joining: replaces the readiness to join sanctions."""
    case = make_case(inputs.setting)
    countries = decide_countries(case, perceive(inputs))
    return advance(inputs, replace(countries, **joining), decide_powers(case, perceive_powers(inputs)))


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_when_nothing_has_happened_nothing_has_risen_and_shares_stay(seed: int) -> None:
    inputs = inputs_of(calm(make_setting(seed)), values=NO_DRIFT)
    view, powers, after = perceive(inputs), perceive_powers(inputs), moved(inputs)
    at_rest = ("offer_rise", "threat", "access_powers", "access_region", "access_other", "passage", "dependence")
    at_rest += ("meetings_lead", "meetings_home", "protection", "need", "rivals_rise", "embargoed", "response")
    for name in at_rest:
        assert np.max(np.abs(getattr(view, name))) < 1e-12, name
    for name in ("alarm_rise", "occasion", "loss"):
        assert np.max(np.abs(getattr(powers, name))) < 1e-12, name
    for name in ("share", "threat", "attention", "response", "joined"):
        assert getattr(after, name) == pytest.approx(getattr(inputs.world, name), abs=1e-12), name


def test_pace_is_that_of_the_domain_times_that_of_all_and_at_most_one() -> None:
    setting = replace(calm(make_setting(SEED)), pace=pairs([0.3], [0.8]))
    view = perceive(inputs_of(setting, values={"response.pace": 2.0}))
    assert view.rate[0, :, 0, 0] == pytest.approx([0.6, 1.0])


def test_what_has_risen_is_measured_against_the_start() -> None:
    """Presence moves from the first power to the second; the second is a rival of the third by half."""
    setting = calm(make_setting(SEED))
    rivalry = pairs([0.0, 0.0, 0.0], [0.0, 0.0, 0.5], [0.0, 0.5, 0.0])
    setting = replace(setting, weight=0.0 * setting.weight + 0.5, rivalry=rivalry)
    usual = inputs_of(setting, values=NO_DRIFT)
    start, world = usual.baseline, usual.world
    by = np.asarray([-0.02, 0.02, 0.0, 0.0, 0.0])[None, None, :, None]
    rungs = replace(start, rungs=0.0 * start.rungs + 1.0, alarm=start.alarm + 0.3)
    party = np.ones_like(usual.derived.party)
    inputs = inputs_with(usual, replace(world, share=world.share + by, attention=world.attention + 0.1))
    inputs = replace(inputs, baseline=rungs, derived=replace(inputs.derived, party=party, alarm=start.alarm + 0.7))
    view, powers = perceive(inputs), perceive_powers(inputs)
    assert view.rivals_rise[..., 0] == pytest.approx(np.broadcast_to(row(0.0, 0.0, 0.01)[..., 0], (3, 1, 3)))
    assert view.dependence[..., 0] == pytest.approx(np.broadcast_to(by[..., :3, 0], (3, 2, 3)))
    assert powers.loss[..., 0] == pytest.approx(np.broadcast_to(-by[..., :3, 0], (3, 1, 3)))
    assert view.offer_rise == pytest.approx(np.full_like(view.offer_rise, 0.1))
    assert powers.alarm_rise == pytest.approx(np.full_like(powers.alarm_rise, 0.4))
    rise = (world.ladder[0, 0, :, 0] - 1.0) / LEADERS
    f = setting.formats
    led = f.lead[0, :, :, 0] * rise[:, None]
    assert view.meetings_lead[0, :, :, 0] == pytest.approx(f.covers[0, :, :, 0] @ led)


def test_passage_is_the_value_of_all_ways_together() -> None:
    setting = hit("passage", np.log(0.5), 0)
    tie = table([0.0, 0.75, 0.25], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0])
    view = perceive(inputs_of(replace(setting, tie=tie)))
    # The way of each of the others to the first is half as good.
    assert view.passage[:, 0, 0, 0] == pytest.approx([0.0, np.log(0.75), np.log(0.75)])


def test_a_country_without_neighbours_has_no_ways_to_lose() -> None:
    alone = make_setting(SEED, n_countries=1)
    assert not np.any(alone.tie)
    assert not np.any(perceive(inputs_of(alone)).passage)


def test_dependence_is_what_answers_added_to_shares_and_drift_is_none() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    assert np.max(np.abs(inputs.world.unanswered - inputs.baseline.table)) > 1e-3
    assert np.max(np.abs(perceive(inputs).dependence)) < 1e-12


def test_strain_protection_leadership_and_sanctions_are_seen_by_those_they_hit() -> None:
    setting = make_setting(SEED)
    assert view_of("strain", 0.5, 1).protection[1, 0, :, 0] == pytest.approx(0.5 * setting.solidarity[0, 0, :, 0])
    assert not np.any(view_of("strain", 0.5, 1).protection[[0, 2]])
    for size, embargoed in ((0.75, 0.75), (1.5, 1.0), (-0.5, 0.0)):
        assert view_of("sanctions", size, 2).embargoed[0, 0, :, 0].tolist() == [0.0, 0.0, embargoed]
    personal = view_of("leadership", -1.0, 0).personalisation[:, 0, 0, 0]
    assert personal == pytest.approx(setting.personalisation[:, 0, 0, 0] * np.asarray([0.0, 1.0, 1.0]))
    for size in (-1.0, 0.25, 1.0):
        rivals = np.clip(setting.rivalry + size * row(1.0, 0.0, 0.0), 0.0, 1.0)
        assert np.array_equal(view_of("rivalry", size, 0).rivalry, rivals)


def test_rungs_that_rose_count_for_their_lead_or_as_home_grown_and_talks_without_a_known_lead_for_nobody() -> None:
    setting = calm(make_setting(SEED))
    inputs = inputs_of(setting)
    f, world = setting.formats, inputs.world
    up = replace(world, ladder=world.ladder * 0.0 + LEADERS)
    start = replace(inputs.baseline, rungs=0.0 * inputs.baseline.rungs)
    party = np.ones_like(inputs.derived.party)
    view = perceive(replace(inputs, world=up, baseline=start, derived=replace(inputs.derived, party=party)))
    covers, lead = f.covers[0, :, :, 0], f.lead[0, :, :, 0]
    assert view.meetings_lead[0, :, :, 0] == pytest.approx(covers @ lead)
    home = (1.0 - lead.sum(axis=1)) * (1.0 - f.dialogue[0, 0, :, 0])
    assert view.meetings_home[0, :, 0, 0] == pytest.approx(covers @ home)


def test_everybody_decides_by_its_own_rule_also_between_two_that_follow_another() -> None:
    setting = make_setting(SEED)
    habit, balancing = (country_rules()[name]() for name in ("habit", "balancing"))
    patron, suitor = (power_rules()[name]() for name in ("patron", "suitor"))
    usual, case = inputs_of(setting), make_case(setting)
    feared = inputs_with(usual, replace(usual.world, threat=usual.world.threat + 0.5, share=0.9 * usual.world.share))
    view, power_view = perceive(feared), perceive_powers(feared)
    for countries, powers in (
        ((habit, balancing, habit), (patron, suitor, suitor)),
        ((habit, balancing, balancing), (patron, suitor, patron)),
    ):
        mixed = replace(case, country_rules=countries, power_rules=powers)
        decided, decided_too = decide_countries(mixed, view), decide_powers(mixed, power_view)
        for n, country in enumerate(countries):
            alone = country.decide(view, case.parameters)
            assert np.array_equal(decided.response[n], alone.response[n])
            assert np.array_equal(decided.joining[n], alone.joining[n])
        for n, power in enumerate(powers):
            own = power.decide(power_view, case.parameters)
            assert np.array_equal(decided_too.pressure[..., n, :], own.pressure[..., n, :])
            assert np.array_equal(decided_too.attention[..., n, :], own.attention[..., n, :])
            assert np.any(own.pressure[..., n, :]) == (power is patron)


def test_drift_takes_a_step_by_the_share_without_answers_the_tail_of_the_year_and_a_drawn_number() -> None:
    usual = inputs_of(calm(make_setting(SEED)))
    size = np.full_like(usual.draws.value, 2.0)
    inputs = replace(usual, draws=replace(usual.draws, value=size, tail=1.5 + 0.0 * size))
    now, table = inputs.world.unanswered, inputs.baseline.table
    step = 1.5 * 0.018 / np.sqrt(2.75) / np.sqrt(np.maximum(now, 0.003))
    pulled = table + 0.957**0.25 * (now - table)
    expected = pulled * (1.0 + 2.0 * step) ** 2 / (1.0 + step**2)
    assert moved(inputs).unanswered == pytest.approx(expected / expected.sum(axis=TARGET, keepdims=True), rel=1e-12)


def test_threat_goes_to_who_is_reached_by_intention() -> None:
    setting = hit("intention", 0.8, 1)
    inputs = inputs_of(setting)
    after = moved(inputs).threat[:, 0, :, 0]
    reach = setting.capability[0, 0, 1, 0] * setting.proximity[:, 0, 1, 0]
    assert after[:, 1] == pytest.approx(0.3 * 0.8 * reach)
    assert not np.any(after[:, [0, 2]])


def test_a_succession_draws_reasons_again_and_the_past_is_forgotten_over_four_quarters() -> None:
    inputs = inputs_of(hit("succession", 1.0, 1))
    inputs = replace(inputs, draws=replace(inputs.draws, stance=np.full_like(inputs.draws.stance, 0.75)))
    after = moved(inputs)
    assert after.stance[1] == pytest.approx(np.full_like(after.stance[1], np.log(3.0)))
    assert np.array_equal(after.stance[[0, 2]], inputs.world.stance[[0, 2]])
    assert after.rulers[:, 0, 0, 0].tolist() == [0.0, 1.0, 0.0]
    for quarter in range(1, 6):
        assert after.forgotten[:, 0, 0, 0].tolist() == [0.0, min(1.0, quarter / 4.0), 0.0]
        left = inputs.setting.left * column(1.0, 1.0 - min(1.0, quarter / 4.0), 1.0)
        assert np.array_equal(perceive(replace(inputs, world=after)).left, left + 0.0 * after.forgotten)
        after = moved(replace(inputs, world=after))
    assert np.all(after.rulers[1] == 1.0), "one succession counts once"


def test_who_joins_sanctions_by_the_drawn_number_stays_joined() -> None:
    inputs = inputs_of(calm(make_setting(SEED)))
    chances = np.zeros((3, 1, 3, 1))
    chances[0, 0, 1] = 1.0
    after = moved(inputs, joining=chances)
    assert after.joined[..., 0].sum() == after.joined[0, 0, 1, 0] == 1.0
    assert np.all(moved(replace(inputs, world=after), joining=0.0 * chances).joined[0, 0, 1] == 1.0)


def test_re_export_moves_recorded_trade_alone() -> None:
    setting = hit("sanctions", 1.0, 0)
    customs = np.zeros_like(setting.formats.customs)
    customs[0, 3, 0] = 1.0
    formats = replace(setting.formats, customs=customs, status=np.full_like(setting.formats.status, 3.0))
    inputs = inputs_of(replace(setting, formats=formats, turnover=column(10.0, 20.0, 40.0)), values=NO_DRIFT)
    after, none = moved(inputs), moved(replace(inputs, baseline=replace(inputs.baseline, reexport=row(0.0))))
    # .08 x 120 bn, a third for each, over turnover; .3 of it recorded to the target.
    flow = 3.2 / np.asarray([10.0, 20.0, 40.0]) * inputs.baseline.reexport[0, 0, 0, 0]
    goods = flow[:, None] * (setting.legs[0, 0, :, 0] + 0.3 * (np.arange(5) == 0))
    expected = (none.share[:, 1, :, 0] + goods) / (1.0 + goods.sum(axis=1, keepdims=True))
    assert after.share[:, 1, :, 0] == pytest.approx(expected)
    assert np.array_equal(after.share[:, 0], none.share[:, 0])
