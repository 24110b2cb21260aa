from itertools import product

import pandas as pd
from tests.plots.layout import assert_apart

from hedgesim.plots import Names
from hedgesim.plots.formats import active_formats, reached_leaders, timeline
from hedgesim.plots.theme import Frame, page, theme

CELLS = {
    "OLD": "institution none, institution leaders, institution none, institution none",
    "NEW": "dormant none, working none, dormant none, leaders leaders",
    "ELSEWHERE": "dormant none, dormant none, working working, working none",
    "NEVER": "dormant none, dormant none, dormant none, dormant none",
}
"""Level and meeting of each format in two quarters of run 0 and then of run 1."""
TABLE = pd.DataFrame(
    [
        (run, period, code, *cell.split())
        for code, cells in CELLS.items()
        for (run, period), cell in zip(product((0, 1), ("2021Q1", "2021Q2")), cells.split(", "), strict=True)
    ],
    columns=["run", "period", "format", "level", "meeting"],
)


def test_formats_come_in_order_of_their_start_in_the_run_shown_and_idle_ones_are_left_out() -> None:
    assert active_formats(TABLE) == ["OLD", "NEW", "ELSEWHERE"]


def test_the_share_of_runs_at_leaders_level_counts_institutions() -> None:
    assert reached_leaders(TABLE).to_dict() == {"OLD": 1.0, "NEW": 0.5, "ELSEWHERE": 0.0, "NEVER": 0.0}


def test_forty_formats_have_legible_names_inside_the_page(crowded) -> None:
    figure, n_runs = crowded.pages["formats"], len(crowded.tables["runs"])
    axis, side = figure.axes
    names = axis.get_yticklabels()
    assert len(names) == len(active_formats(crowded.tables["formats"])) == 40
    assert min(name.get_window_extent().x0 for name in names) >= 0
    assert_apart(name.get_window_extent() for name in names)
    assert min(name.get_size() for name in names) >= 8
    assert side.get_visible() == (n_runs > 1)
    assert n_runs == 1 or side.get_tightbbox().x1 <= figure.bbox.x1


def test_meetings_are_drawn_where_they_were_held() -> None:
    with theme():
        figure = page(8, 3, title="T", frame=Frame(left=2))
        names = Names(countries={}, options={}, formats={"OLD": "The old forum"})
        axis, _ = timeline(TABLE, figure, names=names, shocks=pd.DataFrame({"period": [], "name": []}))
    stars = [line for line in axis.lines if line.get_marker() == "*" and len(line.get_xdata())]
    assert [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in stars] == [([8085.0], [0.0])]
    assert axis.get_yticklabels()[0].get_text() == "The old forum  OLD"
    assert axis.get_yticklabels()[1].get_text() == "NEW"
