"""Files of users are complete or as they were: on a full disk, after a kill, and when two runs meet in one folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.results.test_ownership import BASE, VARY, held, line_of

from command_line import call, sketch
from hedgesim.commands import _progress
from hedgesim.errors import StoreError
from hedgesim.results.drafts import locked, write_file
from hedgesim.results.folders import LocalFiles
from hedgesim.results.results import open_results

OUT = ("--no-charts", "-o", "out")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the results of a run."""
    monkeypatch.chdir(tmp_path)
    assert call("run", "war_2022", *BASE, *OUT).code == 0
    return tmp_path


def fill_disk(monkeypatch: pytest.MonkeyPatch, number: int = errno.EFBIG) -> None:
    """From now on no file can be flushed to the disk."""

    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)


@pytest.mark.parametrize(
    "words",
    [
        ("plot", "out", "tiles", "-o", "old.png", "--overwrite"),
        ("report", "out", "-o", "old.html", "--overwrite"),
        ("archive", "out", "-o", "old.zip", "--overwrite"),
        ("sources", "war_2022", "--csv", "new.csv"),
        ("new", "region", "mine"),
        (*VARY, "--overwrite", "-o", "out"),
        ("run", "war_2022", *BASE, "--seed", "5", *OUT, "--overwrite"),
    ],
)
def test_a_full_disk_is_one_line_about_space_and_every_file_is_as_it_was(
    words: tuple[str, ...], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ending in ("png", "html", "zip"):
        Path(f"old.{ending}").write_bytes(b"before")
    before, names = held(here), set(here.rglob("*"))
    fill_disk(monkeypatch)
    line = line_of(call(*words))
    assert "(file too large)" in line
    assert "Free some space" in line
    assert (held(here), set(here.rglob("*"))) == (before, names)


def test_the_remedy_follows_from_the_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, remedy in ((errno.ENOSPC, "Free some space"), (errno.EACCES, "Check the permissions")):
        fill_disk(monkeypatch, number)
        with pytest.raises(StoreError, match=rf"new\.txt: it cannot be written .*\. {remedy}, or: Name a file in"):
            write_file(tmp_path / "new.txt", b"new", overwrite=False)
    monkeypatch.undo()
    (tmp_path / "new.txt").write_bytes(b"mine")
    with pytest.raises(StoreError, match="there is such a file"):
        write_file(tmp_path / "new.txt", b"new", overwrite=False)
    assert held(tmp_path) == {str(tmp_path / "new.txt"): b"mine"}


def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with pytest.raises(StoreError, match="this is not a regular file"):
        write_file(pipe, b"", overwrite=True)
    assert pipe.is_fifo()
    with pytest.raises(StoreError, match="it cannot be written"):
        write_file(tmp_path / "null\0byte.png", b"", overwrite=True)


def test_a_run_and_its_twin_are_replaced_together_or_not_at_all(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("run", "war_2022", *BASE, "--twin", "no_war", *OUT, "--overwrite")
    assert call(*words).code == 0
    before, plain = held(here), LocalFiles.pipe_file

    def full(files: LocalFiles, place: str, content: bytes) -> None:
        if "paired" in place and "writable" not in place:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        plain(files, place, content)

    with monkeypatch.context() as disk:
        disk.setattr(LocalFiles, "pipe_file", full)
        assert "Complete files are kept. Free some space, or: Name another" in line_of(call(*words, "--seed", "5"))
    assert held(here) == before
    assert call(*words, "--seed", "5").code == 0
    assert {open_results(place).manifest["seed"] for place in ("out", "out/twin", "out/paired")} == {5}


def test_what_a_kill_leaves_is_not_read_and_is_known_to_be_ours(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("run", "war_2022", *BASE, "--seed", "5", *OUT, "--overwrite")
    plain: Callable[[str, str], None] = os.replace

    def killed(old: str, new: str) -> None:
        if "summary" in new:
            raise KeyboardInterrupt
        plain(old, new)

    with monkeypatch.context() as disk:
        disk.setattr(LocalFiles, "mv", staticmethod(killed))
        assert call(*words).code == 130
    with pytest.raises(StoreError, match="no finished results here"):
        open_results("out")
    assert call(*words).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("run", "war_2022", *BASE, *OUT),
        ("run", "war_2022", *BASE, *OUT, "--twin", "no_war"),
        ("run", "war_2022", *BASE, *OUT, "--until-error", "hedging_index=1"),
        (*VARY, "-o", "out"),
    ],
)
def test_of_two_runs_into_one_folder_the_later_is_refused(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sketch(monkeypatch)
    plain, other = _progress.counting, []

    @contextmanager
    def slow(*args: Any, **named: Any) -> Iterator[Any]:
        with plain(*args, **named) as on_runs:
            yield on_runs
        if not other:
            other.append(None)
            assert call("run", "war_2022", *BASE, "--seed", "5", *OUT).code == 0
            other.append(held(tmp_path))

    monkeypatch.setattr(_progress, "counting", slow)
    said = call(*words)
    assert (said.code, said.out) == (2, "")
    assert "out: other results are here (war_2022, runs 3, seed 5, ended" in said.err.splitlines()[-1]
    assert held(tmp_path) == other[1]


def test_who_locks_a_folder_waits_for_another(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with locked(tmp_path):
            order.append("second")

    waiting = Thread(target=second)
    with locked(tmp_path):
        waiting.start()
        waiting.join(0.1)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_folder_in_place_of_a_table_is_named_and_left_alone(here: Path) -> None:
    (here / "out/runs.parquet").unlink()
    (here / "out/runs.parquet").mkdir()
    before = held(here)
    for more in ((), ("--overwrite",)):
        line = line_of(call("run", "war_2022", *BASE, *OUT, *more))
        assert line.startswith("out/runs.parquet: this is not a file but a folder, a link or a pipe. Move it away")
    assert held(here) == before
