"""The command line: one file a command, imported when it is called.

A file `NAME.py` of this folder is the command NAME: its function `NAME` has the options as parameters and the help as
docstring; `_` in it is `-` in the command, and one at the end, after a word of Python, is left out. Files that begin
with an underscore hold what several commands share. Only functions import what is slow to load, so that help is quick.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import pkgutil
import signal
import sys
import warnings
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from hedgesim.commands import _streams
from hedgesim.commands._printing import print_aside, print_lines
from hedgesim.commands._usage import usage_in_words
from hedgesim.errors import HedgesimError, ScenarioError, check_encoding

STOPPED = 130
"""Exit code after Ctrl-C."""
OWN_RULE = "hedgesim.rules.own_"
"""How the names of modules begin that are rules of the user's own."""


def _files() -> dict[str, str]:
    """The files of the commands, by the names of the commands."""
    names = (file.name for file in pkgutil.iter_modules(__path__) if not file.name.startswith("_"))
    return {name.rstrip("_").replace("_", "-"): name for name in names}


class Commands(TyperGroup):
    """The commands found in this folder."""

    def list_commands(self, ctx: object) -> list[str]:
        """Names of all commands."""
        return sorted(_files())

    def get_command(self, ctx: object, cmd_name: str) -> Any:
        """Import one command; None for an unknown name."""
        file = _files().get(cmd_name)
        if file is None:
            return None
        command = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        command.command(cmd_name)(getattr(importlib.import_module(f"{__name__}.{file}"), file))
        return typer.main.get_command(command)


app = typer.Typer(cls=Commands, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _say_version(asked: bool) -> None:
    if asked:
        print_lines(f"hedgesim {importlib.metadata.version('hedgesim')}")
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Simulate how states hedge among rival powers."""


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning on one line, without the code that it came from; one of a user's own rule with its place."""
    own = [getattr(module, "__file__", "") for name, module in sys.modules.items() if name.startswith(OWN_RULE)]
    print_aside(f"{filename}:{lineno}: {message}" if filename in own else message)


def main() -> None:
    """Run the command line; a fault of the user's is one line and exit code 2."""
    os.environ["MPLBACKEND"] = "Agg"  # charts are files, whatever the setting of a notebook says
    _streams.prepare()
    warnings.showwarning = _warn
    usage_error: Any = typer.BadParameter.__bases__[0]
    try:
        for word in sys.argv[1:]:
            check_encoding(word)
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except typer.Exit as leave:
        code = leave.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = STOPPED
    except usage_error as error:
        print_aside(usage_in_words(error, sys.argv[1:]))
        code = 2
    except HedgesimError as error:
        for one in error.all if isinstance(error, ScenarioError) else [error]:
            print_aside(one)
        code = 2
    except MemoryError:
        print_aside("hedgesim: memory ran out. Files already written are kept. Give fewer runs or workers.")
        code = 2
    if code == STOPPED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print_aside("stopped")
    sys.exit(code if isinstance(code, int) else 0)
