"""What results were made of: scenarios in force, own rules and tables, and the source of every number."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, cast

import pandas as pd

from hedgesim.engines.rule_check import use_rule_files
from hedgesim.errors import HedgesimError, StoreError
from hedgesim.results.archive.held import AGAIN, Held, Member, of_bytes
from hedgesim.results.ownership import IDENTITY, identity_in
from hedgesim.rules.catalogue import RuleFile, files_in_use, rule_file
from hedgesim.scenario import Scenario, packaged_scenarios, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.citations import citations_of
from hedgesim.scenario.tables import OWN_SOURCES, read_tables
from hedgesim.scenario.twins import leaves_of
from hedgesim.scenario.yaml_tree import canonical_text, plain, tree_of

INPUTS, RULES = "inputs", "rules"
SCENARIO, TWIN, EXPERIMENT = f"{INPUTS}/scenario.yaml", f"{INPUTS}/twin.yaml", f"{INPUTS}/experiment.yaml"
SOURCES, CITATIONS = "sources.csv", "citations.csv"
SOURCE, ABOUT_SOURCE = "source", ("citation", "url", "date", "accessed", "licence", "checked")


@dataclass(frozen=True)
class Inputs:
    """What is needed to make results again. command: which does it in the unpacked archive. members: files."""

    command: str
    members: tuple[Member, ...]


def inputs_of(held: Sequence[Held], rules: Sequence[str | Path], tables: str | Path | None) -> Inputs:
    """What results were made of.

    held: results, and those of their twin if they have one. rules: own rule files; tables: folder of own tables, if the
    scenario has one.

    Raises:
        HedgesimError: another version of hedgesim made the results, or rules or tables are missing or not the same.
        StoreError: the manifest does not hold the scenario.
    """
    first = held[0]
    _check_version(first)
    files = _own_rules(first, rules)
    texts = _texts(held)
    folder = _own_tables(texts, tables)
    with _read(texts, folder) as scenarios:
        if not first.is_sweep:
            _check_identity(first, scenarios, files)
        numbers, sources = _sources(scenarios)
    members = [
        *(of_bytes(name, "scenario in force", text.encode()) for name, text in texts.items()),
        *(of_bytes(f"{RULES}/{file.name}.py", "rule of the user's own", file.text.encode()) for file in files),
        *folder,
        of_bytes(SOURCES, "every number in force with its source", _csv(numbers)),
        of_bytes(CITATIONS, "the sources by key", _csv(sources)),
    ]
    if first.is_sweep:
        text = _experiment(first, texts)
        members.append(of_bytes(EXPERIMENT, "the experiment", text.encode()))
    return Inputs(_command(first, twin=TWIN in texts, files=files), tuple(members))


def slug(name: str) -> str:
    """A name as part of a path or an identifier: small letters, digits, point, hyphen and underscore."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-.") or "unnamed"


def _check_version(held: Held) -> None:
    """Refuse results of another version: its scenarios and sources may read differently."""
    here, there = importlib.metadata.version("hedgesim"), held.manifest.get("hedgesim")
    if there != here:
        fault = f"hedgesim {there} made these results, and this is {here}"
        raise HedgesimError(held.folder.address, fault, "Archive them with that version, or run them again.")


def _own_rules(held: Held, rules: Sequence[str | Path]) -> list[RuleFile]:
    """The own rules that results were made with, found among files, and known from now on."""
    wanted: Mapping[str, str] = held.manifest.get("rules") or {}
    given = [rule_file(path) for path in rules]
    found = {file.name: file for file in (*files_in_use(), *given)}
    for name, digest in wanted.items():
        if name not in found or found[name].digest != digest:
            fault = f"the rule {name} is not the one of the results" if name in found else f"the rule {name} is missing"
            raise HedgesimError(f"--rules {name}.py", fault, f"Give the file that was used: --rules {name}.py.")
    for name in {file.name for file in given} - wanted.keys():
        raise HedgesimError(f"--rules {name}.py", "the results were made without it", "Leave it out.")
    use_rule_files(rules)
    return [found[name] for name in sorted(wanted)]


def _texts(held: Sequence[Held]) -> dict[str, str]:
    """The scenarios in force by the path that they get in the archive."""
    first = held[0].manifest
    if held[0].is_sweep:
        return {f"{INPUTS}/scenarios/{slug(name)}.yaml": str(text) for name, text in first["scenario_texts"].items()}
    manifests = [one.manifest for one in held if "twin" not in one.manifest]  # the differences say what they are of
    if not all(one.get("scenario_text") for one in manifests):
        raise StoreError(held[0].folder.address, "the manifest does not hold the scenario", "Run it again.")
    return {path: str(one["scenario_text"]) for path, one in zip((SCENARIO, TWIN), manifests, strict=False)}


def _own_tables(texts: Mapping[str, str], tables: str | Path | None) -> list[Member]:
    """The files of the user's own tables, at the places that the scenarios name."""
    named = {path: leaves_of(text).get("tables") for path, text in texts.items()}
    places = {PurePosixPath(path).parent / str(name) for path, name in named.items() if name}
    if not places:
        if tables is not None:
            raise HedgesimError(f"--tables {tables}", "the scenario has no tables of its own", "Leave it out.")
        return []
    if len(places) > 1 or any(".." in place.parts or place.is_absolute() for place in places):
        fault = "its scenarios name tables at several places, or outside the folder of the scenario"
        raise HedgesimError("archive", fault, "Put the tables into one folder beside the scenario, and run it again.")
    if tables is None:
        fault = "the scenario has tables of its own, and the results do not hold them"
        raise HedgesimError("archive", fault, "Name their folder: --tables FOLDER.")
    names = [*(f"{name}.csv" for name in read_tables(Path(tables)).forms), OWN_SOURCES]
    files = [Path(tables) / name for name in names if (Path(tables) / name).is_file()]
    (place,) = places
    return [of_bytes(f"{place}/{file.name}", "table of the user's own", file.read_bytes()) for file in files]


