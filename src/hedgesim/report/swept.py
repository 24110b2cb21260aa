"""What a page says of a sweep: which factor moves which outcome, which choice is robust, and every combination."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgesim.analysis.convergence import enough_of
from hedgesim.analysis.effects import THIRDS, level_changes, levels_of
from hedgesim.analysis.headline import PRESENCE
from hedgesim.analysis.regret import regrets_of
from hedgesim.analysis.run_outcomes import key_of, outcome_in_words
from hedgesim.numbers import alike, apart, significant
from hedgesim.plots.sweep_pages import short_names
from hedgesim.report.compared import as_subject
from hedgesim.report.parts import Cell, Fact, Lines, Part, Row, Section, Table, texts
from hedgesim.report.subject import Subject
from hedgesim.results.tables import RUNS

Names = Mapping[str, str]
Effect = Mapping[Any, Any]
Series = tuple[str, "pd.Series[float]"]
Regrets = Mapping[tuple[str, str], pd.DataFrame]

COLUMNS = (
    "outcome", "factor", "lowest at", "highest at", "lowest mean", "highest mean", "difference", "90 % from", "to",
    "standard error", "effect",
)  # fmt: skip
LEVELS, SIGNED = ("lowest", "highest"), ("difference", "low", "high")
OF_REGRET = ("choice", "mean regret", "worst regret", "worst in", "best in, share of futures")
OF_FUTURES = ("mean", "worst", "worst_in", "best_in")
MOST = 6
"""Effects whose running mean is drawn."""


def factor_names(subject: Subject) -> dict[str, str]:
    """Short names of what varies, by path."""
    return short_names(str(one["path"]) for one in subject.results.manifest["factors"])


def regrets(subject: Subject) -> Regrets:
    """Regret of every choice, by outcome and goal; nothing where the experiment has no goals or nothing to choose."""
    manifest = subject.results.manifest
    levers = [one for one in manifest["factors"] if one["role"] == "levers"]
    return regrets_of(subject.results) if manifest["goals"] and levers else {}


def asked_in(manifest: Mapping[str, Any]) -> str:
    """The outcome that an experiment asks about where it names one of a single place: the first, if any."""
    return next((name for name in map(str, manifest["outcomes"]) if key_of(name)[1]), "")


def answer(subject: Subject, effects: pd.DataFrame, found: Regrets, names: Names) -> str:
    """The answer in a sentence: the most robust choice if the experiment has goals, else the largest effect."""
    if found:
        return " ".join(_robust(outcome, goal, table, names) for (outcome, goal), table in found.items())
    if effects.empty:
        return f"No varying factor of {subject.name} changes an outcome."
    row, factors = effects.iloc[0], factor_names(subject)
    scale, unit = _unit(row["outcome"])
    low, high = alike((scale * row[end] for end in ("low", "high")), sign="+")
    return (
        f"{as_subject(outcome_in_words(row['outcome'], names))} depends most on {factors[row['factor']]}: it is"
        f" {significant(scale * row['difference'])}{unit} higher {_at(row['highest_at'])} than {_at(row['lowest_at'])}"
        f" (90 % of {row['n']} paired runs: {low} to {high})."
    )


def _robust(outcome: str, goal: str, table: pd.DataFrame, names: Names) -> str:
    """Which choice is the most robust for a goal, in a sentence."""
    best = table.iloc[0]
    (worst,) = alike([best["worst"]], 2)
    return (
        f"For {goal} {_small(outcome_in_words(outcome, names))} the most robust choice is {_choice(best)}: in its worst"
        f" future ({best['worst_in']}) its regret is {worst}, and in {100 * best['best_in']:.0f} % of the futures no "
        "other choice is better."
    )


def _at(level: str) -> str:
    """A level of a factor in a sentence."""
    return f"in the {level}" if level.startswith(THIRDS) else f"at {level}"


def facts(effects: pd.DataFrame, found: Regrets, series: Sequence[Series]) -> tuple[Fact, ...]:
    """How large the effect of the answer is, and whether there are enough runs for it.

    series: by run number, what leads; the first is that of the answer.
    """
    if effects.empty:
        return ()
    if found:
        (_, goal), table = next(iter(found.items()))
        next_best, last = (f"{_choice(table.iloc[n])} {significant(table.iloc[n]['worst'])}" for n in (1, -1))
        size = f"Worst regret ({goal} is good) of the next best choice: {next_best}; of the last: {last}."
    else:
        row = effects.iloc[0]
        scale, unit = _unit(row["outcome"])
        low, high = apart([scale * row["lowest"], scale * row["highest"]])
        percent = " %" if unit else ""
        size = (
            f"From {low}{percent} to {high}{percent}, {significant(row['effect'], 2)} standard deviations of all runs."
        )
    title, values = series[0]
    enough = enough_of(values)
    return Fact("How large", size), Fact("Enough runs?", f"{title}. {enough}" if found else enough)


def leading(subject: Subject, effects: pd.DataFrame, found: Regrets, names: Names) -> list[Series]:
    """By run number, how far the two most robust choices part for each goal, then the largest effects."""
    factors = factor_names(subject)
    levers = [str(one["path"]) for one in subject.results.manifest["factors"] if one["role"] == "levers"]
    series: list[Series] = []
    for (outcome, _), table in found.items():
        best, following = (_choice(table.iloc[n]) for n in (0, 1))
        runs = subject.results.table(RUNS, columns=[*levers, "run", outcome, "failed"])
        good = runs[runs["failed"].isna()]
        level = good[levers].astype(str).agg(", ".join, axis=1) if len(levers) > 1 else good[levers[0]].astype(str)
        changes = _scaled(outcome, level_changes(good.assign(level=level), outcome, following, best))
        series.append((f"{outcome_in_words(outcome, names)}: {best} less {following}", changes))
    numeric = {str(one["path"]): bool(one["numeric"]) for one in subject.results.manifest["factors"]}
    for row in effects.head(MOST - len(series)).to_dict("records"):
        path, outcome = str(row["factor"]), str(row["outcome"])
        runs = subject.results.table(RUNS, columns=[path, "run", outcome, "failed"])
        good = runs[runs["failed"].isna()]
        rows = good.assign(level=levels_of(good[path], numeric=numeric[path]))
        changes = _scaled(outcome, level_changes(rows, outcome, row["lowest_at"], row["highest_at"]))
        series.append((f"{outcome_in_words(outcome, names)} by {factors[path]}", changes))
    return series


def _scaled(outcome: str, changes: pd.Series[float]) -> pd.Series[float]:
    return changes * _unit(outcome)[0]


def sections(subject: Subject, effects: pd.DataFrame, found: Regrets, names: Names, prefix: str) -> list[Section]:
    """What was varied, which choice is robust, and what moves what; prefix: of the keys of the sections."""
    robust = tuple(_regret_table(key, table, names) for key, table in found.items())
    parts: list[Section] = [Section(f"{prefix}differs", f"Varying factors in {subject.name}", _varied(subject))]
    if robust:
        parts.append(Section(f"{prefix}robust", "Robust choices", (Lines((REGRET,)), *robust)))
    factors = factor_names(subject)
    rows = tuple(_row(row, factors, names) for row in effects.to_dict("records"))
    table = Table("Effects of single factors, the largest first", COLUMNS, rows)
    return [*parts, Section(f"{prefix}ranked", "Effects of factors on outcomes", (Lines((EFFECT,)), table))]


REGRET = (
    "Regret: distance of the mean over runs from that of the best choice in the same future, in the unit of the "
    "outcome. A future is a scenario with a sample of the uncertainties. The choice with the least worst regret is"
    " first."
)
EFFECT = (
    "Means over all runs with this value of the factor, pooled over all other factors. Runs with the same number are "
    "compared, and the interval contains 90 % of these differences. Effect: the difference over the standard "
    "deviation of all runs. Presence is in percent and percentage points."
)


def _varied(subject: Subject) -> tuple[Part, ...]:
    manifest, factors = subject.results.manifest, factor_names(subject)
    points = subject.results.points()
    rows = []
    for one in manifest["factors"]:
        values = points[str(one["path"])]
        if one["numeric"]:
            span = f"{significant(float(values.min()))} to {significant(float(values.max()))}"
        else:
            span = ", ".join(map(str, values.unique()))
        what = {"levers": "may be decided", "uncertainties": "uncertain"}.get(str(one["role"]), "scenario")
        cells = *texts(factors[str(one["path"])], what, span), Cell(str(values.nunique()), int(values.nunique()))
        rows.append(Row(cells))
    counts = f"{manifest['points']} points ({manifest['design']}), {manifest['replications']} runs each."
    trial = "This is a trial with --quick, whose numbers mean little." if manifest.get("quick") else ""
    table = Table("What varies", ("factor", "role", "values", "how many"), tuple(rows))
    return table, Lines(tuple(filter(None, (counts, trial))))


def _regret_table(key: tuple[str, str], table: pd.DataFrame, names: Names) -> Table:
    rows = []
    means, worsts = alike(table["mean"]), alike(table["worst"])
    for (_, row), mean, worst in zip(table.iterrows(), means, worsts, strict=True):
        share = Cell(f"{100 * row['best_in']:.0f} %", float(row["best_in"]))
        numbers = Cell(mean, float(row["mean"])), Cell(worst, float(row["worst"]))
        rows.append(Row((Cell(_choice(row)), *numbers, Cell(str(row["worst_in"])), share)))
    caption = f"Goal: {key[1]} {_small(outcome_in_words(key[0], names))}"
    return Table(caption, OF_REGRET, tuple(rows))


def _choice(row: pd.Series[Any]) -> str:
    """The values of the levers of a row of regrets."""
    return ", ".join(str(value) for name, value in row.items() if name not in OF_FUTURES)


def _row(row: Effect, factors: Mapping[str, str], names: Names) -> Row:
    scale, _ = _unit(row["outcome"])
    levels, changes = ([scale * row[name] for name in some] for some in (LEVELS, SIGNED))
    numbers = [Cell(text, value) for text, value in zip(alike(levels), levels, strict=True)]
    signed = [Cell(text, value) for text, value in zip(alike(changes, sign="+"), changes, strict=True)]
    _, country, option = key_of(row["outcome"])
    cells = (
        *texts(outcome_in_words(row["outcome"], names), factors[row["factor"]], row["lowest_at"], row["highest_at"]),
        *numbers, *signed, _number(scale * row["error"]), _number(row["effect"]),
    )  # fmt: skip
    return Row(cells, country, option)


def _number(value: float) -> Cell:
    return Cell(significant(value), value) if math.isfinite(value) else Cell("")


def _unit(outcome: str) -> tuple[float, str]:
    """By what a number is multiplied, and the unit of a difference."""
    return (100.0, " percentage points") if key_of(outcome)[0] == PRESENCE else (1.0, "")


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
