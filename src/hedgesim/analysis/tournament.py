"""Every rule against every future, and against the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from hedgesim.analysis.hindcast.baselines import CLIMATOLOGY, PERSISTENCE
from hedgesim.analysis.hindcast.hindcast import Hindcast, hindcast
from hedgesim.analysis.hindcast.scores import MODEL, skills
from hedgesim.analysis.hindcast.simulated import Draws
from hedgesim.analysis.regret import regret
from hedgesim.engines import Engine
from hedgesim.engines.case import case_of
from hedgesim.errors import HedgesimError, choose_from
from hedgesim.results.simulation import run
from hedgesim.results.tables import RUNS
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.tables import Tables

RULE = "rule"

SCORES = {
    "shares": ("crps", PERSISTENCE, "country"),
    "meetings": ("rps", PERSISTENCE, "format"),
    "statuses": ("brier", CLIMATOLOGY, "country"),
}
"""Tables of a hindcast, the score of each, the simple forecast that it is set beside, and the column whose equal values
belong together. Persistence is not for statuses, because it made no error in these years."""


@dataclass(frozen=True)
class Tournament:
    """Rules that everybody on one side follows in turn; every table has the column `rule`.

    runs: the final outcomes of every run: scenario, sample, run, rule and the outcomes with a goal. regrets: of
    `regret`, with outcome and goal, the most robust rule first. record: quantity, score, cells, own (mean score), and
    skill against a baseline with low and high (90 %); votes do not depend on rules.
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
        HedgesimError: there is no such rule, or it is given twice.
    """
    known = list(country_rules() if side == "countries" else power_rules())
    for place, name in enumerate(names):
        if name not in known:
            raise HedgesimError(name, f"there is no such rule of {side}", choose_from(name, known))
        if name in names[:place]:
            raise HedgesimError(name, "the rule is named twice", "Name it once.")
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
    record: Callable[[str], Iterator[dict[str, object]]] = lambda _: iter(()),
    on_rule: Callable[[int], None] = lambda _: None,
) -> Tournament:
    """Run every future under every rule with the same random numbers, and score every rule against the record.

    rules: of `entrants`. futures: scenarios by name. goals: `high` or `low` by outcome, what is good. runs: of every
    future and rule. record: rows of a rule for the table of that name, such as `of_record` gives. on_rule: called with
    1 after every rule.
    """
    parts, rows = [], []
    for rule in rules:
        for name in futures:
            table = run(_follows(name, side, rule), runs, keep=0).table(RUNS)
            parts.append(table[["run", *goals]].assign(scenario=name, sample=0, rule=rule))
        rows += [{RULE: rule, **row} for row in record(rule)]
        on_rule(1)
    table = pd.concat(parts, ignore_index=True)
    judged = [
        regret(table, [RULE], outcome=outcome, goal=goal).assign(outcome=outcome, goal=goal)
        for outcome, goal in goals.items()
    ]
    return Tournament(table, pd.concat(judged, ignore_index=True), pd.DataFrame(rows))


def of_record(
    scenario: str, side: str, tables: Tables, draws: Draws, engine: Engine, *, given: Sequence[str] = ()
) -> Callable[[str], Iterator[dict[str, object]]]:
    """What scores a rule against the record: a hindcast in which everybody on the side follows it.

    scenario: starts in the last quarter of the years that anything was fitted to. given: what else is set in it.
    """

    def rows(rule: str) -> Iterator[dict[str, object]]:
        read = _follows(scenario, side, rule, given)
        years = range(read.start.year, read.end.year + 1)
        found = hindcast(case_of(read), tables, draws, engine, years=years, runs=1, seed=read.seed)
        yield from _scored(found)

    return rows


def _scored(found: Hindcast) -> Iterator[dict[str, object]]:
    for quantity, (score, baseline, group) in SCORES.items():
        table = found.tables()[quantity]
        (row,) = skills(table, score, [baseline], group=group).to_dict("records")
        yield {
            "quantity": quantity,
            "score": score,
            "cells": int((table["forecaster"] == MODEL).sum()),
            "own": row["own"],
            "baseline": baseline,
            "skill": row["value"],
            "low": row["low"],
            "high": row["high"],
        }
