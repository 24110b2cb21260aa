"""Which rule each country and power follows at the start: the key `rules` of a scenario file."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from hedgesim.errors import choose_from, closest, shown
from hedgesim.rules.catalogue import choose_rule
from hedgesim.scenario.checked import FROZEN, PATH, WHERE, Fault, OrNull, misfit, refuse
from hedgesim.scenario.known_names import Bounds, KnownNames
from hedgesim.scenario.values import Name, by_key, choice, known_to, range_fault
from hedgesim.scenario.yaml_tree import KeyPath

DEFAULT_COUNTRY_RULE = "multi_vector"
DEFAULT_POWER_RULE = "patron"
EVERYBODY = "all"


class RuleChoice(BaseModel):
    """A rule by the name of its file, with values for its parameters beside it."""

    model_config = FROZEN | ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)
    rule: Name | None = Field(None, examples=["balancing"], description="Name of the rule; left out: the one of `all`.")

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
                yield from parameter_faults((who,), rule, chosen.parameters, rules[rule])
            elif rules is not None and chosen.rule is not None:
                fault = f"there is no rule {shown(rule)} for {side}"
                moved = f", it is one for {other}" if rule in (getattr(names, other_book) or ()) else ""
                remedy = choice(rule, rules) if moved else partial(choose_rule, rule, rules)
                yield Fault((who, "rule"), fault + moved, remedy)

    def check(choices: dict[str, RuleChoice], info: ValidationInfo) -> dict[str, RuleChoice]:
        refuse(faults(choices, known_to(info)))
        return by_key(choices)

    return AfterValidator(check)


Choices = dict[str, Annotated[RuleChoice, OrNull]]


def parameter_faults(
    path: KeyPath, rule: str, parameters: Mapping[str, float], bounds: Mapping[str, Bounds]
) -> Iterator[Fault]:
    """Check the parameters given with a rule at a path."""
    for name, value in parameters.items():
        if name not in bounds:
            fault = f"the rule {rule} has no parameter {shown(name)}"
            yield Fault((*path, name), fault, choice(name, ["rule", *bounds]), at_key=True)
        else:
            yield from range_fault((*path, name), value, bounds[name])


class Rules(BaseModel):
    """How countries and powers decide: `all`, and those with another rule."""

    model_config = FROZEN
    countries: Annotated[Choices, _known_rules("countries", DEFAULT_COUNTRY_RULE)] = Field(
        default_factory=dict,
        examples=[{"all": {"rule": "multi_vector"}, "UZB": {"rule": "balancing", "recoil": 4.0}}],
        description="Rule of `all` countries and of single ones.",
    )
    powers: Annotated[Choices, _known_rules("powers", DEFAULT_POWER_RULE)] = Field(
        default_factory=dict,
        examples=[{"CHN": {"rule": "suitor"}}],
        description="Rule of `all` powers and of single ones.",
    )

    def of(self, side: str, code: str) -> tuple[str, dict[str, float]]:
        """Rule and parameter values of one country or power; side: `countries` or `powers`."""
        return self.of_country(code) if side == "countries" else self.of_power(code)

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
