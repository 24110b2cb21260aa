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

SELDOM = 10.0
"""Seconds between the lines that tell how far runs are where standard error is no terminal."""


@contextmanager
def counting(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many runs are made, at what rate and how long it will take: a bar on a terminal, else seldom a line.

    Gives what is to be called with the number of runs just made.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(title, total).add
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield partial(bar.advance, bar.add_task(title, total=total))


class _Rate(ProgressColumn):
    """Runs per second."""

    def render(self, task: Task) -> Text:
        return Text(_rate(task.speed) if task.speed else "")


@dataclass
class _Lines:
    """Tells how far runs are in a line now and then."""

    title: str
    total: int
    done: int = 0
    began: float = field(default_factory=lambda: time.monotonic())
    told: float = field(default_factory=lambda: time.monotonic())

    def add(self, runs: int) -> None:
        """Count runs just made."""
        self.done, now = self.done + runs, time.monotonic()
        if now - self.told < SELDOM:
            return
        self.told, speed = now, self.done / (now - self.began)
        left = timedelta(seconds=round((self.total - self.done) / speed))
        print(f"{self.title}: {self.done} of {self.total} runs, {_rate(speed)}, {left} left", file=sys.stderr)


def _rate(speed: float) -> str:
    return f"{speed:.0f} runs/s" if speed >= 10.0 else f"{speed:.1f} runs/s"
