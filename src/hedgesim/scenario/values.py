"""Single values of a scenario file: how each kind is read, which names are known, and what is reported of misfits."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)

from hedgesim.errors import NO_MEANINGS, choose_from, shown
from hedgesim.model.period import Period
from hedgesim.scenario.cells import ASSUMPTION
from hedgesim.scenario.checked import FROZEN, PATH, WHERE, Fault, OrNull, misfit, refuse
from hedgesim.scenario.known_names import Bounds, KnownNames
from hedgesim.scenario.yaml_tree import KeyPath

PERIOD_PATTERN = "^[12][0-9]{3}Q[1-4]$"
DATE_PATTERN = "^[12][0-9]{3}(Q[1-4]|-[0-9]{2}(-[0-9]{2})?)$"
LARGEST_FACTOR = 10.0

Item = TypeVar("Item")


def known_to(info: ValidationInfo) -> KnownNames:
    """The names that a validator knows besides the file."""
    return info.context if isinstance(info.context, KnownNames) else KnownNames()


def _period(value: object) -> Period:
    """Read a quarter written 2022Q1."""
    if isinstance(value, Period):
        return value
    try:
        return Period.parse(value if isinstance(value, str) and value.isascii() else "")
    except ValueError:
        raise misfit(f"{PATH} must be a quarter, not {shown(value)}", "Write it like 2022Q1.") from None


def _event_date(value: object) -> Period:
    """Read a quarter, or the date of an event, which gives the quarter from which it acts."""
    if isinstance(value, Period):
        return value
    text = value if isinstance(value, str) and value.isascii() else ""
    try:
        return Period.parse(text) if "Q" in text else Period.acting(text)
    except ValueError:
        fault = f"{PATH} must be a quarter or a date, not {shown(value)}"
        raise misfit(f"{fault}{_why_no_date(text)}", "Write it like 2022Q1, 2022-02-24 or 2022-02.") from None


def _why_no_date(text: str) -> str:
    """What is wrong with a text that looks like a quarter or a day."""
    if re.fullmatch(r"\d{4}Q\d+", text):
        return ": quarters are Q1 to Q4"
    return ": there is no such day" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else ""


def within(first: int = 0, else_: str = "") -> AfterValidator:
    """Check that a date is in the period of the scenario.

    first: the quarter of it that may be named first. else_: what else to do.
    """

    def check(date: Period, info: ValidationInfo) -> Period:
        period = known_to(info).in_scenario.period
        if period is not None and not period[0].index + first <= date.index <= period[1].index:
            earliest = Period.from_index(period[0].index + first)
            fault = f"{PATH} is {date}, and the scenario runs from {period[0]} to {period[1]}"
            raise misfit(fault, f"Choose a date from {earliest} to {period[1]}{else_}.")
        return date

    return AfterValidator(check)


def _scalar(value: object) -> object:
    """Accept text and numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise misfit(f"{PATH} must be text or a number, not {shown(value)}", "Write one value.")
    return value


def _one_line(value: str) -> str:
    """Accept text of one line that does not start or end blank."""
    if "\n" in value or value != value.strip() or not value:
        raise misfit(f"{PATH} must be one line of text without blanks around it", "Write it on one line.")
    return value


def _distinct(names: tuple[Item, ...]) -> tuple[Item, ...]:
    """Refuse a list that names something twice; 1 and 1.0 are one number, true is none."""
    first = {(isinstance(name, bool), name): k for k, name in reversed(list(enumerate(names)))}
    refuse(
        Fault((k,), f"{WHERE} names {shown(name)} twice", "Name it once.")
        for k, name in enumerate(names)
        if first[isinstance(name, bool), name] != k
    )
    return names


def by_key(value: dict[str, Item]) -> dict[str, Item]:
    """Order a mapping by key, so that two ways of writing it give one scenario."""
    return dict(sorted(value.items()))


def known(kind: str, what: str, *, in_scenario: bool = False, besides: Collection[str] = ()) -> AfterValidator:
    """Check a name, or every name of a list.

    kind: field of `KnownNames`; what: what a name of it is called; in_scenario: whether only those count that take
    part in the scenario; besides: words that may be written in place of names.
    """

    def check(value: str | tuple[str, ...], info: ValidationInfo) -> str | tuple[str, ...]:
        names = known_to(info)
        if value not in besides:
            known_ones = getattr(names.in_scenario if in_scenario else names, kind)
            beside = besides if isinstance(value, str) else ()
            refuse(_unknown(value, known_ones and (*beside, *known_ones), what, names.meanings))
        return value

    return AfterValidator(check)


def _unknown(
    value: str | tuple[str, ...], names: Collection[str] | None, what: str, meanings: Mapping[str, str]
) -> Iterator[Fault]:
    """Find names that are not known."""
    if names is None:
        return
    entries = [((), value)] if isinstance(value, str) else [((k,), name) for k, name in enumerate(value)]
    for path, name in entries:
        if name not in names:
            yield Fault(path, f"unknown {what} {shown(name)} in {WHERE}", choice(name, names, meanings))


def choice(name: str, names: Iterable[str], meanings: Mapping[str, str] = NO_MEANINGS) -> Callable[[], str]:
    """What to write in place of an unknown name; looked for when it is shown."""
    return lambda: choose_from(name, names, meanings)


