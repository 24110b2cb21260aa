"""An archive holds results and all that made them, others can read it, and it makes the results again."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shlex
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
import rocrate
import yaml
from rocrate.rocrate import ROCrate
from tests.results.small import SMALL, resealed, written

import hedgesim
from command_line import call, refused, sketch, sunder_sea
from hedgesim.results.archive import package
from hedgesim.results.results import open_results
from hedgesim.rules import catalogue

TWINS = ("run", "war_2022", "--twin", "no_war", "--set", "end=2021Q3", "--runs", "6", "--keep", "2", "--no-charts")

CODEMETA_TERMS = {
    *("Organization", "Person", "SoftwareApplication", "SoftwareSourceCode", "author", "codeRepository", "dateCreated"),
    *("dateModified", "datePublished", "description", "identifier", "keywords", "license", "name", "operatingSystem"),
    *("programmingLanguage", "runtimePlatform", "softwareHelp", "softwareRequirements", "softwareVersion", "version"),
}
"""Terms of the context of CodeMeta 3.0, as far as anything here could need them."""

DATA_PACKAGE = {
    "type": "object",
    "required": ["$schema", "name", "resources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[-a-z0-9._]+$"},
        "created": {"type": "string", "format": "date-time"},
        "contributors": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["title"]}},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "schema", "format", "mediatype", "type"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[-a-z0-9._]+$"},
                    "type": {"const": "table"},
                    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                    "bytes": {"type": "integer", "minimum": 1},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "fieldsMatch": {"enum": ["exact", "equal", "subset", "superset", "partial"]},
                            "primaryKey": {"type": "array", "minItems": 1},
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["name", "type"],
                                    "properties": {"type": {"enum": ["integer", "number", "boolean", "string"]}},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What the profile of Data Package 2.0 asks for, as far as a package of tables is concerned."""

CITATION = {
    "type": "object",
    "required": ["authors", "cff-version", "message", "title"],
    "additionalProperties": False,
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "title": {"type": "string", "minLength": 1},
        "abstract": {"type": "string", "minLength": 1},
        "authors": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"]}},
        "date-released": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "version": {"type": "string"},
        "references": {"type": "array", "items": {"type": "object", "required": ["authors", "title", "type"]}},
    },
}
"""What the Citation File Format 1.2.0 asks for, as far as it is used here."""

KINDS = {"int64": "integer", "double": "number", "bool": "boolean", "string": "string"}


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twins") / "results"
    assert call(*TWINS, "-o", str(folder)).code == 0
    return folder


@pytest.fixture(scope="module")
def unpacked(twins: Path) -> Path:
    file = twins.parent / "twins.zip"
    assert call("archive", str(twins), "-o", str(file), "--author", "Ada Example").code == 0
    return unpack(file)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, where charts are sketched and rules of one's own are forgotten at the end."""
    sketch(monkeypatch)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    catalogue.own.clear()


def unpack(file: Path) -> Path:
    folder = file.with_suffix("")
    with zipfile.ZipFile(file) as whole:
        whole.extractall(folder)
    return folder


