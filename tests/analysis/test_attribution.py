"""Why two scenarios differ: planted models are recovered, totals are those of runs, and names are literal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hedgesim
from hedgesim.analysis.attribution import REST, TOTAL, Attribution, Question, why
from hedgesim.engines import Engine, engine_of
from hedgesim.engines.case import Case
from hedgesim.engines.records import Quarter
from hedgesim.errors import HedgesimError
from hedgesim.results.simulation import Plan, run_scenarios
from hedgesim.scenario import Scenario
from worlds import scenario_from

SHORT = "end=2022Q3"
BASE = "purpose: test\nextends: war_2022\nend: 2022Q3\n"
OTHER = """\
purpose: differs in everything that may differ
extends: war_2022
end: 2022Q3
settings: {taste.access: 2.0}
rules:
  countries:
    UZB: {rule: balancing, recoil: 4.0}
omit_shocks: [cpc_storm]
shock_sizes: {war_2022_sanctions: 0.5}
shocks:
  drought:
    name: "[red]Dürre <script>$x^2$"
    date: 2021Q3
    source: assumption
    channels:
      - {channel: strain, countries: [KAZ], size: 0.21}
      - {channel: access, countries: [KAZ], options: [RUS], size: -0.5}
changes:
  out:
    date: 2022Q1
    source: mine
    membership: {country: KAZ, format: EAEU, status: none}
sources:
  mine: {citation: mine}
data:
  - table: memberships
    key: {country: AZE, format: C5_US, from: 2015-11-01}
    column: status
    value: guest
    source: mine
