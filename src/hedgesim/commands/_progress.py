"""Progress of runs, which commands print on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from hedgesim.commands._printing import print_aside
from hedgesim.errors import printable

SECONDS_BETWEEN_LINES = 10.0
"""How often progress is printed where standard error is not a terminal."""


class Count(Protocol):
    """Takes the number of runs just finished and, where it is known better now, that of all."""

    def __call__(self, runs: int, total: int | None = None) -> None:
        """Count them."""


@contextmanager
def counting(title: str, total: int, unit: str = "runs") -> Iterator[Count]:
    """Show the number of finished runs, their rate and the time left: a bar on a terminal, else a line now and then.

    unit: what is counted, if it is not runs. Gives a function that takes how many were just finished and, where it is
    known better now, how many there are.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _print_seldom(title, total, unit)
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), _Rate(unit), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(printable(title), total=total)
        yield lambda runs, total=None: bar.update(task, advance=runs, total=total)


def _print_seldom(title: str, total: int, unit: str) -> Count:
    """Give a function that counts runs and prints a line now and then."""
    done, of, began = 0, total, time.monotonic()
    printed = began

    def count(runs: int, total: int | None = None) -> None:
        nonlocal done, of, printed
        done, of, now = done + runs, of if total is None else total, time.monotonic()
        if now - printed < SECONDS_BETWEEN_LINES:
            return
        printed, speed = now, done / (now - began)
        left = timedelta(seconds=round((of - done) / speed))
        print_aside(f"{title}: {done} of {of} {unit}, {_rate(speed, unit)}, {left} left")

    return count


class _Rate(ProgressColumn):
    """Runs, or what else is counted, per second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        return Text(_rate(task.speed, self._unit) if task.speed else "")


def _rate(speed: float, unit: str) -> str:
    return f"{speed:.0f} {unit}/s" if speed >= 10.0 else f"{speed:.1f} {unit}/s"
