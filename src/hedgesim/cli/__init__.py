"""The command line; help lists the commands in the order of these imports."""

# ruff: noqa: I001

from __future__ import annotations

import sys
from typing import Any

import typer

from hedgesim.cli import scenarios
from hedgesim.cli import experiments
from hedgesim.cli import evidence
from hedgesim.cli import forecasts
from hedgesim.cli import rivals
from hedgesim.cli.app import app
from hedgesim.errors import HedgesimError

__all__ = ["app", "evidence", "experiments", "forecasts", "main", "rivals", "scenarios"]

STOPPED = 130
"""Exit code after Ctrl-C."""


def main() -> None:
    """Run the command line; a fault of the user's is one line and exit code 2."""
    usage_error: Any = typer.BadParameter.__bases__[0]
    try:
        code = app(standalone_mode=False)
    except typer.Exit as leave:
        code = leave.exit_code
    except typer.Abort:
        code = STOPPED
    except usage_error as error:
        typer.echo(f"hedgesim: {_one_line(error.format_message()).rstrip('.')}. See hedgesim --help.", err=True)
        code = 2
    except HedgesimError as error:
        typer.echo(str(error), err=True)
        code = 2
    if code == STOPPED:
        typer.echo("stopped", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(text: str) -> str:
    return " ".join(text.split())
