"""`hedgesim score`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from hedgesim.analysis.hindcast import HISTORY
from hedgesim.commands._options import AsJson
from hedgesim.commands._printing import print_json, print_lines, print_table, records_of, several
from hedgesim.errors import HedgesimError

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.analysis.forecast_file import Cell
    from hedgesim.analysis.forecast_scores import Facts

SKILL = "{skill:+} ({low:+} to {high:+})"


def score(
    forecasts: Annotated[
        Path, Argument(metavar="FORECASTS", help="CSV file of forecasts (see docs/forecasts), or a folder of hindcast.")
    ],
    known_until: Annotated[
        int | None,
        Option(
            metavar="YEAR", help="Last year that the forecaster knew. By default: the year before the first forecast."
        ),
    ] = None,
    against: Annotated[Path | None, Option(metavar="FILE", help="Other forecasts to compare with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score your own forecasts of shares, meetings, statuses and votes against the record."""
    from hedgesim.analysis.forecast_scores import beside, scores, skills_of

    cells = _cells(forecasts)
    facts = _facts(forecasts, cells, known_until)
    table = scores(cells, facts)
    if table.empty:
        fault = (
            f"the record has none of these cells: meetings and statuses end in {facts.last}, votes and shares earlier"
        )
        raise HedgesimError(forecasts, fault, "Forecast cells of earlier years, or wait until the record is longer.")
    if against is not None:
        table = beside(table, scores(_cells(against), facts))
    skills = skills_of(table)
    n = int((table["forecaster"] == "given").sum())
    if as_json:
        facts_said = {"known_until": facts.until, "forecast": len(cells), "scored": n}
        print_json({**facts_said, "scores": records_of(_without_infinity(table)), "skills": records_of(skills)})
        return
    print_lines(
        f"{several(n, 'cell')} of {len(cells)} can be scored: what happened is recorded. "
        f"The simple forecasts know the record up to {facts.until} (--known-until)."
    )
    last = max(cell.year for cell in cells if facts.observed(cell) is not None)
    if (made := _made(forecasts)) > last:
        print_lines(f"The file was made in {made}, after the last scored year: these are scores of hindcasts.")
    _print_scores(table)
    print_lines(
        "",
        "given: mean score of the file; smaller is better. log score: inf where something with probability 0 happened.",
        "Skill: 1 - score of the forecasts / score of the other forecasts; above 0 yours are better.",
    )
    columns = {"quantity": "{quantity}", "against": "{against}", "cells": "{cells}"}
    print_table(skills, {**columns, "own": "{own}", "other": "{other}", "skill (90 %)": SKILL})


def _cells(path: Path) -> list[Cell]:
    """The forecasts of a file, or of a folder of `hedgesim hindcast`."""
    from hedgesim.analysis.forecast_file import cells_in, read_forecasts
    from hedgesim.results.results import read_findings
    from hedgesim.scenario.files import CsvTable, Line
    from hedgesim.scenario.tables import read_tables

    if not path.is_dir():
        return read_forecasts(path, read_tables())
    frame = read_findings(path, "hindcast")[0]["forecasts"].astype(str)
    lines = (Line(n, tuple(row)) for n, row in enumerate(frame.itertuples(index=False), 2))
    return cells_in(CsvTable(path, Line(1, tuple(frame.columns)), tuple(lines)), read_tables())


def _made(path: Path) -> int:
    """The year in which a file of forecasts was made, where the YAML file beside it says so; else 0."""
    from hedgesim.scenario.files import read_text

    about = path.with_suffix(".yaml")
    made = re.search(r"^made: '?(\d{4})", read_text(about), re.MULTILINE) if about.is_file() else None
    return int(made[1]) if made else 0


def _facts(path: Path, cells: list[Cell], until: int | None) -> Facts:
    """The record; HedgesimError for a last known year that is not before every forecast, or outside the record."""
    import hedgesim
    from hedgesim.analysis.forecast_scores import Facts
    from hedgesim.engines.case import case_of
    from hedgesim.scenario.tables import read_tables

    if not cells:
        raise HedgesimError(path, "there are no forecasts below the header", "Add them.")
    first, tables = min(cell.year for cell in cells), read_tables()
    known = first - 1 if until is None else until
    if known >= first:
        fault = f"the first forecast is of {first}, which was known"
        raise HedgesimError(
            f"--known-until {known}", fault, f"Give {first - 1} or earlier, or leave out what was known."
        )
    least = int(tables.mapping["record"]["since"])
    if known < least:
        fault = f"the record of meetings begins in {least}, so that no simple forecast can be made before"
        raise HedgesimError(f"--known-until {known}", fault, f"Give {least} or later.")
    return Facts(tables, case_of(hedgesim.read_scenario(HISTORY)), known)


def _without_infinity(table: pd.DataFrame) -> pd.DataFrame:
    """The same with the word for what JSON has no number for."""
    return table.astype({"log_score": object}).replace({"log_score": {float("inf"): "infinite"}})


def _print_scores(table: pd.DataFrame) -> None:
    """Mean scores by quantity and years ahead, a column a forecaster."""
    names = list(dict.fromkeys(table["forecaster"]))
    means = table.pivot_table(index=["quantity", "ahead"], columns="forecaster", values="score", sort=False)
    given = table[table["forecaster"] == "given"].groupby(["quantity", "ahead"], sort=False)
    rows = means.assign(cells=given.size(), log_score=given["log_score"].mean()).reset_index()
    columns = {"quantity": "{quantity}", "years ahead": "{ahead}", "cells": "{cells}"}
    print_table(rows, {**columns, **{name: f"{{{name}}}" for name in names}, "log score": "{log_score}"})
