"""What a page says of the number of runs: the running means of the outcomes that lead, with their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hedgesim.analysis.comparison import Comparison
from hedgesim.analysis.convergence import enough_of, running_mean
from hedgesim.analysis.headline import HEADLINE, PRESENCE, what_of
from hedgesim.analysis.run_outcomes import RunOutcomes, paired_values
from hedgesim.report.parts import Lines, Row, Section, Table, texts
from hedgesim.report.pictures import running_pictures
from hedgesim.report.subject import Subject

MOST = 6
"""Outcomes whose running mean is drawn."""

Names = Mapping[str, str]
Series = tuple[str, "pd.Series[float]"]


def of_comparison(found: Comparison, subjects: Sequence[Subject], names: Names) -> list[Series]:
    """Paired differences of the outcomes that lead the headline, of whole batches before those of countries.

    Batches that are not paired have none.
    """
    outcomes = {one.name: RunOutcomes(one.results, found.period) for one in subjects}
    base = outcomes[found.names[0]]
    rows = found.differences
    leading = rows[rows["outcome"].isin(HEADLINE) & rows["paired"] & (rows["difference"] != 0.0)]
    several = len(subjects) > 2
    chosen = leading.assign(whole=leading["entity"] == "").sort_values(
        ["whole", "effect"], ascending=False, kind="stable"
    )
    series = []
    for row in chosen.head(MOST).to_dict("records"):
        key = row["outcome"], row["entity"], row["option"]
        pair = paired_values(base[key], outcomes[row["batch"]][key])
        if pair is not None:
            scale = 100.0 if row["outcome"] == PRESENCE else 1.0
            title = what_of(row, names) + (f": {row['batch']}" if several else "")
            series.append((title, scale * (pair[1] - pair[0])))
    return series


def of_changes(changes: pd.DataFrame, names: Names) -> list[Series]:
    """Changes of one run between its first and last quarter, means over countries first."""
    if changes.empty:
        return []
    leading = changes[changes["outcome"].isin(HEADLINE)].assign(whole=lambda rows: rows["entity"] == "")
    chosen = leading.sort_values(["whole", "effect"], ascending=False, kind="stable").head(MOST)
    return [
        (what_of(row, names), (100.0 if row["outcome"] == PRESENCE else 1.0) * row["values"])
        for row in chosen.to_dict("records")
    ]


def section(series: Sequence[Series], *, key: str = "enough", of: str = "") -> Section:
    """Are there enough runs: the running mean of each series, and what its error says."""
    running = [(title, running_mean(values)) for title, values in series]
    drawn = [(title, table) for title, table in running if len(table) > 1]
    title = f"Are there enough runs{f' of {of}' if of else ''}?"
    if not drawn:
        why = "There are fewer than two paired differences, so convergence cannot be judged."
        return Section(key, title, (Lines((why,)),))
    said = [(name, enough_of(values)) for name, values in series]
    table = Table("Enough runs?", ("outcome", "verdict"), tuple(Row(texts(*row)) for row in said))
    lead = Lines((LEAD,))
    return Section(key, title, (lead, table, running_pictures(drawn, key)))


LEAD = (
    "The line is the mean over a growing number of first runs. If the line is flat and the band is narrow, more runs "
    "would not change the mean. The band is the 90 % interval of the mean, not of runs. Presence is in percentage "
    "points."
)
