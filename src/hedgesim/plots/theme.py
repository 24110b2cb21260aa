"""One look for all charts: sizes, line styles, the page with its small print, files that repeat exactly."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

DPI = 150
POINTS_PER_INCH = 72
SMALL, NORMAL, LARGE = 8.0, 9.0, 12.0
LINE_HEIGHT = 1.35  # of the type size
CHARACTER_WIDTH = 0.56  # of the type size, a little more than usual text in DejaVu Sans takes
EDGE = 0.12  # inches of white around a page
NARROWER = 0.95
TITLE_ROOM = 0.4  # inches from the top of the page to what follows the title
ROOM_ABOVE = 0.42  # inches for panel titles
LEGEND_HANDLE = 0.6  # inches of line and space beside each text of a legend
CONTRAST = 4.5  # of text on white, WCAG 2 level AA
DARKER = 0.95
BLUE, VERMILION, GREEN, PURPLE, AMBER, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
COLORS = (BLUE, VERMILION, GREEN, PURPLE, AMBER, SKY)  # told apart by colour-blind readers too
INK, MUTED, FAINT = "#222222", "#5a5a5a", "#d0d0d0"
LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))

_LOOK: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": NORMAL,
    "text.color": INK,
    "text.parse_math": False,
    "axes.titlesize": NORMAL + 1,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": NORMAL,
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
    "lines.linewidth": 1.5,
    "hatch.linewidth": 0.5,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "svg.hashsalt": "hedgesim",
    "svg.fonttype": "path",
}


@contextmanager
def theme() -> Iterator[None]:
    """Draw and save inside this: matplotlib's defaults plus our look, whatever the user's settings."""
    with style.context(["default", dict(_LOOK)]):
        yield


def line_style(rank: int) -> Any:
    """The dash pattern of the line drawn at this place in the order; four patterns in turn."""
    return LINE_STYLES[rank % len(LINE_STYLES)]


def _wrap(note: str, width: float) -> list[str]:
    """A note in lines of small type no wider than this, inches."""
    canvas: Any = FigureCanvasAgg(Figure(dpi=POINTS_PER_INCH))
    ruler = canvas.get_renderer()
    font = FontProperties(size=SMALL)
    characters = max(2, int(width * POINTS_PER_INCH / (SMALL * CHARACTER_WIDTH)))
    while True:
        lines = textwrap.wrap(note, characters)
        widths = [ruler.get_text_width_height_descent(line, font, False)[0] for line in lines]
        if max(widths, default=0.0) <= width * POINTS_PER_INCH or characters == 1:
            return lines
        characters = max(1, int(characters * NARROWER))


@dataclass(frozen=True)
class Frame:
    """The space around the axes of a page in inches, and the rows of the legend above them."""

    left: float = 0.6
    right: float = 0.6
    legend_rows: int = 0
    below: float = 0.48


PLAIN = Frame()


def page(width: float, height: float, *, title: str, notes: Sequence[str] = (), frame: Frame = PLAIN) -> Figure:
    """An empty figure with a title above and small print below; inches.

    height: of the space for axes and their tick labels; the figure grows by title, legend and small print.
    Axes added later fill the space that `frame` leaves.
    """
    lines = [line for note in notes for line in _wrap(note, width - 2 * EDGE)]
    print_height = LINE_HEIGHT * SMALL / POINTS_PER_INCH
    below = EDGE + print_height * len(lines)
    above = TITLE_ROOM + frame.legend_rows * print_height * 1.25
    full = height + below + above
    figure = Figure(figsize=(width, full), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(EDGE / width, 1 - 0.1 / full, title, size=LARGE, weight="bold", va="top")
    for row, line in enumerate(reversed(lines)):
        figure.text(EDGE / width, (0.08 + row * print_height) / full, line, size=SMALL, color=MUTED, va="bottom")
    figure.subplots_adjust(
        left=frame.left / width,
        right=1 - frame.right / width,
        bottom=(below + frame.below) / full,
        top=1 - (above + ROOM_ABOVE) / full,
    )
    return figure


def text_width(texts: Iterable[str]) -> float:
    """Inches that the longest of these texts takes in small type."""
    return max((len(text) for text in texts), default=0) * SMALL * CHARACTER_WIDTH / POINTS_PER_INCH


def legend_columns(texts: Sequence[str], width: float) -> int:
    """How many columns a legend of these texts has on a page of this width, inches."""
    return max(1, min(len(texts), int((width - 2 * EDGE) / (text_width(texts) + LEGEND_HANDLE))))


def legend_rows(texts: Sequence[str], width: float) -> int:
    """How many rows it then has."""
    return -(-len(texts) // legend_columns(texts, width))


def text_color(color: str) -> str:
    """The colour, darkened where needed so that small text in it can be read on white."""
    red, green, blue = to_rgb(color)
    while 1.05 / (_luminance(red, green, blue) + 0.05) < CONTRAST:
        red, green, blue = red * DARKER, green * DARKER, blue * DARKER
    return to_hex((red, green, blue))


def _luminance(*channels: float) -> float:
    """Relative luminance of a colour, 0..1 [WCAG 2]."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def legend_corner(figure: Figure) -> tuple[float, float]:
    """Where a legend of the whole page hangs: its upper left corner, in parts of the figure."""
    width, height = figure.get_size_inches()
    return EDGE / float(width), 1 - TITLE_ROOM / float(height)


def save(figure: Figure, folder: Path, *, name: str) -> list[Path]:
    """Write `name`.png and `name`.svg; equal figures give equal bytes (no dates, fixed ids)."""
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    metadata: tuple[dict[str, Any], ...] = ({"Software": None}, {"Date": None, "Creator": None})
    with theme():
        for path, about in zip(paths, metadata, strict=True):
            figure.savefig(path, metadata=about)
    return paths