@contextmanager
def _read(texts: Mapping[str, str], tables: Iterable[Member]) -> Iterator[list[Scenario]]:
    """The scenarios as they are read from the unpacked archive."""
    files = [*((name, text.encode()) for name, text in texts.items()), *((one.name, one.read()) for one in tables)]
    with TemporaryDirectory() as home:
        for name, content in files:
            path = Path(home) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield [read_scenario(Path(home) / name) for name in texts]


def _sources(scenarios: Sequence[Scenario]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every number in force in scenarios, and the sources of these."""
    frames: list[pd.DataFrame] = []
    known: dict[str, Any] = {}
    for scenario in scenarios:
        inputs = read_inputs(scenario)
        frames.append(citations_of(scenario, inputs).assign(scenario=scenario.name))
        known.update(inputs.tables.sources)
    numbers = pd.concat(frames, ignore_index=True)
    used = sorted({key.strip() for keys in numbers["source"] for key in str(keys).split(";")} & known.keys())
    rows = [{SOURCE: key, **{name: known[key].get(name) for name in ABOUT_SOURCE}} for key in used]
    first = ["scenario", *(column for column in numbers if column != "scenario")]
    return numbers[first], pd.DataFrame(rows, columns=[SOURCE, *ABOUT_SOURCE])


def _check_identity(held: Held, scenarios: Sequence[Scenario], files: Iterable[RuleFile]) -> None:
    """Refuse where scenarios, tables and rules do not give the identity of the results."""
    manifest = held.manifest
    if identity_in(manifest, scenarios, sorted(file.digest for file in files)) != manifest.get(IDENTITY):
        fault = "scenario, tables or rules are not those that the results were made of"
        raise HedgesimError(held.folder.address, fault, f"Name the --tables that were used. {AGAIN}")


def _csv(table: pd.DataFrame) -> bytes:
    """A table as CSV."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _experiment(held: Held, texts: Mapping[str, str]) -> str:
    """The experiment, with those of its scenarios that are not in the package where the archive has them."""
    keys = cast("dict[str, Any]", plain(tree_of(str(held.manifest["text"]), "the manifest")))
    packaged = packaged_scenarios()

    def place(name: str) -> str:
        path = f"{INPUTS}/scenarios/{slug(PurePosixPath(name).stem)}.yaml"
        return name if name in packaged or path not in texts else str(PurePosixPath(path).relative_to(INPUTS))

    return canonical_text({**keys, "scenarios": [place(str(name)) for name in keys["scenarios"]]})


def _command(held: Held, *, twin: bool, files: Iterable[RuleFile]) -> str:
    """The command that makes results again in the unpacked archive."""
    manifest = held.manifest
    own = [word for file in files for word in ("--rules", f"{RULES}/{file.name}.py")]
    if held.is_sweep:
        quick = ["--quick"] if manifest.get("quick") else []
        words = ["sweep", EXPERIMENT, "--backend", manifest["backend"], *quick]
    else:
        how = [word for name in ("runs", "keep", "engine", "backend") for word in (f"--{name}", manifest[name])]
        asked = [word for name in manifest.get("outcomes") or () for word in ("--outcome", name)]
        words = ["run", SCENARIO, *(["--twin", TWIN] if twin else []), *how, *asked]
    return shlex.join(["hedgesim", *map(str, words), *own, "-o", "again"])


DEVELOPERS = "The hedgesim developers"
UNKNOWN_AUTHOR = "The authors of this run (not stated)"
NOT_CHOSEN = (
    "No licence was chosen for these results. hedgesim, which made them, is under Apache-2.0; the sources of the "
    "figures have licences of their own, which citations.csv lists."
)


@dataclass(frozen=True)
class Facts:
    """What all documents of an archive say.

    digests: SHA-256 and size of every member but the documents, by name.
    """

    held: Sequence[Held]
    inputs: Inputs
    members: Sequence[Member]
    digests: Mapping[str, tuple[str, int]]
    authors: Sequence[str]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest of the results."""
        return self.held[0].manifest

    @property
    def title(self) -> str:
        """What the results are."""
        manifest = self.manifest
        twin = next((str(one.manifest["twin"]) for one in self.held if "twin" in one.manifest), "")
        what = f"{manifest.get('experiment') or manifest['scenario']}{f' and its twin {twin}' if twin else ''}"
        return f"Results of hedgesim: {what}, {manifest['runs']} runs, seed {manifest['seed']}"

    @property
    def question(self) -> str:
        """What was asked, in the words of the experiment or the scenario."""
        purpose = leaves_of(str(self.manifest.get("scenario_text", ""))).get("purpose")
        return str(self.manifest.get("question") or purpose or self.title)

    @property
    def ended(self) -> str:
        """When the results were finished, in UTC."""
        return str(self.manifest["ended"])

    @property
    def named_authors(self) -> Sequence[str]:
        """Whom to cite."""
        return self.authors or [UNKNOWN_AUTHOR]


def licence_of_software() -> str:
    """The address of the licence of hedgesim."""
    return f"https://spdx.org/licenses/{importlib.metadata.metadata('hedgesim')['License-Expression']}"
