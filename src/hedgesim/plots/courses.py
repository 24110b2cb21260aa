"""The years as simulated and as recorded, country by country: bands of runs, points of the record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hedgesim.plots.theme import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    Frame,
    legend_corner,
    page,
    save,
    theme,
)

COLUMNS = 4
WIDTH, HEIGHT = 9.6, 1.75  # inches of a page, and of a row of panels


def draw_courses(tables: Mapping[str, pd.DataFrame], folder: Path, *, trained: int, caption: str) -> list[Path]:
    """Draw one chart for each country and one for meetings, as PNG and SVG.

    tables: `history_shares` and `history_meetings`. trained: last year that parameters were fitted to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with theme():
        for country, own in tables["history_shares"].groupby("country"):
            title = f"{country}: shares as simulated and as recorded"
            paths += _chart(own, ["domain", "option"], title, f"history_{country}", folder, trained, caption)
        meetings = tables["history_meetings"].rename(columns={"mean": "q50"})
        meetings = meetings.assign(low=meetings["count"], high=meetings["count"])
        title = "Meetings a year as simulated and as recorded"
        paths += _chart(meetings, ["format", "rung"], title, "history_meetings", folder, trained, caption)
    return paths


def _chart(
    table: pd.DataFrame, key: list[str], title: str, name: str, folder: Path, trained: int, caption: str
) -> list[Path]:
    groups = list(table.groupby(key, sort=False))
    n_rows = -(-len(groups) // COLUMNS)
    notes = (
        "Band: 5 to 95 % of runs, line: median (of meetings: mean); errors of the record and of what the model leaves"
        f" out are not in it. Points: the record, or its bounds. Right of the line: not fitted. {caption}",
    )
    frame = Frame(left=0.6, right=0.2, legend_rows=1)
    figure: Figure = page(WIDTH, HEIGHT * n_rows + 0.6, title=title, notes=notes, frame=frame)
    panels = figure.subplots(n_rows, COLUMNS, squeeze=False, gridspec_kw={"hspace": 0.75, "wspace": 0.35})
    years = (int(table["year"].min()), int(table["year"].max()))
    for axis, (label, own) in zip(panels.flat, groups, strict=False):
        _panel(axis, own.sort_values("year"), years, trained, counts="count" in own)
        axis.set_title(" ".join(map(str, label)), fontsize=8)
    for axis in panels.flat[len(groups) :]:
        axis.set_visible(False)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=legend_corner(figure), ncols=3)
    return save(figure, folder, name=name)


def _panel(axis: Axes, own: pd.DataFrame, years: tuple[int, int], trained: int, *, counts: bool) -> None:
    year = own["year"].to_numpy(dtype=np.float64)
    axis.fill_between(year, own["q05"], own["q95"], color=BLUE, alpha=0.25, lw=0, label="runs")
    axis.plot(year, own["q50"], color=BLUE, lw=1.2)
    exact = (own["low"] == own["high"]).to_numpy()
    axis.plot(year[exact], own["low"].to_numpy()[exact], "o", color=INK, ms=3.5, label="record")
    axis.vlines(year[~exact], own["low"][~exact], own["high"][~exact], color=MUTED, lw=2, label="record, bounds")
    axis.axvline(trained + 0.5, color=FAINT, lw=1.5, zorder=0)
    axis.set_xlim(years[0] - 0.4, years[1] + 0.4)
    axis.set_xticks([years[0], trained, *([years[1]] if years[1] - trained > 1 else [])])
    top = float(own[["q95", "q50", "high"]].to_numpy(dtype=np.float64).max())
    axis.set_ylim(-0.04 * top, 1.12 * top if top > 0.0 else 1.0)
    axis.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=counts))
    if not counts:
        axis.yaxis.set_major_formatter(lambda share, _: f"{100.0 * share:g}%")
