"""What an analysis found, as tables and a manifest in a folder: each file complete or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.errors import StoreError
from hedgesim.results.folders import Folder
from hedgesim.results.manifest import WholeFiles, digest_of_sources, digests_of, manifest_in, versions
from hedgesim.results.ownership import Draw, drawn, write_files


def write_findings(
    folder: Path,
    kind: str,
    tables: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    *,
    draw: Draw = lambda _: (),
) -> None:
    """Write tables as Parquet, charts, and a manifest with what produced them, in place of earlier findings.

    kind: the command that found them. facts: what else the manifest says. draw: what draws the charts.

    Raises:
        StoreError: the folder cannot be written, or has results of another command or files of your own.
    """
    files = {f"{name}.parquet": table.to_parquet(index=False) for name, table in tables.items()}
    listed = {
        name: {"rows": len(table), "sha256": hashlib.sha256(files[f"{name}.parquet"]).hexdigest()}
        for name, table in tables.items()
    }
    made_by = {"sources_digest": digest_of_sources(), **versions()}
    write_files(folder, files | drawn(draw), {"kind": kind, "tables": listed, **facts, **made_by})


def read_findings(folder: Path, kind: str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and the manifest of what a command found, each file compared with its digest.

    Raises:
        StoreError: they are not there, not of this command, or damaged.
    """
    again, place = f"Run: hedgesim {kind}.", Folder(folder)
    manifest = manifest_in(place)
    if manifest is None:
        raise StoreError(folder, f"there are no results of hedgesim {kind} here", remedy=again)
    if manifest.get("kind") != kind:
        raise StoreError(folder, f"this is not a folder of hedgesim {kind}", remedy=again)
    if manifest.get("ended", "") is None:
        raise StoreError(folder, "writing stopped before its end", remedy=again)
    whole, digests = WholeFiles(place), digests_of(place, manifest)
    for name, digest in digests.items():
        whole.check(name, {f"{name}.parquet": digest})
    return {name: pd.read_parquet(place.check_file(f"{name}.parquet")) for name in digests}, manifest
