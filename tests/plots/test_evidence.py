"""Charts of the evidence show every number that they are given, and keep within the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.plots.layout import assert_within

from hedgesim.plots import Batch, Names, Pick, draw_forecasts, draw_history, draw_patterns
from hedgesim.plots.record import describe_record, record_table

YEARS = np.arange(2015, 2023)


def band(size: float, **keys: str) -> pd.DataFrame:
    """A share that rises by a fifth of its size a year, known between bounds in its first year."""
    middle = size * (1.0 + 0.2 * np.arange(len(YEARS)))
    high = middle + np.where(YEARS[0] < YEARS, 0.0, 0.5 * size)
    frame = pd.DataFrame({"year": YEARS, "low": middle, "high": high, "q50": 1.1 * middle})
    return frame.assign(q05=0.9 * middle, q95=1.3 * middle, **keys)


def test_history_shows_what_it_is_given(pages: dict[str, Figure], tmp_path: Path) -> None:
    sizes = {"CHN": 0.3, "RUS": 0.2, "EU": 0.05, "IND": 0.004, "IRN": 0.0011}
    shares = pd.concat([band(size, country="KGZ", domain="economy", option=o) for o, size in sizes.items()])
    counts = band(1.0, format="OTS", rung="leaders").drop(columns=["low", "high"])
    meetings = counts.rename(columns={"q50": "mean"}).assign(count=YEARS % 3)
    tables = {"history_shares": shares, "history_meetings": meetings}
    batch = Batch("hindcast", tables, Names({}, {}), manifest={"trained": 2021})
    paths = draw_history(batch, tmp_path)
    assert [path.stem for path in paths] == ["history_KGZ", "history_meetings"]
    for figure in pages.values():
        assert_within(figure)
    panels = {axis.get_title("left"): axis for axis in pages["history_KGZ"].axes if axis.get_visible()}
    assert set(panels) == {f"economy {option}" for option in sizes}
    first = panels["economy CHN"]
    median, record = first.lines[:2]
    np.testing.assert_allclose(median.get_ydata(), 1.1 * 0.3 * (1.0 + 0.2 * np.arange(len(YEARS))))
    assert list(record.get_xdata()) == list(YEARS[1:])  # the first year is known between bounds
    said = describe_record(record_table([batch], Pick()))
    assert said.endswith("of runs: 35 of 35 in years fitted, 5 of 5 in later years.")
    (bounds,) = [found for found in first.collections if found.get_label() == "record, bounds"]
    assert np.ravel(bounds.get_segments()).tolist() == pytest.approx([2015, 0.3, 2015, 0.45])
    assert any(list(line.get_xdata()) == [2021.5, 2021.5] for line in first.lines)


def test_forecasts_show_cells_bins_and_skills(pages: dict[str, Figure], tmp_path: Path) -> None:
    cells = pd.DataFrame(
        [("KAZ", "economy", "RUS", 0.2, 0.2, 0.25), ("KAZ", "energy", "EU", 0.1, 0.3, 0.2)],
        columns=["country", "domain", "option", "low", "high", "before"],
    ).assign(q05=0.1, q50=0.2, q95=0.4, year=2022, pit=0.4, forecaster="model")
    skills = pd.DataFrame({"part": ["all", "meetings"], "baseline": "trend", "value": [0.2, -3.0], "variant": "base"})
    skills = skills.assign(low=[0.1, -4.0], high=[0.3, -2.0])
    tables = {"shares": pd.concat([cells, cells.assign(forecaster="trend", q50=0.9)]), "skills": skills}
    reliable = pd.DataFrame({"chance": [0.1, 0.9], "happened": [0.0, 1.0], "cases": [7, 3]})
    draw_forecasts(tables, reliable, tmp_path, flat=lambda cases, bins: (0.0, cases / bins), caption="-")
    assert list(pages) == ["shares", "chances", "skill"]
    economy, energy = pages["shares"].axes
    assert [line.get_xdata().tolist() for line in economy.lines] == [[0.2], [0.25], [0.2]]
    assert np.ravel(energy.collections[-1].get_segments()).tolist() == [0.1, 0, 0.3, 0]
    histogram, diagram = pages["chances"].axes
    assert [bar.get_height() for bar in histogram.patches[:10]] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert [text.get_text() for text in diagram.texts] == ["7", "3"]
    (skill,) = pages["skill"].axes
    assert [line.get_xdata().item() for line in skill.lines[:2]] == [0.2, -1.0]
    assert [label.get_text() for label in skill.get_yticklabels()] == ["all, trend", "meetings, trend"]


def test_patterns_show_interval_observation_and_variants(pages: dict[str, Figure], tmp_path: Path) -> None:
    row = {"pattern": "P1", "number": 0, "says": "it grows", "kind": "part", "observed": "2.5", "summary": "median"}
    row |= {"interval": "[1, 3]", "simulated": 2.0, "q05": 1.5, "q95": 9.0, "low": 1.9, "high": 2.1, "verdict": "holds"}
    share = {"number": 1, "interval": "(0.5, 1]", "observed": "never", "summary": "share", "kind": "control"}
    rows = [row, {**row, "variant": "pooled", "simulated": np.inf, "verdict": "cannot be said"}]
    rows += [{**row, **share, "simulated": 0.4, "low": 0.3, "high": 0.5, "verdict": "fails"}]
    rows += [{**row, "number": 2, "interval": ""}]
    draw_patterns(pd.DataFrame(rows).fillna({"variant": "base"}), tmp_path, caption="-")
    first, second = (axis for axis in pages["patterns"].axes if axis.get_visible())
    assert first.get_title("left") == "P1: it grows"
    assert second.get_title("left") == "P1: it grows (control)"
    assert [list(line.get_xdata()) for line in first.lines] == [[2.5, 2.5], [1.5, 9.0], [2.0]]
    interval = first.patches[0].get_extents().transformed(first.transData.inverted())
    assert (interval.x0, interval.x1) == pytest.approx((1.0, 3.0))
    assert [list(line.get_xdata()) for line in second.lines] == [[0.3, 0.5], [0.4]]
    assert [label.get_text() for label in first.get_yticklabels()] == ["model", "all alike"]
