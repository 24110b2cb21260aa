"""What may not be meant in a scenario without fault: `hedgesim check` says it, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

from hedgesim.model.period import Period
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import Tables

FAR = 40
"""Quarters after the last recorded cause from which on an end is far."""

OPENING, CLOSING = "\u201c\u201e\u2018\u201a\u00ab", "\u201d\u201c\u2019\u2018\u00bb"
"""Typographic quotes, which YAML takes as letters."""


def notices_of(scenario: Scenario, tables: Tables) -> tuple[str, ...]:
    """When its own shocks act, and what looks like a slip: names, and an end far from the data."""
    return *_dates(scenario), *_names(scenario), *_end(scenario, tables)


def _dates(scenario: Scenario) -> Iterator[str]:
    for name, shock in scenario.shocks.items():
        if shock.date is not None:
            yield f"The shock {name} acts from {shock.date}."


def _names(scenario: Scenario) -> Iterator[str]:
    named = {key: one.name for key, one in scenario.shocks.items() if one.name}
    for name in dict.fromkeys(named.values()):
        same = [key for key, own in named.items() if own == name]
        if len(same) > 1:
            yield f"The shocks {', '.join(same)} have the same name, {name}: charts cannot distinguish them."
    for key, name in named.items():
        if name[0] in OPENING and name[-1] in CLOSING:
            yield f"The quotes in the name of the shock {key}, {name}, are typographic and so are letters of it."


def _end(scenario: Scenario, tables: Tables) -> Iterator[str]:
    """An end long after the last cause that the tables know."""
    dates = [str(date) for date in tables.table("shocks")["date"] if date]
    last = max((Period.of_date(date) for date in dates), default=None)
    if last is not None and scenario.end.index - last.index > FAR:
        years = (scenario.end.index - last.index) // 4
        yield (
            f"The run ends in {scenario.end}, {years} years after the last event of the tables ({last}): the data "
            "contain nothing about these years."
        )
