"""Which changes of an equation do the tests notice? `python tests/mutation.py --sample 200` puts it to the test.

The tests are collected once. Each mutant is tried in a fork of that process: the functions and constants of one module
are replaced, and tests run until one fails, first those of the file that is named like the module.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import importlib
import os
import random
import resource
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from mutants import Mutant, mutants_of

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src" / "hedgesim"
FILES = ("model/*.py", "rules/*/*.py", "rules/rule.py", "engines/quarter.py")
"""Where equations are."""

TESTS = ("model", "rules/countries", "rules/powers", "rules/test_rule.py", "engines/test_quarter.py")
TESTS += ("engines/test_laws.py", "engines/test_agent_based.py")
"""Tests that are tried, below this folder."""

SLOW = {"test_noise.py": {"noise.py", "draws.py"}}
"""Tests of one part alone, which take long."""

SECONDS = 60
"""Of the processor for all tests of a mutant; one that takes longer is noticed."""

PASSED, NOTICED = 0, 1
"""How the process of a mutant ends."""


def all_mutants() -> list[Mutant]:
    """Every mutant of every equation."""
    files = sorted({path for pattern in FILES for path in SOURCE.glob(pattern)})
    return [one for file in files for one in mutants_of(file.relative_to(SOURCE).as_posix(), file.read_text())]


def _module(file: str) -> str:
    return "hedgesim." + file.removesuffix(".py").replace("/", ".")


def codes_of(code: CodeType) -> dict[str, CodeType]:
    """The functions of a module and of its classes, compiled, by their names."""
    found = {}
    for part in code.co_consts:
        if isinstance(part, CodeType):
            is_function = part.co_flags & 0x02 and not part.co_name.startswith("<")
            found |= {part.co_qualname: part} if is_function else codes_of(part)
    return found


class Loaded:
    """The functions of the model that this process has, and those of them that keep results."""

    def __init__(self) -> None:
        self.functions: list[FunctionType] = []
        self.caches: list[Any] = []
        for item in gc.get_objects():
            if isinstance(item, FunctionType) and item.__code__.co_filename.startswith(str(SOURCE)):
                self.functions.append(item)
            elif hasattr(type(item), "cache_clear") and str(item.__module__).startswith("hedgesim.model"):
                self.caches.append(item)


def put_in(mutant: Mutant, loaded: Loaded) -> None:
    """Change the functions and the constants of this process into those of a mutant."""
    path = str(SOURCE / mutant.file)
    code = compile(mutant.text, path, "exec")
    changed = codes_of(code)
    for function in loaded.functions:
        if function.__code__.co_filename == path:
            function.__code__ = changed.get(function.__code__.co_qualname, function.__code__)
    for kept in loaded.caches:
        kept.cache_clear()
    name = _module(mutant.file)
    module = importlib.import_module(name)
    other = ModuleType(name)
    other.__file__ = path
    exec(code, vars(other))
    for key, value in vars(module).items():
        now = vars(other).get(key)
        if isinstance(value, type) and dataclasses.is_dataclass(value):
            value.__init__.__defaults__ = now.__init__.__defaults__
            for one, two in zip(dataclasses.fields(value), dataclasses.fields(now), strict=True):
                one.default, one.metadata = two.default, two.metadata
        elif isinstance(value, int | float | tuple) and value != now:
            replace_everywhere(key, value, now)


def replace_everywhere(name: str, value: object, now: object) -> None:
    """Give a constant another value in every module that has it."""
    for module in list(sys.modules.values()):
        if vars(module).get(name) is value:
            setattr(module, name, now)


class Trial:
    """A plugin of pytest that tries mutants in place of running the tests."""

    def __init__(self, mutants: list[Mutant]) -> None:
        self.mutants = mutants
        self.noticed: list[tuple[Mutant, str]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Examples that fail are not made smaller."""
        from hypothesis import Phase, settings

        settings.register_profile("mutants", derandomize=True, deadline=None, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant; memory that is shared with the forks is not collected."""
        for file in {mutant.file for mutant in self.mutants}:
            importlib.import_module(_module(file))
        gc.collect()
        loaded = Loaded()
        gc.freeze()
        gc.disable()
        for mutant in self.mutants:
            by = _noticed_by(mutant, loaded, _ordered(session.items, mutant))
            self.noticed.append((mutant, by))
            if not by:
                print("survives:", mutant, flush=True)
        return True


def _noticed_by(mutant: Mutant, loaded: Loaded, items: list[Any]) -> str:
    """The test that notices; nothing where none does."""
    ends = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ends[0])
        _end(mutant, loaded, items, ends[1])
    os.close(ends[1])
    with os.fdopen(ends[0]) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    return "" if os.WIFEXITED(status) and os.WEXITSTATUS(status) == PASSED else said or "a process that does not end"


def _ordered(items: list[pytest.Item], mutant: Mutant) -> list[pytest.Item]:
    """The tests for a mutant, those of its own file first."""
    own = f"test_{Path(mutant.file).stem}.py"
    chosen = [item for item in items if Path(mutant.file).name in SLOW.get(item.path.name, {Path(mutant.file).name})]
    chosen = [item for item in chosen if "jax" not in item.name and not item.get_closest_marker("hold")]
    return sorted(chosen, key=lambda item: item.path.name != own)


def _end(mutant: Mutant, loaded: Loaded, items: list[Any], pipe: int) -> None:
    """In a fork: run tests until one fails, and end the process."""
    from _pytest.runner import runtestprotocol

    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    ended = NOTICED
    with suppress(BaseException):
        put_in(mutant, loaded)
        for item, following in zip(items, [*items[1:], None], strict=True):
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                os.write(pipe, item.nodeid.encode())
                break
        else:
            ended = PASSED
    os._exit(ended)


def main() -> int:
    """Try a sample of the mutants, and print what survives and how many by file, also if Ctrl-C ends it early."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="how many mutants; all of them by default")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--files", nargs="*", default=[""], help="beginnings of the files, such as model/shares")
    parser.add_argument("--least", type=float, default=0.0, help="share that must be noticed")
    chosen = parser.parse_args()
    mutants = [one for one in all_mutants() if one.file.startswith(tuple(chosen.files))]
    if chosen.sample is not None:
        mutants = random.Random(chosen.seed).sample(mutants, min(chosen.sample, len(mutants)))
    trial = Trial(mutants)
    paths = [str(HERE / name) for name in TESTS]
    pytest.main(["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", *paths], plugins=[trial])
    tried, noticed = Counter(one.file for one, _ in trial.noticed), Counter(one.file for one, by in trial.noticed if by)
    for file in sorted(tried):
        print(f"{file:40}{noticed[file]:5} of {tried[file]:5} noticed")
    share = noticed.total() / max(1, tried.total())
    print(f"{noticed.total()} of {tried.total()} mutants noticed ({share:.1%})")
    return int(share < chosen.least or len(trial.noticed) < len(mutants))


if __name__ == "__main__":
    sys.exit(main())
