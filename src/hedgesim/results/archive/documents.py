"""What an archive says of itself: RO-Crate, CodeMeta, Data Package, CITATION and a page for readers."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from typing import Any

import yaml

from hedgesim.errors import printable
from hedgesim.results.archive.crate import CRATE, crate
from hedgesim.results.archive.data_package import package
from hedgesim.results.archive.facts import DEVELOPERS, NOT_CHOSEN, Facts, licence_of_software
from hedgesim.results.archive.held import Member, of_bytes
from hedgesim.results.archive.inputs import CITATIONS, SOURCES

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
