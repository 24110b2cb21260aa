"""`hedgesim plot`: a chart of stored results in a file of one's own, or one line that says why not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.analysis.known import CORNER, OUTCOME, swept
from tests.command_line import ROOT, call, folded, refused

from hedgesim.plots.catalogue import CHARTS
from hedgesim.rules import catalogue

BEGINS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run and its twin, a run of which no trajectory is kept, a sweep and boxes found in it."""
    folder = tmp_path_factory.mktemp("made")
    short = ("--no-charts", "--set", "end=2022Q2")
    for words in (
        ("run", "war_2022", "--twin", "no_war", "--runs", "4", "--keep", "3", *short, "-o", str(folder / "war")),
        ("run", "war_2022", "--runs", "2", "--keep", "0", *short, "-o", str(folder / "bare")),
        ("run", "war_2022", "--runs", "2", "--seed", "5", *short, "-o", str(folder / "seed")),
    ):
        assert call(*words).code == 0
    swept(folder / "sobol", "corner", CORNER, "design: sobol", "samples: 128")
    found = call(
        "discover", str(folder / "sobol/corner.yaml"), "-o", str(folder / "sobol/out"), "--when", f"{OUTCOME} > 0.22"
    )
    assert found.code == 0, found.err
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a working folder of one's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_has_every_chart_with_what_it_shows_and_the_command_that_makes_its_results() -> None:
    text = folded("plot", "--list")
    for name, chart in CHARTS.items():
        assert f"{name} {chart.shows}" in text
    assert "difference how much higher" in text
    assert "two of hedgesim run SCENARIO" in text
    assert "hedgesim sweep EXPERIMENT" in text


def test_the_page_of_charts_has_every_chart() -> None:
    text = (ROOT / "docs/charts.md").read_text(encoding="utf-8")
    assert not [name for name in CHARTS if f"`{name}`" not in text]


@pytest.mark.parametrize("kind", BEGINS)
def test_a_chart_is_written_in_each_format_and_told_in_words(here: Path, kind: str) -> None:
    text = folded("plot", "war", "tiles", "--format", kind)
    assert "Leading power and its presence, and hedging index, in 2022Q2: Kazakhstan Russia" in text
    assert text.endswith(f"Chart: tiles.{kind}")
    assert (here / f"tiles.{kind}").read_bytes().startswith(BEGINS[kind])


def test_a_run_with_its_twin_is_enough_for_a_difference_whose_words_have_the_numbers_of_all_runs(here: Path) -> None:
    text = folded("plot", "war", "paired_presence", "--country", "KAZ", "-o", "one.svg")
    assert "war_2022 less no_war, mean of 4 pairs of runs: Kazakhstan " in text
    assert ">Kazakhstan</text>" in (here / "one.svg").read_text()
    both = folded("plot", "war/twin", "war", "difference", "--country", "KAZ", "--power", "CHN", "-o", "two.svg")
    assert "in 2022Q2, mean of 4 pairs of runs and 5 to 95 % of the 3 of 4 pairs of runs that were kept: " in both


def test_charts_of_findings_and_sweeps_are_drawn_from_their_folders(here: Path) -> None:
    (findings,) = (here / "sobol/out/discovery").iterdir()
    assert "box" in folded("plot", str(findings), "boxes")
    assert "lowest" in folded("plot", "sobol/out", "phase_map", "--by", "rules.countries.all.x1")


