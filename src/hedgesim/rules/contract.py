"""What the text of a rule must keep to: few imports, one frozen dataclass of parameters, no own chance, no writing."""

from __future__ import annotations

import ast
import inspect
import math
import sys
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from typing import Any

from hedgesim.errors import HedgesimError, Place, choose_from
from hedgesim.model.parameter import Parameter, parameter, parameters_of
from hedgesim.rules.faults import NEW_ARRAY
from hedgesim.rules.rule import CountryRule, PowerRule

CHANCE = {"random", "rvs", "secrets", "urandom", "uuid"}
"""Parts of dotted names by which Python's packages give numbers of chance."""

GAMBLE = "Use view.whim, and write gambles: ClassVar[bool] = True, so that a run can be repeated."

FIRST_OF_EQUALS = {"argmax", "argmin", "argsort", "nanargmax", "nanargmin"}
"""Functions that choose by place, so that the order of the powers decides where two are alike."""

ALL_OF_EQUALS = (
    "Choose all that are as good as the best: xp.where(x >= xp.max(x, axis=TARGET, keepdims=True), 1.0, 0.0)."
)

PACKAGES = {"hedgesim", "numpy"} | sys.stdlib_module_names
"""What a rule may import."""

ARRAYS = (
    "Compute with functions of view.xp, such as xp.mean(x, axis=TARGET, keepdims=True), and keep the rest in this file."
)

DECLARED = tuple(inspect.signature(parameter).parameters)
"""What a parameter is declared with."""

Found = tuple[int, str, str]
"""Line, fault and remedy."""


def check_before(path: str, tree: ast.Module) -> None:
    """Refuse what is seen before a file is run: other packages, and parameters that are not declared in full.

    Raises:
        HedgesimError: the first fault.
    """
    for line, fault, remedy in chain(_of_imports(tree), _of_declarations(tree)):
        raise HedgesimError(Place(path, line), fault, remedy)


def check_text(path: str, tree: ast.Module, rule: type) -> None:
    """Refuse a rule whose text does not keep to the contract, at the line.

    Raises:
        HedgesimError: the first fault.
    """
    for line, fault, remedy in chain(_of_class(tree, rule), _of_parameters(tree, rule), _of_code(tree, rule)):
        raise HedgesimError(Place(path, line), fault, remedy)


def _of_imports(tree: ast.Module) -> Iterator[Found]:
    """Packages that are not there wherever the rule is used."""
    nodes: Iterator[Any] = ast.walk(tree)
    for node in nodes:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        for name in names:
            if name.split(".")[0] not in PACKAGES:
                fault = f"imports {name}, but a rule may import hedgesim, NumPy and Python's own modules only"
                yield node.lineno, fault, ARRAYS


def _of_declarations(tree: ast.Module) -> Iterator[Found]:
    """Parameters of a class that lack something, or have something that no parameter has."""
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for part in owner.body:
            if not isinstance(part, ast.Assign | ast.AnnAssign) or not isinstance(part.value, ast.Call):
                continue
            name = ast.unparse(part.targets[0] if isinstance(part, ast.Assign) else part.target)
            declares = ast.unparse(part.value.func).split(".")[-1] == parameter.__name__
            found = _declaration_fault(part, part.value, name) if declares else None
            if found:
                yield part.lineno, f"{owner.name}.{name} {found[0]}", found[1]


def _declaration_fault(part: ast.Assign | ast.AnnAssign, call: ast.Call, name: str) -> tuple[str, str] | None:
    """What is wrong with the text that declares a parameter, and the remedy."""
    if isinstance(part, ast.Assign):
        return "has no type", f"Write {name}: float = parameter(...)."
    given: dict[str | None, ast.expr] = dict(zip(DECLARED, call.args, strict=False))
    given |= {one.arg: one.value for one in call.keywords}
    if None in given or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    for aspect in given:
        if aspect not in DECLARED:
            return f"has {aspect}=, which no parameter has", choose_from(str(aspect), DECLARED)
    for aspect in DECLARED:
        if aspect not in given:
            return f"has no {'range' if aspect == 'within' else aspect}", f"Write it in {aspect}=."
    within = given["within"]
    if isinstance(within, ast.Constant) or (isinstance(within, ast.Tuple | ast.List) and len(within.elts) != 2):
        return "has no range of two numbers", "Write within=(lowest, highest)."
    return None


def _of_class(tree: ast.Module, rule: type) -> Iterator[Found]:
    name, line = rule.__name__, line_of_class(tree, rule.__name__)
    made_by = vars(rule).get("__dataclass_params__")
    if made_by is None or not made_by.frozen:
        yield line, f"{name} is not a frozen dataclass", "Write @dataclass(frozen=True) above it."
    lacking = sorted(getattr(rule, "__abstractmethods__", ()))
    if lacking:
        yield line, f"{name} has no method {lacking[0]}", _header(lacking[0], _given(rule, lacking[0]))
    yield from _of_methods(rule)
    if not any(ast.get_docstring(node) for node in _classes(tree, name)):
        yield line, f"{name} has no docstring", "Say under its name, in one sentence, what those who follow it do."


def _of_methods(rule: type) -> Iterator[Found]:
    """Methods that do not take what they are given."""
    for name in ("value", "taste", "decide", "pace"):
        own, given = vars(rule).get(name), _given(rule, name)
        if inspect.isfunction(own) and given:
            try:
                inspect.signature(own).bind(*given)
            except TypeError:
                fault = f"{rule.__name__}.{name} does not take what it is given ({', '.join(given[1:]) or 'nothing'})"
                yield own.__code__.co_firstlineno, fault, _header(name, given)


def _given(rule: type, method: str) -> list[str]:
    """What a method of a rule is given, itself first; nothing for a method that its kind does not have."""
    usual = getattr(CountryRule if issubclass(rule, CountryRule) else PowerRule, method, None)
    return list(inspect.signature(usual).parameters) if usual else []


def _header(method: str, given: list[str]) -> str:
    return f"Write def {method}({', '.join(given)}): ..."


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
    called: Iterator[Any] = ast.walk(tree)
    for node in called:
        name = getattr(node, "attr", getattr(node, "id", ""))
        if name in FIRST_OF_EQUALS:
            fault = f"{name} takes the first of those that are alike, so the order of the list decides"
            yield node.lineno, fault, ALL_OF_EQUALS


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
