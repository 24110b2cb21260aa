"""Runs that differ in numbers are, each, the run of the scenario that is read with these numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from tests.engines.alike import assert_same_worlds, run_of

from hedgesim.engines.case import Case, case_of
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.experiment import design_points, read_experiment
from hedgesim.model.arrays import RUN
from hedgesim.model.parameter import parameter
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.results.plan import SweepPlan
from hedgesim.rules import catalogue
from hedgesim.rules.powers.suitor import Suitor
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.yaml_tree import canonical_text
from worlds import scenario_from

SEED = 11
HEAD = f"question: q\nscenarios: [SCENARIO]\noutcomes: [hedging_index]\nseed: {SEED}\nlevers:\n  end: [2022Q4]\n"
INPUTS: dict[str, ScenarioInputs] = {}
"""What the tables gave for the last plan, kept at hand for the next."""

SETTINGS: dict[str, Setting] = {}
"""What the tables gave, by the text of a scenario without settings and rules."""

FILES = {
    "own.yaml": """\
shock_sizes: {war_2022: 0.5}
rules: {countries: {all: {rule: balancing}, KAZ: {rule: balancing, recoil: 2}, UZB: {rule: omnibalancing}}}
""",
    "habits.yaml": """\
rules: {countries: {all: {rule: balancing}, AZE: HABIT, KAZ: HABIT, KGZ: HABIT, TJK: HABIT, TKM: HABIT, UZB: HABIT}}
""".replace("HABIT", "{rule: habit}"),
    "eager.yaml": "rules: {powers: {all: {rule: eager}, USA: {rule: patron}}}\n",
}
"""In `own` Kazakhstan has a number of its own and Uzbekistan another rule; the war is as large as half of it."""


Ensemble = tuple[Case, list[Case]]
"""A case with numbers of its own in every run, and the case of each run alone, its scenario read with them."""


def ensembles(varied: str, scenario: str = "war_2022", *, read: Callable[[Scenario], Case] = case_of) -> list[Ensemble]:
    """An ensemble for each variant of an experiment; read: makes the case of a scenario with the values of a point."""
    path = Path("x.yaml")
    path.write_text(HEAD.replace("SCENARIO", scenario) + varied)
    plan = SweepPlan(design_points(read_experiment(path)), inputs=INPUTS)
    made = []
    for n in range(len(plan.points.variants)):
        rows = np.flatnonzero(plan.points.variant == n)
        values = {name: numbers[rows] for name, numbers in plan.points.numbers.items()}
        case = with_varied_numbers(plan.case(n), plan.varied_numbers(n), values)
        made.append((case, [read(read_alone(plan, int(row), scenario)) for row in rows]))
    return made


def read_alone(plan: SweepPlan, row: int, scenario: str) -> Scenario:
    """The scenario read with the values of a point."""
    given = plan.points.table.iloc[row].drop(["point", "sample", "scenario", "first_draw"])
    texts = [f"{one}={value}" for path, value in given.items() for one in plan.points.experiment.paths_of(str(path))]
    return scenario_from(scenario, *texts, seed=SEED)


def quickly(scenario: Scenario) -> Case:
    """The case of a scenario, for which the tables are read once for all that differ in settings and rules alone.

    That these change nothing in what the tables give is checked where several numbers differ at once.
    """
    known = {key: value for key, value in scenario.keys.items() if key not in {"settings", "rules"}}
    if (name := canonical_text(known)) not in SETTINGS:
        SETTINGS[name] = read_inputs(scenario).setting
    return case_of(scenario, SETTINGS[name])


def assert_same_runs(case: Case, alone: list[Case]) -> None:
    """Each run is that of its own case. No two have one number, so that none is right by having those of another."""
    runs = [3 * k + 1 for k in range(len(alone))]
    together, recorded = simulate(case, runs), outcomes(case, runs)
    for k, (run, own) in enumerate(zip(runs, alone, strict=True)):
        expected = simulate(own, [run])
        assert_same_worlds(run_of(together.worlds, k), expected.worlds)
        separate = expected.outcomes()
        assert recorded.columns() == separate.columns()
        assert recorded.values[..., [k]] == pytest.approx(separate.values, rel=0.0, abs=1e-12)


def assert_values_matter(case: Case, alone: list[Case]) -> None:
    """The same run with the numbers of each: all different, so that a number which is lost is noticed."""
    shares = np.moveaxis(simulate(case, [0] * len(alone)).worlds.share[-1], RUN, 0)
    assert all(np.max(np.abs(one - other)) > 1e-6 for one, other in combinations(shares, 2))


@dataclass(frozen=True)
class Eager(Suitor):
    """A suitor who pays more or less attention."""

    zeal: float = parameter(1.0, unit="1", within=(0, 2), meaning="factor on attention", source="assumption")

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        decision = super().decide(view, parameters)
        return replace(decision, attention=view.xp.minimum(self.zeal * decision.attention, 1.0))


@pytest.fixture(autouse=True)
def _scenarios(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.own, "eager", ("eager.py", Eager))
    for name, text in FILES.items():
        write(f"purpose: p\nextends: war_2022\nseed: 1\n{text}", name)


ONE_PATH = {
    "a setting": ("settings.taste.threat: [-1.0, 0.0, 2.5]", "war_2022"),
    "a setting of how formats are made": ("settings.ladder.ministers: [-9.0, 0.0]", "war_2022"),
    "a setting that the start depends on": ("settings.drift.start: [0.0, 0.4, 1.0]", "war_2022"),
    "the size of noise": ("settings.drift.sigma: [0.0, 0.02, 0.1]", "war_2022"),
    "an event": ("shock_sizes.war_2022: [0.0, 1.0, 2.5]", "war_2022"),
    "an event that the scenario makes smaller": ("shock_sizes.war_2022: [0.5, 2.5]", "own.yaml"),
    "a single shock of an event": ("shock_sizes.war_2022_sanctions: [0.0, 2.5]", "war_2022"),
    "a single shock of an event that is smaller": ("shock_sizes.war_2022_sanctions: [1.0, 2.5]", "own.yaml"),
    "a shock of the scenario's own": ("shock_sizes.chinese_turn: [0.0, 2.5]", "china_fills_vacuum"),
    "a rule's number of all": ("rules.countries.all.recoil: [0.5, 1.0, 3.0]", "own.yaml"),
    "a rule's number of one": ("rules.countries.KAZ.recoil: [0.5, 1.0, 3.0]", "own.yaml"),
    "a rule's number of one who shares the rule": ("rules.countries.TJK.recoil: [0.5, 1.0, 3.0]", "own.yaml"),
    "a number of the rule of all powers": ("rules.powers.all.zeal: [0.2, 1.0, 1.8]", "eager.yaml"),
    "a number of the rule of one power": ("rules.powers.CHN.zeal: [0.2, 1.0, 1.8]", "eager.yaml"),
    "one value of a setting, a shock and a rule": (
        "settings.drift.start: {values: [0.0, 0.6], "
        "also: [shock_sizes.war_2022, settings.taste.need, rules.countries.all.recoil]}",
        "own.yaml",
    ),
}
NO_EFFECT = {
    "a number of all that reaches nobody": ("rules.countries.all.recoil: [0.5, 2.0]", "habits.yaml"),
}


@pytest.mark.parametrize(("varied", "scenario"), ONE_PATH.values(), ids=ONE_PATH.keys())
def test_run_with_a_number_of_its_own_is_the_run_of_the_scenario_with_it(varied: str, scenario: str) -> None:
    (ensemble,) = ensembles(f"uncertainties:\n  {varied}\n", scenario, read=quickly)
    assert_same_runs(*ensemble)
    assert_values_matter(*ensemble)


@pytest.mark.parametrize(("varied", "scenario"), NO_EFFECT.values(), ids=NO_EFFECT.keys())
def test_a_number_of_nothing_changes_nothing(varied: str, scenario: str) -> None:
    (ensemble,) = ensembles(f"uncertainties:\n  {varied}\n", scenario, read=quickly)
    assert_same_runs(*ensemble)
    shares = simulate(ensemble[0], [0, 0]).worlds.share
    assert np.array_equal(shares[..., 0], shares[..., 1])


def test_several_numbers_differ_from_run_to_run_at_once() -> None:
    varied = """\
