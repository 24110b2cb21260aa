"""What happens in a run, in plain sentences: shocks, changes, first and further meetings, memberships, who leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from hedgesim.engines.case import Case
from hedgesim.results.tables import PRESENCE
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.impulses import impulses_of

NUMBERS = {4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
"""Words for parties that are not listed by name."""

FEW = 3
"""Parties that are listed by name."""

WITH_ARTICLE = ("States", "Union", "Council", "Kingdom", "Emirates", "Federation", "Republic", "League")
"""Last words of names that have an article in a sentence."""

Event = dict[str, Any]


def events_of(scenario: Scenario, inputs: ScenarioInputs, case: Case, kept: Mapping[str, pd.DataFrame]) -> list[Event]:
    """Events in the order of quarters, each with its step, period, kind and text; kept: full tables of one run."""
    periods = case.setting.axes.periods
    found = [
        *_given(scenario, inputs, len(periods)),
        *_meetings(inputs, case, kept["formats"]),
        *_memberships(case, kept["memberships"], _foundings(kept["formats"])),
        *_leads(case, kept["countries"]),
    ]
    return [{"period": periods[one["step"]], **one} for one in sorted(found, key=lambda one: one["step"])]


def _given(scenario: Scenario, inputs: ScenarioInputs, quarters: int) -> Iterator[Event]:
    """Shocks with a date, each event once, and changes that the scenario gives."""
    begun: dict[str, tuple[int, str]] = {}
    for line in impulses_of(scenario, inputs.tables):
        if line.channel != "alarm" and 0 <= line.onset < quarters and line.rate == 0.0:
            begun.setdefault(line.event or line.shock, (int(line.onset), line.name))
    for name, (step, words) in begun.items():
        yield {"step": step, "kind": "shock", "text": f"Shock: {words.partition(':')[0]}", "id": name}
    for name, change in scenario.changes.items():
        step = change.date.index - scenario.start.index
        yield {"step": step, "kind": "change", "text": f"The scenario gives: {change.in_words}", "id": name}


def _meetings(inputs: ScenarioInputs, case: Case, table: pd.DataFrame) -> Iterator[Event]:
    """Meetings of every format; the first at a rung is of another kind than those that repeat it."""
    about = {str(row["format"]): row for row in inputs.tables.table("formats").to_dict("records")}
    for code, rows in table.groupby("format", sort=False):
        row, before = about[str(code)], "none"
        for step, (rung, meeting) in enumerate(zip(rows["rung"], rows["meeting"], strict=True)):
            first = step > 0 and rung not in {before, "none"}
            if first:
                text = _first_in_words(row, str(code), rung, case.names)
                yield {"step": step, "kind": "first", "text": text, "format": code}
            elif step > 0 and meeting != "none":
                text = f"{meeting.capitalize()} meet again: {row['name']}"
                yield {"step": step, "kind": "again", "text": text, "format": code}
            before = rung


def _first_in_words(row: Mapping[Any, Any], code: str, rung: str, names: Mapping[str, str]) -> str:
    """A format meets at a rung for the first time."""
    parties = [part for part in str(row["eligible"]).split(";") if part]
    if row["role"] == "treaty":
        return f"{row['name']} is signed"
    who = f"{rung.capitalize()} of {_listed(parties, names)}"
    if row["role"] == "dialogue" and str(row["counterpart"]) in names:
        other = names[str(row["counterpart"])]
        article = "the " if other.split()[-1] in WITH_ARTICLE else ""
        return f"{who} meet {article}{other} for the first time ({code})"
    if row["role"] == "own":
        return f"{who} meet by themselves for the first time ({code})"
    return f"{who} meet for the first time: {row['name']}"


def _listed(parties: Sequence[str], names: Mapping[str, str]) -> str:
    if len(parties) > FEW:
        return f"the {NUMBERS.get(len(parties), str(len(parties)))}"
    called = [names.get(code, code) for code in parties]
    return " and ".join(filter(None, (", ".join(called[:-1]), called[-1])))


def _foundings(table: pd.DataFrame) -> set[tuple[str, int]]:
    """Formats that meet for the first time at all, with the step: their founders become members without more words."""
    found = set()
    for code, rows in table.groupby("format", sort=False):
        rungs = rows["rung"].tolist()
        found |= {(str(code), n) for n in range(1, len(rungs)) if rungs[n - 1] == "none" != rungs[n]}
    return found


def _memberships(case: Case, table: pd.DataFrame, foundings: set[tuple[str, int]]) -> Iterator[Event]:
    """Countries enter, rise, fall back or leave."""
    for (country, code), rows in table.groupby(["country", "format"], sort=False):
        statuses, who = rows["status"].tolist(), case.names.get(str(country), str(country))
        for step, (before, now) in enumerate(pairwise(statuses), start=1):
            if now != before and (code, step) not in foundings:
                a = "an" if now == "observer" else "a"
                called = case.names.get(str(code), str(code))
                verb = f"leaves {called}" if now == "none" else f"becomes {a} {now} of {called}"
                text = f"{who} {verb} (before: {before})"
                yield {"step": step, "kind": "member", "text": text, "country": country, "format": code}


def _leads(case: Case, table: pd.DataFrame) -> Iterator[Event]:
    """Another power has the largest presence in a country."""
    powers = list(case.setting.axes.powers)
    for country, rows in table.groupby("country", sort=False):
        leading = rows[[f"{PRESENCE}{power}" for power in powers]].to_numpy().argmax(axis=1)
        who = case.names.get(str(country), str(country))
        for step in range(1, len(leading)):
            if leading[step] != leading[step - 1]:
                now, before = (case.names.get(powers[leading[n]], powers[leading[n]]) for n in (step, step - 1))
                text = f"{now} now has the largest presence in {who} (before: {before})"
                yield {"step": step, "kind": "lead", "text": text, "country": country}
