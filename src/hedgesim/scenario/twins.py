"""Counterfactual twins of scenarios."""

from __future__ import annotations

from collections.abc import Sequence

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.reader import read_scenario
from hedgesim.scenario.schema import Scenario


def read_twin(
    scenario: Scenario, name: str | None, without: Sequence[str], *, overrides: Sequence[str] = ()
) -> Scenario:
    """The twin of a scenario: another one by name, or the same without some shocks.

    overrides: those of the scenario, which hold for the twin too. The twin takes the scenario's seed.

    Raises:
        ScenarioError: both are asked for, the twin has other quarters, or a name is unknown.
    """
    if name is not None and without:
        raise ScenarioError(Place("--twin"), "a twin and --without cannot both be given", "Give one of them.")
    omitted = ", ".join((*scenario.omit_shocks, *without))
    texts = (*overrides, f"omit_shocks=[{omitted}]") if without else overrides
    try:
        twin = read_scenario(name or scenario.path, overrides=texts, seed=scenario.seed)
    except ScenarioError as error:
        raise _placed(error, f"--set {texts[-1]}", f"--without {' '.join(without)}") if without else error from None
    if (twin.start, twin.end) != (scenario.start, scenario.end):
        fault = f"{twin.name} runs {twin.start} to {twin.end}, {scenario.name} {scenario.start} to {scenario.end}"
        raise ScenarioError(Place("--twin"), fault, "Name a scenario of the same quarters.")
    return twin


def _placed(error: ScenarioError, before: str, after: str) -> ScenarioError:
    """The same errors with places that the user knows: what they begin with is replaced."""
    moved = [
        ScenarioError(
            Place(str(one.place).replace(before, after, 1)) if str(one.place).startswith(before) else one.place,
            one.fault.removesuffix(" in omit_shocks"),
            one.remedy,
        )
        for one in error.all
    ]
    return ScenarioError(moved[0].place, moved[0].fault, moved[0].remedy, others=moved[1:])


def name_of_twin(scenario: Scenario, twin: Scenario) -> str:
    """What the twin is called: its name, or what it lacks."""
    lacking = [name for name in twin.omit_shocks if name not in scenario.omit_shocks]
    same = twin.name == scenario.name
    return f"{twin.name} without {', '.join(lacking)}" if same and lacking else twin.name
