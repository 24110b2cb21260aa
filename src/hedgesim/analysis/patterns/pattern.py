"""Patterns as a file has them: statements of the record, each with parts that say what runs must show."""

from __future__ import annotations

from functools import reduce
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

import hedgesim.analysis.patterns.statistics  # noqa: F401 (declares quantities and statistics)
from hedgesim.analysis.patterns.declared import Computed, Statistic, misfit_at, quantity, statistic
from hedgesim.analysis.patterns.fields import Entry, Within, known_in
from hedgesim.errors import Place
from hedgesim.scenario.canonical import digest_of
from hedgesim.scenario.faults import KeyPath, place_of, raise_first
from hedgesim.scenario.fields import check_scalar, misfit
from hedgesim.scenario.known_names import known_names
from hedgesim.scenario.positions import Node, plain, read_tree
from hedgesim.scenario.schema import Factor, Name, Names, Quarter
from hedgesim.scenario.source_file import shown_path
from hedgesim.scenario.translate import faults_of

SHARE, FAILS, LEFT_OUT, NEVER = "share", "fails", "left_out", "never"
PART, CONTROL, REPORTED = "part", "control", "reported"
"""Kinds of parts: judged, judged as a positive control, and only reported."""

Key = tuple[str, int]
"""A part: the name of its pattern, and its number from 0."""


def _year_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class ScenarioUse(Entry):
    """A scenario that parts are run on, with another end and other sizes of shocks."""

    scenario: Name = Field(description="Name of a packaged scenario, or a file beside this one.")
    end: Quarter | None = Field(None, description="Last quarter, in place of the scenario's.")
    shock_sizes: dict[str, Factor] = Field(default_factory=dict, description="Factors on sizes of shocks.")
    own_rules: bool = Field(False, description="Whether it keeps its rules when another scenario is scored.")


ScenarioName = Annotated[Name, AfterValidator(known_in("scenarios", "a scenario of this file"))]
Source = Annotated[Name, AfterValidator(known_in("sources", "a key of the table of sources"))]
Table = Annotated[Name, AfterValidator(known_in("tables", "a table of the data"))]


