import numpy as np
import pandas as pd
from tests.plots.layout import assert_nothing_overlaps

from hedgesim.plots import Batch, Names, Pick
from hedgesim.plots.attendance import HELD, attendance, attendance_table, draw_attendance, recorded_heads
from hedgesim.plots.chart import Known
from hedgesim.plots.theme import Frame, page, theme

MEETINGS = {(0, "2021Q3"): "A B", (1, "2021Q3"): "A", (1, "2022Q1"): "B", (1, "2022Q4"): "B"}
"""Who came to the own meeting of a run and quarter."""
QUARTERS = [f"{year}Q{quarter}" for year in (2021, 2022, 2023) for quarter in (1, 2, 3, 4)]
ROWS = [(run, period, format) for run in (0, 1) for period in QUARTERS for format in ("OWN", "THEIRS")]
FORMATS = pd.DataFrame(ROWS, columns=["run", "period", "format"]).assign(
    meeting=["leaders" if format == "THEIRS" or (run, period) in MEETINGS else "none" for run, period, format in ROWS]
)
MEMBERSHIPS = pd.DataFrame(
    [
        (run, period, country, format, format == "THEIRS" or country in MEETINGS.get((run, period), ""))
        for run, period, format in ROWS
        for country in "AB"
    ],
    columns=["run", "period", "country", "format", "came"],
)
RECORD = pd.DataFrame(
    [
        ("OWN", "leaders", "2021Q2", "A; B (speaker of parliament)"),
        ("OWN", "leaders", "2022Q2", "A; B (guest)"),
        ("OWN", "ministers", "2022Q3", "C"),
        ("THEIRS", "leaders", "2022Q3", "D"),
        ("OWN", "leaders", "2030Q1", "E"),
    ],
    columns=["format", "level", "period", "participants"],
)


def test_heads_are_counted_in_runs_that_have_a_meeting_in_the_year() -> None:
    table = attendance(MEMBERSHIPS, FORMATS, ["OWN"])
    assert table.columns.tolist() == ["2021", "2022", "2023"]
    np.testing.assert_array_equal(table.loc["A"], [1.0, 0.0, np.nan])
    np.testing.assert_array_equal(table.loc["B"], [0.5, 1.0, np.nan])
    np.testing.assert_array_equal(table.loc[HELD], [1.0, 0.5, 0.0])


def test_the_record_counts_heads_and_guests_but_not_whom_somebody_sent() -> None:
    heads = recorded_heads(RECORD, ["OWN"], ["2021", "2022"])
    assert heads == {("A", "2021"), ("A", "2022"), ("B", "2022")}


def test_every_cell_says_its_share() -> None:
    names = Names({"A": ("Aland", "#111111"), "B": ("Bland", "#222222")}, {}, own=("OWN",))
    tables = {"memberships": MEMBERSHIPS, "formats": FORMATS}
    table = attendance_table([Batch("invented", tables, names, known=Known(meetings=RECORD))], Pick())
    with theme():
        axis = draw_attendance(table, page(8, 3, title="T", frame=Frame(left=2)).subplots())
    texts = [text.get_text() for text in axis.texts]
    assert sorted(texts[:6]) == sorted(["100%", "0%", "-", "50%", "100%", "-"])
    assert texts[6:] == ["100%", "50%", "0%"]
    assert sorted(int(line.get_ydata()[0]) for line in axis.lines if line.get_marker() == "o") == [0, 0, 1]


def test_a_crowded_page_has_nothing_that_overlaps(crowded) -> None:
    assert_nothing_overlaps(crowded.pages["attendance"])
