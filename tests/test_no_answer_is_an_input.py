"""Nothing dated after a scenario's start drives a run, but for the causes of recorded shocks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from command_line import ROOT, SCENARIOS
from hedgesim import Scenario, read_scenario, run
from hedgesim.scenario import packaged_scenarios

TABLES = ROOT / "src" / "hedgesim" / "data" / "tables"
ENDS = ("to", "ended")
RUNS = 2
CASES = {
    "war": ("war_2022", "2021Q1", "2023Q4"),
    "history": ("history", "2015Q1", "2018Q4"),
}

Row = dict[str, str]
Change = Callable[[str, Row], Iterable[Row]]


def first_day(date: str) -> str:
    """The first day that a date of a table may mean, as text that sorts."""
    return (date + "-01-01")[:10] if date else ""


def day_of_start(start: str) -> str:
    year, quarter = start.split("Q")
    return f"{year}-{3 * int(quarter) - 2:02d}-01"


def known_before(start: str) -> Change:
    """What somebody could write down on the first day of the start, and the causes of shocks."""
    day = day_of_start(start)

    def cut(table: str, row: Row) -> Iterable[Row]:
        if table == "shocks":
            return [row] if row["role"] == "cause" else []
        if first_day(row["date"]) > day or ("start" in row and day_of_start(row["start"]) > day):
            return []
        kept = {**row, **{end: "" for end in ENDS if end in row and first_day(row[end]) > day}}
        if first_day(row.get("founded", "")) > day:
            kept |= {"founded": "", "level": "dormant"}
        return [kept]

    return cut


def written(folder: Path, change: Change) -> Path:
    """The packaged tables, changed row by row, in a folder."""
    folder.mkdir()
    for path in TABLES.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as source:
            reader = csv.DictReader(source)
            rows = [kept for row in reader for kept in change(path.stem, row)]
        with (folder / path.name).open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(reader.fieldnames or ()), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def with_tables(folder: Path, name: str, end: str, change: Change) -> Scenario:
    """A packaged scenario with changed tables beside it."""
    written(folder / "tables", change)
    file = folder / "changed.yaml"
    file.write_text(f"extends: {name}\nend: {end}\ntables: tables\n", encoding="utf-8")
    return read_scenario(file)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    return CASES[str(request.param)]


@pytest.fixture(scope="module")
def usual(case: tuple[str, str, str]) -> Mapping[str, pd.DataFrame]:
    name, _, end = case
    return run(read_scenario(name, overrides=[f"end={end}"]), RUNS).tables


def assert_same(first: Mapping[str, pd.DataFrame], second: Mapping[str, pd.DataFrame]) -> None:
    assert set(first) == set(second)
    for name in first:
        pd.testing.assert_frame_equal(first[name], second[name], check_exact=True, obj=name)


def test_all_later_rows_deleted_give_identical_results(
    case: tuple[str, str, str], usual: Mapping[str, pd.DataFrame], tmp_path: Path
) -> None:
    name, start, end = case
    scenario = with_tables(tmp_path, name, end, known_before(start))
    assert scenario.tables_folder == (tmp_path / "tables").resolve()
    assert_same(usual, run(scenario, RUNS).tables)


def test_the_cut_really_deletes_answers(case: tuple[str, str, str], tmp_path: Path) -> None:
    _, start, _ = case
    cut = written(tmp_path / "tables", known_before(start))
    rows = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in cut.glob("*.csv")}
    whole = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in TABLES.glob("*.csv")}
    for table in ("meetings", "memberships", "observations", "series", "shocks", "visits"):
        assert rows[table] < whole[table], table
    formats = pd.read_csv(cut / "formats.csv", index_col="format")
    assert pd.isna(formats.loc["TREATY22", "founded"])
    assert formats.loc["TREATY22", "level"] == "dormant"


def turned_around(table: str, row: Row) -> Iterable[Row]:
    """Outcomes of shocks three times as large and with the other sign."""
    if table == "shocks" and row["role"] == "outcome":
        return [{**row, "size": str(-3.0 * float(row["size"]))}]
    return [row]


def without_outcomes(table: str, row: Row) -> Iterable[Row]:
    """No outcomes of shocks."""
    return [] if table == "shocks" and row["role"] == "outcome" else [row]


@pytest.mark.parametrize("change", [turned_around, without_outcomes], ids=["turned around", "removed"])
def test_rows_marked_outcome_never_drive_a_run(
    case: tuple[str, str, str], usual: Mapping[str, pd.DataFrame], change: Change, tmp_path: Path
) -> None:
    name, _, end = case
    assert_same(usual, run(with_tables(tmp_path, name, end, change), RUNS).tables)


def test_rows_marked_cause_do(usual: Mapping[str, pd.DataFrame], case: tuple[str, str, str], tmp_path: Path) -> None:
    name, _, end = case

    def halved(table: str, row: Row) -> Iterable[Row]:
        return [{**row, "size": str(float(row["size"]) / 2)} if table == "shocks" else row]

    changed = run(with_tables(tmp_path, name, end, halved), RUNS).tables
    assert not changed["shares"]["share"].equals(usual["shares"]["share"])


def grades() -> dict[str, set[float]]:
    scale = pd.read_csv(TABLES / "scale.csv")
    return {channel: set(rows["size"]) for channel, rows in scale.groupby("channel")}


def test_sizes_of_recorded_shocks_come_from_the_one_written_scale() -> None:
    scale = pd.read_csv(TABLES / "scale.csv").set_index(["channel", "grade"])["size"]
    for row in pd.read_csv(TABLES / "shocks.csv").itertuples():
        assert abs(row.size) == pytest.approx(scale[(row.channel, row.grade)], abs=1e-12), row.shock


@pytest.mark.parametrize("name", packaged_scenarios())
def test_sizes_of_shipped_shocks_are_grades_of_the_scale_or_half_of_one(name: str) -> None:
    known = grades()
    scenario = read_scenario(name)
    text = (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")
    for shock in scenario.shocks.values():
        assert shock.source == "assumption" or shock.source in (ROOT / "src/hedgesim/data/sources.yaml").read_text()
        for line in shock.channels:
            sizes = known[line.channel] | ({size / 2 for size in known[line.channel]} if "half" in text else set())
            assert min(abs(abs(line.size) - size) for size in sizes) < 1e-12, (name, line)