def document(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def made_again(folder: Path, said: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the command that an archive names in the folder where it is unpacked."""
    words = shlex.split(said.strip().splitlines()[-1].partition(": ")[2])
    monkeypatch.chdir(folder)
    done = call(*words[1:])
    assert done.code == 0, done.err
    return folder / "again"


def same_tables(one: Path, other: Path) -> None:
    """Two folders of runs hold the same: what was asked for, and the bytes of every table."""
    first, second = (json.loads((folder / "manifest.json").read_text()) for folder in (one, other))
    assert first["identity"] == second["identity"]
    assert first["tables"] == second["tables"]


def test_rocrate_reads_it_back_with_every_file(unpacked: Path) -> None:
    crate = ROCrate(str(unpacked))
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert {entity.id for entity in crate.data_entities} == files - {"ro-crate-metadata.json"}
    assert crate.name == "Results of hedgesim: war_2022 and its twin no_war, 6 runs, seed 2022"
    assert crate.datePublished.year == int(open_results(unpacked / "results").manifest["ended"][:4])
    assert [author["name"] for author in crate.root_dataset["author"]] == ["Ada Example"]
    action = crate.dereference("#run")
    assert (action["instrument"]["name"], action.type) == ("hedgesim", "CreateAction")
    assert [one.id for one in action["object"]] == ["inputs/scenario.yaml", "inputs/twin.yaml"]
    table = crate.dereference("results/runs.parquet")
    content = (unpacked / "results/runs.parquet").read_bytes()
    assert (table["sha256"], table["contentSize"]) == (hashlib.sha256(content).hexdigest(), str(len(content)))


def test_every_term_of_the_crate_and_of_codemeta_is_in_its_context(unpacked: Path) -> None:
    bundled = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"
    known = json.loads(bundled.read_text(encoding="utf-8"))["@context"]
    crate = document(unpacked, "ro-crate-metadata.json")
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = crate["@graph"]
    terms = {term for entity in entities for term in (*entity, entity["@type"]) if not term.startswith("@")}
    assert terms - known.keys() == set()
    ids = {entity["@id"] for entity in entities}
    assert len(ids) == len(entities)
    assert {one["@id"] for entity in entities for one in links(entity)} - ids == {"https://w3id.org/ro/crate/1.1"}
    codemeta = document(unpacked, "codemeta.json")
    assert codemeta["@context"] == "https://w3id.org/codemeta/3.0"
    parts = [codemeta, *codemeta["author"], *codemeta["softwareRequirements"]]
    used = {term for part in parts for term in (*part, part["@type"]) if not term.startswith("@")}
    assert used - CODEMETA_TERMS == set()
    manifest = open_results(unpacked / "results").manifest
    assert codemeta["version"] == manifest["hedgesim"]
    assert {one["name"]: one["version"] for one in codemeta["softwareRequirements"]} == manifest["packages"]


def links(entity: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an entity refers to."""
    for value in entity.values():
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def test_the_data_package_describes_the_files_column_by_column(unpacked: Path) -> None:
    found = document(unpacked, "datapackage.json")
    jsonschema.validate(found, DATA_PACKAGE, format_checker=jsonschema.FormatChecker())
    names = [resource["name"] for resource in found["resources"]]
    assert len(set(names)) == len(names)
    assert {"runs", "twin-runs", "paired-paired", "sources", "citations"} <= set(names)
    described = {resource["path"] for resource in found["resources"]}
    assert {str(path.relative_to(unpacked)) for path in unpacked.rglob("*.parquet")} <= described
    for resource in found["resources"]:
        content = (unpacked / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        fields = resource["schema"]["fields"]
        if resource["format"] == "csv":
            header = next(csv.reader(content.decode().splitlines()))
            assert [field["name"] for field in fields] == header
            continue
        schema = pq.read_schema(unpacked / resource["path"])
        assert [(field["name"], field["type"], field["unit"]) for field in fields] == [
            (column.name, KINDS[str(column.type)], column.metadata[b"unit"].decode()) for column in schema
        ]
        assert [("constraints" in field) for field in fields] == [not column.nullable for column in schema]


def test_the_citation_names_the_authors_the_version_and_the_software(unpacked: Path) -> None:
    cited = yaml.load((unpacked / "CITATION.cff").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    jsonschema.validate(cited, CITATION)
    assert cited["authors"] == [{"name": "Ada Example"}]
    assert cited["version"] == open_results(unpacked / "results").manifest["identity"]
    assert [one["title"][:9] for one in cited["references"]] == ["hedgesim:"]


def test_the_sources_are_those_that_the_command_of_that_name_gives(unpacked: Path, here: Path) -> None:
    assert call("sources", "no_war", "--csv", "no_war.csv").code == 0
    with Path("no_war.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    with (unpacked / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scenario"] == "twin"]
    shocks = {row["what"] for row in expected if row["part"] == "shocks"}
    assert {row["what"] for row in rows if row["part"] == "shocks"} <= shocks
    others = [row for row in expected if row["part"] != "shocks"]
    assert [{key: row[key] for key in expected[0]} for row in rows if row["part"] != "shocks"] == others
    with (unpacked / "citations.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["source"] for row in csv.DictReader(file)}
    assert (
        keys >= {key for row in rows for key in row["source"].split(";") if key not in {"assumption", "model"}} & keys
    )
    assert all(row["citation"] for row in rows)
    assert "sipri2025" in keys


def test_every_file_has_its_digest_and_a_safe_name(twins: Path, unpacked: Path) -> None:
    lines = [line.split("  ", 1) for line in (unpacked / "SHA256SUMS").read_text().splitlines()]
    digests = {name: digest for digest, name in lines}
    with zipfile.ZipFile(twins.parent / "twins.zip") as whole:
        names = whole.namelist()
        assert whole.testzip() is None
    assert names[0] == "ro-crate-metadata.json"
    assert len(set(names)) == len(names)
    assert set(digests) == {*names} - {"SHA256SUMS"}
    for name in names:
        assert not name.startswith("/")
        assert not {"..", ""} & {*name.split("/")}
        assert "\\" not in name
        assert ":" not in name
    for name, digest in digests.items():
        assert hashlib.sha256((unpacked / name).read_bytes()).hexdigest() == digest


def test_the_same_results_give_the_same_bytes_wherever_and_whenever(twins: Path, here: Path) -> None:
    shutil.copytree(twins, "elsewhere")
    for file in Path("elsewhere").rglob("*"):
        os.utime(file, (1e9, 1e9))
    (Path("elsewhere") / "notes.txt").write_text("mine")
    for folder, name in ((str(twins), "a.zip"), ("elsewhere", "b.zip")):
        assert call("archive", folder, "-o", name, "--author", "Ada Example").code == 0
    content = Path("a.zip").read_bytes()
    assert content == Path("b.zip").read_bytes() == (twins.parent / "twins.zip").read_bytes()
    assert str(twins).encode() not in content


def test_the_command_in_it_makes_the_same_bytes_again(twins: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = call("archive", str(twins), "-o", "out.zip")
    again = made_again(unpack(here / "out.zip"), said.out, monkeypatch)
    for inner in ("", "twin", "paired"):
        same_tables(again / inner, twins / inner)


def test_own_rules_own_tables_and_odd_words_go_with_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("calm.py").write_text(
        "from dataclasses import dataclass\nfrom hedgesim.rules.countries.habit import Habit\n\n\n"
        "@dataclass(frozen=True)\nclass Calm(Habit):\n    'As habit.'\n"
    )
    text = yaml.safe_load(sunder_sea(here).read_text(encoding="utf-8"))
    text["purpose"] = "A purpose: Why? [red] $x^2$ <script>alert(1)</script> | " + "\u202e"
    text["rules"]["countries"] = {"all": {"rule": "calm"}}
    Path("mine.yaml").write_text(yaml.safe_dump(text))
    run = ("run", "mine.yaml", "--rules", "calm.py", "--runs", "3", "--keep", "1", "-o", "out")
    assert call(*run).code == 0, call(*run).err
    catalogue.own.clear()
    own = ("--rules", "calm.py", "--tables", "sunder_sea")
    assert "the rule calm is missing" in refused("archive", "out", "-o", "a.zip", *own[2:])
    assert "Name their folder: --tables" in refused("archive", "out", "-o", "a.zip", *own[:2])
    said = call("archive", "out", "-o", "a.zip", *own)
    assert said.code == 0, said.err
    catalogue.own.clear()
    folder = unpack(here / "a.zip")
    assert (folder / "rules" / "calm.py").read_text() == Path("calm.py").read_text()
    assert text["purpose"] in document(folder, "datapackage.json")["description"]
    assert "\u202e" not in (folder / "README.txt").read_text()
    charts = {path.name for path in Path("out/charts").iterdir()}
    assert {path.name for path in (folder / "results/charts").iterdir()} == charts != set()
    same_tables(made_again(folder, said.out, monkeypatch), here / "out")
    monkeypatch.chdir(here)
    shares = Path("sunder_sea/affinity.csv")
    shares.write_text(shares.read_text().replace("0.", "0.0", 1))
    assert "not those that the results were made of" in refused("archive", "out", "-o", "b.zip", *own)
    Path("calm.py").write_text(Path("calm.py").read_text() + "\n# other\n")
    assert "the rule calm is not the one of the results" in refused("archive", "out", "-o", "b.zip", *own)


def test_a_sweep_and_its_own_scenario_make_the_same_runs_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("inner").mkdir()
    Path("inner/mine.yaml").write_text("purpose: Mine\nextends: war_2022\nseed: 3\nsettings: {taste.threat: 0.5}\n")
    experiment = written(here, SMALL.replace("[war_2022, no_war]", "[war_2022, inner/mine.yaml]"))
    hedgesim.sweep(experiment, "out")
    said = call("archive", "out", "-o", "a.zip")
    assert said.code == 0, said.err
    folder = unpack(here / "a.zip")
    jsonschema.validate(document(folder, "datapackage.json"), DATA_PACKAGE)
    ROCrate(str(folder))
    again = made_again(folder, said.out, monkeypatch)
    first, second = open_results(here / "out"), open_results(again)
    assert first.points()["key"].tolist() == second.points()["key"].tolist()
    assert first.manifest["tables"] == second.manifest["tables"]


def unfinished(folder: Path) -> None:
    rewrite(folder, ended=None)


def rewrite(folder: Path, **facts: object) -> None:
    path = folder / "manifest.json"
    path.write_bytes(resealed({**json.loads(path.read_text()), **facts}))


def of_another_version(folder: Path) -> None:
    rewrite(folder, hedgesim="0.0.1")


def without_scenario(folder: Path) -> None:
    rewrite(folder, scenario_text="")


def of_another_scenario(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    rewrite(folder, scenario_text=manifest["scenario_text"].replace("2021Q3", "2021Q4"))


def damaged(folder: Path) -> None:
    with (folder / "shares.parquet").open("r+b") as file:
        file.seek(200)
        file.write(b"xyz")


def damaged_twin(folder: Path) -> None:
    damaged(folder / "twin")


def half_a_twin(folder: Path) -> None:
    shutil.rmtree(folder / "paired")


def lost_chart(folder: Path) -> None:
    rewrite(folder, charts=["presence.png"])


def climbing_chart(folder: Path) -> None:
    (folder.parent / "secret.png").write_bytes(b"not for you")
    rewrite(folder, charts=["../../secret.png"])


def broken_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"{}")


def of_findings(folder: Path) -> None:
    rewrite(folder, kind="hindcast")


def of_a_grid(folder: Path) -> None:
    rewrite(folder, grid={"settings.taste.threat": ["0"]})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (unfinished, "the results are not finished"),
        (damaged, "shares.parquet: its bytes do not have its digest"),
        (damaged_twin, "shares.parquet: its bytes do not have its digest"),
        (half_a_twin, "one is missing"),
        (lost_chart, "presence.png: the file is missing"),
        (broken_manifest, "not a manifest of results"),
        (of_findings, "results of hedgesim hindcast do not hold all that made them"),
        (of_a_grid, "results of a grid do not hold all that made them"),
        (of_another_version, "hedgesim 0.0.1 made these results, and this is"),
        (without_scenario, "the manifest does not hold the scenario"),
        (of_another_scenario, "scenario, tables or rules are not those that the results were made of"),
        (shutil.rmtree, "there is no such folder"),
    ],
)
def test_unfinished_damaged_and_other_results_are_refused(
    change: Callable[[Path], None], fault: str, twins: Path, here: Path
) -> None:
    shutil.copytree(twins, "out")
    change(Path("out"))
    assert fault in refused("archive", "out", "-o", "a.zip")


def test_what_a_manifest_names_outside_its_folder_is_no_file_of_the_results(twins: Path, here: Path) -> None:
    shutil.copytree(twins, "out")
    climbing_chart(Path("out"))
    assert call("archive", "out", "-o", "a.zip").code == 0
    assert b"not for you" not in Path("a.zip").read_bytes()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("-o", "there.zip"), "there.zip: there is such a file. Name another one. --overwrite replaces it."),
        (("-o", "folder"), "folder: a folder is where the file should be"),
        (("-o", "none/a.zip"), "there is no such folder"),
        (("-o", "a.zip", "--tables", "folder"), "the scenario has no tables of its own"),
        (("-o", "a.zip", "--rules", "rule.py"), "the results were made without it"),
        (("-o", "a.zip", "--rules", "none.py"), "there is no such file"),
        ((), "Missing option '--output'"),
    ],
)
def test_what_cannot_be_written_is_one_line(words: tuple[str, ...], fault: str, twins: Path, here: Path) -> None:
    Path("there.zip").write_bytes(b"mine")
    Path("folder").mkdir()
    Path("rule.py").write_text("1 / 0\n")
    assert fault in refused("archive", str(twins), *words)
    assert Path("there.zip").read_bytes() == b"mine"


