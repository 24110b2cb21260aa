"""Functions that a file of patterns names, with arguments that pydantic checks against their annotations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, create_model

from hedgesim.analysis.patterns.interval import QUARTERS, Interval, Span, read_span
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.errors import choose_from, shown
from hedgesim.model.arrays import Array
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.scenario.checked import FROZEN, PATH, Fault, misfit, refuse
from hedgesim.scenario.known_names import KnownNames, known_names
from hedgesim.scenario.values import Quarter as PlainQuarter
from hedgesim.scenario.values import choice, known
from hedgesim.scenario.yaml_tree import KeyPath

NAME = "name"
PRESENCE = "presence"
"""The one outcome that is of an option too: a quantity of its own."""
SYSTEM = tuple(name for name, item in OUTCOMES.items() if item.table == "system")
Function = TypeVar("Function", bound=Callable[..., Array])


class Entry(BaseModel):
    """A mapping of a file of patterns; no other keys than its fields are allowed."""

    model_config = FROZEN


@dataclass(frozen=True)
class OnAxis:
    """Marks an argument whose names must be on an axis of the scenario."""

    axis: str


class Computed(Entry):
    """A function with its arguments; called with runs it has axes (step, run) or (run,)."""

    function: ClassVar[Callable[..., Array]]

    def __call__(self, runs: SimulatedRuns) -> Array:
        """Its values in some runs."""
        return type(self).function(runs, **dict(self))

    def arguments(self, path: KeyPath) -> Iterator[tuple[KeyPath, str, Any]]:
        """Every plain argument, also of what it is computed from: its place, the axis of its names, and its value."""
        for key, value in self:
            marks = type(self).model_fields[key].metadata
            axis = next((mark.axis for mark in marks if isinstance(mark, OnAxis)), "")
            inner = {(key, n): one for n, one in enumerate(value)} if isinstance(value, tuple) else {(key,): value}
            for place, one in inner.items():
                if isinstance(one, Computed):
                    yield from one.arguments((*path, *place))
                else:
                    yield (*path, key), axis, one


@dataclass(frozen=True)
class Declared:
    """Functions that a file of patterns may name.

    what: what they are, in a word. models: of their arguments, by name.
    """

    what: str
    models: dict[str, type[Computed]] = field(default_factory=dict)

    def __call__(self, function: Function) -> Function:
        """Declare a function of runs and of arguments whose annotations say what they may be."""
        hints, name = get_type_hints(function, include_extras=True), function.__name__
        arguments = list(inspect.signature(function).parameters.values())[1:]
        fields: dict[str, Any] = {
            one.name: (hints[one.name], ... if one.default is one.empty else one.default) for one in arguments
        }
        model = create_model(name, __base__=Computed, __doc__=function.__doc__, **fields)
        model.function = function
        self.models[name] = model
        return function

    def read(self, value: object, info: ValidationInfo) -> Computed:
        """Read `{name: ..., ...}`, the arguments beside the name."""
        if not isinstance(value, Mapping) or NAME not in value:
            raise misfit(f"{PATH} must name a {self.what}", "Write {name: ..., ...}.")
        name = str(value[NAME])
        if name not in self.models:
            other = next((f" ({name} is a {kind.what})" for kind in (quantity, statistic) if name in kind.models), "")
            fault = f"there is no {self.what} {shown(value[NAME])}{other}"
            refuse([Fault((NAME,), fault, choice(name, self.models))])
        model, given = self.models[name], {key: one for key, one in value.items() if key != NAME}
        fault, arguments = f"the {self.what} {name} has no argument", list(model.model_fields)
        unknown = [key for key in given if key not in arguments]
        refuse(Fault((key,), f"{fault} {shown(key)}", choice(key, [*arguments, NAME]), at_key=True) for key in unknown)
        if "countries" in given and given.get("outcome") in SYSTEM:
            fault = f"{given['outcome']} is an outcome of all countries together"
            refuse([Fault(("countries",), fault, "Leave countries out.", at_key=True)])
        return model.model_validate(given, context=info.context)


def _names(value: object, info: ValidationInfo) -> tuple[str, ...]:
    """Read several names: a list of them, or the name of a group."""
    groups = info.context.groups if isinstance(info.context, PatternNames) else {}
    if isinstance(value, str) and value not in groups:
        remedy = f"{choose_from(value, groups)} Or write a list of names."
        raise misfit(f"{PATH} names no group {shown(value)}", remedy)
    names = groups[value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names or not all(isinstance(one, str) for one in names):
        fault = f"{PATH} must be a list of one or more names or a group, not {shown(value)}"
        raise misfit(fault, "A list is written [a, b].")
    return tuple(names)


@dataclass(frozen=True)
class PatternNames(KnownNames):
    """Names that a file of patterns may use: those of the tables, its own, and words of the model."""

    groups: Mapping[str, object] = field(default_factory=dict)
    scenarios: Collection[str] = ()
    rungs: Collection[str] = RUNGS[1:]
    statuses: Collection[str] = STATUSES[1:]
    outcomes: Collection[str] = tuple(name for name in OUTCOMES if name != PRESENCE)
    patterns: Collection[str] = ()

    @classmethod
    def of_file(cls, content: Any) -> PatternNames:
        """The names for a file with such keys; faulty mappings do not count."""
        tables = known_names()
        groups, scenarios, patterns = (
            one if isinstance(one := content.get(key), dict) else {} for key in ("groups", "scenarios", "patterns")
        )
        return cls(
            **{name: getattr(tables, name) for name in ("sources", "tables", "settings")},
            groups=groups,
            scenarios=scenarios,
            patterns=patterns,
        )


_RUNGS, _STATUSES = " or ".join(RUNGS[1:]), " or ".join(STATUSES[1:])

Country = Annotated[str, OnAxis("countries"), Field(description="a country")]
Power = Annotated[str, OnAxis("powers"), Field(description="a power")]
Domain = Annotated[str, OnAxis("domains"), Field(description="a domain")]
Option = Annotated[str, OnAxis("options"), Field(description="an option")]
Format = Annotated[str, OnAxis("formats"), Field(description="a format")]
_Several = Annotated[tuple[str, ...], PlainValidator(_names)]
Countries = Annotated[_Several, OnAxis("countries"), Field(description="countries")]
Powers = Annotated[_Several, OnAxis("powers"), Field(description="powers")]
Domains = Annotated[_Several, OnAxis("domains"), Field(description="domains")]
Formats = Annotated[_Several, OnAxis("formats"), Field(description="formats")]
Rung = Annotated[str, known("rungs", "rung"), Field(description=_RUNGS)]
Status = Annotated[str, known("statuses", "status"), Field(description=_STATUSES)]
OutcomeName = Annotated[str, known("outcomes", "outcome"), Field(description="an outcome")]
Number = Annotated[float, Field(description="a number")]
Count = Annotated[float, Field(description="a number of gaps")]
Quarter = Annotated[PlainQuarter, Field(description="a quarter such as 2022Q1")]
Quarters = Annotated[Span, PlainValidator(read_span), Field(description=QUARTERS)]
Within = Annotated[Interval, PlainValidator(Interval.read), Field(description="an interval such as [0, 1] or (0, inf)")]

quantity, statistic = Declared("quantity"), Declared("statistic")

Quantity = Annotated[Computed, PlainValidator(quantity.read), Field(description="a quantity")]
Given = Annotated[Quantity | None, Field(description="a quantity")]
Quantities = Annotated[tuple[Quantity, ...], Field(min_length=1, strict=False, description="quantities")]
Statistic = Annotated[Computed, PlainValidator(statistic.read), Field(description="a statistic")]
Statistics = Annotated[tuple[Statistic, ...], Field(min_length=1, strict=False, description="statistics")]
