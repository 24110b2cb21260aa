"""A page as tests read it: its tables with the numbers that they are sorted by, and every attribute."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Table:
    """Caption, names of columns, and rows of cells: the number of a cell that has one, else its text."""

    caption: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[object]] = field(default_factory=list)

    def where(self, column: str, value: object) -> dict[str, object]:
        """The one row that has this value in a column."""
        (row,) = [
            dict(zip(self.columns, row, strict=True)) for row in self.rows if row[self.columns.index(column)] == value
        ]
        return row


class Page(HTMLParser):
    """The tables, texts, tags and attributes of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.tables = path.read_text(encoding="utf-8"), list[Table]()
        self.said, self.attributes, self.tags, self.ids = (
            list[str](),
            list[tuple[str, str, str]](),
            list[str](),
            list[str](),
        )
        self._cell: list[str] | None = None
        self._value, self._head, self._caption = "", False, False
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in found.items()]
        self.ids += [found["id"]] if "id" in found else []
        if tag == "table":
            self.tables.append(Table())
        elif tag in {"thead", "tbody"}:
            self._head = tag == "thead"
        elif tag == "tr" and not self._head:
            self.tables[-1].rows.append([])
        elif tag in {"td", "th"}:
            self._cell, self._value = [], found.get("data-value", "")
        self._caption = tag == "caption"

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        if self._caption:
            self.tables[-1].caption += data
        elif self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._caption = False
        if tag in {"td", "th"} and self._cell is not None:
            text = "".join(self._cell)
            if self._head:
                self.tables[-1].columns.append(text)
            else:
                self.tables[-1].rows[-1].append(float(self._value) if self._value else text)
            self._cell = None

    def table(self, caption: str) -> Table:
        """The one table whose caption begins so."""
        (found,) = [one for one in self.tables if one.caption.startswith(caption)]
        return found

    def words(self) -> str:
        """All text of the page."""
        return " ".join(" ".join(self.said).split())
