"""A sweep in one panel: an outcome along one factor, and over two factors as a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from hedgesim.errors import HedgesimError, choose_from
from hedgesim.experiment.points import Factor
from hedgesim.numbers import HIGH, LOW, MEDIAN, apart, sentence, written
from hedgesim.plots.chart import PERCENT, SWEEP, Batch, Chart, Key, Limits, Needs, Pick, Size, in_shares
from hedgesim.plots.sweep_pages import SIZES, UNCHANGED, is_share, of_outcome, on_axis, plain, short_names
from hedgesim.plots.sweeps import along_table, cell_edges, draw_along, draw_cells, line_of, sweep_data
from hedgesim.plots.theme import GENERAL, SMALL, round_ticks, text_width
from hedgesim.results.region import names_in

ROOM = 0.06  # of the span of values, above and below
MOST_NAMED = 3


def table_along(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """The table of `along_table` of a sweep, with the words of the outcome; empty if nothing varies."""
    (batch,) = batches
    manifest: Mapping[str, Any] = batch.manifest
    outcome, runs = outcome_of(batch, pick), batch.tables["runs"]
    factors = [Factor(str(one["path"]), bool(one["numeric"])) for one in manifest["factors"]]
    words = of_outcome(outcome, names_in([manifest]))
    return along_table(sweep_data(runs, factors), outcome).assign(words=words, is_share=is_share(outcome))


def limits_along(table: pd.DataFrame) -> Limits:
    """Limits that hold every band."""
    low, high = float(table[LOW].min()), float(table[HIGH].max())
    room = ROOM * ((high - low) or 1.0)
    return low - room, high + room


def draw_alone(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """One factor with its ticks."""
    draw_along(table, axis, limits or limits_along(table))
    if (table["text"] != "").any():
        texts = [plain(text) for text in table["text"]]
        axis.set_xticks(table["at"], texts, rotation=TURN, ha="right", rotation_mode="anchor")
    else:
        round_ticks(axis.xaxis, 4)
    if table["path"].iloc[0].startswith(SIZES):
        axis.set_xlabel(UNCHANGED, size=SMALL)
    if bool(table["is_share"].iloc[0]):
        in_shares(axis.yaxis)
    else:
        axis.yaxis.set_major_formatter(GENERAL)
    return axis


def keys_along(table: pd.DataFrame) -> list[Key]:
    """The lines, where a factor splits the page."""
    lines = table[table["line"] != ""].drop_duplicates("rank")[["rank", "line"]].to_dict("records")
    return [(Line2D([], [], ms=4, **line_of(row["rank"])), row["line"]) for row in lines]


def describe_along(table: pd.DataFrame) -> str:
    """The factors along which the median moves most."""
    spans = table.groupby("panel", sort=False)[MEDIAN].agg(["min", "max"])
    order = (spans["max"] - spans["min"]).sort_values(ascending=False, kind="stable").index[:MOST_NAMED]
    share = bool(table["is_share"].iloc[0])
    ends = {name: [written(float(spans[end][name]), is_share=share) for end in ("min", "max")] for name in order}
    said = [f"{name} {low} to {high}" for name, (low, high) in ends.items()]
    return f"Median {table['words'].iloc[0]} moves most along {'; '.join(said)}."


def size_along(table: pd.DataFrame) -> Size:
    """Room for the texts of a factor, and below the size of a shock for what 1 means."""
    lines = 0.6 if table["path"].str.startswith(SIZES).any() else 0.42
    return Size(3.1, 2.2, 0.7, 0.25, below=max(lines, 0.2 + 0.55 * text_width(map(plain, table["text"]))))


ALONG = Chart(
    name="along",
    shows="an outcome of a sweep along every factor that varies, a panel each (--outcome)",
    needs=Needs(SWEEP, ("runs",)),
    picks=("outcome",),
    table=table_along,
    draw=draw_alone,
    describe=describe_along,
    limits=limits_along,
    title=lambda table: f"{sentence(str(table['words'].iloc[0]))}, along each varying factor",
    size=size_along,
    reads="Line or dot: median; band or bar: 5 to 95 % of runs. A panel pools all values of the factors that it does"
    " not show.",
    panels="panel",
    keys=keys_along,
)

SIDE = 3.6  # inches
BAR = (1.04, 0.0, 0.045, 1.0)  # colour bar beside the axis, as parts of it
TURN = 30  # degrees of the names of a text factor below the axis


def phase_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Mean of an outcome in every cell of two factors: a row per cell.

    The factors are those of `pick.factors`, else the first two that vary, numbers first. Columns x, y (numbers of the
    cell, or ranks of texts), x0, x1, y0, y1 (its edges), x_text, y_text (texts, empty for numbers), mean (empty where
    there is no run), n, x_label, y_label, words.
    """
    (batch,) = batches
    outcome, runs = outcome_of(batch, pick), batch.tables["runs"]
    paths = _two_factors(batch, runs, pick)
    labels, good = short_names(paths), runs[runs["failed"].isna()].dropna(subset=[*paths, outcome])
    points, sides = good[list(paths)].copy(), {}
    for side, path in zip("xy", paths, strict=True):
        texts = [] if pd.api.types.is_numeric_dtype(runs[path]) else list(dict.fromkeys(runs[path].astype(str)))
        points[path] = points[path].astype(str).map(texts.index) if texts else points[path].astype(float)
        sides[side] = texts
    edges = {side: _edges(points, path, sides[side]) for side, path in zip("xy", paths, strict=True)}
    counts, y_edges, x_edges = np.histogram2d(points[paths[1]], points[paths[0]], [edges["y"], edges["x"]])
    sums = np.histogram2d(points[paths[1]], points[paths[0]], [y_edges, x_edges], weights=good[outcome])[0]
    rows, columns = np.indices(counts.shape).reshape(2, -1)
    table = pd.DataFrame(
        {"n": counts.ravel(), "mean": np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).ravel()}
    )
    for side, place in (("x", columns), ("y", rows)):
        low, high = edges[side][:-1][place], edges[side][1:][place]
        texts = sides[side]
        text = [texts[n] if texts else "" for n in place]
        table = table.assign(**{side: (low + high) / 2, f"{side}0": low, f"{side}1": high, f"{side}_text": text})
    return table.assign(
        x_label=on_axis(paths[0], labels[paths[0]]),
        y_label=on_axis(paths[1], labels[paths[1]]),
        words=of_outcome(outcome, names_in([batch.manifest])),
        is_share=is_share(outcome),
    )


