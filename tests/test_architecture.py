"""The layers import one way, each third-party package stays in its layer, and files and functions stay short."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "hedgesim"

ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "numbers": set(),
    "model": {"numpy", "jaxtyping"},
    "rules": {"numpy"},
    "scenario": {"numpy", "pandas", "yaml", "pydantic", "pydantic_core"},
    "experiment": {"numpy", "pandas", "pydantic"},
    "engines": {"numpy", "jaxtyping"},
    "results": {"numpy", "pandas", "pyarrow"},
    "analysis": {"numpy", "pandas", "scipy", "SALib"},
    "plots": {"numpy", "pandas", "scipy", "matplotlib", "mpltern"},
    "commands": {"pandas", "rich", "typer"},
}
"""Layers in the order in which they may import one another, and the packages that any of their files may import."""

LAYERS = tuple(ALLOWED)
ALLOWED_IN_FILE = {
    "model/noise.py": {"scipy"},
    "engines/agent_based.py": {"mesa"},
    "engines/jax_backend.py": {"jax"},
    "experiment/design.py": {"scipy", "SALib"},
    "experiment/uncertainties.py": {"scipy"},
    "results/distributed.py": {"distributed"},
    "results/file_systems.py": {"fsspec"},
    "analysis/boxes.py": {"prim"},
    "analysis/ablation.py": {"yaml"},
    "analysis/calibration/files.py": {"yaml"},
    "analysis/calibration/events.py": {"emcee"},
    "analysis/calibration/fit.py": {"emcee"},
    "analysis/hindcast/scores.py": {"scoringrules"},
    "analysis/patterns/declared.py": {"pydantic"},
    "analysis/patterns/pattern.py": {"pydantic"},
    "results/archive/documents.py": {"yaml"},
    "results/archive/inputs.py": {"yaml"},
    "results/labelled.py": {"xarray"},
    "plots/__init__.py": {"lazy_loader"},
}
"""Packages that one file alone may import."""

LONGEST_FILE = 300
LONGEST_FUNCTION = {"engines/quarter.py:perceive": 60, "scenario/arrays.py:setting_of": 60}
"""Functions that are one long list of fields."""

TEMPLATES = SOURCE / "commands" / "templates"
"""Texts that `hedgesim new` writes for users: no part of the program."""

PYTHON = [path for path in SOURCE.rglob("*.py") if TEMPLATES not in path.parents]
FILES = sorted(path.relative_to(SOURCE).as_posix() for path in PYTHON)
IN_LAYERS = [file for file in FILES if file not in {"__init__.py", "__main__.py"}]


def _layer(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def _imports(file: str) -> Iterator[str]:
    """Names of modules imported anywhere in a file, except for type checking alone."""
    tree = ast.parse((SOURCE / file).read_text())
    hidden = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.unparse(test.test)
        for node in ast.walk(test)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write imports in full"
            yield node.module or ""
            if node.module == "hedgesim":
                yield from (f"hedgesim.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", IN_LAYERS)
def test_a_module_imports_its_own_layer_those_before_it_and_packages_that_are_allowed_there(file: str) -> None:
    layer = _layer(file)
    allowed = ALLOWED[layer] | ALLOWED_IN_FILE.get(file, set()) | {"hedgesim"} | sys.stdlib_module_names
    for name in _imports(file):
        package, _, rest = name.partition(".")
        assert package in allowed, f"{file} imports {package}"
        if package == "hedgesim" and rest:
            assert LAYERS.index(rest.split(".")[0]) <= LAYERS.index(layer), f"{file} imports {name}"


def test_every_layer_is_there() -> None:
    assert {_layer(file) for file in IN_LAYERS} == set(LAYERS)


@pytest.mark.parametrize("file", FILES)
def test_files_and_functions_are_short_and_take_few_arguments(file: str) -> None:
    text = (SOURCE / file).read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    options = 17 if file.startswith("commands/") else 9
    for node in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)):
        where, arguments = f"{file}:{node.name}", node.args
        statements = (node.end_lineno or 0) - node.body[0].lineno + 1
        if ast.get_docstring(node):
            statements -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
        assert statements <= LONGEST_FUNCTION.get(where, 40), f"{where} is too long"
        assert arguments.kwarg is None or file.startswith("plots"), f"{where} takes **{arguments.kwarg}"
        taken = [a for a in [*arguments.args, *arguments.kwonlyargs] if a.arg not in {"self", "cls"}]
        assert len(taken) <= options, f"{where} takes too many arguments"


@pytest.mark.parametrize("file", FILES)
def test_no_random_numbers_but_those_addressed_by_name(file: str) -> None:
    text = (SOURCE / file).read_text()
    assert [word for word in ("np.random", "import random", "default_rng") if word in text] == []


def test_rules_never_see_more_than_their_view() -> None:
    allowed = ("hedgesim.model", "hedgesim.rules.rule", "dataclasses", "typing", "__future__")
    for file in (f for f in FILES if f.startswith(("rules/countries/", "rules/powers/"))):
        for name in _imports(file):
            assert name.startswith(allowed), f"{file} imports {name}"
