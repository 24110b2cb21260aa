"""What a chart is: a name, what it shows and needs, and functions from results to a table and from a table to an axis.

Tables hold all that is drawn, names and colours included, so that they can be drawn, described and compared without
the results that they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import NamedTuple, Protocol

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.errors import HedgesimError, choose_from
from hedgesim.model.named_outcomes import named as outcome_named
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.plots.labels import Labels, Names, in_order, label_of
from hedgesim.plots.timeline import mark_shocks, title_above
from hedgesim.plots.trust import Trust
from hedgesim.results.tables import PRESENCE

Tables = Mapping[str, pd.DataFrame]
Limits = tuple[float, float]
Key = tuple[Artist, str]
RECORD_COLUMNS = ("format", "level", "period", "participants")
NO_SHOCKS = pd.DataFrame(columns=["period", "name"], dtype=str)
LABEL, COLOR = "label", "color"
SHARE_UNITS = ("share", "probability")
PRESENCE_NAME = PRESENCE.rstrip("_")


@dataclass(frozen=True)
class Known:
    """What is known beside the results: how far they can be trusted, and the meetings of the record that were held."""

    trust: Trust = field(default_factory=Trust)
    meetings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RECORD_COLUMNS), dtype=str))
    """Columns `RECORD_COLUMNS`; participants: codes with notes in brackets, separated by semicolons."""


@dataclass(frozen=True)
class Batch:
    """Results as charts need them: what they are called, tables by name, names and colours, shocks, and the manifest.

    shocks: columns period, name. caption: scenario, number of runs, and seed. notes: what else there is to say of it.
    """

    name: str
    tables: Tables
    names: Names
    shocks: pd.DataFrame = field(default_factory=lambda: NO_SHOCKS)
    caption: str = ""
    notes: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)
    manifest: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Pick:
    """What of the results is drawn: codes of a country and a power, an outcome, and paths of factors of a sweep.

    What is empty the chart chooses.
    """

    country: str = ""
    power: str = ""
    outcome: str = ""
    factors: tuple[str, ...] = ()


RUN, SWEEP, DISCOVERY, HINDCAST, TOURNAMENT = "run", "sweep", "discovery", "hindcast", "tournament"
MADE_BY: Mapping[str, str] = {
    RUN: "hedgesim run SCENARIO",
    SWEEP: "hedgesim sweep EXPERIMENT",
    DISCOVERY: "hedgesim discover EXPERIMENT",
    HINDCAST: "hedgesim hindcast",
    TOURNAMENT: "hedgesim tournament",
}
"""Kinds of results, and the command that makes them."""


class Size(NamedTuple):
    """Inches of an axis, and of the room for names around it."""

    width: float
    height: float
    left: float = 0.65
    right: float = 0.3
    above: float = 0.0
    below: float = 0.42


@dataclass(frozen=True)
class Needs:
    """Results that a chart is drawn from: their kind, tables that they must have, and how many.

    also: another kind that will do. fewest, most: batches that one drawing takes; of more than two, each later one is
    drawn with the first. names: of `Names` what must not be empty.
    """

    kind: str
    tables: tuple[str, ...] = ()
    fewest: int = 1
    most: int = 1
    also: str = ""
    names: str = ""

    @property
    def made_by(self) -> str:
        """The commands that make them."""
        return " or ".join(MADE_BY[kind] for kind in (self.kind, self.also) if kind)

    def groups(self, batches: Sequence[Batch]) -> list[tuple[Batch, ...]]:
        """The batches of every drawing."""
        if self.most == 1 or len(batches) == 1:
            return [(batch,) for batch in batches]
        return [(batches[0], other) for other in batches[1:]]


ANY = ("country", "power", "outcome")
"""What can be picked of most charts of runs."""


class Draw(Protocol):
    """Draws a table on an axis; limits: of the axis of values, so that charts side by side have one scale."""

    def __call__(self, table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
        """Draw; the axis is given back."""


@dataclass(frozen=True)
class Chart:
    """A kind of chart.

    shows: in one line. needs: results that it is drawn from. table: from as many results as `needs` says, and what is
    picked of them, to all that is drawn. draw: table on an axis. describe: the table in one sentence with its main
    numbers, for readers who do not see it. limits: ends of the axis of values; of several tables, concatenated, the
    scale that they share. panels: column of the table with a panel for each value. reads: how the chart is read, where
    `{column}` stands for what a column of the table holds. keys: of a legend, where direct labels do not say it all.
    dated: whether its x axis is time, so that shocks are marked; years: the part of the axis that is time. picks: what
    can be picked. own_scale: whether panels have each its own scale by default. columns: panels side by side.
    same_rows: whether rows of all panels have the same names, which the first column then has. projection: of the axis.
    parts, about: parts of the start that it rests on, and quantities of patterns that it shows.
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
    picks: tuple[str, ...] = ()
    reads: str = ""
    panels: str = ""
    keys: Callable[[pd.DataFrame], Sequence[Key]] = lambda _: ()
    dated: bool = False
    years: float = 1.0
    own_scale: bool = False
    columns: int = 3
    same_rows: bool = False
    projection: str = ""
    parts: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    def lacking(self, batch: Batch) -> str:
        """What a batch lacks of what the chart needs, in words; nothing if it has all."""
        if self.needs.names and not getattr(batch.names, self.needs.names):
            return f"the region has nothing that {self.name} shows"
        empty = [name for name in self.needs.tables if name not in batch.tables or not len(batch.tables[name])]
        return f"it has no {' and '.join(empty)}" if empty else ""

    def reading(self, table: pd.DataFrame) -> str:
        """How the chart of a table is read."""
        columns = [name for _, name, _, _ in Formatter().parse(self.reads) if name]
        return self.reads.format_map({name: " or ".join(map(str, table[name].unique())) for name in columns})

    def place(
        self,
        table: pd.DataFrame,
        axis: Axes,
        *,
        limits: Limits | None = None,
        shocks: pd.DataFrame = NO_SHOCKS,
        title: str = "",
        flags: int | None = None,
    ) -> Axes:
        """Draw a table on an axis, with shocks where it has a time axis, and a title above them.

        flags: rows that the names of shocks take in the panels of a row; 0 where panels above have them.
        """
        self.draw(table, axis, self.limits(table) if limits is None else limits)
        rows = mark_shocks(axis, shocks, periods=table["period"], named=flags != 0) if self.dated else 0
        title_above(axis, title, rows=max(rows, flags or 0))
        return axis


