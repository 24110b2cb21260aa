"""Undefined is not failed: an outcome that some points lack is missing there, counted, and the rest is analysed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.command_line import call, sketch

from hedgesim.analysis.discovery import discover
from hedgesim.analysis.regret import regrets_of
from hedgesim.analysis.sensitivity import sensitivity
from hedgesim.errors import HedgesimError
from hedgesim.results.parquet import Where
from hedgesim.results.results import Results, open_results
from hedgesim.results.sweep import sweep
from hedgesim.results.sweep_status import status_of

OF_KGZ, TASTE = "hedging_index_KGZ", "settings.taste.threat"
WITH, WITHOUT = "[KAZ, KGZ]", "[KAZ, UZB]"
TEXT = f"""\
question: Does it exist?
scenarios: [war_2022]
uncertainties:
  {TASTE}: {{low: 0.5, high: 1.5}}
levers:
  end: [2022Q4]
  countries: [{WITHOUT}, {WITH}]
outcomes: [hedging_index, {OF_KGZ}]
goals: {{{OF_KGZ}: high}}
design: sobol
samples: 128
replications: 2
seed: 5
"""
SAMPLED = TEXT.replace(f"  countries: [{WITHOUT}, {WITH}]\n", "  settings.taste.offer: [0.5, 1.0]\n").replace(
    "levers:", f"  countries: [{WITHOUT}, {WITH}, [KGZ, TJK]]\nlevers:"
)
POWERS = TEXT.replace(f"countries: [{WITHOUT}, {WITH}]", "powers: [[RUS, CHN], [RUS, CHN, TUR]]").replace(
    OF_KGZ, "presence_TUR"
)
OF_FILES = TEXT.replace(f"  countries: [{WITHOUT}, {WITH}]\n", "  settings.taste.offer: [0.5, 1.0]\n").replace(
    "[war_2022]", "[some.yaml, others.yaml]"
)
REPEATED = TEXT.replace(f"uncertainties:\n  {TASTE}: {{low: 0.5, high: 1.5}}\n", "").replace(
    "design: sobol\nsamples: 128", "design: csv\nfile: lines.csv"
)
TEXTS = {"a lever": TEXT, "a sample": SAMPLED, "powers": POWERS, "scenarios": OF_FILES, "points alike": REPEATED}


def made(folder: Path, text: str) -> Results:
    path = folder / "here.yaml"
    path.write_text(text)
    (folder / "some.yaml").write_text(f"extends: war_2022\ncountries: {WITH}\n")
    (folder / "others.yaml").write_text(f"extends: war_2022\ncountries: {WITHOUT}\n")
    lines = [0.5 + k / 128 for k in range(64)]
    (folder / "lines.csv").write_text("\n".join([TASTE, *map(str, lines * 2)]))
    return sweep(path, folder / "out")


@pytest.fixture(scope="module", params=TEXTS.values(), ids=TEXTS)
def some(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results, str, int]:
    """A folder, a sweep, an outcome, and in how many runs it does not exist."""
    folder = tmp_path_factory.mktemp("some")
    results = made(folder, request.param)
    outcome = str(results.manifest["outcomes"][1])
    return folder / "out", results, outcome, int(results.table("runs")[outcome].isna().sum())


def test_it_is_missing_and_not_failed(some: tuple[Path, Results, str, int]) -> None:
    folder, results, outcome, missing = some
    status = status_of(folder)
    runs = results.table("runs").merge(results.points()[["point", "key"]], on="point")
    once = int(runs.drop_duplicates(["key", "run"])[outcome].isna().sum())
    assert 0 < once < status.planned
    assert (once == missing) == (status.repeated == 0)
    assert (dict(status.undefined), status.failed, status.finished) == ({outcome: once}, 0, True)
    assert results.manifest["failed"] == 0


def test_the_rest_is_analysed(some: tuple[Path, Results, str, int]) -> None:
    _, results, outcome, missing = some
    found = sensitivity(results, [outcome, "hedging_index"], resamples=20, method="given")
    of = found.basis[found.basis["outcome"] == outcome]
    assert (int(of["undefined"].sum()), int(of["failed"].sum())) == (missing, 0)
    assert 2 * int((of["used"] + of["dropped"]).sum()) + missing >= len(results.table("runs"))
    assert found.basis.loc[found.basis["outcome"] == "hedging_index", "undefined"].eq(0).all()
    defined = results.table("runs")[outcome].dropna()
    boxes = discover(results, f"{outcome} > {defined.median()}")
    assert (2 * boxes.cases, boxes.failed, boxes.undefined) == (len(defined), 0, missing)


def test_levers_are_judged_where_all_have_the_outcome(some: tuple[Path, Results, str, int]) -> None:
    _, results, outcome, _ = some
    table = regrets_of(results)[(outcome, "high")]
    assert len(table) in {1, 2}
    assert table["worst"].notna().all()


def test_an_outcome_that_no_run_has_is_refused(some: tuple[Path, Results, str, int]) -> None:
    with pytest.raises(HedgesimError, match="there is no outcome"):
        sensitivity(some[1], ["hedging_index_ZZZ"])


def test_documented_reads_take_parts_with_differing_columns(some: tuple[Path, Results, str, int]) -> None:
    folder, results, outcome, _ = some
    files = [str(folder / name) for name in results.manifest["tables"]["runs"]]
    rows, missing = results.manifest["runs"], status_of(folder).undefined[outcome]
    for order in (files, files[::-1]):
        by_duckdb = duckdb.read_parquet(order, union_by_name=True).aggregate(f"count(*), count({outcome})").fetchall()
        joined = pl.concat([pl.scan_parquet(file) for file in order], how="diagonal")
        by_polars = joined.select(pl.len(), pl.col(outcome).count().alias("n")).collect().rows()
        assert by_duckdb == by_polars == [(rows, rows - missing)]


def test_commands_say_how_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sketch(monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("here.yaml").write_text(TEXT)
    said = call("sweep", "here.yaml", "-o", "out")
    assert f"Undefined: 256 runs without {OF_KGZ}; they are left out." in said.out
    assert " to )" not in said.out
    assert json.loads(call("sweep", "here.yaml", "-o", "out", "--json").out)["undefined"] == {OF_KGZ: 256}
    assert f"without {OF_KGZ}  256" in call("status", "out").out
    said = call("sensitivity", "here.yaml", "-o", "out")
    assert "undefined runs" in said.out
    assert "Undefined: runs without this outcome" in said.out
    middle = float(np.nanmedian(open_results("out").table("runs")[OF_KGZ]))
    said = call("discover", "here.yaml", "-o", "out", "--when", f"{OF_KGZ} > {middle}")
    assert (said.code, f"Left out: 256 runs without {OF_KGZ}." in said.out) == (0, True), said.err


@pytest.mark.parametrize("method", ["sobol", "given"])
def test_an_outcome_without_any_run_is_said(tmp_path: Path, method: str) -> None:
    class Lacking(Results):
        def table(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> pd.DataFrame:
            return super().table(name, columns, where).assign(**{OF_KGZ: np.nan})

    text = TEXT.replace("design: sobol\nsamples: 128", "design: saltelli\nsamples: 8")
    results = made(tmp_path, text)
    with pytest.raises(HedgesimError, match=f"no run has {OF_KGZ}"):
        sensitivity(Lacking(results.manifest, results.tables), [OF_KGZ], method=method)
