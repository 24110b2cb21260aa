"""Mistakes that are often made in a rule, said in a beginner's words in place of Python's."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import FrozenInstanceError
from types import FrameType
from typing import Any

import numpy as np

from hedgesim.errors import choose_from, closest
from hedgesim.model import arrays, shares
from hedgesim.model.arrays import TARGET

Said = tuple[str, str]
"""Fault and remedy."""

WRITES = "writes into an array that it is given"
NEW_ARRAY = "Make a new array: write value = value + ..., or use xp.where or xp.concat."

KEEP_AXES = "Keep all axes: sum and join with axis=TARGET, keepdims=True; option k alone is [..., k : k + 1, :]."
RETURN = "Write return in front of what is computed."
ONE_FOR_ALL = "Make an array of it: 0.0 * view.{0} + the number."
ALL_OPTIONS = (
    "Powers are the options without the last two, region and other. Join these:"
    " view.xp.concat((x + 0.0 * view.dependence, 0.0 * view.response[..., :2, :]), axis=TARGET)."
)
OF_RUNS = "Runs never meet: take no sum, mean, maximum or if over the last axis, and choose with xp.where."
OF_AXIS = "Write axis={0}, keepdims=True where it is summed, and import {0} from hedgesim.model.arrays."

AXES = (
    "The axes are (country, domain, option, run): each is as long in both arrays, or 1 in one, and a sum keeps them by"
    " keepdims=True. Powers are the options without the last two: value[..., :-2, :]."
)

MISTAKES: tuple[tuple[type[BaseException], str, str, str], ...] = (
    (ValueError, "read-only", WRITES, NEW_ARRAY),
    (
        FrozenInstanceError,
        r"cannot assign to field '(\w+)'",
        "gives {0} a new value, but what a rule is given and its parameters stay as they are",
        "Give the result a name of its own: new_{0} = ...",
    ),
    (
        ValueError,
        "truth value of an array",
        "if, while, and, or, max and min take one number, and this is an array of many countries and runs",
        "Choose for each by xp.where(condition, one, other); use xp.maximum, xp.minimum, & and |.",
    ),
    (
        TypeError,
        r"(\w+)(?:\.__init__)?\(\) missing \d+ required .*arguments?: (.+)",
        "{0} is not given {1}",
        "Give it by its name, as in {0}(..., name=...).",
    ),
    (
        ValueError,
        r"operands could not be broadcast together with shapes (\([\d,]*\)) (\([\d,]*\))",
        "arrays of the shapes {0} and {1} do not fit together",
        AXES,
    ),
    (
        ValueError,
        r"concatenation axis must match exactly, but along dimension \d, .* has size (\d+) and .* has size (\d+)",
        "arrays that are joined have an axis of length {0} in one and of length {1} in the other",
        "Bring numbers of powers to the full length before: x + 0.0 * view.dependence.",
    ),
)
"""Kind of error, pattern of what Python says, and the fault and the remedy in our words."""


def of_answer(what: str, answer: Any, whole: Sequence[int], axes: Sequence[str]) -> Said:
    """What is said of an answer that is no array with the axes that it must have, of lengths `whole`."""
    must = f"it must be {tuple(whole)} for ({', '.join(axes)})"
    if not isinstance(answer, np.ndarray):
        like = "response" if "option" in axes else "loss" if "power" in axes and axes[0] == "country" else "attention"
        remedy = RETURN if answer is None else ONE_FOR_ALL.format(like) if np.isscalar(answer) else KEEP_AXES
        return f"{what} is {type(answer).__name__}, not an array; {must}", remedy
    fault = f"{what} has the shape {answer.shape}"
    for place, axis in enumerate(axes):
        if answer.shape == (*whole[:place], *whole[place + 1 :]):
            constant = {"country": "COUNTRY", "domain": "DOMAIN"}.get(axis, "TARGET")
            return f"{fault}, without the axis {axis}; {must}", OF_RUNS if axis == "run" else OF_AXIS.format(constant)
    powers_alone = "option" in axes and answer.ndim == len(whole) and answer.shape[TARGET] == whole[TARGET] - 2
    return f"{fault}; {must}", ALL_OPTIONS if powers_alone else KEEP_AXES


FEW = 40
"""Names that are listed where none is like the one that is wrong."""


def in_our_words(error: BaseException) -> Said | None:
    """What is said of an error that is often made, and the remedy; None where Python's words have to do."""
    said = (str(error).splitlines() or [""])[0]
    for kind, pattern, fault, remedy in MISTAKES:
        found = re.search(pattern, said) if isinstance(error, kind) else None
        if found:
            return fault.format(*found.groups()), remedy.format(*found.groups())
    if isinstance(error, AttributeError):
        return _no_attribute(error)
    if isinstance(error, NameError) and error.name:
        return _no_name(error.name, error)
    if found := re.match(r"cannot import name '(\w+)' from '([\w.]+)'", said):
        return f"{found[2]} has no {found[1]}", _meant(found[1], dir(sys.modules.get(found[2])))
    if found := re.match(r"(\w+)(?:\.__init__)?\(\) got an unexpected keyword argument '(\w+)'", said):
        return f"{found[1]} has no {found[2]}", _meant(found[2], _names_of(found[1], error))
    return None


def _no_attribute(error: AttributeError) -> Said | None:
    """An attribute that a thing does not have."""
    name, thing = str(error.name), error.obj
    if error.name is None or thing is None:
        return None
    return f"{getattr(thing, '__name__', type(thing).__name__)} has no {name}", _meant(name, dir(thing))


def _no_name(name: str, error: BaseException) -> Said:
    """A name that nothing has, perhaps one of a parameter or of what is known."""
    frame = list(_frames(error))[-1]
    fault = f"nothing is called {name} here"
    for owner in ("self", "view"):
        if hasattr(frame.f_locals.get(owner), name):
            return fault, f"Write {owner}.{name}."
    for module in (arrays, shares):
        if hasattr(module, name):
            return fault, f"Write from {module.__name__} import {name} at the top."
    return fault, _meant(
        name, {**frame.f_locals, **frame.f_globals, **vars(builtins)}, "Import it, or define it above."
    )


def _names_of(kind: str, error: BaseException) -> list[str]:
    """Fields of a dataclass that the code had at hand, itself or a thing of it."""
    for frame in _frames(error):
        for thing in (*frame.f_locals.values(), frame.f_globals.get(kind)):
            owner = thing if isinstance(thing, type) else type(thing)
            if owner.__name__ == kind:
                return list(getattr(owner, "__dataclass_fields__", ()))
    return []


def _meant(name: str, known: Iterable[str], otherwise: str = "Correct the name.") -> str:
    """The remedy for a wrong name: the one that is meant, or all, if they are few."""
    public = [one for one in known if not one.startswith("_")]
    near = closest(name, public)
    if near is not None:
        return f'Did you mean "{near}"?'
    return choose_from(name, public) if 0 < len(public) <= FEW else otherwise


def _frames(error: BaseException) -> Iterator[FrameType]:
    """Where an error went through, from the outside."""
    trace: Any = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next
