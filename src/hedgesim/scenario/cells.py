"""What the cells of tables may hold, in files and in `data:` alike: numbers and their ranges, words, dates, names."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hedgesim.errors import choose_from
from hedgesim.model.period import Period
from hedgesim.model.setting import OTHER, REGION
from hedgesim.model.shocks import CHANNELS
from hedgesim.model.votes import CHOICES
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.scenario.attributes import allowed
from hedgesim.scenario.cell_faults import CellFault
from hedgesim.scenario.files import CsvTable, number_in, number_like

Row = Mapping[str, str]
Said = tuple[str, str, str, str]
"""Column, value, fault and remedy."""

LAST_COLUMNS = ("date", "source", "confidence")
"""Columns with which every table ends."""

OTHER_OPTIONS = (REGION, OTHER)
"""What a country may align with besides powers."""

DATED = ("date", "from", "to", "founded", "ended", "lead_entered", "end")
"""Columns that hold dates, where a table has them."""

ASSUMPTION = "assumption"
ASSUMED = (ASSUMPTION, "recall")
"""Confidences of numbers that nobody has checked."""

CONFIDENCES = ("seen", "proxy", *reversed(ASSUMED))

UNBOUNDED = (-math.inf, math.inf)
UNIT = (0.0, 1.0)
COLUMN_BOUNDS = {
    **dict.fromkeys(("share", "tie", "prior", "prior_dominated", "formality", "customs"), UNIT),
    "evidence": (0.0, math.inf),
    "pairs": (0.0, math.inf),
    "gdp": (1e-6, math.inf),
    "cadence": (1.0, 40.0),
    "half_life": (0.01, math.inf),
    "ramp": (0.0, math.inf),
}
"""Lowest and highest value of a number by its column."""

TABLE_BOUNDS = {**dict.fromkeys(("proximity", "trust", "rivalry", "alarms"), UNIT), "affinity": (-1.0, 1.0)}
"""Lowest and highest value of the column `value` by its table."""

ATTRIBUTE_BOUNDS = {
    **dict.fromkeys(("personalisation", "statutory_neutrality", "regional_weight", "politics", "pace"), UNIT),
    **dict.fromkeys(("hydrocarbon_exporter", "weight", "attention", "solidarity"), UNIT),
    "bodies_left": (0.0, math.inf),
    **dict.fromkeys(("turnover", "gdp"), (0.001, math.inf)),
    "mass": (0.001, 1.0),
}
"""Lowest and highest value by attribute or measure, or by its first word where it is one for each domain."""

_WITHIN = re.compile(r"(-?\d+)(?:-|\.\.| or )(\d+)")
"""A unit that is a range, such as 0-3."""

WORDS: Mapping[tuple[str, str], Sequence[str]] = {
    ("axes", "axis"): ("country", "power", "domain", "option"),
    ("formats", "role"): ("own", "dialogue", "small", "treaty", "body", "programme"),
    ("formats", "ceiling"): RUNGS,
    ("formats", "level"): RUNGS,
    ("memberships", "status"): STATUSES,
    ("meetings", "level"): ("leaders", "ministers", "working"),
    ("rollcalls", "kind"): ("sovereignty", "sovereignty_human_rights", "human_rights", "sanctions", "other"),
    ("rollcalls", "vote"): CHOICES,
    ("shocks", "role"): ("cause", "outcome"),
    ("shocks", "profile"): ("permanent", "decay", "pulse"),
    ("shocks", "channel"): tuple(CHANNELS),
    ("scale", "channel"): tuple(CHANNELS),
}
"""Words that a column knows, by table and column."""

NAMED = {
    **dict.fromkeys(("country", "partner", "countries", "eligible", "opens_to"), "country"),
    **dict.fromkeys(("power", "rival", "lead"), "power"),
    **dict.fromkeys(("domain", "domains"), "domain"),
    **dict.fromkeys(("option", "powers"), "option"),
    **dict.fromkeys(("format", "after"), "format"),
}
"""Axis, or formats, whose members a column names, one or several joined by semicolons; in `after` each with a rung."""

CHECKED = ("axes", "shares", "ties", "country_attributes", "domain_attributes", "power_attributes", "proximity",
           "affinity", "trust", "rivalry", "formats", "memberships", "meetings", "shocks", "alarms", "rollcalls",
           "dialogues", "sizes", "scale")  # fmt: skip
"""Tables of which a run uses every row: their names are known, their keys unique, their numbers given."""

MAY_BE_EMPTY = ("from", "partner", "half_life", "ramp", "size", "virtual", "prior")
"""Keys and numbers of these tables that are not always given."""

MUST_HAVE_DATES = ("alarms", "rollcalls")
"""Tables of events, each of which acts from its date."""

SYMMETRIC = {"rivalry": ("power", "rival")}
"""Tables of pairs that have one number for both directions."""

OTHERS = {("formats", "lead"): ("none",), **dict.fromkeys((("meetings", "format"), ("dialogues", "power")), None)}
"""Further words in a column of names; None: any."""


def bounds_of(table: str, column: str, *, attribute: str = "", unit: str = "") -> tuple[float, float]:
    """Lowest and highest value of a number."""
    if column in COLUMN_BOUNDS:
        return COLUMN_BOUNDS[column]
    if column != "value":
        return UNBOUNDED
    word = attribute if attribute in ATTRIBUTE_BOUNDS else attribute.split("_")[0]
    within = _WITHIN.fullmatch(unit)
    by_unit = (float(within[1]), float(within[2])) if within else UNBOUNDED
    return TABLE_BOUNDS.get(table) or (ATTRIBUTE_BOUNDS.get(word) if attribute else None) or by_unit


def wanted(low: float, high: float) -> str:
    """A number within bounds, in words."""
    if math.isinf(low):
        return "a number"
    return f"a number of at least {low:g}" if math.isinf(high) else f"a number from {low:g} to {high:g}"


@dataclass(frozen=True)
class Cells:
    """Checks of the rows of one table; names: by axis and of formats, sources: keys of citations."""

    table: str
    form: Mapping[str, Any]
    sources: Collection[str]
    names: Mapping[str, Collection[str]] = field(default_factory=dict)

    def faults(self, table: CsvTable) -> Iterator[CellFault]:
        """Everything wrong with the cells, in the order of lines."""
        rows = [dict(zip(table.header.cells, line.cells, strict=True)) for line in table.lines]
        top = table.header.number
        for axis in ("country", "power", "domain") if self.table == "axes" and rows else ():
            if axis not in self.names:
                yield CellFault(top, f"there is no {axis} in it", "Add rows of this axis.")
        used, first = self.table in CHECKED, dict[tuple[str, ...], int]()
        if used and self.form.get("required") and not rows:
            yield CellFault(top, "there are no rows below the header", "Add them.")
        for line, row in zip(table.lines, rows, strict=True):
            for column, value, fault, remedy in (*self._values(row), *(self._used(row) if used else ())):
                yield CellFault(line.number, fault, remedy, column, value)
            if used:
                key = tuple(row[column] for column in self._key(row))
                if (before := first.setdefault(key, line.number)) != line.number:
                    fault = f"{', '.join(filter(None, key))} is there twice (first in line {before})"
                    yield CellFault(line.number, fault, "Keep one of the two.")
        if self.table in SYMMETRIC:
            yield from _by_direction(table, rows, SYMMETRIC[self.table])

    def _key(self, row: Row) -> list[str]:
        """Columns that tell rows apart; where the latest date counts, the date is one."""
        return [*self.form["key"], *(["date"] if "latest" in self.form else [])]

    def _values(self, row: Row) -> Iterator[Said]:
        """What no table may hold."""
        for column, cell in row.items():
            if column in self.form.get("numbers", ()):
                if cell and math.isnan(number_in(cell)):
                    yield column, cell, "is not a number", number_like(cell)
            elif (said := word_fault(self.table, column, cell)) is not None:
                yield column, cell, *said

    def _used(self, row: Row) -> Iterator[Said]:
        """What a table that a run uses may not hold besides."""
        yield from self._numbers(row)
        yield from self._names(row)
        for key in map(str.strip, row["source"].split(";")):
            if key not in {ASSUMPTION, *self.sources}:
                yield "source", key, "is no source" if key else "is empty", "Write assumption, or the key of a source."
        if "start" in row and not _is_quarter(row["start"]):
            yield "start", row["start"], "is not a quarter", "Write it like 2022Q1."
        if "color" in row and not re.fullmatch("#[0-9A-Fa-f]{6}", row["color"]):
            yield "color", row["color"], "is not a colour", "Write it like #0072B2."
        if self.table in MUST_HAVE_DATES and not row["date"]:
            yield "date", "", "is empty", "Write the date of the event."
        if self._attributes and row["attribute"] not in self._attributes:
            remedy = self._choose("attribute", row["attribute"], self._attributes)
            yield "attribute", row["attribute"], f"is no attribute of a {self.form['key'][-2]}", remedy
        if self.table == "shocks":
            yield from _shock_faults(row)

    @cached_property
    def _attributes(self) -> tuple[str, ...]:
        """Attributes that the table may have; none where it has no attributes, or the domains are not known."""
        return allowed(self.table, self.names["domain"]) if "domain" in self.names else ()

    @cached_property
    def _remedies(self) -> dict[tuple[str, str], str]:
        return {}

    def _choose(self, column: str, name: str, known: Collection[str]) -> str:
        """The remedy for an unknown name, found once for each column, because a wrong name is often in every row."""
        if (column, name) not in self._remedies:
            self._remedies[column, name] = choose_from(name, known)
        return self._remedies[column, name]

    def _numbers(self, row: Row) -> Iterator[Said]:
        for column in self.form.get("numbers", ()):
            value = number_in(row[column])
            what = row.get("attribute", row.get("measure", ""))
            low, high = bounds_of(self.table, column, attribute=what, unit=row.get("unit", ""))
            if not row[column] and column not in MAY_BE_EMPTY:
                yield column, "", "is empty", f"Write {wanted(low, high)}."
            elif not math.isnan(value) and not low <= value <= high:
                yield column, row[column], "is out of range", f"Write {wanted(low, high)}."

    def _names(self, row: Row) -> Iterator[Said]:
        for column in [name for name in row if name in NAMED or name in self.form["key"]]:
            if not row[column] and column in self.form["key"] and column not in MAY_BE_EMPTY:
                yield column, "", "is empty", "Write what the row is about."
            known = self._known(column)
            file = "formats.csv" if NAMED.get(column) == "format" else "axes.csv"
            for part in row[column].split(";"):
                name = (part.partition(":")[0] if column == "after" else part).strip()
                if name and known is not None and name not in known:
                    yield column, name, f"is not in {file}", self._choose(column, name, known)

    def _known(self, column: str) -> Collection[str] | None:
        """Names that a column may hold; None: any."""
        axis, others = NAMED.get(column, ""), OTHERS.get((self.table, column), ())
        if axis not in self.names or others is None or (self.table, column) == ("formats", "format"):
            return None
        powers = self.names.get("power", ()) if (self.table, column) == ("memberships", "country") else ()
        return {*self.names[axis], *powers, *others}


def word_fault(table: str, column: str, cell: str) -> tuple[str, str] | None:
    """Fault and remedy of a cell without a number; None if nothing is wrong with its form."""
    known = CONFIDENCES if column == "confidence" else WORDS.get((table, column))
    if known is not None and cell not in known:
        return "is not known", f"Write one of {', '.join(known)}."
    if column in DATED and not is_date(cell):
        return "is not a date", "Write YYYY, YYYY-MM or YYYY-MM-DD."
    if column == "after" and not all(part.partition(":")[2] in RUNGS for part in cell.split(";") if part):
        return "names no rung", f"Write FORMAT:RUNG with one of {', '.join(RUNGS)}."
    return None


def _shock_faults(row: Row) -> Iterator[Said]:
    """What a cause lacks, or has in another range than its channel."""
    form = CHANNELS.get(row["channel"])
    if row["role"] != "cause" or form is None:
        return
    if not row["size"]:
        yield "size", "", "is empty", f"Write {wanted(form.low, form.high)}."
    elif not form.low <= number_in(row["size"]) <= form.high:
        yield "size", row["size"], f"is out of range for {row['channel']}", f"Write {wanted(form.low, form.high)}."
    if row["profile"] == "decay" and not row["half_life"]:
        yield "half_life", "", "is empty", "Write the quarters after which half is left."
    if not row["date"]:
        yield "date", "", "is empty", "Write the date of the event."
    for target in form.needs:
        column = "powers" if target == "options" else target
        if not row[column]:
            yield column, "", f"is empty, and {row['channel']} needs {target}", f"Name {target}."


def _by_direction(table: CsvTable, rows: Sequence[Row], pair: tuple[str, str]) -> Iterator[CellFault]:
    """Pairs with another number in each direction."""
    one, other = pair
    known = {(row["start"], row[one], row[other]): (row["value"], n) for n, row in enumerate(rows)}
    for n, row in enumerate(rows):
        value, before = known.get((row["start"], row[other], row[one]), ("", n))
        if before < n and number_in(value) != number_in(row["value"]):
            fault = f"{row[one]}-{row[other]} has {row['value']}, and {row[other]}-{row[one]} in line"
            remedy = "Write the same number in both, for a pair of powers has one."
            yield CellFault(table.lines[n].number, f"{fault} {table.lines[before].number} has {value}", remedy)


def _is_quarter(text: str) -> bool:
    try:
        return text.isascii() and Period.parse(text) is not None
    except ValueError:
        return False


def is_date(text: str) -> bool:
    """Whether a cell holds a date, or nothing."""
    try:
        return not text or (text.isascii() and Period.of_date(text) is not None)
    except ValueError:
        return False
