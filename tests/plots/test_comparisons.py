import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.summary import paired_difference
from hedgesim.plots.comparisons import paired_chart, sweep_chart
from hedgesim.plots.theme import Frame, page, theme


def sweep(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"beta": values, "hedging_index": 2 * values})


def test_a_grid_is_drawn_at_its_own_values() -> None:
    with theme():
        axis = page(6, 4, title="T").subplots()
        frame = sweep(np.repeat([0.0, 1.0, 2.0], 5))
        assert sweep_chart(frame, axis, parameter="beta", outcome="hedging_index") is axis
    points, median = axis.lines
    assert len(points.get_xdata()) == 15
    assert median.get_xdata().tolist() == [0.0, 1.0, 2.0]
    assert median.get_ydata().tolist() == [0.0, 2.0, 4.0]
    assert axis.get_xlabel() == "beta"


def test_a_scattered_parameter_is_binned() -> None:
    with theme():
        axis = page(6, 4, title="T").subplots()
        sweep_chart(sweep(np.linspace(0, 1, 120)), axis, parameter="beta", outcome="hedging_index")
    median = axis.lines[1]
    assert len(median.get_xdata()) == 12
    assert median.get_ydata() == pytest.approx(2 * median.get_xdata())


def test_failed_runs_are_left_out() -> None:
    with theme():
        axis = page(6, 4, title="T").subplots()
        frame = pd.DataFrame({"beta": [0.0, 1.0, 1.0], "x": [1.0, np.nan, 3.0]})
        sweep_chart(frame, axis, parameter="beta", outcome="x")
    assert axis.lines[0].get_xdata().tolist() == [0.0, 1.0]


@pytest.mark.parametrize("n_runs", [1, 20])
def test_a_panel_per_country_shows_every_option_about_zero(invent, n_runs: int) -> None:
    data = invent(n_runs=n_runs, n_quarters=4, n_formats=12)
    shares = data.tables["shares"].query("domain == 'economy' and period == '2021Q4'")
    other = shares.assign(share=shares["share"] * 0.9)
    rows = paired_difference(shares, other, keys=["country", "option"], value="share")
    with theme():
        figure = page(11.5, 6, title="T", frame=Frame(left=2.0, right=0.2))
        axes = paired_chart(rows, figure, names=data.names, quantity="difference in share")
        figure.canvas.draw()
        boxes = [label.get_window_extent() for label in axes[0].get_yticklabels()]
    assert len(axes) == 6
    assert min(box.x0 for box in boxes) >= 0
    assert [label.get_text() for label in axes[0].get_yticklabels()] == [n for n, _ in data.names.options.values()]
    assert axes[0].lines[0].get_xdata() == [0, 0]
