"""Patterns as a file has them: statements of the record, each with parts that say what runs must show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from hedgesim.analysis.patterns.declared import Entry, PatternNames, Statistic, Within
from hedgesim.analysis.patterns.statistics import COMPUTED
from hedgesim.errors import Place, shown
from hedgesim.scenario.checked import CheckedFile, Fault, misfit, refuse
from hedgesim.scenario.files import shown_path
from hedgesim.scenario.values import Factor, Name, Names, Quarter, Value, known
from hedgesim.scenario.yaml_tree import KeyPath, plain, read_tree

SHARE, FAILS, LEFT_OUT, NEVER = "share", "fails", "left_out", "never"
COVERAGE = "coverage"
"""Summary of a statistic that has a number of every recorded cell: in how many cells 90 % of runs lie around 0."""
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


ScenarioName = Annotated[Name, known("scenarios", "scenario")]


class Part(Entry):
    """One statement about one statistic of a scenario, or about its difference between two, run by run."""

    says: Name = Field(description="What it says, in a few words.")
    on: ScenarioName = Field(description="A scenario of this file.")
    less: ScenarioName | None = Field(None, description="Scenario whose statistic is taken off, run by run.")
    statistic: Statistic = Field(description="Name of a statistic, with its arguments.")
    observed: Value | None = Field(None, description="Observation.")
    table: Annotated[Name, known("tables", "table")] | None = Field(None, description="Table that has the observation.")
    record: Name | None = Field(None, description="What the record itself shows, where that is not what is stated.")
    summary: Literal["median", "mean", "share", "q05", "q95", "coverage"] = Field(
        description="What is taken over runs."
    )
    interval: Within | None = Field(None, description="Where the summary must be; left out: it is only reported.")
    reason: Name = Field("", description="Why this interval.")
    missing: Literal["fails", "left_out", "never"] | None = Field(
        None,
        validate_default=True,
        description="How runs in which the statistic has no value count; left out: fails for share, else left_out.",
    )
    control: bool = Field(False, description="Whether it is a positive control.")
    built_in: Name | None = Field(None, description="Why its outcome follows from the structure, if it does.")
    alternative: Name | None = Field(None, description="Of parts with the same word one is enough.")

    @field_validator("missing")
    @classmethod
    def _fits_summary(cls, value: str | None, info: ValidationInfo) -> str:
        summary = info.data.get("summary")
        if value == FAILS and summary != SHARE:
            remedy = f"Write {LEFT_OUT} or {NEVER}, or take the share of runs."
            raise misfit(f"a run cannot fail under summary {summary}", remedy)
        if value == NEVER and summary in {SHARE, "mean", COVERAGE}:
            remedy = f"Write {LEFT_OUT}, or take a quantile."
            raise misfit(f"a run cannot count as infinite under summary {summary}", remedy)
        return value or (FAILS if summary == SHARE else LEFT_OUT)

    @model_validator(mode="after")
    def _is_founded(self) -> Part:
        what = {"reason": "why this interval", "observed": "what was observed"}
        for key in what if self.interval is not None else ():
            if getattr(self, key) in {"", None}:
                raise misfit(f"a part with an interval lacks {key}", f"Add {key}: {what[key]}.")
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
    sources: Annotated[Names, known("sources", "source")] = Field(description="Keys of the table of sources.")
    lacks: Name | None = Field(None, description="What the model lacks to show it.")
    parts: Annotated[tuple[Part, ...], Field(min_length=1, strict=False)] = Field(description="List of its parts.")


class Curve(Entry):
    """Patterns judged again with parameters, all alike, at other values."""

    says: Name = Field(description="What the parameters are, in a few words.")
    parameters: Annotated[Names, known("settings", "parameter")] = Field(description="Paths of shared parameters.")
    values: Annotated[tuple[float, ...], Field(min_length=1, strict=False)] = Field(description="What all of them are.")
    patterns: Annotated[Names, known("patterns", "pattern")] = Field(description="Patterns by id.")


class Patterns(CheckedFile):
    """The patterns of a file; placebos are what never happened."""

    advice: ClassVar[Mapping[str, str]] = {
        **{
            key: f"Add {key}: {argument.description}."
            for kind in COMPUTED
            for model in kind.models.values()
            for key, argument in model.model_fields.items()
        },
        "statement": "Add a line such as statement: what the record shows.",
        "summary": "Add summary: median or mean or share or q05 or q95 or coverage.",
        "on": "Name one of the scenarios of this file.",
        "statistic": "Add statistic: {name: ..., of: {name: ...}}.",
        "sources": "Add a list of keys of the table of sources.",
    }
    groups: dict[str, Names] = Field(default_factory=dict, description="Names of several, by one name for all.")
    scenarios: dict[str, ScenarioUse] = Field(min_length=1, description="Scenarios by the name that parts call them.")
    patterns: dict[str, Pattern] = Field(min_length=1, description="Patterns by id.")
    placebos: dict[str, Pattern] = Field(default_factory=dict, description="What never happened, by id.")
    curves: dict[str, Curve] = Field(default_factory=dict, description="Curves by name.")
    _content: dict[str, Any] = PrivateAttr(default_factory=dict)

    @field_validator("placebos")
    @classmethod
    def _are_no_patterns(cls, value: dict[str, Pattern], info: ValidationInfo) -> dict[str, Pattern]:
        both = [name for name in value if name in info.data.get("patterns", {})]
        refuse(Fault((name,), f"{shown(name)} is also a pattern", "Choose another name.", at_key=True) for name in both)
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
    def keys(self) -> dict[str, Any]:
        """What the file says."""
        return self._content

    def only(self, names: Collection[str]) -> Patterns:
        """Some of the patterns, without placebos."""
        chosen = {name: pattern for name, pattern in self.patterns.items() if name in names}
        return self.model_copy(update={"patterns": chosen, "placebos": {}})

    def place_in(self, key: Key, path: KeyPath) -> Place:
        """Where something of a part is written."""
        name, number = key
        return self.place("placebos" if name in self.placebos else "patterns", name, "parts", number, *path)


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
    patterns = Patterns.of_tree(tree, path, context=PatternNames.of_file(content))
    patterns._content = content
    return patterns
