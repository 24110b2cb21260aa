"""Damage is never read: whatever byte of a store, a run folder or findings changes, reading is refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.command_line import call
from tests.results.small import files, keeping, resealed, written

from hedgesim.errors import StoreError
from hedgesim.results.manifest import LATER, SEAL
from hedgesim.results.results import Results, open_results, read_findings, write, write_findings
from hedgesim.results.simulation import run
from hedgesim.results.sweep import sweep
from hedgesim.results.sweep_status import status_of
from hedgesim.scenario import read_scenario

Held = dict[str, Any]
Change = Callable[[Held], Mapping[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store, the folder of a run and findings."""
    folder = tmp_path_factory.mktemp("made")
    sweep(written(folder, keeping(1)), folder / "store")
    write(run(read_scenario("war_2022", overrides=["end=2021Q4"]), 5, keep=2), folder / "run")
    write_findings(folder / "found", "ablate", {"effects": pd.DataFrame({"x": range(50)})}, {"runs": 3})
    return folder


def read_all(folder: Path) -> None:
    """Read everything that a folder of results holds."""
    if folder.name == "found":
        read_findings(folder, "ablate")
        return
    results = open_results(folder)
    for name in results.tables:
        results.table(name)


def flip_and_read(made: Path, times: int) -> int:
    """Change one byte of a file at a time; give how many changes were refused when all was read."""
    chance, refused = random.Random(times), 0
    files = sorted(file for file in made.glob("*/**/*") if file.is_file())
    for _ in range(times):
        victim = chance.choice(files)
        whole = victim.read_bytes()
        place, change = chance.randrange(len(whole)), chance.randrange(1, 256)
        victim.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
        with pytest.raises(StoreError) as error:
            read_all(made / victim.relative_to(made).parts[0])
        victim.write_bytes(whole)
        refused += "\n" not in str(error.value)
    for folder in ("store", "run", "found"):
        read_all(made / folder)
    return refused


@pytest.mark.parametrize("times", [40, pytest.param(500, marks=pytest.mark.hold)])
def test_no_changed_byte_is_read(made: Path, times: int) -> None:
    assert flip_and_read(made, times) == times


def test_no_bit_of_the_number_of_replications_is_read(made: Path) -> None:
    file = made / "store" / "manifest.json"
    whole = file.read_bytes()
    place = whole.index(b'"replications": ') + len(b'"replications": ')
    for bit in range(8):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])
        with pytest.raises(StoreError, match=r"is damaged|not a manifest"):
            open_results(made / "store")
    file.write_bytes(whole)


@pytest.mark.parametrize("harm", [lambda whole: whole[:-1], lambda whole: whole + b"x", lambda _: b""])
def test_a_file_that_is_longer_shorter_or_empty_is_not_read(made: Path, harm: Callable[[bytes], bytes]) -> None:
    for folder in ("store", "run", "found"):
        victim = next(file for file in sorted((made / folder).rglob("*.parquet")) if file.name != "points.parquet")
        whole = victim.read_bytes()
        victim.write_bytes(harm(whole))
        with pytest.raises(StoreError, match="its bytes do not have its digest"):
            read_all(made / folder)
        victim.write_bytes(whole)


def test_a_file_is_compared_once(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    cat_file = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: [read.append(path.name), cat_file(path)][1])
    for folder in ("store", "run"):
        results = open_results(made / folder)
        for _ in range(3):
            results.table("runs")
    assert sorted(name for name in read if name not in {"manifest.json", "points.parquet"}) == sorted(
        [*(Path(name).name for name in files(made / "store") if name.startswith("runs/")), "runs.parquet"]
    )


def changed(folder: Path, change: Change) -> Path:
    """Change a manifest as its owner could, with the digest that belongs to it."""
    file = folder / "manifest.json"
    file.write_bytes(resealed(change(json.loads(file.read_bytes()))))
    return folder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: {**held, "replikations": 2}, "knows no key replikations"),
        (lambda held: {**held, "\x1b[31m": 1, "note": 1}, r"knows no key .*, note"),
        (lambda held: {**held, "scenario": "war"}, "knows no key scenario"),
        (lambda held: {k: v for k, v in held.items() if k != "replications"}, "lacks replications"),
        (lambda held: {k: v for k, v in held.items() if k != "identity"}, "lacks identity"),
        (lambda held: {**{k: v for k, v in held.items() if k != "points"}, "pionts": 6}, "no key pionts and it lacks"),
        (lambda held: {**held, "replications": 5}, "table runs has 24 of 30 rows"),
        (lambda held: {**held, "tables": {"runs": held["tables"]["runs"][:1]}}, "table runs has .* of 24 rows"),
        (lambda held: {**held, "tables": {"runs": [f"runs/{'0' * 20}-{'0' * 20}.parquet"]}}, "it is missing"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_by_name(tmp_path: Path, change: Change, said: str) -> None:
    sweep(written(tmp_path), tmp_path / "out")
    with pytest.raises(StoreError, match=said) as error:
        read_all(changed(tmp_path / "out", change))
    assert error.value.remedy.startswith("Run it again")
    again = sweep(tmp_path / "small.yaml", tmp_path / "out")
    assert len(again.table("runs")) == 24


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: {**held, "rnus": 3}, "knows no key rnus"),
        (lambda held: {**held, "replications": 3}, "knows no key replications"),
        (lambda held: {**held, "tables": ["runs"]}, "lacks the digest of a table"),
        (lambda held: {**held, "tables": {"runs": {"rows": 2, "sha256": ""}}}, "do not have its digest"),
        (lambda held: {**held, "tables": {"runs": {"rows": 2}}}, "lacks the digest of a table"),
    ],
)
def test_a_manifest_of_a_run_is_refused_by_name_too(tmp_path: Path, change: Change, said: str) -> None:
    table = pd.DataFrame({"run": [0, 1], "seed": [7, 7], "failed": [None, None]})
    write(Results.of({"runs": table}, {}), tmp_path)
    with pytest.raises(StoreError, match=said):
        read_all(changed(tmp_path, change))