design: latin_hypercube
samples: 4
uncertainties:
  settings.taste.threat: {low: -1.0, high: 3.0}
  settings.taste.access: {low: 0.0, high: 3.0, also: [settings.taste.need]}
  settings.attention.rate: {low: 0.02, high: 1.0}
  settings.response.threat_rate: {low: 0.05, high: 1.0}
  settings.ladder.leaving: {low: 0.0, high: 1.0}
  shock_sizes.war_2022: {low: 0.0, high: 2.5, also: [shock_sizes.mobilisation_2022, shock_sizes.cpc_storm]}
  shock_sizes.war_2022_sanctions: {low: 0.0, high: 2.0}
  rules.countries.all.recoil: {low: 0.0, high: 3.0}
  rules.countries.KAZ.recoil: {low: 0.0, high: 3.0}
  rules.countries.UZB.protection: {low: 0.0, high: 2.0}
"""
    (ensemble,) = ensembles(varied, "own.yaml")
    assert_same_runs(*ensemble)
    assert_values_matter(*ensemble)


def test_numbers_differ_under_every_lever() -> None:
    varied = """\
  rules.countries.all.rule: [balancing, omnibalancing]
  rules.countries.KAZ.rule: [balancing, habit]
uncertainties:
  rules.countries.all.recoil: [0.5, 2.0]
"""
    made = ensembles(varied, read=quickly)
    assert len(made) == 4
    for ensemble in made:
        assert_same_runs(*ensemble)
        assert_values_matter(*ensemble)


def test_places_that_share_a_rule_still_share_it_and_decide_together() -> None:
    case = quickly(scenario_from("own.yaml", "end=2022Q4", "shock_sizes.war_2022=1.0", seed=SEED))
    values = np.array([0.5, 2.0])
    places = tuple(n for n, code in enumerate(case.setting.axes.countries) if code not in {"KAZ", "UZB"})
    changed = with_varied_numbers(case, {"x": [VariedNumber("recoil", countries=places)]}, {"x": values})
    assert len({id(changed.country_rules[n]) for n in places}) == 1
    for n, (before, after) in enumerate(zip(case.country_rules, changed.country_rules, strict=True)):
        assert np.array_equal(after.recoil, values[None, None, None, :]) if n in places else after is before
    assert changed.power_rules == case.power_rules
    assert np.array_equal(changed.varied["x"], values)


def test_a_number_of_a_rule_holds_after_a_change_that_leaves_it_and_not_after_one_that_gives_it(
    write: Callable[..., Path],
) -> None:
    head = "purpose: p\nextends: war_2022\nseed: 1\nrules: {countries: {all: {rule: balancing}}}\nchanges:\n"
    keeps = "  keeps: {date: 2021Q3, source: assumption, rule: {country: KGZ, rule: neutrality}}\n"
    gives = "  gives: {date: 2021Q4, source: assumption, rule: {country: KAZ, recoil: 3.0}}\n"
    write(head + keeps + gives, "turns.yaml")
    (ensemble,) = ensembles("uncertainties:\n  rules.countries.all.recoil: [0.5, 3.0, 5.0]\n", "turns.yaml")
    assert_same_runs(*ensemble)
    assert_values_matter(*ensemble)
