"""The commands sensitivity and discover: what they print, write and draw, and what they refuse in one line."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.analysis.known import CORNER, ISHIGAMI, OUTCOME, path_of, swept
from tests.command_line import Said, call, folded, refused, sketch, start
from tests.results.small import resealed

from hedgesim.results.results import read_findings

MIDDLE = f"{OUTCOME} > 0.22"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with swept experiments and their files."""
    folder = tmp_path_factory.mktemp("made")
    swept(folder / "saltelli", "ishigami", ISHIGAMI, "design: saltelli", "samples: 256", "second_order: true")
    swept(folder / "morris", "ishigami", ISHIGAMI, "design: morris", "samples: 16")
    swept(folder / "sobol", "corner", CORNER, "design: sobol", "samples: 128", "replications: 2")
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a folder of one's own."""
    shutil.copytree(made, tmp_path / "made")
    monkeypatch.chdir(tmp_path / "made")
    return tmp_path / "made"


def sensitivity(of: str, *more: str) -> Said:
    return call("sensitivity", f"{of}/ishigami.yaml", "-o", f"{of}/out", *more)


def discover(*more: str) -> Said:
    return call("discover", "sobol/corner.yaml", "-o", "sobol/out", *more)


def digests(folder: Path) -> dict[Path, str]:
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def test_indices_are_printed_written_and_drawn(here: Path) -> None:
    said = sensitivity("saltelli")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].split() == ["outcome", "factor", "ST", "S1"]
    assert [line.split()[1].rpartition(".")[2] for line in lines[1:4]] == ["x1", "x2", "x3"]
    assert lines[4].split() == ["outcome", "factor", "with", "S2"]
    assert "One run a sample" in said.out
    assert "A property of the model, not of the world. " in said.out
    folder = here / "saltelli/out/sensitivity/sobol"
    tables, manifest = read_findings(folder, "sensitivity")
    assert set(tables) == {"indices", "basis"}
    assert set(tables["indices"]["measure"]) == {"S1", "ST", "S2"}
    assert (manifest["method"], manifest["level"], manifest["design"]) == ("sobol", 0.95, "saltelli")
    assert manifest["charts"] == [f"{OUTCOME}.png", f"{OUTCOME}.svg"]
    assert all((folder / "charts" / name).stat().st_size > 5_000 for name in manifest["charts"])


def test_the_sweep_and_files_of_ones_own_stay_and_the_same_again_gives_the_same_files(here: Path) -> None:
    swept, charts = digests(here / "morris/out"), here / "morris/out/sensitivity/morris/charts"
    sensitivity("morris")
    (charts / "own.png").write_text("mine")
    once = digests(here / "morris/out")
    assert swept.items() < once.items()
    sensitivity("morris")
    assert digests(here / "morris/out") == once
    assert "The sweep is finished." in call("status", "morris/out").out


def test_json_gives_numbers(here: Path) -> None:
    report = json.loads(sensitivity("morris", "--json").out)
    assert report["method"] == "morris"
    assert {row["measure"] for row in report["indices"]} == {"mu_star", "mu", "sigma"}
    assert (report["basis"][0]["used"], report["basis"][0]["noise"]) == (16, None)
    boxes = json.loads(discover("--when", MIDDLE, "--json").out)
    assert boxes["when"] == MIDDLE
    assert boxes["boxes"][0]["density"] > 0.9
    assert {limit["factor"] for limit in boxes["limits"]} >= {path_of("x1"), path_of("x2")}


def test_boxes_are_printed_written_and_drawn(here: Path) -> None:
    said = discover("--when", MIDDLE, "--of", "runs")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].split() == ["box", "coverage", "density", "mass", "restricted", "factors"]
    assert lines[2].split() == ["box", "factor", "limit", "quasi-p"]
    assert "Left out:" in said.out
    assert "quasi-p is too small" in said.out
    assert "quasi-p is too small" not in discover("--when", MIDDLE).out
    folder = here / f"sobol/out/discovery/{OUTCOME}_above_0.22_in_runs"
    tables, manifest = read_findings(folder, "discovery")
    assert set(tables) == {"steps", "limits", "ranges"}
    assert manifest["peeling"] == {"peel": 0.05, "paste": 0.05, "mass": 0.05, "boxes": 1, "density": None}
    assert manifest["charts"] == ["tradeoff.png", "tradeoff.svg", "boxes.png", "boxes.svg"]
    assert all((folder / "charts" / name).stat().st_size > 5_000 for name in manifest["charts"])


def test_a_quick_sweep_is_found_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("sweep", "summit_drivers", "--quick").code == 0
    text = folded("sensitivity", "summit_drivers", "--quick")
    assert "Few: below 64 base samples" in text
    assert "Tables and charts: results/summit_drivers_quick/sensitivity/sobol" in text


