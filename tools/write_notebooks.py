"""Write docs/notebooks/*.ipynb: the tutorials as Jupyter notebooks; with --run, execute each in an empty folder.

Usage: python tools/write_notebooks.py [--run]
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
FOLDER = DOCS / "notebooks"
TUTORIALS = ("first_rule", "power_rule", "scenario_with_a_shock", "sweep_compare_report")
BLOCK = re.compile(r"^```(python|console|yaml)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.py)\n")


def main(arguments: Sequence[str]) -> int:
    """Write the notebooks, and run them if asked."""
    FOLDER.mkdir(exist_ok=True)
    for name in TUTORIALS:
        (FOLDER / f"{name}.ipynb").write_text(notebook(name), encoding="utf-8")
        if "--run" in arguments:
            execute(FOLDER / f"{name}.ipynb")
    return 0


def notebook(name: str) -> str:
    """A tutorial as the text of a notebook."""
    text = (DOCS / "tutorials" / f"{name}.md").read_text(encoding="utf-8").replace("](", "](../tutorials/")
    text = re.sub(r"\]\(\.\./tutorials/(\.\./|#)", r"](\1", text)
    cells, end = [], 0
    for block in BLOCK.finditer(text):
        cells += [*_prose(text[end : block.start()]), _code(*block.groups())]
        end = block.end()
    cells += _prose(text[end:])
    whole = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "pygments_lexer": "ipython3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _prose(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        yield {"cell_type": "markdown", "metadata": {}, "source": text.strip()}


def _code(kind: str, code: str) -> dict[str, Any]:
    """A block as a cell: Python as it is, files written by a magic, commands by a shell."""
    if kind == "console":
        code = re.sub(r"^\$ ", "!", code, flags=re.MULTILINE)
    elif kind == "yaml":
        code = f'from pathlib import Path\n\n_ = Path("example.yaml").write_text("""\\\n{code}""")'
    elif named := FILE.match(code):
        code = f"%%writefile {named[1]}\n{code[named.end() :]}"
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": code.rstrip("\n"),
    }


def execute(file: Path) -> None:
    """Run a notebook in an empty folder; the commands are those beside this Python.

    Raises:
        SystemExit: a command of the notebook fails.
    """
    import nbformat
    from nbclient import NotebookClient

    os.environ["PATH"] = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
    with TemporaryDirectory() as folder:
        read = nbformat.read(file, as_version=4)
        for cell in read.cells:
            if cell.cell_type == "code" and cell.source.startswith("!"):
                lines = cell.source.splitlines()
                cell.source = "\n".join(f"{line}\nassert not _exit_code, {line!r}" for line in lines)
        NotebookClient(read, timeout=600, resources={"metadata": {"path": folder}}).execute()
    print(f"{file.name} runs")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
