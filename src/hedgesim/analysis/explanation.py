"""Why a country decided as it did, in a run of a scenario or of results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hedgesim.engines.case import case_of
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.explanation import Explanation, explain_decision, place_of
from hedgesim.engines.quarter import assess
from hedgesim.engines.rule_check import use_rule_files
from hedgesim.errors import HedgesimError, check_type, whole
from hedgesim.model.noise import LARGEST_RUN
from hedgesim.model.world import at_step
from hedgesim.results.recorded import Source, scenario_from


def explain(
    source: Source,
    country: str,
    period: str,
    *,
    run: int = 0,
    seed: int | None = None,
    rules: Sequence[str | Path] = (),
) -> Explanation:
    """Why a country decided as it did in a quarter of one run.

    source: a scenario, by name or path too, or results of runs, whose scenario is run again. period: such as `2022Q3`,
    after the start. seed: in place of that of a scenario. rules: files with rules of your own.

    Raises:
        HedgesimError: an unknown country, a quarter in which nobody decides, a run or a seed that results do not have.
        ScenarioError, StoreError: the scenario, or results, cannot be read.
    """
    use_rule_files(rules)
    recorded, runs = scenario_from(source)
    scenario, _ = scenario_from(recorded, seed)
    if runs is not None and scenario.seed != recorded.seed:
        remedy = "Leave it out, or name the scenario in place of the results."
        raise HedgesimError(f"--seed {seed}", f"the results have the seed {recorded.seed}", remedy)
    run, case = whole("run", run, 0, LARGEST_RUN), case_of(scenario)
    check_type("country", country, str, "Give the code of a country as text.")
    place_of(case, country)
    first, *periods = case.setting.axes.periods
    if period not in periods:
        fault = f"{scenario.name} starts in {first}, and decisions are taken from {periods[0]} to {periods[-1]}"
        raise HedgesimError(f"--period {period}", fault, f"Name one of these quarters, such as {periods[-1]}.")
    if runs is not None and run >= runs:
        raise HedgesimError(f"--run {run}", f"the results have {runs} runs", f"Name one from 0 to {runs - 1}.")
    step = periods.index(period) + 1
    trajectory = simulate(case, [run])
    now, inputs = case.at(step), trajectory.inputs
    before, after = (at_step(trajectory.worlds, n) for n in (step - 1, step))
    conditions = at_step(inputs.conditions, step)
    given = assess(now, before, inputs.start.baseline, conditions=conditions, draws=inputs.draws_at(step))
    return explain_decision(now, given, after, country, run=run)
