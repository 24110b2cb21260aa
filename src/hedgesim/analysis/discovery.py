"""Scenario discovery: under which values of what varies an outcome meets a condition, as boxes of limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgesim.analysis.boxes import Boxes, Flags, Peeling, find_boxes
from hedgesim.analysis.condition import Condition
from hedgesim.analysis.stored import check_outcomes, check_whole, place_of, undefined_in, varied_in
from hedgesim.errors import HedgesimError, whole
from hedgesim.numbers import apart
from hedgesim.results.results import Results
from hedgesim.results.tables import POINT, RUNS

DESIGNS = ("grid", "latin_hypercube", "sobol", "saltelli", "csv")
"""Designs that fill their space; Morris's paths do not."""

FEWEST = 50
"""Cases that are needed; a box of a twentieth of fewer holds two."""

CASES = ("means", "runs")
"""What may be a case: the mean over the runs of every point, or every run."""


@dataclass(frozen=True)
class Discovery:
    """Boxes of a condition, and what they are computed from: cases, and hits, those that meet it.

    failed, undefined: runs left out because they failed, or because there is no such outcome in them.
    ranges: lowest and highest value of every factor that is a number.
    """

    condition: Condition
    of: str
    plan: Peeling
    boxes: Boxes
    cases: int
    hits: int
    failed: int
    undefined: int
    ranges: Mapping[str, tuple[float, float]]

    @property
    def name(self) -> str:
        """What its folder is called."""
        return f"{self.condition.name}{'_in_runs' if self.of == 'runs' else ''}"

    @property
    def chosen(self) -> pd.DataFrame:
        """The steps that were chosen as boxes."""
        steps = self.boxes.steps
        return steps[steps["chosen"]].reset_index(drop=True)


def discover(results: Results, when: str | Condition, *, of: str = "means", plan: Peeling | None = None) -> Discovery:
    """Boxes of what varies in which a condition on an outcome often holds, by PRIM.

    Factors are the uncertainties, the levers and, if there are several, the scenario. when: `OUTCOME < NUMBER`, or with
    <=, > or >=. of: means, the mean over the runs of every point is a case; or runs, every successful run is.

    Raises:
        HedgesimError: the sweep is unfinished, its design does not fill its space, too few runs succeeded, it has no
            such outcome, no case or every case meets the condition, no box is as dense as asked for, or the package
            PRIM is not installed.
    """
    condition = Condition.read(when) if isinstance(when, str) else when
    plan = plan or Peeling()
    _check_options(plan, of)
    check_whole(results)
    design = str(results.manifest["design"])
    if design not in DESIGNS:
        fault = f"its design is {design}, whose samples do not fill the space"
        remedy = f"Write design: latin_hypercube (or {', '.join(DESIGNS[2:])}, grid) and sweep again."
        raise HedgesimError(place_of(results), fault, remedy)
    check_outcomes(results, [condition.outcome], condition.option)
    cases, factors, (failed, undefined) = _cases(results, condition.outcome, of)
    if not factors:
        raise HedgesimError(place_of(results), "nothing varies in it", "Add uncertainties or levers and sweep again.")
    hits = condition.holds(cases[condition.outcome])
    _check_cases(results, condition, cases[condition.outcome], hits)
    boxes = _boxes(cases[factors], hits, plan, condition)
    numbers = cases[factors].select_dtypes("number")
    ranges = {str(name): (float(numbers[name].min()), float(numbers[name].max())) for name in numbers}
    return Discovery(condition, of, plan, boxes, len(cases), int(hits.sum()), failed, undefined, ranges)


def _check_options(plan: Peeling, of: str) -> None:
    """Refuse numbers out of range."""
    if of not in CASES:
        raise HedgesimError(f"--of {of}", "there are no such cases", f"Write --of {' or --of '.join(CASES)}.")
    for name, most in (("peel", 0.5), ("paste", 0.5), ("mass", 1.0), ("density", 1.0)):
        share = getattr(plan, name)
        if share is not None and not 0.0 < share < most:
            remedy = f"Write --{name} {getattr(Peeling, name) or 0.8:g}."
            raise HedgesimError(f"--{name} {share:g}", f"it must be between 0 and {most:g}", remedy)
    if whole("boxes", plan.boxes) < 1:
        raise HedgesimError(f"--boxes {plan.boxes}", "there must be at least one box", "Write --boxes 1 or more.")


def _cases(results: Results, outcome: str, of: str) -> tuple[pd.DataFrame, list[str], tuple[int, int]]:
    """The cases with their factors, the names of those that vary, and how many runs failed or are undefined."""
    varied = varied_in(results)
    columns = [POINT, *varied.groups, *varied.uncertainties]
    runs = results.table(RUNS, columns=[*columns, outcome, "failed"])
    successful = runs.dropna(subset=[outcome])
    means = successful.groupby(columns, sort=False, dropna=False)[outcome].mean().reset_index()
    cases = means if of == "means" else successful.reset_index(drop=True)
    factors = [name for name in columns[1:] if cases[name].nunique() > 1]
    return cases, factors, (int(runs["failed"].notna().sum()), int(undefined_in(runs, outcome).sum()))


def _check_cases(results: Results, condition: Condition, values: pd.Series[Any], hits: Flags) -> None:
    """Refuse too few cases, and a condition that every case or no case meets."""
    if len(hits) < FEWEST:
        fault = f"boxes need at least {FEWEST} cases, and there are {len(hits)}"
        raise HedgesimError(place_of(results), fault, "Write more samples and sweep again; --quick gives too few.")
    if hits.any() and not hits.all():
        return
    who = "every case meets it" if hits.all() else "no case meets it"
    low, middle, high = apart([values.min(), values.median(), values.max()], 4)
    if low == high:
        raise HedgesimError(condition.option, f"{who}: {condition.outcome} is always {low}", "Name another outcome.")
    fault = f"{who}: {condition.outcome} is between {low} and {high}"
    remedy = f"Write a number between, such as the median {middle}."
    raise HedgesimError(condition.option, fault, remedy)


def _boxes(factors: pd.DataFrame, hits: Flags, plan: Peeling, condition: Condition) -> Boxes:
    """The boxes; HedgesimError where there is none."""
    try:
        boxes = find_boxes(factors, hits, plan)
    except RecursionError as error:
        fault = f"steps of {plan.peel:g} down to a mass of {plan.mass:g} are too many"
        raise HedgesimError(f"--peel {plan.peel:g}", fault, "Write a larger --peel or --mass.") from error
    if boxes.steps["chosen"].any():
        return boxes
    densest = float(boxes.steps["density"].max())
    if plan.density is not None and densest < plan.density:
        fault, remedy = f"no box is so dense; the densest has {densest:.3f}", f"Write {0.95 * densest:.2g} or less."
        raise HedgesimError(f"--density {plan.density:g}", fault, remedy)
    remedy = "The condition does not depend on what varies, or there are too few runs to show it."
    raise HedgesimError(condition.option, f"no box is denser than all cases, {hits.mean():.3f}", remedy)
