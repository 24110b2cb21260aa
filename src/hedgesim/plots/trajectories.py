"""Lines over quarters with their spread over runs: presence, the hedging index and other outcomes, threat, trust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FormatStrFormatter, MaxNLocator

from hedgesim.numbers import BAND, HIGH, LOW, MEDIAN, at_end, sentence, written
from hedgesim.plots.chart import Batch, Key, Limits, Pick, Size, in_shares, kept_country, named, quantity_of
from hedgesim.plots.labels import Label, in_order, label_ends, label_of
from hedgesim.plots.theme import INK, MUTED, NEAR, SMALL, line_style, text_color, text_width
from hedgesim.plots.timeline import draw_years, quarter_numbers
from hedgesim.results.summary import summarise_column
from hedgesim.results.tables import INDEX, PRESENCE

PRIOR_MARK = "°"
HALF = 0.5  # of a starting value: a line above it is prior-dominated
BAND_ALPHA = 0.13
LONE_ALPHA = 0.22  # of a band that has a panel for itself
STRIP, END_PART = "#f6f6f6", 0.55  # colour of the strip of bars, and its width as a part of the years
CODE_ROOM = 1.28  # top of the axis over the highest bar, for its code
ALONE: Any = (0, (1.0, 1.2))
HEDGING_TEXTS = ("simulated, median", "5 to 95 % of runs", "by arithmetic (rivalry, aggressor's share), median")
MOST_NAMED = 6  # lines in the description
LEAST_SPAN = 0.2  # of the axis of an index between 0 and 1
SHARES = ("share", "presence", "largest_presence", "diversity", "beyond_record", "volume")
"""Quantities of patterns that charts of shares show."""
PANEL = Size(3.25, 2.2, 0.6, 0.45)
END_OFF, END_ROOM, BOLD = 4.0, 0.12, 1.15  # value at the end: points off, inches beside it, width of a bold character
WHOLE = Size(6.2, 3.4)


def presence_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Presence of every option in every country and quarter, with quantiles over runs.

    Columns country, panel (its name), option, label, color, rank (in the drawing order), period, q05, q50, q95, prior
    (whether most of its starting value is in prior-dominated cells).
    """
    (batch,) = batches
    summary = batch.tables["summary"]
    rows = summary[summary["outcome"].str.startswith(PRESENCE)].rename(columns={"entity": "country"})
    rows = rows.assign(option=rows["outcome"].str.removeprefix(PRESENCE))
    rows = kept_country(rows, batch, pick)
    prior = prior_lines(batch.tables["shares"]).set_index(["country", "option"])["prior_dominated"]
    marked = pd.MultiIndex.from_frame(rows[["country", "option"]]).isin(prior.index[prior])
    order = in_order(batch.names.options, rows["option"])
    ranked = named(rows.assign(prior=marked), "option", batch.names.options)
    ranked["rank"] = ranked["option"].map(order.index)
    return by_country(ranked, batch)


def by_country(rows: pd.DataFrame, batch: Batch) -> pd.DataFrame:
    """Rows in the order of countries, with the name of each as `panel`."""
    order = in_order(batch.names.countries, rows["country"])
    named_rows = rows.assign(panel=rows["country"].map(lambda code: label_of(batch.names.countries, code)[0]))
    return named_rows.sort_values("country", key=lambda codes: codes.map(order.index), kind="stable", ignore_index=True)


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


def presence_limits(table: pd.DataFrame) -> Limits:
    """From zero to above the highest bar at the end."""
    return 0.0, float(table.loc[table["period"] == table["period"].max(), HIGH].max()) * CODE_ROOM


