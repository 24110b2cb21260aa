"""Differences between batches in words: which come first, by how much, in how many runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hedgesim.numbers import in_brief, sentence

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
"""Outcomes of the headline."""

PRESENCE = "presence"
MEMBERSHIP = "member"
HEADLINE = (PRESENCE, "hedging_index", "cohesion", "leader_meetings", "leader_meetings_outside", "first_time_formats",
            "realignments")  # fmt: skip
"""Outcomes of the headline; others hardly vary, some of them, and so would always come first."""

SAME_IN_ALL = "Intervals hold chance alone: all runs of a scenario have the same parameters and sizes of shocks."
"""What intervals over the runs of one scenario hold, and what they do not."""

Row = Mapping[Any, Any]


def how_compared(own: pd.DataFrame) -> str:
    """How the two were compared."""
    if own["paired"].all():
        n = sorted(set(own["n"]))
        kept = f" ({n[0]} for outcomes that only kept runs have)" if n[0] < n[-1] else ""
        return f"paired by random numbers, {n[-1]} runs{kept}"
    return "not paired, because seeds, runs or varying values differ; intervals are those of the difference of means"


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


def runs_with_sign(share: float, n: int) -> str:
    """In how many of n runs a difference has its sign; percent only where these are not nearly none or all."""
    if share == 1.0:
        return "in all runs"
    percent = round(100.0 * share)
    return f"in {percent} % of runs" if 0 < percent < 100 else f"in {round(share * n)} of {n} runs"


def how_many(n: int, one: str) -> str:
    """A number with its noun: 1 run, 2 runs."""
    return f"{n} {one}{'s' * (n != 1)}"


def _sure(row: Row) -> str:
    """In how many runs, or whether the interval holds 0."""
    if row["paired"]:
        return f", {runs_with_sign(row['same_sign'], row['n'])}"
    return "" if row["low"] > 0.0 or row["high"] < 0.0 else ", which may be chance"
