from collections.abc import Callable
from itertools import combinations

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from hedgesim.plots.theme import Frame, page, theme
from hedgesim.plots.trajectories import (
    domain_bands,
    hedging_index,
    hollow_lines,
    hollow_note,
    index_bands,
    presence,
    presence_bands,
)

LEGEND = Frame(left=0.6, right=0.8, legend_rows=3)


def labels_of(axis: Axes) -> list[Text]:
    axis.figure.canvas.draw()
    right = axis.get_window_extent().x1
    return [text for text in axis.texts if Text.get_window_extent(text).x0 > right]


def drawn(data, bands: pd.DataFrame, hollow: pd.DataFrame | None = None) -> tuple[Figure, list[Axes]]:
    figure = page(12.7, 6, title="T", frame=LEGEND)
    extra = {} if hollow is None else {"hollow": hollow}
    return figure, presence(bands, figure, names=data.names, shocks=data.shocks, **extra)


def test_summary_and_countries_give_the_same_bands(invented) -> None:
    keys = ["country", "option", "period"]
    columns = [*keys, "mean", "q05", "q50", "q95", "n"]
    both = [presence_bands(invented.tables[name]) for name in ("summary", "countries")]
    one, other = (bands.sort_values(keys)[columns].reset_index(drop=True) for bands in both)
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_a_panel_per_country_with_a_label_per_option_and_none_overlap(invented) -> None:
    with theme():
        _, axes = drawn(invented, presence_bands(invented.tables["summary"]))
        for axis in axes:
            labels = labels_of(axis)
            assert {text.get_text() for text in labels} == set(invented.names.options)
            boxes = [Text.get_window_extent(text) for text in labels]
            assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert [axis.get_title("left") for axis in axes] == [name for name, _ in invented.names.countries.values()]


def test_no_text_is_cut_off_and_panels_keep_apart(invented) -> None:
    with theme():
        figure, axes = drawn(invented, presence_bands(invented.tables["summary"]))
        figure.canvas.draw()
        boxes = [axis.get_tightbbox() for axis in axes]
    for box in boxes:
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_a_domain_is_drawn_from_shares(invented) -> None:
    shares = invented.tables["shares"]
    bands = domain_bands(shares, "economy")
    last = bands[(bands["period"] == "2026Q4") & (bands["country"] == "KAZ") & (bands["option"] == "RUS")]
    picked = shares.query("domain == 'economy' and period == '2026Q4' and country == 'KAZ' and option == 'RUS'")
    assert last["q50"].item() == picked["share"].median()
    with theme():
        _, axes = drawn(invented, bands)
        assert len(axes) == 6


def test_a_line_is_hollow_when_most_of_its_start_lies_in_hollow_cells() -> None:
    shares = pd.DataFrame(
        [
            (0, "2021Q1", "AAA", "security", "RED", 0.6, True),
            (0, "2021Q1", "AAA", "economy", "RED", 0.3, False),
            (0, "2021Q1", "AAA", "security", "other", 0.4, True),
            (0, "2021Q1", "AAA", "economy", "other", 0.7, False),
            (0, "2021Q2", "AAA", "economy", "other", 0.7, True),
            (1, "2021Q1", "AAA", "economy", "other", 0.7, True),
        ],
        columns=["run", "period", "country", "domain", "option", "share", "hollow"],
    )
    lines = hollow_lines(shares).set_index("option")
    assert lines["hollow"].to_dict() == {"RED": True, "other": False}
    assert "2 of 4 starting shares are hollow" in hollow_note(lines.reset_index())
    assert hollow_note(hollow_lines(shares.assign(hollow=False))) == ""


def test_hollow_lines_are_marked_in_label_band_and_end(invented) -> None:
    bands, hollow = presence_bands(invented.tables["summary"]), hollow_lines(invented.tables["shares"])
    with theme():
        _, axes = drawn(invented, bands, hollow)
        texts = {text.get_text() for text in labels_of(axes[0])}
        hatched = [patch for patch in axes[0].collections if patch.get_hatch()]
    marked = set(hollow[(hollow["country"] == "KAZ") & hollow["hollow"]]["option"])
    assert {text[:-1] for text in texts if text.endswith("°")} == marked
    assert len(hatched) == len(marked) > 0


@pytest.mark.parametrize("n_runs", [1, 20])
def test_the_hedging_index_names_every_country_once(invent: Callable, n_runs: int) -> None:
    data = invent(n_runs=n_runs, n_quarters=8, n_formats=12)
    with theme():
        axis = page(9.5, 4.6, title="T", frame=Frame(right=1.4)).subplots()
        bands = index_bands(data.tables["summary"])
        assert hedging_index(bands, axis, names=data.names, shocks=data.shocks) is axis
        labels = labels_of(axis)
        boxes = [Text.get_window_extent(text) for text in labels]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert {text.get_text() for text in labels} == {name for name, _ in data.names.countries.values()}


def test_the_axis_of_an_index_does_not_magnify_noise(invented) -> None:
    with theme():
        axis = page(9.5, 4.6, title="T").subplots()
        hedging_index(index_bands(invented.tables["countries"]), axis, names=invented.names, shocks=invented.shocks)
    low, high = axis.get_ylim()
    assert high - low >= 0.2 - 1e-9
    assert 0 <= low < high <= 1
