"""The docs say what the code does: generated pages are current, examples run, links and citations lead somewhere."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

import hedgesim
from command_line import ROOT, call, files_below, sketch
from hedgesim.analysis.patterns.scoring import FEWEST_RUNS
from hedgesim.commands import app
from hedgesim.engines import case
from hedgesim.rules import catalogue
from hedgesim.scenario.tables import read_tables

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), ROOT / "llms.txt", *DOCS.rglob("*.md")])
RUN = [
    ROOT / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in ("api", "charts", "experiments", "landscape", "sensitivity", "ten_minutes", "why")
    ),
    *sorted((DOCS / "tutorials").glob("[!i]*.md")),
    *sorted((DOCS / "howto").glob("[!i]*.md")),
]
RUN.remove(DOCS / "howto" / "own_channel.md")  # tests/test_howto_pages.py changes the source as it says
ELSEWHERE = {DOCS / f"{name}.md" for name in ("patterns", "scenarios")}
"""Pages whose programs take minutes: `make hold` runs them."""
FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITED = re.compile(r"\[([a-z][a-z0-9_]*\d{4}[a-z]?)\](?!\()")
OUTSIDE = re.compile(
    r"(^|[\s`(\"'])(/work|/home|/tmp|/root)\b|/work/|\.\./shared\b|pypi\.org|files\.pythonhosted|npmjs|crates\.io|conda\.",
    re.MULTILINE,
)
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


def test_the_reference_is_current() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "write_reference.py"))["page"]()
    assert (DOCS / "reference.md").read_text(encoding="utf-8") == page, "run `make docs`"


def test_the_page_of_commands_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    page = runpy.run_path(str(ROOT / "tools" / "write_commands.py"))["page"]()
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == page, "run `make docs`"


def test_the_notebooks_are_current_and_their_links_lead_to_something() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "write_notebooks.py"))
    for name in tool["TUTORIALS"]:
        text = (DOCS / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert text == tool["notebook"](name), "run `make docs`"
        for target in LINK.findall(text):
            assert "://" in target or (DOCS / "notebooks" / target.partition("#")[0]).is_file(), target


def test_the_version_of_the_package_is_that_of_its_citation_and_heads_the_changelog_with_its_date() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = yaml.load((ROOT / "CITATION.cff").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    heads = re.findall(r"^## \[(\d\S*)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heads[0] == (version, cited["date-released"])
    assert cited["version"] == version


def test_the_schema_is_current() -> None:
    for words, name in (((), "scenario"), (("experiment",), "experiment")):
        text = (DOCS / f"{name}.schema.json").read_text(encoding="utf-8")
        assert call("schema", *words).out == text, "run `make docs`"


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


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    found = set()
    for page in DOCS.rglob("*.md"):
        trees = (code for kind, code in FENCED.findall(page.read_text(encoding="utf-8")) if kind == "{toctree}")
        for code in trees:
            entries = [line for line in code.splitlines() if line and not line.startswith(":")]
            found |= {path.resolve() for entry in entries for path in page.parent.glob(f"{entry}.md")}
    assert {path.resolve() for path in DOCS.rglob("*.md")} - found == {DOCS / "index.md"}


def test_every_work_that_the_paper_cites_is_in_its_bibliography_and_none_is_there_in_vain() -> None:
    cited = set(re.findall(r"@(\w+)[\];]", (ROOT / "paper.md").read_text(encoding="utf-8")))
    known = set(re.findall(r"^@\w+{(\w+),", (ROOT / "paper.bib").read_text(encoding="utf-8"), re.MULTILINE))
    assert cited == known


def docstrings() -> Iterator[tuple[str, str]]:
    """Every docstring of the package, with its file."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield name_of(path), ast.get_docstring(node) or ""


def test_every_citation_is_a_source() -> None:
    texts = [*((name_of(page), prose(page)) for page in PAGES), *docstrings()]
    cited = {(key, place) for place, text in texts for key in CITED.findall(text)}
    known = read_tables().sources
    assert len(cited) > 30
    assert not sorted((key, place) for key, place in cited if key not in known)


def test_no_place_outside_the_repository_and_no_address_of_a_package_registry_is_shipped() -> None:
    folders = ("src/hedgesim/data", "data-raw", "databuild", "tools")
    shipped = (path for folder in folders for path in (ROOT / folder).rglob("*.*"))
    files = [path for path in shipped if path.suffix in {".csv", ".yaml", ".py", ".md"}]
    for path in [*files, *PAGES, ROOT / "CITATION.cff", ROOT / ".pre-commit-config.yaml"]:
        assert not OUTSIDE.search(path.read_text(encoding="utf-8")), path


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder with the scenarios in it, in which a reader types what a page shows.

    The reader's own rules are forgotten afterwards.
    """
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "own", {})
    yield
    case._cases.clear()


EXTRAS = {
    r"hedgesim discover |hedgesim\.discover\(": "hedgesim[discovery]",
    r"--backend jax|backend=.jax": "hedgesim[fast]",
    r"--dask|^dask |s3://": "hedgesim[distributed]",
    r"import duckdb": "pip install duckdb",
    r"import polars": "pip install polars",
}
"""What wants a package that `make run` does not install, and the words that say so."""


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.stem not in {"CHANGELOG", "commands"} and "decisions" not in page.parts],
    ids=name_of,
)
def test_what_wants_an_extra_says_so_where_it_is_shown(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = [line for _, block in FENCED.findall(text) for line in block.splitlines()]
    for part in [*code, *re.split(r"\n\s*\n", FENCED.sub("", text))]:
        for shown, wanted in EXTRAS.items():
            assert not re.search(shown, part) or wanted in part, part


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        ("run war_2022 --backend jax", "fast"),
        ("plan us_opening --backend jax", "fast"),
        ("hindcast --backend jax", "fast"),
        ("sweep us_opening --quick --dask tcp://10.0.0.1:8786", "distributed"),
        ("sweep us_opening --quick -o s3://bucket/x", "distributed"),
        ("status gs://bucket/x", "distributed"),
        ("discover us_opening --when cohesion>1", "discovery"),
    ],
)
@pytest.mark.usefixtures("workplace")
def test_what_lacks_an_extra_names_it_before_any_work(words: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_extras(monkeypatch)
    before = files_below(Path.cwd())
    said = call(*words.split())
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.endswith(f"is not installed. Install it with: pip install 'hedgesim[{extra}]'.\n")
    assert files_below(Path.cwd()) == before


def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what `make run` alone does not install."""
    for name in (
        "jax",
        "prim",
        "distributed",
        "dask",
        "fsspec",
        "duckdb",
        "polars",
        "xarray",
        "array_api_strict",
        "hypothesis",
    ):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "hedgesim.engines.jax_backend", raising=False)
    monkeypatch.delattr("hedgesim.engines.jax_backend", raising=False)


