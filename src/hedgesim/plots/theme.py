"""One look for all charts: sizes, colours, the page with its notes, panels, legends, and files that repeat exactly."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import NDArray

from hedgesim.errors import StoreError, printable
from hedgesim.results.drafts import write_file

DPI = 150
POINTS_PER_INCH = 72
SMALL, NORMAL, LARGE = 8.0, 9.0, 12.0  # type sizes, points
LINE_HEIGHT = 1.35  # of the type size
CHARACTER_WIDTH = 0.56  # of the type size, a little more than usual text in DejaVu Sans takes
EDGE = 0.12  # inches of white around a page
LONGEST_LINE = 400  # characters that a line of a page can have
READS_AT = 0.85  # of the room of the title: where the line on how to read the chart starts
TITLE_ROOM = 0.4  # inches from the top of the page to what follows a title of one line
TITLE_LINE = LINE_HEIGHT * LARGE / POINTS_PER_INCH  # inches of a second line
ROOM_ABOVE = 0.42  # inches for panel titles
BAR_WIDTH = 0.16  # inches of a colour bar
LEGEND_HANDLE = 0.6  # inches of line and space beside each text of a legend
CONTRAST = 4.5  # of text on white, WCAG 2 level AA
LUMINANCE = np.asarray((0.2126, 0.7152, 0.0722))  # relative luminance of red, green and blue, WCAG 2
DARKER = 0.95
BLUE, VERMILION, GREEN, PURPLE, AMBER, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
COLORS = (BLUE, VERMILION, GREEN, PURPLE, AMBER, SKY)  # distinct to colour-blind readers too
INK, MUTED, FAINT = "#222222", "#5a5a5a", "#d0d0d0"
ROUND, GENERAL = [1, 2, 2.5, 5, 10], StrMethodFormatter("{x:g}")  # steps of ticks, and how numbers are written
PREDICTIVE = "90 % predictive: 5 to 95 % of runs, which differ by chance, not in parameters or sizes of shocks"
BAND_NOTE = f"Lines: median over runs; bands: {PREDICTIVE}."
LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
READS = 1  # place of how to read the chart among the texts of a page
NEAR: Mapping[str, Any] = {"textcoords": "offset points", "annotation_clip": False}  # a text near what it names

_LOOK: Mapping[str, Any] = {
    "font.size": NORMAL,
    "text.color": INK,
    "text.parse_math": False,
    "axes.titlesize": NORMAL + 1,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": MUTED,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    "svg.hashsalt": "hedgesim",
    "svg.fonttype": "none",
}

METADATA: Mapping[str, Mapping[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Formats of charts, and what their files do not say because it changes from day to day."""

DESCRIBED_BY: Mapping[str, str] = {"png": "Description", "svg": "Description", "pdf": "Subject"}


