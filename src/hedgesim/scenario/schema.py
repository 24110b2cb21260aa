"""The keys of a scenario file, as frozen pydantic models; what each key means is its description."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
)

from hedgesim.errors import Place
from hedgesim.model.period import Period
from hedgesim.scenario.calibrations import SHIPPED
from hedgesim.scenario.canonical import Canonical
from hedgesim.scenario.channels import CHANNEL_FORMS, described
from hedgesim.scenario.fields import (
    DATE_PATTERN,
    PERIOD_PATTERN,
    as_it_is,
    by_key,
    check_scalar,
    one_line,
    read_event_date,
    read_period,
    read_selection,
    selection_schema,
)

LARGEST_SEED = 2**63 - 1
LARGEST_FACTOR = 10.0
DEFAULT_COUNTRY_RULE = "multi_vector"
DEFAULT_POWER_RULE = "patron"

_FROZEN = ConfigDict(extra="forbid", frozen=True, strict=True)

Quarter = Annotated[
    Period,
    PlainValidator(read_period),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PERIOD_PATTERN}),
]
EventDate = Annotated[
    Period,
    PlainValidator(read_event_date),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DATE_PATTERN}),
]
Name = Annotated[str, Field(min_length=1), AfterValidator(one_line)]
Names = Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]
Several = Annotated[tuple[Name, ...], Field(min_length=2, strict=False)]
FormatSelection = Annotated[
    str | tuple[str, ...],
    PlainValidator(read_selection("all")),
    PlainSerializer(as_it_is),
    WithJsonSchema(selection_schema("all")),
]
ShockSelection = Annotated[
    str | tuple[str, ...],
    PlainValidator(read_selection("all", "none")),
    PlainSerializer(as_it_is),
    WithJsonSchema(selection_schema("all", "none")),
]
Factor = Annotated[float, Field(ge=0, le=LARGEST_FACTOR)]
Value = Annotated[str | int | float, BeforeValidator(check_scalar)]
ChannelName = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "enum": list(CHANNEL_FORMS),
            "markdownEnumDescriptions": list(described().values()),
        }
    ),
]


class ShockChannel(BaseModel):
    """One thing a shock changes: a channel, whom it hits, how strongly and for how long."""

    model_config = _FROZEN
    channel: ChannelName = Field(description="What the shock acts on.")
    size: float = Field(description="Size in the channel's unit; negative lowers it.")
    countries: Names | None = Field(None, description="Countries hit; left out: all, where the channel allows.")
    powers: Names | None = Field(None, description="Powers hit; exactly two for rivalry.")
    domains: Names | None = Field(None, description="Domains hit; left out: all.")
    options: Names | None = Field(None, description="Options hit: powers, region or other.")
    partner: Name | None = Field(None, description="The other country of a passage.")
    half_life: float | None = Field(None, gt=0, description="Quarters until half is left; left out: permanent.")
    ramp: float = Field(0.0, ge=0, description="Quarters until the full size is reached.")
    duration: float | None = Field(None, gt=0, description="Quarters after which it is over; left out: no end.")


class Arrival(BaseModel):
    """A shock that arrives at random."""

    model_config = _FROZEN
    rate: float = Field(gt=0, le=4, description="Hazard per quarter of its one arrival.")


class Shock(BaseModel):
    """An event from outside the model, dated or arriving at random."""

    model_config = _FROZEN
    name: Name | None = Field(None, description="What the event is called in charts.")
    date: EventDate | None = Field(
        None,
        description="Quarter from which it acts, or the date of the event (second half: the next quarter).",
    )
    arrival: Arrival | None = Field(None, description="Random arrival, in place of a date.")
    source: Name = Field(description="Key of the table of sources, or assumption.")
    channels: Annotated[tuple[ShockChannel, ...], Field(min_length=1, strict=False)] = Field(
        description="What it changes."
    )


class RuleChoice(BaseModel):
    """A rule by the name of its file, with values for its parameters beside it."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    __pydantic_extra__: dict[str, float] = Field(init=False)
    rule: Name | None = Field(None, description="Name of the rule; left out: the one of `all`.")

    @property
    def parameters(self) -> dict[str, float]:
        """Parameter values given with the rule, by name."""
        return dict(sorted((self.__pydantic_extra__ or {}).items()))


_NO_CHOICE = RuleChoice(rule=None)
Choices = Annotated[dict[str, RuleChoice], AfterValidator(by_key)]


