"""The keys of a scenario file, as frozen pydantic models with their checks; descriptions say what each key means."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, model_validator

from hedgesim.errors import choose_from, closest, listed, shown
from hedgesim.scenario.calibrations import SHIPPED, why_refused
from hedgesim.scenario.channels import Shock, ShockId
from hedgesim.scenario.checked import FROZEN, PATH, WHERE, CheckedFile, Fault, OrNull, misfit, refuse
from hedgesim.scenario.known_names import Bounds, KnownNames
from hedgesim.scenario.values import (
    AnyNames,
    Factor,
    FormatSelection,
    Name,
    Names,
    Power,
    Quarter,
    Settings,
    Several,
    ShockSelection,
    Source,
    Value,
    by_key,
    choice,
    known,
    known_to,
    range_fault,
)

LARGEST_SEED = 2**63 - 1
MOST_QUARTERS = 400
DEFAULT_COUNTRY_RULE = "multi_vector"
DEFAULT_POWER_RULE = "patron"
EVERYBODY = "all"


def _of_this_edition(name: str) -> str:
    """Refuse a calibration of another edition of the model."""
    refused = why_refused(name)
    if refused:
        raise misfit(*refused)
    return name


class RuleChoice(BaseModel):
    """A rule by the name of its file, with values for its parameters beside it."""

    model_config = FROZEN | ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)
    rule: Name | None = Field(None, description="Name of the rule; left out: the one of `all`.")

    @model_validator(mode="before")
    @classmethod
    def _check_spelling(cls, value: Any) -> Any:
        """Refuse a bare name; take a parameter with a text as value for a misspelt `rule`, if it looks like it."""
        if isinstance(value, str):
            raise misfit(f"{PATH} must be a mapping, not {shown(value)}", f"Write it like {{rule: {value}}}.")
        for key, given in value.items() if isinstance(value, dict) else ():
            if key != "rule" and isinstance(given, str) and closest(key, ["rule"]):
                fault = f"unknown key {shown(key)} in {WHERE}"
                refuse([Fault((key,), fault, choose_from(key, ["rule"]), at_key=True)])
        return value

    @property
    def parameters(self) -> dict[str, float]:
        """Parameter values given with the rule, by name."""
        return dict(sorted((self.__pydantic_extra__ or {}).items()))


_NO_CHOICE = RuleChoice(rule=None)


def _known_rules(side: str, default: str) -> AfterValidator:
    """Check the rules of countries or of powers: each must be known, and have the parameters given."""
    sides = {"countries": ("country", "country_rules"), "powers": ("power", "power_rules")}
    singular, book = sides[side]
    ((other, (_, other_book)),) = ((name, of) for name, of in sides.items() if name != side)

    def faults(choices: dict[str, RuleChoice], names: KnownNames) -> Iterator[Fault]:
        members, rules = getattr(names.in_scenario, side), getattr(names, book)
        shared = choices.get(EVERYBODY, _NO_CHOICE).rule or default
        for who, chosen in choices.items():
            if members is not None and who not in {EVERYBODY, *members}:
                fault = f"unknown {singular} {shown(who)} in {WHERE}"
                yield Fault((who,), fault, choice(who, [EVERYBODY, *members], names.meanings), at_key=True)
            rule = chosen.rule or shared
            if rules is not None and rule in rules:
                yield from _parameter_faults(who, rule, chosen.parameters, rules[rule])
            elif rules is not None and chosen.rule is not None:
                fault = f"there is no rule {shown(rule)} for {side}"
                moved = f", it is one for {other}" if rule in (getattr(names, other_book) or ()) else ""
                yield Fault((who, "rule"), fault + moved, choice(rule, rules))

    def check(choices: dict[str, RuleChoice], info: ValidationInfo) -> dict[str, RuleChoice]:
        refuse(faults(choices, known_to(info)))
        return by_key(choices)

    return AfterValidator(check)


Choices = dict[str, Annotated[RuleChoice, OrNull]]


def _parameter_faults(
    who: str, rule: str, parameters: Mapping[str, float], bounds: Mapping[str, Bounds]
) -> Iterator[Fault]:
    """Check the parameters given with a rule."""
    for name, value in parameters.items():
        if name not in bounds:
            fault = f"the rule {rule} has no parameter {shown(name)}"
            yield Fault((who, name), fault, choice(name, ["rule", *bounds]), at_key=True)
        else:
            yield from range_fault((who, name), value, bounds[name])


class Rules(BaseModel):
    """How countries and powers decide: `all`, and whoever differs."""

    model_config = FROZEN
    countries: Annotated[Choices, _known_rules("countries", DEFAULT_COUNTRY_RULE)] = Field(
        default_factory=dict, description="Rule of `all` countries and of single ones."
    )
    powers: Annotated[Choices, _known_rules("powers", DEFAULT_POWER_RULE)] = Field(
        default_factory=dict, description="Rule of `all` powers and of single ones."
    )

    def of_country(self, code: str) -> tuple[str, dict[str, float]]:
        """Rule and parameter values of one country."""
        return _choice(self.countries, code, DEFAULT_COUNTRY_RULE)

    def of_power(self, code: str) -> tuple[str, dict[str, float]]:
        """Rule and parameter values of one power."""
        return _choice(self.powers, code, DEFAULT_POWER_RULE)


def _choice(choices: dict[str, RuleChoice], code: str, default: str) -> tuple[str, dict[str, float]]:
    """Put the choice of one over the choice of all; parameters carry over only within the same rule."""
    shared, own = choices.get(EVERYBODY, _NO_CHOICE), choices.get(code, _NO_CHOICE)
    shared_rule = shared.rule or default
    rule = own.rule or shared_rule
    inherited = shared.parameters if rule == shared_rule else {}
    return rule, {**inherited, **own.parameters}


class DataOverride(BaseModel):
    """One value of a table replaced for this scenario."""

    model_config = FROZEN
    table: Name = Field(description="Table, as its CSV file is called.")
    key: Annotated[dict[str, Value], Field(min_length=1)] = Field(description="Key columns and their values.")
    column: Name = Field(description="Column whose value is replaced.")
    value: Value = Field(description="The value in this scenario.")
    source: Source = Field(description="Key of the table of sources, or assumption.")

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        """Check that there is such a table, with such columns."""
        refuse(self._faults(known_to(info)))
        return self

    def _faults(self, names: KnownNames) -> Iterator[Fault]:
        if names.tables is None:
            return
        if self.table not in names.tables:
            yield Fault(("table",), f"unknown table {shown(self.table)}", choice(self.table, names.tables))
            return
        keys, columns = names.tables[self.table]
        for name in self.key:
            if name not in keys:
                fault = f"table {self.table} has no key column {shown(name)}"
                yield Fault(("key", name), fault, choice(name, keys), at_key=True)
        if missing := [name for name in keys if name not in self.key]:
            yield Fault(("key",), f"the key lacks {listed(missing)}", f"Name {listed(keys)}.", at_key=True)
        if self.column not in columns:
            fault = f"table {self.table} has no value column {shown(self.column)}"
            yield Fault(("column",), fault, choice(self.column, columns))


def _only_alone(schema: dict[str, Any]) -> None:
    """Ask for required keys only where the file extends nothing."""
    alone = {
        "required": schema.pop("required"),
        "properties": {"shocks": {"additionalProperties": {"required": ["source", "channels"]}}},
    }
    schema["anyOf"] = [{"required": ["extends"]}, alone]


class Scenario(CheckedFile):
    """A checked scenario: the keys of its file after `extends` and overrides; see `read_scenario`."""

    model_config = ConfigDict(json_schema_extra=_only_alone)
    advice: ClassVar[Mapping[str, str]] = {
        "purpose": "Add a line such as purpose: what the scenario shows.",
        "start": "Add a line such as start: 2021Q1.",
        "end": "Add a line such as end: 2026Q4.",
        "seed": "Add a line such as seed: 2022, or pass --seed.",
        "source": "Name a key of the table of sources, or write source: assumption.",
        "size": "Add a number such as size: 0.3.",
        "channels": "Add a list of channels.",
        "rate": "Add a number such as rate: 0.05, in arrivals per quarter.",
    }
    purpose: Name = Field(description="What the scenario is for, in one line.")
    extends: Name | None = Field(
        None,
        description="Packaged scenario, or file in the same folder, whose keys hold where this one has none.",
    )
    start: Quarter = Field(description="First quarter: the starting world.")
    end: Quarter = Field(description="Last quarter.")
    seed: int = Field(ge=0, le=LARGEST_SEED, description="Seed of all random numbers.")
    parameters: Annotated[Name, AfterValidator(_of_this_edition), known("calibrations", "calibration")] = Field(
        SHIPPED, description="A named calibration, or prior: values as declared."
    )
    settings: Settings = Field(
        default_factory=dict,
        description="Parameter values that replace those of `parameters`, by dotted name.",
    )
    countries: Annotated[Several, known("countries", "country")] | None = Field(
        None, description="Countries; left out: all of the tables."
    )
    powers: Annotated[Several, known("powers", "power")] | None = Field(
        None, description="Powers; left out: all of the tables."
    )
    domains: Annotated[Names, known("domains", "domain")] | None = Field(
        None, description="Domains; left out: all of the tables."
    )
    formats: FormatSelection = Field(
        "all", description="Cooperation formats: all that may ever be at work, or a list of ids."
    )
    aggressor: Power | None = Field(None, description="Power that the hostile resolution put to the vote is about.")
    rules: Rules = Field(default_factory=Rules, description="How countries and powers decide.")
    recorded_shocks: ShockSelection = Field(
        "all", description="Recorded causes dated start to end: all, none, or a list of events or ids."
    )
    omit_shocks: Annotated[AnyNames, known("recorded_shocks", "recorded shock")] = Field(
        (), description="Recorded events or shock ids that do not happen here."
    )
    shocks: Annotated[dict[ShockId, Annotated[Shock, OrNull]], AfterValidator(by_key)] = Field(
        default_factory=dict, description="The scenario's own shocks, by id."
    )
    shock_sizes: Annotated[dict[str, Annotated[Factor, OrNull]], AfterValidator(by_key)] = Field(
        default_factory=dict,
        description="Factors on every size of a shock or of all shocks of an event, by id: 0 none, 1 as it is.",
    )
    tables: Name | None = Field(None, description="Folder beside the file with its own tables.")
    data: Annotated[tuple[DataOverride, ...], Field(strict=False)] = Field(
        (), description="Single table values replaced."
    )
    _tables_folder: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        """Check that periods and shocks fit together."""
        names = known_to(info)
        refuse((*self._period_faults(), *self._shock_faults(names.recorded_shocks, names.meanings)))
        return self

    def _period_faults(self) -> Iterator[Fault]:
        """Check that the end is after the start, not too far, and the dates of shocks between them."""
        length = self.end.index - self.start.index
        if length <= 0:
            fault = f"end {self.end} is not after start {self.start}"
            yield Fault(("end",), fault, "Choose an end at least one quarter after the start.")
            return
        if length > MOST_QUARTERS:
            fault = f"end {self.end} is {length} quarters after start {self.start}"
            yield Fault(("end",), fault, f"Choose at most {MOST_QUARTERS} quarters.")
        for name, shock in self.shocks.items():
            if shock.date is not None and not self.start <= shock.date <= self.end:
                period = f"{self.start} to {self.end}"
                fault = f"shocks.{name} acts in {shock.date}, outside the period {period}"
                yield Fault(("shocks", name, "date"), fault, f"Choose a date from {period}.")

    def _shock_faults(self, recorded: Collection[str] | None, meanings: Mapping[str, str]) -> Iterator[Fault]:
        """Check that no own shock repeats a recorded one, and that shocks whose sizes are changed are known."""
        if recorded is None:
            return
        for name in self.shocks:
            acts = self.recorded_shocks == EVERYBODY or name in self.recorded_shocks
            if name in recorded and acts and name not in self.omit_shocks:
                fault = f"{shown(name)} is also a recorded shock and would act twice"
                yield Fault(("shocks", name), fault, "List it under omit_shocks, or choose another id.", at_key=True)
        for name in self.shock_sizes:
            if name not in recorded and name not in self.shocks:
                fault = f"unknown shock or event {shown(name)} in shock_sizes"
                yield Fault(
                    ("shock_sizes", name), fault, choice(name, {*recorded, *self.shocks}, meanings), at_key=True
                )

    @property
    def tables_folder(self) -> Path | None:
        """Folder of the scenario's own tables, resolved; None for the packaged ones."""
        return self._tables_folder
