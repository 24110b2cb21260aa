"""What a page says of the runs of one scenario: what changes between its first and its last quarter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis.convergence import enough_in_words
from hedgesim.analysis.headline import PRESENCE, amount, what_of
from hedgesim.numbers import INTERVAL, alike, significant
from hedgesim.report.compared import as_subject
from hedgesim.report.parts import Cell, Fact, Lines, Row, Section, Table
from hedgesim.report.subject import Subject
from hedgesim.results.summary import error_of
from hedgesim.results.tables import INDEX, RUNS
from hedgesim.results.tables import PRESENCE as COLUMN_OF_PRESENCE

Names = Mapping[str, str]
Change = Mapping[Any, Any]

LEVELS, SIGNED = ("base", "value"), ("difference", "low", "high")
COLUMNS = ("outcome", "before", "after", "change", "90 % from", "to", "standard error", "runs")


def changes_of(subject: Subject) -> pd.DataFrame:
    """Changes from the first quarter to the last, run by run, of presence and hedging index, over the kept runs.

    A row for the mean over countries and for each country: outcome, entity (empty for the mean), option, base, value,
    difference, error, low, high, same_sign, n, effect, values (the change of every run); the largest effects first.
    Without kept runs there is no row.
    """
    if "countries" not in subject.results.tables:
        return pd.DataFrame()
    table = subject.results.table("countries")
    if table.empty:
        return pd.DataFrame()
    periods = table["period"]
    ends = [table[periods == at].set_index(["run", "country"]) for at in (periods.min(), periods.max())]
    rows = []
    for column in (name for name in table if str(name).startswith(COLUMN_OF_PRESENCE) or name == INDEX):
        before, after = (end[column].unstack("country") for end in ends)
        outcome, _, option = str(column).partition("_") if column != INDEX else (INDEX, "", "")
        rows.append(_change((outcome, "", option), before.mean(axis=1), after.mean(axis=1)))
        rows += [_change((outcome, str(code), option), before[code], after[code]) for code in before]
    found = pd.DataFrame(rows)
    return found.sort_values("effect", ascending=False, kind="stable", ignore_index=True)


def _change(key: tuple[str, str, str], before: pd.Series[float], after: pd.Series[float]) -> dict[str, Any]:
    change = (after - before).dropna()
    low, high = np.quantile(change, INTERVAL)
    mean, spread = float(change.mean()), float(after.std(ddof=0))
    return {
        **dict(zip(("outcome", "entity", "option"), key, strict=True)), "base": float(before.mean()),
        "value": float(after.mean()), "difference": mean, "low": float(low), "high": float(high), "n": len(change),
        "error": error_of(np.asarray(change, dtype=np.float64)),
        "same_sign": float((np.sign(change) == np.sign(mean)).mean()),
        "effect": abs(mean) / spread if spread > 0.0 else 0.0, "values": change,
    }  # fmt: skip


def answering(changes: pd.DataFrame, outcome: str, powers: Collection[str]) -> Change:
    """The change that is the answer: the largest of an outcome asked for, else of the presence of a power."""
    asked = changes[changes["outcome"] == outcome] if outcome else changes[changes["option"].isin(powers)]
    over_all = asked[asked["entity"] == ""]
    chosen = next(some for some in (over_all, asked, changes) if len(some))
    return dict(chosen.loc[int(str(chosen["difference"].abs().idxmax()))])


def answer(subject: Subject, row: Change, names: Names) -> str:
    """The answer in a sentence, with its interval."""
    scale = 100.0 if row["outcome"] == PRESENCE else 1.0
    low, high = alike((scale * row[end] for end in ("low", "high")), sign="+")
    start, end = quarters_of(subject)
    way = "rises" if row["difference"] > 0.0 else "falls"
    size = amount(abs(row["difference"]), row)
    return (
        f"From {start} to {end}, {_small(as_subject(what_of(row, names)))} {way} by {size} in {subject.name}"
        f" (90 % of {row['n']} runs: {low} to {high})."
    )


def answer_of_levels(subject: Subject) -> str:
    """The answer where no run was kept, so that nothing is known of the start: the hedging index at the end."""
    runs = subject.results.table(RUNS, columns=[INDEX])[INDEX].dropna()
    low, high = (significant(q) for q in np.quantile(runs, INTERVAL))
    return (
        f"At the end of {subject.name} the hedging index, mean over countries, is {significant(float(runs.mean()))}"
        f" (90 % of {len(runs)} runs: {low} to {high})."
    )


def quarters_of(subject: Subject) -> tuple[str, str]:
    """First and last quarter of runs."""
    periods = subject.results.table("summary", columns=["period"])["period"]
    return str(periods.min()), str(periods.max())


def facts(row: Change) -> tuple[Fact, ...]:
    """How large the change of the answer is, and whether there are enough runs for it."""
    levels = [f"{100 * row[side]:.1f} %" if row["outcome"] == PRESENCE else significant(row[side])
              for side in ("base", "value")]  # fmt: skip
    size = f"From {levels[0]} to {levels[1]}; the same sign in {100 * row['same_sign']:.0f} % of runs."
    return Fact("How large", size), Fact("Enough runs?", enough_in_words(row["difference"], row["error"], row["n"]))


def section(subject: Subject, changes: pd.DataFrame, names: Names) -> Section:
    """Every change in a table."""
    start, end = quarters_of(subject)
    rows = tuple(_row(row, names) for row in changes.to_dict("records"))
    kept = "Changes run by run, over the runs that are kept in full; presence in percent and percentage points."
    table = Table(f"Changes from {start} to {end}, the largest first", COLUMNS, rows)
    return Section("ranked", "What changes", (Lines((kept,)), table))


def _row(row: Change, names: Names) -> Row:
    scale = 100.0 if row["outcome"] == PRESENCE else 1.0
    levels, changes = ([scale * row[name] for name in some] for some in (LEVELS, SIGNED))
    numbers = [Cell(text, value) for text, value in zip(alike(levels), levels, strict=True)]
    signed = [Cell(text, value) for text, value in zip(alike(changes, sign="+"), changes, strict=True)]
    error = Cell(significant(scale * row["error"]), scale * row["error"])
    cells = (Cell(what_of(row, names)), *numbers, *signed, error, Cell(str(row["n"]), row["n"]))
    return Row(cells, row["entity"], row["option"])


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
