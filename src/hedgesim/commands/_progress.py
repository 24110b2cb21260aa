"""Progress of runs, which commands print on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from hedgesim.commands._printing import print_aside
from hedgesim.errors import printable

SECONDS_BETWEEN_LINES = 10.0
"""How often progress is printed where standard error is not a terminal."""


@contextmanager
def counting(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show the number of finished runs, their rate and the time left: a bar on a terminal, else a line now and then.

    Gives a function that takes the number of runs just finished.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _print_seldom(title, total)
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield partial(bar.advance, bar.add_task(printable(title), total=total))


def _print_seldom(title: str, total: int) -> Callable[[int], None]:
    """Give a function that counts runs and prints a line now and then."""
    done, began = 0, time.monotonic()
    printed = began

    def count(runs: int) -> None:
        nonlocal done, printed
        done, now = done + runs, time.monotonic()
        if now - printed < SECONDS_BETWEEN_LINES:
            return
        printed, speed = now, done / (now - began)
        left = timedelta(seconds=round((total - done) / speed))
        print_aside(f"{title}: {done} of {total} runs, {_rate(speed)}, {left} left")

    return count


class _Rate(ProgressColumn):
    """Runs per second."""

    def render(self, task: Task) -> Text:
        return Text(_rate(task.speed) if task.speed else "")


def _rate(speed: float) -> str:
    return f"{speed:.0f} runs/s" if speed >= 10.0 else f"{speed:.1f} runs/s"
