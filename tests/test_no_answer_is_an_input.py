"""Nothing dated after a scenario's start drives a run, but for the causes of recorded shocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from command_line import ROOT, SCENARIOS
from hedgesim import Scenario, read_scenario, run
from hedgesim.scenario import packaged_scenarios

TABLES = ROOT / "src" / "hedgesim" / "data" / "tables"
ENDS = ("to", "ended", "lead_entered")
CAUSES = ("shocks", "alarms")
"""Tables whose rows act whatever their date."""

RUNS = 2
CASES = {"war_2022": "2023Q4", "history": "2018Q4"}
"""Scenarios, and when they end here."""

Row = dict[str, str]
Change = Callable[[str, Row], Iterable[Row]]


def first_day(date: str) -> str:
    """The first day that a date of a table, or a quarter, may mean, as text that sorts."""
    if "Q" in date:
        year, quarter = date.split("Q")
        return f"{year}-{3 * int(quarter) - 2:02d}-01"
    return (date + "-01-01")[:10] if date else ""


def known_before(start: str) -> Change:
    """What somebody could write down on the first day of the start, and the causes of shocks."""
    day = first_day(start)

    def cut(table: str, row: Row) -> Iterable[Row]:
        if table in CAUSES:
            return [row] if row.get("role", "cause") == "cause" else []
        if max(first_day(row["date"]), first_day(row.get("start", ""))) > day:
            return []
        kept = {**row, **{end: "" for end in ENDS if end in row and first_day(row[end]) > day}}
        if first_day(row.get("founded", "")) > day:
            kept |= {"founded": "", "level": "none"}
        return [kept]

    return cut


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Scenario:
    return read_scenario(request.param, overrides=[f"end={CASES[request.param]}"])


@pytest.fixture(scope="module")
def usual(case: Scenario) -> Mapping[str, pd.DataFrame]:
    return run(case, RUNS).tables


def run_with(change: Change, case: Scenario, folder: Path) -> Mapping[str, pd.DataFrame]:
    """The results of the scenario with the packaged tables, changed row by row, beside it."""
    (folder / "tables").mkdir(parents=True)
    for path in TABLES.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows = [kept for row in table.to_dict("records") for kept in change(path.stem, row)]
        pd.DataFrame(rows, columns=table.columns).to_csv(folder / "tables" / path.name, index=False)
    file = folder / "changed.yaml"
    file.write_text(f"extends: {case.name}\nend: {case.end}\ntables: tables\n", encoding="utf-8")
    scenario = read_scenario(file)
    assert scenario.tables_folder == (folder / "tables").resolve()
    return run(scenario, RUNS).tables


def assert_same(first: Mapping[str, pd.DataFrame], second: Mapping[str, pd.DataFrame]) -> None:
    assert set(first) == set(second)
    for name in first:
        pd.testing.assert_frame_equal(first[name], second[name], check_exact=True, obj=name)


def test_all_later_rows_deleted_give_identical_results(
    case: Scenario, usual: Mapping[str, pd.DataFrame], tmp_path: Path
) -> None:
    assert_same(usual, run_with(known_before(str(case.start)), case, tmp_path))
    cut = tmp_path / "tables"
    for table in ("meetings", "memberships", "observations", "series", "shocks", "visits"):
        assert len(pd.read_csv(cut / f"{table}.csv")) < len(pd.read_csv(TABLES / f"{table}.csv")), table
    formats = pd.read_csv(cut / "formats.csv", index_col="format")
    assert pd.isna(formats.loc["TREATY22", "founded"])
    assert formats.loc["TREATY22", "level"] == "none"


def turned_around(table: str, row: Row) -> Iterable[Row]:
    """Outcomes of shocks three times as large and with the other sign."""
    is_outcome = table == "shocks" and row["role"] == "outcome"
    return [{**row, "size": str(-3.0 * float(row["size"]))} if is_outcome else row]


def halved(table: str, row: Row) -> Iterable[Row]:
    """All shocks half as large."""
    return [{**row, "size": str(float(row["size"]) / 2)} if table == "shocks" else row]


def test_rows_marked_outcome_never_drive_a_run_and_those_marked_cause_do(
    case: Scenario, usual: Mapping[str, pd.DataFrame], tmp_path: Path
) -> None:
    assert_same(usual, run_with(turned_around, case, tmp_path / "outcomes"))
    changed = run_with(halved, case, tmp_path / "causes")
    assert not changed["shares"]["share"].equals(usual["shares"]["share"])


@pytest.mark.parametrize("name", packaged_scenarios())
def test_sizes_of_shipped_shocks_are_grades_of_the_scale_or_half_of_one(name: str) -> None:
    known = pd.read_csv(TABLES / "scale.csv").groupby("channel")["size"].agg(set)
    halves = (1.0, 0.5) if "half" in (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8") else (1.0,)
    for line in (line for shock in read_scenario(name).shocks.values() for line in shock.channels):
        sizes = {size * part for size in known[line.channel] for part in halves}
        assert min(abs(abs(line.size) - size) for size in sizes) < 1e-12, line
