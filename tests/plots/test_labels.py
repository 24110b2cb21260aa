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
from hedgesim.plots.timeline import draw_years, flags_of, mark_shocks, number_rows, short_flag

PERIODS = [f"{year}Q{quarter}" for year in range(2015, 2025) for quarter in range(1, 5)]
SHOCKS = pd.DataFrame(
    [("2022Q2", "A war"), ("2016Q4", "A succession"), ("2022Q2", "Sanctions"), ("2030Q1", "Too late")],
    columns=["period", "name"],
)


def texts_apart(notes: list[Annotation]) -> None:
    notes[0].figure.canvas.draw()
    assert_apart(Text.get_window_extent(note) for note in notes)


def axis_of(width: float = 6) -> Axes:
    return page(width, 4, title="T").subplots()


def years_of(width: float) -> Axes:
    axis = axis_of(width)
    draw_years(axis, PERIODS)
    return axis


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_spread_places_keep_their_order_their_distance_and_their_bounds(wanted: list[float]) -> None:
    placed = spread(np.array(wanted), 4.0, low=0.0, high=100.0)
    order = np.argsort(wanted, kind="stable")
    assert np.all(np.diff(placed[order]) >= 4.0 - 1e-9)
    assert placed.min() >= -1e-9
    assert placed.max() <= 100 + 1e-9


@pytest.mark.parametrize(
    ("wanted", "high", "placed"),
    [
        pytest.param([80.0, 10.0, 40.0], 100.0, [80.0, 10.0, 40.0], id="far apart, so they stay"),
        pytest.param([50.0, 50.0], 100.0, [45.0, 55.0], id="two equal ones part evenly"),
        pytest.param([0.0] * 4, 20.0, [0.0, 10.0, 20.0, 30.0], id="too many start at the bottom"),
    ],
)
def test_places_are_spread_no_more_than_they_must(wanted: list[float], high: float, placed: list[float]) -> None:
    assert spread(np.array(wanted), 10.0, low=0.0, high=high) == pytest.approx(placed)


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


def test_nothing_to_label_is_no_error_and_takes_no_room() -> None:
    with theme():
        assert label_ends(axis_of(), []) == label_points(axis_of(), []) == []
        assert mark_shocks(years_of(4), SHOCKS.iloc[:0], periods=PERIODS) == 0
    assert number_rows(SHOCKS.iloc[:0], PERIODS, width=3) == 0


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


@pytest.mark.parametrize("width", [2.0, 3.0, 12.0])
def test_year_labels_have_room(width: float) -> None:
    with theme():
        boxes = [label.get_window_extent() for label in years_of(width).get_xticklabels()]
    assert boxes
    assert_apart(boxes)


def test_one_quarter_alone_can_be_drawn() -> None:
    with theme():
        axis = axis_of()
        draw_years(axis, ["2021Q3"])
    low, high = axis.get_xlim()
    assert low < 2021 * 4 + 2 < high


def test_a_mark_has_the_first_name_of_its_quarter_and_how_many_more_there_are() -> None:
    texts = [flag.text for flag in flags_of(SHOCKS, PERIODS, width=6.0)]
    assert texts[1].startswith("2022Q2: A war"), "its quarter, which may be the one after its date"
    assert [text.startswith("acts from ") for text in texts] == [True, False], "what the quarter is, is said once"
    assert ";" in texts[1], "all names of a quarter, where there is room"
    assert short_flag("A war; Sanctions", 12) == "A war and 1 more"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Russian invasion of Ukraine", "Russian invasion of Ukraine"),
        ("US credibility loss after withdrawal", "US credibility loss…"),
        ("A war; a pact", "A war; a pact"),
        ("Russian invasion of Ukraine; a pact", "Russian invasion of Ukraine and 1 more"),
        ("A row between one and the other in the long run", "A row between one…"),
        ("x" * 50, "x" * 28 + "…"),
        ("$x^2$ & <b>", "$x^2$ & <b>"),
    ],
)
def test_long_names_of_shocks_are_cut_after_a_word_of_weight(name: str, short: str) -> None:
    assert short_flag(name, 28) == short


def test_names_of_shocks_keep_apart_within_the_axis_and_no_mark_crosses_the_name_of_another() -> None:
    crowd = pd.DataFrame({"period": PERIODS[3:30:6], "name": [f"shock {i}" for i in range(5)]})
    with theme():
        axis = years_of(3.5)
        rows = mark_shocks(axis, crowd, periods=PERIODS)
        axis.figure.canvas.draw()
        texts = [text for text in axis.texts if text.get_text()]
        boxes = [Text.get_window_extent(text) for text in texts]
        width = axis.get_window_extent().width / axis.figure.dpi
    assert len(boxes) == 5
    assert_apart(boxes)
    assert max(box.x1 for box in boxes) <= axis.get_window_extent().x1 + 0.3 * axis.figure.dpi
    assert rows == number_rows(crowd, PERIODS, width=width) > 1
    flags = flags_of(crowd, PERIODS, width=width)
    for one in flags:
        for other in flags:
            beyond = other.start < one.mark < other.start + 7 * len(other.text) * 0.56
            assert not (beyond and one.row >= other.row and one is not other)


def test_where_shocks_crowd_their_names_take_six_rows_at_most_and_every_mark_is_drawn() -> None:
    crowd = pd.DataFrame({"period": PERIODS[:30], "name": [f"a long name of shock {i}" for i in range(30)]})
    with theme():
        axis = years_of(2.0)
        rows = mark_shocks(axis, crowd, periods=PERIODS)
    assert rows == 6
    assert len({line.get_xdata()[0] for line in axis.lines}) == 30


def test_names_of_shocks_may_go_on_where_the_axis_goes_on_beyond_the_years() -> None:
    late = pd.DataFrame({"period": [PERIODS[-2]], "name": ["A name of some length"]})
    (short,), (long,) = (flags_of(late, PERIODS, width=3.0, beyond=inches) for inches in (0.0, 2.0))
    assert short.start < short.mark < long.start
