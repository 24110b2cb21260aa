import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation, Text
from tests.plots.layout import assert_apart

from hedgesim.plots import Batch, Names, Pick
from hedgesim.plots.ternary import corner_shares, cut, describe_ternary, ternary_table

COUNTRIES = pd.DataFrame(
    [(0, "2021Q1", "AAA", 0.2, 0.1, 0.1, 0.0, 0.6), (0, "2021Q2", "AAA", 0.1, 0.1, 0.1, 0.1, 0.6)],
    columns=["run", "period", "country", *(f"presence_{code}" for code in ("RED", "BLUE", "GREEN", "PINK", "other"))],
)
CORNERS = {"A": ("RED",), "B": ("BLUE",), "C": ("GREEN", "PINK")}


def test_corners_are_groups_as_shares_of_their_sum() -> None:
    shares = corner_shares(COUNTRIES, CORNERS)[["A", "B", "C"]].to_numpy()
    assert shares == pytest.approx(np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]))


def test_a_ternary_needs_three_corners() -> None:
    with pytest.raises(ValueError, match="3 corners, not 2: A, B"):
        corner_shares(COUNTRIES, {"A": ("RED",), "B": ("BLUE",)})


def test_the_triangle_is_cut_below_all_paths_and_whole_when_they_span_it() -> None:
    shares = corner_shares(COUNTRIES, CORNERS)
    assert cut(shares) == pytest.approx((0.2, 0.2, 0.2))
    wide = shares.assign(A=[1.0, 0.0], B=[0.0, 1.0], C=[0.0, 0.0])
    assert cut(wide) == (0.0, 0.0, 0.0)


def test_the_words_say_where_paths_end_and_what_the_camps_hold_of_all() -> None:
    table = ternary_table([Batch("invented", {"countries": COUNTRIES}, Names({}, {}, corners=CORNERS))], Pick())
    said = describe_ternary(table)
    assert "which is 40% to 40% of all presence" in said
    assert said.endswith("AAA A 25%, B 25%, C 50%.")


def test_each_country_is_named_at_its_path_and_no_names_overlap(crowded) -> None:
    (axis,) = crowded.pages["ternary"].axes
    names = {name for name, _ in crowded.names.countries.values()} | set(crowded.names.corners)
    found = [text for text in axis.texts if isinstance(text, Annotation) and text.get_text() in names]
    assert sorted(text.get_text() for text in found) == sorted(names)
    assert_apart(Text.get_window_extent(text) for text in found)
