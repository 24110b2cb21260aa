"""Rules in files of the user's own: read, checked, and known beside those of the package."""

from __future__ import annotations

import ast
import io
import linecache
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from hedgesim.errors import HedgesimError, Place
from hedgesim.rules import catalogue
from hedgesim.rules.catalogue import RuleFile
from hedgesim.rules.contract import check_before, check_text, line_of_class
from hedgesim.rules.faults import READING, guarded
from hedgesim.rules.rule import CountryRule, PowerRule

MOST_BYTES = 256 * 1024
"""Size of the largest file that is read."""

_one_at_a_time = threading.RLock()


def rule_file(path: Path) -> RuleFile:
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


def use(files: Sequence[RuleFile], check: Callable[[type], None] = lambda _: None) -> None:
    """Make the rules of files known beside those of the package, in this process.

    A file that is in use already stays as it is; another with the same name takes its place. check: refuses a rule, by
    a HedgesimError, before it is known.

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
                catalogue.own[file.name] = (file, _rule_of(file, check))


def _error(path: object, fault: str, remedy: str, *, line: int | None = None) -> HedgesimError:
    place = Place(str(path), line)
    return HedgesimError(place, fault, remedy)


def _rule_of(file: RuleFile, check: Callable[[type], None]) -> type:
    """The one rule that a file defines, checked."""
    check_name(file.name, file.path)
    tree, code = _compiled(file)
    check_before(file.path, tree)
    name = f"{catalogue.__package__}.own_{file.name}"
    module, before = ModuleType(name), sys.modules.get(name)
    module.__file__ = file.path
    vars(module)["print"] = print_aside
    _show_lines(file)
    sys.modules[name] = module
    try:
        guarded(file.path, lambda: exec(code, vars(module)), READING)
        rule = _checked(file, tree, module)
        check(rule)
        return rule
    except BaseException:
        _put_back(name, before)
        raise


def print_aside(
    *values: object, sep: str | None = " ", end: str | None = "\n", file: Any = None, flush: bool = False
) -> None:
    """The `print` of rules: to standard error, so that tables and JSON on standard output stay as they are."""
    print(*values, sep=sep, end=end, file=file or sys.stderr, flush=flush)


def _put_back(name: str, before: ModuleType | None) -> None:
    if before is None:
        del sys.modules[name]
    else:
        sys.modules[name] = before


def check_name(name: str, path: object) -> None:
    """Refuse names that a scenario cannot write, or that mean a rule of the package; path: named in the error."""
    if not (name.isidentifier() and name.isascii()):
        remedy = (
            "Rename the file: letters, digits and _, beginning with a letter, because its name is the name of the rule."
        )
        raise _error(path, f'"{name}" cannot be the name of a rule', remedy)
    for known in (catalogue.country_rules(), catalogue.power_rules()):
        if name in known.packaged:
            raise _error(path, f'"{name}" is a rule that comes with hedgesim', "Rename the file.")


def _compiled(file: RuleFile) -> tuple[ast.Module, CodeType]:
    """The file's text as a tree and as what is run."""
    try:
        tree = ast.parse(file.text, file.path)
        return tree, compile(tree, file.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        fault = f"not Python: {error.msg}"
        raise _error(file.path, fault, "Correct this line.", line=error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        fault = f"not Python: {str(error) or 'no more is said'}"
        raise _error(file.path, fault, "Write the rule as a Python file.", line=1) from None


def _show_lines(file: RuleFile) -> None:
    """Let tracebacks and `inspect` show the lines that are run, wherever the file is now."""
    lines = list(io.StringIO(file.text, newline=None))
    linecache.cache[file.path] = (len(file.text), None, lines, file.path)


def _checked(file: RuleFile, tree: ast.Module, module: ModuleType) -> type:
    """The one rule of a module, if it is as a rule should be."""
    found = catalogue.rules_in(module, CountryRule, PowerRule)
    if len(found) != 1:
        named = ", ".join(rule.__name__ for rule in found)
        fault = f"holds {len(found)} rules{f' ({named})' if named else ''}"
        line = line_of_class(tree, found[1].__name__) if found else 1
        begin = "" if found else " hedgesim new rule NAME begins one."
        remedy = f"Define exactly one subclass of CountryRule or PowerRule in it.{begin}"
        raise _error(file.path, fault, remedy, line=line)
    (rule,) = found
    check_text(file.path, tree, rule)
    guarded(file.path, rule, READING)
    return rule
