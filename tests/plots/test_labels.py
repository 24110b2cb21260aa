from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text

from hedgesim.plots.labels import Label, label_ends, label_points, spread
from hedgesim.plots.theme import page, theme


def assert_apart(texts: list[Annotation]) -> None:
    texts[0].figure.canvas.draw()
    boxes = [(note.get_text(), Text.get_window_extent(note)) for note in texts]
    for (one, first), (other, second) in combinations(boxes, 2):
        assert not first.overlaps(second), f"{one} covers {other}"


def axis_of(width: float = 6, height: float = 4) -> Axes:
    axis = page(width, height, title="T").subplots()
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1)
    return axis


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_spread_places_keep_their_order_their_distance_and_their_bounds(wanted: list[float]) -> None:
    placed = spread(np.array(wanted), 4.0, low=0.0, high=100.0)
    order = np.argsort(wanted, kind="stable")
    assert np.all(np.diff(placed[order]) >= 4.0 - 1e-9)
    assert placed.min() >= -1e-9
    assert placed.max() <= 100 + 1e-9


def test_places_that_are_far_apart_stay() -> None:
    wanted = np.array([80.0, 10.0, 40.0])
    assert spread(wanted, 5.0, low=0.0, high=100.0) == pytest.approx(wanted)


def test_two_equal_places_part_evenly() -> None:
    assert spread(np.array([50.0, 50.0]), 10.0, low=0.0, high=100.0) == pytest.approx([45.0, 55.0])


def test_too_many_places_start_at_the_bottom() -> None:
    assert spread(np.zeros(4), 10.0, low=0.0, high=20.0) == pytest.approx([0.0, 10.0, 20.0, 30.0])


def test_end_labels_of_ten_equal_lines_do_not_overlap() -> None:
    with theme():
        axis = axis_of()
        notes = label_ends(axis, [Label(f"LINE{i}", "#0072B2", 1.0, 0.5) for i in range(10)])
        assert_apart(notes)
        assert all(Text.get_window_extent(note).x0 > axis.get_window_extent().x1 for note in notes)


def test_labels_of_points_in_a_crowd_do_not_overlap() -> None:
    with theme():
        places = [(0.5 + 0.01 * i, 0.5 + 0.005 * (i % 3)) for i in range(8)]
        assert_apart(label_points(axis_of(), [Label(f"A country {i}", "#0072B2", *at) for i, at in enumerate(places)]))


def test_nothing_to_label_is_no_error() -> None:
    with theme():
        assert label_ends(axis_of(), []) == []
        assert label_points(axis_of(), []) == []
