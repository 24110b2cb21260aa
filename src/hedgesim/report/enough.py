"""What a page says of the number of runs: the running means of the outcomes that lead, with their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgesim.analysis.comparison import Comparison
from hedgesim.analysis.convergence import enough_of, running_mean
from hedgesim.analysis.headline import PRESENCE, in_headline, what_of
from hedgesim.analysis.run_outcomes import RunOutcomes, paired_values
from hedgesim.report.parts import Lines, Row, Section, Table, texts
from hedgesim.report.pictures import running_pictures
from hedgesim.report.subject import Subject

MOST = 6
"""Outcomes whose running mean is drawn."""

Names = Mapping[str, str]
Series = tuple[str, "pd.Series[float]"]
Difference = Mapping[Any, Any]


def of_comparison(
    found: Comparison, subjects: Sequence[Subject], answer: Difference, asked: str, names: Names
) -> list[Series]:
    """Paired differences: that of the answer, then those that lead the headline, of batches before those of countries.

    asked: an outcome beside those that every run has. Batches that are not paired have none.
    """
    outcomes = {one.name: RunOutcomes(one.results, found.period, [asked] * bool(asked)) for one in subjects}
    base, rows = outcomes[found.names[0]], found.differences
    differing = rows[rows["paired"] & (rows["difference"] != 0.0)]
    several = len(subjects) > 2
    series = []
    for row in _leading(differing[in_headline(differing) | _is(differing, answer)], answer):
        key = row["outcome"], row["entity"], row["option"]
        pair = paired_values(base[key], outcomes[row["batch"]][key])
        if pair is not None:
            scale = 100.0 if row["outcome"] == PRESENCE else 1.0
            title = what_of(row, names) + (f": {row['batch']}" if several else "")
            series.append((title, scale * (pair[1] - pair[0])))
    return series


def _is(rows: pd.DataFrame, answer: Difference) -> pd.Series[bool]:
    """Which row is that of the answer."""
    keys = [key for key in ("batch", "outcome", "entity", "option") if key in rows]
    return (rows[keys] == [answer[key] for key in keys]).all(axis=1)


def _leading(rows: pd.DataFrame, answer: Difference) -> list[Difference]:
    """The first rows: that of the answer, those of all countries, and the largest of the others."""
    order = rows.assign(asked=_is(rows, answer), over_all=rows["entity"] == "")
    ranked = order.sort_values(["asked", "over_all", "effect"], ascending=False, kind="stable")
    return list(ranked.head(MOST).to_dict("records"))


def of_changes(changes: pd.DataFrame, answer: Difference, names: Names) -> list[Series]:
    """Changes of one run between its first and last quarter: that of the answer, then means over countries."""
    return [
        (what_of(row, names), (100.0 if row["outcome"] == PRESENCE else 1.0) * row["values"])
        for row in _leading(changes, answer)
    ]


def section(series: Sequence[Series], runs: str = "") -> Section:
    """Are there enough runs: the running mean of each series, and what its error says; runs: which, if not all."""
    running = [(title, running_mean(values)) for title, values in series]
    drawn = [(title, table) for title, table in running if len(table) > 1]
    key, title = "enough", "Are there enough runs?"
    if not drawn:
        why = "There are fewer than two paired differences, so convergence cannot be judged."
        return Section(key, title, (Lines((why,)),))
    said = [(name, enough_of(values)) for name, values in series]
    table = Table("Enough runs?", ("outcome", "verdict"), tuple(Row(texts(*row)) for row in said))
    lead = Lines((f"{LEAD} Judged by {runs}." if runs else LEAD,))
    return Section(key, title, (lead, table, running_pictures(drawn, key)))


LEAD = (
    "The line is the mean over a growing number of first runs. If the line is flat and the band is narrow, more runs "
    "would not change the mean. The band is the 90 % interval of the mean, not of runs. Presence is in percentage "
    "points."
)
