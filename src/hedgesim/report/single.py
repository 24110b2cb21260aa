"""What a page says of the runs of one scenario: what changes between its first and its last quarter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis.convergence import enough_in_words
from hedgesim.analysis.headline import PRESENCE, amount, runs_in_words, runs_with_sign, what_of
from hedgesim.analysis.run_outcomes import NOBODY, WHOLE_RUN, kept_of_system, kept_outcome, key_of, outcome_in_words
from hedgesim.errors import HedgesimError, choose_from
from hedgesim.model.named_outcomes import FAMILIES, named, named_in, which
from hedgesim.model.setting import Setting
from hedgesim.numbers import INTERVAL, alike, significant
from hedgesim.report.compared import as_subject, runs_of
from hedgesim.report.parts import Cell, Fact, Lines, Row, Section, Table
from hedgesim.report.subject import Subject
from hedgesim.results.results import Results
from hedgesim.results.summary import error_of
from hedgesim.results.tables import INDEX, RUNS, SUMMARY, SYSTEM_OUTCOMES, TOTALS
from hedgesim.results.tables import PRESENCE as COLUMN_OF_PRESENCE
from hedgesim.scenario.tables import names_by_code

Names = Mapping[str, str]
Change = Mapping[Any, Any]

LEVELS, SIGNED = ("base", "value"), ("difference", "low", "high")
COLUMNS = ("outcome", "before", "after", "change", "90 % from", "to", "standard error", "runs")


def changes_of(subject: Subject, asked: Sequence[str] = ()) -> pd.DataFrame:
    """Changes from the first quarter to the last of presence and hedging index.

    asked: further outcomes, such as `member_KAZ_EAEU` or `cohesion`; what is counted begins at 0. A row for the mean
    over countries and for each country: outcome, entity (empty for the mean), option, counted, then base, value and
    difference of all runs, where `whole`; of the kept runs, as only these have a start, error, low, high, same_sign,
    n, effect and values (the change of every run); and runs, how many there are. The largest effects come first.
    Without kept runs there is no row.
    """
    if "countries" not in subject.results.tables:
        return pd.DataFrame()
    table = subject.results.table("countries")
    if table.empty:
        return pd.DataFrame()
    periods = str(table["period"].min()), str(table["period"].max())
    ends = [table[table["period"] == at].set_index(["run", "country"]) for at in periods]
    rows = []
    for column in (name for name in table if str(name).startswith(COLUMN_OF_PRESENCE) or name == INDEX):
        before, after = (end[column].unstack("country") for end in ends)
        outcome, _, option = str(column).partition("_") if column != INDEX else (INDEX, "", "")
        rows.append(_change((outcome, "", option), before.mean(axis=1), after.mean(axis=1)))
        rows += [_change((outcome, str(code), option), before[code], after[code]) for code in before]
    there = {(row["outcome"], row["entity"], row["option"]) for row in rows}
    rows += [row for name in asked if key_of(name) not in there for row in _of_name(subject, name, periods)]
    summary = subject.results.table(SUMMARY)
    found = pd.DataFrame([{**row, **_of_all(summary, row)} for row in rows]).assign(runs=int(summary["n"].max()))
    return found.sort_values("effect", ascending=False, kind="stable", ignore_index=True)


def _of_all(summary: pd.DataFrame, row: Change) -> dict[str, Any]:
    """The levels of a row over all runs in place of those over the kept ones, where the summary has the outcome."""
    own = summary[summary["outcome"] == "_".join(filter(None, (row["outcome"], row["option"])))]
    of_entity = own[own["entity"] == row["entity"]] if row["entity"] else own
    means = of_entity.groupby("period", sort=True)["mean"].mean()
    if means.empty:
        return {"whole": False}
    base, value = (0.0, means.iloc[1:].sum()) if row["counted"] else (means.iloc[0], means.iloc[-1])
    return {"base": float(base), "value": float(value), "difference": float(value - base), "whole": True}


def _of_name(subject: Subject, name: str, periods: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """The change of an outcome by its name; nothing where the kept runs do not have it."""
    one = named(name)
    counted = name in TOTALS or (name not in SYSTEM_OUTCOMES and one is not None and one.family.total)
    after = _kept(subject, name, periods[1])
    before = 0.0 * after if counted and after is not None else _kept(subject, name, periods[0])
    if before is not None and after is not None:
        yield {**_change(key_of(name), before, after), "counted": counted}


def _kept(subject: Subject, name: str, period: str) -> pd.Series[float] | None:
    """An outcome of the kept runs in a quarter, or up to it, by run."""
    results, inputs, one = subject.results, subject.inputs, named(name)
    if name in SYSTEM_OUTCOMES:
        return kept_of_system(results, name, period)
    if one is None or (inputs is not None and name not in named_in(inputs.setting.axes)):
        return None
    if one.family.quantity != "mean trust":
        return kept_outcome(results, one, period)
    return None if inputs is None else _mean_trust(results, inputs.setting, one.codes[0], period)


def _mean_trust(results: Results, setting: Setting, code: str, period: str) -> pd.Series[float]:
    """Trust of a country in the others, weighted by ties, of the kept runs in a quarter, by run."""
    ties = results.table(
        "ties", columns=["run", "partner", "trust"], where=[("country", "=", code), ("period", "=", period)]
    )
    countries = setting.axes.countries
    weight = dict(zip(countries, setting.tie[countries.index(code), 0, :, 0], strict=True))
    found: pd.Series[float] = (ties["trust"] * ties["partner"].map(weight)).groupby(ties["run"]).sum()
    return found


def _change(key: tuple[str, str, str], before: pd.Series[float], after: pd.Series[float]) -> dict[str, Any]:
    change = (after - before).dropna()
    low, high = np.quantile(change, INTERVAL)
    mean, spread = float(change.mean()), float(after.std(ddof=0))
    return {
        **dict(zip(("outcome", "entity", "option"), key, strict=True)), "base": float(before.mean()),
        "value": float(after.mean()), "difference": mean, "low": float(low), "high": float(high), "n": len(change),
        "error": error_of(np.asarray(change, dtype=np.float64)),
        "same_sign": float((np.sign(change) == np.sign(mean)).mean()),
        "effect": abs(mean) / spread if spread > 0.0 else 0.0, "values": change, "counted": False,
    }  # fmt: skip


def _about(changes: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """The changes of an outcome: `presence` of all countries and options, or one alone: `member_KAZ_EAEU`."""
    keys = zip(*(changes[name] for name in ("outcome", "entity", "option")), strict=True)
    own = changes["outcome"] == outcome
    return changes[own if own.any() else [key == key_of(outcome) for key in keys]]


def check_asked(subject: Subject, changes: pd.DataFrame, outcome: str) -> None:
    """Refuse an outcome that no change is about; HedgesimError with those that may be meant."""
    if _about(changes, outcome).empty:
        names = FAMILIES if subject.inputs is None else named_in(subject.inputs.setting.axes)
        known = [*SYSTEM_OUTCOMES, PRESENCE, *(one if isinstance(one, str) else one.form for one in names)]
        remedy = which(outcome, known, names_by_code())
        raise HedgesimError(f"--outcome {outcome}", "the kept runs have no such outcome", remedy)


def answering(changes: pd.DataFrame, outcome: str, powers: Collection[str]) -> Change:
    """The change that is the answer: the largest of an outcome asked for, else of the presence of a power."""
    asked = _about(changes, outcome) if outcome else changes[changes["option"].isin(powers)]
    over_all = asked[asked["entity"] == ""]
    chosen = next(some for some in (over_all, asked, changes) if len(some))
    return dict(chosen.loc[int(str(chosen["difference"].abs().idxmax()))])


def answer(subject: Subject, row: Change, names: Names) -> str:
    """The answer in a sentence, with its interval."""
    scale = 100.0 if row["outcome"] == PRESENCE else 1.0
    low, high = alike((scale * row[end] for end in ("low", "high")), sign="+")
    (start, end), what = quarters_of(subject), as_subject(what_of(row, names))
    interval = f"(90 % of {runs_in_words(row['n'], row['runs'])}: {low} to {high})."
    if row["counted"]:
        size = amount(row["difference"], row)
        return f"{what_of(row, names)} from {start} to {end} in {subject.name}: {size} {interval.replace('+', '')}"
    if row["difference"] == 0.0:
        return f"In {subject.name} {_small(what)} is on average the same in {start} and {end} {interval}"
    way, size = "rises" if row["difference"] > 0.0 else "falls", amount(abs(row["difference"]), row)
    return f"From {start} to {end}, {_small(what)} {way} by {size} in {subject.name} {interval}"


def answer_of_levels(subject: Subject, outcome: str, names: Names) -> str:
    """The answer where no run was kept, so that nothing is known of the start: an outcome at the end.

    outcome: by default the hedging index; HedgesimError where runs did not record it.
    """
    name = outcome or INDEX
    if name not in (known := [str(one) for one in subject.results.table(RUNS, where=NOBODY)]) or name in WHOLE_RUN:
        fault = "the runs did not record it, and none is kept in full"
        raise HedgesimError(f"--outcome {name}", fault, f"{choose_from(name, known)} Or run it with --outcome {name}.")
    runs = subject.results.table(RUNS, columns=[name])[name].dropna().astype(float)
    low, high = (significant(q) for q in np.quantile(runs, INTERVAL))
    what = "the hedging index, mean over countries," if name == INDEX else _small(outcome_in_words(name, names))
    return (
        f"At the end of {subject.name} {what} is {significant(float(runs.mean()))}"
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
    sure = runs_with_sign(row["same_sign"], row["n"], row["runs"])
    size = f"{levels[1]} in all." if row["counted"] else f"From {levels[0]} to {levels[1]}; the same sign {sure}."
    judged = f" Judged by {runs}." if (runs := kept_runs(row)) else ""
    enough = enough_in_words(row["difference"], row["error"], row["n"]) + judged
    return Fact("How large", size), Fact("Enough runs?", enough)


def kept_runs(row: Change) -> str:
    """Which runs the interval of a change is of; nothing where it is of all."""
    return runs_in_words(row["n"], row["runs"]) if row["n"] < row["runs"] else ""


def section(subject: Subject, changes: pd.DataFrame, names: Names) -> Section:
    """Every change in a table."""
    start, end = quarters_of(subject)
    rows = tuple(_row(row, names) for row in changes.to_dict("records"))
    said = f"Levels and changes are means of all {changes['runs'].max()} runs"
    if kept := kept_runs(changes.iloc[0].to_dict()):
        said += f"{'' if changes['whole'].all() else ' where these have the outcome'}, intervals and errors of {kept}"
    said += ". Presence is in percent and percentage points."
    said += " What is counted begins at 0." if changes["counted"].any() else ""
    table = Table(f"Changes from {start} to {end}, the largest first", COLUMNS, rows)
    return Section("ranked", "What changes", (Lines((said,)), table))


def _row(row: Change, names: Names) -> Row:
    scale = 100.0 if row["outcome"] == PRESENCE else 1.0
    levels, changes = ([scale * row[name] for name in some] for some in (LEVELS, SIGNED))
    numbers = [Cell(text, value) for text, value in zip(alike(levels), levels, strict=True)]
    signed = [Cell(text, value) for text, value in zip(alike(changes, sign="+"), changes, strict=True)]
    error = Cell(significant(scale * row["error"]), scale * row["error"])
    cells = (Cell(what_of(row, names)), *numbers, *signed, error, Cell(runs_of(row), row["n"]))
    return Row(cells, row["entity"], row["option"])


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
