"""How far runs are, shown on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

SECONDS_BETWEEN_LINES = 10.0
"""How often progress is printed where standard error is no terminal."""


@contextmanager
def counting(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show the number of finished runs, their rate and the time left: a bar on a terminal, else a line now and then.

    Gives a function that takes the number of runs just finished.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(title, total).add
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield partial(bar.advance, bar.add_task(title, total=total))


class _Rate(ProgressColumn):
    """Runs per second."""

    def render(self, task: Task) -> Text:
        return Text(_rate(task.speed) if task.speed else "")


@dataclass
class _Lines:
    """Progress as lines of text."""

    title: str
    total: int
    done: int = 0
    began: float = field(default_factory=lambda: time.monotonic())
    printed: float = field(default_factory=lambda: time.monotonic())

    def add(self, runs: int) -> None:
        """Count runs just finished."""
        self.done, now = self.done + runs, time.monotonic()
        if now - self.printed < SECONDS_BETWEEN_LINES:
            return
        self.printed, speed = now, self.done / (now - self.began)
        left = timedelta(seconds=round((self.total - self.done) / speed))
        print(f"{self.title}: {self.done} of {self.total} runs, {_rate(speed)}, {left} left", file=sys.stderr)


def _rate(speed: float) -> str:
    return f"{speed:.0f} runs/s" if speed >= 10.0 else f"{speed:.1f} runs/s"
