"""The keys of a scenario file, as frozen pydantic models with their checks; descriptions say what each key means."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, model_validator

from hedgesim.errors import listed, shown
from hedgesim.model.period import Period
from hedgesim.scenario.calibrations import SHIPPED, why_refused
from hedgesim.scenario.changes import Changes, change_faults
from hedgesim.scenario.channels import Shock, ShockId
from hedgesim.scenario.checked import FROZEN, WHERE, CheckedFile, Fault, OrNull, misfit, refuse
from hedgesim.scenario.known_names import KnownNames
from hedgesim.scenario.rule_choices import EVERYBODY, Rules
from hedgesim.scenario.values import (
    AnyNames,
    EventDate,
    Factor,
    FormatSelection,
    Name,
    Names,
    OwnSources,
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
    within,
)

LARGEST_SEED = 2**63 - 1
MOST_QUARTERS = 400


def _of_this_edition(name: str) -> str:
    """Refuse a calibration of another edition of the model."""
    refused = why_refused(name)
    if refused:
        raise misfit(*refused)
    return name


def _after_start(end: Period, info: ValidationInfo) -> Period:
    """Refuse an end that is not after the start, or too far from it."""
    start = (info.data or {}).get("start")
    length = 1 if start is None else end.index - start.index
    if length <= 0:
        fault = f"end {end} is not after start {start}"
        raise misfit(fault, "Choose an end at least one quarter after the start.", ("start",))
    if length > MOST_QUARTERS:
        fault = f"end {end} is {length} quarters after start {start}"
        raise misfit(fault, f"Choose at most {MOST_QUARTERS} quarters.", ("start",))
    return end


def _of_known_shocks(*, own: bool) -> AfterValidator:
    """Refuse values of shocks that are not recorded; own: those of the scenario's own may have some too."""

    def check(values: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        names = known_to(info)
        if names.recorded_shocks is not None:
            ids = {*names.recorded_shocks, *(names.in_scenario.shocks if own else ())}
            unknown = [(name, choice(name, ids, names.meanings)) for name in values if name not in ids]
            fault = f"unknown shock or event {{}} in {WHERE}"
            refuse(Fault((name,), fault.format(shown(name)), remedy, at_key=True) for name, remedy in unknown)
        return values

    return AfterValidator(check)


class DataOverride(BaseModel):
    """One value of a table replaced for this scenario."""

    model_config = FROZEN
    table: Name = Field(examples=["memberships"], description="Name of the table, which is the name of its CSV file.")
    key: Annotated[dict[str, Value], Field(min_length=1)] = Field(
        examples=[{"country": "UZB", "format": "EAEU", "from": "2020-12"}], description="Key columns and their values."
    )
    column: Name = Field(examples=["status"], description="Column whose value is replaced.")
    value: Value = Field(examples=["member"], description="The value in this scenario.")
    source: Source = Field(examples=["assumption"], description="Key of the table of sources, or assumption.")

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
        "properties": {
            "shocks": {"additionalProperties": {"required": ["source", "channels"]}},
            "changes": {"additionalProperties": {"required": ["date", "source"]}},
        },
    }
    schema["anyOf"] = [{"required": ["extends"]}, alone]


