"""Results as labelled arrays hold what the tables hold, and survive a netCDF file."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray
from tests.results.small import keeping, written

import hedgesim
from command_line import call, sketch
from hedgesim.errors import StoreError
from hedgesim.results.results import Results
from hedgesim.results.tables import TABLES


@pytest.fixture(scope="module")
def results() -> Results:
    return hedgesim.run(hedgesim.read_scenario("war_2022", overrides=["end=2021Q3"]), 6, keep=4)


def test_every_number_is_where_its_labels_say(results: Results) -> None:
    whole = results.to_xarray()
    assert dict(whole.sizes)["run"] == 4
    assert list(whole["country"].values) == ["KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE"]
    assert list(whole["partner"].values) == list(whole["country"].values)
    for name, variable in {
        "shares": "share",
        "relations": "relations_threat",
        "formats": "rung",
        "system": "cohesion",
    }.items():
        frame = results.table(name)
        keys = list(TABLES[name].keys)
        assert whole[variable].dims == tuple(keys)
        column = variable.removeprefix("relations_")
        for row in frame.iloc[:: 1 + len(frame) // 20].to_dict("records"):
            found = whole[variable].sel({key: row[key] for key in keys}).item()
            assert found == row[column]
    countries = results.table("countries")
    row = countries.iloc[-1]
    found = whole["presence"].sel(run=row["run"], period=row["period"], country=row["country"], option="CHN").item()
    assert found == row["presence_CHN"]
    assert whole["presence"].dims == ("run", "period", "country", "option")
    assert np.allclose(whole["presence"].sum("option"), 1.0)
    assert np.isnan(whole["trust"].sel(country="KAZ", partner="KAZ")).all()
    assert (whole["presence"].attrs["units"], whole["share"].attrs["units"]) == ("share", "share of the domain")
    assert whole.attrs["scenario"] == "war_2022"


def test_a_netcdf_file_gives_it_back(results: Results, tmp_path: Path) -> None:
    for tables in ((), ["runs"], ["summary"]):
        whole = results.to_xarray(tables)
        whole.to_netcdf(tmp_path / "out.nc", engine="scipy")
        with xarray.open_dataset(tmp_path / "out.nc", engine="scipy") as read:
            xarray.testing.assert_equal(read.load(), whole)
            assert read.attrs == whole.attrs
            assert {name: of.attrs for name, of in read.items()} == {name: of.attrs for name, of in whole.items()}


def test_the_table_of_runs_has_every_run_and_is_taken_where_none_is_kept(results: Results) -> None:
    whole = results.to_xarray(["runs"])
    frame = results.table("runs")
    assert whole["leader_meetings"].values.tolist() == frame["leader_meetings"].tolist()
    assert whole["presence"].sel(option="RUS").values.tolist() == frame["presence_RUS"].tolist()
    few = hedgesim.run(hedgesim.read_scenario("war_2022", overrides=["end=2021Q2"]), 2, keep=0)
    assert few.to_xarray().sizes["run"] == 2


def test_the_summary_has_quarters_entities_and_outcomes(results: Results) -> None:
    found = results.to_xarray(["summary"])["q95"].sel(period="2021Q3", entity="KAZ", outcome="hedging_index").item()
    rows = results.table("summary").set_index(["period", "entity", "outcome"])
    assert found == rows.loc[("2021Q3", "KAZ", "hedging_index"), "q95"]


def test_points_of_a_sweep_and_values_of_a_grid_are_dimensions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sketch(monkeypatch)
    swept = hedgesim.sweep(written(tmp_path, keeping(1)), tmp_path / "swept")
    whole = swept.to_xarray(["runs"])
    assert dict(whole.sizes) == {"point": 6, "run": 4, "option": 10}
    runs = swept.table("runs").set_index(["point", "run"])
    assert whole["hedging_index"].sel(point=5, run=3).item() == runs.loc[(5, 3), "hedging_index"]
    assert swept.to_xarray()["share"].dims == ("point", "run", "period", "country", "domain", "option")
    assert call("grid", "war_2022", "--vary", "settings.taste.threat=0,2", "--runs", "1", "-o", "grid").code == 0
    assert hedgesim.open_results("grid").to_xarray().sizes["settings.taste.threat"] == 2


def test_a_text_of_a_user_and_an_empty_number_stay_what_they_are() -> None:
    reasons = [None, "a $x^2$ <b> reason"]
    frame = pd.DataFrame({"run": [0, 1], "seed": 2**60, "presence_RUS": [0.5, np.nan], "failed": reasons})
    whole = Results.of({"runs": frame}, {"scenario": "[red]", "seed": 2**60}).to_xarray()
    assert whole["failed"].values.tolist() == ["", "a $x^2$ <b> reason"]
    assert np.isnan(whole["presence"].sel(run=1, option="RUS"))
    assert whole.attrs == {"scenario": "[red]", "seed": str(2**60)}


def test_what_has_no_axes_or_other_runs_is_refused(results: Results) -> None:
    with pytest.raises(StoreError, match="the table runs has other runs, quarters or codes"):
        results.to_xarray(["shares", "runs"])
    with pytest.raises(StoreError, match="no table 'share'"):
        results.to_xarray(["share"])
    with pytest.raises(hedgesim.HedgesimError, match="it must be a list of texts"):
        results.to_xarray("shares")
    paired = Results.of({"paired": pd.DataFrame({"outcome": ["x"]})}, {})
    with pytest.raises(StoreError, match="the table paired has no axes"):
        paired.to_xarray(["paired"])
    twice = pd.DataFrame({"run": [0, 0], "presence_RUS": [0.5, 0.4]})
    with pytest.raises(StoreError, match="rows of the table runs do not differ in run"):
        Results.of({"runs": twice}, {}).to_xarray()


def test_without_xarray_one_line_names_the_extra(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(
        StoreError, match=r"xarray is not installed. Install it with: pip install 'hedgesim\[exports\]'"
    ):
        results.to_xarray()
