"""Charts of change: the paired difference between two batches over time, and before and after by country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from hedgesim.analysis.headline import runs_in_words
from hedgesim.engines.records import SYSTEM
from hedgesim.errors import HedgesimError
from hedgesim.numbers import HIGH, LOW, sentence, written
from hedgesim.plots.chart import ANY, RUN, Batch, Chart, Limits, Needs, Pick, Quantity, Size, named, quantity_of
from hedgesim.plots.theme import INK, MUTED, NORMAL, POINTS_PER_INCH, SMALL, plain_rows, text_color, text_width
from hedgesim.plots.timeline import draw_years, quarter_numbers
from hedgesim.results.summary import paired_difference, without_rounding
from hedgesim.results.tables import SUMMARY

ALL = "all countries"
BAND_ALPHA = 0.25
EDGE = 0.08  # of the span of a difference, beyond its bands
LEAST = 1e-3  # least span of a difference
ROOM = 0.12  # of the span of values, left and right of a dumbbell, for its numbers
DUMBBELL_ROW = 0.42  # inches
BESIDE = 0.1  # inches beyond these numbers
AT_END = 6  # points between the end of a line and its number
BOLD = 1.25  # width of bold type, of plain type


def check_pairs(first: Batch, second: Batch) -> None:
    """Refuse batches of different seeds, whose runs are no pairs."""
    seeds = [batch.manifest.get("seed") for batch in (first, second)]
    if seeds[0] != seeds[1]:
        fault = f"the seeds differ ({seeds[0]} and {seeds[1]}), so their runs are not paired"
        raise HedgesimError(second.name, fault, "Run both with one --seed.")


def difference_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """The second batch less the first: a row per country (or one for all) and quarter.

    Columns country, label, color, period, mean (over all runs), and of the pairs of runs that are kept q05, q95 and n,
    and of all rows alike words (of the outcome), is_share, first and second (names of the batches), all and shown (of
    which pairs mean and band are, in words).

    Raises:
        HedgesimError: seeds differ, so that runs are no pairs, or the batches share no quarter.
    """
    first, second = batches
    quantity = quantity_of(first, pick)
    check_pairs(first, second)
    keys = ["period", *(["country"] if quantity.of_countries else [])]
    sides = [_rows(batch, quantity, pick) for batch in (second, first)]
    try:
        rows = paired_difference(*sides, keys=keys, value=quantity.column)
    except ValueError as error:
        fault = f"it has no run, quarter and country in common with {first.name}"
        raise HedgesimError(second.name, fault, "Compare runs of the same quarters and countries.") from error
    pairs, (of_mean, rows) = int(rows["n"].max()), _with_means(rows.drop(columns="error"), batches, quantity)
    runs = max(pairs, *map(_runs_of, batches))
    whole = rows.assign(country="", label=ALL, color=INK)
    rows = named(rows, "country", first.names.countries) if quantity.of_countries else whole
    about: dict[str, Any] = {
        "all": runs_in_words(of_mean, runs, "pairs of runs"),
        "shown": runs_in_words(pairs, runs, "pairs of runs"),
        "words": quantity.words,
        "is_share": quantity.is_share,
        "first": first.name,
        "second": second.name,
    }
    return rows.assign(**about)


def _with_means(rows: pd.DataFrame, batches: Sequence[Batch], quantity: Quantity) -> tuple[int, pd.DataFrame]:
    """Rows with means over all pairs of runs, or over those kept where a run failed, and over how many they are."""
    whole = [batch.tables[SUMMARY] for batch in batches]
    own = [one[one["outcome"] == quantity.column].set_index(["entity", "period"]) for one in whole]
    counts = {*map(_runs_of, batches), *(int(n) for one in own for n in one["n"].unique())}
    if len(counts) > 1 or 0 in counts:
        return int(rows["n"].max()), rows
    entity = rows["country"] if quantity.of_countries else pd.Series(SYSTEM, index=rows.index)
    at = pd.MultiIndex.from_arrays([entity, rows["period"]])
    change = own[1]["mean"].reindex(at).to_numpy() - own[0]["mean"].reindex(at).to_numpy()
    return counts.pop(), rows.assign(mean=without_rounding(change))


def _runs_of(batch: Batch) -> int:
    return int(str(batch.manifest.get("runs", 0)))


def _rows(batch: Batch, quantity: Quantity, pick: Pick) -> pd.DataFrame:
    rows = batch.tables[quantity.table]
    return rows[rows["country"] == pick.country] if pick.country and quantity.of_countries else rows


def difference_limits(table: pd.DataFrame) -> Limits:
    """Limits that hold zero and every band."""
    ends = table[[LOW, HIGH, "mean"]]
    low, high = min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max()))
    room = EDGE * max(high - low, LEAST)
    return low - room, high + room


def draw_difference(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A zero line, the band of 5 to 95 % of pairs, the mean, and its value at the end; rows of one country."""
    low, high = limits or difference_limits(table)
    draw_years(axis, table["period"])
    axis.set_ylim(low, high)
    rows = table.sort_values("period")
    x, color = quarter_numbers(rows["period"]), str(rows["color"].iloc[0])
    axis.axhline(0.0, color=INK, lw=1.0, zorder=1.8)
    axis.fill_between(x, rows[LOW], rows[HIGH], color=color, alpha=BAND_ALPHA, lw=0, zorder=2)
    axis.plot(x, rows["mean"], color=color, lw=2.0, zorder=3)
    axis.plot(x[-1:], rows["mean"].iloc[-1:], "o", color=color, ms=4, zorder=4, clip_on=False)
    is_share, last = bool(rows["is_share"].iloc[0]), float(rows["mean"].iloc[-1])
    text = _at_end(last, is_share=is_share)
    style: dict[str, Any] = {
        "size": NORMAL,
        "weight": "bold",
        "color": text_color(color),
        "va": "center",
        "annotation_clip": False,
    }
    axis.annotate(text, (x[-1], last), (AT_END, 0), textcoords="offset points", **style)
    _in_points(axis, is_share=is_share)
    return axis


