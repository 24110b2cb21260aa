"""What an archive says of itself, for machines and for readers: RO-Crate, CodeMeta, Data Package and citation."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from hedgesim.errors import printable
from hedgesim.results.archive.held import MEDIA, Member, of_bytes
from hedgesim.results.archive.inputs import CITATIONS, DEVELOPERS, NOT_CHOSEN, SOURCES, Facts, licence_of_software, slug
from hedgesim.results.ownership import PAIRED, TWIN
from hedgesim.results.tables import SUMMARY, SUMMARY_KEYS, TABLES

CODEMETA, PACKAGE, CITATION, README, DIGESTS = (
    "codemeta.json", "datapackage.json", "CITATION.cff", "README.txt", "SHA256SUMS",
)  # fmt: skip


def documents_of(facts: Facts) -> list[Member]:
    """The documents; equal facts give equal bytes."""
    made = [
        of_bytes(CODEMETA, "the software that made the results, as CodeMeta 3.0", _json(codemeta(facts.manifest))),
        of_bytes(PACKAGE, "the tables with the units of their columns, as a Data Package 2.0", _json(package(facts))),
        of_bytes(CITATION, "how to cite the results, in the Citation File Format 1.2.0", _yaml(citation(facts))),
        of_bytes(README, "what is here, and the command that makes it again", readme(facts).encode()),
    ]
    listed = [*made, of_bytes(DIGESTS, "SHA-256 of all files", b"")]
    return [*made, of_bytes(CRATE, "this archive, as an RO-Crate 1.1", _json(crate(facts, listed)))]


def _json(document: object) -> bytes:
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode()


def _yaml(document: object) -> bytes:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120).encode()


def codemeta(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The software that made the results."""
    about = importlib.metadata.metadata("hedgesim")
    packages: Mapping[str, str] = manifest.get("packages") or {}
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": "hedgesim",
        "version": manifest["hedgesim"],
        "description": about["Summary"],
        "keywords": about["Keywords"].split(","),
        "license": licence_of_software(),
        "author": [{"@type": "Organization", "name": DEVELOPERS}],
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {manifest['python']}",
        "softwareRequirements": [
            {"@type": "SoftwareApplication", "name": name, "version": version} for name, version in packages.items()
        ],
    }


def citation(facts: Facts) -> dict[str, Any]:
    """How to cite the results, and the software with them."""
    manifest = facts.manifest
    software = {
        "type": "software",
        "title": "hedgesim: agent-based simulation of hedging foreign policy",
        "authors": [{"name": DEVELOPERS}],
        "version": manifest["hedgesim"],
        "license": importlib.metadata.metadata("hedgesim")["License-Expression"],
    }
    return {
        "cff-version": "1.2.0",
        "message": f"Please cite these results as below, and the sources of the figures that they use ({CITATIONS}).",
        "type": "dataset",
        "title": facts.title,
        "abstract": facts.question,
        "authors": [{"name": name} for name in facts.named_authors],
        "date-released": facts.ended[:10],
        "version": manifest["identity"],
        "references": [software],
    }


def readme(facts: Facts) -> str:
    """A page for readers, in plain text."""
    manifest = facts.manifest
    packages = ", ".join(f"{name} {version}" for name, version in (manifest.get("packages") or {}).items())
    return f"""{printable(facts.title)}
{printable(facts.question)}

Made with hedgesim {manifest["hedgesim"]}, Python {manifest["python"]}, {packages}.
Finished at {facts.ended}. Identity: {manifest["identity"]}

To make it again, unpack the archive and run in its folder:

    {facts.inputs.command}

To check that no file has changed:

    sha256sum -c {DIGESTS}

results/                 manifest, tables (Parquet) and charts
inputs/                  scenario or experiment in force, and own tables
rules/                   rules of the user's own, if any
{SOURCES:24} every number in force, with its source
{CITATIONS:24} the sources
{PACKAGE:24} columns of the tables with type and unit (Data Package)
{CRATE:24} the archive as an RO-Crate
{CODEMETA:24} the software
{CITATION:24} how to cite

{NOT_CHOSEN}
"""


CRATE = "ro-crate-metadata.json"
CRATE_PROFILE = "https://w3id.org/ro/crate/1.1"
SOFTWARE, RUNNING, NO_LICENCE = "#hedgesim", "#run", "#licence"


def crate(facts: Facts, documents: Sequence[Member]) -> dict[str, Any]:
    """The archive as an RO-Crate: its files, the software, and the run that made them."""
    members = [*facts.members, *documents]
    manifest = facts.manifest
    people = [{"@id": f"#author-{n}", "@type": "Person", "name": name} for n, name in enumerate(facts.authors, start=1)]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": facts.title,
        "description": facts.question,
        "datePublished": facts.ended,
        "identifier": manifest["identity"],
        "version": manifest["identity"],
        "license": {"@id": NO_LICENCE},
        **({"author": [{"@id": one["@id"]} for one in people]} if people else {}),
        "hasPart": [{"@id": quote(member.name)} for member in members],
        "mentions": {"@id": RUNNING},
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": CRATE_PROFILE},
        "about": {"@id": "./"},
    }
    files = [_file(member, facts) for member in members]
    return {
        "@context": f"{CRATE_PROFILE}/context",
        "@graph": [descriptor, root, *files, *people, *_things(facts)],
    }


