"""What a page says of why two batches differ: what each difference between their scenarios contributes."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from hedgesim.analysis.attribution import RUNS, Attribution, Question
from hedgesim.analysis.headline import PRESENCE, how_many
from hedgesim.engines import engine_of
from hedgesim.errors import HedgesimError
from hedgesim.model.named_outcomes import name_of
from hedgesim.numbers import alike, percent, significant
from hedgesim.report.parts import Cell, Code, Lines, Part, Row, Section, Table
from hedgesim.report.pictures import tornado
from hedgesim.report.subject import Subject

Difference = Mapping[Any, Any]
Pair = tuple[Subject, Subject]

CHEAP = 6400
"""Runs that are made unasked, over all batches."""

BARS = ("value", "low", "high")
NUMBERS = ("value", "low", "high", "alone", "last")
COLUMNS = (
    "what differs",
    "in words",
    "of the total",
    "contribution",
    "90 % from",
    "to",
    "alone",
    "last",
    "standard error",
)
HOW = (
    "Contributions are Shapley values. All combinations of the differences are run with the same random numbers. A "
    "contribution is the average effect of one difference over all orders of switching the differences on. "
    "Contributions sum to the total difference. Alone: the effect when no other difference is on. Last: the effect "
    "when all others are on."
)


def section(subjects: Sequence[Subject], row: Difference, wanted: bool | None) -> Section:
    """Attribution of the outcome of the answer to what differs, for each batch but the first.

    row: the difference that is the answer. wanted: whether it is computed; by default if it takes few runs.
    """
    questions = [_question(subjects[0], subject) for subject in subjects[1:]]
    runs = RUNS * sum(one.combinations * one.sides for one in questions if isinstance(one, Question))
    wanted = runs <= CHEAP if wanted is None else wanted
    pairs = [(subjects[0], subject) for subject in subjects[1:]]
    parts: list[Part] = []
    for n, (pair, question) in enumerate(zip(pairs, questions, strict=True)):
        parts += _part(f"why{n}", pair, question, row, wanted)
    if any(part.kind == "table" for part in parts):
        parts.append(Lines((HOW,)))
    return Section("why", "Why they differ", tuple(parts))


def _question(first: Subject, other: Subject) -> Question | str:
    """What is asked of two batches, or why it cannot be."""
    try:
        return Question.of(first.results, other.results)
    except HedgesimError as error:
        return error.fault


def _part(key: str, pair: Pair, question: Question | str, row: Difference, wanted: bool) -> list[Part]:
    """The attribution of the difference between a pair of batches, or why there is none; key: of its picture."""
    name = pair[1].name
    if isinstance(question, str):
        return [Lines((f"{name}: not divided among causes, because {question}.",))]
    size = f"{how_many(len(question.switches), 'difference')}, {how_many(question.combinations, 'combination')}"
    if not wanted:
        asked = f"{size} of {RUNS} runs each. The option --why of hedgesim report computes it."
        return [
            Lines(
                (
                    f"{name}: not divided among causes, because this needs more runs than the page makes by "
                    f"default: {asked}",
                )
            )
        ]
    outcome = name_of((row["outcome"], row["entity"], row["option"]))
    try:
        answer = question.answer(outcome, RUNS, engine_of("ensemble"))
    except HedgesimError as error:
        return [Lines((f"{name}: not divided among causes, because {error.fault}.",))]
    return _shown(key, pair, answer, f"{size}, {_runs(answer, row)}")


def _shown(key: str, pair: Pair, found: Attribution, size: str) -> list[Part]:
    """Bars, a table, and the command."""
    scale = 100.0 if found.outcome.startswith(f"{PRESENCE}_") else 1.0
    low, high = found.interval
    total: Difference = {
        "switch": "total",
        "what": "",
        "value": found.total,
        "low": low,
        "high": high,
        "error": found.error,
    }
    records: list[Difference] = [*found.table.to_dict("records"), total]
    numbers = [[scale * row.get(name, math.nan) for name in NUMBERS] for row in records]
    written = iter(alike((value for row in numbers for value in row), sign="+"))
    rows = []
    for row, values in zip(records, numbers, strict=True):
        cells = [_cell(text, value) for text, value in zip(islice(written, len(NUMBERS)), values, strict=True)]
        error = significant(scale * row["error"], 2)
        share = percent(row["value"] / found.total) if found.total else ""
        rows.append(Row((*_named(row), Cell(share, row["value"]), *cells, Cell(error, scale * row["error"]))))
    caption = f"{found.words}: {pair[1].name} less {pair[0].name}{', percentage points' if scale > 1.0 else ''}"
    bars = found.table.assign(**{key: scale * found.table[key] for key in BARS})
    command = shlex.join(["hedgesim", "why", *(one.folder for one in pair), "--outcome", found.outcome])
    return [tornado(bars, key, caption), Table(caption, COLUMNS, tuple(rows)), Lines((size,)), Code(command)]


def _runs(found: Attribution, row: Difference) -> str:
    """How many runs were made of each combination, and that the difference of the answer is of others."""
    n, others = len(found.by_run), int(row["n"])
    other = "" if others == n else f" The answer above is of {how_many(others, 'run')}, so its number is another."
    return f"{how_many(n, 'run')} of each.{other}"


def _cell(text: str, value: float) -> Cell:
    return Cell(text, value) if text else Cell("")


def _named(row: Difference) -> tuple[Cell, ...]:
    """What differs, by its name and in words."""
    return Cell(str(row["switch"])), Cell(str(row["what"]))
