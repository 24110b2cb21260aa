"""Whether the names in a scenario are known to its tables, rules and parameters, and numbers in range."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from hedgesim.errors import choose_from, listed, shown
from hedgesim.scenario.calibrations import PRIOR, SHIPPED
from hedgesim.scenario.channels import TARGET_KEYS
from hedgesim.scenario.faults import MOST_FAULTS, Fault, KeyPath, dotted
from hedgesim.scenario.schema import (
    DEFAULT_COUNTRY_RULE,
    DEFAULT_POWER_RULE,
    DataOverride,
    RuleChoice,
    Scenario,
)
from hedgesim.scenario.vocabulary import Bounds, TableForm, Vocabulary

EVERYBODY = "all"
ASSUMPTION = "assumption"
OTHER_OPTIONS = ("region", "other")
SINGULAR = {
    "countries": "country", "powers": "power", "domains": "domain", "options": "option", "partner": "country",
    "formats": "format", "recorded_shocks": "recorded shock", "omit_shocks": "recorded shock",
}  # fmt: skip

RuleBook = Mapping[str, Mapping[str, Bounds]] | None


def name_faults(scenario: Scenario, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Find names that are unknown or left out of this scenario, and numbers out of range."""
    faults = list(islice(_axis_faults(scenario, vocabulary), MOST_FAULTS))
    yield from faults
    if faults:
        return
    chosen = _chosen(scenario, vocabulary)
    yield from _unknown(("aggressor",), scenario.aggressor, chosen["powers"], "power")
    yield from _shock_faults(scenario, vocabulary, chosen)
    yield from _factor_faults(scenario, vocabulary)
    yield from _rule_faults(scenario, vocabulary, chosen)
    yield from _setting_faults(scenario, vocabulary)
    for position, override in enumerate(scenario.data):
        yield from _override_faults(("data", position), override, vocabulary)


