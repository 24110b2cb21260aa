"""Every rule against every future, and against the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.analysis.hindcast.baselines import CLIMATOLOGY, PERSISTENCE
from hedgesim.analysis.hindcast.hindcast import hindcast
from hedgesim.analysis.hindcast.scores import MODEL, skill, skills
from hedgesim.analysis.hindcast.simulated import Draws
from hedgesim.analysis.regret import SIGNS, regret
from hedgesim.engines import Engine
from hedgesim.engines.case import case_of
from hedgesim.errors import HedgesimError
from hedgesim.results.simulation import run
from hedgesim.results.summary import error_of
from hedgesim.results.tables import RUNS
from hedgesim.rules import country_rules, power_rules
from hedgesim.rules.catalogue import choose_rule
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.tables import Tables

RULE = "rule"
FEWEST = 2
COMPANY: Mapping[str, str] = {"countries": "multi_vector habit", "powers": "patron bystander"}
"""Rules that a rule may be set against, by side: the usual one, and one that answers nothing."""

SCORES = {
    "shares": ("crps", PERSISTENCE, "country"),
    "meetings": ("rps", PERSISTENCE, "format"),
    "statuses": ("brier", CLIMATOLOGY, "country"),
}
"""Tables of a hindcast, the score of each, the simple forecast that it is set beside, and the column whose equal values
belong together. Persistence is not for statuses, because it made no error in these years."""

Scored = Mapping[str, pd.DataFrame]
"""Tables of a hindcast by name."""


@dataclass(frozen=True)
class Tournament:
    """Rules that everybody on one side follows in turn; every table has the column `rule`.

    runs: the final outcomes of every run: scenario, sample, run, rule and the outcomes with a goal. regrets: of
    `regret`, with outcome and goal, the most robust rule first; also place (1: least worst regret; rules with the same
    share a place) and error (Monte Carlo standard error of the mean regret). record: quantity, score, cells, own (mean
    score), skill against a baseline with low and high (90 %); behind, behind_low and behind_high, the skill against the
    rule that scores best, in the same cells (90 %); same (whether all rules score the same in every cell). Votes do not
    depend on rules.
    """

    runs: pd.DataFrame
    regrets: pd.DataFrame
    record: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"runs": self.runs, "regrets": self.regrets, "record": self.record}


def entrants(names: Sequence[str], side: str) -> list[str]:
    """The names of rules of a side, `countries` or `powers`; all of them, if none is given.

    Raises:
        HedgesimError: there is no such rule, it is given twice, or it is the only one.
    """
    known = list(country_rules() if side == "countries" else power_rules())
    for place, name in enumerate(names):
        if name not in known:
            raise HedgesimError(name, f"there is no such rule of {side}", choose_rule(name, known))
        if name in names[:place]:
            raise HedgesimError(name, "the rule is named twice", "Name it once.")
    if 0 < len(names) < FEWEST:
        remedy = f"Name at least two rules, such as {names[0]} {COMPANY[side]}, or none for all."
        raise HedgesimError(names[0], "a rule alone is always the best", remedy)
    return list(names) or known


def _follows(scenario: str, side: str, rule: str, given: Sequence[str] = ()) -> Scenario:
    """A scenario in which everybody on a side follows a rule, whatever its file says of some."""
    free = read_scenario(scenario, overrides=given)
    codes = list(getattr(free.rules, side))
    return read_scenario(
        scenario, overrides=[*given, *(f"rules.{side}.{code}.rule={rule}" for code in {*codes, "all"})]
    )


def tournament(
    rules: Sequence[str],
    side: str,
    *,
    futures: Sequence[str],
    goals: Mapping[str, str],
    runs: int,
    record: Callable[[str], Scored] = lambda _: {},
    on_rule: Callable[[int], None] = lambda _: None,
) -> Tournament:
    """Run every future under every rule with the same random numbers, and score every rule against the record.

    rules: of `entrants`. futures: scenarios by name. goals: `high` or `low` by outcome, what is good. runs: of every
    future and rule. record: the scored hindcast of a rule, such as `of_record` gives. on_rule: called with 1 after
    every rule.
    """
    parts, scored = [], {}
    for rule in rules:
        for name in futures:
            table = run(_follows(name, side, rule), runs, keep=0).table(RUNS)
            parts.append(table[["run", *goals]].assign(scenario=name, sample=0, rule=rule))
        scored[rule] = record(rule)
        on_rule(1)
    table = pd.concat(parts, ignore_index=True)
    judged = [
        regret(table, [RULE], outcome=outcome, goal=goal)
        .assign(place=lambda own: own["worst"].rank(method="min").astype(int), outcome=outcome, goal=goal)
        .merge(_errors(table, outcome, goal), on=RULE, how="left")
        for outcome, goal in goals.items()
    ]
    return Tournament(table, pd.concat(judged, ignore_index=True), _of_cells(scored))


def _errors(runs: pd.DataFrame, outcome: str, goal: str) -> pd.DataFrame:
    """Standard error of the mean regret of every rule: its runs less those of the best rule of the same future.

    Runs of one number share their random numbers in all futures, so that they count as one.
    """
    signed = runs.assign(good=SIGNS[goal] * runs[outcome])
    wide = signed.pivot_table(index=["scenario", "run"], columns=RULE, values="good", aggfunc="first").dropna()
    if wide.empty:
        return pd.DataFrame(columns=[RULE, "error"])
    best = wide.groupby("scenario").mean().idxmax(axis=1)
    lost = pd.concat([own.rsub(own[best[name]], axis=0) for name, own in wide.groupby("scenario")])
    return lost.groupby("run").mean().apply(lambda own: error_of(own.to_numpy())).rename("error").reset_index()


def of_record(
    scenario: str, side: str, tables: Tables, draws: Draws, engine: Engine, *, given: Sequence[str] = ()
) -> Callable[[str], Scored]:
    """What scores a rule against the record: a hindcast in which everybody on the side follows it.

    scenario: starts in the last quarter of the years that anything was fitted to. given: what else is set in it.
    """

    def scored(rule: str) -> Scored:
        read = _follows(scenario, side, rule, given)
        years = range(read.start.year, read.end.year + 1)
        return hindcast(case_of(read), tables, draws, engine, years=years, runs=1, seed=read.seed).tables()

    return scored


def _of_cells(scored: Mapping[str, Scored]) -> pd.DataFrame:
    """The table `record` from the scored hindcast of every rule."""
    rows = []
    for quantity, (score, baseline, group) in SCORES.items():
        tables = {rule: found[quantity] for rule, found in scored.items() if quantity in found}
        own = {rule: table[table["forecaster"] == MODEL] for rule, table in tables.items()}
        cells = {rule: table[score].to_numpy() for rule, table in own.items()}
        best = min(cells, key=lambda rule: float(cells[rule].mean()), default="")
        same = all(np.array_equal(one, cells[best]) for one in cells.values())
        for rule, table in tables.items():
            (row,) = skills(table, score, [baseline], group=group).to_dict("records")
            columns = {"own": row["own"], "baseline": baseline, **{name: row[name] for name in ("low", "high")}}
            behind = skill(cells[rule], cells[best], own[rule][group].to_numpy())
            ends = {"behind": behind.value, "behind_low": behind.low, "behind_high": behind.high}
            rows.append(
                {RULE: rule, "quantity": quantity, "score": score, "cells": len(cells[rule]), **columns}
                | {"skill": row["value"], **ends, "same": same}
            )
    return pd.DataFrame(rows)
