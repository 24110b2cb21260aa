"""What a chart is: a name, what it shows and needs, and functions from results to a table and from a table to an axis.

Tables hold all that is drawn, names and colours included, so that they can be drawn, described and compared without
the results that they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd
from matplotlib.axes import Axes

from hedgesim.errors import HedgesimError, choose_from
from hedgesim.plots.labels import Labels, Names, in_order, label_of, mark_shocks, title_above
from hedgesim.plots.trust import Trust

Tables = Mapping[str, pd.DataFrame]
Limits = tuple[float, float]
Size = tuple[float, float]
RECORD_COLUMNS = ("format", "level", "period", "participants")
NO_SHOCKS = pd.DataFrame(columns=["period", "name"], dtype=str)
LABEL, COLOR = "label", "color"


@dataclass(frozen=True)
class Known:
    """What is known beside the results: how far they can be trusted, and the meetings of the record that were held."""

    trust: Trust = field(default_factory=Trust)
    meetings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RECORD_COLUMNS), dtype=str))
    """Columns `RECORD_COLUMNS`; participants: codes with notes in brackets, separated by semicolons."""


@dataclass(frozen=True)
class Batch:
    """Results as charts need them: what they are called, tables by name, names and colours, shocks, and the manifest.

    shocks: columns period, name. caption: scenario, number of runs, seed, and source of the parameters.
    """

    name: str
    tables: Tables
    names: Names
    shocks: pd.DataFrame = field(default_factory=lambda: NO_SHOCKS)
    caption: str = ""
    known: Known = field(default_factory=Known)
    manifest: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Pick:
    """What of the results is drawn: codes of a country and a power, and an outcome; empty for what a chart chooses."""

    country: str = ""
    power: str = ""
    outcome: str = ""


RUN, SWEEP = "run", "sweep"


@dataclass(frozen=True)
class Needs:
    """Results that a chart is drawn from: their kind, tables that they must have, and how many.

    fewest, most: batches that one drawing takes; of more than two, each later one is drawn with the first.
    """

    kind: str
    tables: tuple[str, ...] = ()
    fewest: int = 1
    most: int = 1

    def groups(self, batches: Sequence[Batch]) -> list[tuple[Batch, ...]]:
        """The batches of every drawing."""
        if self.most == 1 or len(batches) == 1:
            return [(batch,) for batch in batches]
        return [(batches[0], other) for other in batches[1:]]


class Draw(Protocol):
    """Draws a table on an axis; limits: of the axis of values, so that charts side by side have one scale."""

    def __call__(self, table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
        """Draw; the axis is given back."""


@dataclass(frozen=True)
class Chart:
    """A kind of chart.

    shows: in one line. needs: results that it is drawn from. table: from as many results as `needs` says, and what is
    picked of them, to all that is drawn. draw: table on an axis. describe:
    the table in one sentence with its main numbers, for readers who do not see it. limits: ends of the axis of values;
    of several tables, concatenated, the scale that they share. size: width and height of an axis, inches. panels:
    column of the table with a panel for each value. dated: whether its x axis is time, so that shocks are marked.
    """

    name: str
    shows: str
    needs: Needs
    table: Callable[[Sequence[Batch], Pick], pd.DataFrame]
    draw: Draw
    describe: Callable[[pd.DataFrame], str]
    limits: Callable[[pd.DataFrame], Limits]
    title: Callable[[pd.DataFrame], str]
    size: Callable[[pd.DataFrame], Size]
    panels: str = ""
    dated: bool = False

    def place(
        self,
        table: pd.DataFrame,
        axis: Axes,
        *,
        limits: Limits | None = None,
        shocks: pd.DataFrame = NO_SHOCKS,
        title: str = "",
    ) -> Axes:
        """Draw a table on an axis, with the names of shocks where it has a time axis, and a title above them."""
        self.draw(table, axis, self.limits(table) if limits is None else limits)
        rows = mark_shocks(axis, shocks, periods=table["period"]) if self.dated else 0
        title_above(axis, title, rows=rows)
        return axis


def named(table: pd.DataFrame, column: str, labels: Labels) -> pd.DataFrame:
    """A table with the names and colours of the codes in a column as `label` and `color`, in drawing order."""
    order = in_order(labels, table[column])
    found = {code: label_of(labels, code) for code in order}
    kept = table.assign(
        label=table[column].map(lambda code: found[code][0]), color=table[column].map(lambda code: found[code][1])
    )
    return kept.sort_values(column, key=lambda codes: codes.map(order.index), kind="stable", ignore_index=True)


def picked(option: str, code: str, known: Sequence[str], meanings: Mapping[str, str]) -> str:
    """A code that is known; HedgesimError with the code that may be meant."""
    if code not in known:
        raise HedgesimError(
            f"--{option} {code}", f"these results have no such {option}", choose_from(code, known, meanings)
        )
    return code
