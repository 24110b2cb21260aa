"""The tables of an archive as a Data Package 2.0: where each is, and type and unit of every column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hedgesim.results.archive.facts import Facts
from hedgesim.results.archive.held import MEDIA
from hedgesim.results.archive.inputs import CITATIONS, SOURCES, slug
from hedgesim.results.ownership import PAIRED, TWIN
from hedgesim.results.tables import SUMMARY, SUMMARY_KEYS, TABLES

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def package(facts: Facts) -> dict[str, Any]:
    """The tables as a Data Package: path, digest and, of each column, type and unit."""
    manifest = facts.manifest
    return {
        "$schema": PROFILE,
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
