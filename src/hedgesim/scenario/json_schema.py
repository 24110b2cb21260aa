"""The JSON Schema of scenario files, for editors and for finding which keys may stand where."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from hedgesim.scenario.faults import KeyPath
from hedgesim.scenario.schema import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHOCK_NEEDS = ("source", "channels")


def json_schema() -> dict[str, Any]:
    """Make the JSON Schema (2020-12) of a scenario file.

    Required keys are asked for only where the file extends nothing; null, which deletes an inherited key, is
    allowed where it may stand.
    """
    schema = Scenario.model_json_schema()
    needs = schema.pop("required")
    definitions = schema["$defs"]
    definitions["Shock"].pop("required")
    _allow_null(schema["properties"]["shocks"])
    _allow_null(schema["properties"]["settings"])
    _allow_null(schema["properties"]["shock_sizes"])
    for rules in definitions["Rules"]["properties"].values():
        _allow_null(rules)
    alone = {
        "required": needs,
        "properties": {"shocks": {"additionalProperties": {"required": list(SHOCK_NEEDS)}}},
    }
    title = "hedgesim scenario"
    return {"$schema": DIALECT, **schema, "title": title, "anyOf": [{"required": ["extends"]}, alone]}


def _allow_null(mapping: dict[str, Any]) -> None:
    """Let the entries of a mapping be null."""
    mapping["additionalProperties"] = {"anyOf": [mapping["additionalProperties"], {"type": "null"}]}


@cache
def _whole_schema() -> dict[str, Any]:
    """Keep the schema for look-ups."""
    return json_schema()


def keys_at(path: KeyPath) -> tuple[str, ...]:
    """List the keys that the schema names below a path; none where any name, or no key at all, may stand."""
    return keys_below(_whole_schema(), path)


def keys_below(schema: dict[str, Any], path: KeyPath) -> tuple[str, ...]:
    """List the keys that a schema names below a path."""
    return tuple(key for form in _forms(schema, path) for key in form.get("properties", {}))


def allows(path: KeyPath) -> bool:
    """Tell whether the schema knows a path."""
    return bool(_forms(_whole_schema(), path))


def _forms(schema: dict[str, Any], path: KeyPath) -> list[dict[str, Any]]:
    """Find the schema of a path, one entry per alternative."""
    forms = _alternatives(schema, [schema])
    for key in path:
        forms = _alternatives(schema, (step for form in forms if (step := _step(form, key)) is not None))
    return forms


def _step(form: dict[str, Any], key: str | int) -> dict[str, Any] | None:
    """Go from a schema to that of one key or list position."""
    properties, others, items = (
        form.get("properties", {}),
        form.get("additionalProperties"),
        form.get("items"),
    )
    if key in properties:
        found: dict[str, Any] = properties[key]
        return found
    if str(key).isdecimal() and isinstance(items, dict):
        return items
    return others if isinstance(others, dict) else None


def _alternatives(schema: dict[str, Any], forms: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Follow references and alternatives, but those of the whole file, which only say what is required."""
    found: list[dict[str, Any]] = []
    for form in forms:
        if "$ref" in form:
            name = form["$ref"].rpartition("/")[2]
            found += _alternatives(schema, [schema["$defs"][name]])
        elif "anyOf" in form and "properties" not in form:
            found += _alternatives(schema, form["anyOf"])
        else:
            found.append(form)
    return found
