"""Write docs/reference.md: parameters, rules, shocks, outcomes and result columns, as the code and tables have them.

Usage: python tools/write_reference.py [FILE]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

import hedgesim.analysis.patterns.statistics  # noqa: F401 (declares quantities and statistics)
from hedgesim.analysis.patterns.declared import Computed, quantity, statistic
from hedgesim.engines.felt import rules_in_words
from hedgesim.model.named_outcomes import FAMILIES, Family
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.model.parameters import Parameters, all_parameters
from hedgesim.model.period import Period
from hedgesim.model.shocks import CHANNELS, ChannelForm
from hedgesim.results.tables import TABLES, Column
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario.calibrations import SHIPPED, values_of
from hedgesim.scenario.tables import read_tables

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"
GRADES = ("small", "medium", "large", "extreme")
HEAD = """# Reference

Written by `tools/write_reference.py` from the code and the tables (`make docs`); a test compares them. Do not edit.
What the numbers do is in [odd.md](odd.md), what the words mean in [glossary.md](glossary.md).
"""


def main(arguments: Sequence[str]) -> int:
    """Write the page."""
    place = Path(arguments[0]) if arguments else PAGE
    place.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The complete page."""
    parts = (HEAD, *_parameters(), *_rules(), *_channels(), *_shocks(), *_outcomes(), *_columns(), *_statistics())
    return "\n".join(parts)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown, with an empty line after it."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(content: object) -> str:
    text = f"{content:g}" if isinstance(content, float) else str(content)
    return text.replace("|", r"\|")


def _first_line(owner: Any) -> str:
    return str(owner.__doc__ or "").splitlines()[0]


def _parameters() -> Iterator[str]:
    everything = all_parameters()
    assumed = sum(item.source == "assumption" for item in everything.values())
    yield "## Parameters\n"
    yield (
        f"{len(everything)} shared parameters. Every default is a starting magnitude, chosen by us, and the most "
        f"likely value of its prior; {len(values_of(SHIPPED))} have a fitted value, which holds unless a scenario says "
        "`parameters: prior` ([evidence](evidence.md#calibration)). A source says where the idea comes from, not the "
        f"number; {assumed} have no source. A scenario replaces one with `settings: {{taste.concentration: 3}}`, "
        "the command line with `--set settings.taste.concentration=3`. Values outside the range are refused.\n"
    )
    prior = Parameters()
    for group in fields(Parameters):
        owner = getattr(prior, group.name)
        yield f"### {group.name}\n\n{_first_line(owner)}\n"
        yield table(_PARAMETER_COLUMNS, (_parameter(item, group.name) for item in parameters_of(owner)))


_PARAMETER_COLUMNS = ("parameter", "default", "fitted", "range", "unit", "meaning", "source")


def _parameter(item: Parameter, group: str) -> tuple[object, ...]:
    path = f"`{group}.{item.name}`"
    value = values_of(SHIPPED).get(f"{group}.{item.name}")
    fitted = "" if value is None else f"{value:.3g}"
    return path, float(item.default), fitted, f"{item.low:g} to {item.high:g}", item.unit, item.meaning, item.source


def _rules() -> Iterator[str]:
    yield "## Rules\n"
    for kind, known in (("countries", country_rules()), ("powers", power_rules())):
        yield f"### Of {kind}\n"
        rows = [(f"`{name}`", _first_line(rule), *_cited(rule), _own_parameters(rule)) for name, rule in known.items()]
        heads = ("rule", "what it does", "after", "also called", "not to be confused with")
        yield table((*heads, "parameters: default (range), meaning"), rows)


def _cited(rule: type) -> tuple[str, ...]:
    """What the docstring of a rule says of its references, its other names and what it is not."""
    text = " ".join((rule.__doc__ or "").split())
    found = re.search(r"References: (.*)\. Also called: (.*)\. Not to be confused with (.*)\.", text)
    assert found is not None, rule
    return found.groups()


def _own_parameters(rule: type) -> str:
    own = [f"`{p.name}` {p.default:g} ({p.low:g} to {p.high:g}), {p.meaning}" for p in parameters_of(rule)]
    return "; ".join(own) or "none"


def _channels() -> Iterator[str]:
    yield "## Channels of shocks\n"
    yield (
        "Targets in bold must be named; of the others, all are hit where none is named. *Moves* says what a channel"
        " moves directly: what it moves always comes first, then what it moves where a rule reacts to it, with these"
        " rules if not all do. `hedgesim check` says where none in force does.\n"
    )
    rows: list[tuple[object, ...]] = [
        (f"`{name}`", form.meaning, _moves(name, form), _targets(form), f"{form.low:g} to {form.high:g}")
        for name, form in CHANNELS.items()
    ]
    yield table(("channel", "what its size measures", "moves", "targets", "range of size"), rows)
    yield "### Sizes by grade\n"
    yield (
        "The one written scale of the recorded shocks (`scale.csv`). The sign is that of the event. When a shock has "
        "which grade is said in [data.md](data.md).\n"
    )
    scale = read_tables(None).table("scale")
    sizes = scale.set_index(["channel", "grade"])["size"]
    rows = [(f"`{name}`", *(float(sizes[(name, grade)]) for grade in GRADES)) for name in scale["channel"].unique()]
    yield table(("channel", *GRADES), rows)


def _moves(name: str, form: ChannelForm) -> str:
    """What a channel moves always, and where some rule reacts to it."""
    if not form.felt:
        return form.always
    rules = rules_in_words(name, Parameters())
    return "; ".join(filter(None, (form.always, f"by rules: {form.weighed} ({rules})")))