class Scenario(CheckedFile):
    """A checked scenario: the keys of its file after `extends` and overrides; see `read_scenario`."""

    model_config = ConfigDict(json_schema_extra=_only_alone)
    depends: ClassVar[Mapping[str, Collection[str]] | None] = {
        "changes.*.rule*": ("rules", "changes"),
        "shocks.*": ("recorded_shocks", "omit_shocks"),
    }
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
    purpose: Name = Field(
        examples=["What if the war ended in 2025"], description="Purpose of the scenario, in one line."
    )
    extends: Name | None = Field(
        None,
        examples=["war_2022"],
        description="Packaged scenario, or file in the same folder; its keys apply if this file does not set them.",
    )
    start: Quarter = Field(examples=["2021Q1"], description="First quarter: the starting world.")
    end: Annotated[Quarter, AfterValidator(_after_start)] = Field(examples=["2026Q4"], description="Last quarter.")
    seed: int = Field(ge=0, le=LARGEST_SEED, examples=[2022], description="Seed of all random numbers.")
    parameters: Annotated[Name, AfterValidator(_of_this_edition), known("calibrations", "calibration")] = Field(
        SHIPPED, examples=["prior"], description="Name of a calibration, or prior for the declared values."
    )
    settings: Settings = Field(
        default_factory=dict,
        examples=[{"taste.threat": 1.5}],
        description="Parameter values that replace those of `parameters`, by dotted name.",
    )
    countries: Annotated[Several, known("countries", "country")] | None = Field(
        None, examples=[["KAZ", "UZB"]], description="Countries; left out: all of the tables."
    )
    powers: Annotated[Several, known("powers", "power")] | None = Field(
        None, examples=[["RUS", "CHN", "USA"]], description="Powers; left out: all of the tables."
    )
    domains: Annotated[Names, known("domains", "domain")] | None = Field(
        None, examples=[["security", "economy"]], description="Domains; left out: all of the tables."
    )
    formats: FormatSelection = Field(
        "all",
        examples=[["CM", "EAEU"]],
        description="Cooperation formats: all that may ever be at work, or a list of ids.",
    )
    aggressor: Power | None = Field(
        None, examples=["RUS"], description="Power against which the hostile resolution in the vote is directed."
    )
    rules: Rules = Field(
        default_factory=Rules,
        examples=[{"countries": {"UZB": {"rule": "balancing"}}}],
        description="How countries and powers decide.",
    )
    recorded_shocks: ShockSelection = Field(
        "all",
        examples=[["war_2022"]],
        description="Recorded causes dated start to end: all, none, or a list of events or ids.",
    )
    earlier_shocks: Literal["all", "none"] = Field(
        "all",
        exclude_if=lambda chosen: chosen == "all",
        examples=["none"],
        description="Whether recorded causes between the date of the tables and a later start continue to act.",
    )
    omit_shocks: Annotated[AnyNames, known("recorded_shocks", "recorded shock")] = Field(
        (), examples=[["covid"]], description="Recorded events or shock ids that do not happen here."
    )
    shocks: Annotated[dict[ShockId, Annotated[Shock, OrNull]], AfterValidator(by_key)] = Field(
        default_factory=dict,
        examples=[
            {
                "drought": {
                    "date": "2025Q1",
                    "source": "assumption",
                    "channels": [{"channel": "access", "countries": ["KAZ"], "options": ["region"], "size": -0.21}],
                }
            }
        ],
        description="The scenario's own shocks, by id.",
    )
    shock_sizes: Annotated[dict[str, Annotated[Factor, OrNull]], _of_known_shocks(own=True), AfterValidator(by_key)] = (
        Field(
            default_factory=dict,
            examples=[{"war_2022": 0.5}],
            description="Factors for the sizes of a shock or of all shocks of an event, by id: 0 none, 1 unchanged.",
        )
    )
    shock_dates: Annotated[
        dict[str, Annotated[EventDate, within(), OrNull]], _of_known_shocks(own=False), AfterValidator(by_key)
    ] = Field(
        default_factory=dict,
        exclude_if=lambda dates: not dates,
        examples=[{"war_2022": "2023Q1"}],
        description="Quarter in which a recorded event or shock first acts here; all its parts move by the same "
        "number of quarters.",
    )
    changes: Changes = Field(
        default_factory=dict,
        exclude_if=lambda changes: not changes,
        examples=[
            {
                "out": {
                    "date": "2025Q1",
                    "source": "assumption",
                    "membership": {"country": "KAZ", "format": "EAEU", "status": "none"},
                }
            }
        ],
        description="Dated changes of memberships, rules and formats, by id.",
    )
    sources: OwnSources = Field(
        default_factory=dict,
        exclude_if=lambda sources: not sources,
        examples=[{"myreport": {"citation": "My report, 2025"}}],
        description="The scenario's own sources by key; cite a key as `source`.",
    )
    tables: Name | None = Field(None, examples=["my_tables"], description="Folder beside the file with its own tables.")
    data: Annotated[tuple[DataOverride, ...], Field(strict=False)] = Field(
        (),
        examples=[
            [
                {
                    "table": "memberships",
                    "key": {"country": "UZB", "format": "EAEU", "from": "2020-12"},
                    "column": "status",
                    "value": "member",
                    "source": "assumption",
                }
            ]
        ],
        description="Single table values replaced.",
    )
    _tables_folder: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        """Check that periods and shocks fit together."""
        names = known_to(info)
        refuse((*self._shock_faults(names.recorded_shocks), *change_faults(self.changes, self.rules, names)))
        return self

    def _shock_faults(self, recorded: Collection[str] | None) -> Iterator[Fault]:
        """Check that no own shock repeats a recorded one."""
        for name in self.shocks if recorded is not None else ():
            acts = self.recorded_shocks == EVERYBODY or name in self.recorded_shocks
            if name in (recorded or ()) and acts and name not in self.omit_shocks:
                fault = f"{shown(name)} is also a recorded shock and would act twice"
                yield Fault(("shocks", name), fault, "List it under omit_shocks, or choose another id.", at_key=True)

    @property
    def tables_folder(self) -> Path | None:
        """Folder of the scenario's own tables, resolved; None for the packaged ones."""
        return self._tables_folder