@pytest.mark.parametrize("harm", [lambda held: held, lambda held: {**held, SEAL: None}, lambda held: {**held, SEAL: 1}])
def test_a_manifest_that_lost_its_digest_is_refused(tmp_path: Path, harm: Change) -> None:
    write(Results.of({}, {"runs": 0}), tmp_path)
    held = json.loads((tmp_path / "manifest.json").read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(harm({k: v for k, v in held.items() if k != SEAL})))
    with pytest.raises(StoreError, match="carries no digest of itself"):
        open_results(tmp_path)


def older(folder: Path, *without: str) -> Path:
    """Results as an earlier version wrote them: their manifest has no digest of itself."""
    held = json.loads((folder / "manifest.json").read_bytes())
    left = {key: value for key, value in held.items() if key not in {SEAL, *without}}
    (folder / "manifest.json").write_text(json.dumps({**left, "format_version": 1}, indent=2))
    return folder


@pytest.mark.parametrize("without", [(), tuple(LATER)], ids=["of main", "of before identities"])
def test_results_of_an_earlier_version_are_read_with_a_warning(tmp_path: Path, without: tuple[str, ...]) -> None:
    swept = sweep(written(tmp_path), tmp_path / "store").table("runs")
    write(run(read_scenario("war_2022", overrides=["end=2021Q4"]), 5, keep=2), tmp_path / "run")
    for folder in (older(tmp_path / "store", *without), older(tmp_path / "run", *without)):
        with pytest.warns(UserWarning, match="manifest.json: an earlier version wrote it") as said:
            read_all(folder)
        assert len(said) == 1
        victim = next(folder.rglob("runs*/*.parquet" if folder.name == "store" else "runs.parquet"))
        whole = victim.read_bytes()
        victim.write_bytes(whole[:-9] + b"x" + whole[-8:])
        with pytest.raises(StoreError, match="do not have its digest"):
            read_all(folder)
        victim.write_bytes(whole)
    assert status_of(tmp_path / "store").finished
    again = sweep(tmp_path / "small.yaml", tmp_path / "store")
    assert SEAL in json.loads((tmp_path / "store" / "manifest.json").read_bytes())
    pd.testing.assert_frame_equal(again.table("runs"), swept)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: {**held, "rnus": 3}, "knows no key rnus"),
        (lambda held: {**held, "replications": 3}, "knows no key replications"),
        (lambda held: {**held, "shb256": "0" * 64}, "knows no key shb256"),
        (lambda held: {**held, SEAL: "0" * 64}, "is damaged"),
        (lambda held: {**held, "tables": ["runs"]}, "lacks the digest of a table"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*an earlier version")
def test_what_an_earlier_version_cannot_have_written_is_refused(tmp_path: Path, change: Change, said: str) -> None:
    write(Results.of({}, {"runs": 0}), tmp_path)
    held = json.loads(older(tmp_path).joinpath("manifest.json").read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(change(held)))
    with pytest.raises(StoreError, match=said):
        open_results(tmp_path)


def test_findings_of_an_earlier_version_have_no_digests_and_are_refused(tmp_path: Path) -> None:
    write_findings(tmp_path, "ablate", {"effects": pd.DataFrame({"x": [1]})}, {"runs": 3})
    held = json.loads((tmp_path / "manifest.json").read_bytes())
    left = {key: value for key, value in held.items() if key != SEAL}
    (tmp_path / "manifest.json").write_text(json.dumps({**left, "format_version": 1, "tables": ["effects"]}))
    with pytest.raises(StoreError, match="lacks the digest of a table"):
        read_findings(tmp_path, "ablate")
    write_findings(tmp_path, "ablate", {"effects": pd.DataFrame({"x": [2]})}, {"runs": 3})
    assert read_findings(tmp_path, "ablate")[0]["effects"]["x"].tolist() == [2]


@pytest.mark.filterwarnings("default")
def test_the_command_line_warns_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweep(written(tmp_path), "out")
    older(Path("out"))
    said = call("sensitivity", "small.yaml", "-o", "out", "--method", "given")
    (line,) = (one for one in said.err.splitlines() if "earlier version" in one)
    assert line.startswith(f"{tmp_path}/out/manifest.json: ")


def test_results_with_a_key_of_ones_own_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="knows no key note"):
        write(Results.of({}, {"note": "mine"}), tmp_path / "out")
    assert not (tmp_path / "out").exists()
