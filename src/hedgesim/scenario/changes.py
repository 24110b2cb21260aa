"""Dated changes of a scenario file: who belongs to a format, who follows which rule, which formats open or close."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, model_validator

from hedgesim.errors import listed, shown
from hedgesim.model.period import Period
from hedgesim.rules.catalogue import choose_rule
from hedgesim.scenario.channels import ShockId
from hedgesim.scenario.checked import FROZEN, PATH, Fault, OrNull, refuse
from hedgesim.scenario.known_names import KnownNames
from hedgesim.scenario.rule_choices import EVERYBODY, RuleChoice, Rules, parameter_faults
from hedgesim.scenario.values import (
    Countries,
    Country,
    EventDate,
    Format,
    Name,
    Source,
    by_key,
    known,
    known_to,
    within,
)

KINDS = ("membership", "rule", "format")


class MembershipChange(BaseModel):
    """A country has another status in a format: it enters, leaves, is promoted or set back."""

    model_config = FROZEN
    country: Country = Field(examples=["KAZ"], description="The country.")
    format: Format = Field(examples=["EAEU"], description="The format.")
    status: Literal["none", "guest", "observer", "member"] = Field(
        examples=["none"],
        description="Status from the date on, until another change; it counts while the format is at work.",
    )


class RuleChange(RuleChoice):
    """A country or a power follows another rule, or has other values of its rule's parameters, written beside it."""

    rule: Name | None = Field(None, examples=["balancing"], description="Name of the rule; left out: the current rule.")
    country: Annotated[Name, known("countries", "country", in_scenario=True, besides=(EVERYBODY,))] | None = Field(
        None, examples=["UZB"], description="The country, or all."
    )
    power: Annotated[Name, known("powers", "power", in_scenario=True, besides=(EVERYBODY,))] | None = Field(
        None, examples=["CHN"], description="The power, or all; use it instead of a country."
    )

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        """Check that one is named, something changes, and a rule is known and has the parameters given with it."""
        if (self.country is None) == (self.power is None):
            refuse([Fault((), f"{PATH} must name one country or one power", "Write country: CODE.", at_key=True)])
        if self.rule is None and not self.parameters:
            refuse([Fault((), f"{PATH} changes nothing", "Add rule: NAME, or a parameter.", at_key=True)])
        book = known_to(info).rules_of(self.side)
        if self.rule is not None and book is not None:
            if self.rule not in book:
                fault = f"there is no rule {shown(self.rule)} for {self.side}"
                refuse([Fault(("rule",), fault, partial(choose_rule, self.rule, book))])
            refuse(parameter_faults((), self.rule, self.parameters, book[self.rule]))
        return self

    @property
    def side(self) -> str:
        """Who changes: `countries` or `powers`."""
        return "powers" if self.country is None else "countries"

    @property
    def who(self) -> str:
        """Code of the country or power, or `all`."""
        return self.country or self.power or ""


