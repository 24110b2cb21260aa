"""A sweep survives what may happen: nothing is lost, what is damaged is found, and going on ends where it should."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest
from tests.command_line import call, sketch
from tests.results.small import assert_same, files, keeping, many, written
from tests.results.test_workers import children_of

from hedgesim.errors import StoreError
from hedgesim.results.results import open_results
from hedgesim.results.sweep import sweep
from hedgesim.results.sweep_status import status_of
from hedgesim.results.tables import TABLES

REPLICATIONS = 700
"""Enough for sixteen parts and some seconds, so that a kill finds the sweep at work."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the experiment and, in `out`, its sweep made without disturbance."""
    folder = tmp_path_factory.mktemp("undisturbed")
    sweep(written(folder, many(REPLICATIONS)), folder / "out")
    return folder


def begun(folder: Path, experiment: Path, *more: str, by: Sequence[str] = ()) -> subprocess.Popen[str]:
    """A sweep started as a process of its own, possibly by other words of Python."""
    words = [sys.executable, *by, "-m", "hedgesim", "sweep", str(experiment), "-o", str(folder), *more]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for_parts(folder: Path, process: subprocess.Popen[str], n: int) -> None:
    """Wait until so many files of runs are there, or the process has ended."""
    until = time.monotonic() + 60.0
    while len(list((folder / "runs").glob("*.parquet"))) < n and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("kills", "more"),
    [
        (2, ("--workers", "2")),
        pytest.param(2, (), marks=pytest.mark.hold),
        pytest.param(20, ("--workers", "2"), marks=pytest.mark.hold),
    ],
)
def test_kills_of_the_parent_lose_nothing(tmp_path: Path, undisturbed: Path, kills: int, more: tuple[str, ...]) -> None:
    """A sweep killed at random moments, resumed each time, ends with what an undisturbed one makes."""
    folder, experiment, chance = tmp_path / "out", undisturbed / "small.yaml", random.Random(kills)
    for n in range(kills):
        process = begun(folder, experiment, *more)
        wait_for_parts(folder, process, 1 + n * 16 // (kills + 1))
        time.sleep(chance.uniform(0.0, 0.4))
        process.kill()
        process.communicate()
        if (folder / "manifest.json").exists():
            found = status_of(folder)
            assert not found.damaged
            assert found.there + found.missing == found.planned == 6 * REPLICATIONS
    sweep(experiment, folder)
    assert_same(folder, undisturbed / "out")


def _is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any("spawn_main" in word for word in process.cmdline())
    return False


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.hold)])
def test_kills_of_a_worker_lose_nothing(tmp_path: Path, undisturbed: Path, kills: int) -> None:
    folder, experiment = tmp_path / "out", undisturbed / "small.yaml"
    process = begun(folder, experiment, "--workers", "2")
    for n in range(kills):
        wait_for_parts(folder, process, 1 + n * 16 // (kills + 1))
        if grown := [child for child in children_of(process.pid) if _is_worker(child)]:
            with suppress(psutil.NoSuchProcess):
                grown[-1].kill()
        time.sleep(0.3)
    _, said = process.communicate(timeout=120)
    while process.returncode != 0:
        assert process.returncode == 2, said
        process = begun(folder, experiment, "--workers", "2")
        _, more = process.communicate(timeout=120)
        said += more
    assert_same(folder, undisturbed / "out")
    assert "workers are restarted" in said
    assert "Traceback" not in said


def test_ctrl_c_ends_cleanly_and_the_sweep_goes_on(tmp_path: Path, undisturbed: Path) -> None:
    process = begun(tmp_path / "out", undisturbed / "small.yaml", "--workers", "2")
    wait_for_parts(tmp_path / "out", process, 3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.splitlines()[-1]) == (130, "stopped")
    assert "Traceback" not in said
    assert len(open_results(tmp_path / "out").table("runs")) == status_of(tmp_path / "out").there > 0
    sweep(undisturbed / "small.yaml", tmp_path / "out")
    assert_same(tmp_path / "out", undisturbed / "out")


def test_two_sweeps_at_once_share_a_store(tmp_path: Path, undisturbed: Path) -> None:
    both = [begun(tmp_path / "out", undisturbed / "small.yaml") for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert_same(tmp_path / "out", undisturbed / "out")


SMALL_FILES = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs its arguments where no file may grow beyond 10 kB, less than a part of runs takes; in a process of its own, as
forking this one is not safe."""


def test_a_full_disk_is_said_and_the_sweep_goes_on(tmp_path: Path, undisturbed: Path) -> None:
    for more in ((), ("--workers", "2")):
        process = begun(tmp_path / "out", undisturbed / "small.yaml", *more, by=("-c", SMALL_FILES, sys.executable))
        _, said = process.communicate(timeout=120)
        assert process.returncode == 2
        assert "writing stopped (file too large)" in said
        assert "Complete files are kept. Free some space" in said
        assert said.count("\n") == 1
    assert not list((tmp_path / "out").rglob("*.part"))
    sweep(undisturbed / "small.yaml", tmp_path / "out")
    assert_same(tmp_path / "out", undisturbed / "out")


@pytest.fixture
def done(tmp_path: Path) -> tuple[Path, Path]:
    """A small experiment and its finished store."""
    path = written(tmp_path, many(100))
    sweep(path, tmp_path / "out")
    return path, tmp_path / "out"


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    """One bit of the last byte of a page of numbers; headers and statistics have no checksum of their own."""
    group = pq.read_metadata(io.BytesIO(content)).row_group(0)
    column = next(c for c in map(group.column, range(group.num_columns)) if c.path_in_schema == "hedging_index")
    first = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
    place = first + column.total_compressed_size - 1
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [_cut, _flipped, lambda _: b"", lambda _: b"no parquet", None])
def test_a_damaged_or_missing_file_is_found_named_put_aside_and_replaced(done: tuple[Path, Path], damage) -> None:
    path, folder = done
    before, names = open_results(folder).table("runs"), files(folder)
    victim, name = folder / names[1], names[1]
    victim.write_bytes(damage(victim.read_bytes())) if damage else victim.unlink()
    found = status_of(folder)
    assert list(found.damaged) == ([name] if damage else [])
    assert 0 < found.missing < found.planned
    with pytest.raises(StoreError, match=r"cannot be read.*Run it again"):
        open_results(folder).table("runs")
    said: list[str] = []
    sweep(path, folder, on_trouble=said.append)
    assert [line.startswith(f"{name}: its bytes") for line in said] == ([True] if damage else [])
    assert (folder / "damaged" / name.replace("/", "-")).exists() is (damage is not None)
    pd.testing.assert_frame_equal(open_results(folder).table("runs"), before)
    assert not status_of(folder).damaged
    assert files(folder) == names


@pytest.mark.parametrize("damage", [_cut, pytest.param(None, marks=pytest.mark.hold)])
def test_every_table_of_a_chunk_is_simulated_again_when_it_is_damaged_or_missing(tmp_path: Path, damage) -> None:
    path = written(tmp_path, keeping(2, many(3)))
    before = sweep(path, tmp_path / "out")
    frames = {name: before.table(name) for name in before.tables}
    assert set(frames) == set(TABLES) - {"paired"}
    for pair in zip_longest(*[iter(frames)] * 2):  # a table of each of the two chunks at a time
        for chunk, name in enumerate(filter(None, pair)):
            victim = sorted((tmp_path / "out" / name).glob("*.parquet"))[chunk]
            victim.unlink() if damage is None else victim.write_bytes(damage(victim.read_bytes()))
        found = status_of(tmp_path / "out")
        assert (found.finished, found.missing > 0) == (False, True)
        said: list[str] = []
        after = sweep(path, tmp_path / "out", on_trouble=said.append)
        assert ("put aside" in "".join(said)) is (damage is not None)
        assert status_of(tmp_path / "out").finished
        assert not status_of(tmp_path / "out").damaged
        for other, frame in frames.items():
            pd.testing.assert_frame_equal(after.table(other), frame)
    again: list[object] = []
    sweep(path, tmp_path / "out", on_runs=again.append, on_trouble=again.append)
    assert not again


def test_damage_left_by_an_earlier_version_goes_too(tmp_path: Path) -> None:
    sweep(written(tmp_path, keeping(2, many(3))), tmp_path / "out")
    next((tmp_path / "out" / "summary").glob("*.parquet")).write_bytes(b"")
    path = written(tmp_path, keeping(2, many(5)))
    sweep(path, tmp_path / "out")
    assert status_of(tmp_path / "out").finished
    fresh = sweep(path, tmp_path / "fresh")
    for name in fresh.tables:
        pd.testing.assert_frame_equal(open_results(tmp_path / "out").table(name), fresh.table(name))


def test_charts_of_ones_own_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sketch(monkeypatch)
    (tmp_path / "charts").mkdir()
    mine = tmp_path / "charts" / "mine.png"
    mine.write_bytes(b"mine")
    path = written(tmp_path)
    assert call("sweep", str(path), "-o", str(tmp_path)).code == 0
    assert (tmp_path / "charts" / "hedging_index.png").exists()
    path.write_text(path.read_text().replace("[hedging_index]", "[presence_RUS]"))
    assert call("sweep", str(path), "-o", str(tmp_path)).code == 0
    assert mine.read_bytes() == b"mine"
    assert {file.name for file in mine.parent.glob("*.png")} == {"mine.png", "presence_RUS.png"}


def test_a_newer_manifest_is_refused_and_left_alone(done: tuple[Path, Path]) -> None:
    path, folder = done
    newer = json.dumps({**json.loads((folder / "manifest.json").read_text()), "format_version": 99})
    (folder / "manifest.json").write_text(newer)
    for what in (lambda: sweep(path, folder), lambda: open_results(folder), lambda: status_of(folder)):
        with pytest.raises(StoreError, match=r"results format 99 is newer than 2.*Update hedgesim"):
            what()
    assert (folder / "manifest.json").read_text() == newer


def test_a_broken_manifest_is_put_aside_and_no_run_is_lost(done: tuple[Path, Path]) -> None:
    path, folder = done
    (folder / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="not a manifest of results"):
        open_results(folder)
    said: list[object] = []
    sweep(path, folder, on_runs=said.append)
    assert not said
    assert (folder / "damaged" / "manifest.json").read_text() == "{"


def test_beside_a_broken_manifest_charts_of_the_sweep_are_put_aside_and_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sketch(monkeypatch)
    again = ("sweep", str(written(tmp_path)), "-o", str(tmp_path / "out"))
    assert call(*again).code == 0
    (tmp_path / "out/charts/mine.png").write_bytes(b"mine")
    (tmp_path / "out/manifest.json").write_bytes(b"")
    assert "manifest.json: not a manifest of results. Run it again." in call("status", str(tmp_path / "out")).err
    said = call(*again)
    assert said.code == 0, said.err
    assert "manifest.json, charts/hedging_index.png, charts/hedging_index.svg: put aside into damaged/" in said.err
    assert (tmp_path / "out/charts/hedging_index.png").exists()
    assert (tmp_path / "out/charts/mine.png").read_bytes() == b"mine"
    assert status_of(tmp_path / "out").finished


def test_points_of_another_manifest_are_refused(done: tuple[Path, Path]) -> None:
    path, folder = done
    (folder / "points.parquet").write_bytes(b"other")
    with pytest.raises(StoreError, match=r"points.parquet: it is not the table of points that the manifest names"):
        open_results(folder).table("runs")
    sweep(path, folder)
    assert len(open_results(folder).table("runs")) == 600


def test_results_of_something_else_are_not_touched(done: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = done
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    other = written(tmp_path, many(300).replace("seed: 5", "seed: 7"), name="other.yaml")
    with pytest.raises(StoreError, match=r"results of the experiment small are here, .* Name another folder with -o"):
        sweep(other, folder)
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_a_kill_left_half_written_goes_once_it_is_old(tmp_path: Path) -> None:
    sweep(written(tmp_path), tmp_path / "out")
    names = ("runs/.old.parquet.0123456789ab.part", ".manifest.json.0123456789ab.part")
    mine = ("runs/.mine.part", ".film.mkv.part", "notes/deep/.old.parquet.0123456789ab.part")
    for name in (*names, *mine, "runs/.new.parquet.0123456789ab.part"):
        draft, age = tmp_path / "out" / name, 60.0 if "new" in name else 7200.0
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(b"half")
        os.utime(draft, (time.time() - age, time.time() - age))
    sweep(written(tmp_path), tmp_path / "out")
    assert not {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.part")} ^ {
        *mine,
        "runs/.new.parquet.0123456789ab.part",
    }
    assert len(open_results(tmp_path / "out").table("runs")) == 24


def test_chunks_of_earlier_versions_are_counted_apart(done: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = done
    n = len(files(folder))
    sweep(written(tmp_path, many(100).replace("seed: 5", "seed: 6")), folder, overwrite=True)
    found = status_of(folder)
    assert (found.unused, found.there, found.missing) == (n, 600, 0)
    assert set(open_results(folder).table("runs")["seed"]) == {6}


def test_a_file_where_a_folder_should_be_and_a_folder_without_results_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_text()
    for what, place, said in (
        (status_of, path, "a file is where a folder of results should be. Name the folder"),
        (open_results, path, "a file is where a folder of results should be. Name the folder"),
        (lambda place: sweep(path, place), path, "a file is where the folder should be. Name another folder with -o"),
        (status_of, tmp_path, "there is no manifest"),
    ):
        with pytest.raises(StoreError, match=said):
            what(place)
    assert path.read_text() == before


def test_nothing_that_reads_a_store_knows_pickle() -> None:
    root = Path(__file__).parents[2] / "src" / "hedgesim" / "results"
    for name in ("store", "sweep_tables", "folders", "parquet", "results"):
        assert "pickle" not in (root / f"{name}.py").read_text()
