"""What is said of a fault in the code of a rule: its own line, on one line; and a limit of its time."""

from __future__ import annotations

import ctypes
import dis
import inspect
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple, TypeVar

from hedgesim.errors import HedgesimError, Place
from hedgesim.rules.mistakes import in_our_words


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