def _at_end(mean: float, *, is_share: bool) -> str:
    """The number at the end of a line."""
    return written(mean, is_share=is_share, sign="+").removesuffix(" points")


def difference_size(table: pd.DataFrame) -> Size:
    """Room at the right for the numbers at the ends of lines."""
    last = table[table["period"] == table["period"].max()]
    texts = [_at_end(mean, is_share=is_share) for mean, is_share in zip(last["mean"], last["is_share"], strict=True)]
    return Size(3.1, 2.2, right=text_width(texts) * BOLD * NORMAL / SMALL + AT_END / POINTS_PER_INCH + BESIDE)


def _in_points(axis: Axes, *, is_share: bool) -> None:
    axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if is_share:
        axis.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100.0 * share:+g}" if share else "0"))


def describe_difference(table: pd.DataFrame) -> str:
    """How large the difference is in the last quarter, by country, in how many pairs of runs."""
    last = table[table["period"] == table["period"].max()].to_dict("records")
    one, is_share = last[0], bool(last[0]["is_share"])
    parts = []
    for row in last:
        mean, low, high = (written(row[name], is_share=is_share, sign="+") for name in ("mean", LOW, HIGH))
        parts.append(f"{row['label']} {mean} ({low.removesuffix(' points')} to {high})")
    head = f"{sentence(one['words'])}, {one['second']} less {one['first']} in {one['period']}"
    of = "" if one["all"] == one["shown"] else f" of {one['all']}"
    return f"{head}, mean{of} and 5 to 95 % of {one['shown']}: {'; '.join(parts)}."


def difference_title(table: pd.DataFrame) -> str:
    """Outcome and batches."""
    one = table.iloc[0]
    unit = ", percentage points" if one["is_share"] else ""
    return f"{sentence(one['words'])}: {one['second']} less {one['first']}{unit}"


def before_after_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """An outcome of every country before and after: first and last quarter of a batch, or the ends of two batches.

    Columns country, label, color, before, after (means over runs), low, high (5 and 95 % of runs, after), and of all
    rows alike words, is_share, first and second (what is before and what after: quarters, or batches), and when (where
    both are of one quarter, it in words, else nothing).
    """
    one, other = batches[0], batches[-1]
    quantity = quantity_of(one, pick)
    if not quantity.of_countries:
        raise HedgesimError(f"--outcome {quantity.column}", "this outcome is not of countries", "Draw difference.")
    sides = [_means(batch, quantity) for batch in (one, other)]
    quarters = [sides[0]["period"].min() if one is other else sides[0]["period"].max(), sides[1]["period"].max()]
    before, after = (side[side["period"] == at].set_index("entity") for side, at in zip(sides, quarters, strict=True))
    shared = [code for code in before.index.intersection(after.index) if pick.country in {"", code}]
    if not shared:
        raise HedgesimError(other.name, f"it has no country in common with {one.name}", "Compare one region.")
    spread = {"low": after.loc[shared, LOW], "high": after.loc[shared, HIGH]}
    rows = pd.DataFrame({"before": before.loc[shared, "mean"], "after": after.loc[shared, "mean"], **spread})
    first, second, when = _called(batches, quarters)
    about: dict[str, Any] = {
        "words": quantity.words,
        "is_share": quantity.is_share,
        "first": first,
        "second": second,
        "when": when,
    }
    return named(rows.rename_axis("country").reset_index(), "country", one.names.countries).assign(**about)


