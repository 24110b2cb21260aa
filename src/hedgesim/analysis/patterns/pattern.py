"""Patterns checked and ready to be scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hedgesim.analysis.patterns.arguments import Bound
from hedgesim.analysis.patterns.interval import Interval
from hedgesim.errors import Place
from hedgesim.model.period import Period
from hedgesim.scenario.positions import KeyPath, Node, place_of

PATTERNS, PLACEBOS = "patterns", "placebos"
PART, CONTROL, TOLD = "part", "control", "told"
"""Kinds of parts: judged, judged as a positive control, and only told."""


@dataclass(frozen=True)
class Base:
    """A scenario that parts are run on: by its name or file, with another end and other sizes of shocks.

    own_rules: it keeps its rules when another scenario is scored.
    """

    scenario: str
    end: Period | None
    shock_sizes: Mapping[str, float]
    own_rules: bool
    path: KeyPath


@dataclass(frozen=True)
class Part:
    """One statement about one statistic of one scenario, or about its difference between two.

    interval: None where it is only told. missing: `fails`, `left_out` or `never`, how runs count that do not get as
    far. path: where it is written.
    """

    pattern: str
    number: int
    says: str
    on: str
    less: str | None
    statistic: Bound
    observed: str | float | None
    table: str | None
    summary: str
    interval: Interval | None
    reason: str
    missing: str
    control: bool
    alternative: str | None
    path: KeyPath

    @property
    def kind(self) -> str:
        """What it counts for."""
        return TOLD if self.interval is None else CONTROL if self.control else PART

    @property
    def key(self) -> tuple[str, int]:
        """Pattern and number, by which it is known."""
        return self.pattern, self.number

    @property
    def bases(self) -> tuple[str, ...]:
        """Names of the scenarios that it needs."""
        return (self.on,) if self.less is None else (self.on, self.less)


@dataclass(frozen=True)
class Pattern:
    """A statement of the record and its parts, which must all hold; placebo: what never happened."""

    name: str
    statement: str
    period: str
    sources: tuple[str, ...]
    lacks: str | None
    parts: tuple[Part, ...]
    placebo: bool


@dataclass(frozen=True)
class Patterns:
    """The patterns of a file, with the scenarios that they are run on and the tree that they were read from."""

    patterns: tuple[Pattern, ...]
    bases: Mapping[str, Base]
    path: Path
    digest: str
    tree: Node

    @property
    def parts(self) -> Iterator[Part]:
        """Every part."""
        return (part for pattern in self.patterns for part in pattern.parts)

    @property
    def counted(self) -> tuple[Pattern, ...]:
        """Patterns without placebos."""
        return tuple(pattern for pattern in self.patterns if not pattern.placebo)

    def place(self, path: KeyPath) -> Place:
        """Where something is written."""
        return place_of(self.tree, path)
