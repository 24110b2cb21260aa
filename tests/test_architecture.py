"""The layers import one way, each third-party package stays in its layer, and files and functions stay short."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "hedgesim"

LAYERS = (
    *("errors", "model", "rules", "scenario", "experiment", "engines"),
    *("results", "analysis", "plots", "commands"),
)
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "model": {"numpy", "array_api_compat", "jaxtyping"},
    "rules": {"numpy", "array_api_compat"},
    "scenario": {"numpy", "pandas", "yaml", "pydantic", "pydantic_core"},
    "experiment": {"numpy", "pandas", "pydantic"},
    "engines": {"numpy", "array_api_compat", "jaxtyping"},
    "results": {"numpy", "pandas", "pyarrow"},
    "analysis": {"numpy", "pandas", "scipy", "SALib"},
    "plots": {"numpy", "pandas", "scipy", "matplotlib", "mpltern"},
    "commands": {"pandas", "rich", "typer"},
}
ALLOWED_IN_FILE = {
    "model/noise.py": {"scipy"},
    "engines/agent_based.py": {"mesa"},
    "engines/jax_backend.py": {"jax"},
    "experiment/design.py": {"scipy", "SALib"},
    "experiment/uncertainties.py": {"scipy"},
    "results/distributed.py": {"distributed"},
    "results/folders.py": {"fsspec"},
    "analysis/boxes.py": {"prim"},
    "analysis/ablation.py": {"yaml"},
    "analysis/calibration/files.py": {"yaml"},
    "analysis/calibration/events.py": {"emcee"},
    "analysis/calibration/fit.py": {"emcee"},
    "analysis/hindcast/scores.py": {"scoringrules"},
    "analysis/patterns/declared.py": {"pydantic"},
    "analysis/patterns/pattern.py": {"pydantic"},
    "plots/__init__.py": {"lazy_loader"},
}
"""Packages that one file alone may import."""

FACES = {"__init__.py", "__main__.py"}
LONGEST_FILE = 300

FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


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


@pytest.mark.parametrize("file", [f for f in FILES if f not in FACES])
def test_a_module_imports_its_own_layer_and_those_before_it(file: str) -> None:
    place = LAYERS.index(_layer(file))
    for name in _imports(file):
        if name.startswith("hedgesim."):
            assert LAYERS.index(name.split(".")[1]) <= place, f"{file} imports {name}"


@pytest.mark.parametrize("file", [f for f in FILES if f not in FACES])
def test_third_party_packages_stay_where_they_are_allowed(file: str) -> None:
    import sys

    allowed = ALLOWED[_layer(file)] | ALLOWED_IN_FILE.get(file, set()) | {"hedgesim"}
    for name in _imports(file):
        package = name.split(".")[0]
        assert package in allowed or package in sys.stdlib_module_names, f"{file} imports {package}"


def test_every_layer_is_there() -> None:
    assert {_layer(file) for file in FILES if file not in FACES} == set(LAYERS)


@pytest.mark.parametrize("file", FILES)
def test_no_file_is_too_long(file: str) -> None:
    assert len((SOURCE / file).read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("file", FILES)
def test_functions_are_short_and_take_few_arguments(file: str) -> None:
    for node in ast.walk(ast.parse((SOURCE / file).read_text())):
        if isinstance(node, ast.FunctionDef):
            statements = (node.end_lineno or 0) - node.body[0].lineno + 1
            if ast.get_docstring(node):
                statements -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            assert statements <= LONGEST_FUNCTION.get(f"{file}:{node.name}", 40), f"{file}:{node.name} is too long"
            arguments = node.args
            assert arguments.kwarg is None or file.startswith("plots"), f"{file}:{node.name} takes **{arguments.kwarg}"
            positional = [a for a in arguments.args if a.arg not in {"self", "cls"}]
            options = 13 if file.startswith("commands/") else 8
            assert len(positional) + len(arguments.kwonlyargs) <= options, (
                f"{file}:{node.name} takes too many arguments"
            )


LONGEST_FUNCTION = {"engines/quarter.py:perceive": 60, "scenario/arrays.py:setting_of": 60}
"""Functions that are one long list of fields."""


@pytest.mark.parametrize("file", FILES)
def test_no_random_numbers_but_those_addressed_by_name(file: str) -> None:
    text = (SOURCE / file).read_text()
    assert "np.random" not in text
    assert "import random" not in text
    assert "default_rng" not in text


def test_rules_never_see_more_than_their_view() -> None:
    allowed = ("hedgesim.model", "hedgesim.rules.rule", "dataclasses", "typing", "__future__")
    for file in (f for f in FILES if f.startswith(("rules/countries/", "rules/powers/"))):
        for name in _imports(file):
            assert name.startswith(allowed), f"{file} imports {name}"
