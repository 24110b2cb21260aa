"""What each command prints."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.progress import Task, TaskID

from command_line import KINDS, Said, call, files_below, folded, parsed, refused, sketch, start
from hedgesim import commands
from hedgesim.commands import _progress as progress
from hedgesim.model.named_outcomes import FAMILIES
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.shocks import CHANNELS
from hedgesim.numbers import with_error
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import packaged_scenarios

SHORT = ("--set", "end=2021Q3")
LONGER = ("--set", "end=2022Q3")
TWIN = ("run", "war_2022", "--twin", "no_war")
TABLES = {"runs", "summary", "countries", "system", "shares", "relations", "powers", "formats", "memberships", "ties"}


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> None:
    sketch(monkeypatch)


def written(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_scenarios_are_listed_with_quarters_and_purpose() -> None:
    rows = {row["scenario"]: row for row in parsed("scenarios", "--json")}
    assert set(rows) == set(packaged_scenarios())
    assert rows["caco_1994"]["quarters"] == "1994Q1-2005Q4"
    assert all(row["purpose"] for row in rows.values())
    text = folded("scenarios")
    assert all(name in text for name in rows)


def test_outcomes_come_with_unit_meaning_and_source() -> None:
    rows = parsed("outcomes", "--json")
    assert [row["outcome"] for row in rows] == [*OUTCOMES, *(family.form for family in FAMILIES)]
    assert all(row["unit"] and row["meaning"] and row["source"] for row in rows)
    assert "hedging_index" in folded("outcomes")


def test_rules_come_with_their_kind() -> None:
    rows = parsed("rules", "--json")
    of = {kind: {row["rule"] for row in rows if row["of a"] == kind} for kind in ("country", "power")}
    assert of == {"country": set(country_rules()), "power": set(power_rules())}
    assert "bandwagoning" in folded("rules")


def test_schema_is_json_schema_with_every_channel() -> None:
    schema = parsed("schema")
    assert {"purpose", "start", "end", "seed", "shocks"} <= set(schema["properties"])
    text = json.dumps(schema)
    assert all(f'"{channel}"' in text for channel in CHANNELS)


def test_diff_prints_what_differs_after_extends() -> None:
    rows = parsed("diff", "war_2022", "peace", "--json")
    paths = {row["path"]: row for row in rows}
    assert any(path.startswith("shocks.peace") for path in paths)
    assert "start" not in paths
    assert "aggressor" not in paths
    omitted = parsed("diff", "war_2022", "no_war", "--json")
    assert any(row["path"].startswith("omit_shocks") and "war_2022" in row["no_war"] for row in omitted)
    assert "shocks.peace" in folded("diff", "war_2022", "peace")
    assert parsed("diff", "peace", "peace", "--json") == []


def test_check_counts_what_is_without_fault_and_prints_every_fault(tmp_path: Path) -> None:
    said = call("check", "no_war", "caco_1994", "war_2022").out.splitlines()
    assert said == [
        "war_2022: Shocks take rivalry of RUS and USA to 1.32 in 2022Q2; beyond 1 it counts as 1.",
        "3 scenarios without fault.",
    ]
    wrong = written(tmp_path / "wrong.yaml", "extends: war_2022\nsede: 1\nend: never\n")
    said = call("check", "war_2022", wrong)
    assert (said.code, said.out) == (2, "")
    assert [line.split(": ")[0] for line in said.err.splitlines()] == [f"{wrong}:2:1", f"{wrong}:3:6"]


def test_sources_prints_every_number_with_its_citation() -> None:
    rows = parsed("sources", "war_2022", "--json")
    parts = {row["part"].split(",")[0] for row in rows}
    assert {"shares", "ties", "power_attributes", "formats", "memberships", "shocks", "parameters"} <= parts
    shares = [row for row in rows if row["part"].startswith("shares")]
    assert len(shares) == 6 * 5 * 10
    assert all(row["source"] and row["citation"] and row["confidence"] for row in rows)
    assert all(len(row["citation"]) > 10 for row in shares if row["confidence"] == "seen")
    assert not [row for row in rows if row["part"] == "shocks" and row["what"].startswith("war_2022_attention")]


def test_sources_ends_with_the_count_of_numbers_and_assumptions() -> None:
    rows = parsed("sources", "history", "--json")
    assumed = sum(row["confidence"] in {"assumption", "recall"} for row in rows)
    said = call("sources", "history")
    assert said.code == 0
    assert re.search(rf"^all +{len(rows)} +{assumed}\b", said.out, re.MULTILINE)
    for domain in ("security", "economy", "energy", "transport", "identity"):
        assert re.search(rf"^shares, {domain} +60 +\d+", said.out, re.MULTILINE)


def test_a_scenario_of_assumptions_counts_them() -> None:
    recorded, added = (parsed("sources", name, "--json") for name in ("war_2022", "peace"))
    new = [row for row in added if row["part"] == "shocks" and row["what"].startswith("peace")]
    assert len(new) == 9
    assert {row["confidence"] for row in new} == {"assumption"}
    assert len(added) == len(recorded) + len(new)


def test_run_writes_where_others_look_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = parsed("run", "war_2022", "--runs", "2", "--keep", "1", *SHORT, "--json")
    folder = tmp_path / "results" / "war_2022"
    assert answer["folder"] == "results/war_2022"
    assert {path.stem for path in folder.glob("*.parquet")} == TABLES
    manifest = manifest_of(folder)
    assert [manifest[name] for name in ("format_version", "runs", "keep", "seed")] == [2, 2, 1, 2022]
    assert "end: 2021Q3" in manifest["scenario_text"]
    assert len(pd.read_parquet(folder / "runs.parquet")) == 2
    shares = pd.read_parquet(folder / "shares.parquet")
    assert set(shares["run"]) == {0}
    assert set(shares["period"]) == {"2021Q1", "2021Q2", "2021Q3"}
    assert {row["quantity"] for row in answer["closing"]} >= {"presence_RUS", "hedging_index", "leader_meetings"}
    assert {row["n"] for row in answer["closing"]} == {2}


@pytest.mark.usefixtures("sketched")
def test_run_closes_with_a_table_that_names_its_error(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    text = folded("run", "war_2022", "--runs", "2", *SHORT, "--seed", "5", "-o", str(folder))
    for words in ("2 runs, 0 failed", "presence of RUS", "Monte Carlo error", "90 % of runs 2021Q3", "chance alone"):
        assert words in text
    assert str(folder).replace(" ", "") in text.replace(" ", "")
    assert manifest_of(folder)["seed"] == 5


def test_grid_runs_every_point_and_draws_the_outcome(tmp_path: Path) -> None:
    path = "settings.taste.threat"
    text = folded("grid", "war_2022", "--vary", f"{path}=0,2", "--runs", "2", "-o", str(tmp_path))
    assert "mean hedging_index less the first, run by run" in text
    assert "Run k has the same random numbers at every point" in text
    runs = pd.read_parquet(tmp_path / "runs.parquet")
    assert runs[path].tolist() == [0.0, 0.0, 2.0, 2.0]
    assert runs.groupby(path)["hedging_index"].mean().nunique() == 2
    by_run = runs.pivot(index="run", columns=path, values="hedging_index")
    change = by_run[2.0] - by_run[0.0]
    assert with_error(change.mean(), change.sem()) in text, "its error is that of the paired difference"
    assert {"charts/hedging_index.png", "charts/hedging_index.svg"} <= files_below(tmp_path)


def test_help_names_every_command(tmp_path: Path) -> None:
    said = start("--help", folder=tmp_path)
    assert said.code == 0
    files = {path.stem.rstrip("_").replace("_", "-") for path in Path(commands.__file__).parent.glob("[a-z]*.py")}
    assert set(re.findall(r"^  ([a-z][a-z-]*)  ", said.out, re.MULTILINE)) == files
    assert {"run", "check", "sweep", "landscape"} <= files
    assert call().out == call("--help").out


def test_the_version_is_that_of_the_installed_package() -> None:
    assert call("--version") == Said(0, f"hedgesim {importlib.metadata.version('hedgesim')}\n", "")


def test_help_loads_neither_data_frames_nor_charts(tmp_path: Path) -> None:
    code = "import sys; from hedgesim.commands import main; sys.argv[1:] = ['--help']; sys.exit = print; main();"
    heavy = "print([name for name in ('numpy', 'pandas', 'rich', 'matplotlib') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + heavy], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_text_from_users_is_printed_as_it_is(tmp_path: Path) -> None:
    text = "purpose: '{} [bold]test[/bold] :smile:'\nstart: 2021Q1\nend: 2021Q3\nseed: 1\n"
    one, other = (written(tmp_path / f"{name}.yaml", text.format(name)) for name in ("One", "Another"))
    assert "Another [bold]test[/bold] :smile:" in call("diff", one, other).out


def test_a_twin_is_run_compared_written_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.plots.run.draw_run", lambda *_, **__: [])
    text = folded(*TWIN, "--runs", "12", "--keep", "1", *LONGER, "-o", str(tmp_path))
    assert "war_2022 against no_war in 2022Q3: paired by random numbers, 12 runs" in text
    assert re.search(
        r"independent seeds: median \d+\.\d, smallest \d+\.\d \(.*\), smallest for the presence of RUS", text
    )
    assert "nan" not in text
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"twin", "paired"}
    assert {"twin/runs.parquet", "paired/charts/paired_presence.svg"} <= files_below(tmp_path)
    paired = pd.read_parquet(tmp_path / "paired" / "paired.parquet")
    rows = paired[(paired["outcome"] == "presence") & (paired["option"] == "RUS")]
    assert len(rows) == 6
    assert (rows["mean"] != 0.0).all()
    assert (rows["q05"] <= rows["q95"]).all()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--twin", "no_war", "--without", "covid"], "cannot both be given"),
        (["--twin", "history"], "history runs 2015Q1 to 2024Q4"),
        (["--twin", "no_wars"], 'there is no scenario "no_wars"'),
        (["--without", "covidd"], '--without covidd: unknown shock, event or change "covidd" in war_2022'),
        (["--without", "war_2022", "--without", "wa]r"], "--without wa]r: "),
        (["--backend", "abacus"], "--backend abacus: there is no such back end. Name one of numpy, jax"),
        (["--engine", "mesa", "--backend", "jax"], "--backend jax: Mesa agents run on numpy"),
        (["--engine", "steam"], "there is no such engine. Name one of ensemble, mesa"),
    ],
)
def test_a_twin_or_an_engine_that_cannot_be_is_refused_before_anything_is_written(
    words: list[str], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fault in refused("run", "war_2022", *words)


@pytest.mark.usefixtures("sketched")
@pytest.mark.parametrize(
    ("words", "engine", "runs", "workers"),
    [((), "ensemble", 1000, 1), (("--engine", "mesa"), "mesa", 20, 1), (("--workers", "2"), "ensemble", 1000, 2)],
)
def test_by_default_the_ensemble_has_a_thousand_runs_in_one_process_and_mesa_twenty(
    tmp_path: Path, words: tuple[str, ...], engine: str, runs: int, workers: int
) -> None:
    assert call("run", "war_2022", "--keep", "0", *SHORT, *words, "-o", str(tmp_path)).code == 0
    manifest = manifest_of(tmp_path)
    found = [manifest[name] for name in ("engine", "backend", "runs", "workers")]
    assert found == [engine, "numpy", runs, workers]
    assert manifest["tables"]["runs"]["rows"] == runs
    assert manifest["runs_at_once"] >= 1


@pytest.mark.usefixtures("sketched")
def test_a_twin_is_printed_as_compare_prints_the_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = call(*TWIN, "--runs", "12", *LONGER, "-o", "with space").out.splitlines()
    compared = call("compare", "with space/twin", "with space").out.splitlines()
    said = [line for line in lines if re.match("  [A-Z]", line)]
    assert said == [line for line in compared if re.match("  [A-Z]", line)]
    assert 0 < len(said) <= 10
    numbers = [" ".join(line.split()[1:]) for line in lines if re.search(r" to .* 12$", line)]
    assert numbers == [" ".join(line.split()[1:]) for line in compared if re.search(r" to .* 12$", line)]
    assert len(numbers) == len(said)
    assert any(
        "more differ: hedgesim compare 'with space/twin' 'with space' --all prints them." in one for one in lines
    )


@pytest.mark.usefixtures("sketched")
def test_a_twin_in_json_is_numbers(tmp_path: Path) -> None:
    answer = parsed(*TWIN, "--runs", "4", *LONGER, "--json", "-o", str(tmp_path))
    row = next(row for row in answer["paired"] if (row["outcome"], row["option"]) == ("presence", "RUS"))
    assert set(row) == {"outcome", "entity", "option", "mean", "error", "q05", "q95", "n", "gain"}
    assert all(isinstance(row[name], float) for name in ("mean", "error", "q05", "q95", "gain"))
    assert (row["n"], answer["left_out"]) == (4, 0)
    assert answer["folder"] == str(tmp_path)
    assert answer["twin"]["manifest"]["scenario"] == "no_war"
    assert {row["n"] for row in answer["closing"]} == {4}


@pytest.mark.usefixtures("sketched")
def test_a_twin_that_is_the_same_and_a_single_run_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    same = ("run", "war_2022", "--twin", "war_2022", *SHORT)
    assert "Nothing differs" in folded(*same, "--runs", "3", "-o", "same")
    text = folded("run", "war_2022", "--without", "war_2022", "--runs", "1", *LONGER, "-o", "one")
    assert "One run has no error: give more --runs." in text
    assert "nan" not in text
    assert {row["gain"] for row in parsed(*same, "--runs", "1", "--json", "-o", "json")["paired"]} == {None}


@pytest.mark.usefixtures("sketched")
def test_nothing_of_an_earlier_run_stays_beside_new_tables_and_nothing_else_goes(tmp_path: Path) -> None:
    def made(*words: str) -> set[str]:
        assert call(*words, "-o", str(tmp_path)).code == 0
        return {name for name in files_below(tmp_path) if (tmp_path / name).is_file()}

    charts = {f"charts/hedging_index.{kind}" for kind in KINDS}
    more = {f"charts/trust.{kind}" for kind in KINDS}
    twin = (*TWIN, "--runs", "3", *SHORT)
    made(*twin)
    mine = {"notes.txt", "twin/notes.txt", "charts/mine.png", "paired/charts/mine.svg"}
    for name in mine:
        written(tmp_path / name, "mine")
    run = made("run", "war_2022", "--runs", "3", "--keep", "0", *SHORT, "--overwrite")
    assert run == mine | charts | more | {"manifest.json", "runs.parquet", "summary.parquet"}
    for name in mine:
        (tmp_path / name).unlink()
    made(*twin, "--overwrite")
    grid = ("grid", "war_2022", "--vary", "settings.taste.threat=0,1", "--runs", "2", "--overwrite")
    made(*grid, "--outcome", "cohesion")
    assert made(*grid) == charts | {"manifest.json", "runs.parquet"}
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"charts"}


@pytest.mark.usefixtures("sketched")
def test_a_grid_over_two_settings_with_one_last_word_draws_both(tmp_path: Path) -> None:
    vary = ("--vary", "settings.attention.alarm=0,1", "--vary", "settings.ladder.alarm=1,2")
    assert "nan" not in folded("grid", "war_2022", *vary, "--runs", "1", "-o", str(tmp_path))
    names = {path.stem for path in (tmp_path / "charts").iterdir()}
    assert names == {"hedging_index", "hedging_index_map"}
    assert len(pd.read_parquet(tmp_path / "runs.parquet")) == 4


def test_without_a_terminal_a_line_now_and_then_says_how_far_runs_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 4.0, 12.0, 13.0, 24.5])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    with progress.counting("running war", 1000) as on_runs:
        for _ in range(4):
            on_runs(100)
    assert capsys.readouterr().err.splitlines() == [
        "running war: 200 of 1000 runs, 17 runs/s, 0:00:48 left",
        "running war: 400 of 1000 runs, 16 runs/s, 0:00:37 left",
    ]


def test_on_a_terminal_a_bar_shows_rate_and_time_left() -> None:
    task = Task(TaskID(0), "running", 10.0, 3.0, _get_time=lambda: 2.0)
    assert str(progress._Rate("runs").render(task)) == ""
    assert progress._rate(3210.4, "runs") == "3210 runs/s"
    assert progress._rate(0.25, "rules") == "0.2 rules/s"


@pytest.mark.parametrize(
    ("words", "help_of"),
    [
        (("try", "f.py", "--rules", "f.py"), "hedgesim try --help"),
        (("run",), "hedgesim run --help"),
        (("tri",), "hedgesim --help"),
    ],
)
def test_a_fault_of_usage_names_the_help_of_its_command(words: tuple[str, ...], help_of: str) -> None:
    assert refused(*words).endswith(f"See {help_of}.")