def outcome_of(batch: Batch, pick: Pick) -> str:
    """The outcome of a sweep that is picked, or its first; HedgesimError for one that it does not have."""
    manifest: Mapping[str, Any] = batch.manifest
    outcomes = [str(name) for name in manifest["outcomes"]]
    outcome = pick.outcome or outcomes[0]
    if outcome not in batch.tables["runs"]:
        raise HedgesimError(f"--outcome {outcome}", "this sweep has no such outcome", choose_from(outcome, outcomes))
    return outcome


def _two_factors(batch: Batch, runs: pd.DataFrame, pick: Pick) -> tuple[str, str]:
    manifest: Mapping[str, Any] = batch.manifest
    varied = [str(one["path"]) for one in manifest["factors"] if runs[str(one["path"])].nunique() > 1]
    numbers = [path for path in varied if pd.api.types.is_numeric_dtype(runs[path])]
    for path in pick.factors:
        if path not in varied:
            raise HedgesimError(f"--by {path}", "this sweep does not vary it", choose_from(path, varied))
    order = list(dict.fromkeys([*pick.factors, *numbers, *varied]))
    if len(order) < 2 or len(pick.factors) > 2:
        fault = "a phase map has two factors" if len(order) > 1 else "fewer than two factors vary in this sweep"
        raise HedgesimError(batch.name, fault, "Sweep an experiment that varies two, and name them with --by.")
    return order[0], order[1]


