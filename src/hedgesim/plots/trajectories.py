"""Lines over quarters with their spread over runs: presence, hedging index, threat and trust."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
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
from hedgesim.plots.theme import BAND, HIGH, LOW, legend, legend_columns, panels
from hedgesim.results.summary import summarise_column
from hedgesim.results.tables import PRESENCE

PRIOR_MARK = "°"
HALF = 0.5  # of a starting value: a line above it is prior-dominated
BAND_ALPHA = 0.13
HATCH = "////"
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
        f"{PRIOR_MARK} and hatching: most of the starting value is in prior-dominated cells, where the prior outweighs"
        " the data. They are drawn again in every run and never scored."
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
    """One panel per country: the share of every option over time, median and 5 to 95 % of runs.

    bands: as of `presence_bands`. prior: as of `prior_lines`. Lines have the option's code at their right end.
    """
    countries, shown = in_order(names.countries, bands["country"]), in_order(names.options, bands["option"])
    axes = panels(figure, len(countries), min(PANEL_COLUMNS, len(countries)), share=True)
    _make_room(figure, axes, shocks=shocks, periods=bands["period"])
    axes[0].set_ylim(0, float(bands[HIGH].max()) * 1.04)
    for axis, country in zip(axes, countries, strict=True):
        marked = set(prior.loc[(prior["country"] == country) & prior["prior_dominated"], "option"])
        rows = draw_lines(
            bands[bands["country"] == country],
            axis,
            by="option",
            labels=names.options,
            shocks=shocks,
            texts={option: option + PRIOR_MARK * (option in marked) for option in shown},
            hatched=marked,
        )
        title_above(axis, label_of(names.countries, country)[0], rows=rows)
        axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axis.tick_params(labelbottom=True)
    handles = [Line2D([], [], color=label_of(names.options, o)[1], ls=style_of(names.options, o)) for o in shown]
    texts, width = option_texts(names, shown), float(figure.get_figwidth())
    legend(figure, handles, texts, columns=legend_columns(texts, width), handlelength=2.8, columnspacing=1.6)
    return axes


def _make_room(figure: Figure, axes: Sequence[Axes], *, shocks: pd.DataFrame, periods: Iterable[str]) -> None:
    """Set the panels apart far enough for tick labels, titles and the rows of shock numbers above each."""
    figure.subplots_adjust(wspace=0.28)
    numbers = rows_inches(number_rows(shocks, periods, width=axes[0].get_window_extent().width / figure.dpi))
    full, at, rows = float(figure.get_figheight()), figure.subplotpars, -(-len(axes) // PANEL_COLUMNS)
    top, between = at.top - numbers / full, numbers + BETWEEN_PANELS
    panel = ((top - at.bottom) * full - between * (rows - 1)) / rows
    figure.subplots_adjust(top=top, hspace=between / panel)


def option_texts(names: Names, shown: Sequence[str]) -> list[str]:
    """The texts of a legend of options: code and name."""
    called = ((option, label_of(names.options, option)[0]) for option in shown)
    return [option if name == option else f"{option}  {name}" for option, name in called]


def hedging_index(bands: pd.DataFrame, axis: Axes, *, names: Names, shocks: pd.DataFrame) -> Axes:
    """The hedging index of every country over time, median and 5 to 95 % of runs. bands: as of `country_bands`."""
    axis.set_ylim(*unit_limits(bands))
    axis.yaxis.set_major_formatter(FormatStrFormatter("%.2f"))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_ylabel("hedging index H (0 to 1)")
    draw_lines(bands, axis, by="country", labels=names.countries, shocks=shocks)
    return axis


def threat_and_trust(
    threat: pd.DataFrame, figure: Figure, *, trust: pd.DataFrame, names: Names, shocks: pd.DataFrame
) -> list[Axes]:
    """Left, perceived threat per power (mean over countries); right, trust of each country in the others; both 0..1.

    threat: as of `threat_bands`. trust: as of `country_bands`.
    """
    axes = panels(figure, 2, 2, share=False)
    room = label_room(names.options) + TICK_ROOM
    inside = float(figure.get_figwidth()) * (figure.subplotpars.right - figure.subplotpars.left)
    figure.subplots_adjust(wspace=2 * room / (inside - room))
    for axis, bands, by, labels, title in (
        (axes[0], threat, "power", names.options, "Perceived threat from each power, mean over countries"),
        (axes[1], trust, "country", names.countries, "Trust in the other countries"),
    ):
        axis.set_ylim(*unit_limits(bands))
        title_above(axis, title, rows=draw_lines(bands, axis, by=by, labels=labels, shocks=shocks))
    return axes


def draw_lines(
    bands: pd.DataFrame,
    axis: Axes,
    *,
    by: str,
    labels: Labels,
    shocks: pd.DataFrame,
    texts: dict[str, str] | None = None,
    hatched: Collection[str] = (),
) -> int:
    """Draw one line with its band per code of the column `by`, labelled at its right end, and the shocks.

    Set the limits of y before. texts: what a code is called, by default its name. hatched: codes with a hatched band.
    The number of rows of shock numbers is returned.
    """
    draw_years(axis, bands["period"])
    ends = []
    for code in in_order(labels, bands[by]):
        name, color = label_of(labels, code)
        rows = bands[bands[by] == code].sort_values("period")
        x = quarter_numbers(rows["period"])
        low, middle, high = rows[list(BAND)].to_numpy(dtype=np.float64).T
        axis.fill_between(x, low, high, color=color, alpha=BAND_ALPHA, lw=0, zorder=2)
        if code in hatched:
            axis.fill_between(x, low, high, facecolor="none", edgecolor=color, alpha=0.35, hatch=HATCH, lw=0, zorder=2)
        axis.plot(x, middle, color=color, ls=style_of(labels, code), zorder=3)
        face = "white" if code in hatched else color
        axis.plot(x[-1:], middle[-1:], "o", ms=3.5, mfc=face, mec=color, mew=1.0, zorder=4, clip_on=False)
        ends.append(Label(texts[code] if texts else name, color, float(x[-1]), float(middle[-1])))
    rows_used = mark_shocks(axis, shocks, periods=bands["period"])
    label_ends(axis, ends)
    return rows_used


def unit_limits(bands: pd.DataFrame) -> tuple[float, float]:
    """Limits within 0..1 that hold every band, at least `LEAST_SPAN` apart so that small changes look small."""
    low, high = float(bands[LOW].min()), float(bands[HIGH].max())
    span = max(LEAST_SPAN, 1.1 * (high - low))
    start = min(max(0.0, (low + high - span) / 2), max(0.0, 1.0 - span))
    return start, min(1.0, start + span)
