"""Lines over quarters with their spread over runs: presence, hedging index, threat and trust."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FormatStrFormatter, MaxNLocator, PercentFormatter

from hedgesim.plots.labels import (
    Label,
    Labels,
    Names,
    draw_years,
    in_order,
    label_ends,
    label_of,
    label_room,
    mark_shocks,
    number_rows,
    quarter_numbers,
    rows_inches,
    style_of,
    title_above,
)
from hedgesim.plots.theme import (
    BAND,
    HIGH,
    INK,
    LOW,
    MEDIAN,
    MUTED,
    NEAR,
    SMALL,
    legend,
    legend_columns,
    panels,
    text_color,
)
from hedgesim.results.summary import summarise_column
from hedgesim.results.tables import PRESENCE

PRIOR_MARK = "°"
HALF = 0.5  # of a starting value: a line above it is prior-dominated
BAND_ALPHA = 0.13
LONE_ALPHA = 0.22  # of a band that has a panel for itself
STRIP, END_PART = "#f6f6f6", 0.55  # colour of the strip of bars, and its width as a part of the years
CODE_ROOM = 1.28  # top of the axis over the highest bar, for its code
ALONE: Any = (0, (1.0, 1.2))
HEDGING_TEXTS = ("simulated, median", "90 % predictive", "by arithmetic alone, median")
PANEL_COLUMNS = 3
BETWEEN_PANELS = 0.55  # inches for tick labels and a title
TICK_ROOM = 0.45  # inches for the tick labels of the right panel
LEAST_SPAN = 0.2  # of the axis of an index between 0 and 1


def presence_bands(summary: pd.DataFrame) -> pd.DataFrame:
    """Presence per country, option and quarter with quantiles over runs, from the table `summary`."""
    rows = summary[summary["outcome"].str.startswith(PRESENCE)].rename(columns={"entity": "country"})
    return rows.assign(option=rows["outcome"].str.removeprefix(PRESENCE))


def country_bands(summary: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """An outcome of countries per country and quarter with quantiles over runs, from the table `summary`."""
    return summary[summary["outcome"] == outcome].rename(columns={"entity": "country"})


def threat_bands(relations: pd.DataFrame) -> pd.DataFrame:
    """Perceived threat per power as the mean over countries, with quantiles over runs: period, power, ..."""
    mean = relations.groupby(["run", "period", "power"], sort=True)["threat"].mean().reset_index()
    return summarise_column(mean, ["period", "power"], value="threat")


def prior_lines(shares: pd.DataFrame) -> pd.DataFrame:
    """Which lines are prior-dominated: country, option, prior_dominated (bool), n_prior, n_cells.

    A line is prior-dominated if more than half of its starting value, summed over domains, is in prior-dominated
    cells. shares: the results table; its column `prior_dominated` marks these cells.
    """
    start = shares[(shares["period"] == shares["period"].min()) & (shares["run"] == shares["run"].min())]
    rows = start.assign(prior=start["share"] * start["prior_dominated"])
    sums = rows.groupby(["country", "option"], sort=True).agg(
        share=("share", "sum"),
        prior=("prior", "sum"),
        n_prior=("prior_dominated", "sum"),
        n_cells=("prior_dominated", "size"),
    )
    sums["prior_dominated"] = sums["prior"] > HALF * sums["share"]
    return pd.DataFrame(sums.drop(columns=["share", "prior"]).reset_index())


def prior_note(lines: pd.DataFrame) -> str:
    """The note on prior-dominated cells with their number; empty if there are none. lines: as of `prior_lines`."""
    count, cells = int(lines["n_prior"].sum()), int(lines["n_cells"].sum())
    if not count:
        return ""
    return (
        f"{PRIOR_MARK} and hollow dot: most of the starting value is in prior-dominated cells, where the prior"
        " outweighs the data. They are drawn again in every run and never scored."
        f" {count} of {cells} starting shares are prior-dominated."
    )


def presence(
    bands: pd.DataFrame,
    figure: Figure,
    *,
    names: Names,
    shocks: pd.DataFrame,
    prior: pd.DataFrame,
) -> list[Axes]:
    """One panel per country: the median of every option over time and, right of it, its 5 to 95 % at the end.

    bands: as of `presence_bands`. prior: as of `prior_lines`.
    """
    countries, shown = in_order(names.countries, bands["country"]), in_order(names.options, bands["option"])
    axes = panels(figure, len(countries), min(PANEL_COLUMNS, len(countries)), share=True)
    _make_room(figure, axes, shocks=shocks, periods=bands["period"])
    axes[0].set_ylim(0, float(bands.loc[bands["period"] == bands["period"].max(), HIGH].max()) * CODE_ROOM)
    for axis, country in zip(axes, countries, strict=True):
        marked = set(prior.loc[(prior["country"] == country) & prior["prior_dominated"], "option"])
        own = bands[bands["country"] == country]
        draw_years(axis, own["period"])
        for option in shown:
            rows = own[own["option"] == option].sort_values("period")
            color, dashes = label_of(names.options, option)[1], style_of(names.options, option)
            axis.plot(quarter_numbers(rows["period"]), rows[MEDIAN], color=color, ls=dashes, zorder=3)
        number_lines = mark_shocks(axis, shocks, periods=own["period"])
        _draw_ends(own[own["period"] == own["period"].max()], axis, names=names, marked=marked)
        title_above(axis, label_of(names.countries, country)[0], rows=number_lines)
        axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axis.tick_params(labelbottom=True)
    handles = [Line2D([], [], color=label_of(names.options, o)[1], ls=style_of(names.options, o)) for o in shown]
    texts, width = option_texts(names, shown), float(figure.get_figwidth())
    legend(figure, handles, texts, columns=legend_columns(texts, width), handlelength=2.8, columnspacing=1.6)
    return axes


def _draw_ends(ends: pd.DataFrame, axis: Axes, *, names: Names, marked: Collection[str]) -> None:
    """A bar per option right of the last quarter: 5 to 95 % of runs, with the median and the code above."""
    low, high = axis.get_xlim()
    shown = in_order(names.options, ends["option"])
    step = (high - low) * END_PART / (len(shown) + 0.5)
    axis.axvspan(high, high + step * (len(shown) + 1), color=STRIP, lw=0, zorder=0)
    axis.set_xlim(low, high + step * (len(shown) + 1))
    for rank, (option, row) in enumerate(ends.set_index("option").loc[shown].iterrows(), start=1):
        color, x = label_of(names.options, str(option))[1], high + rank * step
        axis.vlines(x, row[LOW], row[HIGH], color=color, lw=3.2, alpha=0.45, zorder=2)
        face = "white" if option in marked else color
        axis.plot([x], [row[MEDIAN]], "o", ms=3.5, mfc=face, mec=color, mew=1.0, zorder=4)
        style: dict[str, Any] = {
            "ha": "center",
            "va": "bottom",
            "rotation": 90,
            "size": SMALL - 1,
            "color": text_color(color),
        }
        axis.annotate(f"{option}{PRIOR_MARK * (option in marked)}", (x, row[HIGH]), (0, 2), **NEAR, **style)


def _make_room(figure: Figure, axes: Sequence[Axes], *, shocks: pd.DataFrame, periods: Iterable[str]) -> None:
    """Set the panels apart far enough for tick labels, titles and the rows of shock numbers above each."""
    figure.subplots_adjust(wspace=0.14)
    numbers = rows_inches(number_rows(shocks, periods, width=axes[0].get_window_extent().width / figure.dpi))
    full, at, rows = float(figure.get_figheight()), figure.subplotpars, -(-len(axes) // PANEL_COLUMNS)
    top, between = at.top - numbers / full, numbers + BETWEEN_PANELS
    panel = ((top - at.bottom) * full - between * (rows - 1)) / rows
    figure.subplots_adjust(top=top, hspace=between / panel)


def option_texts(names: Names, shown: Sequence[str]) -> list[str]:
    """The texts of a legend of options: code and name."""
    called = ((option, label_of(names.options, option)[0]) for option in shown)
    return [option if name == option else f"{option}  {name}" for option, name in called]


def hedging_index(
    bands: pd.DataFrame, figure: Figure, *, arithmetic: pd.DataFrame, names: Names, shocks: pd.DataFrame
) -> list[Axes]:
    """One panel per country: its hedging index with its band, and dotted what arithmetic alone makes of it.

    bands, arithmetic: as of `country_bands`.
    """
    countries = in_order(names.countries, bands["country"])
    axes = panels(figure, len(countries), min(PANEL_COLUMNS, len(countries)), share=True)
    _make_room(figure, axes, shocks=shocks, periods=bands["period"])
    axes[0].set_ylim(*unit_limits(bands))
    for axis, country in zip(axes, countries, strict=True):
        name, color = label_of(names.countries, country)
        rows, alone = (table[table["country"] == country].sort_values("period") for table in (bands, arithmetic))
        draw_years(axis, rows["period"])
        x = quarter_numbers(rows["period"])
        axis.fill_between(x, rows[LOW], rows[HIGH], color=color, alpha=LONE_ALPHA, lw=0, zorder=2)
        axis.plot(x, rows[MEDIAN], color=color, lw=2.0, zorder=3)
        axis.plot(quarter_numbers(alone["period"]), alone[MEDIAN], color=INK, ls=ALONE, zorder=4)
        title_above(axis, name, rows=mark_shocks(axis, shocks, periods=rows["period"]))
        _two_digits(axis)
        axis.tick_params(labelbottom=True)
    handles = [
        Line2D([], [], color=MUTED, lw=2),
        Patch(color=MUTED, alpha=LONE_ALPHA),
        Line2D([], [], color=INK, ls=ALONE),
    ]
    legend(figure, handles, HEDGING_TEXTS, columns=len(HEDGING_TEXTS), handlelength=2.8, columnspacing=1.6)
    return axes


def _two_digits(axis: Axes) -> None:
    """Ticks of an index, at steps that two digits can show."""
    axis.yaxis.set_major_formatter(FormatStrFormatter("%.2f"))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def threat_and_trust(
    threat: pd.DataFrame, figure: Figure, *, trust: pd.DataFrame, names: Names, shocks: pd.DataFrame
) -> list[Axes]:
    """Left, rise of perceived threat per power (mean over countries); right, trust of each country in the others.

    threat: as of `threat_bands`. trust: as of `country_bands`.
    """
    axes = panels(figure, 2, 2, share=False)
    room = label_room(names.options) + TICK_ROOM
    inside = float(figure.get_figwidth()) * (figure.subplotpars.right - figure.subplotpars.left)
    figure.subplots_adjust(wspace=2 * room / (inside - room))
    for axis, bands, by, labels, title in (
        (axes[0], threat, "power", names.options, "Rise of perceived threat, mean over countries (no upper limit)"),
        (axes[1], trust, "country", names.countries, "Trust in the other countries (0 to 1)"),
    ):
        axis.set_ylim(*(open_limits(bands) if by == "power" else unit_limits(bands)))
        _two_digits(axis)
        title_above(axis, title, rows=draw_lines(bands, axis, by=by, labels=labels, shocks=shocks))
    return axes


def draw_lines(bands: pd.DataFrame, axis: Axes, *, by: str, labels: Labels, shocks: pd.DataFrame) -> int:
    """Draw one line with its band per code of the column `by`, named at its right end, and the shocks.

    Set the limits of y before. The number of rows of shock numbers is returned.
    """
    draw_years(axis, bands["period"])
    ends = []
    for code in in_order(labels, bands[by]):
        name, color = label_of(labels, code)
        rows = bands[bands[by] == code].sort_values("period")
        x = quarter_numbers(rows["period"])
        low, middle, high = rows[list(BAND)].to_numpy(dtype=np.float64).T
        axis.fill_between(x, low, high, color=color, alpha=BAND_ALPHA, lw=0, zorder=2)
        axis.plot(x, middle, color=color, ls=style_of(labels, code), zorder=3)
        axis.plot(x[-1:], middle[-1:], "o", ms=3.5, color=color, zorder=4, clip_on=False)
        ends.append(Label(name, color, float(x[-1]), float(middle[-1])))
    rows_used = mark_shocks(axis, shocks, periods=bands["period"])
    label_ends(axis, ends)
    return rows_used


def open_limits(bands: pd.DataFrame) -> tuple[float, float]:
    """Limits that hold every band and zero, at least `LEAST_SPAN` apart, without an upper limit."""
    low, high = min(0.0, float(bands[LOW].min())), float(bands[HIGH].max())
    return 1.05 * low, max(LEAST_SPAN + low, 1.05 * high)


def unit_limits(bands: pd.DataFrame) -> tuple[float, float]:
    """Limits within 0..1 that hold every band, at least `LEAST_SPAN` apart so that small changes look small."""
    low, high = float(bands[LOW].min()), float(bands[HIGH].max())
    span = max(LEAST_SPAN, 1.1 * (high - low))
    start = min(max(0.0, (low + high - span) / 2), max(0.0, 1.0 - span))
    return start, min(1.0, start + span)
