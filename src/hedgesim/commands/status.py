"""`hedgesim status`."""

from dataclasses import asdict
from typing import Annotated

from typer import Argument

from hedgesim.commands._options import AsJson
from hedgesim.commands._printing import print_json, print_lines, print_rows


def status(
    folder: Annotated[str, Argument(metavar="DIR", help="Folder or address of a sweep.")], as_json: AsJson = False
) -> None:
    """Check every file of a sweep; count its runs."""
    from hedgesim.results.sweep_status import status_of

    found = status_of(folder)
    if as_json:
        print_json(asdict(found))
        return
    counts = {"planned": found.planned, "stored": found.there, "failed": found.failed, "missing": found.missing}
    counts |= {f"without {name}": n for name, n in found.undefined.items()}
    counts |= {"damaged files": len(found.damaged), "files of earlier versions": found.unused}
    counts |= {"points that repeat others": found.repeated} if found.repeated else {}
    print_rows(["runs", folder], counts.items())
    for name, fault in found.damaged.items():
        print_lines(f"{name}: {fault}")
    for name in found.foreign:
        print_lines(f"{name}: not a file of a sweep; it is left alone")
    again = "Run the same sweep again: it repeats only missing or damaged runs."
    print_lines("The sweep is finished." if found.finished else again)
