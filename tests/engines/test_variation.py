"""Runs that differ in numbers are, each, the run of the scenario that is read with these numbers."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest

from hedgesim.engines.case import Case, case_of
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.experiment import design_points, read_experiment
from hedgesim.model.parameter import parameter
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.results.plan import SweepPlan
from hedgesim.rules import catalogue
from hedgesim.rules.powers.suitor import Suitor
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.checked import canonical_text
from worlds import scenario_from

SEED = 11
HEAD = f"question: q\nscenarios: [SCENARIO]\noutcomes: [hedging_index]\nseed: {SEED}\nlevers:\n  end: [2022Q4]\n"
SAME = 1e-12
"""Sums in another order differ in the last bits; the worlds hold numbers of the order of 1 over eight quarters."""

INPUTS: dict[str, ScenarioInputs] = {}
"""What the tables gave for the last plan, kept at hand for the next."""

SETTINGS: dict[str, Setting] = {}
"""What the tables gave, by the text of a scenario without settings and rules."""

OWN = """\
purpose: Kazakhstan has a number of its own, Uzbekistan another rule; the war is as large as half of it
extends: war_2022
seed: 1
shock_sizes: {war_2022: 0.5}
rules:
  countries:
    all: {rule: balancing}
    KAZ: {rule: balancing, recoil: 2}
    UZB: {rule: omnibalancing}
"""


@dataclass(frozen=True)
class Ensemble:
    """A case with numbers of its own in every run, and the scenario of each run read with them."""

    case: Case
    alone: tuple[Case, ...]

    @property
    def runs(self) -> list[int]:
        """Another run number for each, so that none is right by having the numbers of another."""
        return [3 * k + 1 for k in range(len(self.alone))]


def ensembles(varied: str, scenario: str = "war_2022", *, read: Callable[[Scenario], Case] = case_of) -> list[Ensemble]:
    """What is made of an experiment: an ensemble for each variant.

    read: makes the case of each scenario with the values of a point.
    """
    path = Path("x.yaml")
    path.write_text(HEAD.replace("SCENARIO", scenario) + varied)
    plan = SweepPlan(design_points(read_experiment(path)), inputs=INPUTS)
    points = plan.points
    made = []
    for n in range(len(points.variants)):
        rows = np.flatnonzero(points.variant == n)
        values = {name: numbers[rows] for name, numbers in points.numbers.items()}
        case = with_varied_numbers(plan.case(n), plan.varied_numbers(n), values)
        alone = tuple(read(read_alone(plan, int(row), scenario)) for row in rows)
        made.append(Ensemble(case, alone))
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


def of_run(values: np.ndarray, k: int) -> np.ndarray:
    """One run of an array with axes (step, …, run), whose run axis may have length 1."""
    return values[..., [k]] if values.shape[-1] > 1 else values


def assert_same_runs(ensemble: Ensemble) -> None:
    together = simulate(ensemble.case, ensemble.runs)
    recorded = outcomes(ensemble.case, ensemble.runs)
    for k, (run, alone) in enumerate(zip(ensemble.runs, ensemble.alone, strict=True)):
        expected = simulate(alone, [run])
        for item in fields(expected.worlds):
            here, there = of_run(getattr(together.worlds, item.name), k), getattr(expected.worlds, item.name)
            assert here.shape == there.shape, item.name
            # Where something has not happened yet, both say so in the same way: NaN or infinity.
            assert np.allclose(here, there, rtol=0.0, atol=SAME, equal_nan=True), item.name
        separate = expected.outcomes()
        assert recorded.columns() == separate.columns()
        assert np.allclose(recorded.values[..., [k]], separate.values, rtol=0.0, atol=SAME, equal_nan=True)


def assert_values_matter(ensemble: Ensemble) -> None:
    """The same run with the numbers of each: all different, so that a number which is lost is noticed."""
    shares = simulate(ensemble.case, [0] * len(ensemble.alone)).worlds.share[-1]
    for k in range(shares.shape[-1]):
        for other in range(k):
            assert np.max(np.abs(shares[..., k] - shares[..., other])) > 1e-6


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(OWN)


ONE_PATH = {
    "a setting": ("settings.taste.threat: [-1.0, 0.0, 2.5]", "war_2022"),
    "a setting of how formats are made": ("settings.formats.home: [-3.0, 3.0]", "war_2022"),
    "a setting that the start depends on": ("settings.alignment.start: [0.0, 0.4, 1.0]", "war_2022"),
    "the size of noise": ("settings.alignment.noise: [0.0, 0.05, 0.6]", "war_2022"),
    "an event": ("shock_sizes.war_2022: [0.0, 1.0, 2.5]", "war_2022"),
    "an event that the scenario makes smaller": ("shock_sizes.war_2022: [0.5, 2.5]", "own.yaml"),
    "a single shock of an event": ("shock_sizes.war_2022_sanctions: [0.0, 2.5]", "war_2022"),
    "a single shock of an event that is smaller": ("shock_sizes.war_2022_sanctions: [1.0, 2.5]", "own.yaml"),
    "a shock of the scenario's own": ("shock_sizes.us_initiative: [0.0, 2.5]", "us_opens_to_azerbaijan"),
    "a rule's number of all": ("rules.countries.all.recoil: [0.5, 1.0, 3.0]", "own.yaml"),
    "a rule's number of one": ("rules.countries.KAZ.recoil: [0.5, 1.0, 3.0]", "own.yaml"),
    "a rule's number of one who shares the rule": ("rules.countries.TJK.recoil: [0.5, 1.0, 3.0]", "own.yaml"),
}


@pytest.mark.parametrize(("varied", "scenario"), ONE_PATH.values(), ids=ONE_PATH.keys())
def test_run_with_a_number_of_its_own_is_the_run_of_the_scenario_with_it(varied: str, scenario: str) -> None:
    (ensemble,) = ensembles(f"uncertainties:\n  {varied}\n", scenario, read=quickly)
    assert_same_runs(ensemble)
    assert_values_matter(ensemble)


def test_several_numbers_differ_from_run_to_run_at_once() -> None:
    varied = """\
