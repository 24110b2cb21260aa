"""`hedgesim report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from hedgesim.commands._batches import Runs, batches_of, own_folder, short_names, twins_aside
from hedgesim.commands._printing import print_lines, several
from hedgesim.errors import HedgesimError, StoreError


def report(
    batches: Annotated[
        list[str],
        Argument(metavar="RESULTS [MORE ...]", help="Folders of results, or scenarios to run; at most six."),
    ],
    output: Annotated[Path, Option("--output", "-o", metavar="FILE", help="The page.")] = Path("report.html"),
    question: Annotated[str, Option(help="Question of the page, instead of the default one.")] = "",
    outcome: Annotated[str, Option(help="Outcome of the answer, such as hedging_index or member_KAZ_EAEU.")] = "",
    why: Annotated[
        bool | None,
        Option(
            "--why/--no-why",
            help="Divide the difference among its causes, or not. By default: only if few runs are needed.",
        ),
    ] = None,
    runs: Runs = None,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace the file.")] = False,
) -> None:
    """Write one page about results: the answer, charts, how far to trust it, and how to reproduce it."""
    from hedgesim.report.page import Choices, html_of, page_of
    from hedgesim.report.subject import MOST
    from hedgesim.results.drafts import write_file

    if len(batches) > MOST:
        raise HedgesimError("report", f"{len(batches)} batches do not fit on a page", f"Give at most {MOST}.")
    _check_file(output, overwrite=overwrite)
    choices = Choices(question, outcome, why)
    held = batches_of(batches, runs, [outcome] if outcome else [])
    page = page_of(held, short_names(batches, held), choices, list(map(own_folder, batches)))
    content = html_of(page).encode()
    write_file(output, content, overwrite=overwrite)
    size = f"{len(content) / 1e6:.1f} MB"
    print_lines(
        page.answer, f"Page: {output} ({size}, {several(len(page.sections), 'section')})", *twins_aside(batches)
    )


def _check_file(output: Path, *, overwrite: bool) -> None:
    """Refuse a file that cannot be written or is there, before anything is computed."""
    if output.is_dir():
        raise StoreError(output, "this is a folder", remedy="Name a file, such as report.html.")
    if output.exists() and not overwrite:
        raise StoreError(output, "there is such a file", remedy="Name a new one, or replace it with --overwrite.")
    if not output.absolute().parent.is_dir():
        raise StoreError(output, "its folder does not exist", remedy="Name a file in an existing folder.")
