from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.plots.layout import small_print

from hedgesim.plots import Names, draw_pairs, draw_run
from hedgesim.plots.paired import PAIRED_CHART
from hedgesim.plots.run import CHARTS
from hedgesim.results.parquet import to_arrow
from hedgesim.results.summary import paired_difference

CAPTION = "Scenario invented, 20 runs, seed 7, parameters: prior (not calibrated)"
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
    data = invent(n_runs=3, n_quarters=6, n_formats=12, names=OTHER_REGION)
    drawn = [draw_run(data.tables, data.names, shocks=data.shocks, folder=tmp_path / side / "charts") for side in "ab"]
    assert [path.name for path in drawn[0]] == [f"{chart}.{kind}" for chart in CHARTS for kind in ("png", "svg")]
    for first, second in zip(*drawn, strict=True):
        assert first.read_bytes() == second.read_bytes()
        assert first.stat().st_size > 10_000


@pytest.mark.parametrize(("names", "n_runs"), [(OTHER_REGION, 1), (ALONE, 2)])
def test_charts_of_another_region_say_where_they_come_from_and_how_many_runs_they_show(
    invent: Callable, pages: dict[str, Figure], tmp_path: Path, names: Names, n_runs: int
) -> None:
    data = invent(n_runs=n_runs, n_quarters=6, n_formats=12, names=names)
    tables = {**data.tables, "runs": pd.concat([data.tables["runs"]] * 3)}
    draw_run(tables, data.names, shocks=data.shocks, folder=tmp_path, caption=CAPTION)
    assert list(pages) == list(CHARTS)
    for name, figure in pages.items():
        assert CAPTION in small_print(figure)
        few = f"the {n_runs} of {3 * n_runs} runs whose trajectories are kept." in small_print(figure)
        assert few == (name in {"ternary", "formats", "attendance", "threat_trust"})
        assert "coverage: not scored; patterns of the record: not scored; levels of" in small_print(figure)


def test_without_kept_runs_what_can_be_drawn_is_drawn(crowded, pages: dict[str, Figure], tmp_path: Path) -> None:
    kept = {name: frame if name in ("runs", "summary") else frame.iloc[:0] for name, frame in crowded.tables.items()}
    draw_run(kept, crowded.names, shocks=crowded.shocks, folder=tmp_path)
    assert set(pages) == {"hedging_index"}, "without kept runs nobody knows which cells are prior-dominated"


def test_a_panel_per_country_shows_the_difference_of_every_option_about_zero(
    crowded, pages: dict[str, Figure], tmp_path: Path
) -> None:
    shares = crowded.tables["shares"].query("domain == 'economy' and period == '2021Q4'")
    shares, options = shares.rename(columns={"country": "entity"}), crowded.names.options
    other = shares.assign(share=shares["share"] * 0.9)
    rows = paired_difference(shares, other, keys=["entity", "option"], value="share").assign(outcome="presence")
    draw_pairs(rows, crowded.names, folder=tmp_path, title="one less other", caption=CAPTION)
    figure = pages[PAIRED_CHART]
    axes = [axis for axis in figure.axes if axis.get_visible()]
    labels = axes[0].get_yticklabels()
    assert len(axes) == 6
    assert min(label.get_window_extent().x0 for label in labels) >= 0
    assert [label.get_text() for label in labels] == [name for name, _ in options.values()]
    assert axes[0].lines[0].get_xdata() == [0, 0]
    means = rows[rows["entity"] == "KAZ"].set_index("option")["mean"].reindex(list(options))
    np.testing.assert_allclose(axes[0].collections[-1].get_offsets()[:, 0], means)
    assert "Paired effect, not a forecast of levels" in small_print(figure)
    assert "predictive" not in small_print(figure)


def test_no_difference_of_presence_makes_no_chart(pages: dict[str, Figure], tmp_path: Path) -> None:
    rows = pd.DataFrame({"entity": ["KAZ"], "option": [""], "outcome": ["cohesion"]})
    assert draw_pairs(rows, OTHER_REGION, folder=tmp_path, title="", caption="") == []
    assert not pages


def test_formats_that_never_meet_and_empty_own_meetings_make_no_error(
    crowded, pages: dict[str, Figure], tmp_path: Path
) -> None:
    idle = crowded.tables["formats"].assign(rung="none", meeting="none")
    tables = {**crowded.tables, "formats": idle, "memberships": crowded.tables["memberships"].assign(came=False)}
    chosen = {name: tables[name] for name in ("runs", "summary", "formats", "memberships")}
    draw_run(chosen, crowded.names, shocks=crowded.shocks, folder=tmp_path)
    assert set(pages) == {"hedging_index", "formats", "attendance"}
    (axis,) = pages["attendance"].axes
    assert {text.get_text() for text in axis.texts} == {"-", "0%"}
    assert pages["formats"].axes[0].get_yticklabels() == []


def test_a_region_without_own_meetings_and_a_scenario_without_aggressor_have_no_such_chart(
    crowded, pages: dict[str, Figure], tmp_path: Path
) -> None:
    names = Names(crowded.names.countries, crowded.names.options)
    chosen = {name: crowded.tables[name] for name in ("runs", "summary", "memberships", "countries")}
    draw_run(chosen, names, shocks=crowded.shocks.iloc[:0], folder=tmp_path)
    assert set(pages) == {"hedging_index"}
    assert "the security share of the aggressor" in small_print(pages["hedging_index"])