design: latin_hypercube
samples: 4
uncertainties:
  settings.taste.threat: {low: -1.0, high: 3.0}
  settings.taste.trust: {low: 0.0, high: 3.0, also: [settings.taste.need]}
  settings.attention.rate: {low: 0.02, high: 1.0}
  settings.formats.momentum_rate: {low: 0.05, high: 1.0}
  settings.membership.welcome: {low: 0.0, high: 1.0}
  shock_sizes.war_2022: {low: 0.0, high: 2.5, also: [shock_sizes.mobilisation_2022, shock_sizes.cpc_storm]}
  shock_sizes.war_2022_sanctions: {low: 0.0, high: 2.0}
  rules.countries.all.recoil: {low: 0.0, high: 3.0}
  rules.countries.KAZ.recoil: {low: 0.0, high: 3.0}
  rules.countries.UZB.protection: {low: 0.0, high: 2.0}
"""
    (ensemble,) = ensembles(varied, "own.yaml")
    assert_same_runs(ensemble)
    assert_values_matter(ensemble)


def test_one_value_may_be_that_of_a_setting_and_of_a_shock_and_of_a_rule() -> None:
    held = "{values: [0.0, 0.6], also: [shock_sizes.war_2022, settings.taste.trust, rules.countries.all.recoil]}"
    (ensemble,) = ensembles(f"uncertainties:\n  settings.alignment.noise: {held}\n", "own.yaml")
    assert_same_runs(ensemble)


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
        assert_same_runs(ensemble)
        assert_values_matter(ensemble)


def test_a_shock_that_the_scenario_omits_changes_nothing() -> None:
    (ensemble,) = ensembles("uncertainties:\n  shock_sizes.war_2022: [0.0, 2.0]\n", "no_war")
    assert_same_runs(ensemble)
    shares = simulate(ensemble.case, [0, 0]).worlds.share
    assert np.array_equal(shares[..., 0], shares[..., 1])


def test_a_number_of_all_that_reaches_nobody_changes_nothing() -> None:
    codes = ("AZE", "KAZ", "KGZ", "TJK", "TKM", "UZB")
    own = "".join(f"    {code}: {{rule: habit}}\n" for code in codes)
    Path("habits.yaml").write_text(
        "purpose: p\nextends: war_2022\nseed: 1\nrules:\n  countries:\n    all: {rule: balancing}\n" + own
    )
    (ensemble,) = ensembles("uncertainties:\n  rules.countries.all.recoil: [0.5, 2.0]\n", "habits.yaml", read=quickly)
    assert_same_runs(ensemble)


@dataclass(frozen=True)
class Eager(Suitor):
    """A suitor who pays more or less attention."""

    zeal: float = parameter(1.0, unit="1", within=(0, 2), meaning="factor on attention", source="assumption")

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        decision = super().decide(view, parameters)
        return replace(decision, attention=self.zeal * decision.attention, offer=self.zeal * decision.offer)


@pytest.mark.parametrize("who", ["all", "CHN"])
def test_rule_of_a_power_may_have_numbers_too(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.own, "eager", ("eager.py", Eager))
    Path("eager.yaml").write_text(
        "purpose: p\nextends: war_2022\nseed: 1\nrules:\n  powers:\n    all: {rule: eager}\n    USA: {rule: patron}\n"
    )
    (ensemble,) = ensembles(f"uncertainties:\n  rules.powers.{who}.zeal: [0.2, 1.0, 1.8]\n", "eager.yaml", read=quickly)
    assert_same_runs(ensemble)
    assert_values_matter(ensemble)


def test_places_that_share_a_rule_still_share_it() -> None:
    """So they decide together, in one stretch, whatever numbers their rule has."""
    case = quickly(scenario_from("own.yaml", "end=2022Q4", "shock_sizes.war_2022=1.0", seed=SEED))
    values = np.array([0.5, 2.0])
    places = tuple(n for n, code in enumerate(case.setting.axes.countries) if code not in {"KAZ", "UZB"})
    changed = with_varied_numbers(case, {"x": [VariedNumber("recoil", countries=places)]}, {"x": values})
    assert len({id(changed.country_rules[n]) for n in places}) == 1
    for n, (before, after) in enumerate(zip(case.country_rules, changed.country_rules, strict=True)):
        assert np.array_equal(after.recoil, values[None, None, None, :]) if n in places else after is before
    assert changed.power_rules == case.power_rules
    assert np.array_equal(changed.varied["x"], values)


def test_numbers_of_nothing_leave_a_case_as_it_is() -> None:
    case = quickly(scenario_from("war_2022", "end=2022Q4", seed=SEED))
    same = with_varied_numbers(
        case, {"x": [VariedNumber(), VariedNumber("recoil")], "y": []}, {"x": np.array([1.0, 2.0]), "y": np.ones(2)}
    )
    assert same.parameters == case.parameters
    assert same.setting.shocks.size is case.setting.shocks.size
    assert (same.country_rules, same.power_rules) == (case.country_rules, case.power_rules)
