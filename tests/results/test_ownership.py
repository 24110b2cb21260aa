"""Results of something else and files of the user's own are never lost, and names in a store are never paths."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.results.small import SMALL, files, many, resealed, written

from command_line import Said, call, files_below, sketch
from hedgesim.commands._sweeps import open_sweep
from hedgesim.errors import StoreError
from hedgesim.results.folders import Folder
from hedgesim.results.parquet import parquet_bytes
from hedgesim.results.results import open_results
from hedgesim.results.store import ABOUT, _digest
from hedgesim.results.sweep import sweep
from hedgesim.results.sweep_status import status_of

BASE = ("--set", "end=2021Q2", "--runs", "3", "--keep", "1")
SHORT = ("--set", "end=2021Q2", "--runs", "2")
VARY = ("grid", "war_2022", "--vary", "settings.taste.threat=0,1", "--runs", "1")
OTHER_LEVER = SMALL.replace("settings.taste.threat", "settings.taste.need")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, where charts are sketched."""
    sketch(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def held(folder: Path) -> dict[str, bytes]:
    """Every regular file below a folder with its content."""
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file() and not file.is_symlink()}


def line_of(said: Said) -> str:
    """The one line of a refusal."""
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1), said.err
    return said.err


@pytest.mark.parametrize(
    "more",
    [
        (*BASE, "--runs", "2"),
        (*BASE, "--keep", "0"),
        (*BASE, "--seed", "5"),
        (*BASE, "--set", "settings.taste.threat=0"),
        (*BASE, "--engine", "mesa"),
        (*BASE, "--without", "clash_2021"),
    ],
)
def test_a_run_replaces_no_other_run_unless_it_is_asked_to(more: tuple[str, ...], here: Path) -> None:
    assert call("run", "war_2022", *BASE, "--twin", "no_war", "-o", "out").code == 0
    before = held(here)
    for words in (("run", "war_2022", *more), ("run", "no_war", *more), VARY):
        line = line_of(call(*words, "-o", "out"))
        assert line.startswith("out: other results are here (war_2022, runs 3, seed 2022, ended ")
        assert line.endswith("Name another folder with -o. --overwrite replaces them.\n")
    assert held(here) == before
    assert call("run", "war_2022", *more, "-o", "out", "--overwrite").code == 0
    assert Path("out/twin").exists() is ("--without" in more)


def test_a_plain_name_that_is_taken_is_followed_by_a_digest(here: Path) -> None:
    for _ in range(2):
        assert call("run", "war_2022", *BASE).err == ""
        said = call("run", "war_2022", *SHORT)
        for seed in ("1", "2"):
            assert call(*VARY, "--seed", seed).code == 0
    names = sorted(path.name for path in (here / "results").iterdir())
    assert [name.partition("-")[0] for name in names] == ["war_2022", "war_2022", "war_2022_grid", "war_2022_grid"]
    assert said.err.startswith("results/war_2022 is taken; these results go to results/war_2022-")


def test_another_experiment_of_the_same_name_takes_over_nothing_and_a_copy_is_the_same(here: Path) -> None:
    for folder, text in {"a": SMALL, "b": OTHER_LEVER, "c": SMALL}.items():
        (here / folder).mkdir()
        written(here / folder, text)
        assert call("sweep", f"{folder}/small.yaml").code == 0
    names = sorted(path.name for path in (here / "results").iterdir())
    assert [name[:6] for name in names] == ["small", "small-"]
    before = held(here)
    line = line_of(call("sweep", "b/small.yaml", "-o", "results/small"))
    assert "results of the experiment small are here, which shares no run with this one" in line
    assert held(here) == before
    shutil.copy("b/small.yaml", "copied.yaml")
    assert call("sweep", "copied.yaml", "-o", f"results/{names[1]}").code == 0
    for folder, name in {"a": names[0], "b": names[1]}.items():
        assert open_sweep(f"{folder}/small.yaml", None, quick=False)[1] == f"results/{name}"
        assert status_of(f"results/{name}").finished
    assert call("sweep", "b/small.yaml", "-o", "results/small", "--overwrite").code == 0
    assert status_of("results/small").unused > 0


MINE = {
    "summary.parquet": ("grid", "sweep"),
    "shares.parquet": ("grid", "sweep"),
    "charts/presence.png": ("grid", "sweep"),
    "charts/mine.png": ("run", "grid", "sweep"),
    "runs.parquet": ("sweep",),
    "twin/runs.parquet": ("run", "grid", "sweep"),
    "points.parquet": ("run", "grid"),
    "charts/hedging_index.svg": (),
    "manifest.json": (),
    "runs/notes.txt": ("run", "grid", "sweep"),
}
"""Files of the user's own, and the commands that do not write one of that name."""


