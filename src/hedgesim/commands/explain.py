"""`hedgesim explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

import hedgesim
from hedgesim.commands._options import AsJson, RuleFiles, Seed
from hedgesim.commands._printing import print_json, print_lines, print_rows
from hedgesim.errors import HedgesimError, choose_from

if TYPE_CHECKING:
    from hedgesim.engines.explanation import Explanation

HALF = 24
"""Characters of a bar on either side of 0."""

NUMBERS = {"value": "value", "response_before": "response before", "response": "after", "share_before": "share before",
           "share": "after"}  # fmt: skip
"""What is printed of an option besides its terms, and the heads of the columns."""

Row = Mapping[str, Any]


def explain(
    source: Annotated[
        str, Argument(metavar="SCENARIO", help="Scenario by name or path, or folder of the results of a run.")
    ],
    country: Annotated[str, Option(help="Code of the country.")],
    period: Annotated[str, Option(help="Quarter of the decision, such as 2022Q3.")],
    run: Annotated[int, Option(help="Number of the run.")] = 0,
    domain: Annotated[str | None, Option(help="Print only this domain.")] = None,
    seed: Seed = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Print the reasons of a country's decision: the terms of every value, and the next step of each format."""
    found = hedgesim.explain(source, country, period, run=run, seed=seed, rules=rule_files or ())
    options = found.options
    if domain is not None:
        domains = list(dict.fromkeys(row["domain"] for row in options))
        if domain not in domains:
            raise HedgesimError(f"--domain {domain}", "there is no such domain", choose_from(domain, domains))
        options = [row for row in options if row["domain"] == domain]
    if as_json:
        terms = [row for row in found.terms if domain in {None, row["domain"]}]
        print_json({**asdict(found), "options": options, "terms": terms})
        return
    print_lines(
        f"{found.name} ({found.country}) in {found.period}, run {found.run} of {found.scenario}, follows {found.rule}:"
        f" {found.meaning}",
        "This is one run with random numbers; other runs differ. hedgesim run gives medians over many runs.",
    )
    _print_values(found, options)
    if domain is None:
        _print_formats(found)


def _print_values(found: Explanation, options: Sequence[Row]) -> None:
    """The value of each option as a bar of its terms, then as a table."""
    terms: dict[tuple[str, str], dict[str, float]] = {}
    for row in found.terms:
        terms.setdefault((row["domain"], row["option"]), {})[row["term"]] = row["value"]
    moved = [row for row in options if row["value"] or any(terms.get((row["domain"], row["option"]), {}).values())]
    shown = [terms.get((row["domain"], row["option"]), {}) for row in moved]
    names = [name for name in found.reasons if any(of[name] for of in shown)]
    print_lines("", "Value of each option against the start (log odds). Options that are not listed have the value 0.")
    if found.note:
        print_lines(found.note)
    if not moved:
        return
    if names:
        _print_bars(found, list(zip(moved, shown, strict=True)), letters_of(names))
        print_lines("")
    lines = []
    for one, parts in zip(moved, shown, strict=True):
        numbers = [*(parts[name] for name in names), *(one[name] for name in NUMBERS)]
        lines.append([one["domain"], _name(found, one["option"]), *map(_short, numbers)])
    print_rows(["domain", "option", *names, *NUMBERS.values()], lines)
    print_lines("Response: the response of the country so far. Each quarter it moves part of the way to the value.")


def _print_bars(
    found: Explanation, rows: Sequence[tuple[Row, Mapping[str, float]]], letters: Mapping[str, str]
) -> None:
    """A bar of letters for each option, a letter for each term, what lowers the value left of 0."""
    print_lines(f"Letters: {', '.join(f'{letter} {name}' for name, letter in letters.items())}.")
    sides = [abs(sum(v for v in of.values() if v * sign > 0.0)) for _, of in rows for sign in (1.0, -1.0)]
    scale, domain = HALF / max(sides), ""
    for row, of in rows:
        if row["domain"] != domain:
            domain = row["domain"]
            print_lines(domain)
        low, high = (bar_of({n: sign * v for n, v in of.items()}, letters, scale) for sign in (-1.0, 1.0))
        print_lines(f"  {_name(found, row['option']):<24.24} {row['value']:+z7.3f} {low[::-1]:>{HALF}}|{high}")


def letters_of(names: Sequence[str]) -> dict[str, str]:
    """A letter for each name: of its own where possible, no letter twice."""
    letters: dict[str, str] = {}
    for name in names:
        free = (one for one in (*name, *name.upper(), *"0123456789") if one.isalnum() and one not in letters.values())
        letters[name] = next(free)
    return letters


def bar_of(terms: Mapping[str, float], letters: Mapping[str, str], scale: float) -> str:
    """The positive terms as letters, from 0 outwards; as long as their sum on the scale, to a character."""
    bar, total = "", 0.0
    for name, letter in letters.items():
        total += max(0.0, terms.get(name, 0.0))
        bar += letter * (round(total * scale) - len(bar))
    return bar


def _print_formats(found: Explanation) -> None:
    """What was next for each format that concerns the country, and its own stance on it."""
    rows = []
    for row in found.formats:
        chance = f"{100 * row['chance']:.0f} %" if row["next"] else ""
        happened = f"rose to {row['next']}" if row["climbed"] else f"{row['met']} met" if row["met"] != "none" else ""
        lists = [", ".join(row[name]) for name in ("waits_for", "willing", "held_back", "unwilling")]
        name = _name(found, row["format"])
        rows.append([row["format"], name, row["status"], row["rung"], row["next"], chance, *lists, happened])
    print_lines("", f"Formats in which {found.country} takes part, or that it may found or enter:")
    heads = [
        "format",
        "name",
        "status",
        "rung",
        "next step",
        "chance",
        "waits for",
        "willing",
        "could not",
        "unwilling",
    ]
    print_rows([*heads, "in the quarter"], rows)
    print_lines(
        "Chance: of the next step in this quarter. Could not: would take part if the format were less binding "
        "(formality)."
    )
    if not found.stances:
        return
    reasons = [name for name in found.stances[0] if name != "format"]
    acting = [name for name in reasons if any(row[name] for row in found.stances)]
    print_lines(
        "", f"Log odds that {found.country} is willing to take part in each format, by reason (willing above 0):"
    )
    print_rows(["format", *acting], [[row["format"], *(_short(row[name]) for name in acting)] for row in found.stances])


def _name(found: Explanation, code: str) -> str:
    return found.names.get(code, code)


def _short(number: float) -> str:
    return f"{number:z.3f}"
