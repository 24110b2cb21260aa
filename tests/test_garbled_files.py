"""Files with anything wrong in them are read, or refused in lines of place, fault and remedy; never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import ROOT, SCENARIOS, TEMPLATES, sunder_sea
from garbled import garbled
from hedgesim.analysis.forecast_file import read_forecasts
from hedgesim.analysis.patterns.pattern import read_patterns
from hedgesim.engines.case import case_of
from hedgesim.errors import HedgesimError, ScenarioError
from hedgesim.experiment import design_points, read_experiment
from hedgesim.scenario import read_scenario
from hedgesim.scenario.tables import read_tables

SHORT, READ, REFUSED = 60, "read", "refused"


def tried(act: Callable[[], object]) -> str:
    """Whether a file was read or refused; a refusal has one line for each fault, and says place, fault and remedy."""
    try:
        act()
    except HedgesimError as error:
        for one in error.all if isinstance(error, ScenarioError) else [error]:
            line = str(one)
            assert "\n" not in line
            assert "\x1b" not in line
            assert str(one.place)
            assert one.fault
            assert one.remedy
        return REFUSED
    return READ


def scenarios(folder: Path, number: int) -> str:
    texts = sorted(SCENARIOS.glob("*.yaml"))
    path = folder / "mine.yaml"
    path.write_text(garbled(texts[number % len(texts)].read_text(encoding="utf-8"), number), encoding="utf-8")
    return tried(lambda: case_of(read_scenario(path)))


def experiments(folder: Path, number: int) -> str:
    texts = sorted((ROOT / "experiments").glob("*.yaml"))
    path = folder / "mine.yaml"
    path.write_text(garbled(texts[number % len(texts)].read_text(encoding="utf-8"), number), encoding="utf-8")
    return tried(lambda: design_points(read_experiment(path).quick()))


def tables(folder: Path, number: int) -> str:
    region = folder / f"region_{number}"
    region.mkdir()
    scenario = sunder_sea(region)
    names = sorted((TEMPLATES / "region").iterdir())
    path = region / "sunder_sea" / names[number % len(names)].name
    path.write_text(garbled(path.read_text(encoding="utf-8"), number), encoding="utf-8")
    return tried(lambda: case_of(read_scenario(scenario)))


def forecasts(folder: Path, number: int) -> str:
    lines = (ROOT / "docs" / "forecasts" / "2026-11-29_outlook_2030.csv").read_text(encoding="utf-8").splitlines()
    path = folder / "mine.csv"
    path.write_text(garbled("\n".join(lines[:40]), number), encoding="utf-8")
    return tried(lambda: read_forecasts(path, read_tables()))


def patterns(folder: Path, number: int) -> str:
    path = folder / "mine.yaml"
    text = (ROOT / "src" / "hedgesim" / "data" / "patterns.yaml").read_text(encoding="utf-8")
    path.write_text(garbled(text, number), encoding="utf-8")
    return tried(lambda: read_patterns(path))


KINDS = {
    "scenarios": scenarios,
    "experiments": experiments,
    "tables of a region": tables,
    "forecasts": forecasts,
    "patterns": patterns,
}


MANY = {"scenarios": 36_000, "experiments": 13_000, "tables of a region": 6_000, "forecasts": 6_000, "patterns": 6_000}


@pytest.mark.parametrize("kind", KINDS)
def test_a_garbled_file_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    found = Counter(KINDS[kind](tmp_path, number) for number in range(SHORT))
    assert found[REFUSED] > SHORT // 4


@pytest.mark.hold
@pytest.mark.parametrize(("kind", "many"), list(MANY.items()))
def test_many_garbled_files_are_read_or_refused(kind: str, many: int, tmp_path: Path) -> None:
    found = Counter(KINDS[kind](tmp_path, number) for number in range(SHORT, SHORT + many))
    assert found[READ] > 0
    assert found[REFUSED] > many // 4
