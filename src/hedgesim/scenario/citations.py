"""Every number that a scenario uses, with unit, date, citation and confidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.calibrations import fitted_of, values_of
from hedgesim.scenario.cells import ASSUMED, ASSUMPTION, WEIGHT
from hedgesim.scenario.impulses import Impulse, impulses_of
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import Tables, confidence_in

COLUMNS = ("part", "what", "value", "unit", "date", "confidence", "source", "citation", "url")

_NUMBERS = {
    "shares": "share",
    "ties": "tie",
    "country_attributes": "value",
    "domain_attributes": "value",
    "power_attributes": "value",
    "proximity": "value",
    "affinity": "value",
    "trust": "value",
    "rivalry": "value",
    "formats": "formality",
    "memberships": "status",
    "meetings": "level",
    "rollcalls": "vote",
}
"""Tables read by every scenario, with the column that holds what is used."""

_AXES = {
    "country": "countries",
    "partner": "countries",
    "power": "powers",
    "rival": "powers",
    "domain": "domains",
    "option": "options",
    "format": "formats",
}
"""Axis of the scenario by the column that names its members."""

CALIBRATION = "calibration"
"""Source of a fitted value."""


def citations_of(scenario: Scenario, inputs: ScenarioInputs) -> pd.DataFrame:
    """Every number used, one row each, columns `COLUMNS`."""
    of_tables = _table_rows(inputs.tables, inputs.setting.axes)
    rows = [
        *of_tables,
        *_shock_rows(scenario, inputs.tables),
        *_change_rows(scenario),
        *_rule_rows(scenario, inputs.setting.axes),
        *_parameter_rows(scenario),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS[:-2]))
    urls = [_of_sources(inputs.tables, keys, "url") for keys in frame["source"]]
    return frame.assign(citation=[_citation(inputs.tables, keys) for keys in frame["source"]], url=urls)


def own_sources(scenario: Scenario) -> list[str]:
    """The sources that a scenario brings, a line each: key, citation, date and address."""
    lines = []
    for key, source in scenario.sources.items():
        address = f" ({source.url})" if source.url else ""
        lines.append(
            f"Source {key} of the scenario's own: {', '.join(filter(None, (source.citation, source.date)))}{address}."
        )
    return lines


def count_of(citations: pd.DataFrame) -> pd.DataFrame:
    """Numbers and assumptions by part; unchecked recall counts as an assumption."""
    assumed = citations["confidence"].isin(ASSUMED)
    counts = assumed.groupby(citations["part"], sort=False).agg(["size", "sum"])
    counts.columns = pd.Index(["numbers", "assumptions"])
    total = pd.DataFrame({"part": ["all"], **{c: [int(counts[c].sum())] for c in counts.columns}})
    return pd.concat([counts.rename_axis("part").reset_index(), total], ignore_index=True)


def _table_rows(tables: Tables, axes: Axes) -> Iterable[tuple[object, ...]]:
    for name, column in _NUMBERS.items():
        keys = [key for key in tables.forms[name]["key"] if key != "start"]
        for row in _in_force(_used(tables.table(name), axes), tables, axes).to_dict("records"):
            what = " ".join(str(row[key]) for key in keys)
            part = f"{name}, {row['domain']}" if name == "shares" else name
            yield part, what, row[column], row.get("unit", ""), row["date"], row["confidence"], row["source"]


def _in_force(frame: pd.DataFrame, tables: Tables, axes: Axes) -> pd.DataFrame:
    """Rows with the values that a run uses: weights of the domains that it has, which sum to 1."""
    if "attribute" not in frame or "country" not in frame:
        return frame
    weights = frame["attribute"].str.startswith(WEIGHT)
    used = ~weights | frame["attribute"].isin([f"{WEIGHT}{domain}" for domain in axes.domains])
    totals = frame["country"].map(weights_of(tables, axes)).where(weights, 1.0)
    return frame.assign(value=frame["value"] / totals)[used]


def weights_of(tables: Tables, axes: Axes) -> Mapping[str, float]:
    """Sum of the weights of domains in the table, by country."""
    table = tables.table("country_attributes")
    own = table[table["attribute"].isin([f"{WEIGHT}{domain}" for domain in axes.domains])]
    totals = own.groupby("country")["value"].sum()
    return {code: float(totals[code]) for code in axes.countries}


def _used(frame: pd.DataFrame, axes: Axes) -> pd.DataFrame:
    """The rows whose members are all on the axes of the scenario."""
    for column, axis in _AXES.items():
        if column in frame:
            frame = frame[frame[column].isin(getattr(axes, axis))]
    return frame


def _shock_rows(scenario: Scenario, tables: Tables) -> Iterable[tuple[object, ...]]:
    for line in impulses_of(scenario, tables):
        hit = " ".join((*line.countries, *line.options, *line.domains, line.partner)).strip()
        what, date = f"{line.shock} {line.channel} {hit}", _quarter(scenario, line)
        yield "shocks", what, line.size, "1", date, line.confidence, line.source


def _quarter(scenario: Scenario, line: Impulse) -> str:
    """The quarter from which an impulse acts."""
    return "random" if line.rate else str(Period.from_index(scenario.start.index + int(line.onset)))


def _rule_rows(scenario: Scenario, axes: Axes) -> Iterable[tuple[object, ...]]:
    """Parameters of rules that the scenario gives, of each who follows them at the start."""
    for side, codes in (("countries", axes.countries), ("powers", axes.powers)):
        for code in codes:
            rule, values = scenario.rules.of(side, code)
            for name, value in values.items():
                yield "rules", f"{code} {rule}.{name}", value, "", "", ASSUMPTION, ASSUMPTION


def _change_rows(scenario: Scenario) -> Iterable[tuple[object, ...]]:
    for name, change in scenario.changes.items():
        yield (
            "changes",
            f"{name} {change.in_words}",
            "",
            "",
            str(change.date),
            confidence_in(change.source),
            change.source,
        )


def _parameter_rows(scenario: Scenario) -> Iterable[tuple[object, ...]]:
    """A magnitude that was not fitted is a choice even where its meaning has a citation."""
    values, fitted = values_of(scenario.parameters), fitted_of(scenario.parameters)
    for path, item in all_parameters().items():
        if path in fitted and path not in scenario.settings:
            yield "parameters", path, values[path], item.unit, "", "proxy", f"{item.source};{CALIBRATION}"
        else:
            value = scenario.settings.get(path, values.get(path, item.default))
            yield "parameters", path, value, item.unit, "", "assumption", item.source
    for name, rule in (*country_rules().items(), *power_rules().items()):
        for item in parameters_of(rule):
            yield "parameters", f"{name}.{item.name}", item.default, item.unit, "", "assumption", item.source


def _citation(tables: Tables, keys: str) -> str:
    return _of_sources(tables, keys, "citation") or keys


def _of_sources(tables: Tables, keys: str, what: str) -> str:
    """What the table of sources says of some keys, joined by semicolons; of those of which it says nothing, nothing."""
    entries = [tables.sources[key] for key in keys.split(";") if key in tables.sources]
    return "; ".join(str(entry[what]) for entry in entries if entry.get(what))