def named(table: pd.DataFrame, column: str, labels: Labels) -> pd.DataFrame:
    """A table with the names and colours of the codes in a column as `label` and `color`, in drawing order."""
    order = in_order(labels, table[column])
    found = {code: label_of(labels, code) for code in order}
    kept = table.assign(
        label=table[column].map(lambda code: found[code][0]), color=table[column].map(lambda code: found[code][1])
    )
    return kept.sort_values(column, key=lambda codes: codes.map(order.index), kind="stable", ignore_index=True)


def check_picks(chart: Chart, pick: Pick) -> None:
    """Refuse what a chart cannot pick."""
    for option, name in (("country", "country"), ("power", "power"), ("outcome", "outcome"), ("by", "factors")):
        value = getattr(pick, name)
        if value and option not in chart.picks:
            known = ", ".join(f"--{one}" for one in chart.picks)
            remedy = f"It takes {known}." if known else "Leave the option out."
            raise HedgesimError(f"--{option}", f"the chart {chart.name} does not take it", remedy)


def kept_country(rows: pd.DataFrame, batch: Batch, pick: Pick) -> pd.DataFrame:
    """Rows of the country that is picked, by default of all; HedgesimError for one that is not there."""
    if not pick.country:
        return rows
    meanings = {code: name for code, (name, _) in batch.names.countries.items()}
    return rows[rows["country"] == picked("country", pick.country, sorted(rows["country"].unique()), meanings)]


PERCENT = FuncFormatter(lambda share, _: f"{100.0 * share:g}%")  # of ticks of shares


def in_shares(axis: Axis) -> None:
    """Ticks of shares, in percent."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PERCENT)


def picked(option: str, code: str, known: Sequence[str], meanings: Mapping[str, str]) -> str:
    """A code that is known; HedgesimError with the code that may be meant."""
    if code not in known:
        raise HedgesimError(
            f"--{option} {code}", f"these results have no such {option}", choose_from(code, known, meanings)
        )
    return code


@dataclass(frozen=True)
class Quantity:
    """An outcome: its column, the table that has it (`countries` or `system`), and what it is called."""

    column: str
    table: str
    words: str
    is_share: bool

    @property
    def of_countries(self) -> bool:
        """Whether every country has its own."""
        return self.table == "countries"


def quantity_of(batch: Batch, pick: Pick) -> Quantity:
    """The outcome that is picked: by default the presence of the power picked, or of the aggressor.

    Raises:
        HedgesimError: the results have no such outcome, power or country.
    """
    powers, countries = batch.names.options, batch.names.countries
    outcome = pick.outcome or PRESENCE_NAME
    if outcome.startswith(PRESENCE):
        pick, outcome = Pick(pick.country, outcome.removeprefix(PRESENCE), ""), PRESENCE_NAME
    if pick.country:
        picked("country", pick.country, list(countries), {code: name for code, (name, _) in countries.items()})
    _refuse_named(outcome)
    picked("outcome", outcome, list(OUTCOMES), {})
    if outcome == PRESENCE_NAME:
        power = pick.power or batch.names.aggressor or next(iter(powers))
        picked("power", power, list(powers), {code: name for code, (name, _) in powers.items()})
        return Quantity(PRESENCE + power, "countries", f"presence of {label_of(powers, power)[0]}", is_share=True)
    item = OUTCOMES[outcome]
    return Quantity(outcome, item.table, outcome.replace("_", " "), is_share=item.unit in SHARE_UNITS)


def _refuse_named(outcome: str) -> None:
    """Refuse an outcome of a single place, which charts over time do not have under this name."""
    one = outcome_named(outcome) if outcome not in OUTCOMES else None
    if one is None or not one.codes:
        return
    stem, fault = one.family.stem, "it is stored at the end of runs only, so it has no chart over time"
    if one.family.places == ("country",) and stem in OUTCOMES:
        fault, remedy = "a chart names outcome and country apart", f"Give --outcome {stem} --country {one.codes[0]}."
    else:
        trust = ", or plot the chart trust" if stem == "trust" else ""
        remedy = f"See hedgesim compare --outcome {outcome}{trust}."
    raise HedgesimError(f"--outcome {outcome}", fault, remedy)
