"""What must hold of every shipped scenario, run through the command line in full: `make hold`."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from hedgesim import open_results, paired_difference, read_scenario
from hedgesim.commands import main
from hedgesim.results.simulation import DEFAULT_KEEP, DEFAULT_RUNS
from hedgesim.scenario import packaged_scenarios

TIMES = ("began", "ended")

pytestmark = pytest.mark.hold


def run(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> Path:
    monkeypatch.setattr(sys, "argv", ["hedgesim", "run", name, "-o", str(folder), *more])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    return folder


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("name", sorted(packaged_scenarios()))
def test_a_scenario_runs_whole_and_twice_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(name, tmp_path / "first", monkeypatch)
    shares = open_results(first).table("shares")
    total = shares.groupby(["run", "period", "country", "domain"])["share"].sum()
    assert np.max(np.abs(total - 1.0)) < 1e-9
    runs = open_results(first).table("runs")
    assert list(runs["run"]) == list(range(DEFAULT_RUNS))
    assert sorted(set(shares["run"])) == list(range(DEFAULT_KEEP))
    assert runs["failed"].isna().all()
    second = run(name, tmp_path / "second", monkeypatch)
    assert digests(first) == digests(second)
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in (first, second)]
    one, other = ({k: v for k, v in manifest.items() if k not in TIMES} for manifest in manifests)
    assert one == other


def test_another_seed_gives_other_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = run("war_2022", tmp_path / "one", monkeypatch)
    other = run("war_2022", tmp_path / "other", monkeypatch, "--seed", "7")
    assert digests(one)["countries.parquet"] != digests(other)["countries.parquet"]


def test_the_war_lowers_the_aggressor_everywhere_and_drives_nobody_out_of_an_alliance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    war = run("war_2022", tmp_path / "war", monkeypatch)
    peace = run("no_war", tmp_path / "no_war", monkeypatch)
    aggressor = read_scenario("war_2022").aggressor
    last = [t[t["period"] == t["period"].max()] for t in (open_results(f).table("countries") for f in (war, peace))]
    change = paired_difference(*last, keys=["country"], value=f"presence_{aggressor}")
    assert (change["mean"] + 3.0 * change["error"] < 0.0).all()
    members = open_results(war).table("memberships")
    alliance = members[members["format"] == "CSTO"].pivot(index=["run", "country"], columns="period", values="status")
    inside = alliance[alliance.iloc[:, 0] == "member"]
    assert len(inside) == 3 * DEFAULT_KEEP
    assert (inside == "member").all(axis=None)