def blocks_of(page: Path, *kinds: str) -> list[str]:
    return [code for kind, code in FENCED.findall(page.read_text(encoding="utf-8")) if kind in kinds]


def test_every_page_with_a_program_is_run_here_or_in_make_hold() -> None:
    shown = {page for page in PAGES if blocks_of(page, "python", "console", "yaml")}
    assert shown == {*RUN, *ELSEWHERE}


def test_scenarios_on_the_page_of_scenarios_are_without_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = blocks_of(DOCS / "scenarios.md", "yaml")
    assert len(shown) == 3
    for text in shown:
        Path("example.yaml").write_text(text, encoding="utf-8")
        said = call("check", "example.yaml")
        assert (said.code, said.out.splitlines()[-1]) == (0, "1 scenario without fault."), said.err


@pytest.mark.hold
def test_the_program_on_the_page_of_patterns_runs() -> None:
    (program,) = blocks_of(DOCS / "patterns.md", "python")
    assert "runs=200" in program
    exec(compile(program.replace("runs=200", f"runs={FEWEST_RUNS}"), "patterns.md", "exec"), {})


def lines_for_a_shell() -> Iterator[tuple[str, list[str]]]:
    """Every line with `hedgesim` that a page shows and no test runs: where it is, and its words."""
    for page in PAGES:
        for code in blocks_of(page, "sh", "sh readme"):
            for line in code.splitlines():
                for part in re.split(r"&&|\|", line):
                    words = shlex.split(part, comments=True)
                    if words[:1] == ["hedgesim"]:
                        yield f"{name_of(page)}: {line}", words[1:]


def test_every_command_that_is_shown_and_not_run_is_there_with_its_options() -> None:
    group = typer.main.get_command(app)
    shown = list(lines_for_a_shell())
    assert len(shown) > 15
    for line, (name, *words) in shown:
        command = group.get_command(None, name)
        assert command is not None, line
        context = command.make_context(name, [], resilient_parsing=True)
        known = {option for item in command.get_params(context) for option in (*item.opts, *item.secondary_opts)}
        given = {word.partition("=")[0] for word in words if word.startswith("-") and not word[1:2].isdigit()}
        assert given <= known, line


@pytest.mark.parametrize("page", RUN, ids=name_of)
@pytest.mark.usefixtures("capsys", "workplace")
def test_every_example_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page.stem != "api":  # which draws every chart of a run; they take longer than the runs
        sketch(monkeypatch)
    if page.stem == "README":
        without_extras(monkeypatch)
    session: dict[str, object] = {"__name__": f"example_{page.stem}"}
    blocks = FENCED.findall(page.read_text(encoding="utf-8"))
    assert any(kind in {"python", "console"} for kind, _ in blocks)
    for kind, code in blocks:
        if kind == "python":
            run_python(code, session, page)
        elif kind == "console":
            run_console(code)
        elif kind == "yaml":
            Path("example.yaml").write_text(code, encoding="utf-8")
            assert call("check", "example.yaml").code == 0, code


def run_python(code: str, session: dict[str, object], page: Path) -> None:
    """Run a block; one that starts with the name of a file of one's own is that file."""
    first = code.partition("\n")[0].removeprefix("# ")
    if not re.fullmatch(r"[\w/]+\.py", first):
        exec(compile(code, str(page), "exec"), session)
        return
    assert not first.startswith("src/"), f"{first}: the tests put no file there"
    file = Path(first)
    file.write_text(code, encoding="utf-8")
    if file.name.startswith("test_"):
        tests = [found for name, found in runpy.run_path(str(file)).items() if name.startswith("test_")]
        assert tests
        for test in tests:
            test()


def run_console(code: str) -> None:
    """Run every line that starts with a prompt, few times where the page does not say how often."""
    lines = [line[2:] for line in code.splitlines() if line.startswith("$ ")]
    assert lines
    for line in lines:
        command, *words = shlex.split(line, comments=True)
        assert command == "hedgesim", f"{line}: mark other commands as sh"
        if words[0] in {"run", "grid"} and "--runs" not in words:
            words += ["--runs", RUNS]
        said = call(*words)
        assert said.code == 0, f"{line}: {said.err}"


def test_a_scheduler_that_the_docs_start_is_reached_from_this_computer_alone() -> None:
    lines = [line for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()]
    started = [line for line in lines if line.startswith(("dask scheduler", "dask worker"))]
    assert len(started) >= 2
    assert all("--host 127.0.0.1 " in line for line in started)
    assert not any("dashboard-address" in line and "dashboard-address 127.0.0.1:" not in line for line in started)
    assert any("on which you trust everybody, or TLS" in line for line in lines)