def _targets(form: ChannelForm) -> str:
    named = ["**" + key + "**" for key in form.needs] + list(form.takes)
    count = f" ({form.fewest} or more)" if form.fewest > 1 and form.most is None else ""
    exact = f" (exactly {form.most})" if form.most is not None else ""
    return (", ".join(named) or "everybody") + count + exact


def _shocks() -> Iterator[str]:
    shocks = read_tables(None).table("shocks")
    causes, outcomes = (shocks[shocks["role"] == role] for role in ("cause", "outcome"))
    yield "## Recorded shocks\n"
    yield (
        f"{len(causes)} lines of {causes['event'].nunique()} events. A line acts from the quarter given, which is the "
        "event's own or, for the second half of a quarter, the next; a scenario takes those between its start and its "
        "end. Where a channel may name domains and names none, all are hit.\n"
    )
    rows = [_shock(row) for row in causes.sort_values("date", kind="stable").to_dict("records")]
    yield table(_SHOCK_COLUMNS, rows)
    yield "### Recorded outcomes\n"
    yield f"{len(outcomes)} lines that a run should bring about by itself. They never drive one.\n"
    rows = [
        (row["date"], row["name"], f"`{row['channel']}`", _hit(row), row["source"].replace(";", "; "))
        for row in outcomes.to_dict("records")
    ]
    yield table(("date", "event", "channel", "hits", "source"), rows)


_SHOCK_COLUMNS = ("shock", "date", "acts from", "channel", "hits", "size", "grade", "course", "source", "confidence")


def _shock(row: dict[Any, Any]) -> tuple[object, ...]:
    return (
        f"`{row['shock']}`",
        row["date"],
        str(Period.acting(str(row["date"]))),
        f"`{row['channel']}`",
        _hit(row),
        float(row["size"]),
        row["grade"],
        _course(row),
        str(row["source"]).replace(";", "; "),
        row["confidence"],
    )


def _hit(row: dict[Any, Any]) -> str:
    named = [str(row[key]).replace(";", " ") for key in ("countries", "powers", "domains", "partner") if row[key]]
    return " · ".join(named) or "everybody"


def _course(row: dict[Any, Any]) -> str:
    """How a line grows and fades, in quarters."""
    ramp = "" if pd.isna(row["ramp"]) else f", grows over {row['ramp']:g}"
    match row["profile"]:
        case "decay":
            return f"halves every {row['half_life']:g}{ramp}"
        case "pulse":
            return f"until {row['end']}{ramp}"
        case _:
            return f"permanent{ramp}"


def _outcomes() -> Iterator[str]:
    yield "## Outcomes\n"
    yield "The source `model` marks a quantity of the model itself.\n"
    rows = [
        (f"`{name}`", item.table, item.unit, item.meaning, item.source.replace(";", "; "))
        for name, item in OUTCOMES.items()
    ]
    yield table(("outcome", "table", "unit", "meaning", "source"), rows)
    yield (
        "\nOf single countries, powers, domains and formats, as experiments, `--when` and `--outcome` take them: totals"
        " over the quarters of a run where they count meetings, else values in its last quarter. *Always*: every"
        " run has it. *Of a scenario*: every run of a scenario, and a run of a sweep where it is named. The others are"
        " recorded where they are named.\n"
    )
    named = [(f"`{one.form}`", _recorded(one), one.unit, one.meaning) for one in FAMILIES]
    yield table(("outcome", "recorded", "unit", "meaning"), named)


def _recorded(family: Family) -> str:
    """Which runs have an outcome unasked."""
    of_countries = {"presence", "mean trust", *(name for name, item in OUTCOMES.items() if item.table == "countries")}
    in_runs = family.quantity == "summits" or (family.quantity in of_countries and "country" in family.places)
    return "always" if family.always else "of a scenario" * in_runs


def _columns() -> Iterator[str]:
    yield "## Tables of the results\n"
    yield (
        "Parquet files in the results folder, and `Results.tables` in Python. `countries` also has one column "
        "`presence_<option>` per option, and `runs` the final outcomes of each run.\n"
    )
    for name, declared in TABLES.items():
        yield f"### {name}\n"
        yield table(("column", "type", "unit", "may be empty"), map(_column, declared.columns))


def _column(column: Column) -> tuple[object, ...]:
    return f"`{column.name}`", column.kind, column.unit, "yes" if column.may_be_empty else "no"


def _statistics() -> Iterator[str]:
    yield "## Statistics of patterns\n"
    yield (
        "What a file of patterns may name under `statistic`, with `name` and these arguments; those in brackets may be "
        "left out. A statistic is one number a run; true is 1 and false 0. A run that does not get as far has none. "
        "See [patterns.md](patterns.md).\n"
    )
    yield table(_STATISTIC_COLUMNS, map(_computed, statistic.models.items()))
    yield "### Quantities\n"
    yield "What statistics are made of: numbers that a run has in every quarter.\n"
    yield table(_STATISTIC_COLUMNS, map(_computed, quantity.models.items()))


_STATISTIC_COLUMNS = ("name", "what it is", "arguments")


def _computed(named: tuple[str, type[Computed]]) -> tuple[object, ...]:
    name, model = named
    arguments = []
    for key, field in model.model_fields.items():
        text = f"`{key}`: {field.description}"
        arguments.append(text if field.is_required() else f"[{text}]")
    return f"`{name}`", _first_line(model), "; ".join(arguments) or "none"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