def test_a_file_is_replaced_only_when_asked(here: Path) -> None:
    (here / "trust.png").write_text("mine")
    assert refused("plot", "war", "trust") == (
        "-o trust.png: the file already exists. Name another, or give --overwrite."
    )
    assert (here / "trust.png").read_text() == "mine"
    (here / "difference.png").touch()
    assert "bare has no twin" in refused("plot", "bare", "difference"), "what cannot be drawn at all is said first"
    folded("plot", "war", "trust", "--overwrite")
    assert (here / "trust.png").read_bytes().startswith(BEGINS["png"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "results and a chart must be named. Write hedgesim plot RESULTS CHART, or --list"),
        (("war",), "results and a chart must be named"),
        (("difference", "war"), "the chart is named first. Name it last: hedgesim plot "),
        (("war", "diference"), 'there is no such chart. Did you mean "difference"?'),
        (("nowhere", "presence"), "there is no such folder"),
        (
            ("war", "phase_map"),
            "drawn from results of sweep, and these are of run. Make them: hedgesim sweep EXPERIMENT",
        ),
        (
            ("sobol/out", "presence"),
            "drawn from results of run, and these are of sweep. Make them: hedgesim run SCENARIO",
        ),
        (("sobol/out", "boxes"), "these are of sweep. Make them: hedgesim discover EXPERIMENT"),
        (("bare", "difference"), "needs 2 results, and bare has no twin"),
        (("bare", "network"), "it has no memberships and formats. Make it: hedgesim run SCENARIO --keep 100"),
        (("seed", "war", "difference"), "the seeds differ (5 and 2022), so their runs are not paired"),
        (("war",) * 7 + ("presence",), "it is drawn from 1 to 6 results, not 7"),
        (("war", "presence", "--country", "KAX"), 'no such country. Did you mean "KAZ"?'),
        (("war", "outcome", "--power", "RUZ"), 'no such power. Did you mean "RUS"?'),
        (("war", "outcome", "--outcome", "hedging_indx"), 'no such outcome. Did you mean "hedging_index"?'),
        (("war", "before_after", "--outcome", "cohesion"), "this outcome is not of countries"),
        (("war", "tiles", "--power", "RUS"), "the chart tiles does not take it. It takes --country"),
        (("war", "threat", "--by", "x"), "the chart threat does not take it. Leave the option out"),
        (("sobol/out", "phase_map", "--outcome", "cohesin"), "this sweep has no such outcome"),
        (("sobol/out", "phase_map", "--by", "rules.countries.all.x9"), "this sweep does not vary it"),
        (("sobol/out", "tournament"), "the experiment has no goal"),
        (("war", "tiles", "--format", "gif"), "there is no such format"),
        (("war", "tiles", "-o", "tiles.gif"), "a chart cannot have this ending. End it in png, svg, pdf"),
        (("war", "tiles", "-o", "tiles.png", "--format", "svg"), "the file ends in png"),
        (("war", "tiles", "-o", "absent/tiles.png"), "there is no folder absent"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line_and_nothing_is_written(
    here: Path, words: tuple[str, ...], says: str
) -> None:
    assert says in refused("plot", *words)


def test_a_sweep_that_is_not_finished_is_not_drawn(here: Path) -> None:
    path = here / "sobol/out/manifest.json"
    from tests.results.small import resealed

    path.write_bytes(resealed({**json.loads(path.read_text()), "ended": None}))
    assert "the sweep is not finished" in refused("plot", "sobol/out", "phase_map")


def test_results_of_unknown_tables_are_called_by_their_codes(here: Path) -> None:
    from tests.results.small import resealed

    path = here / "seed/manifest.json"
    manifest = json.loads(path.read_text())
    path.write_bytes(resealed({**manifest, "scenario_text": manifest["scenario_text"] + "tables: elsewhere\n"}))
    assert "in 2022Q2: AZE TUR" in folded("plot", "seed", "tiles")


def test_results_of_a_rule_file_that_is_not_here_keep_names_and_colours(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "own", {})
    assert call("new", "rule", "wary_one").code == 0
    words = ("--runs", "2", "--no-charts", "--set", "end=2022Q2", "--set", "rules.countries.all.rule=wary_one")
    assert call("run", "war_2022", "--rules", "wary_one.py", *words, "-o", "mine").code == 0
    monkeypatch.setattr(catalogue, "own", {})
    assert (here / "mine").is_dir()
    assert "in 2022Q2: Kazakhstan Russia" in folded("plot", "mine", "tiles")
    said = folded("plot", "war", "mine", "before_after", "--country", "KAZ")
    assert "Presence of Russia in 2022Q2, mean over runs, war to mine: Kazakhstan" in said