@pytest.mark.parametrize("name", MINE)
def test_files_of_the_users_own_stay(name: str, here: Path) -> None:
    (here / "out" / name).parent.mkdir(parents=True)
    (here / "out" / name).write_text("[]", encoding="utf-8")
    commands = {"run": ("run", "war_2022", *BASE), "grid": VARY, "sweep": ("sweep", str(written(here)))}
    for kind, words in commands.items():
        shutil.copytree("out", kind)
        for more in ((), ("--overwrite",)):
            said = call(*words, "-o", kind, *more)
            assert (said.code == 0) is (kind in MINE[name]), said.err
            if said.code:
                assert line_of(said).startswith((f"{kind}/{name}: ", f"{here}/{kind}/{name}: "))
                assert "Move it away, or: Name another folder with -o." in said.err
            assert (here / kind / name).read_text(encoding="utf-8") == "[]"


def test_kinds_of_results_do_not_mix(here: Path) -> None:
    sweep(written(here), "swept")
    assert call("run", "war_2022", *BASE, "-o", "run").code == 0
    before = held(here)
    for words in (
        ("run", "war_2022", *BASE, "-o", "swept"),
        ("sweep", "small.yaml", "-o", "run"),
        (*VARY, "-o", "swept"),
    ):
        for more in ((), ("--overwrite",)):
            assert "Name another folder with -o." in line_of(call(*words, *more))
    assert held(here) == before