def _called(batches: Sequence[Batch], quarters: Sequence[str]) -> tuple[str, str, str]:
    """What the two ends are called, and the quarter of both in words, if it is one."""
    first, second = quarters
    if len(batches) == 1:
        return first, second, ""
    one, other = (batch.name for batch in batches)
    return (one, other, f" in {first}") if first == second else (f"{one} {first}", f"{other} {second}", "")


def _means(batch: Batch, quantity: Quantity) -> pd.DataFrame:
    summary = batch.tables["summary"]
    return summary[(summary["outcome"] == quantity.column) & (summary["entity"] != SYSTEM)]


def before_after_limits(table: pd.DataFrame) -> Limits:
    """Limits that hold every value and its band, with room for numbers at both sides."""
    ends = table[["before", "after", "low", "high"]]
    low, high = float(ends.min().min()), float(ends.max().max())
    room = ROOM * max(high - low, LEAST)
    return (0.0 if 0.0 <= low < 2 * room else low - room), high + room


def draw_before_after(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A row per country: a white dot before, a filled one after, a line between, and the change as a number."""
    axis.set_xlim(*(limits or before_after_limits(table)))
    is_share = bool(table["is_share"].iloc[0])
    for y, row in enumerate(table.to_dict("records")):
        color, before, after = row["color"], row["before"], row["after"]
        axis.plot(
            [row["low"], row["high"]], [y, y], color=color, alpha=BAND_ALPHA, lw=7, solid_capstyle="butt", zorder=1
        )
        axis.plot([before, after], [y, y], color=color, lw=2.0, zorder=2)
        axis.plot([before], [y], "o", mfc="white", mec=color, mew=1.6, ms=7, zorder=3)
        axis.plot([after], [y], "o", color=color, ms=7, zorder=4)
        text = written(after - before, is_share=is_share, sign="+")
        style: dict[str, Any] = {"size": SMALL, "color": text_color(color), "ha": "center", "va": "bottom"}
        axis.annotate(text, ((before + after) / 2, y), (0, 5), textcoords="offset points", **style)
    _name_ends(axis, table)
    axis.set_yticks(range(len(table)), list(table["label"]), size=NORMAL, color=INK)
    axis.set_ylim(len(table) - 0.5, -0.8)
    plain_rows(axis, "left")
    axis.grid(visible=True, axis="x")
    if is_share:
        axis.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    return axis


def _name_ends(axis: Axes, table: pd.DataFrame) -> None:
    """Say below the first row which dot is before and which after."""
    first = table.iloc[0]
    sides = ("right", "left") if first["before"] <= first["after"] else ("left", "right")
    for name, at, side in ((first["first"], first["before"], sides[0]), (first["second"], first["after"], sides[1])):
        style: dict[str, Any] = {"size": SMALL, "color": MUTED, "ha": side, "va": "top", "annotation_clip": False}
        axis.annotate(str(name), (at, 0), (0, -6), textcoords="offset points", **style)


def describe_before_after(table: pd.DataFrame) -> str:
    """Values of every country before and after."""
    one, is_share = table.iloc[0], bool(table["is_share"].iloc[0])
    parts = [
        f"{row['label']} {written(row['before'], is_share=is_share)} to {written(row['after'], is_share=is_share)}"
        for row in table.to_dict("records")
    ]
    head = f"{sentence(one['words'])}{one['when']}, mean over runs"
    return f"{head}, {one['first']} to {one['second']}: {'; '.join(parts)}."


def before_after_title(table: pd.DataFrame) -> str:
    """Outcome and the two times or batches."""
    one = table.iloc[0]
    return f"{sentence(one['words'])}{one['when']}: {one['first']} and {one['second']}"


DIFFERENCE = Chart(
    name="difference",
    shows="how much higher an outcome is in the second run than in the first, run by run, over time",
    needs=Needs(RUN, (SUMMARY, "countries", "system"), fewest=2, most=2),
    picks=ANY,
    table=difference_table,
    draw=draw_difference,
    describe=describe_difference,
    limits=difference_limits,
    title=difference_title,
    size=difference_size,
    reads="Line: mean over {all} with the same random numbers; band: 5 to 95 % of {shown}.",
    panels="label",
    dated=True,
)
BEFORE_AFTER = Chart(
    name="before_after",
    shows="an outcome of every country before and after: first and last quarter of a run, or the ends of two runs",
    needs=Needs(RUN, ("summary",), most=2),
    picks=ANY,
    table=before_after_table,
    draw=draw_before_after,
    describe=describe_before_after,
    limits=before_after_limits,
    title=before_after_title,
    size=lambda table: Size(6.0, DUMBBELL_ROW * (len(table) + 1), text_width(table["label"]) * NORMAL / SMALL + 0.3),
    reads="White dot: {first}; filled dot: {second} (means over runs); pale bar ({second}): 5 to 95 % of runs.",
)
