"""The keys of a file of patterns, as frozen pydantic models; what each key means is its description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.analysis.patterns.pattern import PATTERNS, PLACEBOS
from hedgesim.errors import choose_from, shown
from hedgesim.scenario.checked import PATH, CheckedFile, Fault, misfit, refuse
from hedgesim.scenario.known_names import known_names
from hedgesim.scenario.positions import KeyPath
from hedgesim.scenario.values import Factor, Name, Names, Quarter

_FROZEN = ConfigDict(extra="forbid", frozen=True, strict=True)

SUMMARIES = ("median", "mean", "share", "q05", "q95")
NEEDS = {
    "statement": "Add a line such as statement: what the record shows.",
    "summary": f"Add summary: {' or '.join(SUMMARIES)}.",
    "on": "Name one of the scenarios of this file.",
    "statistic": "Add statistic: {name: ..., of: {name: ...}}.",
    "sources": "Add a list of keys of the table of sources.",
}


def _interval(value: object) -> Interval:
    if isinstance(value, Interval):
        return value
    try:
        return Interval.read(value)
    except ValueError as error:
        raise misfit(f"{PATH} {error}", "Write it like [0, 0.5] or (0, inf).") from None


def _seen(value: object) -> object:
    """Let a number or text through."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise misfit(f"{PATH} must be text or a number, not {shown(value)}", "Write what was seen.")
    return value


def _year(value: object) -> object:
    """Let a year stand for its text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


When = Annotated[Name, BeforeValidator(_year)]
Ends = Annotated[
    Interval,
    PlainValidator(_interval),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "array"]}),
]
Observed = Annotated[str | float, BeforeValidator(_seen)]


class BaseEntry(BaseModel):
    """A scenario that parts are run on."""

    model_config = _FROZEN
    scenario: Name = Field(description="Name of a packaged scenario, or a file beside this one.")
    end: Quarter | None = Field(None, description="Last quarter, in place of the scenario's.")
    shock_sizes: dict[str, Factor] = Field(default_factory=dict, description="Factors on sizes of shocks.")
    own_rules: bool = Field(False, description="Whether it keeps its rules when another scenario is scored.")


class PartEntry(BaseModel):
    """One statement about one statistic."""

    model_config = _FROZEN
    says: Name = Field(description="What it says, in a few words.")
    on: Name = Field(description="Scenario of this file.")
    less: Name | None = Field(None, description="Scenario whose statistic is taken off, run by run.")
    statistic: dict[str, Any] = Field(description="Name of a statistic, with its arguments.")
    observed: Observed | None = Field(None, description="What was observed.")
    table: Name | None = Field(None, description="Table of the data in which it was.")
    summary: Literal["median", "mean", "share", "q05", "q95"] = Field(description="What is taken over runs.")
    interval: Ends | None = Field(None, description="Where the summary must lie; left out: it is only told.")
    reason: Name | None = Field(None, description="Why this interval.")
    missing: Literal["fails", "left_out", "never"] | None = Field(
        None, description="How runs count that do not get as far; left out: fails for share, else left_out."
    )
    control: bool = Field(False, description="Whether it is a positive control.")
    alternative: Name | None = Field(None, description="Of parts with the same word one is enough.")


class PatternEntry(BaseModel):
    """A pattern: a statement and its parts, which must all hold."""

    model_config = _FROZEN
    statement: Name = Field(description="What the record shows.")
    period: When = Field(description="When.")
    sources: Names = Field(description="Keys of the table of sources.")
    lacks: Name | None = Field(None, description="What the model lacks to show it.")
    parts: Annotated[tuple[PartEntry, ...], Field(min_length=1, strict=False)] = Field(description="Its parts.")


class PatternFile(CheckedFile):
    """A file of patterns."""

    advice: ClassVar[Mapping[str, str]] = NEEDS
    groups: dict[str, Names] = Field(default_factory=dict, description="Names of several, by one name for all.")
    scenarios: dict[str, BaseEntry] = Field(min_length=1, description="Scenarios by the name that parts call them.")
    patterns: dict[str, PatternEntry] = Field(min_length=1, description="Patterns by id.")
    placebos: dict[str, PatternEntry] = Field(default_factory=dict, description="What never happened, by id.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(_faults(self))
        return self


def _faults(entries: PatternFile) -> Iterator[Fault]:
    """What the schema cannot say: names of scenarios and sources, what belongs together."""
    sources = known_names(None).sources or ()
    for name in entries.placebos.keys() & entries.patterns.keys():
        yield Fault((PLACEBOS, name), f"{shown(name)} is also a pattern", "Choose another name.", at_key=True)
    for side, held in ((PATTERNS, entries.patterns), (PLACEBOS, entries.placebos)):
        for name, entry in held.items():
            for n, key in enumerate(entry.sources):
                if key not in sources:
                    yield Fault((side, name, "sources", n), f"unknown source {shown(key)}", choose_from(key, sources))
            for n, part in enumerate(entry.parts):
                yield from _faults_of_part(part, (side, name, "parts", n), entries)


def _faults_of_part(part: PartEntry, path: KeyPath, entries: PatternFile) -> Iterator[Fault]:
    for key in ("on", "less"):
        name = getattr(part, key)
        if name is not None and name not in entries.scenarios:
            remedy = choose_from(name, entries.scenarios)
            yield Fault((*path, key), f"there is no scenario {shown(name)} in this file", remedy)
    tables = known_names(None).tables or {}
    if part.table is not None and part.table not in tables:
        yield Fault((*path, "table"), f"unknown table {shown(part.table)}", choose_from(part.table, tables))
    if part.interval is not None:
        for key, what in (("reason", "why this interval"), ("observed", "what was observed")):
            if getattr(part, key) is None:
                yield Fault(path, f"a part with an interval lacks {key}", f"Add {key}: {what}.")
    if part.missing == "fails" and part.summary != "share":
        remedy = "Write left_out or never, or take the share of runs."
        yield Fault((*path, "missing"), f"a run cannot fail under summary {part.summary}", remedy)
    if part.missing == "never" and part.summary in {"share", "mean"}:
        remedy = "Write left_out, or take a quantile."
        yield Fault((*path, "missing"), f"a run cannot count as infinite under summary {part.summary}", remedy)