NAMES = ("/victim", "../victim", "summary/../../victim", "runs/../../victim", "summary/victim.parquet", "..", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_part_is_never_a_path(name: str, here: Path) -> None:
    path, victim = written(here, many(3) + "retention: {summary: true}\n"), here / "victim"
    sweep(path, "out")
    victim.write_text("mine")
    part = here / "out" / files(here / "out")[0]
    table = pq.read_table(part)
    about = json.loads(table.schema.metadata[ABOUT])
    about["files"]["summary"] = str(victim) if name == "/victim" else name
    content = parquet_bytes(table.replace_schema_metadata({**table.schema.metadata, ABOUT: json.dumps(about).encode()}))
    part.unlink()
    part = part.with_name(f"{part.name.partition('-')[0]}-{_digest(content)}.parquet")
    part.write_bytes(content)
    assert list(status_of("out").damaged.values()) == ["it does not say what it holds"]
    sweep(path, "out")
    assert victim.read_text() == "mine"
    assert status_of("out").finished


@pytest.mark.parametrize("name", [*NAMES[:4], "..", "runs/x.parquet", "summary/victim.parquet"])
def test_a_name_in_a_manifest_is_never_a_path(name: str, here: Path) -> None:
    path = written(here)
    swept = sweep(path, "swept").manifest
    assert call("run", "war_2022", *BASE, "-o", "run").code == 0
    for file in ("victim.parquet", "victim.png", "victim"):
        (here / file).write_text("mine")
    run = json.loads(Path("run/manifest.json").read_text())
    named = f"{here}{name}" if name == "/victim" else name
    manifests = {"run": {**run, "tables": {named: {"sha256": "0" * 64}}, "charts": [named, f"{named}.png"]}}
    manifests["swept"] = {**swept, "tables": {"runs": [named]}, "charts": [named, f"{named}.png"]}
    for kind, manifest in manifests.items():
        (here / kind / "manifest.json").write_bytes(resealed(manifest))
        with pytest.raises(StoreError, match=r"is not the name|cannot be read"):
            open_results(kind).table(named if kind == "run" else "runs")
    before = {file: content for file, content in held(here).items() if "victim" in file}
    assert call("sweep", str(path), "-o", "swept").code == 0
    assert "Move it away" in line_of(call("run", "war_2022", *SHORT, "-o", "run", "--overwrite"))
    assert before == {file: content for file, content in held(here).items() if "victim" in file}


@pytest.mark.parametrize("inner", ["charts", "twin", "paired"])
def test_no_link_leads_out_of_a_folder_of_results(inner: str, here: Path) -> None:
    words = ("run", "war_2022", *BASE, "--twin", "no_war", "-o", "out")
    assert call(*words).code == 0
    (here / "out" / inner).rename(here / "elsewhere")
    (here / "out" / inner).symlink_to(here / "elsewhere")
    before = held(here / "elsewhere")
    for more in (words, ("run", "no_war", *BASE, "--twin", "war_2022", "-o", "out", "--overwrite")):
        assert line_of(call(*more)).startswith(f"out/{inner}: a link is where a folder should be. ")
    call("run", "no_war", *BASE, "-o", "out", "--overwrite")
    assert held(here / "elsewhere") == before


def pipe(place: Path) -> None:
    place.unlink(missing_ok=True)
    os.mkfifo(place)


def link(place: Path) -> None:
    place.rename(place.with_name("moved"))
    place.symlink_to(place.with_name("moved"))


def folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


@pytest.mark.parametrize("harm", [pipe, link, folder])
@pytest.mark.parametrize("name", ["manifest.json", "points.parquet"])
def test_what_is_no_file_is_named_and_left_alone(name: str, harm: Callable[[Path], None], here: Path) -> None:
    sweep(written(here), "out")
    harm(here / "out" / name)
    before = files_below(here / "out")
    for words in (("status", "out"), ("sensitivity", "small.yaml", "-o", "out", "--method", "given")):
        line = line_of(call(*words))
        assert f"out/{name}: this is not a file but a folder, a link or a pipe. Move it away" in line
    assert files_below(here / "out") == before


@pytest.mark.parametrize("harm", [pipe, link, folder])
def test_a_part_that_is_no_file_is_put_aside_and_what_is_no_part_is_left_alone(
    harm: Callable[[Path], None], here: Path
) -> None:
    path = written(here)
    sweep(path, "out")
    harm(here / "out" / files(here / "out")[0])
    pipe(here / "out" / "runs" / "x.parquet")
    (here / "out" / "runs" / ".DS_Store").write_text("mine")
    said = call("status", "out")
    assert "not a file but a folder, a link or a pipe" in said.out
    assert "runs/x.parquet: not a file of a sweep; it is left alone" in said.out
    assert call("sweep", str(path), "-o", "out").code == 0
    assert status_of("out").finished
    assert (here / "out" / "runs" / "x.parquet").is_fifo()
    assert (here / "out" / "runs" / ".DS_Store").read_text() == "mine"


@pytest.mark.parametrize("words", [("status",), ("sensitivity", "small.yaml", "-o"), ("plan", "small.yaml", "-o")])
def test_a_folder_that_is_gone_is_said(words: tuple[str, ...], here: Path) -> None:
    written(here)
    said = call(*words, "none/here")
    if words[0] != "plan":
        assert (
            "none/here: there is no such folder" if words[0] == "status" else "there is no sweep of small here"
        ) in line_of(said)
    with pytest.raises(StoreError, match="none: there is no such folder"):
        open_results("none")
    assert files_below(here) == {"small.yaml"}


def test_where_the_current_folder_is_gone_it_is_one_line(here: Path) -> None:
    (here / "gone").mkdir()
    os.chdir(here / "gone")
    (here / "gone").rmdir()
    for words in (("run", "war_2022", *BASE), ("status", "out"), ("sweep", "war_size", "--quick"), VARY):
        line_of(call(*words))


@pytest.mark.parametrize("empty", ["", "  "])
@pytest.mark.parametrize(
    "words",
    [
        ("run", "war_2022", *BASE, "-o"),
        (*VARY, "-o"),
        ("sweep", "small.yaml", "-o"),
        ("plan", "small.yaml", "-o"),
        ("sensitivity", "small.yaml", "-o"),
        ("patterns", "-o"),
        ("hindcast", "-o"),
        ("calibrate", "-o"),
        ("status",),
    ],
)
def test_a_folder_without_a_name_is_refused(words: tuple[str, ...], empty: str, here: Path) -> None:
    written(here)
    line = '"": the folder has no name. Name one; . is the current folder.\n'
    assert line_of(call(*words, empty)) == line
    assert files_below(here) == {"small.yaml"}


@pytest.mark.parametrize("name", ["...yaml", "....yaml", "..yaml", "...yml"])
def test_no_name_of_a_file_leads_out_of_results(name: str, here: Path) -> None:
    text = "purpose: p\nextends: war_2022\nseed: 1\nend: 2021Q2\n"
    (here / name).write_text(text, encoding="utf-8")
    assert call("run", name, *BASE).code == 0
    assert call("grid", name, *VARY[2:]).code == 0
    (here / name).write_text(SMALL, encoding="utf-8")
    assert call("sweep", name).code == 0
    assert {path.name for path in here.iterdir()} == {name, "results"}


def test_a_calibration_is_not_replaced(here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "parameters.csv").write_text("mine")
    assert "out: parameters.csv is already in the folder. Name another folder with -o." in line_of(
        call("calibrate", "-o", "out")
    )
    (here / "out" / "manifest.yaml").write_text("name: out")
    assert "the folder already has a calibration" in line_of(call("calibrate", "-o", "out"))


@pytest.mark.parametrize("name", ["../x", "/x", "a/b/c", "..", ".hidden", "a\\b", "a\nb", "runs/..", "", "runs/.x"])
def test_a_folder_takes_only_names(name: str, here: Path) -> None:
    for use in (
        lambda: Folder(here).write(name, b""),
        lambda: Folder(here).read(name),
        lambda: Folder(here).remove(name),
    ):
        with pytest.raises(StoreError, match="is not the name of a file of results"):
            use()
