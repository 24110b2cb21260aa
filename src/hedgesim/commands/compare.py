"""`hedgesim compare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

import hedgesim
from hedgesim.commands._options import AsJson, check_counts
from hedgesim.commands._printing import print_json, print_lines, print_rows, records_of, several
from hedgesim.errors import HedgesimError
from hedgesim.numbers import rounded

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.analysis.comparison import Comparison

SHOWN = 10
"""Outcomes of the headline."""

PRESENCE = "presence"
HEADLINE = (PRESENCE, "hedging_index", "cohesion", "leader_meetings", "leader_meetings_outside", "first_time_formats",
            "realignments")  # fmt: skip
"""Outcomes of the headline; --all has the others, some of which hardly vary and so would always come first."""

Row = Mapping[Any, Any]


def compare(
    batches: Annotated[
        list[str],
        Argument(metavar="A B [C ...]", help="Folders of results, or scenarios, which are then run; at most six."),
    ],
    outcomes: Annotated[
        list[str] | None, Option("--outcome", help="Only this, such as presence or member_AZE_CM; may be repeated.")
    ] = None,
    runs: Annotated[int, Option(help="Runs of each scenario that is given by name.")] = 300,
    everything: Annotated[bool, Option("--all", help="Print every outcome, not the ten that differ most.")] = False,
    markdown: Annotated[bool, Option("--markdown", help="Print tables in Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print how batches of runs differ from the first."""
    from hedgesim.analysis import comparison

    check_counts(runs=runs)
    if not comparison.FEWEST <= len(batches) <= comparison.MOST:
        fault = f"{several(len(batches), 'batch', 'batches')} cannot be compared"
        raise HedgesimError("compare", fault, f"Give {comparison.FEWEST} to {comparison.MOST}.")
    asked = outcomes or []
    held = [_batch(name, runs, asked) for name in batches]
    found = comparison.compare(*held, names=_short(batches), outcomes=asked)
    chosen = comparison.of_outcomes(found, asked) if asked else found.differences
    if as_json:
        print_json({"batches": found.names, "period": found.period, "left_out": found.left_out,
                    "settings": records_of(found.settings), "differences": records_of(chosen)})  # fmt: skip
        return
    _print(found, chosen, None if everything or outcomes else SHOWN, _markdown if markdown else print_rows)


def _batch(name: str, runs: int, outcomes: Sequence[str]) -> hedgesim.Results:
    """Results of a folder, or of a scenario, which is run here with what is asked for."""
    from hedgesim.engines import engine_of
    from hedgesim.model.named_outcomes import named
    from hedgesim.results.simulation import DEFAULT_KEEP, Plan, run_scenarios

    if "://" in name or Path(name).is_dir():
        results = hedgesim.open_results(name)
        if "experiment" in results.manifest and not results.manifest.get("ended"):
            raise HedgesimError(name, "the sweep is not finished", "Finish it with hedgesim sweep.")
        return results
    if not name.endswith((".yaml", ".yml")) and "/" in name:
        raise HedgesimError(name, "there is no such folder", "Name a folder of results, or a scenario.")
    asked = tuple(outcome for outcome in outcomes if (one := named(outcome)) and one.family.places)
    plan = Plan(runs, DEFAULT_KEEP, engine_of("ensemble"), outcomes=asked)
    (results,), _ = run_scenarios((hedgesim.read_scenario(name),), plan)
    return results


def _short(batches: Sequence[str]) -> tuple[str, ...]:
    """What batches are called: the last part of a path, or all of it where that is not enough."""
    last = [name.rstrip("/").rpartition("/")[2].removesuffix(".yaml") for name in batches]
    return tuple(batches if len(set(last)) < len(last) else last)


def _print(
    found: Comparison, chosen: pd.DataFrame, most: int | None, write: Callable[[Sequence[str], Sequence[Any]], None]
) -> None:
    """What was set differently, then the outcomes that differ most, in words and in numbers."""
    first, *others = found.names
    if len(found.settings):
        rows = [[_shown(value) for value in row] for row in found.settings.itertuples(index=False)]
        write(["setting", *found.names], rows)
    else:
        print_lines("No value of the scenarios differs, nor seed, runs or version.")
    names = _names()
    for name in others:
        own = chosen[chosen["batch"] == name]
        differing = own[own["difference"] != 0.0]
        listed = differing if most is None else differing[differing["outcome"].isin(HEADLINE)].head(most)
        top = listed.to_dict("records")
        print_lines("", f"{name} against {first}{f' in {found.period}' if found.period else ''}: {_how(own)}")
        print_lines(*(f"  {_in_words(row, names)}" for row in top[:SHOWN]))
        write(["outcome", "of", "option", first, name, "difference", "relative", "90 %", "n"], list(map(_cells, top)))
        if len(own) > len(differing):
            print_lines(f"The same in every run: {len(own) - len(differing)} of {several(len(own), 'outcome')}.")
        if len(differing) > len(top):
            print_lines(f"{len(differing) - len(top)} more differ: --all prints them.")
    print_lines(*found.left_out)


def _how(own: pd.DataFrame) -> str:
    """How the two were compared."""
    if own["paired"].all():
        n = sorted(set(own["n"]))
        kept = f" ({n[0]} for outcomes that only kept runs have)" if n[0] < n[-1] else ""
        return f"paired by random numbers, {n[-1]} runs{kept}"
    return "not paired, because seeds, runs or what varies differ; intervals are those of the difference of means"


def _cells(row: Row) -> list[object]:
    relative = "" if row["relative"] != row["relative"] else f"{100 * row['relative']:+.1f} %"
    columns = ("base", "value", "difference", "low", "high")
    (base, value, change, low, high), _ = rounded((row[name] for name in columns), row["error"])
    change = f"{'+' * (row['difference'] > 0.0)}{change}"
    return [row["outcome"], row["entity"], row["option"], base, value, change, relative, f"{low} to {high}", row["n"]]


def _in_words(row: Row, names: Mapping[str, str]) -> str:
    """A difference as a sentence."""
    of_presence, what = row["outcome"] == PRESENCE, str(row["outcome"]).replace("_", " ").capitalize()
    scale = 100.0 if of_presence else 1.0
    (size,), _ = rounded([scale * abs(row["difference"])], scale * row["error"])
    whose, option = (names.get(row[name], row[name]) for name in ("entity", "option"))
    if of_presence:
        size, what = f"{size} percentage points", f"Presence of {option}"
        place = f" in {whose}" if whose else ", mean over countries"
    else:
        place = f" of {whose}" * bool(whose) + f" ({option})" * bool(option)
    return f"{what}{place}: {size} {'higher' if row['difference'] > 0 else 'lower'}{_sure(row)}."


def _sure(row: Row) -> str:
    """In how many runs, or whether the interval holds 0."""
    if row["paired"]:
        share = row["same_sign"]
        return ", in all runs" if share == 1.0 else f", in {100 * share:.0f} % of runs"
    return "" if row["low"] > 0.0 or row["high"] < 0.0 else ", which may be chance"


def _names() -> dict[str, str]:
    """Names of countries, powers and options by code."""
    from hedgesim.scenario.tables import read_tables

    axes = read_tables().table("axes")
    return dict(zip(axes["code"], axes["name"], strict=True))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in Markdown; bars are written so that they stay in their cell."""
    lines = [list(columns), ["---"] * len(columns), *rows]
    print_lines(*("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines))
