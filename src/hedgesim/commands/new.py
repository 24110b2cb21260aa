"""`hedgesim new`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from hedgesim.commands._printing import print_lines
from hedgesim.errors import HedgesimError

TEMPLATES = Path(__file__).parent / "templates"

What = StrEnum("What", "rule scenario region")
Side = StrEnum("Side", "country power")

Name = Annotated[str, Argument(metavar="NAME", help="Name of the new file, without its ending.")]


def new(
    what: Annotated[What, Argument(metavar="rule|scenario|region", help="What to begin.")],
    name: Name,
    side: Annotated[Side, Option("--kind", help="Whose rule it is.")] = Side.country,
) -> None:
    """Begin a rule with its test, a scenario, or a region with all its tables, in this folder.

    The new files pass their checks as they are; change one thing at a time.
    """
    _check_name(what, name)
    files = {
        What.rule: lambda: dict(_rule(name, side)),
        What.scenario: lambda: {f"{name}.yaml": _scenario(name)},
        What.region: lambda: dict(_region(name)),
    }[what]()
    _write(files)
    print_lines(*files, "", *(f"Next: {line}" for line in _next_steps(what, name)))


def _check_name(what: What, name: str) -> None:
    """Refuse names that are no file's, a rule that a scenario could not name, and a packaged name."""
    from hedgesim.rules.files import check_name
    from hedgesim.scenario import packaged_scenarios

    if what == What.rule:
        check_name(name, f"{name}.py")
    elif not (name.replace("-", "_").isidentifier() and name.isascii()):
        remedy = "Write letters, digits, _ and -, beginning with a letter."
        raise HedgesimError(f"{what} {name}", "this cannot be the name of its files", remedy)
    elif name in packaged_scenarios():
        raise HedgesimError(f"{what} {name}", "a scenario of this name comes with hedgesim", "Choose another name.")


def _write(files: Mapping[str, str]) -> None:
    """Write new files, all of them or none; nothing that exists is touched."""
    for path in map(Path, {part for file in files for part in (file, file.split("/")[0])}):
        if path.exists() or path.is_symlink():
            raise HedgesimError(path, "it exists", "Choose another name, or rename what is there.")
    try:
        for file, text in files.items():
            path = Path(file)
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        fault = f"cannot be written ({error.strerror or 'no reason is given'})"
        raise HedgesimError(error.filename, fault, "Go to a folder in which you may write.") from None


def _rule(name: str, side: Side) -> Iterator[tuple[str, str]]:
    """The file of a rule, and that of its test."""
    kind = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    for prefix in ("", "test_"):
        text = (TEMPLATES / f"{prefix}{side}_rule.py").read_text(encoding="utf-8")
        named = text.replace("Template:", f"{kind}:").replace("Template", kind).replace("template", name)
        yield f"{prefix}{name}.py", named


def _scenario(name: str) -> str:
    """A scenario with one shock from the first of the packaged powers."""
    from hedgesim.scenario.tables import read_tables

    axes = read_tables().table("axes")
    first = axes.loc[axes["axis"] == "power", "code"].iloc[0]
    text = (TEMPLATES / "scenario.yaml").read_text(encoding="utf-8")
    return text.replace("FIRST_POWER", str(first)).replace("template", name)


def _region(name: str) -> Iterator[tuple[str, str]]:
    """A scenario, the tables of an invented region, and a page on what each table means."""
    yield f"{name}.yaml", (TEMPLATES / "region.yaml").read_text(encoding="utf-8").replace("template", name)
    for table in sorted((TEMPLATES / "region").iterdir()):
        yield f"{name}/{table.name}", table.read_text(encoding="utf-8")
    yield f"{name}/TABLES.md", "\n".join(_pages(name))


def _pages(name: str) -> Iterator[str]:
    """What every table of a region means: unit, key and columns, as the program reads them."""
    from hedgesim.scenario.tables import LAST_COLUMNS, read_tables

    yield f"# The tables of {name}\n"
    yield "The rows are examples of an invented region: replace them by yours, then call"
    yield f"`hedgesim check {name}.yaml`, which names every fault with file, line and remedy.\n"
    yield "Every table ends with `date` (what the number describes; empty: timeless), `source` (keys of `sources.yaml`,"
    yield "joined by `;`, or `assumption`) and `confidence` (seen, proxy, recall or assumption).\n"
    for table, form in read_tables().forms.items():
        yield f"## {table}.csv\n"
        needed = "Required." if form.get("required") else "May be absent."
        yield f"{_sentence(form['meaning'])}. {needed} Unit: {form['unit']}. Key: {', '.join(form['key'])}.\n"
        yield "| column | meaning |\n|---|---|"
        yield from (f"| {column} | {meaning} |" for column, meaning in form["columns"].items())
        yield f"\nHeader: `{','.join((*form['columns'], *LAST_COLUMNS))}`\n"


def _sentence(meaning: str) -> str:
    text = " ".join(meaning.split())
    return text[:1].upper() + text[1:]


def _next_steps(what: What, name: str) -> list[str]:
    if what == What.rule:
        commands = [f"hedgesim check-rule {name}.py", f"hedgesim try {name}.py", f"python -m pytest test_{name}.py"]
        return [
            *commands,
            f"change the rule, and with it test_{name}.py, whose last case names a parameter of the rule",
        ]
    return [f"hedgesim check {name}.yaml", f"hedgesim run {name}.yaml"]
