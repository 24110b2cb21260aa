"""What a page consists of: sections with paragraphs, tables, pictures and text to be copied. No HTML here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and the number that it is sorted by, if it is one."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Row:
    """A row; country, power: codes that the filters of the page look at."""

    cells: tuple[Cell, ...]
    country: str = ""
    power: str = ""


@dataclass(frozen=True)
class Table:
    """A table that can be sorted; folded: shown when it is opened."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    folded: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Picture:
    """A chart; country: code that the filters look at. whole_row: whether it stands alone in its row."""

    svg: Markup
    country: str = ""
    whole_row: bool = False


@dataclass(frozen=True)
class Pictures:
    """Charts side by side in one scale.

    note: how they are read. columns: how many side by side where there is room. folded: shown when it is opened.
    """

    title: str
    pictures: tuple[Picture, ...]
    note: str = ""
    columns: int = 3
    folded: bool = False
    kind: str = "pictures"


@dataclass(frozen=True)
class Lines:
    """Paragraphs, or items of a list, ordered or not."""

    lines: tuple[str, ...]
    listed: str = ""
    """`ol`, `ul` or nothing."""
    kind: str = "lines"


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is; folded: shown when it is opened, under its caption."""

    text: str
    caption: str = ""
    folded: bool = False
    kind: str = "code"


Part = Table | Pictures | Lines | Code


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading."""

    key: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Fact:
    """One of the short statements below the answer."""

    label: str
    text: str


@dataclass(frozen=True)
class Page:
    """A page: the question, the answer in a sentence, facts about it, and sections.

    about: name and purpose of each batch. countries, powers: names by code, for the filters.
    """

    about_runs: str
    question: str
    answer: str
    facts: tuple[Fact, ...]
    batches: Sequence[tuple[str, str]]
    sections: tuple[Section, ...]
    version: str
    countries: Mapping[str, str] = field(default_factory=dict)
    powers: Mapping[str, str] = field(default_factory=dict)


def texts(*cells: str) -> tuple[Cell, ...]:
    """Cells without numbers."""
    return tuple(map(Cell, cells))
