"""Small invented quarters, on which a rule is tried: two countries, several runs, no two axes of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, get_type_hints

import numpy as np

from hedgesim.model.arrays import RUN, TARGET, Array
from hedgesim.model.view import PowerView, View

AXES = {"country": 2, "domain": 3, "power": 4, "format": 5, "option": 6, "run": 7}
"""Length of every axis; with lengths that differ, an axis that is lost or exchanged fits nowhere."""

SHARES = ("share_start", "share")
"""What sums to 1 over the options."""
FIXED = ("rate", "security", "politics", "capability", "affinity", "rivalry", "regional_weight", "neutrality", "base")
"""What usually does not differ between runs, and is not zero when nothing has happened."""
LEVELS = (*FIXED, "trusted", "personalisation", "left", "attention", "reach")
"""What else is not zero when nothing has happened."""
POSITIVE = (*(name for name in LEVELS if name != "affinity"), "need", "protection", "embargoed")
"""What is never negative."""

Known = TypeVar("Known", View, PowerView)


def axes_of(kind: type) -> dict[str, tuple[str, ...]]:
    """The axes of every field of a dataclass of arrays, as its annotations declare them."""
    hints = get_type_hints(kind)
    return {item.name: tuple(hints[item.name].dim_str.split()) for item in fields(kind)}


def quiet(kind: type[Known]) -> Known:
    """What is known when nothing has happened: no rise and no threat, shares as at the start."""
    levels = {name: _numbers(name, axes, differing=name not in FIXED) for name, axes in axes_of(kind).items()}
    known = {name: array if name in (*LEVELS, *SHARES) else 0.0 * array for name, array in levels.items()}
    return kind(**({**known, "share": known["share_start"]} if "share" in known else known))


def moved(kind: type[Known], *, differing: bool = False) -> Known:
    """What is known when everything has happened; differing: whether runs have settings of their own, as in a sweep."""
    axes = axes_of(kind).items()
    return kind(**{name: _numbers(name, own, differing=differing or name not in FIXED) for name, own in axes})


def without_whim(known: Known) -> Known:
    """The same where no rule gambles."""
    return replace(known, whim=np.zeros((1, 1, 1, 1))) if isinstance(known, View) else known


def with_whim(known: Known) -> Known:
    """The same where some rule gambles."""
    return replace(known, whim=moved(View).whim) if isinstance(known, View) else known


def of_run(known: Any, run: int) -> Any:
    """A dataclass of arrays, or of numbers, with one of its runs alone."""
    arrays = {item.name: getattr(known, item.name) for item in fields(known)}
    return replace(known, **{name: one_run(array, run) for name, array in arrays.items()})


def one_run(array: Any, run: int) -> Any:
    """One run of an array; a number, or what all runs have in common, as it is."""
    return array[..., run : run + 1] if np.ndim(array) and array.shape[RUN] > 1 else array


def over_runs(low: float, high: float) -> Array:
    """A parameter with a number of its own in each run, read-only, axes (1, 1, 1, run)."""
    numbers = np.asarray(low + (high - low) * np.linspace(0.1, 0.9, AXES["run"]).reshape(1, 1, 1, -1))
    numbers.flags.writeable = False
    return numbers


def _numbers(name: str, axes: Sequence[str], *, differing: bool) -> Array:
    """Numbers of one quantity, spread evenly over what it may be."""
    lengths = {**AXES, "run": AXES["run"] if differing else 1}
    shape = [int(label) if label.isdigit() else lengths[label.removeprefix("#")] for label in axes]
    start = sum(map(ord, name)) * 0.7548776662
    even = ((np.arange(np.prod(shape)) * 0.6180339887 + start) % 1.0).reshape(shape)
    if name in SHARES:
        grown = np.exp(3.0 * even)
        return np.asarray(grown / grown.sum(axis=TARGET, keepdims=True))
    if name == "security":
        return np.asarray((np.arange(shape[1]) == 0.0)[None, :, None, None] + 0.0 * even)
    if name == "rivalry":
        return np.asarray((even + np.swapaxes(even, 1, 2)) / 2.0 * (1.0 - np.eye(shape[2]))[None, :, :, None])
    return even if name in POSITIVE else 2.0 * even - 1.0
