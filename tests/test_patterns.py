"""`hedgesim patterns`: what it prints and writes, what it refuses, and the shipped patterns in full."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.small import FILE
from command_line import ROOT, Said, call, files_below
from hedgesim.analysis.patterns import scoring
from hedgesim.analysis.patterns.pattern import read_patterns
from hedgesim.analysis.patterns.scoring import DEFAULT_RUNS, FEWEST_RUNS, NULLS
from hedgesim.results.findings import read_findings

RUNS = str(FEWEST_RUNS)


@dataclass(frozen=True)
class Done:
    """A small file of patterns scored through the command line."""

    said: Said
    folder: Path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    place = tmp_path_factory.mktemp("patterns")
    (place / "small.yaml").write_text(FILE, encoding="utf-8")
    folder = place / "results"
    said = call("patterns", "--patterns", str(place / "small.yaml"), "--runs", RUNS, "-o", str(folder))
    assert said.code == 0, said.err
    return Done(said, folder)


def test_the_table_says_what_was_observed_simulated_and_judged(done: Done) -> None:
    text = " ".join(done.said.out.split())
    assert "presence of Russia falls fell -" in text
    assert "(-inf, 0) holds" in text
    assert "2 of 2 patterns hold; 1 discriminate the model from habit, chance and no shock; 1 do both" in text
    assert "does not discriminate" in text
    assert str(done.folder) in "".join(done.said.out.split())


def test_tables_manifest_and_chart_are_written(done: Done) -> None:
    tables, manifest = read_findings(done.folder, "patterns")
    assert set(tables["parts"]["variant"]) == {"base", *NULLS, "pooled"}
    assert list(tables["patterns"]["pattern"]) == ["falls", "habit_does_it_too", "impossible"]
    assert manifest["totals"]["count"] == 1
    assert manifest["runs"] == FEWEST_RUNS
    assert manifest["patterns_digest"]
    for kind in ("png", "svg"):
        assert (done.folder / "charts" / f"patterns.{kind}").stat().st_size > 5000


def test_json_holds_tables_totals_and_what_is_not_used_of_a_scenario(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    nil = np.zeros(FEWEST_RUNS)
    monkeypatch.setattr(scoring, "measure", lambda scenarios, *_, **__: dict.fromkeys(scenarios.patterns.parts, nil))
    file = done.folder.parent / "small.yaml"
    args = ("patterns", "peace", "--patterns", str(file), "--runs", RUNS, "-o", str(done.folder), "--json")
    printed = json.loads(call(*args).out)
    assert printed["not_used"] == ["shocks"]
    assert printed["totals"]["patterns"] == 2
    assert {row["variant"] for row in printed["parts"]} == {"base", *NULLS, "pooled"}
    base = pd.DataFrame([row for row in printed["parts"] if row["variant"] == "base"])
    before = read_findings(done.folder, "patterns")[0]["parts"]
    assert len(base) == (before["variant"] == "base").sum()


REFUSED = {
    "too few runs": (("--runs", "63"), "--runs 63: too few for a score", "Give --runs 64 or more."),
    "no scenario": (("nowhere",), 'nowhere: there is no scenario "nowhere"', "Did you mean"),
    "no calibration": (("--calibration", "x"), "--calibration x: there is no such calibration", "Known: "),
    "no posterior": (("--posterior",), "--posterior: only a calibration has one", "calibrat"),
    "no file": (("--patterns", "none.yaml"), "none.yaml: there is no such file", "Check the spelling"),
    "statistic": (
        ("--patterns", "wrong.yaml"),
        'wrong.yaml:15:27: there is no statistic "valeu"',
        '"value"?',
    ),
    "years": (("--patterns", "years.yaml"), "years.yaml:15:96: war (war_2022) runs 2021Q1", "Name quarters in it"),
    "other results": (
        ("-o", "taken", "--patterns", "small.yaml"),
        "taken: results of something else are here (a run)",
        "Name another folder",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_one_line_and_nothing_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "manifest.json").write_text('{"format_version": 1}', encoding="utf-8")
    (tmp_path / "small.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(FILE.replace("name: value", "name: valeu", 1), encoding="utf-8")
    (tmp_path / "years.yaml").write_text(FILE.replace("at: 2022Q3", "at: 2032Q3", 1), encoding="utf-8")
    args, fault, remedy = REFUSED[name]
    before = files_below(tmp_path)
    said = call("patterns", *args)
    assert said.code == 2
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith(fault), said.err
    assert remedy in said.err
    assert files_below(tmp_path) == before


def test_the_page_of_the_patterns_shows_every_interval() -> None:
    page = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")
    for part in read_patterns().parts.values():
        assert part.says in page
        assert part.interval is None or str(part.interval) in page


@pytest.mark.hold
def test_the_shipped_patterns_are_scored_whole_and_twice_the_same(tmp_path: Path) -> None:
    tables = []
    for name in ("one", "other"):
        assert call("patterns", "-o", str(tmp_path / name)).code == 0
        tables.append(read_findings(tmp_path / name, "patterns")[0])
    for table in ("parts", "patterns"):
        pd.testing.assert_frame_equal(tables[0][table], tables[1][table], check_exact=True)
    parts = tables[0]["parts"]
    assert (parts["runs"] == DEFAULT_RUNS).all()
    assert len(parts) == 5 * len(read_patterns().parts)
    paired = parts[(parts["less"] == "no_war") & parts["variant"].isin(["habit", "no_shock"])]
    assert (paired[["q05", "median", "q95"]] == 0.0).all(axis=None)
