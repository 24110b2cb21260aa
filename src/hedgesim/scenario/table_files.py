"""The files of tables, read and checked: everything that is wrong with them in one round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pandas as pd

from hedgesim.errors import HedgesimError, Place, ScenarioError, choose_from, shown
from hedgesim.scenario.cell_faults import CellFault, in_lines, of_source
from hedgesim.scenario.cells import LAST_COLUMNS, OTHER_OPTIONS, Cells
from hedgesim.scenario.files import LARGEST_TABLE, CsvTable, number_in, read_csv, read_text, shown_path
from hedgesim.scenario.positions import Node, compose, plain, tree_of

OWN_SOURCES = "sources.yaml"
"""File of citations beside the tables of a folder of one's own."""

MOST_FAULTS = 300
"""Faults of tables that are reported."""

MOST_CELLS = 50_000
"""Cells of a table that are reported, most of them together."""

Forms = Mapping[str, Mapping[str, Any]]
"""What tables mean, by name."""


def cited(path: Path) -> dict[str, Any]:
    """Sources of a folder: mappings by key, each with its citation; none where there is no file or it is empty.

    Raises:
        HedgesimError: no file of keys and values, or a source without citation.
    """
    if not path.is_file():
        return {}
    text = read_text(path, LARGEST_TABLE, "file (YAML)")
    name = shown_path(path)
    content = compose(text, lambda line, column: Place(name, line, column))
    if content is None or content.value is None:
        return {}
    root = tree_of(text, name, "a source, KEY: {citation: A book}")
    for key, node in cast("Mapping[str, Node]", root.value).items():
        source = plain(node)
        if not isinstance(source, dict) or not isinstance(source.get("citation"), str):
            fault, remedy = f"the source {shown(key)} has no citation", "Write it like KEY: {citation: A book}."
            raise HedgesimError(node.anchor, fault, remedy)
    return cast("dict[str, Any]", plain(root))


def read_frames(home: Path, forms: Forms, sources: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Every table of a folder, checked; an absent one that is not required is empty.

    Raises:
        ScenarioError: all that is wrong with files, columns and cells of all tables.
    """
    read: dict[str, CsvTable] = {}
    faults: list[HedgesimError] = []
    for name, form in forms.items():
        path = home / f"{name}.csv"
        found = list(_missing(path, form))
        if not found and path.is_file():
            try:
                read[name] = read_csv(path)
            except ScenarioError as error:
                found = [error]
            else:
                found = list(_wrong_columns(read[name], form))
        faults += found
        if found:
            read.pop(name, None)
    faults += _cell_faults(home, read, forms, sources)
    if faults:
        raise ScenarioError.of(faults[:MOST_FAULTS])
    return {name: _frame(read.get(name), form) for name, form in forms.items()}


def _missing(path: Path, form: Mapping[str, Any]) -> Iterator[HedgesimError]:
    """That a table is missing which every region needs."""
    if form.get("required") and not path.is_file():
        columns = ", ".join((*form["columns"], *LAST_COLUMNS))
        place = shown_path(path)
        yield HedgesimError(place, f"the table {path.stem} is missing", f"Add it with the columns {columns}.")


def _wrong_columns(table: CsvTable, form: Mapping[str, Any]) -> Iterator[HedgesimError]:
    """Columns that are missing, there twice, or none of the table; and lines of another length."""
    columns, place = (*form["columns"], *LAST_COLUMNS), table.place(table.header)
    if missing := [name for name in columns if name not in table.header.cells]:
        said = (
            f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing"
        )
        yield HedgesimError(place, said, f"The columns are {', '.join(columns)}.")
    for name in table.header.cells:
        if name and name not in columns:
            remedy = f"Rename it, or delete it with its cells. {choose_from(name, columns)}"
            yield HedgesimError(place, f"the table has no column {shown(name)}", remedy)
    try:
        table.check(())
    except ScenarioError as error:
        yield error


def _cell_faults(
    home: Path, read: Mapping[str, CsvTable], forms: Forms, sources: Mapping[str, Any]
) -> Iterator[HedgesimError]:
    """What is wrong with the cells of tables; those with one fault together, unknown sources in one for all tables."""
    names = _names(read)
    unknown: dict[str, list[tuple[str, CellFault]]] = {}
    own = shown_path(home / OWN_SOURCES)
    for name, table in read.items():
        cells: list[CellFault] = []
        for one in islice(Cells(name, forms[name], sources, names).faults(table), MOST_CELLS):
            if one.is_source:
                unknown.setdefault(one.value, []).append((str(table.path), one))
            else:
                cells.append(one)
        yield from in_lines(str(table.path), cells)
        if name == "axes":
            yield from _wrong_options(table, names)
    for key, found in unknown.items():
        yield of_source(key, found, shown_path(home), own, sources)


def _wrong_options(axes: CsvTable, names: Mapping[str, set[str]]) -> Iterator[HedgesimError]:
    """Options that are not the powers, the region and other."""
    wanted, there = {*names.get("power", ()), *OTHER_OPTIONS}, names.get("option", set())
    lacks, more = sorted(wanted - there), sorted(there - wanted)
    if "power" in names and (lacks or more):
        said = [f"{word} {', '.join(codes)}" for word, codes in (("lack", lacks), ("have too many", more)) if codes]
        fault = f"the options (rows of the axis option) {' and '.join(said)}"
        remedy = f"The options are the powers, {OTHER_OPTIONS[0]} and {OTHER_OPTIONS[1]}."
        yield HedgesimError(axes.place(axes.header), fault, remedy)


def _names(read: Mapping[str, CsvTable]) -> dict[str, set[str]]:
    """Codes by axis, and formats, of the tables that could be read."""
    found: dict[str, set[str]] = {}
    if "axes" in read:
        for axis, code in zip(read["axes"].column("axis"), read["axes"].column("code"), strict=True):
            found.setdefault(axis, set()).add(code)
    if "formats" in read:
        found["format"] = set(read["formats"].column("format"))
    return found


def _frame(table: CsvTable | None, form: Mapping[str, Any]) -> pd.DataFrame:
    """A table in pandas; where nothing is known text is empty and numbers are NaN."""
    columns, numbers = [*form["columns"], *LAST_COLUMNS], form.get("numbers", [])
    cells = {name: table.column(name) for name in table.header.cells} if table else {name: [] for name in columns}
    return pd.DataFrame(
        {
            name: pd.Series([number_in(cell) for cell in column], dtype=float)
            if name in numbers
            else pd.Series(column, dtype=str)
            for name, column in cells.items()
        }
    )
