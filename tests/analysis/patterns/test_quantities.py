"""Every quantity on a small world: written over by hand, or set against the arrays it comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.patterns.small import RUNS, STEPS, along_formats, along_members, doctored, small
from hedgesim.analysis.patterns import quantities as q
from hedgesim.analysis.patterns.declared import quantity
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import DOMAIN
from hedgesim.model.outcomes import diversity
from hedgesim.model.view import CountryDecision
from hedgesim.model.world import MEMBER
from hedgesim.rules import CountryRule
from hedgesim.rules.countries.multi_vector import MultiVector
from worlds import calm, hit, make_case

ALL = ("AAA", "BBB", "CCC")
POWERS = ("RED", "BLU", "GRN")
HOME, PACT, CLUB = "HOME", "PACT", "CLUB"


def check(values: np.ndarray, run: int, *expected: float) -> None:
    """A quantity in one run, and that it has axes (step, run)."""
    assert values.shape == (STEPS, RUNS)
    np.testing.assert_allclose(values[:, run], expected, rtol=0, atol=1e-12)


def test_shares_presence_and_ties_are_those_of_the_world() -> None:
    runs = small()
    share, weight = np.asarray(runs.worlds.share), np.asarray(runs.trajectory.case.setting.weight)
    check(q.share(runs, "BBB", "economy", "GRN"), 1, *share[:, 1, 1, 2, 1])
    check(q.share(runs, "BBB", "economy", "region"), 0, *share[:, 1, 1, 3, 0])
    presence = (share * weight).sum(axis=DOMAIN)
    check(q.presence(runs, ("AAA", "CCC"), "RED"), 0, *presence[:, [0, 2], 0, 0].mean(axis=-1))
    check(q.largest_presence(runs, ALL, ("RED", "GRN")), 1, *presence[..., 1][:, :, [0, 2]].max(axis=(-2, -1)))
    spread = np.asarray(diversity(np, share[:, :, 1, :3, :1]))[:, :, 0, 0].mean(axis=-1)
    check(q.diversity(runs, ALL, "economy"), 0, *spread)
    check(q.diversity(doctored(share=np.full_like(share, 0.2)), ALL, "economy"), 0, 1, 1, 1, 1)


def test_ties_follow_the_ways_to_neighbours() -> None:
    runs = small()
    way = np.asarray(runs.trajectory.inputs.conditions.passage)[:, 0, 0, :, 1]
    tie = np.asarray(runs.trajectory.case.setting.tie)[0, 0, :, 0] * np.exp(way)
    expected = tie[:, 2] / tie.sum(axis=-1)
    assert np.ptp(expected) > 0.0
    check(q.tie(runs, "AAA", "CCC"), 1, *expected)
    share = np.asarray(runs.worlds.share)[:, 0, 0, 3, 1]
    check(q.passage(runs, "AAA", "security", "CCC"), 1, *(share * expected))


def test_closeness_is_trust_times_weight_of_both() -> None:
    runs = small()
    w, trust = np.asarray(runs.trajectory.case.setting.regional_weight).ravel(), np.asarray(runs.derived.trust)
    one, other = trust[:, 0, 0, 1, 0], trust[:, 1, 0, 0, 0]
    check(q.closeness(runs, "AAA", "BBB"), 0, *((w[0] * one + w[1] * other) / 2))


def test_affinity_falls_with_threat_and_trust_has_shocks_in_it() -> None:
    runs = small()
    conditions, start = runs.trajectory.inputs.conditions, runs.trajectory.case.setting.affinity
    liked = np.clip(np.asarray(start - 1.5 * runs.worlds.threat), -1, 1)
    check(q.affinity(runs, ("AAA", "BBB"), "BLU"), 0, *liked[:, :2, 0, 1, 0].mean(axis=-1))
    check(q.affinity(runs, ALL, "RED"), 1, *q.outcome(runs, "affinity")[:, 1])  # RED is the aggressor
    trust = np.clip(np.asarray(runs.worlds.trust + conditions.trust), 0, 1)
    check(q.trust(runs, "AAA", "BBB"), 1, *trust[:, 0, 0, 1, 1])
    assert np.any(np.asarray(conditions.trust) != 0.0)
    threat = np.asarray(runs.worlds.threat)
    check(q.threat(runs, ("CCC",), "RED"), 1, *threat[:, 2, 0, 0, 1])
    check(q.attention(runs, "GRN"), 0, *np.asarray(runs.worlds.attention)[:, 0, 0, 2, 0])


def test_meetings_count_formats_at_the_rung_with_the_heads_of_the_seated_there() -> None:
    met = along_formats(0, 1, [0, 1, 2, 2]) + along_formats(3, 1, [0, 0, 2, 0])
    came = along_members(0, 1, {0: [0, 0, 1, 1], 1: [0, 0, 1, 0]}) + along_members(3, 1, {0: [0, 0, 1, 0]})
    runs = doctored(meeting=met, came=came)
    check(q.meetings(runs, (HOME, CLUB), "leaders"), 1, 0, 0, 2, 1)
    check(q.meetings(runs, (HOME, CLUB), "leaders"), 0, 0, 0, 0, 0)
    check(q.meetings(runs, (HOME,), "ministers"), 1, 0, 1, 1, 1)
    check(q.meetings(runs, (HOME, CLUB), "leaders", ("AAA", "BBB")), 1, 0, 0, 1, 0)
    both = (lambda _: q.meetings(runs, (HOME,), "leaders"), lambda _: q.meetings(runs, (CLUB,), "leaders"))
    check(q.sum_of(runs, both), 1, 0, 0, 2, 1)


def test_has_met_stays_true_when_the_format_is_absorbed() -> None:
    runs = doctored(ladder=along_formats(0, 0, [0, 1, 2, 0]))
    check(q.ladder(runs, HOME), 0, 0, 1, 2, 0)
    check(q.has_met(runs, HOME, "leaders"), 0, 0, 0, 1, 1)
    check(q.has_met(runs, HOME, "ministers"), 0, 0, 1, 1, 1)
    check(q.has_met(runs, HOME, "leaders"), 1, 0, 0, 0, 0)


def test_holders_exits_and_switches_look_at_any_of_the_formats() -> None:
    pact = along_members(2, 1, {0: [3, 3, 0, 0], 1: [0, 0, 1, 3], 2: [3, 1, 1, 3]})
    club = along_members(3, 1, {0: [0, 0, 3, 0]})
    runs = doctored(status=pact + club)
    check(q.holders(runs, ALL, (PACT,), "member"), 1, 2, 1, 0, 2)
    check(q.holders(runs, ALL, (PACT,), "guest"), 1, 2, 2, 2, 2)
    check(q.exits(runs, ALL, (PACT,)), 1, 0, 1, 1, 0)
    check(q.exits(runs, ALL, (PACT, CLUB)), 1, 0, 1, 0, 1)
    check(q.switches(runs, ALL, (PACT, CLUB)), 1, 0, 1, 0, 3)
    check(q.switches(runs, ("BBB",), (PACT,)), 1, 0, 0, 0, 1)
    check(q.exits(runs, ALL, (PACT,)), 0, 0, 0, 0, 0)


def test_absorbed_is_what_loses_all_statuses_and_its_rung_at_once() -> None:
    home, club = {0: [3, 0, 0, 0], 1: [1, 0, 0, 0]}, {0: [3, 0, 0, 0]}  # the last member of the club leaves
    runs = doctored(
        ladder=along_formats(0, 0, [2, 0, 0, 0]) + along_formats(3, 0, [2, 2, 2, 0]),
        status=along_members(0, 0, home) + along_members(3, 0, club),
    )
    check(q.absorbed(runs, (HOME, CLUB)), 0, 0, 1, 0, 0)
    check(q.absorbed(runs, (CLUB,)), 0, 0, 0, 0, 0)


def test_joined_counts_pairs() -> None:
    joined = np.zeros((STEPS, 3, 1, 3, RUNS))
    joined[2:, 0, 0, 0, 0] = joined[3:, 2, 0, 1, 0] = 1.0
    check(q.joined(doctored(joined=joined), ALL, POWERS), 0, 0, 0, 1, 2)
    check(q.joined(doctored(joined=joined), ("BBB", "CCC"), ("RED",)), 0, 0, 0, 0, 0)


def test_support_is_what_countries_decide_with(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[CountryDecision] = []
    case = small().trajectory.case
    monkeypatch.setattr(MultiVector, "decide", lambda *of: made.append(CountryRule.decide(*of)) or made[-1])
    runs = SimulatedRuns(simulate(replace(case, setting=calm(case.setting)), range(RUNS)))
    assert len(made) == STEPS - 1
    values = [[q.support(runs, name, code)[:-1] for code in case.setting.axes.formats] for name in ALL]
    formality = np.asarray(case.setting.formats.formality)
    heard = np.stack([np.asarray(one.stance - formality * one.reserve)[:, 0] for one in made])
    np.testing.assert_allclose(np.moveaxis(values, 2, 0), heard, rtol=0, atol=1e-12)


def test_formality_of_new_and_of_standing_formats() -> None:
    ladder = along_formats(0, 0, [2, 2, 2, 0]) + along_formats(1, 0, [0, 2, 2, 2]) + along_formats(4, 0, [0, 0, 1, 1])
    runs = doctored(ladder=ladder)
    check(q.formalisation(runs), 0, 0, 0, 0, np.nan)  # the formality of a format is fixed
    formal = runs.formality[0, 0]
    np.testing.assert_array_equal(formal, np.asarray(runs.trajectory.case.setting.formats.formality)[0, 0, :, 0])
    limit = formal[1]
    talks = float(formal[4] >= limit)
    check(q.formal_share_of_new(runs, limit), 0, np.nan, 1, (1 + talks) / 2, (1 + talks) / 2)
    assert np.isnan(q.formal_share_of_new(runs, limit)[:, 1]).all()


def test_volume_is_the_share_of_trade_that_re_export_comes_on_top_of() -> None:
    setting = hit("sanctions", 1.0, 0, 1, 2)
    everywhere = replace(setting.formats, status=np.full_like(setting.formats.status, MEMBER))
    runs = SimulatedRuns(simulate(make_case(replace(setting, formats=everywhere)), range(RUNS)))
    flow = np.asarray(runs.outcomes["reexport"])[:, 1, 0, 0, 0]
    assert flow[0] == 0.0 < flow.max()
    share = np.asarray(runs.worlds.share)[:, 1, 1, :, 0]
    legs = float(setting.legs.sum()) + 0.3
    expected = share[:, 2] * (1 + legs * flow)
    np.testing.assert_allclose(q.volume(runs, ("BBB",), "GRN")[:, 0], expected, rtol=0, atol=1e-12)


def test_outcomes_are_those_of_the_results() -> None:
    runs = small()
    countries, system = runs.trajectory.outcomes_by_name()
    check(q.outcome(runs, "realignments"), 1, *np.asarray(system["realignments"])[:, 0, 0, 0, 1])
    index = np.asarray(countries["hedging_index"])[:, :, 0, 0, 0]
    check(q.outcome(runs, "hedging_index"), 0, *index.mean(axis=-1))
    check(q.outcome(runs, "hedging_index", ("BBB", "CCC")), 0, *index[:, 1:].mean(axis=-1))


def test_every_quantity_has_been_looked_at() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in quantity.models if f"q.{name}(" not in text] == []
