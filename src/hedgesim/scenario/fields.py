"""Single values of a scenario file: how each kind is read, and what is said when it does not fit."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from hedgesim.errors import shown
from hedgesim.model.period import Period

PERIOD_PATTERN = "^[12][0-9]{3}Q[1-4]$"
DATE_PATTERN = "^[12][0-9]{3}(Q[1-4]|-[0-9]{2}(-[0-9]{2})?)$"
PLAIN_WORDS = "plain_words"

Item = TypeVar("Item")


def misfit(*, fault: str, remedy: str) -> PydanticCustomError:
    """Make a validation error that already says fault and remedy; the fault continues the name of the key."""
    return PydanticCustomError(PLAIN_WORDS, "{fault}", {"fault": fault, "remedy": remedy})


def read_period(value: object) -> Period:
    """Read a quarter written 2022Q1."""
    if isinstance(value, Period):
        return value
    try:
        return Period.parse(value if isinstance(value, str) else "")
    except ValueError:
        raise misfit(fault=f"must be a quarter, not {shown(value)}", remedy="Write it like 2022Q1.") from None


def read_event_date(value: object) -> Period:
    """Read a quarter, or the date of an event, which gives the quarter from which it acts."""
    if isinstance(value, Period):
        return value
    text = value if isinstance(value, str) else ""
    try:
        return Period.parse(text) if "Q" in text else Period.acting(text)
    except ValueError:
        raise misfit(
            fault=f"must be a quarter or a date, not {shown(value)}",
            remedy="Write it like 2022Q1 or 2022-02-24.",
        ) from None


def check_scalar(value: object) -> object:
    """Let text and numbers through."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise misfit(fault=f"must be text or a number, not {shown(value)}", remedy="Write one value.")
    return value


def one_line(value: str) -> str:
    """Let text of one line through that does not start or end blank."""
    if "\n" in value or value != value.strip() or not value:
        raise misfit(fault="must be one line of text without blanks around it", remedy="Write it on one line.")
    return value


def read_selection(*words: str) -> Callable[[object], str | tuple[str, ...]]:
    """Make a reader of one of the words, or of a list of names."""
    choice = " or ".join(words)

    def read(value: object) -> str | tuple[str, ...]:
        if isinstance(value, str) and value in words:
            return value
        if isinstance(value, list | tuple) and value and all(isinstance(name, str) and name for name in value):
            return tuple(value)
        raise misfit(
            fault=f"must be {choice} or a list of names, not {shown(value)}",
            remedy="A list is written [a, b].",
        )

    return read


def as_it_is(value: Any) -> Any:
    """Write a value unchanged; pydantic would else warn of lists in place of tuples."""
    return value


def selection_schema(*words: str) -> dict[str, Any]:
    """Describe a selection in JSON Schema."""
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {"anyOf": [{"type": "string", "enum": list(words)}, names]}


def by_key(value: dict[str, Item]) -> dict[str, Item]:
    """Order a mapping by key, so that two ways of writing it give one scenario."""
    return dict(sorted(value.items()))
