"""Rules in files of the user's own: read, checked, and known beside those of the package."""

from __future__ import annotations

import ast
import io
import linecache
import math
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

from hedgesim.errors import HedgesimError, Place
from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.rules import catalogue
from hedgesim.rules.catalogue import RuleFile
from hedgesim.rules.rule import CountryRule, PowerRule

MOST_BYTES = 256 * 1024
"""Size of the largest file that is read."""

_one_at_a_time = threading.RLock()


def read_rule_file(path: Path) -> RuleFile:
    """Read a file with a rule; nothing in it is run yet.

    Raises:
        HedgesimError: missing, no file, over 256 kB, unreadable or not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise _error(path, "is not a file", "Name a Python file with one rule.")
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _error(path, "there is no such file", "Check the spelling of the path.") from None
    except OSError as error:
        reason = error.strerror or "no reason is given"
        raise _error(path, f"cannot be read ({reason})", "Check the path and its permissions.") from None
    if len(content) > MOST_BYTES:
        fault = f"the file has more than the {MOST_BYTES} bytes (256 kB) that are read"
        raise _error(path, fault, "Keep only the rule in it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(path, "is not a text in UTF-8", "Save the file as UTF-8.", line=line) from None
    return RuleFile(path.stem, text, str(path))


def use(files: Sequence[RuleFile]) -> None:
    """Make the rules of files known beside those of the package, in this process.

    A file that is in use already stays as it is; another with the same name takes its place.

    Raises:
        HedgesimError: a file that does not hold one rule as it should be, with its line, or two files of one name.
    """
    paths: dict[str, str] = {}
    for file in files:
        other = paths.setdefault(file.name, file.path)
        if other != file.path:
            raise _error(file.path, f"{other} has the same name, {file.name}", "Rename one of the two.")
    with _one_at_a_time:
        for file in files:
            if file.name not in catalogue.own or catalogue.own[file.name][0] != file:
                catalogue.own[file.name] = (file, _rule_of(file))


def _error(path: object, fault: str, remedy: str, *, line: int | None = None) -> HedgesimError:
    place = Place(str(path), line)
    return HedgesimError(place, fault, remedy)


def _rule_of(file: RuleFile) -> type:
    """The one rule that a file defines, checked."""
    _check_name(file)
    tree, code = _compiled(file)
    name = f"{catalogue.__package__}.own_{file.name}"
    module, before = ModuleType(name), sys.modules.get(name)
    module.__file__ = file.path
    _show_lines(file)
    sys.modules[name] = module
    try:
        _guarded(file, lambda: exec(code, vars(module)))
        return _checked(file, tree, module)
    except BaseException:
        _put_back(name, before)
        raise


def _put_back(name: str, before: ModuleType | None) -> None:
    if before is None:
        del sys.modules[name]
    else:
        sys.modules[name] = before


def _check_name(file: RuleFile) -> None:
    """Refuse names that a scenario cannot write, or that mean a rule of the package."""
    if not (file.name.isidentifier() and file.name.isascii()):
        remedy = (
            "Rename the file: letters, digits and _, beginning with a letter, because its name is the name of the rule."
        )
        raise _error(file.path, f'"{file.name}" cannot be the name of a rule', remedy)
    for known in (catalogue.country_rules(), catalogue.power_rules()):
        if file.name in known.packaged:
            raise _error(file.path, f'"{file.name}" is a rule that comes with hedgesim', "Rename the file.")


def _compiled(file: RuleFile) -> tuple[ast.Module, CodeType]:
    """The file's text as a tree and as what is run."""
    try:
        tree = ast.parse(file.text, file.path)
        return tree, compile(tree, file.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        fault = f"not Python: {error.msg}"
        raise _error(file.path, fault, "Correct this line.", line=error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        fault = f"not Python: {_first_line(error)}"
        raise _error(file.path, fault, "Write the rule as a Python file.", line=1) from None


def _show_lines(file: RuleFile) -> None:
    """Let tracebacks and `inspect` show the lines that are run, wherever the file is now."""
    lines = list(io.StringIO(file.text, newline=None))
    linecache.cache[file.path] = (len(file.text), None, lines, file.path)


def _guarded(file: RuleFile, act: Callable[[], Any]) -> None:
    """Do something with the file's code; an error names the line of the file."""
    try:
        act()
    except (Exception, SystemExit) as error:
        fault = f"{type(error).__name__} while the rule is read: {_first_line(error)}"
        line = _line_in(file, error.__traceback__)
        raise _error(file.path, fault, "Correct this line.", line=line) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or ["no more is said"])[0]


def _line_in(file: RuleFile, trace: TracebackType | None) -> int:
    """The last line of the file that a traceback went through."""
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file.path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _checked(file: RuleFile, tree: ast.Module, module: ModuleType) -> type:
    """The one rule of a module, if it is as a rule should be."""
    found = catalogue.rules_in(module, CountryRule, PowerRule)
    if len(found) != 1:
        named = ", ".join(rule.__name__ for rule in found)
        fault = f"holds {len(found)} rules{f' ({named})' if named else ''}"
        line = _line_of(tree, found[1].__name__) if found else 1
        remedy = "Define exactly one subclass of CountryRule or PowerRule in it."
        raise _error(file.path, fault, remedy, line=line)
    (rule,) = found
    line = _line_of(tree, rule.__name__)
    made_by = vars(rule).get("__dataclass_params__")
    if made_by is None or not made_by.frozen:
        fault = f"{rule.__name__} is not a frozen dataclass"
        raise _error(file.path, fault, "Write @dataclass(frozen=True) above it.", line=line)
    lacking = sorted(getattr(rule, "__abstractmethods__", ()))
    if lacking:
        fault = f"{rule.__name__} has no method {lacking[0]}"
        raise _error(file.path, fault, "Write it; the contract in hedgesim/rules/rule.py says how.", line=line)
    _check_parameters(file, tree, rule)
    _guarded(file, rule)
    return rule


def _check_parameters(file: RuleFile, tree: ast.Module, rule: Any) -> None:
    """Refuse fields that are not parameters, and parameters with incomplete declarations."""
    declared = {item.name: item for item in parameters_of(rule)}
    for item in fields(rule):
        found = _parameter_fault(declared.get(item.name))
        if found:
            line = _line_of(tree, rule.__name__, item.name)
            raise _error(file.path, f"{rule.__name__}.{item.name} {found[0]}", found[1], line=line)


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


def _line_of(tree: ast.Module, rule: str, field: str | None = None) -> int:
    """The line of a class, or of one of its fields; that of the class where the field is inherited."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == rule:
            lines = [
                part.lineno
                for part in node.body
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id == field
            ]
            return lines[0] if lines else node.lineno
    return 1
