"""The command line called as a user calls it, in this process or in one of its own."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from hedgesim.commands import main

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"
TEMPLATES = ROOT / "src" / "hedgesim" / "commands" / "templates"
KINDS = ("png", "svg")


def sunder_sea(folder: Path) -> Path:
    """The invented region of the templates, in a folder: its scenario, beside its tables in sunder_sea."""
    shutil.copytree(TEMPLATES / "region", folder / "sunder_sea")
    text = (TEMPLATES / "region.yaml").read_text(encoding="utf-8").replace("template", "sunder_sea")
    (folder / "sunder_sea.yaml").write_text(text, encoding="utf-8")
    return folder / "sunder_sea.yaml"


@dataclass(frozen=True)
class Said:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


def call(*args: str) -> Said:
    """Call `hedgesim ARGS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with mock.patch.object(sys, "argv", ["hedgesim", *args]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as leave:
            code = leave.code
    return Said(int(str(code or 0)), out.getvalue(), err.getvalue())


def start(*args: str, folder: Path, streams: str = "", **environment: str) -> Said:
    """Start `hedgesim ARGS` as a process of its own in a folder; streams: redirections of the shell."""
    words = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "hedgesim", *args]
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **environment}, capture_output=True, timeout=120, check=False
    )
    return Said(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def parsed(*args: str) -> Any:
    """The JSON that `hedgesim ARGS` prints, and nothing else."""
    said = call(*args)
    assert (said.code, said.err.strip()) == (0, ""), said.err
    return json.loads(said.out)


def folded(*args: str) -> str:
    """What `hedgesim ARGS` prints, however its lines are broken."""
    said = call(*args)
    assert said.code == 0, said.err
    return " ".join(said.out.split())


def refused(*args: str) -> str:
    """The one line with which `hedgesim ARGS` is refused, which leaves the working folder as it was."""
    before = files_below(Path.cwd())
    said = call(*args)
    assert (said.code, said.out) == (2, ""), said
    assert files_below(Path.cwd()) == before
    (line,) = said.err.splitlines()
    assert line[-1] in ".?!" or ": hedgesim " in line, "it ends as a sentence does or with a command"
    assert "Traceback" not in line
    return line


def files_below(folder: Path) -> set[str]:
    """Every file and folder below a folder, except what Python, pytest and git keep for themselves."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return {str(path) for path in found if not any(part.startswith((".", "__pycache__")) for part in path.parts)}


def sketch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write charts as empty files from now on, for drawing takes its time."""

    def touch(pages: Iterable[str], folder: Path) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{name}.{kind}" for name in pages for kind in KINDS]
        for path in paths:
            path.touch()
        return paths

    for module in ("pages", "record", "theme"):
        monkeypatch.setattr(f"hedgesim.plots.{module}.write_pages", touch)
