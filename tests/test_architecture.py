"""The layers import one way, each third-party package stays in its layer, and files and functions stay short."""

import ast
import sys
from collections import Counter
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
    "report": {"numpy", "pandas", "matplotlib", "jinja2", "markupsafe"},
    "explorer": {"numpy", "pandas", "starlette"},
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
    "results/folders.py": {"fsspec"},
    "analysis/boxes.py": {"prim"},
    "analysis/ablation.py": {"yaml"},
    "analysis/calibration/events.py": {"emcee"},
    "analysis/calibration/fit.py": {"yaml"},
    "analysis/hindcast/scores.py": {"scoringrules"},
    "analysis/patterns/declared.py": {"pydantic"},
    "analysis/patterns/pattern.py": {"pydantic"},
    "results/archive/documents.py": {"yaml"},
    "results/archive/inputs.py": {"yaml"},
    "results/labelled.py": {"xarray"},
    "plots/__init__.py": {"lazy_loader"},
    "explorer/serve.py": {"uvicorn"},
}
"""Packages that one file alone may import."""

LONGEST_FILE = 300
LONGEST_FUNCTION = {"engines/quarter.py:perceive": 60, "scenario/arrays.py:setting_of": 60}
"""Functions that are one long list of fields."""

PLAIN_NUMBERS = (0, 1, 2, 0.0, 1.0)
"""Numbers that need no name: nothing and all, and as whole numbers the first places of an axis, a square, a pair."""

NUMBERS_OF_FORMULAS = {
    "model/arrays.py:logarithm": [0.5],  # log(1 + e) = e - e²/2
    "model/draws.py:draw_start": [0.5],  # of shocks that are dated, which nobody reads
    "model/formats.py:move_stance": [0.5],  # what is left after a half-life
    "model/formats.py:is_ready": [0.5],  # between 0 and 1 formats that are missing
    "model/outcomes.py:issue_splitting": [0.5],  # distance of two portfolios, 0..1
    "model/shares.py:spread_of_root": [0.5],  # a root
    "model/shares.py:tail_of": [2.0],  # a chi-square number of 4 degrees is -2 log of two uniform ones
    "model/shares.py:move_unanswered": [0.25],  # a quarter of a year
    "model/shares.py:starting_unanswered": [0.5],  # a root
    "model/shocks.py:ChannelForm": [5.0, 5.0],  # range of sizes where a channel names none
    "model/shocks.py:profile": [0.5],  # what is left after a half-life
    "model/similarity.py:similarity": [2.0],  # pi counts half the gap between means
    "model/votes.py:vote_probabilities": [0.5],  # what is left after a half-life
    "rules/faults.py:Words": [10.0],  # seconds
}
"""Numbers that belong to a formula, where they stand: none of them could be another."""

OF_NO_EQUATION = {"model/noise.py", "model/period.py"}
"""Published generators of random numbers, and the calendar."""

DECLARED = {"parameter", "ChannelForm"}
"""Calls that say unit, range or meaning beside their numbers."""

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


def _bare_numbers(file: str) -> Iterator[tuple[str, float]]:
    """Numbers of a file that have no name and no unit, with the function or class around them."""

    def within(node: ast.AST, owner: str) -> Iterator[tuple[str, float]]:
        number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
        if number and (node.value, type(node.value)) not in {(plain, type(plain)) for plain in PLAIN_NUMBERS}:
            yield f"{file}:{owner}", float(node.value)
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.Assign) and not owner and ast.unparse(child.targets[0]).lstrip("_(").isupper()
            declared = isinstance(child, ast.Call) and ast.unparse(child.func) in DECLARED
            if not named and not declared:
                yield from within(child, owner or getattr(child, "name", ""))

    return within(ast.parse((SOURCE / file).read_text()), "")


def test_no_equation_has_a_number_without_a_name() -> None:
    files = [file for file in FILES if file.startswith(("model/", "rules/")) and file not in OF_NO_EQUATION]
    found = Counter(bare for file in files for bare in _bare_numbers(file))
    listed = Counter((place, number) for place, numbers in NUMBERS_OF_FORMULAS.items() for number in numbers)
    assert found - listed == Counter(), "make it a parameter, or a constant that says what it is"
    assert listed - found == Counter(), "no longer there"
