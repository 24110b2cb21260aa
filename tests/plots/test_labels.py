import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from tests.plots.layout import assert_apart

from hedgesim.plots.labels import Label, Names, label_ends, label_points, spread
from hedgesim.plots.theme import page, theme


def texts_apart(notes: list[Annotation]) -> None:
    notes[0].figure.canvas.draw()
    assert_apart(Text.get_window_extent(note) for note in notes)


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
        texts_apart(notes)
        assert all(Text.get_window_extent(note).x0 > axis.get_window_extent().x1 for note in notes)


def test_labels_of_points_in_a_crowd_do_not_overlap() -> None:
    with theme():
        places = [(0.5 + 0.01 * i, 0.5 + 0.005 * (i % 3)) for i in range(8)]
        texts_apart(label_points(axis_of(), [Label(f"A country {i}", "#0072B2", *at) for i, at in enumerate(places)]))


def test_nothing_to_label_is_no_error() -> None:
    with theme():
        assert label_ends(axis_of(), []) == []
        assert label_points(axis_of(), []) == []


def test_names_come_from_the_table_of_axes() -> None:
    axes = pd.DataFrame(
        [
            ("country", "AAA", "Aland", "#111111"),
            ("power", "RED", "Redland", "#222222"),
            ("option", "RED", "Redland", "#222222"),
            ("option", "region", "the rest", "#333333"),
        ],
        columns=["axis", "code", "name", "color"],
    )
    names = Names.from_axes(axes, formats={}, corners={})
    assert dict(names.countries) == {"AAA": ("Aland", "#111111")}
    assert list(names.options) == ["RED", "region"]
