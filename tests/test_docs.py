"""The docs say what the code does: generated pages are current, examples run, links and citations lead somewhere."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from typer.testing import CliRunner

import hedgesim
from command_line import sketch
from hedgesim.commands import app
from hedgesim.engines.case import case_named
from hedgesim.experiment import Experiment
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.rules import catalogue, countries, country_rules, power_rules
from hedgesim.scenario import Scenario

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RUN = [
    ROOT / "README.md",
    DOCS / "api.md",
    DOCS / "experiments.md",
    DOCS / "landscape.md",
    DOCS / "sensitivity.md",
    *sorted((DOCS / "tutorials").glob("*.md")),
]
FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITED = re.compile(r"\[([a-z][a-z0-9_]*\d{4}[a-z]?)\](?!\()")
RUNS = "2"


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """A page without its code."""
    return CODE.sub("", FENCED.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The fragments to which a page may be linked: its headings, as GitHub writes them."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def load(path: Path) -> ModuleType:
    """A Python file outside the package as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_current() -> None:
    page = load(ROOT / "tools" / "write_reference.py").page()
    assert (DOCS / "reference.md").read_text(encoding="utf-8") == page, "run `make docs`"


def test_the_schema_is_current() -> None:
    text = (DOCS / "scenario.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == Scenario.json_schema(), "run `make docs`"
    text = (DOCS / "experiment.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == Experiment.json_schema(), "run `make docs`"


def test_every_public_name_has_a_section_with_an_example() -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    assert sorted(sections) == sorted(hedgesim.__all__)
    for name, body in sections.items():
        assert any(kind == "python" and name in code for kind, code in FENCED.findall(body)), name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_something(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if "://" in target:
            continue
        file, _, fragment = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.is_relative_to(ROOT), target
        assert found.exists(), target
        assert not fragment or fragment in anchors(found), target


def docstrings() -> Iterator[tuple[str, str]]:
    """Every docstring of the package, with its file."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kinds):
                yield name_of(path), ast.get_docstring(node) or ""


def known_sources() -> set[str]:
    return set(yaml.safe_load((ROOT / "src/hedgesim/data/sources.yaml").read_text(encoding="utf-8")))


def test_every_citation_is_a_source() -> None:
    texts = [*((name_of(page), prose(page)) for page in PAGES), *docstrings()]
    cited = {(key, place) for place, text in texts for key in CITED.findall(text)}
    known = known_sources()
    assert len(cited) > 30
    assert not sorted((key, place) for key, place in cited if key not in known)


def test_every_source_of_a_parameter_or_an_outcome_is_known() -> None:
    known = known_sources() | {"model"}
    named = {path: item.source for path, item in all_parameters().items()}
    named |= {name: item.source for name, item in OUTCOMES.items()}
    for rules in (country_rules(), power_rules()):
        named |= {f"{name}.{item.name}": item.source for name, rule in rules.items() for item in parameters_of(rule)}
    assert not {path: source for path, source in named.items() if set(source.split(";")) - known}


def test_no_page_names_a_place_outside_the_repository() -> None:
    for page in [*PAGES, ROOT / "CITATION.cff", ROOT / ".pre-commit-config.yaml"]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(^|[\s`(\"'])(/work|/home|/tmp|/root|\.\./shared)\b", text, re.MULTILINE), page


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder with the scenarios in it, in which a reader types what a page shows.

    Rules that a page adds lie in a folder beside the package's, or are the reader's own; they are forgotten afterwards.
    """
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(countries, "__path__", [*countries.__path__, str(tmp_path / "added")])
    monkeypatch.setattr(catalogue, "own", {})
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith(countries.__name__):
            del sys.modules[name]
            delattr(countries, name.rpartition(".")[2])
    forget()


def forget() -> None:
    for cache in (country_rules, power_rules, case_named):
        cache.cache_clear()


@pytest.mark.parametrize("page", RUN, ids=name_of)
@pytest.mark.usefixtures("capsys")
def test_every_example_runs(page: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page.stem != "api":  # which draws every chart of a run; they take longer than the runs
        sketch(monkeypatch)
    session: dict[str, object] = {"__name__": f"example_{page.stem}"}
    blocks = FENCED.findall(page.read_text(encoding="utf-8"))
    assert any(kind in {"python", "console"} for kind, _ in blocks)
    for kind, code in blocks:
        if kind == "python":
            run_python(code, session, page=page, workplace=workplace)
        elif kind == "console":
            run_console(code)
        elif kind == "yaml":
            check_scenario(code, workplace)


def run_python(code: str, session: dict[str, object], *, page: Path, workplace: Path) -> None:
    """Run a block; one that starts with the path of a rule, of its test or of a file of one's own is that file."""
    first = code.partition("\n")[0].removeprefix("# ")
    if first.startswith("src/hedgesim/rules/countries/"):
        (workplace / "added").mkdir(exist_ok=True)
        (workplace / "added" / Path(first).name).write_text(code, encoding="utf-8")
        forget()
        assert Path(first).stem in country_rules()
    elif first.startswith("tests/"):
        (workplace / Path(first).name).write_text(code, encoding="utf-8")
        tests = {n: f for n, f in vars(load(workplace / Path(first).name)).items() if n.startswith("test_")}
        assert tests
        for test in tests.values():
            test()
    elif re.fullmatch(r"\w+\.py", first):
        (workplace / first).write_text(code, encoding="utf-8")
    else:
        assert not first.startswith("src/"), f"{first}: the tests put no file there"
        exec(compile(code, str(page), "exec"), session)


def run_console(code: str) -> None:
    """Run every line that starts with a prompt, few times where the page does not say how often."""
    lines = [line[2:] for line in code.splitlines() if line.startswith("$ ")]
    assert lines
    for line in lines:
        command, *words = shlex.split(line, comments=True)
        assert command == "hedgesim", f"{line}: mark other commands as sh"
        if words[0] in {"run", "grid"} and "--runs" not in words:
            words += ["--runs", RUNS]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{line}: {result.output} {result.exception!r}"


def check_scenario(code: str, workplace: Path) -> None:
    """A YAML block is a whole scenario without fault."""
    file = workplace / "example.yaml"
    file.write_text(code, encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 0, result.output
