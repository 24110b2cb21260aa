from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.plots.conftest import CAPTION
from tests.plots.layout import small_print

from hedgesim.plots import Batch, Names, Pick, draw_run
from hedgesim.plots.chart import Known
from hedgesim.plots.paired import PAIRED
from hedgesim.plots.run import CHARTS, draw_pairs
from hedgesim.results.parquet import to_arrow
from hedgesim.results.summary import paired_difference

NOTE = 2  # place of the line of notes among the texts of a page
OTHER_REGION = Names(
    countries={"ARL": ("Arland", "#0072B2"), "BOR": ("Borduria", "#D55E00")},
    options={
        **{"NOR": ("The North", "#CC3311"), "SEA": ("The Sea League", "#0077BB"), "EST": ("East", "#009988")},
        **{"region": ("region", "#222222"), "other": ("other", "#999999")},
    },
    corners={"North": ("NOR",), "Sea": ("SEA",), "East": ("EST",)},
)
ALONE = Names({"ARL": OTHER_REGION.countries["ARL"]}, OTHER_REGION.options, corners=OTHER_REGION.corners)


def test_the_invented_tables_have_the_declared_columns(crowded) -> None:
    for name, frame in crowded.tables.items():
        assert to_arrow(name, frame).num_rows == len(frame)


def test_all_charts_are_drawn_twice_alike(invent: Callable, tmp_path: Path) -> None:
    batch = invent(n_runs=3, n_quarters=6, n_formats=12, names=OTHER_REGION).batch()
    drawn = [draw_run(batch, tmp_path / side / "charts") for side in "ab"]
    assert [path.name for path in drawn[0]] == [f"{chart.name}.{kind}" for chart in CHARTS for kind in ("png", "svg")]
    for first, second in zip(*drawn, strict=True):
        assert first.read_bytes() == second.read_bytes()
        assert first.stat().st_size > 5_000


@pytest.mark.parametrize(("names", "n_runs"), [(OTHER_REGION, 1), (ALONE, 2)])
def test_charts_of_another_region_say_where_they_come_from_and_how_many_runs_they_show(
    invent: Callable, pages: dict[str, Figure], tmp_path: Path, names: Names, n_runs: int
) -> None:
    data = invent(n_runs=n_runs, n_quarters=6, n_formats=12, names=names)
    tables = {**data.tables, "runs": pd.concat([data.tables["runs"]] * 3)}
    draw_run(data.batch(tables=tables), tmp_path)
    assert list(pages) == [chart.name for chart in CHARTS]
    for name, figure in pages.items():
        assert CAPTION in figure.texts[NOTE].get_text()
        few = f"the {n_runs} of {3 * n_runs} runs that were kept." in small_print(figure)
        assert few == (name in {"ternary", "formats", "attendance", "threat"})
        assert (
            "the share of the record inside 90 % bands was not scored; patterns of the record: not scored; levels of"
            in small_print(figure)
        )


def test_below_a_chart_is_one_line_that_fits_and_the_rest_is_in_its_description(crowded) -> None:
    for name, figure in crowded.pages.items():
        assert len(figure.texts) == 3, f"{name} has a title, a line on how to read it, and one of notes"
        for text in figure.texts:
            assert "\n" not in text.get_text()
            assert text.get_window_extent().x1 <= figure.bbox.x1
            assert text.get_text().rstrip("…") in small_print(figure)


def test_without_kept_runs_what_can_be_drawn_is_drawn(crowded, pages: dict[str, Figure], tmp_path: Path) -> None:
    kept = {name: frame if name in ("runs", "summary") else frame.iloc[:0] for name, frame in crowded.tables.items()}
    draw_run(crowded.batch(tables=kept), tmp_path)
    assert set(pages) == {"hedging_index", "trust"}, "without kept runs nobody knows which cells are prior-dominated"


def test_a_panel_per_country_shows_the_difference_of_every_option_about_zero(
    crowded, pages: dict[str, Figure], tmp_path: Path
) -> None:
    shares = crowded.tables["shares"].query("domain == 'economy' and period == '2021Q4'")
    shares, options = shares.rename(columns={"country": "entity"}), crowded.names.options
    other = shares.assign(share=shares["share"] * 0.9)
    rows = paired_difference(shares, other, keys=["entity", "option"], value="share").assign(outcome="presence")
    second = crowded.batch("one", {"paired": rows, "summary": crowded.tables["summary"]})
    draw_pairs(crowded.batch("other"), second, tmp_path)
    figure = pages[PAIRED.name]
    axes = [axis for axis in figure.axes if axis.get_visible()]
    labels = axes[0].get_yticklabels()
    assert len(axes) == 6
    assert min(label.get_window_extent().x0 for label in labels) >= 0
    assert [label.get_text() for label in labels] == [name for name, _ in options.values()]
    assert axes[0].lines[0].get_xdata() == [0, 0]
    means = rows[rows["entity"] == "KAZ"].set_index("option")["mean"].reindex(list(options))
    np.testing.assert_allclose(axes[0].collections[-1].get_offsets()[:, 0], means)
    assert "pairs of runs with the same random numbers" in small_print(figure)
    assert len({axis.get_xlim() for axis in axes}) == 1


def test_the_difference_of_all_runs_is_taken_where_no_twin_is_known(crowded) -> None:
    first, second = crowded.batch("first"), crowded.batch("second")
    found = PAIRED.table([first, second], Pick(country="KAZ"))
    assert (found["mean"] == 0.0).all()
    assert found["option"].tolist() == list(crowded.names.options)


def test_no_difference_of_presence_makes_no_chart(crowded, pages: dict[str, Figure], tmp_path: Path) -> None:
    rows = pd.DataFrame({"entity": ["KAZ"], "option": [""], "outcome": ["cohesion"]})
    assert (
        draw_pairs(
            crowded.batch(),
            crowded.batch(tables={"paired": rows.iloc[:0], "summary": crowded.tables["summary"]}),
            tmp_path,
        )
        == []
    )
    assert not pages


def test_formats_that_never_meet_and_empty_own_meetings_make_no_error(
    crowded, pages: dict[str, Figure], tmp_path: Path
) -> None:
    idle = crowded.tables["formats"].assign(rung="none", meeting="none")
    tables = {**crowded.tables, "formats": idle, "memberships": crowded.tables["memberships"].assign(came=False)}
    chosen = {name: tables[name] for name in ("runs", "summary", "formats", "memberships")}
    draw_run(replace(crowded.batch(tables=chosen), known=Known()), tmp_path)
    assert set(pages) == {"hedging_index", "trust", "attendance"}, "no format has a row"
    (axis,) = pages["attendance"].axes
    assert {text.get_text() for text in axis.texts} == {"-", "0%"}


def test_a_region_without_own_meetings_and_a_scenario_without_aggressor_have_no_such_chart(
    crowded, pages: dict[str, Figure], tmp_path: Path
) -> None:
    names = Names(crowded.names.countries, crowded.names.options)
    chosen = {name: crowded.tables[name] for name in ("runs", "summary", "memberships", "countries")}
    draw_run(Batch("bare", chosen, names), tmp_path)
    assert set(pages) == {"hedging_index", "trust"}
