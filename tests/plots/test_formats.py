from itertools import product

import pandas as pd
import pytest
from tests.plots.layout import assert_apart

from hedgesim.plots import Batch, Names, Pick
from hedgesim.plots.chart import Known
from hedgesim.plots.formats import (
    chances,
    describe_formats,
    draw_formats,
    formats_table,
    recorded_in,
    rows_of,
    yearly,
)
from hedgesim.plots.theme import Frame, page, theme

CELLS = {
    "OLD": "leaders none, leaders leaders, leaders none, leaders none",
    "NEW": "none none, ministers ministers, none none, leaders leaders",
    "SLOW": "none none, none none, ministers ministers, ministers none",
    "NEVER": "none none, none none, none none, none none",
    "MISSED": "none none, none none, none none, none none",
}
"""Rung and meeting of each format in two quarters of run 0 and then of run 1."""
TABLE = pd.DataFrame(
    [
        (run, period, code, *cell.split())
        for code, cells in CELLS.items()
        for (run, period), cell in zip(product((0, 1), ("2021Q1", "2021Q2")), cells.split(", "), strict=True)
    ],
    columns=["run", "period", "format", "rung", "meeting"],
)
RECORD = pd.DataFrame(
    [
        ("MISSED", "leaders", "2021Q2"),
        ("OLD", "ministers", "2021Q1"),
        ("OLD", "leaders", "2021Q3"),
        ("OLD", "working", "2021Q1"),
        ("ABROAD", "leaders", "2021Q1"),
    ],
    columns=["format", "level", "period"],
)
"""The last three are after the end, at no rung, and of no format of the results."""


def test_chances_are_shares_of_runs_and_leaders_count_as_ministers_too() -> None:
    found = chances(TABLE)
    assert found.loc["NEW"].to_dict("list") == {"ministers": [0.0, 1.0], "leaders": [0.0, 0.5]}
    assert found.loc["OLD"].to_dict("list") == {"ministers": [1.0, 1.0], "leaders": [1.0, 1.0]}


def test_of_the_record_only_what_can_be_compared_is_drawn() -> None:
    assert recorded_in(RECORD, TABLE)["format"].tolist() == ["MISSED", "OLD"]


def test_rows_come_by_chance_and_a_recorded_format_has_one_though_no_run_has_it() -> None:
    recorded = recorded_in(RECORD, TABLE)
    assert rows_of(chances(TABLE), recorded) == ["NEW", "SLOW", "MISSED", "OLD"]
    assert rows_of(chances(TABLE), recorded.iloc[:0]) == ["NEW", "SLOW", "OLD"]


def test_meetings_a_year_are_counted_over_the_years_after_the_start() -> None:
    rates = yearly(TABLE).loc[("OLD", "leaders")]
    assert rates.to_dict() == pytest.approx({"mean": 2.0, "q05": 0.2, "q95": 3.8})


def test_forty_formats_have_legible_names_inside_the_page(crowded) -> None:
    figure = crowded.pages["formats"]
    (axis,) = figure.axes
    (side,) = axis.child_axes
    names = axis.get_yticklabels()
    recorded = recorded_in(crowded.known.meetings, crowded.tables["formats"])
    assert len(names) == len(rows_of(chances(crowded.tables["formats"]), recorded)) == 42
    assert min(name.get_window_extent().x0 for name in names) >= 0
    assert_apart(name.get_window_extent() for name in names)
    assert min(name.get_size() for name in names) >= 8
    assert side.get_tightbbox().x1 <= figure.bbox.x1


def test_the_height_of_a_colour_is_the_chance_and_dots_are_the_record() -> None:
    meetings = RECORD.assign(participants="")
    names = Names({}, {}, formats={"OLD": "The old forum"})
    table = formats_table([Batch("invented", {"formats": TABLE}, names, known=Known(meetings=meetings))], Pick())
    with theme():
        axis = draw_formats(table, page(8, 3, title="T", frame=Frame(left=2)).subplots())
    pale, dark = (patch.get_paths()[0].vertices[:, 1] for patch in axis.collections[:2])
    assert (pale.max() - pale.min(), dark.max() - dark.min()) == pytest.approx((0.8, 0.4))
    dots = [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axis.lines if line.get_marker() == "o"]
    assert dots == [([8084.0], [3.0]), ([8085.0], [2.0])]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["NEW", "SLOW", "MISSED", "The old forum  OLD"]
    assert describe_formats(table).endswith("the largest: NEW 50%; SLOW 0%; MISSED 0%.")
