"""How far a chart may be trusted: the line below it, made from the tables of the start and from scored years."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from hedgesim.numbers import sentence
from hedgesim.scenario.cells import ASSUMED

LEVELS = "levels of shares are not forecast"
NOT_SCORED = "the share of the record inside 90 % bands was not scored"
ELSEWHERE = "the parameters were fitted to other countries and were not scored for these"


@dataclass(frozen=True)
class Trust:
    """What charts say of themselves.

    start: by part of the start how many of its numbers are assumption or recall, and how many there are. coverage:
    columns domain, ahead (years), cells, inside; cells of years not fitted, and those inside their band. patterns:
    columns pattern, verdict, quantities (joined by semicolons); patterns of the record with their verdicts. elsewhere:
    whether the parameters were fitted to the record of other countries; then coverage and patterns are empty.
    """

    start: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    coverage: pd.DataFrame = field(default_factory=pd.DataFrame)
    patterns: pd.DataFrame = field(default_factory=pd.DataFrame)
    elsewhere: bool = False

    def line(self, *parts: str, about: Collection[str] = ()) -> str:
        """The line below a chart that rests on some parts of the start; about: quantities of patterns that it shows."""
        found = ((part, *self.start[part]) for part in parts if part in self.start)
        counts = [f"{part} {assumed} of {numbers}" for part, assumed, numbers in found if numbers]
        start = f"assumption or recall at the start: {', '.join(counts)}; " if counts else ""
        bear = f"{patterns_in_words(self.patterns, about)}; " if about and not self.elsewhere else ""
        scored = ELSEWHERE if self.elsewhere else coverage_in_words(self.coverage)
        return f"How far to trust this: {start}{scored}; {bear}{LEVELS}."

    def short(self, *parts: str) -> str:
        """The line in short sentences, the most important one first."""
        counts = [self.start[part] for part in parts if part in self.start]
        assumed, numbers = (sum(count[place] for count in counts) for place in (0, 1))
        start = f" {assumed} of {numbers} starting values are assumptions." if numbers else ""
        return f"{sentence(LEVELS)}.{start}{self._coverage()}"

    def _coverage(self) -> str:
        """The least and the largest coverage of each domain; nothing where it was not scored."""
        if self.elsewhere:
            return f" {sentence(ELSEWHERE)}."
        if self.coverage.empty:
            return ""
        rows = self.coverage[self.coverage["cells"] > 0]
        shares = (rows["inside"] / rows["cells"]).groupby(rows["domain"], sort=False)
        said = ", ".join(f"{own.min():.0%} to {own.max():.0%} in {domain}" for domain, own in shares)
        return f" Cells inside 90 % bands in years not fitted: {said}."


def coverage_in_words(coverage: pd.DataFrame) -> str:
    """Share of cells inside the 90 % bands, by domain, for every number of years ahead."""
    if coverage.empty:
        return NOT_SCORED
    said = []
    for domain, rows in coverage.sort_values("ahead").groupby("domain", sort=False):
        rows = rows[rows["cells"] > 0]
        parts = " ".join(f"{share:.0%}" for share in rows["inside"] / rows["cells"])
        years = " ".join(f"{ahead:.0f}" for ahead in rows["ahead"])
        said.append(f"{domain} {parts} ({years} years ahead, {rows['cells'].sum():.0f} cells)")
    return "coverage of 90 % bands in years not fitted: " + ", ".join(said)


def patterns_in_words(patterns: pd.DataFrame, about: Collection[str]) -> str:
    """Patterns of the record that bear on some quantities, by verdict."""
    if patterns.empty:
        return "patterns of the record: not scored"
    bearing = patterns[patterns["quantities"].map(lambda names: bool({*str(names).split(";")} & {*about}))]
    said = [f"{verdict}: {' '.join(own['pattern'])}" for verdict, own in bearing.groupby("verdict", sort=False)]
    return f"patterns of the record about this ({', '.join(said) or 'none'})"


def assumed_in(frame: pd.DataFrame) -> tuple[int, int]:
    """How many rows of a table are assumption or recall, and how many there are."""
    return int(frame["confidence"].isin(ASSUMED).sum()), len(frame)


def start_of(tables: Mapping[str, pd.DataFrame], axes: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Parts of the start with their assumptions, from its tables.

    axes: members of the axis by column; rows with other members are not used.
    """
    used = {}
    for name, frame in tables.items():
        for column, members in axes.items():
            if column in frame:
                frame = frame[frame[column].isin(list(members))]
        used[name] = frame
    parts = {name: assumed_in(frame) for name, frame in used.items() if "domain" not in frame}
    for name, frame in used.items():
        if "domain" in frame:
            parts[name] = assumed_in(frame)
            parts |= {f"{domain} {name}": assumed_in(rows) for domain, rows in frame.groupby("domain")}
    return parts
