"""Write docs/commands.md: every command with its arguments and options, as its help has them.

Usage: python tools/write_commands.py [FILE]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from write_reference import table

from hedgesim.commands import app

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = """# Commands

Written by `tools/write_commands.py` from the commands (`make docs`); a test compares them. Do not edit.
`hedgesim COMMAND --help` prints the same, and `hedgesim --version` the version.

A fault in the input is reported in one line on the standard error, with place, fault and remedy. The exit code is then
2, and nothing has been written. The exit code is 130 after Ctrl-C and 0 after success. `--backend jax` needs
`pip install 'hedgesim[fast]'`, `hedgesim discover` needs `hedgesim[discovery]`, `hedgesim explore` needs
`hedgesim[explorer]`, and `--dask` and addresses such as `s3://` need `hedgesim[distributed]`.
"""


def main(arguments: Sequence[str]) -> int:
    """Write the page."""
    place = Path(arguments[0]) if arguments else PAGE
    place.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The complete page."""
    group: Any = typer.main.get_command(app)
    return "\n".join((HEAD, *(part for name in group.list_commands(None) for part in _command(group, name))))


def _command(group: Any, name: str) -> Iterator[str]:
    command = group.get_command(None, name)
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## {name}\n"
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")) + "\n"
    yield f"```text\nhedgesim {name} {usage}\n```\n"
    rows = [row for item in command.get_params(context) if item.name != "help" and (row := _row(item, context))]
    if rows:
        yield table(("argument or option", "what it does"), rows)


def _row(item: Any, context: Any) -> tuple[str, str] | None:
    """An argument or option as its help shows it; None for a hidden one."""
    record = item.get_help_record(context)
    return record and (f"`{record[0]}`", " ".join(record[1].split()).replace("*", r"\*"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
