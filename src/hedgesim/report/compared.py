"""What a page says of batches that are compared with the first: the answer, what was set, and ranked differences."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from hedgesim.analysis.beside import by_domain, rivalry_in_words
from hedgesim.analysis.comparison import Comparison, of_outcomes
from hedgesim.analysis.convergence import enough_in_words
from hedgesim.analysis.headline import (
    PRESENCE,
    SHOWN,
    amount,
    beyond,
    how_compared,
    in_headline,
    in_words,
    runs_in_words,
    runs_with_sign,
    same,
    what_of,
)
from hedgesim.numbers import alike, percent, significant
from hedgesim.report.parts import Cell, Fact, Lines, Part, Row, Section, Table, texts
from hedgesim.results.results import Results

Names = Mapping[str, str]
Difference = Mapping[Any, Any]

COLUMNS = (
    "rank", "outcome", "difference", "90 % from", "to", "standard error", "relative", "same sign", "effect", "runs",
)  # fmt: skip


def question_of(found: Comparison) -> str:
    """The question that a comparison answers."""
    first, *others = found.names
    return f"What is different in {_listed(others)} compared with {first}?"


def answering(found: Comparison, outcome: str, powers: Collection[str]) -> Difference:
    """The difference that is the answer: the largest of an outcome asked for, else of the presence of a power.

    That over all countries comes before those of countries. Without such an outcome it is the one with the largest
    effect.
    """
    rows = found.differences
    asked = of_outcomes(found, [outcome]) if outcome else rows[rows["option"].isin(powers)]
    over_all = asked[asked["entity"] == ""]
    chosen = next((some for some in (over_all, asked) if len(some)), None)
    place = rows["effect"].idxmax() if chosen is None else chosen["difference"].abs().idxmax()
    return dict(rows.loc[int(str(place))])


def answer(found: Comparison, row: Difference, names: Names) -> str:
    """The answer in a sentence, with its interval."""
    first, other = found.names[0], row["batch"]
    when = f" in {found.period}" if found.period else ""
    what = as_subject(what_of(row, names))
    if row["difference"] == 0.0:
        return f"{what} is on average the same in {other} and {first}{when}."
    size, interval = amount(abs(row["difference"]), row), _interval(row)
    way = "higher" if row["difference"] > 0.0 else "lower"
    pairs = f"90 % of {_pairs(row)}" if row["paired"] else "90 % interval of the difference of means"
    return f"{what} is {size} {way} in {other} than in {first}{when} ({pairs}: {interval})."


def _pairs(row: Difference) -> str:
    """Of how many pairs of runs a difference is."""
    return runs_in_words(row["n"], row["runs"], "paired runs")


def others(found: Comparison, row: Difference) -> str:
    """The same outcome in the other batches, in short; nothing where there are two."""
    rows, key = found.differences, ["outcome", "entity", "option"]
    same = rows[(rows[key] == [row[name] for name in key]).all(axis=1) & (rows["batch"] != row["batch"])]
    said = [f"{one['batch']} {amount(one['difference'], one, '+')}" for one in same.to_dict("records")]
    return f" Against {found.names[0]} too: {'; '.join(said)}." if said else ""


def _interval(row: Difference) -> str:
    """The interval of a difference, with its sign."""
    scale = 100.0 if row["outcome"] == PRESENCE else 1.0
    low, high = alike((scale * row[end] for end in ("low", "high")), sign="+")
    return f"{low} to {high}"


def facts(row: Difference) -> tuple[Fact, ...]:
    """How large the difference of the answer is, and whether there are enough runs for it."""
    levels = [f"{100 * row[side]:.1f} %" if row["outcome"] == PRESENCE else significant(row[side])
              for side in ("base", "value")]  # fmt: skip
    size = f"{levels[1]} instead of {levels[0]}"
    if math.isfinite(row["effect"]) and row["effect"] > 0.0:
        size += f", {significant(row['effect'], 2)} standard deviations of runs"
    if row["paired"]:
        size += f"; the same sign {runs_with_sign(row['same_sign'], row['n'], row['runs'])}"
    enough = enough_in_words(row["difference"], row["error"], row["n"])
    return Fact("How large", f"{size}."), Fact("Enough runs?", enough)


def sections(found: Comparison, names: Names, asked: str = "") -> list[Section]:
    """What was set differently, the headline, and the ranked differences; asked: the outcome that comes first."""
    others = found.names[1:]
    heads = tuple(part for other in others for part in _headline(found, other, names, asked))
    ranked = [_ranked(found, other, names) for other in others]
    return [
        Section("differs", "Settings that differ", _settings(found)),
        Section("headline", "Largest differences", heads),
        Section("ranked", "All differences, ranked", (Lines((EFFECT,)), *ranked)),
    ]


EFFECT = (
    "Ranked by effect: the difference over the standard deviation of runs. Paired: the interval contains 90 % of the "
    "paired differences, and same sign is the share of pairs whose difference has the sign of the mean. Not paired: "
    "the interval is that of the difference of the means. Presence is in percentage points."
)


def _settings(found: Comparison) -> tuple[Part, ...]:
    rows = tuple(Row(texts(*map(_shown, row))) for row in found.settings.itertuples(index=False))
    if rows:
        return _left_out(found, Table("Values that differ between batches", ("setting", *found.names), rows))
    return _left_out(found, Lines(("The values of the scenarios, the seed, the runs and the version are the same.",)))


def _left_out(found: Comparison, part: Part) -> tuple[Part, ...]:
    """A part, and below it what could not be compared."""
    return (part, Lines(found.left_out, listed="ul")) if found.left_out else (part,)


def _of_headline(found: Comparison, other: str, asked: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The outcome that is asked for, and those of the headline that differ most."""
    own = found.differences[found.differences["batch"] == other]
    first = own.loc[own.index.isin(of_outcomes(found, [asked]).index)].head(SHOWN) if asked else own.head(0)
    differing = own[~same(own)]
    most = differing[in_headline(differing) & ~differing.index.isin(first.index)].head(SHOWN - len(first))
    return first, most


