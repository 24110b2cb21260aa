"""Write the tables of docs/patterns.md, and its chart, from a folder that `hedgesim patterns` wrote.

Usage: python tools/write_patterns.py [RESULTS_DIR]
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.analysis.patterns.pattern import REPORTED, read_patterns
from hedgesim.analysis.patterns.scoring import BASE, NULLS, POOLED
from hedgesim.commands.patterns import curve_rows, observed_in_words, simulated_in_words
from hedgesim.results.results import read_findings

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "patterns.md"
IMAGE = ROOT / "docs" / "images" / "patterns.png"
MARKS = "<!-- {name} -->\n", "<!-- end of {name} -->\n"
KINDS = {"part": "", "control": " (control)", REPORTED: " (reported)"}


def main(arguments: Sequence[str]) -> int:
    """Put the tables between their marks."""
    folder = Path(arguments[0]) if arguments else Path("results/patterns")
    tables, manifest = read_findings(folder, "patterns")
    text = PAGE.read_text(encoding="utf-8")
    written = {
        "verdicts": _verdicts(tables["patterns"], manifest),
        "parts": _parts(tables["parts"]),
        "curves": _curves(tables["curves"]),
    }
    for name, lines in written.items():
        first, last = (mark.format(name=name) for mark in MARKS)
        before, rest = text.split(first)
        text = before + first + "\n" + "\n".join(lines) + "\n\n" + last + rest.split(last)[1]
    PAGE.write_text(text, encoding="utf-8")
    shutil.copyfile(folder / "charts" / "patterns.png", IMAGE)
    return 0


def _verdicts(table: pd.DataFrame, manifest: dict[str, Any]) -> Iterator[str]:
    n = manifest["totals"]
    yield (
        f"{n['hold']} of {n['patterns']} patterns hold, {n['discriminating']} discriminate the model from habit, "
        f"chance and no shock, **{n['count']} do both and count**; the aim is {n['aim']}. Of those that count "
        f"{n['count_built_in']} are wholly built in. With countries all alike {n['count_pooled']} do. "
        f"Parameters: {manifest['parameters']}; {manifest['runs']} runs of every scenario."
    )
    yield ""
    yield from _head(
        ["pattern", "verdict", *(name.replace("_", " ") for name in NULLS), "all alike", "counts", "built in"]
    )
    for row in table.to_dict("records"):
        satisfied = ["holds" if row[name] else "no" for name in NULLS]
        counts = "yes" if row["counts"] else "no" if row["discriminating"] else "does not discriminate"
        name, counts = ("placebo", "") if row["placebo"] else (row["pattern"], counts)
        yield _line([f"{name}: {row['statement']}", row["verdict"], *satisfied, row[POOLED], counts, row["built_in"]])


def _parts(table: pd.DataFrame) -> Iterator[str]:
    base = table[table["variant"] == BASE].set_index(["pattern", "number"])
    yield from _head(["", "part", "observed", "simulated", "accepted", "because", "verdict"])
    for key, part in read_patterns().parts.items():
        row = base.loc[key].to_dict()
        verdict = "" if part.kind == REPORTED else row["verdict"] + ("" if row["sure"] else " ~")
        name = key[0] if key[0].startswith("P") else "placebo"
        says, simulated = part.says + KINDS[part.kind], simulated_in_words(row)
        because = part.reason + (f" **Built in**: {part.built_in}." if part.built_in else "")
        cells = [name, says, observed_in_words(row), simulated, row["interval"], because.strip()]
        yield _line([*cells, verdict])


def _curves(table: pd.DataFrame) -> Iterator[str]:
    for name, curve in read_patterns().curves.items():
        yield f"**{name}**: {curve.says} (`{'`, `'.join(curve.parameters)}`)."
        yield ""
        head, rows = curve_rows(table[table["curve"] == name])
        yield from _head(head)
        yield from map(_line, rows)
        yield ""


def _head(columns: Sequence[str]) -> Iterator[str]:
    yield _line(columns)
    yield _line(["---"] * len(columns))


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