"""


def planted(outcome: Callable[[Case, np.ndarray], np.ndarray]) -> Engine:
    """An engine whose one outcome of the system, cohesion, is a known function of a case and its runs."""

    def record(case: Case, runs: Sequence[int], _: object) -> Quarter:
        found = np.broadcast_to(outcome(case, np.asarray(runs, dtype=float)), (1, len(runs)))
        steps = np.broadcast_to(found, (case.setting.axes.n_steps + 1, 1, len(runs)))
        formats = (case.setting.axes.n_steps + 1, len(case.setting.axes.formats), len(runs))
        return Quarter(steps, np.zeros(formats), 0.0 * steps[:, 0], steps[:, :0], ((), ("cohesion",)))

    return Engine("planted", "numpy", record, 7)


def weights(case: Case) -> tuple[Any, Any, Any]:
    taste = case.parameters.taste
    return tuple(np.reshape(np.asarray(one), -1) for one in (taste.threat, taste.access, taste.meetings))


def asked(second: str, engine: Engine, *, runs: int = 5, groups: Any = None) -> Attribution:
    first = scenario_from("war_2022", SHORT, "settings.taste.threat=0", "settings.taste.access=0")
    other = scenario_from("war_2022", SHORT, *second.split())
    return Question.of(first, other, groups=groups).answer("cohesion", runs, engine)


BOTH = "settings.taste.threat=1 settings.taste.access=2"


def by_switch(found: Attribution) -> dict[str, float]:
    return dict(zip(found.table["switch"], found.table["value"], strict=True))


def test_a_planted_additive_model_is_recovered_in_every_run() -> None:
    found = asked(BOTH, planted(lambda case, run: 3.0 * weights(case)[0] + run * weights(case)[1]))
    assert found.by_run["settings.taste.threat"].to_numpy() == pytest.approx(np.full(5, 3.0), abs=1e-12)
    assert found.by_run["settings.taste.access"].to_numpy() == pytest.approx(2.0 * np.arange(5.0), abs=1e-12)
    assert list(found.table["switch"]) == ["settings.taste.access", "settings.taste.threat"]
    assert list(found.table["what"]) == ["0 to 2", "0 to 1"]
    access = found.table.iloc[0]
    assert access["error"] == pytest.approx(np.arange(0.0, 10.0, 2.0).std(ddof=1) / np.sqrt(5.0))
    assert (access["low"], access["high"]) == pytest.approx((0.4, 7.6))
    assert access["same_sign"] == 0.8


def test_a_planted_interaction_is_halved_and_shows_in_alone_and_last() -> None:
    found = asked(BOTH, planted(lambda case, _: 5.0 * weights(case)[0] + 4.0 * weights(case)[0] * weights(case)[1]))
    assert by_switch(found) == pytest.approx({"settings.taste.threat": 9.0, "settings.taste.access": 4.0})
    threat = found.table.set_index("switch").loc["settings.taste.threat"]
    assert (threat["alone"], threat["last"]) == pytest.approx((5.0, 13.0))
    assert (found.base, found.other, found.total, found.error) == pytest.approx((0.0, 13.0, 13.0, 0.0))


def test_a_group_is_one_switch() -> None:
    engine = planted(lambda case, _: weights(case)[0] * weights(case)[1] + weights(case)[2])
    found = asked(f"{BOTH} settings.taste.meetings=1", engine, groups={"both": ["*threat", "settings.taste.access"]})
    assert by_switch(found) == pytest.approx({"both": 2.0, "settings.taste.meetings": 0.9})
    assert found.table["what"].tolist() == ["settings.taste.threat, settings.taste.access", "0.1 to 1"]


def test_runs_that_fail_with_some_combination_are_left_out_of_all() -> None:
    def failing(case: Case, run: np.ndarray) -> np.ndarray:
        return np.where((run == 2.0) & (weights(case)[0] > 0.0), np.nan, weights(case)[0])

    found = asked(BOTH, planted(failing))
    assert (found.left_out, list(found.by_run.index)) == (1, [0, 1, 3, 4])
    with pytest.raises(HedgesimError, match="no run succeeds with each of the 4 combinations"):
        asked(BOTH, planted(lambda case, _: np.nan * weights(case)[0]))


def summed(found: Attribution) -> np.ndarray:
    """The sum of contributions, axes (run,)."""
    return found.by_run.drop(columns=TOTAL).sum(axis=1).to_numpy()


def files(write: Callable[..., Path]) -> tuple[Scenario, Scenario]:
    return tuple(hedgesim.read_scenario(write(text, f"{name}.yaml")) for name, text in (("a", BASE), ("b", OTHER)))


def test_contributions_sum_to_the_difference_of_the_runs_of_both_scenarios(write: Callable[..., Path]) -> None:
    a, b = files(write)
    found = why(a, b, outcome="presence_RUS_KAZ", runs=3, groups={"policy": ["changes.*", "data.*"]})
    one, other = (
        hedgesim.run(side, 3).table("countries", where=[("period", "=", "2022Q3"), ("country", "=", "KAZ")])
        for side in (a, b)
    )
    expected = other["presence_RUS"].to_numpy() - one["presence_RUS"].to_numpy()
    assert found.by_run[TOTAL].to_numpy() == pytest.approx(expected, abs=1e-12)
    parts = found.by_run.drop(columns=TOTAL)
    assert summed(found) == pytest.approx(expected, abs=1e-12)
    assert set(parts) == {"cpc_storm", "war_2022", "drought", "settings.taste.access", "rules.countries.UZB", "policy"}
    assert (found.words, found.period) == ("Presence of Russia in Kazakhstan", "2022Q3")
    assert parts["drought"].abs().max() > 1e-4
    assert parts["rules.countries.UZB"].abs().max() < 1e-3
    assert found.total == pytest.approx(found.other - found.base, abs=1e-12)


@pytest.mark.parametrize(
    "outcome",
    ["member_KAZ_EAEU", "came_KAZ_CM", "trust_KAZ_UZB", "threat_RUS_KAZ", "attention_CHN", "share_economy_RUS_KAZ"],
)
def test_outcomes_of_single_places_are_divided_as_runs_record_them(write: Callable[..., Path], outcome: str) -> None:
    a, b = files(write)
    found = why(
        a, b, outcome=outcome, runs=3, groups={"all": ["cpc_storm", "war_2022", "settings.*", "rules.*", "data.*"]}
    )
    plan = Plan(3, 0, engine_of("ensemble"), outcomes=(outcome,))
    one, other = (run_scenarios((side,), plan)[0][0].table("runs")[outcome].to_numpy() for side in (a, b))
    assert found.by_run[TOTAL].to_numpy() == pytest.approx(other - one, abs=1e-12)
    assert summed(found) == pytest.approx(other - one, abs=1e-12)
    if outcome == "member_KAZ_EAEU":
        assert found.words == "Share of runs in which Kazakhstan is a member of EAEU (Eurasian Economic Union)"
        assert by_switch(found) == {"all": 0.0, "drought": 0.0, "changes.out": -1.0}


def test_an_outcome_of_a_format_that_only_one_scenario_lists_is_refused() -> None:
    a, b = scenario_from("war_2022", SHORT), scenario_from("war_2022", SHORT, "formats=[CM, OTS]")
    for first, second, said in ((a, b, "not every world between"), (b, a, "there is no such outcome")):
        with pytest.raises(HedgesimError, match=said):
            why(first, second, outcome="member_KAZ_EAEU", runs=1)


def test_shocks_and_channels_divide_the_same_total(write: Callable[..., Path]) -> None:
    a, b = scenario_from("war_2022", SHORT), scenario_from("peace", "end=2022Q3", "shocks.peace.date=2022Q1")
    channels = why(a, b, outcome="hedging_index_KAZ", by="channels", runs=2)
    whole = why(a, b, outcome="hedging_index_KAZ", by="shocks", runs=2)
    assert list(whole.table["switch"]) == ["peace"]
    assert set(channels.table["switch"]) == {f"channel {one}" for one in CHANNELS_OF_PEACE}
    said = channels.table.set_index("switch")["what"]
    assert said["channel intention"] == "aggressive intention of a power: RUS down", "whom it hits, and which way"
    assert channels.total == pytest.approx(whole.total, abs=1e-12)
    assert summed(channels) == pytest.approx(whole.by_run["peace"].to_numpy(), abs=1e-12)


CHANNELS_OF_PEACE = ("intention", "attention", "rivalry", "sanctions", "sanctionrisk", "access", "passage")


def test_mechanisms_divide_it_in_any_order_and_what_they_leave_is_a_row() -> None:
    war, peace = scenario_from("war_2022", SHORT), scenario_from("no_war", SHORT)
    names = ("threat", "access", "recoil", "many_vectors")
    found = why(war, peace, outcome="presence_RUS", by=names, runs=3)
    turned = why(war, peace, outcome="presence_RUS", by=names[::-1], runs=3)
    whole = why(war, peace, outcome="presence_RUS", groups={"all": ["*"]}, runs=3)
    assert found.by_run[TOTAL].to_numpy() == pytest.approx(whole.by_run["all"].to_numpy(), abs=1e-12)
    assert summed(found) == pytest.approx(found.by_run[TOTAL].to_numpy(), abs=1e-12)
    assert found.by == "mechanisms"
    assert by_switch(turned) == pytest.approx(by_switch(found), abs=1e-12)
    assert by_switch(found)["threat"] == pytest.approx(by_switch(found)["recoil"], abs=1e-4)
    assert REST in by_switch(found)


def test_a_mechanism_that_is_off_in_the_scenarios_contributes_nothing() -> None:
    war, peace = (scenario_from(name, SHORT, "settings.taste.threat=0") for name in ("war_2022", "no_war"))
    assert by_switch(why(war, peace, outcome="presence_RUS", by=["recoil", "access"], runs=2))["recoil"] == 0.0


def test_results_in_a_folder_are_what_their_scenario_is(tmp_path: Path) -> None:
    war, peace = scenario_from("war_2022", SHORT), scenario_from("no_war", SHORT)
    hedgesim.write(hedgesim.run(war, 2), tmp_path / "war")
    asked_by_name = why(war, peace, outcome="cohesion", runs=2, groups={"all": ["*"]})
    by_folder = why(tmp_path / "war", hedgesim.run(peace, 2), outcome="cohesion", runs=2, groups={"all": ["*"]})
    assert by_folder.by_run.equals(asked_by_name.by_run)
    assert by_folder.names == ("war_2022", "no_war")


@pytest.mark.hold
def test_both_back_ends_find_the_same() -> None:
    war, peace = scenario_from("war_2022", SHORT), scenario_from("no_war", SHORT)
    one, other = (
        why(war, peace, outcome="presence_RUS", runs=2, by=["threat", "need"], backend=backend)
        for backend in ("numpy", "jax")
    )
    assert one.by_run.to_numpy() == pytest.approx(other.by_run.to_numpy(), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "switches"),
    [
        ("formats: [CM, EAEU, CSTO, C5_US]\n", {"scenario.formats"}),
        ("aggressor: CHN\nrecorded_shocks: [covid]\n", {"scenario.aggressor", "war_2022", "cpc_storm"}),
        ("parameters: prior\nsettings: {taste.threat: 2.0}\n", {"scenario.parameters", "settings.taste.threat"}),
        ("rules: {powers: {CHN: {rule: suitor}}, countries: {all: {rule: balancing}}}\n",
         {"rules.powers.CHN", "rules.countries.all"}),
        ("shock_sizes: {war_2022: 2.0}\nsettings: {taste.threat: 2.0}\n", {"war_2022", "settings.taste.threat"}),
    ],
)  # fmt: skip
def test_every_kind_of_difference_is_a_switch_and_both_ends_are_the_scenarios(
    text: str, switches: set[str], write: Callable[..., Path]
) -> None:
    a, b = (hedgesim.read_scenario(write(own, name)) for own, name in ((BASE, "a.yaml"), (BASE + text, "b.yaml")))
    rest = {} if "recorded" not in text else {"rest": ["[!wsc]*"], "cpc_storm": ["c*"]}
    found = why(a, b, outcome="presence_RUS", runs=2, groups=rest)
    assert switches <= set(found.table["switch"])
    one, other = (hedgesim.run(side, 2).table("runs")["presence_RUS"].to_numpy() for side in (a, b))
    assert (found.base, found.other) == pytest.approx((one.mean(), other.mean()), abs=1e-12)
    assert summed(found) == pytest.approx(other - one, abs=1e-12)


def test_what_is_written_otherwise_and_acts_alike_is_no_switch(write: Callable[..., Path]) -> None:
    same = "rules: {countries: {all: {rule: multi_vector}, KAZ: {rule: multi_vector}}}\nomit_shocks: [crocus_2024]\n"
    a, b = (hedgesim.read_scenario(write(own, name)) for own, name in ((BASE, "a.yaml"), (BASE + same, "b.yaml")))
    with pytest.raises(HedgesimError, match="no difference between them has an effect"):
        why(a, b, outcome="cohesion")
