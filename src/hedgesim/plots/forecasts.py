"""Forecasts beside what happened: shares cell by cell, how honest the chances were, and skill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hedgesim.plots.theme import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    VERMILION,
    Frame,
    legend_corner,
    page,
    save,
    theme,
)

MODEL = "model"
ROW = 0.2  # inches of a cell
BINS = 10
NARROW = 0.005  # bounds closer than this are drawn as one point
CHARTS = ("shares", "chances", "skill")


def draw_forecasts(
    tables: Mapping[str, pd.DataFrame],
    reliable: pd.DataFrame,
    folder: Path,
    *,
    flat: Callable[[int, int], tuple[float, float]],
    caption: str,
) -> list[Path]:
    """Draw a hindcast into a folder, as PNG and SVG.

    tables: of a hindcast. reliable: chance, happened, cases, one row a bin. flat: 5 and 95 % of the count of a bin when
    so many cases fall anywhere in so many bins.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with theme():
        return [
            *_shares(tables["shares"], folder, caption),
            *_chances(tables["shares"], reliable, flat, folder, caption),
            *_skill(tables["skills"], folder, caption),
        ]


def _shares(table: pd.DataFrame, folder: Path, caption: str) -> list[Path]:
    own = table[table["forecaster"] == MODEL]
    domains = list(dict.fromkeys(own["domain"]))
    rows = max((own["domain"] == domain).sum() for domain in domains)
    year = int(own["year"].max())
    notes = (f"Bars: 5 to 95 % of the forecast, tick: median; {len(own)} cells observed. {caption}",)
    frame = Frame(left=1.0, right=0.2, legend_rows=1)
    title = f"Shares of {year}, told at the end of {year - 1}"
    figure = page(9.0, ROW * rows + 1.1, title=title, notes=notes, frame=frame)
    panels = figure.subplots(1, len(domains), squeeze=False, gridspec_kw={"wspace": 0.35})[0]
    for axis, domain in zip(panels, domains, strict=True):
        _cells(axis, own[own["domain"] == domain].reset_index(drop=True), rows)
        axis.set_title(domain)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=legend_corner(figure), ncols=4)
    return save(figure, folder, name="shares")


def _cells(axis: Axes, cells: pd.DataFrame, rows: int) -> None:
    """Cells from top to bottom: forecast, the year before, what happened."""
    y = np.arange(len(cells))
    axis.hlines(y, cells["q05"], cells["q95"], color=BLUE, lw=5, alpha=0.45, label="forecast")
    axis.plot(cells["q50"], y, "|", color=BLUE, ms=9, mew=1.8)
    axis.plot(cells["before"], y, "o", mfc="white", mec=MUTED, ms=5, label="the year before")
    exact = cells["high"] - cells["low"] < NARROW
    axis.plot(cells.loc[exact, "low"], y[exact], "D", color=INK, ms=4, label="observed")
    for n in np.flatnonzero(~exact):
        axis.hlines(n, cells["low"][n], cells["high"][n], color=INK, lw=1.6)
    axis.set_yticks(y, [f"{row.country} {row.option}" for row in cells.itertuples()])
    axis.set_ylim(rows - 0.5, -0.5)
    axis.set_xlim(left=0.0)
    axis.set_xlabel("share")


def _chances(
    shares: pd.DataFrame,
    reliable: pd.DataFrame,
    flat: Callable[[int, int], tuple[float, float]],
    folder: Path,
    caption: str,
) -> list[Path]:
    own = shares[(shares["forecaster"] == MODEL) & (shares["low"] == shares["high"])]
    cases = int(reliable["cases"].sum())
    notes = (
        f"Left: where the {len(own)} exact shares fall in their forecasts; flat is honest, high ends mean forecasts"
        f" too narrow; band: 90 % of flat ones. Right: how often what was given a chance happened ({cases} shares that"
        f" rise, meetings, statuses); numbers: cases. {caption}",
    )
    figure = page(9.0, 3.6, title="Were the chances honest?", notes=notes, frame=Frame(left=0.7, right=0.3))
    left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.3})
    left.hist(own["pit"], bins=np.linspace(0.0, 1.0, BINS + 1), color=BLUE, alpha=0.6)
    left.axhspan(*flat(len(own), BINS), color=FAINT, alpha=0.6, zorder=0)
    left.axhline(len(own) / BINS, color=MUTED, lw=1)
    left.set_xlabel("place of what happened in the forecast (PIT)")
    left.set_ylabel("cells")
    right.plot([0, 1], [0, 1], color=MUTED, lw=1)
    right.plot(reliable["chance"], reliable["happened"], "o-", color=BLUE, ms=5)
    for n, row in enumerate(reliable.to_dict("records")):
        lift = 7 if n % 2 else -14
        place = (row["chance"], row["happened"])
        right.annotate(f"{row['cases']:.0f}", place, (0, lift), textcoords="offset points", ha="center")
    right.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.12), xlabel="chance given", ylabel="part that happened")
    return save(figure, folder, name="chances")


def _skill(skills: pd.DataFrame, folder: Path, caption: str) -> list[Path]:
    base = skills[skills["variant"] == "base"]
    parts = list(dict.fromkeys(base["part"]))
    notes = (
        "Skill: 1 less the score over the baseline's (shares: CRPS, meetings: RPS); right of 0 is better."
        f" Line: 90 % interval when cells and countries are drawn anew. {caption}",
    )
    title = "What the model saves of the scores of baselines"
    figure = page(9.0, 0.26 * len(base) + 1.0, title=title, notes=notes, frame=Frame(left=2.2, right=0.3))
    axis = figure.subplots()
    y: float = 0.0
    ticks: list[tuple[float, str]] = []
    for part in parts:
        for row in base[base["part"] == part].to_dict("records"):
            colour = GREEN if row["low"] > 0 else VERMILION if row["high"] < 0 else MUTED
            axis.hlines(y, max(row["low"], -1.0), min(row["high"], 1.0), color=colour, lw=2)
            axis.plot(np.clip(row["value"], -1.0, 1.0), y, "o", color=colour, ms=6)
            ticks.append((y, f"{part}, {row['baseline']}"))
            y += 1.0
        y += 0.6
    axis.axvline(0.0, color=INK, lw=1)
    axis.set_yticks([at for at, _ in ticks], [text for _, text in ticks])
    axis.set_ylim(y - 0.6, -0.6)
    axis.set_xlim(-1.02, 1.02)
    axis.set_xlabel("skill")
    return save(figure, folder, name="skill")
