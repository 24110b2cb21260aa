"""What the text of a rule must keep to: one frozen dataclass of parameters, no own randomness, no writing."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from typing import Any

from hedgesim.errors import HedgesimError, Place
from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.rules.faults import NEW_ARRAY

CHANCE = {"random", "rvs", "secrets", "urandom", "uuid"}
"""Parts of dotted names by which Python's packages give numbers of chance."""

GAMBLE = "Use view.whim, and write gambles: ClassVar[bool] = True, so that a run can be repeated."

Found = tuple[int, str, str]
"""Line, fault and remedy."""


def check_text(path: str, tree: ast.Module, rule: type) -> None:
    """Refuse a rule whose text does not keep to the contract, at the line.

    Raises:
        HedgesimError: the first fault.
    """
    for line, fault, remedy in chain(_of_class(tree, rule), _of_parameters(tree, rule), _of_code(tree, rule)):
        raise HedgesimError(Place(path, line), fault, remedy)


def _of_class(tree: ast.Module, rule: type) -> Iterator[Found]:
    name, line = rule.__name__, line_of_class(tree, rule.__name__)
    made_by = vars(rule).get("__dataclass_params__")
    if made_by is None or not made_by.frozen:
        yield line, f"{name} is not a frozen dataclass", "Write @dataclass(frozen=True) above it."
    lacking = sorted(getattr(rule, "__abstractmethods__", ()))
    if lacking:
        fault = f"{name} has no method {lacking[0]}"
        yield line, fault, "Write it; the contract in hedgesim/rules/rule.py says how."
    if not any(ast.get_docstring(node) for node in _classes(tree, name)):
        yield line, f"{name} has no docstring", "Say under its name, in one sentence, what its countries do."


def _of_parameters(tree: ast.Module, rule: Any) -> Iterator[Found]:
    """Fields that are not parameters, and parameters with incomplete declarations."""
    declared = {item.name: item for item in parameters_of(rule)}
    for item in fields(rule):
        found = _parameter_fault(declared.get(item.name))
        if found:
            yield line_of_class(tree, rule.__name__, item.name), f"{rule.__name__}.{item.name} {found[0]}", found[1]


def _parameter_fault(item: Parameter | None) -> tuple[str, str] | None:
    """What is wrong with a field as a parameter, and the remedy."""
    if item is None:
        remedy = "Declare it with parameter(default, unit=, within=, meaning=, source=)."
        return "is not a parameter: it has no unit, range, meaning and source", remedy
    if not _in_range(item):
        fault = f"has the default {item.default!r}, which is not in a range from {item.low!r} to {item.high!r}"
        return fault, "Write in within= a lower and a higher number, and a default between them."
    for aspect in ("unit", "meaning", "source"):
        if not getattr(item, aspect):
            return f"has no {aspect}", f"Write it in {aspect}=."
    return None


def _in_range(item: Parameter) -> bool:
    numbers = (item.low, item.default, item.high)
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return False
    return item.low <= item.default <= item.high and item.low < item.high


def _of_code(tree: ast.Module, rule: type) -> Iterator[Found]:
    """Numbers of chance anywhere in the file, and places of arrays that methods of the rule write to."""
    nodes: Iterator[Any] = ast.walk(tree)
    for node in nodes:
        name = next((name for name in _named(node) if set(name.split(".")) & CHANCE), None)
        if name is not None:
            yield node.lineno, f"{name} gives random numbers that are not the model's", GAMBLE
    for owner in _classes(tree, rule.__name__):
        statements: Iterator[Any] = ast.walk(owner)
        for node in statements:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(one, ast.Subscript) and _of_array(one.slice) for one in targets):
                yield node.lineno, "writes into an array", NEW_ARRAY


def _named(node: Any) -> list[str]:
    """What a part of the code takes from modules, by dotted names; none of hedgesim."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name for name in names if not name.startswith("hedgesim.")]
    return [ast.unparse(node)] if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "self" else []


def _of_array(index: ast.expr) -> bool:
    ellipsis = isinstance(index, ast.Constant) and index.value is Ellipsis
    return ellipsis or isinstance(index, ast.Tuple | ast.Slice)


def _classes(tree: ast.Module, name: str) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == name]


def line_of_class(tree: ast.Module, rule: str, field: str | None = None) -> int:
    """The line of a class, or of one of its fields; that of the class where the field is inherited."""
    for node in _classes(tree, rule):
        own = [part for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)]
        lines = [part.lineno for part in own if isinstance(part.target, ast.Name) and part.target.id == field]
        return lines[0] if lines else node.lineno
    return 1
