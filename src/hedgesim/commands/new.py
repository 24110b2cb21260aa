"""`hedgesim new`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from hedgesim.commands._own_codes import codes_in
from hedgesim.commands._printing import print_lines
from hedgesim.commands._region_files import TEMPLATES, region_files
from hedgesim.errors import HedgesimError, StoreError
from hedgesim.results.drafts import reason_of, remedy_for, write_file

What = StrEnum("What", "rule scenario region")
Side = StrEnum("Side", "country power")

Name = Annotated[str, Argument(metavar="NAME", help="Name of the new file, without its ending.")]


def new(
    what: Annotated[What, Argument(metavar="rule|scenario|region", help="Kind of file to create.")],
    name: Name,
    side: Annotated[
        Side | None, Option("--kind", help="For a rule: of a country or of a power. By default: of a country.")
    ] = None,
    countries: Annotated[
        str, Option(metavar="CODES", help="For a region: codes of its countries, such as A,B,C.")
    ] = "",
    powers: Annotated[str, Option(metavar="CODES", help="For a region: codes of the powers around it.")] = "",
) -> None:
    """Create a rule with its test, a scenario, or a region with all its tables, in this folder.

    The new files pass their checks without changes. Change one thing at a time.
    """
    _check_name(what, name)
    if side is not None and what != What.rule:
        raise HedgesimError(f"--kind {side}", f"a {what} is of no kind", "Leave --kind out.")
    codes = [_codes(what, option, text) for option, text in (("--countries", countries), ("--powers", powers))]
    files = {
        What.rule: lambda: dict(_rule(name, side or Side.country)),
        What.scenario: lambda: {f"{name}.yaml": _scenario(name)},
        What.region: lambda: dict(region_files(name, *codes)),
    }[what]()
    _write(files)
    print_lines(*files, "", *(f"Next: {line}" for line in _next_steps(what, name)))


def _codes(what: What, option: str, text: str) -> tuple[str, ...]:
    """Codes of a region that an option names; none where it is not given."""
    if not text:
        return ()
    if what != What.region:
        raise HedgesimError(f"{option} {text}", f"a {what} has no codes", f"Leave {option} out.")
    return codes_in(option, text)


def _check_name(what: What, name: str) -> None:
    """Refuse names that are no file's, a rule that a scenario could not name, and a packaged name."""
    from hedgesim.rules.catalogue import check_name
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
            raise HedgesimError(path, "it exists", "Choose another name, or rename the existing file.")
    with ExitStack() as undo:
        for file, text in files.items():
            path = Path(file)
            if not path.parent.is_dir():
                _create(path.parent)
                undo.callback(path.parent.rmdir)
            write_file(path, text.encode(), overwrite=False)
            undo.callback(path.unlink)
        undo.pop_all()


def _create(folder: Path) -> None:
    """Create a folder; StoreError."""
    try:
        folder.mkdir()
    except OSError as error:
        fault = f"it cannot be created ({reason_of(error)})"
        raise StoreError(folder, fault, remedy_for(error, "Go to another folder.")) from error


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


def _next_steps(what: What, name: str) -> list[str]:
    if what == What.rule:
        commands = [f"hedgesim check-rule {name}.py", f"hedgesim try {name}.py", f"python -m pytest test_{name}.py"]
        return [
            *commands,
            f"change the rule, and change test_{name}.py too: its last case names a parameter of the rule",
        ]
    return [f"hedgesim check {name}.yaml", f"hedgesim run {name}.yaml"]
