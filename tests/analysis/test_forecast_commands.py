"""The commands that fit, forecast and ablate, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from command_line import call, files_below
from hedgesim.errors import StoreError
from hedgesim.model.parameters import all_parameters
from hedgesim.results.findings import read_findings
from hedgesim.scenario.calibrations import PRIOR, SHIPPED, calibrations, home, parameters_of, posterior_table, values_of


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("calibrate --walkers 1", "--walkers 1: too few to fit anything. Give --walkers 4 or more."),
        ("calibrate --sets 100", "--sets 100: the 128 walkers start from the likeliest. Give --sets 128 or more."),
        ("calibrate --until 2031Q1", "the year 2024: its record is not complete"),
        ("calibrate caco_1994 --until 1999Q4", "the year 1994: its record is not complete"),
        ("hindcast --calibration best", "--calibration best: there is no such calibration. Known: trained"),
        ("hindcast nowhere", "there is no scenario"),
        ("hindcast --runs 0", "--runs 0"),
        ("ablate --runs 9", "--runs 9: too few to score patterns. Give --runs 64 or more."),
        ("ablate --backend abacus", "--backend abacus: there is no such back end"),
        ("hindcast -o taken", "results of something else are here (a run)"),
        ("ablate -o taken", "results of something else are here (a run)"),
        ("patterns -o taken", "results of something else are here (a run)"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "manifest.json").write_text('{"format_version": 1, "runs": 1}', encoding="utf-8")
    answer = call(*words.split())
    assert answer.code == 2
    assert said in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
    assert files_below(tmp_path) == {"taken", "taken/manifest.json"}


@pytest.mark.hold
def test_a_hindcast_is_written_drawn_and_printed(tmp_path: Path) -> None:
    answer = call("hindcast", "--runs", "1", "-o", str(tmp_path), "--json")
    assert answer.code == 0, answer.err
    printed = json.loads(answer.out)
    base = [row for row in printed["skills"] if row["variant"] == "base" and row["baseline"] == "persistence"]
    assert {row["part"] for row in base} == {"all shares", "economy shares", "energy shares", "meetings"}
    tables, manifest = read_findings(tmp_path, "hindcast")
    assert manifest["calibration"] == SHIPPED
    assert tables["shares"]["year"].unique().tolist() == [2022]
    assert {row["country"] for row in printed["left_out"]} == set(tables["shares"]["country"])
    charts = {path.stem for path in (tmp_path / "charts").glob("*.png")}
    assert {"shares", "chances", "skill", "history_meetings", "history_KAZ"} <= charts
    with pytest.raises(StoreError, match="not a folder of hedgesim ablate"):
        read_findings(tmp_path, "ablate")
    (tmp_path / "skills.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="missing or broken"):
        read_findings(tmp_path, "hindcast")


def test_the_shipped_calibration_says_what_it_is() -> None:
    assert calibrations() == (PRIOR, SHIPPED)
    table, posterior = parameters_of(SHIPPED), posterior_table(SHIPPED)
    assert set(all_parameters()) == set(table.loc[table["role"] != "error", "parameter"])
    assert table.loc[table["role"] == "swept", "why"].str.len().gt(0).all()
    fitted = values_of(SHIPPED)
    assert len(fitted) > 15
    for path, value in fitted.items():
        assert all_parameters()[path].low <= value <= all_parameters()[path].high
        assert value == pytest.approx(np.median(posterior[path]), rel=1e-6)
    manifest = yaml.safe_load((home() / SHIPPED / "manifest.yaml").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["years"]) == (SHIPPED, [2015, 2021])
    assert manifest["runs"] > 1_000_000


def test_no_parameter_is_of_one_country_and_the_prior_has_no_values() -> None:
    text = (home() / SHIPPED / "parameters.csv").read_text(encoding="utf-8")
    axes = pd.read_csv(home().parent / "tables" / "axes.csv")
    assert [code for code in axes.loc[axes["axis"] == "country", "code"] if code in text] == []
    assert values_of(PRIOR) == {}
    with pytest.raises(KeyError):
        values_of("best")
