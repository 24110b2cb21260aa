"""Functions that a file of patterns names, with arguments that pydantic checks against their annotations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)

from hedgesim.analysis.patterns.fields import EACH, Entry, OnAxis
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.errors import shown
from hedgesim.model.arrays import Array
from hedgesim.scenario.checked import PATH, Fault, misfit, refuse
from hedgesim.scenario.positions import KeyPath
from hedgesim.scenario.values import choice

NAME = "name"
Function = TypeVar("Function", bound=Callable[..., Array])


class Computed(Entry):
    """A function with its arguments; called with runs it has axes (step, run) or (run,)."""

    function: ClassVar[Callable[..., Array]]

    def __call__(self, runs: SimulatedRuns) -> Array:
        """Its values in some runs."""
        return type(self).function(runs, **dict(self))

    @property
    def open_arguments(self) -> list[str]:
        """The arguments that say `each`."""
        return [key for key, value in self if value in (EACH, (EACH,))]

    def of_name(self, name: str) -> Computed:
        """The same with a name in place of `each`."""
        return self.model_copy(
            update={key: name if getattr(self, key) == EACH else (name,) for key in self.open_arguments}
        )

    def arguments(self, path: KeyPath) -> Iterator[tuple[KeyPath, str, Any]]:
        """Every plain argument, also of what it is computed from: its place, the axis of its names, and its value."""
        for key, value in self:
            inner = {(key, n): one for n, one in enumerate(value)} if isinstance(value, tuple) else {(key,): value}
            for place, one in inner.items():
                if isinstance(one, Computed):
                    yield from one.arguments((*path, *place))
                elif one != EACH:
                    yield (*path, key), self._axis(key), one

    def _axis(self, key: str) -> str:
        """The axis of the names in an argument; empty where it holds something else."""
        axes = [mark.axis for mark in type(self).model_fields[key].metadata if isinstance(mark, OnAxis)]
        of = getattr(self, "of", None)
        return of._axis(of.open_arguments[0]) if axes == [EACH] and isinstance(of, Computed) else "".join(axes)


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
        model = self.models[name]
        unknown = [key for key in value if key not in {NAME, *model.model_fields}]
        fault, known = f"the {self.what} {name} has no argument", [NAME, *model.model_fields]
        refuse(Fault((key,), f"{fault} {shown(key)}", choice(key, known), at_key=True) for key in unknown)
        return model.model_validate({key: one for key, one in value.items() if key != NAME}, context=info.context)


quantity, statistic = Declared("quantity"), Declared("statistic")


def _saying_each(times: int) -> AfterValidator:
    """Whether `each` is written in so many arguments of a quantity."""

    def check(value: Computed) -> Computed:
        if len(value.open_arguments) != times:
            remedy = f"In order and exactly, {EACH} takes the place of one country or partner; elsewhere write a name."
            raise misfit(f"{PATH} must say {EACH} in {'one' if times else 'none'} of its arguments", remedy)
        return value

    return AfterValidator(check)


Quantity = Annotated[Computed, PlainValidator(quantity.read), _saying_each(0), Field(description="a quantity")]
Given = Annotated[Quantity | None, Field(description="a quantity")]
EachQuantity = Annotated[
    Computed,
    PlainValidator(quantity.read),
    _saying_each(1),
    Field(description=f"a quantity with `{EACH}` in place of its country or partner"),
]
Statistic = Annotated[
    Computed, PlainValidator(statistic.read), WithJsonSchema({"type": "object"}), Field(description="a statistic")
]
Statistics = Annotated[tuple[Statistic, ...], Field(min_length=1, strict=False, description="statistics")]
