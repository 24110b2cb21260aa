"""Charts of the years beside the record show every share and meeting that they are given, and keep within the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from hedgesim.plots import courses
from hedgesim.plots.courses import draw_courses

YEARS = np.arange(2015, 2023)


def band(size: float, **keys: str) -> pd.DataFrame:
    """A course that rises by a fifth of its size a year, with bounds in its first year."""
    middle = size * (1.0 + 0.2 * np.arange(len(YEARS)))
    high = middle + np.where(YEARS[0] < YEARS, 0.0, 0.5 * size)
    frame = pd.DataFrame({"year": YEARS, "low": middle, "high": high, "q50": 1.1 * middle})
    return frame.assign(q05=0.9 * middle, q95=1.3 * middle, **keys)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Figure]:
    """The figures that are drawn, by the names of their files."""
    figures: dict[str, Figure] = {}

    def keep(figure: Figure, folder: Path, *, name: str) -> list[Path]:
        figure.canvas.draw()
        figures[name] = figure
        return [folder / f"{name}.png"]

    monkeypatch.setattr(courses, "save", keep)
    sizes = {"CHN": 0.3, "RUS": 0.2, "EU": 0.05, "IND": 0.004, "IRN": 0.0011}
    shares = pd.concat([band(size, country="KGZ", domain="economy", option=o) for o, size in sizes.items()])
    counts = band(1.0, format="OTS", rung="leaders").drop(columns=["low", "high"])
    meetings = counts.rename(columns={"q50": "mean"}).assign(count=YEARS % 3)
    paths = draw_courses({"history_shares": shares, "history_meetings": meetings}, tmp_path, trained=2021, caption="-")
    assert [path.stem for path in paths] == ["history_KGZ", "history_meetings"]
    return figures


def test_what_is_drawn_is_what_was_given(pages: dict[str, Figure]) -> None:
    panels = [axis for axis in pages["history_KGZ"].axes if axis.get_visible()]
    assert {axis.get_title("left") for axis in panels} == {f"economy {o}" for o in ("CHN", "RUS", "EU", "IND", "IRN")}
    first = next(axis for axis in panels if axis.get_title("left") == "economy CHN")
    median, record = first.lines[0], first.lines[1]
    np.testing.assert_allclose(median.get_ydata(), 1.1 * 0.3 * (1.0 + 0.2 * np.arange(len(YEARS))))
    assert list(record.get_xdata()) == list(YEARS[1:])  # the first year is known between bounds
    (bounds,) = [found for found in first.collections if found.get_label() == "record, bounds"]
    assert np.ravel(bounds.get_segments()).tolist() == pytest.approx([2015, 0.3, 2015, 0.45])
    assert any(list(line.get_xdata()) == [2021.5, 2021.5] for line in first.lines)


def test_every_label_lies_on_the_page(pages: dict[str, Figure]) -> None:
    for figure in pages.values():
        renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
        shown = [axis for axis in figure.axes if axis.get_visible()]
        ticks = [
            label
            for axis in shown
            for place, label in zip(axis.get_yticks(), axis.get_yticklabels(), strict=True)
            if axis.get_ylim()[0] <= place <= axis.get_ylim()[1]
        ]
        for text in (*figure.texts, *ticks):
            box = text.get_window_extent(renderer)
            assert text.get_text() == "" or (box.x0 >= 0.0 and box.x1 <= figure.bbox.x1), text.get_text()
