"""Every shipped experiment runs through the command line in its quick size, and the commands say what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from tests.command_line import ROOT, call
from tests.results.small import SMALL, written

from hedgesim.experiment import packaged_experiments
from hedgesim.scenario.calibrations import SHIPPED, in_words

NAMES = sorted(packaged_experiments())


def png_alone(figure: Figure, folder: Path, *, name: str) -> list[Path]:
    figure.savefig(folder / f"{name}.png")
    return [folder / f"{name}.png"]


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_runs_in_its_quick_size(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.plots.theme.save", png_alone)  # half the time; the tests of plots write SVG too
    said = call("sweep", name, "--quick", "-o", str(tmp_path / "out"), "--json")
    assert said.code == 0, said.err
    report = json.loads(said.out)
    assert report["manifest"]["failed"] == 0
    for outcome in report["manifest"]["outcomes"]:
        assert (tmp_path / "out" / "charts" / f"{outcome}.png").stat().st_size > 5_000
    status = json.loads(call("status", str(tmp_path / "out"), "--json").out)
    assert status["there"] == status["planned"] == report["manifest"]["runs"]


def test_there_are_experiments_for_the_questions_of_the_founding_texts() -> None:
    assert len(NAMES) >= 8
    assert {path.stem for path in (ROOT / "experiments").glob("*.yaml")} == set(NAMES)


def test_a_plan_says_runs_disk_and_time_and_starts_nothing(tmp_path: Path) -> None:
    where = (str(written(tmp_path)), "-o", str(tmp_path / "out"))
    said = call("plan", *where, "--workers", "2")
    assert said.code == 0
    assert "24, 24 of them missing" in said.out
    report = json.loads(call("plan", *where, "--json").out)
    assert (report["runs"], report["missing"], report["points"]) == (24, 24, 6)
    assert report["disk"] > 0.0 < report["seconds"]
    assert not (tmp_path / "out").exists()
    call("sweep", *where)
    assert "24, 0 of them missing" in call("plan", *where).out


def test_an_analyst_reads_medians_by_scenario_and_lever(tmp_path: Path) -> None:
    text = SMALL.replace("  end: [2021Q4]\n", "  end: [2021Q4]\n  rules.countries.all.rule: [habit, balancing]\n")
    said = call("sweep", str(written(tmp_path, text + "goals: {hedging_index: high}\n")), "-o", str(tmp_path / "out"))
    lines = said.out.splitlines()
    assert lines[0].split()[:4] == ["scenario", "end", "rules.countries.all.rule", "runs"]
    assert [line.split()[2] for line in lines[1:5]] == ["habit", "balancing"] * 2
    assert "Regret in hedging index (high is good), the most robust first:" in said.out
    assert in_words(SHIPPED).split(" (")[0] in said.out


def test_check_takes_experiments_and_scenarios(tmp_path: Path) -> None:
    assert call("check", "war_size", "war_2022").out.endswith("2 files without fault.\n")
    bad = written(tmp_path, SMALL.replace("hedging_index", "hedging"), name="bad.yaml")
    said = call("check", str(bad))
    assert said.code == 2
    assert said.err.startswith(f"{bad}:7:12: there is no outcome")


def test_progress_can_be_read_where_there_is_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.commands._progress.SECONDS_BETWEEN_LINES", 0.0)
    said = call("sweep", str(written(tmp_path)), "-o", str(tmp_path / "out"))
    assert "running small: 24 of 24 runs," in said.err


def test_a_sweep_that_the_disk_cannot_hold_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    said = call("sweep", str(written(tmp_path)), "-o", str(tmp_path / "out"))
    assert said.code == 2
    assert "24 runs need about" in said.err
    assert not (tmp_path / "out").exists()


def test_there_is_no_schema_of_anything_else() -> None:
    assert call("schema", "rules").code == 2
