"""Several ways to make runs, timed in turn in one process, round after round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timed:
    """Runs per second of one way, round by round."""

    rates: tuple[float, ...]

    @property
    def best(self) -> float:
        """The fastest round."""
        return max(self.rates)

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.rates)


def time_in_turn(ways: Mapping[str, Callable[[], int]], *, rounds: int) -> dict[str, Timed]:
    """Call every way once to warm up, then all of them in turn, round after round.

    ways: functions that make some runs and return how many.
    """
    for way in ways.values():
        way()
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            n = way()
            rates[name].append(n / (time.perf_counter() - began))
    return {name: Timed(tuple(values)) for name, values in rates.items()}
