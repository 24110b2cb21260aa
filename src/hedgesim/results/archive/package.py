"""Puts results with all that made them into one ZIP file: the same results give the same bytes."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from hedgesim.errors import StoreError, check_path, texts
from hedgesim.results.archive.documents import CRATE, DIGESTS, documents_of
from hedgesim.results.archive.held import Member, of_bytes, results_in, with_inner
from hedgesim.results.archive.inputs import Facts, inputs_of
from hedgesim.results.drafts import new_file
from hedgesim.results.folders import Folder

RESULTS = "results"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every member: the earliest that ZIP knows."""

READABLE = 0o100644 << 16
"""Mode of every member: a file that all may read."""

UNIX = 3


def archive(
    folder: str | Path,
    file: str | Path,
    *,
    rules: Sequence[str | Path] = (),
    tables: str | Path | None = None,
    authors: Sequence[str] = (),
    overwrite: bool = False,
) -> str:
    """Put finished results into a ZIP file, with what made them; give the command that makes them again.

    The file is an RO-Crate 1.1 with CodeMeta, Data Package and CITATION. folder: of a run, with its twin if it has one,
    or of a sweep. rules, tables: the own rule files and the folder of own tables that were used; they are compared with
    the results. authors: whom to cite. overwrite: whether a file that is there may be replaced.

    Raises:
        StoreError: no finished and undamaged results, or the file is there or cannot be written.
        HedgesimError: another version of hedgesim made the results, or rules or tables are missing or not the same.
    """
    check_path("folder", folder)
    check_path("file", file)
    authors = texts("authors", authors)
    target = Path(file)
    _check_target(target, overwrite=overwrite)
    held = with_inner(results_in(Folder(folder), RESULTS))
    inputs = inputs_of(held, rules, tables)
    members = [*(member for one in held for member in one.members()), *inputs.members]
    facts = Facts(held, inputs, members, {member.name: _digest(member) for member in members}, authors)
    documents = documents_of(facts)
    digests = {name: digest for name, (digest, _) in facts.digests.items()}
    digests |= {member.name: _digest(member)[0] for member in documents}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    sums = of_bytes(DIGESTS, "digests of all files", lines.encode())
    ordered = sorted([*members, *documents, sums], key=lambda member: (member.name != CRATE, member.name))
    _write(target, ordered, digests, overwrite=overwrite)
    return inputs.command


def _check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a place where no file can be, or where one is that may not be replaced; StoreError."""
    if target.is_dir() or not target.name:
        raise StoreError(target, "a folder is where the file should be", "Name a file, such as results.zip.")
    if os.path.lexists(target) and not overwrite:
        raise StoreError(target, "there is such a file", "Name another one. --overwrite replaces it.")
    if not target.parent.is_dir():
        raise StoreError(target, "there is no such folder", "Name a file in a folder that is there.")


def _digest(member: Member) -> tuple[str, int]:
    """SHA-256 and size of a member."""
    content = member.read()
    return hashlib.sha256(content).hexdigest(), len(content)


def _write(target: Path, members: Iterable[Member], digests: dict[str, str], *, overwrite: bool) -> None:
    """Write members into a file, complete or not at all."""
    with new_file(target, overwrite=overwrite) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as whole:
        for member in members:
            whole.writestr(_entry(member), _same(member, digests))


def _entry(member: Member) -> zipfile.ZipInfo:
    """The entry of a member: its name and nothing that differs from time to time or from system to system."""
    entry = zipfile.ZipInfo(member.name, EPOCH)
    entry.external_attr, entry.create_system = READABLE, UNIX
    return entry


def _same(member: Member, digests: dict[str, str]) -> bytes:
    """The bytes of a member, which must be those that the documents describe."""
    content = member.read()
    if member.name in digests and hashlib.sha256(content).hexdigest() != digests[member.name]:
        raise StoreError(member.name, "the file changed while it was archived", "Archive the results again.")
    return content