class Part(Entry):
    """One statement about one statistic of a scenario, or about its difference between two, run by run."""

    says: Name = Field(description="What it says, in a few words.")
    on: ScenarioName = Field(description="A scenario of this file.")
    less: ScenarioName | None = Field(None, description="Scenario whose statistic is taken off, run by run.")
    statistic: Statistic = Field(description="Name of a statistic, with its arguments.")
    observed: Annotated[str | float, BeforeValidator(check_scalar)] | None = Field(None, description="Observation.")
    table: Table | None = Field(None, description="Table of the data that has the observation.")
    summary: Literal["median", "mean", "share", "q05", "q95"] = Field(
        description="What is taken over runs: median, mean, share, q05 or q95."
    )
    interval: Within | None = Field(None, description="Where the summary must be; left out: it is only reported.")
    reason: Name = Field("", description="Why this interval.")
    missing: Literal["fails", "left_out", "never"] | None = Field(
        None,
        validate_default=True,
        description="How runs count that do not get as far; left out: fails for share, else left_out.",
    )
    control: bool = Field(False, description="Whether it is a positive control.")
    alternative: Name | None = Field(None, description="Of parts with the same word one is enough.")

    @field_validator("missing")
    @classmethod
    def _fits_summary(cls, value: str | None, info: ValidationInfo) -> str:
        summary = info.data.get("summary")
        if value == FAILS and summary != SHARE:
            remedy = f"Write {LEFT_OUT} or {NEVER}, or take the share of runs."
            raise misfit(fault=f"is {FAILS}, but a run cannot fail under summary {summary}", remedy=remedy)
        if value == NEVER and summary in {SHARE, "mean"}:
            remedy = f"Write {LEFT_OUT}, or take a quantile."
            raise misfit(fault=f"is {NEVER}, but no run can count as infinite under summary {summary}", remedy=remedy)
        return value or (FAILS if summary == SHARE else LEFT_OUT)

    @model_validator(mode="after")
    def _is_founded(self) -> Part:
        for key, held, what in (
            ("reason", self.reason, "why this interval"),
            ("observed", self.observed, "what was observed"),
        ):
            if self.interval is not None and held in {"", None}:
                raise misfit(fault=f"has an interval and lacks {key}", remedy=f"Add {key}: {what}.")
        return self

    @property
    def kind(self) -> str:
        """What it counts for."""
        return REPORTED if self.interval is None else CONTROL if self.control else PART

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios that it needs."""
        return (self.on,) if self.less is None else (self.on, self.less)


class Pattern(Entry):
    """A statement of the record and its parts, which must all hold."""

    statement: Name = Field(description="What the record shows.")
    period: Annotated[Name, BeforeValidator(_year_as_text)] = Field(description="When.")
    sources: Annotated[tuple[Source, ...], Field(min_length=1, strict=False)] = Field(
        description="List of keys of the table of sources."
    )
    lacks: Name | None = Field(None, description="What the model lacks to show it.")
    parts: Annotated[tuple[Part, ...], Field(min_length=1, strict=False)] = Field(description="List of its parts.")


class Patterns(Entry):
    """The patterns of a file; placebos are what never happened."""

    groups: dict[str, Names] = Field(default_factory=dict, description="Names of several, by one name for all.")
    scenarios: dict[str, ScenarioUse] = Field(min_length=1, description="Scenarios by the name that parts call them.")
    patterns: dict[str, Pattern] = Field(min_length=1, description="Patterns by id.")
    placebos: dict[str, Pattern] = Field(default_factory=dict, description="What never happened, by id.")
    _tree: Node = PrivateAttr()

    @field_validator("placebos")
    @classmethod
    def _are_no_patterns(cls, value: dict[str, Pattern], info: ValidationInfo) -> dict[str, Pattern]:
        for name in value.keys() & info.data.get("patterns", {}).keys():
            raise misfit_at((name,), fault="is also the name of a pattern", remedy="Choose another name.")
        return value

    @property
    def all(self) -> dict[str, Pattern]:
        """Patterns and placebos by name."""
        return {**self.patterns, **self.placebos}

    @property
    def parts(self) -> dict[Key, Part]:
        """Every part."""
        return {(name, n): part for name, pattern in self.all.items() for n, part in enumerate(pattern.parts)}

    @property
    def scenarios_needed(self) -> tuple[str, ...]:
        """Names of the scenarios that parts are run on."""
        return tuple(dict.fromkeys(name for part in self.parts.values() for name in part.scenarios))

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._tree.place.file)

    @property
    def digest(self) -> str:
        """SHA-256 of what the file says."""
        content: Any = plain(self._tree)
        return digest_of(content)

    def place(self, key: Key, path: KeyPath) -> Place:
        """Where something of a part is written."""
        name, number = key
        side = "placebos" if name in self.placebos else "patterns"
        return place_of(self._tree, (side, name, "parts", number, *path))


def read_patterns(source: str | Path | None = None) -> Patterns:
    """Read and check a file of patterns, by default the packaged one.

    Raises:
        ScenarioError: anything wrong with the file, such as a statistic that does not exist: file, line and column,
            fault and remedy.
    """
    packaged = Path(str(files("hedgesim") / "data" / "patterns.yaml"))
    path = Path(shown_path(packaged)) if source is None else Path(source)
    tree = read_tree(path, needs="scenarios and patterns")
    content: Any = plain(tree)
    names = known_names(None)
    context = {"sources": names.sources, "tables": names.tables}
    context |= {key: held if isinstance(held := content.get(key), dict) else {} for key in ("groups", "scenarios")}
    try:
        patterns = Patterns.model_validate(content, context=context)
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = {detail["loc"][:-1] for detail in details if detail["type"] == "extra_forbidden"}
        details = [one for one in details if one["type"] != "missing" or one["loc"][:-1] not in misspelt]
        faults = faults_of(details, lambda path: _keys_below(content, path), _what_to_write())
        raise_first(tree, faults, [tree.place.file])
        raise
    patterns._tree = tree
    return patterns


def _keys_below(content: Any, path: KeyPath) -> tuple[str, ...]:
    """The keys that may be written in the mapping at a path."""
    if path[4:5] == ("statistic",):
        name = reduce(lambda held, key: held[key], path, content)["name"]
        return ("name", *_models()[name].model_fields)
    inner: type[BaseModel] = ScenarioUse if path[:1] == ("scenarios",) else Pattern
    return tuple({0: Patterns, 2: inner, 4: Part}[len(path)].model_fields)


def _models() -> dict[str, type[Computed]]:
    """The arguments of every quantity and statistic."""
    return {**quantity.models, **statistic.models}


def _what_to_write() -> dict[str, str]:
    """Remedies for keys that are missing."""
    models = (*_models().values(), ScenarioUse, Patterns, Pattern, Part)
    described = {key: field.description or "" for model in models for key, field in model.model_fields.items()}
    words = {key: f"Add {key}: {text[:1].lower()}{text[1:].rstrip('.')}." for key, text in described.items()}
    return {**words, "statistic": "Add statistic: {name: ..., of: {name: ...}}."}
