"""Whether the texts of a page keep within it and apart."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def small_print(figure: Figure) -> str:
    """All that a page says of itself, shown or not, as one line."""
    return " ".join(str(figure.get_label()).split())


def texts_of(figure: Figure) -> Iterator[Text]:
    """Every text shown on a page: notes, legends, and titles, names and ticks of its panels."""
    yield from figure.texts
    for legend in figure.legends:
        yield from (*legend.get_texts(), legend.get_title())
    for axis in figure.axes:
        if axis.get_visible():
            yield from (axis.title, axis._left_title, axis.xaxis.label, axis.yaxis.label)
            for side, limits, labels in (
                (0, axis.get_xlim(), axis.get_xticklabels()),
                (1, axis.get_ylim(), axis.get_yticklabels()),
            ):
                yield from (text for text in labels if min(limits) <= text.get_position()[side] <= max(limits))


def assert_apart(boxes: Iterable[Bbox]) -> None:
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def assert_within(figure: Figure) -> None:
    """Every text of a drawn page is on it."""
    page = figure.bbox
    for text in texts_of(figure):
        box = text.get_window_extent()
        inside = box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1 and box.y0 >= page.y0 - 1 and box.y1 <= page.y1 + 1
        assert inside or not text.get_text(), text.get_text()


def assert_nothing_overlaps(figure: Figure) -> None:
    """No two texts of a drawn page share pixels, and none leaves it."""
    assert_within(figure)
    assert_apart(text.get_window_extent() for text in texts_of(figure) if text.get_visible() and text.get_text())
