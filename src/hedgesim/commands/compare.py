"""`hedgesim compare`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from typer import Argument, Option

from hedgesim.analysis.headline import SHOWN
from hedgesim.commands._batches import Runs, batches_of, short_names, twins_aside
from hedgesim.commands._headline import NAME_MORE, print_headline
from hedgesim.commands._options import AsJson, one_by_one
from hedgesim.commands._printing import print_json, print_lines, print_rows, records_of, several
from hedgesim.errors import HedgesimError


def compare(
    batches: Annotated[
        list[str],
        Argument(metavar="A B [C ...]", help="Folders of results, or scenarios to run; at most six."),
    ],
    outcomes: Annotated[
        list[str] | None,
        Option(
            "--outcome",
            callback=one_by_one("--outcome"),
            help="Compare only this outcome, such as presence or member_AZE_CM; may be repeated.",
        ),
    ] = None,
    runs: Runs = None,
    everything: Annotated[
        bool, Option("--all", help="Print every outcome, not only ten main ones with the largest differences.")
    ] = False,
    markdown: Annotated[bool, Option("--markdown", help="Print tables in Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print how batches of runs differ from the first."""
    from hedgesim.analysis import comparison

    if markdown and as_json:
        raise HedgesimError("--markdown", "--json prints no tables", "Leave one of the two out.")
    if not comparison.FEWEST <= len(batches) <= comparison.MOST:
        fault = f"{several(len(batches), 'batch', 'batches')} cannot be compared"
        raise HedgesimError("compare", fault, f"Give {comparison.FEWEST} to {comparison.MOST}.")
    asked = outcomes or []
    held = batches_of(batches, runs, asked)
    found = comparison.compare(*held, names=short_names(batches, held), outcomes=asked)
    chosen = comparison.of_outcomes(found, asked) if asked else found.differences
    aside = twins_aside(batches)
    if as_json:
        print_json({"batches": found.names, "period": found.period, "left_out": [*found.left_out, *aside],
                    "settings": records_of(found.settings), "differences": records_of(chosen)})  # fmt: skip
        return
    shown = None if everything or outcomes else SHOWN
    write = _markdown if markdown else print_rows
    print_headline(found, chosen, shown, "--all prints them", batches=held, write=write)
    if everything and not asked:
        print_lines(f"Compared: {', '.join(dict.fromkeys(found.differences['outcome']))}.")
    print_lines(*([] if asked else [NAME_MORE]), *aside)


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in Markdown; bars are written so that they stay in their cell."""
    lines = [list(columns), ["---"] * len(columns), *rows]
    written = ("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
    print_lines("", *written, "")
