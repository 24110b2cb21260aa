"""`hedgesim plot`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from hedgesim.commands._options import one_by_one
from hedgesim.commands._printing import print_lines, print_rows
from hedgesim.errors import HedgesimError, choose_from

if TYPE_CHECKING:
    from hedgesim.plots.chart import Chart

FORMATS = ("png", "svg", "pdf")


def plot(
    words: Annotated[
        list[str] | None,
        Argument(
            metavar="RESULTS [RESULTS ...] CHART", help="Folders of results, at most six, and the name of a chart."
        ),
    ] = None,
    country: Annotated[str, Option(metavar="CODE", help="Draw only this country.")] = "",
    power: Annotated[str, Option(metavar="CODE", help="Draw the presence of this power.")] = "",
    outcome: Annotated[str, Option(metavar="NAME", help="Draw this outcome.")] = "",
    by: Annotated[
        list[str] | None,
        Option(metavar="PATH", callback=one_by_one("--by"), help="Factor of a sweep; repeat it for a map."),
    ] = None,
    output: Annotated[
        str | None, Option("--output", "-o", metavar="FILE", help="File of the chart. By default: CHART.png.")
    ] = None,
    kind: Annotated[
        str | None, Option("--format", metavar="FORMAT", help="png, svg or pdf. By default: the ending of FILE.")
    ] = None,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace an existing file.")] = False,
    list_all: Annotated[bool, Option("--list", help="List the charts.")] = False,
) -> None:
    """Draw one chart of stored results."""
    from hedgesim.plots.catalogue import CHARTS, chart_of

    if list_all:
        if words or any((country, power, outcome, by, output, kind, overwrite)):
            raise HedgesimError(
                "plot --list", "it lists the charts and draws none", "Write --list alone, or leave it out."
            )
        print_rows(["chart", "shows", "drawn from"], [[one.name, one.shows, needed(one)] for one in CHARTS.values()])
        return
    from hedgesim.plots.batches import open_batches
    from hedgesim.plots.chart import Pick, check_picks
    from hedgesim.plots.pages import page_of
    from hedgesim.plots.theme import rendered, theme
    from hedgesim.results.drafts import write_file

    if not words or len(words) < 2:
        raise HedgesimError(
            "plot", "results and a chart must be named", "Write hedgesim plot RESULTS CHART, or --list."
        )
    *places, name = words
    if name not in CHARTS and words[0] in CHARTS:
        raise HedgesimError(words[0], "the chart is named first", f"Name it last: hedgesim plot {name} {words[0]}.")
    chart, pick = chart_of(name), Pick(country, power, outcome, tuple(by or ()))
    check_picks(chart, pick)
    path = path_of(chart.name, output, kind)
    batches = open_batches(chart, places)
    with theme():
        figure, said = page_of(chart, batches, pick)
        check_new(path, overwrite=overwrite)
        content = rendered(figure, path.suffix[1:])
    write_file(path, content, overwrite=overwrite)
    print_lines(said, f"Chart: {path}")


def needed(chart: Chart) -> str:
    """The results that a chart is drawn from, and the command that makes them."""
    count = "two of " if chart.needs.fewest > 1 else "one or two of " if chart.needs.most > 1 else ""
    return f"{count}{chart.needs.made_by}"


def file_of(name: str, output: str | None, kind: str | None, *, overwrite: bool, option: str = "-o") -> Path:
    """The file that a chart is written to, which is not there yet; HedgesimError says what is wrong with the option."""
    path = path_of(name, output, kind, option)
    check_new(path, option, overwrite=overwrite)
    return path


def path_of(name: str, output: str | None, kind: str | None, option: str = "-o") -> Path:
    """The file that a chart is written to, which may be there."""
    if kind is not None and kind not in FORMATS:
        raise HedgesimError(f"--format {kind}", "there is no such format", choose_from(kind, FORMATS))
    path = Path(output or f"{name}.{kind or FORMATS[0]}")
    ending = path.suffix[1:].lower()
    if ending not in FORMATS:
        raise HedgesimError(f"{option} {path}", "a chart cannot have this ending", f"End it in {', '.join(FORMATS)}.")
    if kind is not None and ending != kind:
        raise HedgesimError(
            f"--format {kind}", f"the file ends in {ending}", "Leave --format out, or end the file in it."
        )
    if path.is_dir() or not path.parent.is_dir():
        fault = "a folder has this name" if path.is_dir() else f"there is no folder {path.parent}"
        raise HedgesimError(f"{option} {path}", fault, "Name a file in an existing folder.")
    return path


def check_new(path: Path, option: str = "-o", *, overwrite: bool) -> None:
    """Refuse a file that is there, unless it may be replaced."""
    if path.exists() and not overwrite:
        raise HedgesimError(f"{option} {path}", "the file already exists", "Name another, or give --overwrite.")