def _axis_faults(scenario: Scenario, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Check the lists and words at the top of the file."""
    calibrations = None if vocabulary.calibrations is None else {PRIOR, SHIPPED, *vocabulary.calibrations}
    yield from _unknown(("parameters",), scenario.parameters, calibrations, "calibration")
    known = {
        "countries": vocabulary.countries,
        "powers": vocabulary.powers,
        "domains": vocabulary.domains,
        "formats": vocabulary.formats,
        "recorded_shocks": vocabulary.recorded_shocks,
        "omit_shocks": vocabulary.recorded_shocks,
    }
    for key, names in known.items():
        selected = getattr(scenario, key)
        if isinstance(selected, tuple):
            yield from _unknown((key,), selected, names, SINGULAR[key])


def _chosen(scenario: Scenario, vocabulary: Vocabulary) -> dict[str, Collection[str] | None]:
    """Find what takes part in this scenario, by target key; None where it is not known."""
    powers = scenario.powers or vocabulary.powers
    options = vocabulary.options if scenario.powers is None else (*scenario.powers, *OTHER_OPTIONS)
    countries = scenario.countries or vocabulary.countries
    domains = scenario.domains or vocabulary.domains
    return {
        "countries": countries,
        "partner": countries,
        "powers": powers,
        "domains": domains,
        "options": options,
    }


def _unknown(path: KeyPath, names: Collection[str] | None, known: Collection[str] | None, what: str) -> Iterator[Fault]:
    """Check a name, or the names of a list, against the known ones."""
    if names is None or known is None:
        return
    entries = [(path, names)] if isinstance(names, str) else [((*path, k), name) for k, name in enumerate(names)]
    for place, name in entries:
        if name not in known:
            yield Fault(place, f"unknown {what} {shown(name)} in {dotted(path)}", choose_from(name, known))


def _shock_faults(
    scenario: Scenario, vocabulary: Vocabulary, chosen: Mapping[str, Collection[str] | None]
) -> Iterator[Fault]:
    """Check sources and targets of the scenario's own shocks, and that none repeats a recorded one."""
    for identifier, shock in scenario.shocks.items():
        path: KeyPath = ("shocks", identifier)
        yield from _source_faults((*path, "source"), shock.source, vocabulary)
        if _is_recorded(identifier, scenario, vocabulary):
            yield Fault(
                path,
                f"{shown(identifier)} is also a recorded shock and would act twice",
                "List it under omit_shocks, or choose another id.",
                at_key=True,
            )
        for position, channel in enumerate(shock.channels):
            for key in TARGET_KEYS:
                where = (*path, "channels", position, key)
                yield from _unknown(where, getattr(channel, key), chosen[key], SINGULAR[key])


def _factor_faults(scenario: Scenario, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Check that the shocks and events whose sizes are changed are known."""
    if vocabulary.recorded_shocks is None:
        return
    known = {*vocabulary.recorded_shocks, *scenario.shocks}
    for name in scenario.shock_sizes:
        if name not in known:
            fault = f"unknown shock or event {shown(name)} in shock_sizes"
            yield Fault(("shock_sizes", name), fault, choose_from(name, known), at_key=True)


def _is_recorded(identifier: str, scenario: Scenario, vocabulary: Vocabulary) -> bool:
    """Tell whether a recorded shock of that id acts in this scenario."""
    if identifier not in (vocabulary.recorded_shocks or ()) or identifier in scenario.omit_shocks:
        return False
    selected = scenario.recorded_shocks
    return selected == EVERYBODY or (isinstance(selected, tuple) and identifier in selected)


def _source_faults(path: KeyPath, source: str, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Check the citation keys of a source, joined by semicolons."""
    if vocabulary.sources is None:
        return
    for key in source.split(";"):
        if key.strip() not in {ASSUMPTION, *vocabulary.sources}:
            remedy = f"{choose_from(key.strip(), vocabulary.sources)} Or write {ASSUMPTION}."
            yield Fault(path, f"unknown source {shown(key.strip())}", remedy)


def _rule_faults(
    scenario: Scenario, vocabulary: Vocabulary, chosen: Mapping[str, Collection[str] | None]
) -> Iterator[Fault]:
    """Check who is given a rule, and the rules."""
    rules = scenario.rules
    yield from _choice_faults("countries", rules.countries, vocabulary.country_rules, chosen["countries"])
    yield from _choice_faults("powers", rules.powers, vocabulary.power_rules, chosen["powers"])


def _choice_faults(
    side: str, choices: Mapping[str, RuleChoice], book: RuleBook, members: Collection[str] | None
) -> Iterator[Fault]:
    """Check the rules chosen for countries or for powers."""
    default = DEFAULT_COUNTRY_RULE if side == "countries" else DEFAULT_POWER_RULE
    shared = choices[EVERYBODY].rule if EVERYBODY in choices else None
    for who, choice in choices.items():
        path: KeyPath = ("rules", side, who)
        if members is not None and who not in {EVERYBODY, *members}:
            remedy = choose_from(who, [EVERYBODY, *members])
            yield Fault(path, f"unknown {SINGULAR[side]} {shown(who)} in rules.{side}", remedy, at_key=True)
        rule = choice.rule or shared or default
        if book is None:
            continue
        if choice.rule is not None and rule not in book:
            yield Fault((*path, "rule"), f"there is no rule {shown(rule)} for {side}", choose_from(rule, book))
        elif rule in book:
            yield from _parameter_faults(path, rule, choice.parameters, book[rule])


def _parameter_faults(
    path: KeyPath, rule: str, parameters: Mapping[str, float], known: Mapping[str, Bounds]
) -> Iterator[Fault]:
    """Check the parameters given with a rule."""
    for name, value in parameters.items():
        if name in known:
            yield from _range_faults((*path, name), value, known[name])
        else:
            remedy = choose_from(name, ["rule", *known])
            yield Fault((*path, name), f"the rule {rule} has no parameter {shown(name)}", remedy, at_key=True)


def _setting_faults(scenario: Scenario, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Check the parameters replaced under settings."""
    for name, value in scenario.settings.items() if vocabulary.settings is not None else ():
        known = vocabulary.settings or {}
        if name in known:
            yield from _range_faults(("settings", name), value, known[name])
        else:
            yield Fault(("settings", name), f"unknown setting {shown(name)}", choose_from(name, known), at_key=True)


def _range_faults(path: KeyPath, value: float, bounds: Bounds) -> Iterator[Fault]:
    """Check a number against its range, and that counts are whole."""
    low, high, kind = bounds.low, bounds.high, bounds.kind
    if not low <= value <= high:
        yield Fault(path, f"{dotted(path)} is {value:g}, out of range", f"Write a number from {low:g} to {high:g}.")
    elif kind == "int" and not float(value).is_integer():
        yield Fault(path, f"{dotted(path)} is {value:g}, not a whole number", "Write a whole number.")


def _override_faults(path: KeyPath, override: DataOverride, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Check the table, key, column and source of a replaced value."""
    yield from _source_faults((*path, "source"), override.source, vocabulary)
    if vocabulary.tables is None:
        return
    form = vocabulary.tables.get(override.table)
    if form is None:
        remedy = choose_from(override.table, vocabulary.tables)
        yield Fault((*path, "table"), f"unknown table {shown(override.table)}", remedy)
        return
    yield from _key_faults(path, override, form)
    if override.column not in form.columns:
        remedy = choose_from(override.column, form.columns)
        fault = f"table {override.table} has no value column {shown(override.column)}"
        yield Fault((*path, "column"), fault, remedy)


def _key_faults(path: KeyPath, override: DataOverride, form: TableForm) -> Iterator[Fault]:
    """Check that the key names every key column of the table and no other."""
    for name in override.key:
        if name not in form.keys:
            fault = f"table {override.table} has no key column {shown(name)}"
            yield Fault((*path, "key", name), fault, choose_from(name, form.keys), at_key=True)
    missing = [name for name in form.keys if name not in override.key]
    if missing:
        fault = f"the key lacks {listed(missing)}"
        yield Fault((*path, "key"), fault, f"Name {listed(form.keys)}.", at_key=True)
