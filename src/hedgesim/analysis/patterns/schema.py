"""The keys of a file of patterns, as frozen pydantic models; what each key means is its description."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.errors import shown
from hedgesim.scenario.canonical import Canonical
from hedgesim.scenario.faults import raise_first
from hedgesim.scenario.fields import misfit
from hedgesim.scenario.json_schema import keys_below
from hedgesim.scenario.positions import Node, plain
from hedgesim.scenario.schema import Factor, Name, Names, Quarter
from hedgesim.scenario.translate import faults_of

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
        raise misfit(fault=str(error), remedy="Write it like [0, 0.5] or (0, inf).") from None


def _seen(value: object) -> object:
    """Let a number or text through."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise misfit(fault=f"must be text or a number, not {shown(value)}", remedy="Write what was seen.")
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


class PatternFile(Canonical):
    """A file of patterns."""

    model_config = _FROZEN
    groups: dict[str, Names] = Field(default_factory=dict, description="Names of several, by one name for all.")
    scenarios: dict[str, BaseEntry] = Field(min_length=1, description="Scenarios by the name that parts call them.")
    patterns: dict[str, PatternEntry] = Field(min_length=1, description="Patterns by id.")
    placebos: dict[str, PatternEntry] = Field(default_factory=dict, description="What never happened, by id.")


def validated(tree: Node) -> PatternFile:
    """Check the values one by one against the schema; ScenarioError with place."""
    try:
        return PatternFile.model_validate(plain(tree))
    except ValidationError as error:
        raise_first(tree, faults_of(error.errors(include_url=False), keys_at, NEEDS), [tree.place.file])
        raise


@cache
def _schema() -> dict[str, Any]:
    return PatternFile.model_json_schema()


def keys_at(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """List the keys that may stand below a path of a file of patterns."""
    return keys_below(_schema(), path)
