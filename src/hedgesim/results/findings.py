"""What an analysis found, as tables and a manifest in a folder: each file complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.errors import StoreError
from hedgesim.results.folders import MANIFEST, Folder, digest_of_sources, versions, write_manifest


def write_findings(folder: Path, kind: str, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> None:
    """Write tables as Parquet, and a manifest with what produced them; StoreError if the folder cannot be written.

    kind: the command that found them. facts: what else the manifest says.
    """
    place = Folder(folder)
    place.prepare()
    for name, table in tables.items():
        place.write(f"{name}.parquet", table.to_parquet(index=False))
    made_by = {"sources_digest": digest_of_sources(), **versions()}
    write_manifest(place, {"kind": kind, "tables": list(tables), **facts, **made_by})


def read_findings(folder: Path, kind: str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and the manifest of what a command found.

    Raises:
        StoreError: they are not there, not of this command, or broken.
    """
    again = f"Run: hedgesim {kind}"
    content = Folder(folder).read(MANIFEST)
    if content is None:
        raise StoreError(folder, f"there are no results of hedgesim {kind} here", remedy=f"{again}.")
    try:
        manifest: dict[str, Any] = json.loads(content)
        if manifest.get("kind") != kind:
            raise StoreError(folder, f"this is not a folder of hedgesim {kind}", remedy=f"{again}.")
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in manifest["tables"]}
    except StoreError:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(folder, f"a file is missing or broken ({type(error).__name__})", remedy=f"{again}.") from error
    return tables, manifest