def beside(found: Comparison, batches: Sequence[Results], asked: str) -> tuple[Part, ...]:
    """What stands beside the headline: presence by domain, and what of the hedging index is rivalry."""
    parts: list[Part] = []
    for other, batch in zip(found.names[1:], batches[1:], strict=True):
        pair = (batches[0], batch)
        rows = pd.concat(_of_headline(found, other, asked)).to_dict("records")
        if domains := by_domain(pair, found, rows):
            cells = tuple(Row(texts(what, *numbers)) for what, numbers in domains.rows)
            caption = f"Presence by domain: {other} less {found.names[0]}, percentage points, {domains.n} kept runs"
            parts.append(Table(caption, ("presence", *domains.domains), cells))
        if said := rivalry_in_words(pair, found, other, rows):
            parts.append(Lines((said,)))
    return tuple(parts)


def _headline(found: Comparison, other: str, names: Names, asked: str) -> tuple[Part, ...]:
    """The outcome that is asked for, and those of the headline that differ most, in words and with their effects."""
    own = found.differences[found.differences["batch"] == other]
    first, most = _of_headline(found, other, asked)
    how = f"{other} against {found.names[0]}: {how_compared(own)}. {beyond(own[~same(own)], most)}"
    if first.empty and most.empty:
        return Lines((how,)), Lines(("No main outcome differs in any run.",))
    ranks = [*[Cell("asked for", 0)] * len(first), *(Cell(str(rank), rank) for rank in range(1, len(most) + 1))]
    rows = []
    for rank, row in zip(ranks, pd.concat([first, most]).to_dict("records"), strict=True):
        cells = (rank, Cell(in_words(row, names)), Cell(_interval(row)), _number(row["effect"]))
        rows.append(Row(cells, str(row["entity"]), str(row["option"])))
    caption = f"{other} against {found.names[0]}, ranked by effect"
    return Lines((how,)), Table(caption, ("rank", "difference", "90 % of runs", "effect"), tuple(rows))


def _ranked(found: Comparison, other: str, names: Names) -> Table:
    own = found.differences[found.differences["batch"] == other]
    alike_in_all = int(same(own).sum())
    differing = own[~same(own)].to_dict("records")
    caption = f"{other} less {found.names[0]}, {len(differing)} outcomes"
    caption += f"; {alike_in_all} more are the same in every run" if alike_in_all else ""
    rows = tuple(_row(rank, row, names) for rank, row in enumerate(differing, start=1))
    return Table(caption, COLUMNS, rows, folded=True)


def _row(rank: int, row: Difference, names: Names) -> Row:
    scale = 100.0 if row["outcome"] == PRESENCE else 1.0
    signed = [scale * row[name] for name in ("difference", "low", "high")]
    ends = [Cell(text, value) for text, value in zip(alike(signed, sign="+"), signed, strict=True)]
    shares = [_percent(row["relative"], 1, "+"), _percent(row["same_sign"])]
    cells = (
        Cell(str(rank), rank), Cell(what_of(row, names)), *ends, _number(scale * row["error"]), *shares,
        _number(row["effect"]), Cell(runs_of(row), row["n"]),
    )  # fmt: skip
    return Row(cells, str(row["entity"]), str(row["option"]))


def _number(value: float) -> Cell:
    return Cell(significant(value), value) if math.isfinite(value) else Cell("")


def _percent(share: float, decimals: int = 0, sign: str = "") -> Cell:
    return Cell(percent(share, decimals, sign), 100.0 * share if math.isfinite(share) else None)


def runs_of(row: Difference) -> str:
    """How many runs, or of how many those are that were kept."""
    return f"{row['n']} of {row['runs']} kept" if row["n"] < row["runs"] else str(row["n"])


def _shown(value: object) -> str:
    """A value of a scenario; what is empty is said, so that a cell does not look forgotten."""
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value)) or "none"


def as_subject(what: str) -> str:
    """What a difference is about as the subject of a sentence."""
    return f"{what}," if ", " in what else what


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
