"""What varies between the points of an experiment: uncertainties with their ranges, and levers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, Field

from hedgesim.errors import shown
from hedgesim.scenario.checked import FROZEN, PATH, Fault, Or, misfit
from hedgesim.scenario.values import DISTINCT, Name
from hedgesim.scenario.yaml_tree import KeyPath

RANGE_KEYS = ("distribution", "low", "high", "mean", "sd", "mode", "levels")
OF_SHAPE = {"mean": "normal", "sd": "normal", "mode": "triangular"}
QUICK_LEVELS = 3
QUARTILES = np.asarray([0.25, 0.5, 0.75])

Scalar = str | int | float | bool | None
Value = Scalar | tuple[Scalar, ...]
Cube = NDArray[np.float64]


def _level(value: object) -> object:
    """Read a list as a tuple; refuse what is neither one value nor a list of some."""
    level = tuple(value) if isinstance(value, list) else value
    for one in level if isinstance(level, tuple) else (level,):
        if not isinstance(one, Scalar):
            fault = f"{PATH} must be a number, text, true or false, or a list of these, not {shown(one)}"
            raise misfit(fault, "Write one value, or a list of some.")
    return level


def _values(value: object) -> object:
    """Read a list of values alone as these values."""
    if isinstance(value, list):
        return {"values": value}
    if not isinstance(value, dict | BaseModel):
        raise misfit(f"{PATH} must be a list of values, not {shown(value)}", "Write it like [0.5, 1.0].")
    return value


Level = Annotated[Scalar | tuple[Scalar, ...], BeforeValidator(_level)]
Levels = Annotated[tuple[Level, ...], Field(min_length=1, strict=False), DISTINCT]
OtherPaths = Annotated[tuple[Name, ...], Field(strict=False)]


class Uncertainty(BaseModel):
    """What is not known: a range with a distribution, or a list of values that are equally likely."""

    model_config = FROZEN
    values: Levels | None = Field(None, description="Values, in place of a range; the list alone means the same.")
    distribution: Literal["uniform", "log_uniform", "normal", "triangular"] = Field(
        "uniform", description="How likely the values of the range are; normal is cut off at low and high."
    )
    low: float | None = Field(None, description="Lowest value.")
    high: float | None = Field(None, description="Highest value.")
    mean: float | None = Field(None, description="Mean of the normal distribution before it is cut off.")
    sd: float | None = Field(None, gt=0, description="Standard deviation of the normal distribution.")
    mode: float | None = Field(None, description="Likeliest value of the triangular distribution.")
    levels: int | None = Field(None, ge=2, le=10_000, description="Values of the range in a grid, evenly spread.")
    also: OtherPaths = Field((), description="Further paths that take the same value.")

    def faults(self, name: str) -> Iterator[Fault]:
        """Check that a range is one, and that its distribution has what it needs; name: its path in scenarios."""
        faults = list(self._range_faults(name))
        yield from faults if faults or self.values is not None else self._value_faults(name)

    def _value_faults(self, name: str) -> Iterator[Fault]:
        """Check that a range and its distribution have different values as far as numbers reach."""
        with np.errstate(all="ignore"):
            quartiles = _numbers_at(self, QUARTILES)
        if not np.all(np.diff(quartiles) > 0.0):
            are = ", ".join(f"{value:g}" for value in quartiles)
            fault = f"the distribution {self.distribution} of {name} cannot be computed: its quartiles are {are}"
            yield Fault(("uncertainties", name), fault, "Choose numbers closer to each other and to 1.")
        elif self.levels is not None and len({*levels_of(self)}) < self.levels:
            fault = f"the range of {name} is too narrow for {self.levels} different levels"
            yield Fault(("uncertainties", name, "levels"), fault, "Widen the range, or list the values.")

    def _range_faults(self, name: str) -> Iterator[Fault]:
        path: KeyPath = ("uncertainties", name)
        if self.values is not None:
            for key in RANGE_KEYS:
                if getattr(self, key) != type(self).model_fields[key].default:
                    yield Fault((*path, key), f"{name} has values and {key}", "Write a list or a range.", at_key=True)
            return
        if self.low is None or self.high is None:
            fault = f"{name} has no {'low' if self.low is None else 'high'}"
            yield Fault(path, fault, "Write {low: 0.0, high: 1.0} or a list of values.", at_key=True)
            return
        if self.low >= self.high:
            fault = f"high of {name} is {self.high:g}, not above low {self.low:g}"
            yield Fault((*path, "high"), fault, "Write the lower end as low.")
        if self.distribution == "log_uniform" and self.low <= 0.0:
            fault = f"low of {name} is {self.low:g}: log_uniform needs a positive one"
            yield Fault((*path, "low"), fault, "Raise low.")
        for key, shape in OF_SHAPE.items():
            if getattr(self, key) is not None and self.distribution != shape:
                fault = f"the distribution {self.distribution} takes no {key}"
                yield Fault((*path, key), fault, f"Delete it, or write distribution: {shape}.", at_key=True)
        if self.mode is not None and not self.low <= self.mode <= self.high:
            yield Fault((*path, "mode"), f"mode of {name} is outside its range", "Choose it between low and high.")


class Lever(BaseModel):
    """What may be decided: values that are all run with every sample."""

    model_config = FROZEN
    values: Levels = Field(description="Values; the list alone means the same.")
    also: OtherPaths = Field((), description="Further paths that take the same value.")


_OR_LIST = Or({"type": "array", "minItems": 1})
Uncertainties = dict[str, Annotated[Uncertainty, BeforeValidator(_values), _OR_LIST]]
Levers = dict[str, Annotated[Lever, BeforeValidator(_values), _OR_LIST]]


def values_at(uncertainty: Uncertainty, places: Cube) -> list[Value]:
    """The values of an uncertainty at places 0..1 of its distribution function, axes (sample,)."""
    if uncertainty.values is not None:
        n = len(uncertainty.values)
        return [uncertainty.values[min(int(place * n), n - 1)] for place in places]
    return [float(value) for value in _numbers_at(uncertainty, places)]


def _numbers_at(uncertainty: Uncertainty, places: Cube) -> Cube:
    """The numbers of a range at places 0..1 of its distribution function, axes (sample,)."""
    return np.clip(_quantiles(uncertainty, places), *_ends(uncertainty))


def levels_of(uncertainty: Uncertainty) -> Sequence[Value]:
    """The values of an uncertainty in a grid: its list, or its range in equal steps (log_uniform: equal factors)."""
    if uncertainty.values is not None:
        return uncertainty.values
    low, high = _ends(uncertainty)
    spaced = np.geomspace if uncertainty.distribution == "log_uniform" else np.linspace
    between = spaced(low, high, uncertainty.levels or 2)[1:-1]
    return [low, *(float(f"{value:.12g}") for value in between), high]


def _ends(uncertainty: Uncertainty) -> tuple[float, float]:
    """Lowest and highest value of a range."""
    assert uncertainty.low is not None
    assert uncertainty.high is not None
    return uncertainty.low, uncertainty.high


def _quantiles(uncertainty: Uncertainty, places: Cube) -> Cube:
    """Inverse of the distribution function."""
    low, high = _ends(uncertainty)
    if uncertainty.distribution == "uniform":
        return low + (high - low) * places
    if uncertainty.distribution == "log_uniform":
        return low * (high / low) ** places
    from scipy import stats

    if uncertainty.distribution == "triangular":
        mode = (low + high) / 2 if uncertainty.mode is None else uncertainty.mode
        return np.asarray(stats.triang.ppf(places, (mode - low) / (high - low), low, high - low))
    mean = (low + high) / 2 if uncertainty.mean is None else uncertainty.mean
    sd = (high - low) / 4 if uncertainty.sd is None else uncertainty.sd
    return np.asarray(stats.truncnorm.ppf(places, (low - mean) / sd, (high - mean) / sd, mean, sd))


def few_levels(held: Uncertainty | Lever) -> dict[str, Any]:
    """At most three levels: of a list of numbers the first, the middle and the last; other lists are kept complete."""
    levels, values = getattr(held, "levels", None), held.values
    if values is not None and len(values) > QUICK_LEVELS and all(isinstance(value, int | float) for value in values):
        return {"values": (values[0], values[len(values) // 2], values[-1])}
    return {"levels": min(levels, QUICK_LEVELS)} if levels is not None else {}
