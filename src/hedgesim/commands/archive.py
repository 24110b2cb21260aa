"""`hedgesim archive`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from hedgesim.commands._options import Overwrite, RuleFiles
from hedgesim.commands._printing import print_lines


def archive(
    results: Annotated[str, Argument(metavar="RESULTS", help="Folder of a run, or of a sweep.")],
    output: Annotated[Path, Option("--output", "-o", metavar="FILE", help="Name of the new ZIP file.")],
    rule_files: RuleFiles = None,
    tables: Annotated[
        Path | None, Option(metavar="DIR", help="Folder of the scenario's own tables, if it has any.")
    ] = None,
    authors: Annotated[
        list[str] | None, Option("--author", metavar="NAME", help="Author to cite; may be repeated.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Put results and everything that made them into one file: RO-Crate, CodeMeta, Data Package and CITATION."""
    from hedgesim.results.archive.package import archive as write
    from hedgesim.results.space import size

    command = write(results, output, rules=rule_files or (), tables=tables, authors=authors or (), overwrite=overwrite)
    content = output.read_bytes()
    print_lines(f"{output}: {size(len(content))}, SHA-256 {hashlib.sha256(content).hexdigest()}")
    print_lines(f"This command reproduces the results in the unpacked archive: {command}")
