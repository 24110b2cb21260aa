"""The commands that fit, forecast and ablate, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from command_line import call, files_below
from hedgesim import read_scenario
from hedgesim.analysis.calibration.posterior import MODEL_NAMES
from hedgesim.engines.case import case_of
from hedgesim.errors import ScenarioError, StoreError
from hedgesim.model.parameters import all_parameters
from hedgesim.results.results import read_findings
from hedgesim.scenario import calibrations as shipped
from hedgesim.scenario.calibrations import (
    EDITION,
    PRIOR,
    SHIPPED,
    calibrations,
    coverage_of,
    fitted_of,
    home,
    parameters_of,
    posterior_table,
    values_of,
)

FIRST = "trained_2015_2021"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("calibrate --walkers 4", "--walkers 4: too few to fit anything. Give --walkers 32 or more."),
        ("calibrate --steps 1", "--steps 1: too few to fit anything. Give --steps 20 or more."),
        ("calibrate --draws 2", "--draws 2: too few to draw from. Give --draws 8 or more."),
        ("hindcast --calibration best", "--calibration best: there is no such calibration. Known: fitted_2021."),
        (f"hindcast --calibration {FIRST}", "first edition of the model, whose parameters are gone. Write fitted_2021"),
        (f"patterns --calibration {FIRST}", "first edition of the model, whose parameters are gone. Write fitted_2021"),
        ("hindcast nowhere", "there is no scenario"),
        ("hindcast --runs 0", "--runs 0"),
        ("hindcast --past 5", "--past 5: too few for a band. Give --past 100 or more."),
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


def test_a_posterior_of_the_first_edition_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario("war_2022", overrides=[f"parameters={FIRST}"])
    said = str(caught.value)
    assert f"{FIRST} was fitted to the first edition of the model, whose parameters are gone" in said
    assert "Write fitted_2021, or fit again with hedgesim calibrate." in said
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "parameters.csv").write_text("parameter,role,value\n", encoding="utf-8")
    (tmp_path / "mine" / "manifest.yaml").write_text("name: mine\n", encoding="utf-8")
    monkeypatch.setattr(shipped, "home", lambda: tmp_path)
    assert calibrations() == (PRIOR,)
    assert shipped.why_refused("mine") is not None
    assert shipped.why_refused("best") is None


@pytest.mark.hold
def test_a_calibration_is_written_as_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "again"
    answer = call("calibrate", "--walkers", "32", "--steps", "20", "--draws", "16", "-o", str(folder), "--json")
    assert answer.code == 0, answer.err
    printed = json.loads(answer.out)
    assert {row["parameter"] for row in printed["parameters"]} == set(all_parameters())
    monkeypatch.setattr(shipped, "home", lambda: tmp_path)
    assert calibrations() == (PRIOR, "again")
    assert set(values_of("again")) == {path for names in MODEL_NAMES.values() for path in names.values()}
    assert len(posterior_table("again")["ladder.alarm"]) == 16
    assert files_below(folder) == {
        *("parameters.csv", "posterior.csv", "manifest.yaml", "left_out_powers.csv", "left_out_countries.csv"),
    }


@pytest.mark.hold
def test_a_hindcast_is_written_drawn_and_printed(tmp_path: Path) -> None:
    answer = call("hindcast", "--runs", "1", "--past", "100", "-o", str(tmp_path), "--json")
    assert answer.code == 0, answer.err
    printed = json.loads(answer.out)
    assert next(iter(printed)) == "expected"
    assert "so their expected skill is near zero" in printed["expected"]
    base = [row for row in printed["skills"] if row["variant"] == "base" and row["baseline"] == "random walk"]
    assert {row["part"] for row in base} == {"all shares", "economy shares", "energy shares"}
    tables, manifest = read_findings(tmp_path, "hindcast")
    assert manifest["calibration"] == SHIPPED
    assert set(tables["coverage"]["domain"]) == {"economy", "energy"}
    charts = {path.stem for path in (tmp_path / "charts").glob("*.png")}
    assert {"shares", "chances", "skill", "history_meetings", "history_KAZ"} <= charts
    with pytest.raises(StoreError, match="not a folder of hedgesim ablate"):
        read_findings(tmp_path, "ablate")
    (tmp_path / "skills.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="its bytes do not have its digest"):
        read_findings(tmp_path, "hindcast")


def test_the_shipped_calibration_says_what_it_is() -> None:
    assert calibrations() == (PRIOR, SHIPPED)
    table, posterior = parameters_of(SHIPPED), posterior_table(SHIPPED)
    assert set(all_parameters()) == set(table["parameter"])
    values, fitted = values_of(SHIPPED), fitted_of(SHIPPED)
    assert set(posterior) == set(values) == {path for names in MODEL_NAMES.values() for path in names.values()}
    assert fitted == set(table.loc[table["identified"] == "yes", "parameter"]) < set(values)
    for path, value in values.items():
        item = all_parameters()[path]
        assert item.low <= value <= item.high
        assert min(posterior[path]) >= item.low
        assert max(posterior[path]) <= item.high
    kept = table[(table["identified"] == "no") | table["identified"].isna()]
    np.testing.assert_allclose(kept["value"], kept["prior_value"])
    manifest = yaml.safe_load((home() / SHIPPED / "manifest.yaml").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["years"], manifest["edition"]) == (SHIPPED, [1992, 2021], EDITION)


def test_a_scenario_has_the_shipped_values_unless_it_says_otherwise() -> None:
    case = case_of(read_scenario("war_2022"))
    for path, value in values_of(SHIPPED).items():
        group, _, name = path.partition(".")
        assert getattr(getattr(case.parameters, group), name) == value
    prior = case_of(read_scenario("war_2022", overrides=["parameters=prior"]))
    assert prior.parameters.stance.half_life == all_parameters()["stance.half_life"].default


def test_the_table_of_coverage_has_a_row_for_each_domain_and_number_of_years() -> None:
    table = coverage_of(SHIPPED)
    assert not table.duplicated(["domain", "ahead"]).any()
    assert table["inside"].between(0, table["cells"]).all()
    assert set(table.loc[table["domain"] == "economy", "ahead"]) == {1, 2, 3, 4, 5}


def test_no_parameter_is_of_one_country_and_the_prior_has_no_values() -> None:
    names = parameters_of(SHIPPED)[["parameter", "meaning"]].to_csv()
    axes = pd.read_csv(home().parent / "tables" / "axes.csv")
    assert [code for code in axes.loc[axes["axis"] == "country", "code"] if code in names] == []
    assert values_of(PRIOR) == {}
    assert fitted_of(PRIOR) == frozenset()
    with pytest.raises(KeyError):
        values_of("best")
