"""`hedgesim patterns`: what it prints and writes, what it refuses, and the shipped patterns in full."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.small import FILE
from command_line import ROOT, Said, call, files_below
from hedgesim.analysis.patterns import scoring
from hedgesim.analysis.patterns.pattern import read_patterns
from hedgesim.analysis.patterns.scoring import DEFAULT_RUNS, FEWEST_RUNS, NULLS
from hedgesim.results.results import read_findings

RUNS = str(FEWEST_RUNS)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    """A small file of patterns scored through the command line, into the folder `results` beside it."""
    place = tmp_path_factory.mktemp("patterns")
    (place / "small.yaml").write_text(FILE, encoding="utf-8")
    said = call("patterns", "--patterns", str(place / "small.yaml"), "--runs", RUNS, "-o", str(place / "results"))
    assert said.code == 0, said.err
    return said, place / "results"


def test_what_was_observed_simulated_and_judged_is_printed_written_and_drawn(done: tuple[Said, Path]) -> None:
    said, folder = done
    text = " ".join(said.out.split())
    assert "presence of Russia falls fell -" in text
    assert "(-inf, 0) holds" in text
    assert "2 of 2 patterns hold; 1 discriminate the model from habit, chance and no shock; 1 do both" in text
    assert "below one (built in)" in text
    assert "Curve beta: recoil; taste.threat part accepted 0 2 falls presence of Russia falls (-inf, 0) -" in text
    assert "does not discriminate" in text
    assert str(folder) in "".join(said.out.split())
    tables, manifest = read_findings(folder, "patterns")
    assert set(tables["parts"]["variant"]) == {"base", *NULLS, "pooled"}
    assert list(tables["patterns"]["pattern"]) == ["falls", "habit_does_it_too", "impossible"]
    assert (manifest["totals"]["count"], manifest["runs"]) == (1, FEWEST_RUNS)
    assert manifest["patterns_digest"]
    assert list(tables["curves"]["value"].unique()) == [0.0, 2.0]
    for kind in ("png", "svg"):
        assert (folder / "charts" / f"patterns.{kind}").stat().st_size > 5000


def test_other_scores_replace_nothing(done: tuple[Said, Path]) -> None:
    _, folder = done
    before = files_below(folder)
    for more in (("--runs", "65"), ("peace", "--runs", RUNS), ("--runs", RUNS, "--seed", "3")):
        said = call("patterns", "--patterns", str(folder.parent / "small.yaml"), *more, "-o", str(folder))
        assert said.code == 2
        assert "other results are here" in said.err
    assert files_below(folder) == before


def test_json_holds_tables_totals_and_what_is_not_used_of_a_scenario(
    done: tuple[Said, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, folder = done
    nil = np.zeros(FEWEST_RUNS)
    monkeypatch.setattr(scoring, "measure", lambda scenarios, *_, **__: dict.fromkeys(scenarios.patterns.parts, nil))
    before = read_findings(folder, "patterns")[0]["parts"]
    file = str(folder.parent / "small.yaml")
    said = call("patterns", "peace", "--patterns", file, "--runs", RUNS, "-o", str(folder.parent / "peace"), "--json")
    printed = json.loads(said.out)
    assert printed["not_used"] == ["shocks"]
    assert printed["totals"]["patterns"] == 2
    assert [row["variant"] for row in printed["parts"]] == list(before["variant"])


REFUSED = {
    "too few runs": (("--runs", "63"), "--runs 63: too few for a score", "Give --runs 64 or more."),
    "no scenario": (("nowhere",), 'nowhere: there is no scenario "nowhere"', "Did you mean"),
    "no calibration": (("--calibration", "x"), "--calibration x: there is no such calibration", "Known: "),
    "no posterior": (("--posterior",), "--posterior: only a calibration has one", "calibrat"),
    "no file": (("--patterns", "none.yaml"), "none.yaml: there is no such file", "Check the spelling"),
    "statistic": (("--patterns", "wrong.yaml"), 'wrong.yaml:15:27: there is no statistic "valeu"', '"value"?'),
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
    args, fault, remedy = REFUSED[name]
    before = files_below(tmp_path)
    said = call("patterns", *args)
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
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
    for table in ("parts", "patterns", "curves"):
        pd.testing.assert_frame_equal(tables[0][table], tables[1][table], check_exact=True)
    parts = tables[0]["parts"]
    assert (parts["runs"] == DEFAULT_RUNS).all()
    assert len(parts) == 5 * len(read_patterns().parts)
    paired = parts[(parts["less"] == "no_war") & (parts["variant"] == "no_shock")]
    assert (paired[["q05", "median", "q95"]] == 0.0).all(axis=None)