def draw_presence(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """The median of every option of one country over time and, right of it, its 5 to 95 % at the end."""
    axis.set_ylim(*(limits or presence_limits(table)))
    draw_years(axis, table["period"])
    for rank, rows in table.groupby("rank", sort=True):
        line, color = rows.sort_values("period"), str(rows["color"].iloc[0])
        style = line_style(int(str(rank)))
        axis.plot(quarter_numbers(line["period"]), line[MEDIAN], color=color, ls=style, zorder=3)
    _draw_ends(table[table["period"] == table["period"].max()].sort_values("rank"), axis)
    in_shares(axis.yaxis)
    return axis


def _draw_ends(ends: pd.DataFrame, axis: Axes) -> None:
    """A bar per option right of the last quarter: 5 to 95 % of runs, with the median and the code above."""
    low, high = axis.get_xlim()
    step = (high - low) * END_PART / (len(ends) + 0.5)
    axis.axvspan(high, high + step * (len(ends) + 1), color=STRIP, lw=0, zorder=0)
    axis.set_xlim(low, high + step * (len(ends) + 1))
    for place, row in enumerate(ends.to_dict("records"), start=1):
        color, x = row["color"], high + place * step
        axis.vlines(x, row[LOW], row[HIGH], color=color, lw=3.2, alpha=0.45, zorder=2)
        face = "white" if row["prior"] else color
        axis.plot([x], [row[MEDIAN]], "o", ms=3.5, mfc=face, mec=color, mew=1.0, zorder=4)
        style: dict[str, Any] = {"ha": "center", "va": "bottom", "rotation": 90, "size": SMALL - 1, **NEAR}
        text = f"{row['option']}{PRIOR_MARK * row['prior']}"
        axis.annotate(text, (x, row[HIGH]), (0, 2), color=text_color(color), **style)


def presence_keys(table: pd.DataFrame) -> list[Key]:
    """Code and name of every option, with its line."""
    rows = table.drop_duplicates("option").sort_values("rank").to_dict("records")
    return [
        (
            Line2D([], [], color=row["color"], ls=line_style(row["rank"])),
            row["option"] if row["option"] == row["label"] else f"{row['option']}  {row['label']}",
        )
        for row in rows
    ]


def describe_presence(table: pd.DataFrame) -> str:
    """The largest presences of every country at the end."""
    last = table[table["period"] == table["period"].max()]
    parts = []
    for country, own in last.groupby("panel", sort=False):
        largest = own.sort_values(MEDIAN, ascending=False, kind="stable").head(2).to_dict("records")
        said = ", ".join(f"{row['label']} {row[MEDIAN]:.0%}" for row in largest)
        parts.append(f"{country} {said}")
    marked = f"{int(last['prior'].sum())} of {len(last)} lines are prior-dominated"
    return f"Largest presence in {table['period'].max()}, median over runs: {'; '.join(parts)}; {marked}."


def outcome_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """An outcome in every quarter with quantiles over runs, of every country or of the whole.

    Columns country, panel, label, color, period, q05, q50, q95, alone (the index by arithmetic; empty for other
    outcomes), words, is_share.
    """
    (batch,) = batches
    quantity, summary = quantity_of(batch, pick), batch.tables["summary"]
    rows = summary[summary["outcome"] == quantity.column].rename(columns={"entity": "country"})
    if quantity.of_countries:
        rows = by_country(named(kept_country(rows, batch, pick), "country", batch.names.countries), batch)
    else:
        rows = rows.assign(panel="all countries", label="all countries", color=INK)
    alone = summary[summary["outcome"] == ARITHMETIC].set_index(["entity", "period"])[MEDIAN]
    keys = pd.MultiIndex.from_frame(rows[["country", "period"]])
    values = alone.reindex(keys).to_numpy() if quantity.column == INDEX else np.nan
    return rows.assign(alone=values, words=quantity.words, is_share=quantity.is_share)


def hedging_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """The hedging index, as of `outcome_table`."""
    return outcome_table(batches, Pick(pick.country, "", INDEX))


ARITHMETIC = "hedging_by_arithmetic"


def outcome_limits(table: pd.DataFrame) -> Limits:
    """Limits that hold every band; of numbers between 0 and 1 at least `LEAST_SPAN` apart."""
    low, high = float(table[LOW].min()), float(table[HIGH].max())
    return unit_limits(table) if 0.0 <= low <= high <= 1.0 else _around(low, high)


def _around(low: float, high: float) -> Limits:
    room = 0.05 * ((high - low) or 1.0)
    return low - room * (low < 0.0), high + room


def draw_outcome(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Median and band of one country, its value at the end, and dotted the index by arithmetic."""
    axis.set_ylim(*(limits or outcome_limits(table)))
    draw_years(axis, table["period"])
    rows = table.sort_values("period")
    x, color, is_share = quarter_numbers(rows["period"]), str(rows["color"].iloc[0]), bool(rows["is_share"].iloc[0])
    axis.fill_between(x, rows[LOW], rows[HIGH], color=color, alpha=LONE_ALPHA, lw=0, zorder=2)
    axis.plot(x, rows[MEDIAN], color=color, lw=2.0, zorder=3)
    axis.plot(x, rows["alone"], color=INK, ls=ALONE, zorder=4)
    last = float(rows[MEDIAN].iloc[-1])
    style: dict[str, Any] = {"va": "center", "size": SMALL, "weight": "bold", **NEAR}
    axis.annotate(at_end(last, is_share=is_share), (x[-1], last), (END_OFF, 0), color=text_color(color), **style)
    if is_share:
        in_shares(axis.yaxis)
    else:
        _two_digits(axis)
    return axis


def outcome_size(table: pd.DataFrame) -> Size:
    """Size of a panel, with room for the longest value at the end."""
    ends = table[table["period"] == table["period"].max()]
    texts = [at_end(float(row[MEDIAN]), is_share=bool(row["is_share"])) for row in ends.to_dict("records")]
    return PANEL._replace(right=max(PANEL.right, BOLD * text_width(texts) + END_ROOM))


def _two_digits(axis: Axes) -> None:
    """Ticks of an index, at steps that two digits can show."""
    axis.yaxis.set_major_formatter(FormatStrFormatter("%.2f"))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def outcome_keys(table: pd.DataFrame) -> list[Key]:
    """Median, band, and the dotted line where there is one."""
    handles = [
        Line2D([], [], color=MUTED, lw=2),
        Patch(color=MUTED, alpha=LONE_ALPHA),
        Line2D([], [], color=INK, ls=ALONE),
    ]
    shown = 3 if table["alone"].notna().any() else 2
    return list(zip(handles, HEDGING_TEXTS, strict=True))[:shown]


def describe_outcome(table: pd.DataFrame) -> str:
    """First and last median, and the band at the end."""
    is_share, parts = bool(table["is_share"].iloc[0]), []
    for name, own in table.groupby("panel", sort=False):
        rows = own.sort_values("period")
        numbers = [rows[MEDIAN].iloc[0], *rows[[MEDIAN, LOW, HIGH]].iloc[-1]]
        first, last, low, high = (written(number, is_share=is_share) for number in numbers)
        parts.append(f"{name} {first} to {last} ({low} to {high})")
    head, quarters = sentence(str(table["words"].iloc[0])), (table["period"].min(), table["period"].max())
    return f"{head} from {quarters[0]} to {quarters[1]}, median and at the end 5 to 95 % of runs: {'; '.join(parts)}."


def threat_table(batches: Sequence[Batch], _: Pick) -> pd.DataFrame:
    """Perceived threat of every power in every quarter as the mean over countries, with quantiles over runs."""
    (batch,) = batches
    mean = batch.tables["relations"].groupby(["run", "period", "power"], sort=True)["threat"].mean().reset_index()
    rows = named(summarise_column(mean, ["period", "power"], value="threat"), "power", batch.names.options)
    return rows.assign(rank=rows["power"].map(in_order(batch.names.options, rows["power"]).index))


def trust_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Trust of every country in the others in every quarter, with quantiles over runs."""
    (batch,) = batches
    summary = batch.tables["summary"]
    rows = summary[summary["outcome"] == "trust"].rename(columns={"entity": "country"})
    rows = named(kept_country(rows, batch, pick), "country", batch.names.countries)
    return rows.assign(rank=rows["country"].map(in_order(batch.names.countries, rows["country"]).index))


def draw_lines(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """One line with its band per name, which is written at its right end."""
    axis.set_ylim(*(limits or unit_limits(table)))
    draw_years(axis, table["period"])
    ends = []
    for rank, own in table.groupby("rank", sort=True):
        rows, style = own.sort_values("period"), line_style(int(str(rank)))
        name, color = str(rows["label"].iloc[0]), str(rows["color"].iloc[0])
        x = quarter_numbers(rows["period"])
        low, middle, high = rows[list(BAND)].to_numpy(dtype=np.float64).T
        axis.fill_between(x, low, high, color=color, alpha=BAND_ALPHA, lw=0, zorder=2)
        axis.plot(x, middle, color=color, ls=style, zorder=3)
        axis.plot(x[-1:], middle[-1:], "o", ms=3.5, color=color, zorder=4, clip_on=False)
        ends.append(Label(name, color, float(x[-1]), float(middle[-1])))
    _two_digits(axis)
    label_ends(axis, ends)
    return axis


def describe_lines(table: pd.DataFrame) -> str:
    """The value of every line at the end."""
    last = (
        table[table["period"] == table["period"].max()]
        .sort_values(MEDIAN, ascending=False, kind="stable")
        .head(MOST_NAMED)
    )
    parts = [f"{row['label']} {row[MEDIAN]:.2f}" for row in last.to_dict("records")]
    return f"Median over runs in {table['period'].max()}, the largest: {'; '.join(parts)}."


def lines_size(table: pd.DataFrame) -> Size:
    """Room for the names at the right."""
    return Size(WHOLE.width, WHOLE.height, right=text_width(table["label"]) + 0.35)


def open_limits(bands: pd.DataFrame) -> Limits:
    """Limits that hold every band and zero, at least `LEAST_SPAN` apart, without an upper limit."""
    low, high = min(0.0, float(bands[LOW].min())), float(bands[HIGH].max())
    return 1.05 * low, max(LEAST_SPAN + low, 1.05 * high)


def unit_limits(bands: pd.DataFrame) -> Limits:
    """Limits within 0..1 that hold every band, at least `LEAST_SPAN` apart so that small changes look small."""
    low, high = float(bands[LOW].min()), float(bands[HIGH].max())
    span = max(LEAST_SPAN, 1.1 * (high - low))
    start = min(max(0.0, (low + high - span) / 2), max(0.0, 1.0 - span))
    return start, min(1.0, start + span)
