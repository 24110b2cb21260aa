import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.plots.layout import assert_apart

from hedgesim.plots import Pick
from hedgesim.plots.trajectories import (
    draw_outcome,
    open_limits,
    outcome_size,
    presence_table,
    prior_lines,
    threat_table,
)


def shown(data, chart: str) -> list[Axes]:
    return [axis for axis in data.pages[chart].axes if axis.get_visible()]


def codes_of(axis: Axes) -> list[Text]:
    """The codes above the bars at the end."""
    return [text for text in axis.texts if text.get_rotation() == 90]


def test_a_panel_per_country_has_a_bar_per_option_and_nothing_overlaps_or_is_cut_off(crowded) -> None:
    figure, axes = crowded.pages["presence"], shown(crowded, "presence")
    assert [axis.get_title("left") for axis in axes] == [name for name, _ in crowded.names.countries.values()]
    for axis in axes:
        codes = codes_of(axis)
        assert [text.get_text().rstrip("°") for text in codes] == list(crowded.names.options)
        assert_apart(Text.get_window_extent(text) for text in codes)
        assert max(Text.get_window_extent(text).y1 for text in codes) <= axis.get_window_extent().y1
    panels = [axis.get_tightbbox() for axis in axes]
    assert_apart(panels)
    assert all(figure.bbox.x0 <= panel.x0 <= panel.x1 <= figure.bbox.x1 for panel in panels)


def test_lines_are_medians_and_bars_the_quantiles_of_the_last_quarter(crowded) -> None:
    bands = presence_table([crowded.batch()], Pick())
    rows = bands[(bands["country"] == "KAZ") & (bands["option"] == "RUS")].sort_values("period")
    axis = shown(crowded, "presence")[0]
    assert axis.lines[0].get_ydata() == pytest.approx(rows["q50"].to_numpy())
    ((_, low), (_, high)) = axis.collections[0].get_segments()[0]
    assert (low, high) == pytest.approx((rows["q05"].iloc[-1], rows["q95"].iloc[-1]))


def test_a_line_is_prior_dominated_when_most_of_its_start_is_in_such_cells() -> None:
    shares = pd.DataFrame(
        [
            (0, "2021Q1", "AAA", "security", "RED", 0.6, True),
            (0, "2021Q1", "AAA", "economy", "RED", 0.3, False),
            (0, "2021Q1", "AAA", "security", "other", 0.4, True),
            (0, "2021Q1", "AAA", "economy", "other", 0.7, False),
            (0, "2021Q2", "AAA", "economy", "other", 0.7, True),
            (1, "2021Q1", "AAA", "economy", "other", 0.7, True),
        ],
        columns=["run", "period", "country", "domain", "option", "share", "prior_dominated"],
    )
    lines = prior_lines(shares).set_index("option")
    assert lines["prior_dominated"].to_dict() == {"RED": True, "other": False}
    assert lines[["n_prior", "n_cells"]].sum().tolist() == [2, 4]


def test_prior_dominated_options_are_marked_at_their_code_and_dot(crowded) -> None:
    axis, prior = shown(crowded, "presence")[0], prior_lines(crowded.tables["shares"])
    marked = set(prior[(prior["country"] == "KAZ") & prior["prior_dominated"]]["option"])
    codes = [text.get_text() for text in codes_of(axis)]
    assert {text[:-1] for text in codes if text.endswith("°")} == marked
    white = [line for line in axis.lines if line.get_marker() == "o" and line.get_markerfacecolor() == "white"]
    assert len(white) == len(marked) > 0


def test_the_hedging_index_has_a_panel_per_country_with_band_and_arithmetic_part(crowded) -> None:
    axes = shown(crowded, "hedging_index")
    assert [axis.get_title("left") for axis in axes] == [name for name, _ in crowded.names.countries.values()]
    simulated, alone = (line.get_ydata() for line in axes[0].lines[:2])
    np.testing.assert_allclose(alone, 0.9 * np.asarray(simulated))
    summary = crowded.tables["summary"].query("entity == 'KAZ' and outcome == 'hedging_index'")
    heights = axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((summary["q05"].min(), summary["q95"].max()))
    low, high = axes[0].get_ylim()
    assert high - low >= 0.2 - 1e-9
    assert 0 <= low < high <= 1


def test_threat_has_no_upper_limit_and_small_ones_are_not_magnified() -> None:
    assert open_limits(pd.DataFrame({"q05": [0.0], "q95": [5.0]})) == (0.0, 5.25)
    assert open_limits(pd.DataFrame({"q05": [0.0], "q95": [0.01]})) == (0.0, 0.2)


def test_threat_is_the_mean_over_countries_within_each_run(crowded) -> None:
    where, relations = "period == '2021Q1' and power == 'RUS'", crowded.tables["relations"]
    row = threat_table([crowded.batch()], Pick()).query(where)
    assert row["mean"].item() == pytest.approx(relations.query(where)["threat"].mean())
    assert row["n"].item() == relations["run"].nunique()


def test_names_of_lines_stand_right_of_them_within_the_page(crowded) -> None:
    for name, labels in (
        ("threat", list(crowded.names.options.values())[:-2]),
        ("trust", crowded.names.countries.values()),
    ):
        (axis,) = crowded.pages[name].axes
        known = {label for label, _ in labels}
        ends = [text for text in axis.texts if text.get_text() in known]
        assert len(ends) == len(known)
        assert_apart(Text.get_window_extent(text) for text in ends)
        assert max(Text.get_window_extent(text).x1 for text in ends) <= crowded.pages[name].bbox.x1


@pytest.mark.parametrize("value", [0.0745, 0.00123, 12.4])
def test_the_value_at_the_end_of_a_line_has_room(value: float) -> None:
    numbers = {"q05": value, "q50": value, "q95": value, "alone": np.nan}
    table = pd.DataFrame({"period": ["2021Q1", "2021Q2"], **numbers, "color": "#000000", "is_share": False})
    size = outcome_size(table)
    width, height = size.left + size.width + size.right, size.height + size.below
    figure = Figure(figsize=(width, height))
    axis = figure.add_axes((size.left / width, size.below / height, size.width / width, size.height / height))
    draw_outcome(table, axis)
    figure.canvas.draw()
    (text,) = axis.texts
    assert text.get_text().replace(",", "") == f"{value:.3g}"
    assert text.get_window_extent().x1 <= figure.bbox.x1
