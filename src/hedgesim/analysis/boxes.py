"""Boxes of factors in which cases of interest are dense: the patient rule induction method, by the package PRIM.

[friedman_fisher1999]; limits are judged as in [bryant_lempert2010].
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from hedgesim.errors import HedgesimError

Flags = NDArray[np.bool_]
Limits = Mapping[str, tuple[Any, Any]]
"""By factor lowest and highest value; of words twice the set of those that are in."""

AT_LEAST, AT_MOST, AMONG = "at least", "at most", "among"


@dataclass(frozen=True)
class Peeling:
    """How boxes are found.

    peel: share of the cases in a box that a step takes away; paste: share that a step gives back; mass: share of all
    cases that a box holds at least; all 0..1. boxes: how many at most, each sought among the cases that those before
    leave, and denser than all cases. density: the box is the one of most coverage among the steps that are at least so
    dense, 0..1; by default the last step.
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
        HedgesimError: the package PRIM is not installed.
        RecursionError: steps are so small that the peeling has no end.
    """
    search, left = _search(factors, hits, plan), np.ones(len(hits), dtype=bool)
    everything = _limits(search._box_init)
    steps: list[pd.DataFrame] = []
    limits: list[dict[str, Any]] = []
    for number in range(1, plan.boxes + 1):
        if not hits[left].any():
            break
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the package joins frames in a way of which pandas 2 warns
            box = search.find_box()
        path = _steps(box, number)
        chosen = _chosen(path, plan.density)
        if chosen is None or path["density"][chosen] <= hits.mean():
            steps += [path] if number == 1 else []
            break
        steps.append(path.assign(chosen=path["step"] == chosen))
        box.select(chosen)
        limits += _judge(factors, hits, left, _limits(box._box_lims[chosen]), everything, number)
        left[np.asarray(box.yi)] = False
    columns = ["box", "factor", "limit", "number", "words", "quasi_p"]
    return Boxes(pd.concat(steps, ignore_index=True), pd.DataFrame(limits, columns=columns))


def search_class() -> Any:
    """The package's search; HedgesimError if it is not installed."""
    try:
        from prim import Prim
    except ModuleNotFoundError as error:
        remedy = "Install it with: pip install 'hedgesim[discovery]'."
        raise HedgesimError("discover", "the package PRIM is not installed", remedy) from error
    return Prim


def _search(factors: pd.DataFrame, hits: Flags, plan: Peeling) -> Any:
    """The package's search, ready to find boxes."""
    kinds = {name: np.float64 if pd.api.types.is_numeric_dtype(factors[name]) else object for name in factors}
    return search_class()(factors.astype(kinds), hits, peel_alpha=plan.peel, paste_alpha=plan.paste, mass_min=plan.mass)


def _steps(box: Any, number: int) -> pd.DataFrame:
    """Every step of a box, none chosen."""
    path = box.peeling_trajectory
    numbers = {name: path[name].to_numpy(dtype=np.float64) for name in ("coverage", "density", "mass")}
    restricted = path["res dim"].to_numpy(dtype=np.int64)
    return pd.DataFrame({"box": number, "step": range(len(path)), "chosen": False, **numbers, "restricted": restricted})


def _chosen(path: pd.DataFrame, density: float | None) -> int | None:
    """The step that is taken as the box; None where none is so dense."""
    if density is None:
        return len(path) - 1
    dense = np.flatnonzero(path["density"] >= density)
    return int(dense[np.argmax(path["coverage"].to_numpy()[dense])]) if len(dense) else None


def _limits(lims: Any) -> dict[str, tuple[Any, Any]]:
    """The limits of a box of the package by factor."""
    return {name: (lims[name][0], lims[name][1]) for name in lims.dtype.names}


def _judge(
    factors: pd.DataFrame, hits: Flags, left: Flags, limits: Limits, everything: Limits, box: int
) -> list[dict[str, Any]]:
    """Every limit of a box and its quasi p-value, those that restrict most first.

    The chance of as many hits among the cases of the box, or more, if each were one with the density that the box has
    without this limit: binomial, one-sided. left: cases that earlier boxes leave. everything: limits of all cases.
    """
    inside = {name: _within(factors[name], ends) for name, ends in limits.items()}
    found: list[dict[str, Any]] = []
    for name, limit, end, without in _ends(limits, everything):
        others = left & np.logical_and.reduce([inside[one] for one in inside if one != name] or [left])
        own, wider = others & inside[name], others & _within(factors[name], without)
        p = float(stats.binom.sf(hits[own].sum() - 1, own.sum(), hits[wider].mean()))
        number, words = (np.nan, end) if limit == AMONG else (float(end), "")
        found.append({"box": box, "factor": name, "limit": limit, "number": number, "words": words, "quasi_p": p})
    return sorted(found, key=lambda one: one["quasi_p"])


def _ends(limits: Limits, everything: Limits) -> Iterator[tuple[str, str, Any, tuple[Any, Any]]]:
    """Every limit that restricts: its factor, its kind, its number or words, and the factor's limits without it."""
    for name, (low, high) in limits.items():
        lowest, highest = everything[name]
        if isinstance(low, set):
            if low != lowest:
                yield name, AMONG, ", ".join(sorted(map(str, low))), (lowest, highest)
            continue
        if low != lowest:
            yield name, AT_LEAST, low, (lowest, high)
        if high != highest:
            yield name, AT_MOST, high, (low, highest)


def _within(column: pd.Series[Any], ends: tuple[Any, Any]) -> Flags:
    low, high = ends
    inside = column.isin(list(low)) if isinstance(low, set) else column.between(low, high)
    return inside.to_numpy(dtype=bool)
