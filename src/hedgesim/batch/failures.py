"""Which runs failed, and why: what is no number any more, from when, under which parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines.case import Case
from hedgesim.engines.outcomes import SYSTEM, Outcomes, Values
from hedgesim.model.parameters import all_parameters

LARGEST = 1e100
"""Size of an outcome beyond which nothing can be reckoned with it, for its square overflows."""

NAMED = 6
"""Parameters that a reason names at most."""


def failures(case: Case, outcomes: Outcomes) -> dict[int, str]:
    """Why each run that failed did so, by its place among the runs.

    Every outcome is defined for every world whose shares are numbers, so a run with one that is not, or that is
    beyond `LARGEST`, has failed too.
    """
    bad = outcomes.failed >= 0
    if not (outcomes.values.max() <= LARGEST and outcomes.values.min() >= -LARGEST):
        bad = bad | ~_sound(outcomes.values).all(axis=(1, 2))
    return {k: f"{_fault(outcomes, k)}{_settings(case, k)}" for k in map(int, np.flatnonzero(bad))}


def _fault(outcomes: Outcomes, k: int) -> str:
    """What is no number any more in the k-th run, and from when."""
    periods = outcomes.axes.periods
    if outcomes.failed[k] >= 0:
        return f"shares are not numbers from {periods[int(outcomes.failed[k])]}"
    step, column = map(int, np.argwhere(~_sound(outcomes.values[k]))[0])
    name, entity = outcomes.columns()[column]
    fault = f"is beyond {LARGEST:g}" if np.isfinite(outcomes.values[k, step, column]) else "is not a number"
    return f"{name}{'' if entity == SYSTEM else f' of {entity}'} {fault} from {periods[step]}"


def _sound(values: Values) -> NDArray[np.bool_]:
    """Where values are numbers that can be reckoned with."""
    return np.abs(values) <= LARGEST


def _settings(case: Case, k: int) -> str:
    """The parameters of the k-th run that vary among runs, else those that the scenario replaced, in brackets."""
    varied = {path: float(values[k]) for path, values in case.varied.items()}
    known = varied or _replaced(case)
    told = [f"{path} = {_short(value)}" for path, value in list(known.items())[:NAMED]]
    more = [f"{len(known) - NAMED} more"] if len(known) > NAMED else []
    return f" ({', '.join(told + more)})" if told else ""


def _replaced(case: Case) -> dict[str, float]:
    """The parameters that are one number and not the usual one, by path."""
    found = {
        path: [np.asarray(getattr(getattr(owner, group), name)) for owner in (case.parameters, case.usual)]
        for path in all_parameters()
        for group, _, name in [path.partition(".")]
    }
    return {path: float(value) for path, (value, usual) in found.items() if value.ndim == 0 and value != usual}


def _short(value: float) -> str:
    """A number as one writes it: 3e308, 0.25."""
    return f"{value:.6g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
