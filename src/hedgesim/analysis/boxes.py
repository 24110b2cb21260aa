"""Boxes of factors in which cases of interest are dense: the patient rule induction method, by the package PRIM.

[friedman_fisher1999]; limits are judged as in [bryant_lempert2010].
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Flags = NDArray[np.bool_]
Limits = Mapping[str, tuple[Any, Any]]
"""By factor lowest and highest value; of words twice the set of those that are in."""

LOW, HIGH, AMONG = "at least", "at most", "among"


class PrimMissing(ValueError):
    """The package PRIM is not installed."""


@dataclass(frozen=True)
class Peeling:
    """How boxes are found.

    peel: part of the cases in a box that a step takes away; paste: part that a step gives back; mass: part of all cases
    that a box holds at least; all 0..1. boxes: how many at most, each sought among the cases that those before leave,
    and denser than all cases. density: the box is the one of most coverage among the steps that are at least so dense,
    0..1; by default the last step.
    """

    peel: float = 0.05
    paste: float = 0.05
    mass: float = 0.05
    boxes: int = 1
    density: float | None = None


@dataclass(frozen=True)
class Boxes:
    """What was found.

    steps: every box of every peeling: box, step, chosen, coverage, density, mass, restricted. limits: every
    limit of the boxes that were chosen: box, factor, limit (at least, at most, among), number or words, quasi_p.
    """

    steps: pd.DataFrame
    limits: pd.DataFrame


def find_boxes(factors: pd.DataFrame, hits: Flags, plan: Peeling) -> Boxes:
    """Boxes in which hits are dense.

    factors: a column per factor, numbers or text, a row per case. hits: whether each is of interest, axes (case,).

    Raises:
        PrimMissing: the package is not installed.
        RecursionError: steps are so small that the peeling has no end.
    """
    search, left = _search(factors, hits, plan), np.ones(len(hits), dtype=bool)
    whole = _limits(search._box_init)
    steps: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    for number in range(1, plan.boxes + 1):
        if not hits[left].any():
            break
        with _quietly():
            box = search.find_box()
        told, chosen = _told(box, number), _chosen(box, plan.density)
        if chosen is None or told[chosen]["density"] <= hits.mean():
            steps += told if number == 1 else []
            break
        told[chosen]["chosen"] = True
        box.select(chosen)
        steps += told
        held = _limits(box._box_lims[chosen])
        limits += [{"box": number, **one} for one in _judged(factors, hits, left, held, whole)]
        left[np.asarray(box.yi)] = False
    columns = ("box", "factor", "limit", "number", "words", "quasi_p")
    return Boxes(pd.DataFrame(steps), pd.DataFrame(limits, columns=list(columns)))


def _search(factors: pd.DataFrame, hits: Flags, plan: Peeling) -> Any:
    """The package's search, ready to find boxes."""
    try:
        from prim import Prim
    except ModuleNotFoundError as error:
        message = "discover: the package PRIM is not installed. Install it: pip install 'hedgesim[discovery]'"
        raise PrimMissing(message) from error
    texts = {name: factors[name].astype(object) for name in factors if not _is_number(factors[name])}
    numbers = {name: factors[name].astype(np.float64) for name in factors if name not in texts}
    columns = pd.DataFrame({**numbers, **texts})[list(factors)]
    return Prim(columns, hits, peel_alpha=plan.peel, paste_alpha=plan.paste, mass_min=plan.mass)


def _is_number(column: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column))


def _told(box: Any, number: int) -> list[dict[str, Any]]:
    """Every step of a box."""
    path = box.peeling_trajectory
    return [
        {
            "box": number,
            "step": step,
            "chosen": False,
            "coverage": float(row["coverage"]),
            "density": float(row["density"]),
            "mass": float(row["mass"]),
            "restricted": int(row["res dim"]),
        }
        for step, row in enumerate(path.to_dict("records"))
    ]


def _chosen(box: Any, density: float | None) -> int | None:
    """The step that is taken as the box; None where none is so dense."""
    path = box.peeling_trajectory
    if density is None:
        return len(path) - 1
    dense = np.flatnonzero(path["density"].to_numpy(dtype=np.float64) >= density)
    coverage = path["coverage"].to_numpy(dtype=np.float64)
    return int(dense[np.argmax(coverage[dense])]) if len(dense) else None


def _limits(lims: Any) -> dict[str, tuple[Any, Any]]:
    """The limits of a box of the package by factor."""
    return {name: (lims[name][0], lims[name][1]) for name in lims.dtype.names}


def _judged(factors: pd.DataFrame, hits: Flags, left: Flags, held: Limits, whole: Limits) -> Iterator[dict[str, Any]]:
    """Every limit of a box and its quasi p-value, those that restrict most first.

    The chance of as many hits among the cases of the box, or more, if each were one with the density that the box has
    without this limit: binomial, one-sided. left: cases that earlier boxes leave.
    """
    inside = {name: _within(factors[name], held[name]) for name in held}
    found = []
    for name, (low, high) in held.items():
        others = left & np.logical_and.reduce([inside[one] for one in inside if one != name] or [left])
        if isinstance(low, set):
            if low != whole[name][0]:
                p = _quasi_p(hits, others & inside[name], others)
                found.append((name, AMONG, np.nan, ", ".join(sorted(map(str, low))), p))
            continue
        for limit, end, free in ((LOW, low, (whole[name][0], high)), (HIGH, high, (low, whole[name][1]))):
            if end != whole[name][0 if limit == LOW else 1]:
                p = _quasi_p(hits, others & inside[name], others & _within(factors[name], free))
                found.append((name, limit, float(end), "", p))
    for name, limit, end, words, p in sorted(found, key=lambda one: one[-1]):
        yield {"factor": name, "limit": limit, "number": end, "words": words, "quasi_p": p}


def _within(column: pd.Series[Any], ends: tuple[Any, Any]) -> Flags:
    low, high = ends
    inside = column.isin(list(low)) if isinstance(low, set) else column.between(low, high)
    return inside.to_numpy(dtype=bool)


def _quasi_p(hits: Flags, inside: Flags, wider: Flags) -> float:
    return float(stats.binom.sf(hits[inside].sum() - 1, inside.sum(), hits[wider].mean()))


@contextmanager
def _quietly() -> Iterator[None]:
    """The package joins frames in a way of which pandas 2 warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield
