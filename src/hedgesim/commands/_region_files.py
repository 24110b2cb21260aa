"""The files of a new region: a scenario, the tables of an invented region, and a page on what each table means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from hedgesim.commands._own_codes import OwnCodes

TEMPLATES = Path(__file__).parent / "templates"

SCALE = "scale.csv"
"""The written scale of grades, which is that of the packaged tables."""

HEAD = """\
# The tables of {name}

The rows are examples of an invented region: replace them by yours, then call `hedgesim check {name}.yaml`. It
names every fault with file, line and remedy. docs/howto/own_region.md says in which order to fill the tables.

Every table ends with three columns:

- `date`: what the number describes; empty: timeless. A row is read if its date is empty or begins on or before the
  first day of the start. Later rows may stand in a table, and `check` says how many are not read.
- `source`: keys of `sources.yaml`, joined by `;`, or `assumption`.
- `confidence`: seen (read in the source), proxy (derived, or in place of another figure), recall (from memory) or
  assumption (chosen).

In tables with a column `start` the latest quarter up to the start of the scenario counts. Codes are those of
`axes.csv`; several in one cell are joined by `;`. `unit`, `note` and `basis` are for the reader.
"""

FITTING = """\
## Tables that a region does not need

They hold the record to which the packaged region is fitted, and by which it is scored. What a run reads of `events.csv`
and `dialogues.csv`, meetings and the GDP of a counterpart, `meetings.csv` and `sizes.csv` say too.
"""


def region_files(name: str, countries: Sequence[str], powers: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Texts by file; codes in place of the invented ones, where some are named."""
    tables = {path.name: path.read_text(encoding="utf-8") for path in sorted((TEMPLATES / "region").iterdir())}
    codes = OwnCodes.of(tables["axes.csv"], countries, powers)
    scenario = (TEMPLATES / "region.yaml").read_text(encoding="utf-8").replace("template", name)
    yield f"{name}.yaml", codes.text(scenario)
    for table, text in tables.items():
        yield f"{name}/{table}", codes.table(table, text)
    yield f"{name}/{SCALE}", (Path(str(files("hedgesim"))) / "data" / "tables" / SCALE).read_text(encoding="utf-8")
    yield f"{name}/TABLES.md", "\n".join(_page(name))


def _page(name: str) -> Iterator[str]:
    """What every table of a region means: unit, key and columns, as the program reads them."""
    from hedgesim.scenario.tables import read_tables
    from hedgesim.scenario.yaml_tree import plain, read_tree

    forms, own = read_tables().forms, cast("dict[str, dict[str, Any]]", plain(read_tree(TEMPLATES / "tables.yaml")))
    yield HEAD.format(name=name)
    for table, said in own.items():
        yield from _table(table, forms[table], said)
    yield FITTING
    for table in (table for table in forms if table not in own):
        yield f"## {table}.csv\n\nHeader: `{_header(forms[table])}`\n"


def _table(name: str, form: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """One table: its columns, the attributes that it needs, and its header."""
    needed = "Required." if form.get("required") else "May be absent."
    key = ", ".join(form["key"])
    yield f"## {name}.csv\n\n{_sentence(said['meaning'])}. {needed} Unit: {form['unit']}. Rows differ in: {key}.\n"
    yield "| column | meaning |\n|---|---|"
    meanings = {**form["columns"], **said.get("columns", {})}
    yield from (f"| {column} | {_line(meanings[column])} |" for column in form["columns"])
    if "attributes" in said:
        yield "\n| attribute | number | meaning | example |\n|---|---|---|---|"
        for attribute, (number, meaning, example) in said["attributes"].items():
            yield f"| {attribute} | {number} | {_line(meaning)} | {example} |"
    yield f"\nHeader: `{_header(form)}`\n"


def _header(form: Mapping[str, Any]) -> str:
    from hedgesim.scenario.cells import LAST_COLUMNS

    return ",".join((*form["columns"], *LAST_COLUMNS))


def _line(text: object) -> str:
    return " ".join(str(text).split())


def _sentence(meaning: str) -> str:
    text = _line(meaning).rstrip(".")
    return text[:1].upper() + text[1:]
