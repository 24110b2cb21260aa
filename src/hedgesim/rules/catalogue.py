"""The rules by name: those of the package, found in its folders, and those in files of the user's own, checked."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import io
import linecache
import pkgutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Generic, TypeVar

from hedgesim.errors import HedgesimError, Place, choose_from, closest
from hedgesim.rules import countries, powers
from hedgesim.rules.contract import check_before, check_text, line_of_class
from hedgesim.rules.faults import READING, guarded
from hedgesim.rules.rule import CountryRule, PowerRule

Kind = TypeVar("Kind")

MOST_BYTES = 256 * 1024
"""Size of the largest file of the user's own that is read."""

OWN_FILE = "If it is in a file of your own, add --rules {name}.py."


class Rules(Mapping[str, type[Kind]], Generic[Kind]):
    """Every rule of one kind by name: the package's, then the user's own. A file is read when it is asked for."""

    def __init__(self, package: ModuleType, kind: Any) -> None:
        self.packaged = tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))
        self._package, self._kind = package.__name__, kind

    def __getitem__(self, name: str) -> type[Kind]:
        """The rule of a name."""
        if name in self.packaged:
            rule: type[Kind] = _rule_in(importlib.import_module(f"{self._package}.{name}"), self._kind)
            return rule
        return self._own()[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter((*self.packaged, *self._own()))

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self.packaged) + len(self._own())

    def _own(self) -> dict[str, type[Kind]]:
        return {name: rule for name, (_, rule) in sorted(own.items()) if issubclass(rule, self._kind)}


@dataclass(frozen=True)
class RuleFile:
    """A user's file with one rule; it may be sent to another process and used there.

    name: what the rule is called in scenarios, the file's name without `.py`. path: where it was read, for messages.
    """

    name: str
    text: str
    path: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


own: dict[str, tuple[RuleFile, type]] = {}
"""Rules in files of the user's own, with the file, by name; `use` enters them."""

_one_at_a_time = threading.RLock()


def files_in_use() -> tuple[RuleFile, ...]:
    """The files in use, in the order of their names: what another process needs to know the same rules."""
    return tuple(file for _, (file, _) in sorted(own.items()))


@cache
def country_rules() -> Rules[CountryRule]:
    """Every rule that a country may follow, by name."""
    return Rules(countries, CountryRule)


@cache
def power_rules() -> Rules[PowerRule]:
    """Every rule that a power may follow, by name."""
    return Rules(powers, PowerRule)


def choose_rule(name: str, known: Iterable[str]) -> str:
    """The remedy for a rule that is not known: which may be meant, or how one in a file of the user's own is named."""
    names = list(known)
    own_file = "" if closest(name, names) or not name.isidentifier() else f" {OWN_FILE.format(name=name)}"
    return choose_from(name, names) + own_file


def _rule_in(module: ModuleType, kind: type) -> Any:
    found = rules_in(module, kind)
    if len(found) != 1:
        remedy = f"Define exactly one subclass of {kind.__name__} in it."
        raise HedgesimError(module.__file__, f"holds {len(found)} rules", remedy)
    return found[0]


def rules_in(module: ModuleType, *kinds: type) -> list[type]:
    """The rules that a module defines, not those that it imports."""
    found = []
    for item in vars(module).values():
        if inspect.isclass(item) and issubclass(item, kinds) and item.__module__ == module.__name__:
            found.append(item)
    return found


def rule_file(named: str | Path) -> RuleFile:
    """Read a file with a rule; nothing in it is run yet.

    Raises:
        HedgesimError: an empty name, missing, no file, over 256 kB, unreadable or not UTF-8.
    """
    if not str(named):
        raise _error('""', "the name is empty", "Name a Python file with one rule.")
    path = Path(named)
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
            if file.name not in own or own[file.name][0] != file:
                own[file.name] = (file, _rule_of(file, check))


def _error(path: object, fault: str, remedy: str, *, line: int | None = None) -> HedgesimError:
    place = Place(str(path), line)
    return HedgesimError(place, fault, remedy)


def _rule_of(file: RuleFile, check: Callable[[type], None]) -> type:
    """The one rule that a file defines, checked."""
    check_name(file.name, file.path)
    tree, code = _compiled(file)
    check_before(file.path, tree)
    name = f"{__package__}.own_{file.name}"
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
    for known in (country_rules(), power_rules()):
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
    found = rules_in(module, CountryRule, PowerRule)
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
