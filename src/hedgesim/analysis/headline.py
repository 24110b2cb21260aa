"""Differences between batches in words: which come first, by how much, in how many runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hedgesim.numbers import in_brief, sentence

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
"""Outcomes of the headline."""

PRESENCE, MEETINGS = "presence", "leader_meetings"
MEMBERSHIP = "member"
HEADLINE = (PRESENCE, "hedging_index", "cohesion", MEETINGS, "leader_meetings_outside", "first_time_formats",
            "realignments")  # fmt: skip
"""Outcomes of the headline, of the system, of all countries and of one; see `beyond`."""

MOST_NAMED = 4
"""Outcomes beyond the headline that are named."""

SAME_IN_ALL = "Intervals hold chance alone: all runs of a scenario have the same parameters and sizes of shocks."
"""What intervals over the runs of one scenario hold, and what they do not."""

Row = Mapping[Any, Any]


def how_compared(own: pd.DataFrame) -> str:
    """How the two were compared."""
    if own["paired"].all():
        most, fewest = own["n"].max(), own["n"].min()
        runs = runs_in_words(most, own["runs"].max())
        kept = f"; for outcomes that only kept runs have, {runs_in_words(fewest, most)}" if fewest < most else ""
        return f"paired by random numbers, {runs}{kept}"
    return "not paired, because seeds, runs or varying values differ; intervals are those of the difference of means"


def runs_in_words(n: int, runs: int, noun: str = "runs") -> str:
    """How many runs a number is of: 200 runs, or the 100 of 200 runs that were kept."""
    return f"the {n} of {runs} {noun} that were kept" if n < runs else f"{n} {noun}"


def in_headline(rows: pd.DataFrame) -> pd.Series[bool]:
    """Which rows are of outcomes of the headline; meetings of single formats are not."""
    return rows["outcome"].isin(HEADLINE) & ((rows["outcome"] != MEETINGS) | (rows["entity"] == ""))


def beyond(differing: pd.DataFrame, listed: pd.DataFrame) -> str:
    """Which outcomes beyond the headline differ more than a listed one, and why they are not there; or nothing."""
    if listed.empty:
        return ""
    ahead = differing[~in_headline(differing) & (differing["effect"] > listed["effect"].min())]
    names = [str(name).replace("_", " ") for name in dict.fromkeys(ahead["outcome"]) if name != MEETINGS]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    which = f"Others differ more: {', '.join(names[:MOST_NAMED])}{more}."
    return f"The list is of presence, hedging, meetings, cohesion and realignments. {which}" if names else ""


def same(own: pd.DataFrame) -> pd.Series[bool]:
    """Which outcomes are the same in every run."""
    return own["paired"] & (own["difference"] == 0.0) & ~(own["error"] > 0.0)


def in_words(row: Row, names: Mapping[str, str]) -> str:
    """A difference as a sentence."""
    if row["difference"] == 0.0:
        return f"{what_of(row, names)}: the same on average, but not in every run."
    way = "higher" if row["difference"] > 0 else "lower"
    sure = "" if _counts_runs(row) else _sure(row)
    return f"{what_of(row, names)}: {amount(abs(row['difference']), row)} {way}{sure}."


def _counts_runs(row: Row) -> bool:
    """Whether a difference between pairs is itself the share of runs in which they differ."""
    return bool(row["paired"]) and str(row["outcome"]) == MEMBERSHIP


def what_of(row: Row, names: Mapping[str, str]) -> str:
    """What a difference is about: outcome, option and country."""
    from hedgesim.model.named_outcomes import of_key

    one = of_key((row["outcome"], row["entity"], row["option"]))
    if one is not None:
        return sentence(one.in_words(names))
    entity, option = (names.get(row[name], row[name]) for name in ("entity", "option"))
    place = f" of {entity}" * bool(entity) + f" ({option})" * bool(option)
    return sentence(str(row["outcome"]).replace("_", " ")) + place


def amount(size: float, row: Row, sign: str = "") -> str:
    """A difference with its unit, as exact as its error, in three digits at most: points of presence, or a number."""
    scale, unit = (100.0, " percentage points") if row["outcome"] == PRESENCE else (1.0, "")
    number = in_brief(scale * size, scale * row["error"])
    return f"{sign if size > 0.0 else ''}{number}{unit}"


def runs_with_sign(share: float, n: int, runs: int = 0) -> str:
    """In how many of n runs a difference has its sign; percent only where these are not nearly none or all.

    runs: how many there are, if not all of them have the outcome.
    """
    kept = f" of {runs_in_words(n, runs)}" if n < runs else ""
    if share == 1.0:
        return f"in all{kept or ' runs'}"
    shown = round(100.0 * share)
    if 0 < shown < 100:
        return f"in {shown} %{kept or ' of runs'}"
    return f"in {round(share * n)}{kept or f' of {n} runs'}"


def how_many(n: int, one: str) -> str:
    """A number with its noun: 1 run, 2 runs."""
    return f"{n} {one}{'s' * (n != 1)}"


def _sure(row: Row) -> str:
    """In how many runs, or whether the interval holds 0."""
    if row["paired"]:
        return f", {runs_with_sign(row['same_sign'], row['n'], row['runs'])}"
    return "" if row["low"] > 0.0 or row["high"] < 0.0 else ", which may be chance"