class Rules(BaseModel):
    """How countries and powers decide: `all`, and whoever differs."""

    model_config = _FROZEN
    countries: Choices = Field(default_factory=dict, description="Rule of `all` countries and of single ones.")
    powers: Choices = Field(default_factory=dict, description="Rule of `all` powers and of single ones.")

    def of_country(self, code: str) -> tuple[str, dict[str, float]]:
        """Rule and parameter values of one country."""
        return _choice(self.countries, code, DEFAULT_COUNTRY_RULE)

    def of_power(self, code: str) -> tuple[str, dict[str, float]]:
        """Rule and parameter values of one power."""
        return _choice(self.powers, code, DEFAULT_POWER_RULE)


def _choice(choices: dict[str, RuleChoice], code: str, default: str) -> tuple[str, dict[str, float]]:
    """Put the choice of one over the choice of all; parameters carry over only within the same rule."""
    shared, own = choices.get("all", _NO_CHOICE), choices.get(code, _NO_CHOICE)
    shared_rule = shared.rule or default
    rule = own.rule or shared_rule
    inherited = shared.parameters if rule == shared_rule else {}
    return rule, {**inherited, **own.parameters}


class DataOverride(BaseModel):
    """One value of a table replaced for this scenario."""

    model_config = _FROZEN
    table: Name = Field(description="Table, as its CSV file is called.")
    key: Annotated[dict[str, Value], Field(min_length=1)] = Field(description="Key columns and their values.")
    column: Name = Field(description="Column whose value is replaced.")
    value: Value = Field(description="The value in this scenario.")
    source: Name = Field(description="Key of the table of sources, or assumption.")


@dataclass(frozen=True)
class Origin:
    """Where a scenario came from: name, file, tables folder, and the place of every value by dotted path."""

    name: str
    path: Path
    tables_folder: Path | None
    places: dict[str, Place]


class Scenario(Canonical):
    """A checked scenario: the keys of its file after `extends` and overrides; see `read_scenario`."""

    model_config = _FROZEN
    purpose: Name = Field(description="What the scenario is for, in one line.")
    extends: Name | None = Field(
        None,
        description="Packaged scenario, or file in the same folder, whose keys hold where this one has none.",
    )
    start: Quarter = Field(description="First quarter: the starting world.")
    end: Quarter = Field(description="Last quarter.")
    seed: int = Field(ge=0, le=LARGEST_SEED, description="Seed of all random numbers.")
    parameters: Name = Field(SHIPPED, description="A named calibration, or prior: values as declared.")
    settings: Annotated[dict[str, float], AfterValidator(by_key)] = Field(
        default_factory=dict,
        description="Parameter values that replace those of `parameters`, by dotted name.",
    )
    countries: Several | None = Field(None, description="Countries; left out: all of the tables.")
    powers: Several | None = Field(None, description="Powers; left out: all of the tables.")
    domains: Names | None = Field(None, description="Domains; left out: all of the tables.")
    formats: FormatSelection = Field(
        "all", description="Cooperation formats: all that may ever be at work, or a list of ids."
    )
    aggressor: Name | None = Field(None, description="Power that the hostile resolution put to the vote is about.")
    rules: Rules = Field(default_factory=Rules, description="How countries and powers decide.")
    recorded_shocks: ShockSelection = Field(
        "all", description="Recorded causes dated start to end: all, none, or a list of events or ids."
    )
    omit_shocks: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Recorded events or shock ids that do not happen here."
    )
    shocks: Annotated[dict[str, Shock], AfterValidator(by_key)] = Field(
        default_factory=dict, description="The scenario's own shocks, by id."
    )
    shock_sizes: Annotated[dict[str, Factor], AfterValidator(by_key)] = Field(
        default_factory=dict,
        description="Factors on every size of a shock or of all shocks of an event, by id: 0 none, 1 as it is.",
    )
    tables: Name | None = Field(None, description="Folder beside the file with its own tables.")
    data: Annotated[tuple[DataOverride, ...], Field(strict=False)] = Field(
        (), description="Single table values replaced."
    )
    _origin: Origin = PrivateAttr(default=Origin("", Path(), None, {}))

    def from_origin(self, origin: Origin) -> "Scenario":
        """Return the same scenario, remembering where it came from."""
        copy = self.model_copy()
        copy._origin = origin
        return copy

    @property
    def name(self) -> str:
        """Name of the scenario: its file without ending."""
        return self._origin.name

    @property
    def path(self) -> Path:
        """The file that was read."""
        return self._origin.path

    @property
    def tables_folder(self) -> Path | None:
        """Folder of the scenario's own tables, resolved; None for the packaged ones."""
        return self._origin.tables_folder

    @property
    def origins(self) -> dict[str, Place]:
        """Place of every value written in a file or option, by dotted path such as `shocks.peace.date`."""
        return self._origin.places

    def place(self, path: str) -> Place:
        """Find where the value at a dotted path is written, or else the nearest key that holds it."""
        while path not in self.origins and path:
            path = path.rpartition(".")[0]
        return self.origins.get(path, Place(str(self.path)))
