"""How much disk and memory runs take is known beforehand, rather too much than too little."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from hedgesim.engines import engine_of
from hedgesim.engines.case import Case
from hedgesim.errors import StoreError
from hedgesim.results import space
from hedgesim.results.results import Results, write
from hedgesim.results.simulation import Plan, run
from hedgesim.results.space import BESIDE, check_disk, check_memory, in_memory, on_disk, size
from hedgesim.scenario import read_scenario
from worlds import case_from

from .small import gather


@pytest.fixture(scope="module")
def case() -> Case:
    return case_from("war_2022", "end=2022Q1")


def free(monkeypatch: pytest.MonkeyPatch, n: float) -> list[Path]:
    """Let every disk have so many bytes free; which were asked is listed."""
    asked: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=int(n))

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return asked


def test_what_is_written_and_held_is_less_than_estimated_but_not_by_much(case: Case, tmp_path: Path) -> None:
    (gathered,) = gather([case], Plan(1000, 40, engine_of("ensemble"))).gathered
    tables = gathered.tables()
    del tables["summary"]
    write(Results.of(tables, {}), tmp_path)
    sizes = {path.stem: path.stat().st_size for path in tmp_path.glob("*.parquet")}
    rows, kept = sizes["runs"], sum(n for name, n in sizes.items() if name != "runs")
    need = on_disk(case, runs=1000, keep=40)
    assert rows < need.rows < 2.5 * rows  # what hardly varies, such as chances of votes, takes less than a number
    assert kept < need.kept < 3.0 * kept
    held = sum(frame.memory_usage(deep=True).sum() for name, frame in tables.items() if name != "runs")
    memory = in_memory(case, runs=1000, keep=40)
    assert held < memory.kept < 6.0 * held
    assert tables["runs"].drop(columns="failed").memory_usage().sum() <= memory.rows


def test_too_little_disk_is_refused_with_place_fault_and_remedy(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = free(monkeypatch, 80e9)
    with pytest.raises(StoreError) as caught:
        check_disk(tmp_path / "a" / "b", [case], runs=10**10, keep=100)
    said = f"{tmp_path / 'a' / 'b'}: 10000000000 runs need about 20 TB, 80 GB are free."
    assert str(caught.value) == f"{said} Give fewer --runs or another folder with -o."
    assert asked == [tmp_path]
    with pytest.raises(StoreError, match="Give fewer --keep or"):
        check_disk(tmp_path, [case], runs=10**8, keep=10**8)


def test_just_enough_disk_is_enough_and_twins_need_it_twice(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, BESIDE + on_disk(case, runs=10**6, keep=0).rows + 1)
    check_disk(tmp_path, [case], runs=10**6, keep=0)
    for cases, runs in (([case], 10**6 + 10), ([case, case], 10**6)):
        with pytest.raises(StoreError):
            check_disk(tmp_path, cases, runs=runs, keep=0)


def test_no_more_runs_are_kept_than_are_made(case: Case) -> None:
    assert on_disk(case, runs=3, keep=100) == on_disk(case, runs=3, keep=3)
    assert in_memory(case, runs=3, keep=100) == in_memory(case, runs=3, keep=3)


def test_a_folder_that_cannot_be_looked_at_is_left_to_the_making_of_it(case: Case, tmp_path: Path) -> None:
    for name in ("x" * 300, "\0"):
        check_disk(tmp_path / name, [case], runs=1, keep=0)


def test_too_little_memory_is_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "memory_of_computer", lambda: 16e9)
    with pytest.raises(StoreError) as caught:
        check_memory([case], runs=10**8, keep=0)
    said = "--runs 100000000: 100000000 runs need about 179 GB of memory, this computer has 16 GB."
    assert str(caught.value) == f"{said} Give fewer --runs."
    check_memory([case], runs=10**6, keep=0)
    with pytest.raises(StoreError, match=r"^--keep 1000000: .* Give fewer --keep\.$"):
        check_memory([case], runs=10**6, keep=10**6)


def test_from_python_too_many_runs_are_refused_before_the_first() -> None:
    with pytest.raises(StoreError, match="of memory"):
        run(read_scenario("war_2022"), 10**12)


def test_a_system_that_does_not_tell_its_memory_passes(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (space.memory_of_computer() or 0.0) > 1e8
    monkeypatch.setattr(space, "memory_of_computer", lambda: None)
    check_memory([case], runs=10**12, keep=0)


@pytest.mark.parametrize(
    ("n", "words"),
    [(12, "12 bytes"), (999.6, "1.0 kB"), (9.96e9, "10 GB"), (80.4e9, "80 GB"), (1.2e12, "1.2 TB"), (3e16, "30000 TB")],
)
def test_bytes_are_said_as_one_says_them(n: float, words: str) -> None:
    assert size(n) == words