def test_an_archive_that_is_not_finished_leaves_nothing_under_its_name(
    twins: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.zip").write_bytes(b"before")
    written_so_far: list[str] = []

    def cut(member: package.Member, digests: dict[str, str]) -> bytes:
        written_so_far.append(member.name)
        assert Path("a.zip").read_bytes() == b"before"
        if len(written_so_far) > 5:
            raise KeyboardInterrupt
        return member.read()

    monkeypatch.setattr(package, "_same", cut)
    with pytest.raises(KeyboardInterrupt):
        package.archive(twins, "a.zip", overwrite=True)
    assert [path.name for path in here.iterdir()] == ["a.zip"]
    monkeypatch.undo()
    assert package.archive(twins, here / "b.zip").startswith("hedgesim run inputs/scenario.yaml --twin")
    assert call("archive", str(twins), "-o", str(here / "a.zip"), "--overwrite").code == 0
    assert (here / "a.zip").read_bytes() == (here / "b.zip").read_bytes()


def test_a_file_that_changes_meanwhile_is_noticed(twins: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(twins, "out")
    plain = package.documents_of

    def slow(facts: Any) -> Any:
        damaged(Path("out"))
        return plain(facts)

    monkeypatch.setattr(package, "documents_of", slow)
    said = call("archive", "out", "-o", "a.zip")
    assert (said.code, said.out) == (2, "")
    assert "results/shares.parquet: the file changed while it was archived" in said.err
    assert not Path("a.zip").exists()