def _edges(points: pd.DataFrame, path: str, texts: Sequence[str]) -> Any:
    return np.arange(len(texts) + 1) - 0.5 if texts else cell_edges(points, path)


def phase_limits(table: pd.DataFrame) -> Limits:
    """Least and largest mean of a cell."""
    return float(table["mean"].min()), float(table["mean"].max())


def draw_phase(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Cells in colour with contours, hatched where there is no run; the colour bar is beside the axis."""
    scale = Normalize(*(limits or phase_limits(table)))
    ends = [np.array(sorted({*table[f"{side}0"], *table[f"{side}1"]})) for side in "xy"]
    shape = (len(ends[1]) - 1, len(ends[0]) - 1)
    cells = np.ma.masked_invalid(table["mean"].to_numpy(dtype=np.float64).reshape(shape))
    draw_cells(axis, cells, edges=ends, scale=scale, contours=not (table["x_text"] + table["y_text"]).any())
    for side, line in (("x", axis.xaxis), ("y", axis.yaxis)):
        texts = table.drop_duplicates(side)[[side, f"{side}_text"]]
        if texts[f"{side}_text"].any():
            turned: dict[str, Any] = {"rotation": TURN, "ha": "right", "rotation_mode": "anchor"} if side == "x" else {}
            line.set_ticks(texts[side], [plain(text) for text in texts[f"{side}_text"]], **turned)
        else:
            round_ticks(line, 5)
    axis.set(xlabel=table["x_label"].iloc[0], ylabel=table["y_label"].iloc[0])
    bar, figure = axis.inset_axes(BAR), axis.get_figure()
    assert figure is not None
    figure.colorbar(
        ScalarMappable(scale, "viridis"), cax=bar, format=PERCENT if bool(table["is_share"].iloc[0]) else GENERAL
    )
    bar.set_title("mean", size=SMALL, weight="normal", loc="left", pad=4)
    return axis


def describe_phase(table: pd.DataFrame) -> str:
    """Where the mean is lowest and where highest."""
    known = table[table["mean"].notna()]
    ends = known.loc[[known["mean"].idxmin(), known["mean"].idxmax()]].to_dict("records")
    share = bool(table["is_share"].iloc[0])
    texts = [written(row["mean"], is_share=True) for row in ends] if share else apart([row["mean"] for row in ends])
    said = [
        f"{name} {text} at {_at(row, 'x')} and {_at(row, 'y')}"
        for name, text, row in zip(("lowest", "highest"), texts, ends, strict=True)
    ]
    return f"Mean {table['words'].iloc[0]} over two factors: {'; '.join(said)}."


def _at(row: Mapping[Any, Any], side: str) -> str:
    label = row[f"{side}_label"].removesuffix(f" ({UNCHANGED})")
    return f"{label} {row[f'{side}_text'] or format(row[side], '.3g')}"


def phase_size(table: pd.DataFrame) -> Size:
    """A square with room for the names of text factors and for the colour bar."""
    below = 0.6 + text_width(table["x_text"]) * np.sin(np.radians(TURN))
    return Size(SIDE * 1.2, SIDE, 0.75 + text_width(table["y_text"]), 0.95, above=0.1, below=below)


PHASE_MAP = Chart(
    name="phase_map",
    shows="the mean of an outcome over two factors of a sweep (--by PATH --by PATH)",
    needs=Needs(SWEEP, ("runs",)),
    picks=("outcome", "by"),
    table=phase_table,
    draw=draw_phase,
    describe=describe_phase,
    limits=phase_limits,
    title=lambda table: f"Mean {table['words'].iloc[0]} over two factors",
    size=phase_size,
    reads="Colour: mean of the runs in a cell; lines: contours. Hatched: no run. Other factors are pooled.",
)
