"""Write docs/scenario_format.md: every key of a scenario file, from the schema.

Usage: python tools/write_format.py [FILE]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from write_reference import table

from hedgesim.scenario import Scenario

PAGE = Path(__file__).parents[1] / "docs" / "scenario_format.md"
ORDER = ("Shock", "ShockChannel", "Arrival", "Change", "MembershipChange", "RuleChange", "FormatChange", "Rules",
         "RuleChoice", "OwnSource", "DataOverride")  # fmt: skip
TITLES = {
    "Shock": "A shock, under `shocks: {ID: …}`",
    "ShockChannel": "A line of a shock, under `channels: […]`",
    "Arrival": "Random arrival, under `arrival`",
    "Change": "A dated change, under `changes: {ID: …}`",
    "MembershipChange": "`membership` of a change",
    "RuleChange": "`rule` of a change",
    "FormatChange": "`format` of a change",
    "Rules": "`rules`",
    "RuleChoice": "A choice of rule, under `countries` or `powers`",
    "OwnSource": "A source, under `sources: {KEY: …}`",
    "DataOverride": "A value of a table, under `data: […]`",
}
HEAD = """# Scenario format

Written by `tools/write_format.py` from the schema (`make docs`); a test compares them. Do not edit.
[scenarios.md](scenarios.md) explains the use of the keys. [reference.md](reference.md) lists channels, rules and
parameters.

You must write a key without a default, unless the file extends one that has it. `null` deletes an inherited entry of a
mapping. You can set every path with `--set`, such as `--set shocks.drought.channels.0.size=-0.3`.

"""
PATTERNS = {
    "^[12][0-9]{3}Q[1-4]$": "a quarter, `2022Q1`",
    "^[12][0-9]{3}(Q[1-4]|-[0-9]{2}(-[0-9]{2})?)$": "a quarter or a date, `2022-02-24`",
    "^-?[A-Za-z]+$": "a grade, `large` or `-large`",
}
FREE = "Further keys are parameters of the rule, with a number each.\n"


def main(arguments: Sequence[str]) -> int:
    """Write the page."""
    place = Path(arguments[0]) if arguments else PAGE
    place.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The complete page."""
    return HEAD + "\n".join(_parts(Scenario.json_schema()))


def _parts(schema: Mapping[str, Any]) -> Iterator[str]:
    alone = schema["anyOf"][1]
    yield "## A scenario\n\n" + _keys(schema, alone["required"])
    for name in ORDER:
        form = schema["$defs"][name]
        required = form.get("required") or {"Shock": ["source", "channels"], "Change": ["date", "source"]}.get(name, [])
        what = str(form["description"]).splitlines()[0]
        free = FREE if isinstance(form.get("additionalProperties"), dict) else ""
        yield f"## {TITLES[name]}\n\n{what}\n{free}\n{_keys(form, required)}"


def _keys(form: Mapping[str, Any], required: Sequence[str]) -> str:
    """A table of the keys of one mapping."""
    rows = []
    for key, of in form["properties"].items():
        default = "" if key in required else _default(of.get("default"))
        example = yaml.safe_dump({key: of["examples"][0]}, default_flow_style=True, sort_keys=False, width=1000).strip()
        rows.append((f"`{key}`", of["description"], _kind(of), of.get("unit", ""), default, f"`{example[1:-1]}`"))
    return table(("key", "what it says", "value", "unit", "default", "example"), rows)


def _default(value: object) -> str:
    return "none" if value in (None, [], {}, ()) else f"`{value}`"


def _kind(of: Mapping[str, Any]) -> str:
    """What a value may be."""
    kinds = [_kind(one) for one in of.get("anyOf", ()) if one.get("type") != "null"]
    if kinds:
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in of:
        return "a mapping, below"
    if "const" in of or "enum" in of:
        values = [of["const"]] if "const" in of else of["enum"]
        return "one of the channels" if "intention" in values else " or ".join(f"`{value}`" for value in values)
    if of.get("pattern") in PATTERNS:
        return PATTERNS[of["pattern"]]
    if of.get("type") in {"number", "integer"}:
        return f"{'a whole number' if of['type'] == 'integer' else 'a number'}{_range(of)}"
    if of.get("type") == "array":
        least = of.get("minItems", 0)
        return f"a list{f' of at least {least}' if least > 1 else ''}"
    if of.get("type") == "object":
        inside = of.get("additionalProperties")
        numbers = _kind(inside) if isinstance(inside, dict) else ""
        return f"a mapping from names to {numbers}" if "number" in numbers else "a mapping"
    return "text"


def _range(of: Mapping[str, Any]) -> str:
    low = [f"above {of['exclusiveMinimum']:g}"] if "exclusiveMinimum" in of else []
    low += [f"from {of['minimum']:g}"] if "minimum" in of else []
    high = [f"up to {of['maximum']}"] if "maximum" in of else []
    return "".join(f" {part}" for part in (*low, *high))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
