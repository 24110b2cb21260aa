"""An archive as an RO-Crate 1.1: its files, the software, and the run that made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from hedgesim.results.archive.facts import NOT_CHOSEN, Facts, licence_of_software
from hedgesim.results.archive.held import Member

CRATE = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/crate/1.1"
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
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    files = [_file(member, facts) for member in members]
    return {
        "@context": f"{PROFILE}/context",
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
