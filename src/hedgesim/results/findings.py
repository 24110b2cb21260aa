"""What an analysis found, as tables and a manifest in a folder: each file complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.errors import StoreError
from hedgesim.results.folders import MANIFEST, Folder, digest_of_sources, versions
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
    made_by = {"sources_digest": digest_of_sources(), **versions()}
    write_files(folder, files | drawn(draw), {"kind": kind, "tables": list(tables), **facts, **made_by})


def read_findings(folder: Path, kind: str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and the manifest of what a command found.

    Raises:
        StoreError: they are not there, not of this command, or broken.
    """
    again, place = f"Run: hedgesim {kind}", Folder(folder)
    content = place.read(MANIFEST)
    if content is None:
        raise StoreError(folder, f"there are no results of hedgesim {kind} here", remedy=f"{again}.")
    try:
        manifest: dict[str, Any] = json.loads(content)
        if manifest.get("kind") != kind:
            raise StoreError(folder, f"this is not a folder of hedgesim {kind}", remedy=f"{again}.")
        if manifest.get("ended", "") is None:
            raise StoreError(folder, "writing stopped before its end", remedy=f"{again}.")
        tables = {name: pd.read_parquet(place.check_file(f"{name}.parquet")) for name in manifest["tables"]}
    except StoreError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(folder, f"a file is missing or broken ({type(error).__name__})", remedy=f"{again}.") from error
    return tables, manifest
