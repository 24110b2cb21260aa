import pandas as pd
import pytest
from matplotlib.axes import Axes
from tests.plots.layout import assert_apart

from hedgesim.plots.labels import draw_years, mark_shocks, number_rows, quarter_numbers, shock_key
from hedgesim.plots.theme import page, theme

PERIODS = [f"{year}Q{quarter}" for year in range(2015, 2025) for quarter in range(1, 5)]
SHOCKS = pd.DataFrame(
    [("2022Q2", "A war"), ("2016Q4", "A succession"), ("2022Q2", "Sanctions"), ("2030Q1", "Too late")],
    columns=["period", "name"],
)


def axis_of(width: float) -> Axes:
    axis = page(width, 3, title="T").subplots()
    draw_years(axis, PERIODS)
    return axis


def test_a_year_has_four_quarters() -> None:
    assert quarter_numbers(["2021Q1", "2021Q4", "2022Q1"]).tolist() == [8084.0, 8087.0, 8088.0]


def test_a_text_that_is_no_quarter_is_refused() -> None:
    with pytest.raises(ValueError, match="2022-1"):
        quarter_numbers(["2022-1"])


@pytest.mark.parametrize("width", [2.0, 3.0, 12.0])
def test_year_labels_have_room(width: float) -> None:
    with theme():
        axis = axis_of(width)
        boxes = [label.get_window_extent() for label in axis.get_xticklabels()]
    assert boxes
    assert_apart(boxes)


def test_one_quarter_alone_can_be_drawn() -> None:
    with theme():
        axis = page(4, 3, title="T").subplots()
        draw_years(axis, ["2021Q3"])
    low, high = axis.get_xlim()
    assert low < 2021 * 4 + 2 < high


def test_the_key_names_each_quarter_once_and_leaves_out_what_is_not_drawn() -> None:
    key = shock_key(SHOCKS, PERIODS).replace("\N{NO-BREAK SPACE}", " ")
    assert key == "Shocks (dotted lines):  (1) 2016Q4 A succession   (2) 2022Q2 A war; Sanctions"
    assert shock_key(SHOCKS.iloc[:0], PERIODS) == ""


def test_shocks_in_neighbouring_quarters_are_numbered_without_overlap() -> None:
    crowd = pd.DataFrame({"period": PERIODS[3:30], "name": [f"shock {i}" for i in range(27)]})
    with theme():
        axis = axis_of(3.5)
        rows = mark_shocks(axis, crowd, periods=PERIODS)
        boxes = [text.get_window_extent() for text in axis.texts]
        width = axis.get_window_extent().width / axis.figure.dpi
    assert len(boxes) == 27
    assert_apart(boxes)
    assert rows == number_rows(crowd, PERIODS, width=width) > 1


def test_no_shock_takes_no_room() -> None:
    with theme():
        assert mark_shocks(axis_of(4), SHOCKS.iloc[:0], periods=PERIODS) == 0
    assert number_rows(SHOCKS.iloc[:0], PERIODS, width=3) == 0