@contextmanager
def theme() -> Iterator[None]:
    """Draw and save in this context: matplotlib's defaults with our look, whatever the settings of the user.

    A character that the font lacks is drawn as a box, without a warning.
    """
    with style.context(["default", dict(_LOOK)]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        yield


def line_style(rank: int) -> Any:
    """The dash pattern of the line at this rank in the drawing order; four patterns in turn."""
    return LINE_STYLES[rank % len(LINE_STYLES)]


def _inches(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text as it is drawn, inches."""
    canvas: Any = FigureCanvasAgg(Figure(dpi=POINTS_PER_INCH))
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    return float(canvas.get_renderer().get_text_width_height_descent(text, font, False)[0]) / POINTS_PER_INCH


def fitting(text: str, width: float, size: float = SMALL, *, bold: bool = False) -> str:
    """The first sentences of a text that fit on a line of this width, inches; of a longer first one its beginning."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[^a-z])", text.strip())
    for count in range(len(sentences), 0, -1):
        line = " ".join(sentences[:count])
        if _inches(line[:LONGEST_LINE], size, bold=bold) <= width and len(line) <= LONGEST_LINE:
            return line
    low, high = 0, min(len(line), LONGEST_LINE)
    while low < high:
        middle = (low + high + 1) // 2
        fits = _inches(f"{line[:middle].rstrip()}…", size, bold=bold) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    return f"{line[:low].rstrip()}…"


def _titled(title: str, width: float) -> str:
    """A title on one line, or on two, broken before the word that no longer fits; of a longer one the beginning."""
    words = title.split(" ")
    for count in range(len(words), 0, -1):
        line = " ".join(words[:count])
        if len(line) <= LONGEST_LINE and _inches(line, LARGE, bold=True) <= width:
            rest = " ".join(words[count:])
            return f"{line}\n{fitting(rest, width, LARGE, bold=True)}" if rest else line
    return fitting(title, width, LARGE, bold=True)


@dataclass(frozen=True)
class Frame:
    """The space around the axes of a page, inches, and the number of rows of the legend above them."""

    left: float = 0.6
    right: float = 0.6
    legend_rows: int = 0
    below: float = 0.48
    above: float = ROOM_ABOVE


PLAIN = Frame()


def page(width: float, height: float, *, title: str, notes: Sequence[str] = (), frame: Frame = PLAIN) -> Figure:
    """An empty figure with a title and how to read it above, and one line of notes below.

    width: of the page, inches. height: of the space for axes and their tick labels, inches; the page is higher by
    title, legend and notes. notes: the first is how to read the chart; of it and of the others together, the sentences
    are shown that fit on a line, and all of them are the description in the files. Axes that are added later fill the
    space inside `frame`.
    """
    texts, room = [printable(note) for note in notes or ("",)], width - 2 * EDGE
    reads, line = fitting(texts[0], room), fitting(" ".join(filter(None, texts[1:])), room)
    print_height = LINE_HEIGHT * SMALL / POINTS_PER_INCH
    below = EDGE + print_height * bool(line)
    head = _titled(printable(title), room)
    title_room = TITLE_ROOM + TITLE_LINE * head.count("\n")
    above = title_room + print_height * (bool(reads) + frame.legend_rows * 1.25)
    full = height + below + above
    figure = Figure(
        figsize=(width, full), dpi=DPI, facecolor="white", label=" ".join(filter(None, (printable(title), *texts)))
    )
    FigureCanvasAgg(figure)
    figure.text(EDGE / width, 1 - 0.1 / full, head, size=LARGE, weight="bold", va="top")
    small: dict[str, Any] = {"size": SMALL, "color": MUTED}
    figure.text(EDGE / width, 1 - (title_room - TITLE_ROOM * (1 - READS_AT)) / full, reads, va="top", **small)
    figure.text(EDGE / width, 0.08 / full, line, va="bottom", **small)
    figure.subplots_adjust(
        left=frame.left / width,
        right=1 - frame.right / width,
        bottom=(below + frame.below) / full,
        top=1 - (above + frame.above) / full,
    )
    return figure


def text_width(texts: Iterable[str]) -> float:
    """Width of the longest of these texts in small type, inches; 0 if there is none."""
    return max((len(text) for text in texts), default=0) * SMALL * CHARACTER_WIDTH / POINTS_PER_INCH


def legend_columns(texts: Sequence[str], width: float) -> int:
    """Number of columns of a legend of these texts on a page of this width, inches."""
    return max(1, min(len(texts), int((width - 2 * EDGE) / (text_width(texts) + LEGEND_HANDLE))))


def legend_rows(texts: Sequence[str], width: float) -> int:
    """Number of rows of a legend of these texts on a page of this width, inches."""
    return -(-len(texts) // legend_columns(texts, width))


def text_color(color: str) -> str:
    """The colour, darkened where needed so that small text in it is readable on white."""
    channels = np.asarray(to_rgb(color))
    while True:
        if 1.05 / (_luminance(channels) + 0.05) >= CONTRAST:
            return to_hex((channels[0], channels[1], channels[2]))
        channels = channels * DARKER


def ink_on(color: str) -> str:
    """White or dark, whichever is read better on a colour."""
    light = _luminance(np.asarray(to_rgb(color)))
    return "white" if 1.05 / (light + 0.05) >= (light + 0.05) / (_luminance(np.asarray(to_rgb(INK))) + 0.05) else INK


def _luminance(channels: NDArray[np.float64]) -> float:
    """Relative luminance of a colour, WCAG 2."""
    return float(LUMINANCE @ np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4))


def legend(figure: Figure, handles: Sequence[Any], texts: Sequence[str], *, columns: int, **style: Any) -> None:
    """Write the legend of a page below its title; `Frame.legend_rows` reserves the room."""
    width, height = figure.get_size_inches()
    reads = LINE_HEIGHT * SMALL / POINTS_PER_INCH * any(text.get_text() for text in figure.texts[READS : READS + 1])
    title = TITLE_ROOM + TITLE_LINE * figure.texts[0].get_text().count("\n")
    corner = EDGE / float(width), 1 - (title + reads) / float(height)
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": corner, "borderaxespad": 0}
    figure.legend(handles, texts, ncols=columns, **place, **style)


def panels(figure: Figure, count: int, columns: int, *, share: bool, **spacing: float) -> list[Axes]:
    """The first `count` panels of a page with this many columns; the others are hidden.

    share: whether all panels have the same axes. spacing: `wspace` and `hspace`, as fractions of a panel.
    """
    rows = -(-count // columns)
    axes = figure.subplots(rows, columns, sharex=share, sharey=share, squeeze=False, gridspec_kw=spacing).ravel()
    for axis in axes[count:]:
        axis.set_visible(False)
    return list(axes[:count])


def color_bar(figure: Figure, colors: ScalarMappable, *, off: float, **style: Any) -> None:
    """Draw the colour bar of a page beside its first panel; off: from the right edge of the page, inches."""
    box, inch = figure.axes[0].get_position(), 1 / float(figure.get_figwidth())
    bar = figure.add_axes((1 - off * inch, box.y0, BAR_WIDTH * inch, box.height))
    figure.colorbar(colors, cax=bar, **style)


def round_ticks(axis: Axis, most: int) -> None:
    """Ticks at round numbers, at most so many intervals."""
    axis.set(major_locator=MaxNLocator(most, steps=ROUND), major_formatter=GENERAL)


def plain_rows(axis: Axes, *hidden: str) -> None:
    """Rows of names and bars: no grid, no ticks at the names, and without these spines."""
    axis.grid(visible=False)
    axis.tick_params(axis="y", length=0)
    axis.spines[list(hidden)].set_visible(False)


def write_pages(pages: Mapping[str, Callable[[], Figure]], folder: Path) -> list[Path]:
    """Draw pages one at a time and write each as .png and .svg into a folder, which is created; the paths in order.

    pages: name of the files -> what draws the page.

    Raises:
        StoreError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fault = f"no folder of this name can be made ({error.strerror})"
        raise StoreError(folder, fault, remedy="Name a folder.") from None
    paths = []
    with theme():
        for name, draw in pages.items():
            paths += save(draw(), folder, name=name)
    return paths


def save(figure: Figure, folder: Path, *, name: str) -> list[Path]:
    """Write `name`.png and `name`.svg. Call it in the theme."""
    paths = [folder / f"{name}.{kind}" for kind in ("png", "svg")]
    for path in paths:
        write_file(path, rendered(figure, path.suffix[1:]), overwrite=True)
    return paths


def rendered(figure: Figure, kind: str) -> bytes:
    """A figure as the bytes of a file, png, svg or pdf; equal figures give equal bytes (no dates, fixed ids).

    Its label is the description in the file. Call it in the theme.
    """
    buffer, said = io.BytesIO(), str(figure.get_label())
    metadata: dict[str, Any] = dict(METADATA[kind])
    figure.savefig(buffer, format=kind, metadata={**metadata, DESCRIBED_BY[kind]: said})
    return buffer.getvalue()
