"""What the cells of tables may hold, in files and in `data:` alike: numbers and their ranges, words, dates, names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hedgesim.model.period import Period
from hedgesim.model.setting import OTHER, REGION
from hedgesim.model.shocks import CHANNELS
from hedgesim.model.votes import CHOICES
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.scenario.files import number_in

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

_COLOR = re.compile("#[0-9A-Fa-f]{6}")

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

WEIGHT = "weight_"
"""Beginning of the name of the attribute of a country that weights a domain."""

UNITS: Mapping[str, Mapping[str, str]] = {
    "country": {
        "turnover": "USD bn",
        "regional_weight": "",
        "personalisation": "",
        "statutory_neutrality": "",
        "bodies_left": "bodies",
    },
    "domain": {"politics": "", "pace": "share of the way in a quarter"},
    "power": {"mass_security": "of the largest", "attention": "", "solidarity": ""},
}
"""Attributes that every member of an axis needs, and their units where a range does not say all."""

NOT_NEEDED: Mapping[str, tuple[str, ...]] = {"country": ("hydrocarbon_exporter",)}
"""Attributes that tables may have besides, which no run reads."""


def needed(axis: str, domains: Iterable[str]) -> tuple[str, ...]:
    """Attributes of every member of an axis: of countries a weight for each domain among them."""
    weights = tuple(f"{WEIGHT}{domain}" for domain in domains) if axis == "country" else ()
    return (*weights, *UNITS[axis])


def allowed(table: str, domains: Iterable[str]) -> tuple[str, ...]:
    """Attributes that a table such as country_attributes may have; none of a table without attributes."""
    axis, _, of = table.partition("_")
    return (*needed(axis, domains), *NOT_NEEDED.get(axis, ())) if of == "attributes" else ()


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


def word_fault(table: str, column: str, cell: str) -> tuple[str, str] | None:
    """Fault and remedy of a cell without a number; None if nothing is wrong with its form."""
    known = CONFIDENCES if column == "confidence" else WORDS.get((table, column))
    if known is not None and cell not in known:
        return "is not known", f"Write one of {', '.join(known)}."
    if column in DATED and not is_date(cell):
        return "is not a date", "Write YYYY, YYYY-MM or YYYY-MM-DD."
    if column == "start" and not _is_quarter(cell):
        return "is not a quarter", "Write it like 2022Q1."
    if column == "color" and not _COLOR.fullmatch(cell):
        return "is not a colour", "Write it like #0072B2."
    if column == "after" and not all(part.partition(":")[2] in RUNGS for part in cell.split(";") if part):
        return "names no rung", f"Write FORMAT:RUNG with one of {', '.join(RUNGS)}."
    return None


def shock_faults(row: Mapping[str, str]) -> Iterator[Said]:
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
