"""The tables of the invented region with codes of one's own: as many countries and powers as are named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from hedgesim.errors import HedgesimError, shown

Row = dict[str, str]

ONE = ("country", "partner", "power", "rival", "option", "code")
"""Columns with one code, for each of which there is a row."""

PAIRS: Mapping[str, tuple[str, str]] = {
    "ties.csv": ("country", "partner"),
    "trust.csv": ("country", "partner"),
    "rivalry.csv": ("power", "rival"),
}
"""Tables of pairs, in which nobody is beside itself, with the columns of both."""

SUMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "shares.csv": ("share", ("country", "domain")),
    "ties.csv": ("tie", ("country",)),
}
"""Tables with numbers that sum to 1 over the rows that agree in some columns."""

FEWEST = 2
DIGITS = 4
FURTHER = ("#F0E442", "#882255", "#44AA99", "#999933", "#AA4499", "#DDCC77", "#661100", "#6699CC", "#117733", "#332288")
"""Colours of countries and powers beyond those of the invented region."""


def codes_in(option: str, text: str) -> tuple[str, ...]:
    """Codes that an option names, joined by commas.

    Raises:
        HedgesimError: fewer than two, one twice, or one that cannot be a code.
    """
    codes = tuple(filter(None, map(str.strip, text.split(","))))
    place = f"{option} {text}"
    for code in codes:
        if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", code) or code in {"region", "other", "none", "all"}:
            remedy = "Write letters, digits and _, beginning with a letter."
            raise HedgesimError(place, f"{shown(code)} cannot be a code", remedy)
    if len(codes) < FEWEST or len(set(codes)) < len(codes):
        fault = "a code appears twice" if len(codes) >= FEWEST else f"there are fewer than {FEWEST} codes"
        raise HedgesimError(place, fault, f"Write it like {option} AAA,BBB,CCC.")
    return codes


@dataclass(frozen=True)
class OwnCodes:
    """Codes in place of those of the invented region; each new one is like one of them, in turn.

    old, new: countries and powers of the invented region, and the new ones. names: of the old ones by code.
    """

    old: tuple[tuple[str, ...], tuple[str, ...]]
    new: tuple[tuple[str, ...], tuple[str, ...]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, axes: str, countries: Sequence[str], powers: Sequence[str]) -> OwnCodes:
        """The codes in place of those in the text of axes.csv; none for an axis leaves it as it is.

        Raises:
            HedgesimError: a country and a power have one code.
        """
        rows = list(csv.DictReader(io.StringIO(axes)))
        old = (
            tuple(row["code"] for row in rows if row["axis"] == "country"),
            tuple(row["code"] for row in rows if row["axis"] == "power"),
        )
        new = tuple(countries) or old[0], tuple(powers) or old[1]
        if both := sorted(set(new[0]) & set(new[1])):
            raise HedgesimError("--countries, --powers", f"{both[0]} is in both", "Give each its own code.")
        return cls(old, new, {row["code"]: row["name"] for row in rows})

    def like(self, code: str) -> list[str]:
        """The new codes that are like an old one; any other text is itself."""
        for old, new in zip(self.old, self.new, strict=True):
            if code in old:
                return [one for k, one in enumerate(new) if old[k % len(old)] == code]
        return [code]

    def first(self, code: str) -> str:
        """One new code for an old one, which always is one."""
        mine = 1 if code in self.old[1] else 0
        return (self.like(code) or [self.new[mine][-1]])[0]

    def text(self, text: str) -> str:
        """A text with the first new code in place of every old code and name."""
        by_text = {text: code for code in (*self.old[0], *self.old[1]) for text in (code, self.names[code])}
        found = rf"(?<![A-Za-z])({'|'.join(map(re.escape, by_text))})(?![A-Za-z])"
        return re.sub(found, lambda match: self.first(by_text[match[0]]), text)

    def table(self, name: str, text: str) -> str:
        """A table with the new codes."""
        if not name.endswith(".csv") or self.new == self.old:
            return text
        rows = list(csv.DictReader(io.StringIO(text)))
        found = [new for row in rows for new in self._expanded(name, row)]
        columns, places = list(rows[0]), [row.get("axis") for row in rows]
        if name in PAIRS:
            found += self._alike_pairs(rows, *PAIRS[name])
        found.sort(key=lambda row: (places.index(row.get("axis")), *self._places(name, row)))
        if name in SUMS:
            _close(found, *SUMS[name])
        lines = io.StringIO()
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
        return lines.getvalue()

    def _expanded(self, name: str, row: Row) -> Iterator[Row]:
        """The rows that stand for one: one for each new code like its own; of a format or a shock one row."""
        single = [] if name in {"formats.csv", "shocks.csv"} else [column for column in ONE if column in row]
        for codes in product(*(self.like(row[column]) for column in single)):
            own = dict(zip(single, codes, strict=True))
            yield {**{column: self._cell(column, cell) for column, cell in row.items()}, **own, **self._axis(own)}

    def _cell(self, column: str, cell: str) -> str:
        """A cell: lists of codes name all that are like theirs; numbers of pairs are those of all countries."""
        if column == "pairs" and cell != "0":
            return str(len(self.new[0]) * (len(self.new[0]) - 1) // 2)
        if all(part in self.names for part in cell.split(";")) and ";" in cell:
            codes = [code for part in cell.split(";") for code in self.like(part)]
            return ";".join(sorted(codes, key=[*self.new[0], *self.new[1], *codes].index))
        return self.text(cell)

    def _axis(self, own: Mapping[str, str]) -> Row:
        """Name and colour in a row of axes.csv."""
        code = own.get("code", "")
        rank = next((codes.index(code) for codes in self.new if code in codes), None)
        if rank is None:
            return {}
        return {"name": code, **({"color": FURTHER[rank % len(FURTHER)]} if rank >= len(self.old[0]) else {})}

    def _places(self, name: str, row: Row) -> tuple[int, ...]:
        """Places, in the order in which codes were named, of what a row is about."""
        order = (*self.new[0], *self.new[1])
        about = PAIRS.get(name) or [column for column in ("code", "country", "power") if column in row][:1]
        return tuple(order.index(row[column]) if row[column] in order else len(order) for column in about)

    def _alike_pairs(self, rows: Sequence[Row], first: str, second: str) -> Iterator[Row]:
        """Rows for pairs of new codes that are like one old code, each as the first row of that code."""
        for row in {row[first]: row for row in reversed(rows)}.values():
            for a, b in product(self.like(row[first]), repeat=2):
                if a != b:
                    yield {**row, first: a, second: b}


def _close(rows: Sequence[Row], column: str, of: Sequence[str]) -> None:
    """Scale numbers so that those of rows that agree in some columns sum to 1; the last takes what is left."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in of), []).append(row)
    for own in groups.values():
        total = sum(float(row[column]) for row in own)
        for row in own[:-1]:
            row[column] = f"{round(float(row[column]) / total, DIGITS):g}"
        own[-1][column] = f"{round(1.0 - sum(float(row[column]) for row in own[:-1]), DIGITS):g}"
