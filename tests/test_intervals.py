"""The chart in characters: rows worked by hand."""

from __future__ import annotations

from hedgesim.commands._intervals import WIDTH, Interval, interval_lines

ROWS = [
    Interval("Uzbekistan", "China", 8.0, 4.0, 16.0),
    Interval("Uzbekistan", "Russia", -8.0, -16.0, 0.0),
    Interval("Kazakhstan", "rest of the world and self-reliance", 0.25, 0.0, 1.0),
]


def test_every_row_has_its_interval_mean_and_zero_at_their_places_on_one_axis() -> None:
    # one character is one unit: the axis goes from -16 to 16 on 33 characters
    assert list(interval_lines(ROWS)) == [
        "                                  -16             0             +16",
        "Uzbekistan  China                                 |   ----o--------  +8.00",
        "            Russia                --------o-------|                  -8.00",
        "Kazakhstan  rest of the world ..                  o-                 +0.25",
    ]


def test_rows_of_one_sign_have_zero_at_the_end_and_rows_without_a_difference_are_on_zero() -> None:
    (axis, line) = interval_lines([Interval("A", "B", 2.0, 1.0, 3.2)])
    assert axis == "      0" + "+3.2".rjust(WIDTH - 1)
    assert line.startswith("A  B  |         ----------o------------")
    (axis, line) = interval_lines([Interval("A", "B", 0.0, 0.0, 0.0)])
    assert line.split() == ["A", "B", "o", "0"]
