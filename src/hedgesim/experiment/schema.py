"""The keys of an experiment file, as frozen pydantic models; what each key means is its description."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from hedgesim.errors import Place, shown
from hedgesim.scenario.canonical import Canonical
from hedgesim.scenario.fields import misfit, one_line
from hedgesim.scenario.json_schema import DIALECT, keys_below
from hedgesim.scenario.schema import LARGEST_SEED

MOST_SAMPLES = 2**24
MOST_REPLICATIONS = 2**24
DESIGNS = ("grid", "latin_hypercube", "sobol", "saltelli", "morris", "csv")
MORRIS_LEVELS = 4
QUICK_SAMPLES = {"saltelli": 2, "morris": 2}
FEW_SAMPLES = 4
QUICK_LEVELS = 3

_FROZEN = ConfigDict(extra="forbid", frozen=True, strict=True)

Scalar = str | int | float | bool | None
Name = Annotated[str, Field(min_length=1), AfterValidator(one_line)]
Names = Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]


def _level(value: object) -> object:
    """Let a scalar or a list of scalars through, lists as tuples."""
    return tuple(value) if isinstance(value, list) else value


Level = Annotated[Scalar | tuple[Scalar, ...], BeforeValidator(_level)]
Levels = Annotated[tuple[Level, ...], Field(min_length=1, strict=False)]


class Uncertainty(BaseModel):
    """What is not known: a range with a distribution, or a list of values that are equally likely."""

    model_config = _FROZEN
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
    also: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Further paths that take the same value."
    )


def _shorthand(value: object) -> object:
    """A list of values alone means these values."""
    if isinstance(value, list):
        return {"values": value}
    if not isinstance(value, dict | BaseModel):
        raise misfit(fault=f"must be a list of values, not {shown(value)}", remedy="Write it like [0.5, 1.0].")
    return value


class Lever(BaseModel):
    """What somebody decides: values that are all tried with every sample."""

    model_config = _FROZEN
    values: Levels = Field(description="Values; the list alone means the same.")
    also: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Further paths that take the same value."
    )


class Retention(BaseModel):
    """What is kept of every run besides its row in the table of runs."""

    model_config = _FROZEN
    summary: bool = Field(False, description="Statistics over replications of every outcome, quarter by quarter.")
    keep: int = Field(0, ge=0, description="Full trajectories of so many of the first runs of every point.")


@dataclass(frozen=True)
class Origin:
    """Where an experiment came from: name, file, and the place of every value by its path of keys."""

    name: str
    path: Path
    places: Mapping[tuple[str | int, ...], Place]


class Experiment(Canonical):
    """A checked experiment: a question, scenarios, what varies, a design; see `read_experiment`."""

    model_config = _FROZEN
    question: Name = Field(description="What the experiment is to answer, in one line.")
    scenarios: Names = Field(description="Scenarios that are all run: names, or files relative to this one.")
    uncertainties: dict[str, Annotated[Uncertainty, BeforeValidator(_shorthand)]] = Field(
        default_factory=dict, description="What is sampled by the design, by the path that `--set` takes."
    )
    levers: dict[str, Annotated[Lever, BeforeValidator(_shorthand)]] = Field(
        default_factory=dict, description="What is tried at every sample, by the path that `--set` takes."
    )
    outcomes: Names = Field(description="Columns of the table of runs that are drawn and printed.")
    goals: dict[str, Literal["high", "low"]] = Field(
        default_factory=dict, description="What is good of an outcome; levers are judged by their regret."
    )
    design: Literal["grid", "latin_hypercube", "sobol", "saltelli", "morris", "csv"] = Field(
        "grid", description="How the uncertainties are sampled."
    )
    samples: int | None = Field(
        None, ge=1, le=MOST_SAMPLES, description="Size of the design: rows; base samples of saltelli, paths of morris."
    )
    second_order: bool = Field(False, description="Whether saltelli is to tell interactions of two uncertainties.")
    file: Name | None = Field(None, description="Table of samples beside this file, for the design csv.")
    replications: int = Field(1, ge=1, le=MOST_REPLICATIONS, description="Runs of every point.")
    pairing: Literal["all", "levers", "none"] = Field(
        "all",
        description="Points whose run k has the same random numbers: all; those of one sample (levers); none.",
    )
    seed: int = Field(ge=0, le=LARGEST_SEED, description="Seed of all random numbers and of the design.")
    retention: Retention = Field(
        Retention(summary=False, keep=0), description="What is kept besides the table of runs."
    )
    _origin: Origin = PrivateAttr(default=Origin("", Path(), {}))
    _whole: "Experiment | None" = PrivateAttr(default=None)

    def from_origin(self, origin: Origin) -> "Experiment":
        """Return the same experiment, remembering where it came from."""
        copy = self.model_copy()
        copy._origin = origin
        return copy

    def quick(self) -> "Experiment":
        """The same experiment as a trial: few samples, few levels of numbers, at most two replications."""
        few = {
            role: {path: held.model_copy(update=_few_levels(held)) for path, held in getattr(self, role).items()}
            for role in ("uncertainties", "levers")
        }
        most = QUICK_SAMPLES.get(self.design, FEW_SAMPLES)
        samples = None if self.design == "grid" else min(self.samples or most, most)
        replications = min(self.replications, 2)
        retention = self.retention.model_copy(update={"keep": min(self.retention.keep, replications)})
        changed = {**few, "samples": samples, "replications": replications, "retention": retention}
        copy = self.model_copy(update=changed)
        copy._whole = self.whole
        return copy

    @property
    def whole(self) -> "Experiment":
        """The experiment as it was read, of which this one may be a trial."""
        return self._whole or self

    @property
    def name(self) -> str:
        """Name of the experiment: its file without ending."""
        return self._origin.name

    @property
    def path(self) -> Path:
        """The file that was read."""
        return self._origin.path

    def place(self, *keys: str | int) -> Place:
        """Find where a value is written, or else the nearest key that holds it."""
        while keys not in self._origin.places and keys:
            keys = keys[:-1]
        return self._origin.places.get(keys, Place(str(self.path)))


def _few_levels(held: Uncertainty | Lever) -> dict[str, Any]:
    """At most three levels: of a list of numbers the first, the middle and the last; other lists are left whole."""
    levels, values = getattr(held, "levels", None), held.values
    if values is not None and len(values) > QUICK_LEVELS and all(isinstance(value, int | float) for value in values):
        return {"values": (values[0], values[len(values) // 2], values[-1])}
    return {"levels": min(levels, QUICK_LEVELS)} if levels is not None else {}


@cache
def experiment_schema() -> dict[str, Any]:
    """Make the JSON Schema (2020-12) of an experiment file; a list may stand for what varies."""
    schema = Experiment.model_json_schema()
    for key in ("uncertainties", "levers"):
        held = schema["properties"][key]
        held["additionalProperties"] = {"anyOf": [held["additionalProperties"], {"type": "array", "minItems": 1}]}
    return {"$schema": DIALECT, **schema, "title": "hedgesim experiment"}


def keys_at(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """List the keys that may stand below a path of an experiment file."""
    return keys_below(experiment_schema(), path)