def _file(member: Member, facts: Facts) -> dict[str, Any]:
    """A file of the crate."""
    entity: dict[str, Any] = {
        "@id": quote(member.name),
        "@type": "File",
        "name": member.name,
        "description": member.about,
        "encodingFormat": member.media_type,
    }
    if member.name in facts.digests:
        digest, size = facts.digests[member.name]
        entity |= {"contentSize": str(size), "sha256": digest}
    return entity


def _things(facts: Facts) -> list[dict[str, Any]]:
    """What is no file: the software, the run, and the licence."""
    manifest = facts.manifest
    made_of = [member.name for member in facts.inputs.members if not member.name.endswith(".csv")]
    return [
        {
            "@id": SOFTWARE,
            "@type": "SoftwareApplication",
            "name": "hedgesim",
            "version": manifest["hedgesim"],
            "license": licence_of_software(),
        },
        {
            "@id": RUNNING,
            "@type": "CreateAction",
            "name": facts.inputs.command,
            "instrument": {"@id": SOFTWARE},
            "object": [{"@id": quote(name)} for name in made_of],
            "result": [{"@id": f"{held.inside}/manifest.json"} for held in facts.held],
            "startTime": manifest.get("began", facts.ended),
            "endTime": facts.ended,
        },
        {"@id": NO_LICENCE, "@type": "CreativeWork", "name": "No licence chosen", "description": NOT_CHOSEN},
    ]


PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def package(facts: Facts) -> dict[str, Any]:
    """The tables as a Data Package: path, digest and, of each column, type and unit."""
    manifest = facts.manifest
    return {
        "$schema": PACKAGE_PROFILE,
        "name": slug(str(manifest.get("experiment") or manifest["scenario"])),
        "title": facts.title,
        "description": facts.question,
        "version": manifest["identity"],
        "created": facts.ended,
        "contributors": [{"title": name} for name in facts.named_authors],
        "resources": [*_results(facts), *_csv_files(facts)],
    }


def _results(facts: Facts) -> Iterator[dict[str, Any]]:
    """A resource for each table of results."""
    read = {member.name: member.read for member in facts.members}
    for held in facts.held:
        part = held.inside.rpartition("/")[2]
        for name, files in held.tables().items():
            paths = [f"{held.inside}/{file}" for file in files]
            schemas = [pq.read_schema(pa.BufferReader(read[path]())) for path in paths]
            keys = SUMMARY_KEYS if name == SUMMARY else TABLES[name].keys if name in TABLES else ()
            schema: dict[str, Any] = {"fields": _fields(schemas)}
            if any(one.names != schemas[0].names for one in schemas):
                schema["fieldsMatch"] = "superset"  # files of a sweep may have columns of their own
            if keys and not held.is_sweep:
                schema["primaryKey"] = list(keys)
            yield {
                "name": f"{part}-{slug(name)}" if part in {TWIN, PAIRED} else slug(name),
                "type": "table",
                "description": TABLES[name].meaning if name in TABLES else name,
                **_place(facts, paths, "parquet"),
                "schema": schema,
            }


def _place(facts: Facts, paths: Sequence[str], form: str) -> dict[str, Any]:
    """Where a resource is and, of one file, its digest."""
    kind = {"format": form, "mediatype": MEDIA[form]}
    if len(paths) > 1:
        return {"path": list(paths), **kind}
    digest, size = facts.digests[paths[0]]
    return {"path": paths[0], **kind, "bytes": size, "hash": f"sha256:{digest}"}


def _fields(schemas: Sequence[Any]) -> list[dict[str, Any]]:
    """Every column of the files of a table, with the unit that the files hold."""
    fields = {field.name: field for schema in schemas for field in schema}
    return [_field(field) for field in fields.values()]


def _field(field: Any) -> dict[str, Any]:
    kinds = {"integer": pa.types.is_integer, "number": pa.types.is_floating, "boolean": pa.types.is_boolean}
    found = [kind for kind, holds in kinds.items() if holds(field.type)]
    unit = (field.metadata or {}).get(b"unit", b"").decode()
    required = {} if field.nullable else {"constraints": {"required": True}}
    return {"name": field.name, "type": found[0] if found else "string", **({"unit": unit} if unit else {}), **required}


def _csv_files(facts: Facts) -> Iterator[dict[str, Any]]:
    """A resource for each table of sources; their cells are texts, because values are of any kind."""
    for member in facts.members:
        if member.name in {SOURCES, CITATIONS}:
            header = next(csv.reader(io.StringIO(member.read().decode())))
            fields = [{"name": column, "type": "string"} for column in header]
            place = _place(facts, [member.name], "csv")
            yield {
                "name": slug(member.name.removesuffix(".csv")),
                "type": "table",
                "description": member.about,
                **place,
                "encoding": "utf-8",
                "schema": {"fields": fields},
            }
