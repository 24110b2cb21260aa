"""What is said of a fault in the code of a rule: its own line, in a beginner's words; and a limit of its time."""

from __future__ import annotations

import builtins
import ctypes
import dis
import inspect
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from hedgesim.errors import HedgesimError, Place, choose_from, closest
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

FEW = 40
"""Names that are listed where none is like the one that is wrong."""


class Words(NamedTuple):
    """What is said of an error in a rule, of which {error} is the kind and {said} the message; and the remedy."""

    fault: str
    remedy: str = "Correct this line."
    seconds: float = 10.0
    """Time that there is for what is done."""


READING = Words("{error} while the rule is read: {said}")
TRYING = Words("{error} when the rule is tried: {said}", seconds=2.0)
RUNNING = Words("{error} in this rule: {said}")
OF_NUMPY = "__array__()"
"""What JAX says when an array that it compiles is given to a function of NumPy."""
COMPILING = Words(
    "JAX cannot compile this rule: {said}",
    "Choose with xp.where and use functions of view.xp only, never if, max or NumPy's own.",
)

T = TypeVar("T")


def file_of(rule: type) -> str:
    """The file in which a rule is written, or what Python calls the place where it is."""
    path = getattr(sys.modules.get(rule.__module__), "__file__", None)
    code = getattr(_method(rule), "__code__", None)
    return str(path or getattr(code, "co_filename", None) or rule.__module__)


def line_of(rule: type, method: str = "") -> int:
    """The line of the last `return` of a method; that of the class where the method is not its own."""
    function = inspect.unwrap(vars(rule).get(method) or _method(rule) or rule)
    if inspect.isfunction(function):
        lines = [one.positions.lineno for one in dis.get_instructions(function) if _returns(one) and one.positions]
        return max((line for line in lines if line), default=function.__code__.co_firstlineno)
    try:
        return inspect.getsourcelines(rule)[1]
    except (OSError, TypeError):
        return 1


def _returns(one: dis.Instruction) -> bool:
    return one.opname.startswith("RETURN_") and one.opname != "RETURN_GENERATOR"


def _method(rule: type) -> Any:
    """The method in which a rule says what it decides, where it is its own."""
    return vars(rule).get("value") or vars(rule).get("decide")


def fault_at(rule: type, fault: str, remedy: str, *, line: int | None = None) -> HedgesimError:
    """A fault of a rule, at a line of its file, by default that of its last `return`."""
    return HedgesimError(Place(shown_file(file_of(rule)), line or line_of(rule)), fault, remedy)


def shown_file(path: str) -> str:
    """A file as a message names it: below the working folder, where it is there."""
    full = Path(path)
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else path


def guarded(path: str, act: Callable[[], T], words: Words, *, line: int = 1) -> T:
    """Do something with the code of a file; an error, or no end in time, names its line.

    line: named where the fault is not in the file itself.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def do() -> None:
        try:
            done.append(act())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    thread.join(words.seconds)
    if getattr(sys.stdout, "closed", False):
        raise HedgesimError(Place(shown_file(path), line), "closes standard output", "Take this out of the rule.")
    if done:
        return done[0]
    if failed:
        where = last_line(path, failed[0].__traceback__) or line
        raise HedgesimError(Place(shown_file(path), where), *_in_words(failed[0], words)) from failed[0]
    where = _present_line(path, thread) or line
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
    fault = f"the rule takes more than {words.seconds:g} seconds"
    raise HedgesimError(Place(shown_file(path), where), fault, "Take out what is slow or never ends.")


def fault_in(rules: Iterable[type], error: BaseException, words: Words) -> HedgesimError | None:
    """What to say of an error in the code of one of some rules; None where none of them is to blame."""
    for path in {file_of(rule) for rule in rules}:
        line = last_line(path, error.__traceback__)
        if line is not None:
            return HedgesimError(Place(shown_file(path), line), *_in_words(error, words))
    return None


def _in_words(error: BaseException, words: Words) -> tuple[str, str]:
    """What is said of an error in a rule, and the remedy."""
    said = (str(error).splitlines() or [""])[0] or "no more is said"
    if words.fault == COMPILING.fault and OF_NUMPY in said:
        said = "it uses a function of NumPy's own"
    ours = in_our_words(error) if words.fault != COMPILING.fault else None
    return ours or (words.fault.format(error=type(error).__name__, said=said), words.remedy)


def last_line(path: str, trace: TracebackType | None) -> int | None:
    """The last line of a file that a traceback went through."""
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _present_line(path: str, thread: threading.Thread) -> int | None:
    """The line of a file at which a thread is."""
    frame: FrameType | None = sys._current_frames().get(thread.ident or 0)
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else None


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