def range_fault(path: KeyPath, value: float, bounds: Bounds) -> Iterator[Fault]:
    """Find a number that is out of range."""
    low, high = bounds
    if not low <= value <= high:
        yield Fault(path, f"{PATH} is {value:g}, out of range", f"Write a number from {low:g} to {high:g}.")


def _source(source: str, info: ValidationInfo) -> str:
    """Check the citation keys of a source, joined by semicolons."""
    sources = known_to(info).in_scenario.sources
    for key in source.split(";"):
        if sources is None:
            break
        if key.strip() not in {ASSUMPTION, *sources}:
            remedy = f"{choose_from(key.strip(), sources)} Or write {ASSUMPTION}."
            raise misfit(f"unknown source {shown(key.strip())}", remedy)
    return source


def _settings(values: dict[str, float], info: ValidationInfo) -> dict[str, float]:
    """Check the names and ranges of parameters."""
    if (settings := known_to(info).settings) is not None:
        refuse(_setting_faults(values, settings))
    return values


def _dotted(value: object) -> object:
    """Refuse settings inside others, which are written with dots."""
    inside = [(key, one) for key, one in value.items() if isinstance(one, dict)] if isinstance(value, dict) else []
    refuse(
        Fault(
            (key,), f"{PATH} is a mapping, and a setting is one dotted name", f"Write {_spelt(key, one)}.", at_key=True
        )
        for key, one in inside
    )
    return value


def _spelt(key: str, inside: dict[str, object]) -> str:
    return ", ".join(f"{key}.{name}: {value}" for name, value in inside.items()) or f"{key}.NAME: 1.0"


def _setting_faults(values: Mapping[str, float], settings: Mapping[str, Bounds]) -> Iterator[Fault]:
    for name, value in values.items():
        if name in settings:
            yield from range_fault((name,), value, settings[name])
        else:
            yield Fault((name,), f"unknown setting {shown(name)}", choice(name, settings), at_key=True)


def _selection(*words: str) -> BeforeValidator:
    """Accept one of the words, or else a list of names."""

    def check(value: object) -> object:
        if isinstance(value, str) and value in words:
            return value
        if isinstance(value, list | tuple) and value and all(isinstance(name, str) and name for name in value):
            return _distinct(tuple(value))
        given = "an empty list" if value in ([], ()) else shown(value)
        fault = f"{PATH} must be {' or '.join(words)} or a list of names, not {given}"
        raise misfit(fault, "A list is written [a, b].")

    return BeforeValidator(check)


Quarter = Annotated[
    Period,
    PlainValidator(_period),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PERIOD_PATTERN}),
]
EventDate = Annotated[
    Period,
    PlainValidator(_event_date),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DATE_PATTERN}),
]
Name = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
DISTINCT = AfterValidator(_distinct)
AnyNames = Annotated[tuple[Name, ...], Field(strict=False), DISTINCT]
Names = Annotated[tuple[Name, ...], Field(min_length=1, strict=False), DISTINCT]
Several = Annotated[tuple[Name, ...], Field(min_length=2, strict=False), DISTINCT]
_NameList = Annotated[tuple[str, ...], Field(min_length=1)]
FormatSelection = Annotated[Literal["all"] | _NameList, _selection("all"), known("formats", "format", besides=("all",))]
ShockSelection = Annotated[
    Literal["all", "none"] | _NameList,
    _selection("all", "none"),
    known("recorded_shocks", "recorded shock", besides=("all", "none")),
]
Countries = Annotated[Names, known("countries", "country", in_scenario=True)]
Powers = Annotated[Names, known("powers", "power", in_scenario=True)]
Domains = Annotated[Names, known("domains", "domain", in_scenario=True)]
Options = Annotated[Names, known("options", "option", in_scenario=True)]
Country = Annotated[Name, known("countries", "country", in_scenario=True)]
Power = Annotated[Name, known("powers", "power", in_scenario=True)]
Format = Annotated[Name, known("formats", "format")]
Factor = Annotated[float, Field(ge=0, le=LARGEST_FACTOR)]
Value = Annotated[str | int | float, BeforeValidator(_scalar)]
Source = Annotated[Name, AfterValidator(_source)]
Settings = Annotated[
    dict[str, Annotated[float, OrNull]], BeforeValidator(_dotted), AfterValidator(_settings), AfterValidator(by_key)
]


class OwnSource(BaseModel):
    """A source of the scenario's own, which its other keys cite."""

    model_config = FROZEN
    citation: Name = Field(
        examples=["My report on the border, 2025"],
        description="Author, title and year, or other details by which a reader can find it.",
    )
    url: Name | None = Field(None, examples=["https://example.org/report"], description="Address.")
    date: Name | None = Field(None, examples=["2025-03"], description="Date of publication, or date of reading.")

    @property
    def entry(self) -> dict[str, str]:
        """What the table of sources would hold."""
        return self.model_dump(exclude_none=True)


def _free_keys(sources: dict[str, OwnSource], info: ValidationInfo) -> dict[str, OwnSource]:
    """Refuse keys that are taken."""

    def faults() -> Iterator[Fault]:
        for key in sources:
            if key in {ASSUMPTION, *(known_to(info).sources or ())} or ";" in key:
                fault = f"{key} cannot be the key of a source of the scenario's own: it is taken, or has a semicolon"
                yield Fault((key,), fault, "Choose another key, or cite the existing one.", at_key=True)

    refuse(faults())
    return by_key(sources)


OwnSources = Annotated[dict[Name, OwnSource], AfterValidator(_free_keys)]
