"""Small invented quarters, on which a rule is tried, and the views of which a rule's test gives the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

import numpy as np

from hedgesim.errors import HedgesimError, check_type, choose_from, shown
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

LIKE_KNOWN = 'Write fields by name, like {"share": [0.4, 0.3, 0.2, 0.1]}, with a number for each of their targets.'

REAL = "fiub"
"""Kinds of NumPy's types that are numbers: with a fraction, whole with and without a sign, true or false."""

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


def example_view(known: Mapping[str, Any] = MappingProxyType({})) -> View:
    """What one country sees of two powers, in the domain security, when nothing has happened but what is given.

    known: fields of `View` by name, each an array of axes (country, domain, target, run), a list along the targets,
    such as {"threat": [0.5, 0.0]}, or one number for all targets. Shares are .4 and .3 of the powers, .2 of the region
    and .1 of other.

    Raises:
        HedgesimError: there is no such field, or what is given for it is not finite numbers with its axes.
    """
    check_type("known", known, Mapping, LIKE_KNOWN)
    share = [0.4, 0.3, 0.2, 0.1]
    usual = {"share_start": share, "share": share, "security": [1.0], "politics": [1.0], "rate": [0.5]}
    return _example(View, {**usual, "capability": [1.0, 0.5], **known})


def example_power_view(known: Mapping[str, Any] = MappingProxyType({})) -> PowerView:
    """What two powers know of one country when nothing has happened but what is given; see `example_view`.

    Both have attention .4, which is their base, and reach 1.

    Raises:
        HedgesimError: there is no such field, or what is given for it is not finite numbers with its axes.
    """
    check_type("known", known, Mapping, LIKE_KNOWN)
    both = [0.4, 0.4]
    return _example(PowerView, {"base": both, "attention": both, "reach": [1.0, 1.0], **known})


def _example(kind: type[Known], given: Mapping[str, Any]) -> Known:
    lengths = {"country": 1, "domain": 1, "power": 2, "option": 4, "format": 1, "run": 1}
    axes = axes_of(kind)
    for name in given:
        if name not in axes:
            raise HedgesimError(kind.__name__, f"it has no field {shown(name)}", choose_from(str(name), axes))
    zeros = {
        name: np.zeros([int(label) if label.isdigit() else lengths[label.removeprefix("#")] for label in own])
        for name, own in axes.items()
    }
    return kind(**{**zeros, **{name: _given(name, value, zeros[name]) for name, value in given.items()}})


def _given(name: str, value: Any, like: Array) -> Array:
    """Numbers of one field, with the axes of an array like it; HedgesimError where they cannot be used."""
    targets = like.shape[TARGET]
    try:
        found = np.asarray(value)
    except ValueError:  # lists of different lengths
        found = np.asarray(None)
    if found.ndim < 2:
        found = np.broadcast_to(found, found.shape or (targets,)).reshape(1, 1, -1, 1)
    fits = found.ndim == like.ndim and found.shape[TARGET] == targets
    if not fits or found.dtype.kind not in REAL or not np.all(np.isfinite(found)):
        fault = f"it must be finite numbers for {targets} target{'s' if targets > 1 else ''}, or an array of four axes"
        raise HedgesimError(f'known["{name}"]={shown(value)}', fault, LIKE_KNOWN)
    return np.asarray(found, dtype=float)


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