def unfinished(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_bytes(resealed({**manifest, "ended": None, "tables": {}}))
    next((folder / "runs").iterdir()).unlink()


def damaged(folder: Path) -> None:
    file = next((folder / "runs").iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def edited(folder: Path) -> None:
    file = folder.parent / "ishigami.yaml"
    file.write_text(file.read_text().replace("samples: 256", "samples: 512"))


AGAIN = "hedgesim sweep saltelli/ishigami.yaml -o saltelli/out"
WITH_RULES = f"{AGAIN} --rules ishigami.py"
OF = ("saltelli/ishigami.yaml", "-o", "saltelli/out")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (shutil.rmtree, f"saltelli/out: there is no sweep of ishigami here. Run it: {AGAIN}"),
        (unfinished, f"runs are missing. Go on with: {WITH_RULES}"),
        (damaged, f"the digest in its name. What is damaged is replaced by: {WITH_RULES}"),
        (lambda out: (out / "points.parquet").unlink(), "the table of points is missing. Run the sweep again."),
        (
            lambda out: (out / "manifest.json").write_text("{"),
            f"not a manifest of results. Run it again. Or run it again: {AGAIN}",
        ),
        (edited, f"ishigami has changed since it was swept. Sweep it again, which runs only what is new: {AGAIN}"),
    ],
    ids=["gone", "unfinished", "damaged", "without points", "broken manifest", "edited"],
)
def test_a_sweep_that_is_not_whole_is_refused(here: Path, harm: Callable[[Path], object], said: str) -> None:
    harm(here / "saltelli/out")
    before = digests(here)
    assert said in refused("sensitivity", *OF)
    assert said in refused("discover", *OF, "--when", MIDDLE)
    assert digests(here) == before


def test_other_results_in_the_folder_are_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sketch(monkeypatch)
    assert call("run", "war_2022", "--runs", "2", "--set", "end=2021Q2", "-o", "run").code == 0
    for folder, there in (("sobol/out", "corner"), ("run", "a scenario")):
        said = f"{folder}: here are results of {there}, not of ishigami. Name its folder with -o."
        assert refused("sensitivity", "saltelli/ishigami.yaml", "-o", folder) == said


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sensitivity", "ishigami"), 'there is no experiment "ishigami"'),
        (("sensitivity", *OF, "--outcome", "hedging"), "--outcome: there is no"),
        (("sensitivity", *OF, "--method", "morris"), "needs morris"),
        (("sensitivity", *OF, "--level", "95"), "--level 95: a level is"),
        (("discover", *OF), "Missing option '--when'"),
        (("discover", *OF, "--when", "x"), "it is not OUTCOME < NUMBER"),
        (("discover", *OF, "--when", "hedging < 1"), "Did you mean"),
        (("discover", "morris/ishigami.yaml", "-o", "morris/out", "--when", MIDDLE), "do not fill the space"),
        (("discover", *OF, "--when", f"{OUTCOME} < 2"), "every case meets it"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)


def test_without_the_package_boxes_are_refused_and_help_works(here: Path) -> None:
    (here / "prim.py").write_text("raise ModuleNotFoundError('prim')\n")
    result = start("discover", "sobol/corner.yaml", "-o", "sobol/out", "--when", MIDDLE, folder=here)
    assert result.code == 2
    assert result.err.endswith("Install it with: pip install 'hedgesim[discovery]'.\n")
    assert "Traceback" not in result.err


def test_an_experiment_file_is_not_needed_to_be_where_it_was(here: Path) -> None:
    shutil.copy(here / "saltelli/ishigami.yaml", here / "ishigami.yaml")
    assert call("sensitivity", "ishigami.yaml", "-o", "saltelli/out").code == 0


def test_at_an_address_findings_are_printed_and_not_written(here: Path) -> None:
    before = digests(here)
    address = f"file://{here}/sobol/out"
    for command, *more in (("sensitivity", "--resamples", "20"), ("discover", "--when", MIDDLE)):
        text = folded(command, "sobol/corner.yaml", "-o", address, *more)
        assert "The sweep is at an address, so nothing is written." in text
    assert digests(here) == before


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT])
def test_findings_that_cannot_be_written_are_printed(here: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    for name in ("pipe_file", "makedirs"):
        monkeypatch.setattr(f"hedgesim.results.folders.LocalFiles.{name}", refuse)
    before = digests(here)
    for words in (("sensitivity", "--resamples", "20"), ("discover", "--when", MIDDLE)):
        said = call(words[0], "sobol/corner.yaml", "-o", "sobol/out", *words[1:])
        assert said.code == 0, said.err
        last = said.out.splitlines()[-1]
        assert last.startswith("Nothing is written. sobol/out/")
        assert os.strerror(error).lower() in last.lower()
        answer = json.loads(call(words[0], "sobol/corner.yaml", "-o", "sobol/out", *words[1:], "--json").out)
        assert (answer["folder"], answer["written"]) == (None, last)
    assert digests(here) == before


def test_other_findings_go_beside_those_that_are_there(here: Path) -> None:
    for more in ((), ("--level", "0.8"), ("--resamples", "20"), ("--seed", "8"), ()):
        assert sensitivity("morris", *more).code == 0
    folders = sorted((here / "morris/out/sensitivity").iterdir())
    assert [folder.name.partition("-")[0] for folder in folders] == ["morris"] * 4
    levels = [read_findings(folder, "sensitivity")[1]["level"] for folder in folders]
    assert sorted(levels) == [0.8, 0.95, 0.95, 0.95]
    assert sensitivity("morris", "--level", "0.7", "--overwrite").code == 0
    assert read_findings(folders[0], "sensitivity")[1]["level"] == 0.7
