"""Charts of the evidence: forecasts and histories beside the record, and patterns of the record."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.numbers import HIGH, LOW, MEDIAN
from hedgesim.plots import theme as look
from hedgesim.plots.theme import BLUE, FAINT, GREEN, INK, MUTED, SMALL, VERMILION, Frame

Tables = Mapping[str, pd.DataFrame]
FlatBand = Callable[[int, int], tuple[float, float]]
"""5 and 95 % quantile of the count of a bin when so many cases are spread evenly over so many bins."""
MODEL, BASE, BASELINE = "model", "base", "baseline"  # a forecaster, a variant, and the column of the baseline forecast
WIDTH, ROW, SKILL_ROW = 9.0, 0.2, 0.26  # inches of a page, of a cell, of a skill
BINS = 10
NARROW = 0.005  # bounds closer than this are drawn as one point
COLUMNS, HISTORY_WIDTH, HISTORY_HEIGHT = 4, 9.6, 1.75  # panels side by side; inches of the page and of a row
SHARE, CONTROL = "share", "control"
PATTERN_WIDTH, PANEL, ROOM = 13.0, 1.22, 0.4  # inches of the page, of a row of panels, and of the ends of the page
LETTERS = 46  # of a line of a title
PALE = "#cfe3f2"
OBSERVED: dict[str, Any] = {"color": INK, "lw": 1.4, "ls": (0, (2, 1.5))}
MARKS = {"holds": ("o", BLUE), "fails": ("X", VERMILION), "cannot be said": ("s", "#7f7f7f")}
NAMES = {BASE: "model", "no_shock": "no shock", "pooled": "all alike"}
VERDICTS = {"cannot be said": "undecided"}  # what the legend says, if not the verdict itself
BESIDE = 0.12  # of the width of what is shown, left and right of it
WIDEST = 3.0  # how many times as wide as interval and model the variants may make a panel
NOTE = (
    "Line: 5 to 95 % of runs; if a share of runs is judged, its 95 % confidence interval. Mark: the judged value, "
    "which is the share, median, mean or 5 % quantile of runs. No mark: the pattern cannot be judged in any run. Ends "
    "of lines may be cut off. Not tested here: other patterns, and whether other models also reproduce these patterns."
)


def draw_forecasts(tables: Tables, reliable: pd.DataFrame, folder: Path, *, flat: FlatBand, caption: str) -> list[Path]:
    """Draw a hindcast as the charts `shares`, `chances` and `skill`, .png and .svg; the paths written.

    tables: of a hindcast. reliable: chance, happened, cases; one row a bin of forecast probability.
    """
    shares = tables["shares"][tables["shares"]["forecaster"] == MODEL]
    pages = {
        "shares": partial(_shares, shares, caption),
        "chances": partial(_chances, shares, reliable, flat, caption),
        "skill": partial(_skill, tables["skills"], caption),
    }
    return look.write_pages(pages, folder)


def _shares(shares: pd.DataFrame, caption: str) -> Figure:
    """Forecasts of shares beside the observations, a panel per domain."""
    domains = list(dict.fromkeys(shares["domain"]))
    rows = int(shares["domain"].value_counts().max())
    year = int(shares["year"].max())
    notes = (
        f"Bars: 90 % predictive, 5 to 95 % of the forecast; tick: its median. {len(shares)} observed cells. {caption}",
    )
    frame = Frame(left=1.0, right=0.2, legend_rows=1)
    figure = look.page(WIDTH, ROW * rows + 1.1, title=f"Forecast of the shares in {year}", notes=notes, frame=frame)
    axes = look.panels(figure, len(domains), len(domains), share=False, wspace=0.35)
    for axis, domain in zip(axes, domains, strict=True):
        _draw_cells(axis, shares[shares["domain"] == domain].reset_index(drop=True), rows)
        axis.set_title(domain)
    look.legend(figure, *axes[0].get_legend_handles_labels(), columns=4)
    return figure


def _draw_cells(axis: Axes, cells: pd.DataFrame, rows: int) -> None:
    """Cells from top to bottom: forecast, the year before, observation."""
    y = np.arange(len(cells))
    axis.hlines(y, cells[LOW], cells[HIGH], color=BLUE, lw=5, alpha=0.45, label="forecast")
    axis.plot(cells[MEDIAN], y, "|", color=BLUE, ms=9, mew=1.8)
    axis.plot(cells["before"], y, "o", mfc="white", mec=MUTED, ms=5, label="year before")
    exact = cells["high"] - cells["low"] < NARROW
    axis.plot(cells.loc[exact, "low"], y[exact], "D", color=INK, ms=4, label="observed")
    axis.hlines(y[~exact], cells["low"][~exact], cells["high"][~exact], color=INK, lw=1.6)
    axis.set_yticks(y, [f"{row.country} {row.option}" for row in cells.itertuples()])
    axis.set_ylim(rows - 0.5, -0.5)
    axis.set_xlim(left=0.0)
    axis.set_xlabel("share")


def _chances(shares: pd.DataFrame, reliable: pd.DataFrame, flat: FlatBand, caption: str) -> Figure:
    """Left, the PIT histogram of shares; right, the reliability diagram of probabilities."""
    own = shares[shares["low"] == shares["high"]]
    cases = int(reliable["cases"].sum())
    notes = (
        "Left: calibrated forecasts give a flat histogram, inside the grey band 9 times of 10. Right: calibrated "
        "forecasts are on the line; the numbers are cases.",
        f"{len(own)} exactly known shares; {cases} events (rise of a share, meeting, change of status).",
        "Left: position of the observed shares in their forecasts; forecasts that are too narrow give high ends. "
        "Right: forecast probability and observed frequency.",
        caption,
    )
    title = "Calibration of the forecast probabilities"
    figure = look.page(WIDTH, 3.6, title=title, notes=notes, frame=Frame(left=0.7, right=0.3))
    left, right = look.panels(figure, 2, 2, share=False, wspace=0.3)
    left.hist(own["pit"], bins=np.linspace(0.0, 1.0, BINS + 1).tolist(), color=BLUE, alpha=0.6)
    left.axhspan(*flat(len(own), BINS), color=FAINT, alpha=0.6, zorder=0)
    left.axhline(len(own) / BINS, color=MUTED, lw=1)
    left.set(xlabel="quantile of the observation in the forecast (PIT)", ylabel="cells")
    right.plot([0, 1], [0, 1], color=MUTED, lw=1)
    right.plot(reliable["chance"], reliable["happened"], "o-", color=BLUE, ms=5)
    for n, row in enumerate(reliable.to_dict("records")):
        at = (row["chance"], row["happened"])
        right.annotate(f"{row['cases']:.0f}", at, (0, 7 if n % 2 else -14), textcoords="offset points", ha="center")
    right.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.12), xlabel="forecast probability", ylabel="observed frequency")
    return figure


def _skill(skills: pd.DataFrame, caption: str) -> Figure:
    """Skill against every baseline forecast with its interval, in groups of what is forecast."""
    base = skills[skills["variant"] == BASE]
    notes = (
        "Skill: 1 - score of the model / score of the baseline (shares: CRPS, meetings: RPS); right of 0 the model is"
        f" better. Line: 90 % bootstrap interval over cells and countries. {caption}",
    )
    frame = Frame(left=2.2, right=0.3)
    title = "Skill of the model against baseline forecasts"
    figure = look.page(WIDTH, SKILL_ROW * len(base) + 1.0, title=title, notes=notes, frame=frame)
    axis = figure.subplots()
    y, ticks = 0.0, []
    for target, rows in base.groupby("part", sort=False):
        for row in rows.to_dict("records"):
            color = GREEN if row["low"] > 0 else VERMILION if row["high"] < 0 else MUTED
            axis.hlines(y, max(row["low"], -1.0), min(row["high"], 1.0), color=color, lw=2)
            axis.plot(np.clip(row["value"], -1.0, 1.0), y, "o", color=color, ms=6)
            ticks.append((y, f"{target}, {row[BASELINE]}"))
            y += 1.0
        y += 0.6
    axis.axvline(0.0, color=INK, lw=1)
    axis.set_yticks([at for at, _ in ticks], [text for _, text in ticks])
    axis.set(xlim=(-1.02, 1.02), ylim=(y - 0.6, -0.6), xlabel="skill")
    return figure


def draw_patterns(parts: pd.DataFrame, folder: Path, *, caption: str) -> list[Path]:
    """Draw the chart `patterns`, a panel for every judged element of a pattern, as .png and .svg; the paths written.

    parts: rows of every variant, as of `score_all`.
    """
    return look.write_pages({"patterns": partial(_patterns, parts[parts["interval"] != ""], caption)}, folder)


def _patterns(judged: pd.DataFrame, caption: str) -> Figure:
    groups = [own.reset_index(drop=True) for _, own in judged.groupby(["pattern", "number"], sort=False)]
    frame = Frame(left=0.85, right=0.2, legend_rows=1, below=0.3)
    height = PANEL * -(-len(groups) // COLUMNS) + ROOM
    title = "Patterns of the record and of the model"
    figure = look.page(PATTERN_WIDTH, height, title=title, notes=(NOTE, caption), frame=frame)
    axes = look.panels(figure, len(groups), COLUMNS, share=False, hspace=1.05, wspace=0.12)
    for place, (axis, own) in enumerate(zip(axes, groups, strict=True)):
        _draw_panel(axis, own, labels=place % COLUMNS == 0)
    marks = {
        VERDICTS.get(name, name): Line2D([], [], marker=marker, color=color, lw=1.5, ms=5, mew=0)
        for name, (marker, color) in MARKS.items()
    }
    known = {"accepted": Patch(color=PALE), "observed, where it is a number": Line2D([], [], **OBSERVED)}
    look.legend(figure, [*known.values(), *marks.values()], [*known, *marks], columns=len(known) + len(marks))
    return figure


def _draw_panel(axis: Axes, rows: pd.DataFrame, *, labels: bool) -> None:
    """A line for the model and each variant over the accepted interval and the observation."""
    first = rows.iloc[0]
    interval, observed = Interval.read(first["interval"]), pd.to_numeric(first["observed"], errors="coerce")
    low, high = _pattern_limits(rows, interval, observed)
    axis.axvspan(max(low, interval.low), min(high, interval.high), color=PALE, lw=0, zorder=0)
    if math.isfinite(observed):
        axis.axvline(observed, zorder=1, **OBSERVED)
    ends = ["low", "high"] if first["summary"] == SHARE else [LOW, HIGH]
    for y, row in enumerate(rows.to_dict("records")):
        marker, color = MARKS[row["verdict"]]
        wide, size = (2.2, 6) if row["variant"] == BASE else (1.0, 4)
        if math.isfinite(row["simulated"]):
            axis.plot([row[end] for end in ends], [y, y], color=color, lw=wide, solid_capstyle="butt", zorder=2)
            axis.plot([row["simulated"]], [y], marker, color=color, ms=size, mew=0, zorder=3, clip_on=False)
    axis.set(xlim=(low, high), ylim=(len(rows) - 0.4, -0.6))
    axis.set_yticks(range(len(rows)), [NAMES.get(name, name) for name in rows["variant"]] if labels else [])
    axis.tick_params(axis="y", length=0)
    axis.grid(visible=False, axis="y")
    axis.xaxis.set_major_locator(MaxNLocator(4, steps=look.ROUND))
    if first["summary"] == SHARE:
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    mark = f" ({CONTROL})" if first["kind"] == CONTROL else " (built in)" if first.get("built_in") else ""
    name = str(first["pattern"]) if str(first["pattern"]).startswith("P") else "Placebo"
    text = textwrap.wrap(f"{name}: {first['says']}{mark}", LETTERS)
    axis.set_title("\n".join(text), fontsize=SMALL, fontweight="normal", linespacing=1.1)


def _pattern_limits(rows: pd.DataFrame, interval: Interval, observed: float) -> tuple[float, float]:
    """The range of a panel: 0 to 1 for a share, else interval, observation and model, and some of the variants."""
    if rows.iloc[0]["summary"] == SHARE:
        return -0.03, 1.03
    drawn = rows[["simulated", LOW, HIGH]].replace([-math.inf, math.inf], math.nan)
    core = [*drawn[rows["variant"] == BASE].to_numpy(dtype=np.float64).ravel(), *interval.ends, observed]
    low, high = float(np.nanmin(core)), float(np.nanmax(core))
    wide = WIDEST * max(high - low, 1e-9)
    low = max(low - wide, float(np.fmin(low, drawn.min().min())))
    high = min(high + wide, float(np.fmax(high, drawn.max().max())))
    room = BESIDE * max(high - low, 1e-9)
    return low - room, high + room