class FormatChange(BaseModel):
    """A format closes, opens, or rises to another rung."""

    model_config = FROZEN
    format: Format = Field(examples=["OTS"], description="The format.")
    rung: Literal["none", "ministers", "leaders"] = Field(
        examples=["leaders"],
        description="none closes the format until another change; the others open it at that rung, and it then "
        "follows the model.",
    )
    members: Countries | None = Field(
        None,
        examples=[["KAZ", "KGZ"]],
        description="Countries that open a format that is not at work; left out: all that may found it.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        """Check that nobody is a member of what closes."""
        if self.rung == "none" and self.members is not None:
            refuse([Fault(("members",), "a format that closes has no members", "Leave them out.", at_key=True)])
        return self


class Change(BaseModel):
    """A change at a date, which is no shock: it says what is so from then on."""

    model_config = FROZEN | {"json_schema_extra": lambda schema: schema.pop("required")}
    name: Name | None = Field(None, examples=["Kazakhstan leaves"], description="Name of the change in charts.")
    date: Annotated[EventDate, within(1, "; what holds at the start is written in rules: or data:")] = Field(
        examples=["2025Q1"],
        description="Quarter from which it holds, after the start, or a date (second half: the next quarter).",
    )
    source: Source = Field(examples=["assumption"], description="Key of the table of sources, or assumption.")
    membership: MembershipChange | None = Field(
        None,
        examples=[{"country": "KAZ", "format": "EAEU", "status": "none"}],
        description="A country has another status in a format.",
    )
    rule: RuleChange | None = Field(
        None,
        examples=[{"country": "UZB", "rule": "balancing", "recoil": 4.0}],
        description="A country or power follows another rule.",
    )
    format: FormatChange | None = Field(
        None, examples=[{"format": "OTS", "rung": "none"}], description="A format opens or closes."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        """Check that one thing changes."""
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            fault = f"{PATH} has {listed(given)}" if given else f"{PATH} has none of {listed(KINDS)}"
            refuse([Fault((), fault, "Write one of them, and a change of its own for each further one.", at_key=True)])
        return self

    @property
    def target(self) -> tuple[str, ...]:
        """What is changed: two changes of one target at one date contradict each other."""
        if self.membership is not None:
            return "the status", self.membership.country, self.membership.format
        if self.rule is not None:
            return "the rule", self.rule.who
        return "the rung", self.format.format if self.format else ""

    @property
    def in_words(self) -> str:
        """What changes, in a few words."""
        if self.membership is not None:
            of = self.membership
            verb = "leaves" if of.status == "none" else f"is {of.status} of"
            return f"{of.country} {verb} {of.format}"
        if self.rule is not None:
            values = [f"{name} {value:g}" for name, value in self.rule.parameters.items()]
            rule = [f"follows {self.rule.rule}"] if self.rule.rule else []
            return f"{self.rule.who}: {', '.join([*rule, *values])}"
        assert self.format is not None
        return f"{self.format.format} {'closes' if self.format.rung == 'none' else f'opens, {self.format.rung}'}"


Changes = Annotated[dict[ShockId, Annotated[Change, OrNull]], AfterValidator(by_key)]


def rule_changes(changes: Mapping[str, Change], side: str, code: str) -> list[tuple[str, Period, RuleChange]]:
    """Changes of the rule of a country or power with id and date, by date; those of all come before its own."""
    found = [
        (name, change.date, change.rule)
        for name, change in changes.items()
        if change.rule is not None and change.rule.side == side and change.rule.who in {code, EVERYBODY}
    ]
    return sorted(found, key=lambda one: (one[1].index, one[2].who != EVERYBODY))


def rule_at(
    rules: Rules, changes: Mapping[str, Change], who: tuple[str, str], quarter: Period
) -> tuple[str, dict[str, float], frozenset[str] | None]:
    """Rule and parameter values of one in a quarter; who: side and code.

    Last come the names of the parameters that changes have given, None where the rule is not the one of the start.
    """
    rule, values = rules.of(*who)
    given: frozenset[str] | None = frozenset()
    for _, date, change in rule_changes(changes, *who):
        if date > quarter:
            break
        if change.rule is not None and change.rule != rule:
            rule, values, given = change.rule, {}, None
        values = {**values, **change.parameters}
        given = None if given is None else given | {*change.parameters}
    return rule, values, given


def change_faults(changes: Mapping[str, Change], rules: Rules, names: KnownNames) -> Iterator[Fault]:
    """Check changes against one another, and parameters without a rule against the one that is followed then."""
    seen: dict[tuple[Any, ...], str] = {}
    for name, change in changes.items():
        first = seen.setdefault((change.target, change.date.index), name)
        if first != name:
            fault = f"changes.{first} and changes.{name} both give {' of '.join(change.target[:2])} in {change.date}"
            yield Fault(("changes", name), fault, "Keep one of the two.", at_key=True)
    for side in ("countries", "powers"):
        book, said = names.rules_of(side) or {}, set()
        for code in getattr(names.in_scenario, side) or ():
            for name, date, own in rule_changes(changes, side, code):
                rule, _, _ = rule_at(rules, changes, (side, code), date)
                if own.rule is None and name not in said and rule in book:
                    found = [*parameter_faults(("changes", name, "rule"), rule, own.parameters, book[rule])]
                    said |= {name} if found else set()
                    yield from found
