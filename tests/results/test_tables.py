"""One registry declares every table of results; results are of one class wherever they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import hedgesim
from hedgesim import Results, StoreError
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.results.parquet import to_arrow
from hedgesim.results.tables import COUNTS, TABLES, TOTALS


@pytest.fixture(scope="module")
def results() -> Results:
    return hedgesim.run(hedgesim.read_scenario("war_2022", overrides=["end=2021Q3"]), 4, keep=2)


def test_every_table_has_the_declared_columns_and_rows_that_differ_by_its_keys(results: Results) -> None:
    assert set(results.tables) == TABLES.keys() - {"paired"}
    axes = results.case.setting.axes
    for name, frame in results.tables.items():
        table = TABLES[name]
        assert {column.name for column in table.columns} <= set(to_arrow(name, frame).column_names)
        assert not frame.duplicated([key for key in table.keys if key in frame]).any()
        if table.fill is not None:
            assert len(frame) <= 2 * len(axes.periods) * table.rows_a_quarter(axes)


def test_every_outcome_is_a_column_of_its_table_and_if_of_the_system_of_runs_too(results: Results) -> None:
    for name, item in OUTCOMES.items():
        if name != "presence":
            assert name in results.table(item.table)
        if item.table == "system":
            assert name in results.table("runs")
    assert set(COUNTS) - set(TOTALS) == {"realignments"}


def test_results_in_memory_and_in_a_folder_are_read_alike(results: Results, tmp_path: Path) -> None:
    hedgesim.write(results, tmp_path / "out")
    stored = hedgesim.open_results(tmp_path / "out")
    assert isinstance(stored, Results)
    assert list(stored.tables) == list(results.tables)
    asked = (["run", "period", "threat"], [("power", "=", "RUS"), ("run", "in", [1])])
    for name in results.tables:
        one, other = (of.tables[name].drop(columns="failed", errors="ignore") for of in (stored, results))
        pd.testing.assert_frame_equal(one, other[one.columns], check_dtype=False)
    pd.testing.assert_frame_equal(stored.table("relations", *asked), results.table("relations", *asked))
    for one in (stored, results):
        with pytest.raises(StoreError, match="no table 'scores'"):
            one.table("scores")
        assert "scores" not in one.tables
        with pytest.raises(KeyError):
            one.tables["scores"]
        with pytest.raises(StoreError, match="only results of a sweep have points"):
            one.points()
    with pytest.raises(StoreError, match="only of a scenario that was just run"):
        stored.closing()
    drawn = [hedgesim.draw(of, tmp_path / name) for name, of in (("stored", stored), ("held", results))]
    assert [path.name for path in drawn[0]] == [path.name for path in drawn[1]] != []
