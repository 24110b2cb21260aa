"""From the tables of a scenario to the arrays of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgesim.errors import HedgesimError, Place, ScenarioError
from hedgesim.model.arrays import Array
from hedgesim.model.noise import address
from hedgesim.model.setting import Axes, Setting
from hedgesim.model.votes import CHOICES
from hedgesim.scenario.formats import formats_of, given_of, may_be_at_work
from hedgesim.scenario.impulses import impulses_of, left_out, shocks_of
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import Tables, read_tables
from hedgesim.scenario.tables_at_start import check_begun, check_complete, tables_at_start

SECURITY = "security"
"""The domain of threat, alliances and protection."""

VOTE_YEARS = 17
"""Years of votes before a start that count."""

RESOLUTIONS = {"sovereignty": ("sovereignty",), "rights": ("human_rights", "sovereignty_human_rights")}
"""Kinds of rollcalls.csv by the kind of resolution, as in the fit: human rights are such in any territory."""


@dataclass(frozen=True)
class ScenarioInputs:
    """A scenario's tables as visible at its start, and their arrays."""

    tables: Tables
    setting: Setting


def read_inputs(scenario: Scenario) -> ScenarioInputs:
    """Read the scenario's tables, cut them at its start, apply its data overrides, and make arrays.

    Raises:
        ScenarioError, HedgesimError: a value that the tables lack.
    """
    try:
        tables = tables_at_start(scenario)
    except ScenarioError as error:
        rest = faults_of_tables(scenario.model_copy(update={"data": ()})) if scenario.data else ()
        raise ScenarioError.of([*error.all, *rest]) from None
    check_begun(tables, scenario.start, scenario.tables_folder)
    return ScenarioInputs(tables, setting_of(scenario, tables))


def faults_of_tables(scenario: Scenario) -> Sequence[HedgesimError]:
    """What keeps the inputs of a scenario from being read."""
    try:
        read_inputs(scenario)
    except ScenarioError as error:
        return error.all
    except HedgesimError as error:
        return [error]
    return []


def faults_of_sizes(scenario: Scenario) -> Iterator[HedgesimError]:
    """Sizes and dates of shocks that the scenario leaves out."""
    given = scenario.shock_sizes or scenario.shock_dates
    for key, name in left_out(scenario, read_tables(scenario.tables_folder)) if given else ():
        fault = f"{key}.{name} changes nothing, because {scenario.name} leaves {name} out"
        listed = "take it out of omit_shocks" if scenario.recorded_shocks == "all" else "name it under recorded_shocks"
        yield ScenarioError(scenario.place(key, name), fault, f"Leave this out, or {listed}.")


def axes_at_start(scenario: Scenario) -> Axes:
    """The axes of a scenario, whose tables may lack other things."""
    tables = tables_at_start(scenario)
    check_begun(tables, scenario.start, scenario.tables_folder)
    return axes_of(scenario, tables)


def axes_of(scenario: Scenario, tables: Tables) -> Axes:
    """The axes of a scenario: its own lists, or else all that the tables name; of formats what may ever be at work."""
    named = tables.table("axes")

    def axis(name: str, chosen: Sequence[str] | None) -> tuple[str, ...]:
        known = tuple(named[named["axis"] == name]["code"])
        return known if chosen is None else tuple(chosen)

    axes = Axes(
        countries=axis("country", scenario.countries),
        powers=axis("power", scenario.powers),
        domains=axis("domain", scenario.domains),
        formats=may_be_at_work(tables.table("formats")) if scenario.formats == "all" else tuple(scenario.formats),
        start=scenario.start,
        n_steps=scenario.end.index - scenario.start.index,
    )
    _check_addresses(axes)
    return axes


def _check_addresses(axes: Axes) -> None:
    """Random numbers are addressed by name, so no two names of an axis may have the same address."""
    for names in (axes.countries, axes.options, axes.domains, axes.formats):
        known: dict[int, str] = {}
        for name in names:
            other = known.setdefault(address(name), name)
            if other != name:
                fault = f"{other} and {name} would share their random numbers"
                raise ScenarioError(Place("table axes"), fault, "Rename one of them.")


def setting_of(scenario: Scenario, tables: Tables) -> Setting:
    """The arrays of a scenario; tables hold only what was visible at its start."""
    axes = axes_of(scenario, tables)
    check_complete(tables, axes, scenario.tables_folder)
    power = _Attributes(tables, "power", axes.powers)
    country = _Attributes(tables, "country", axes.countries)
    domain = _Attributes(tables, "domain", axes.domains)
    against, formats = _aggressor(scenario, axes, tables), formats_of(tables, axes)
    weight = np.stack([country.of(f"weight_{d}") for d in axes.domains], axis=-1)
    tie = _pairs(tables, "ties", "tie", (axes.countries, axes.countries))
    for where, values in (("country_attributes, weights", weight), ("ties", tie)):
        alone = where == "ties" and len(axes.countries) == 1
        for code in () if alone else np.asarray(axes.countries)[values.sum(axis=-1) <= 0.0]:
            raise ScenarioError(Place(f"table {where}"), f"those of {code} are all 0", "Give one above 0.")
    return Setting(
        axes=axes,
        share=_closed(scenario, tables, axes),
        prior_dominated=_options(_shares(tables, axes, "prior_dominated"), axes),
        evidence=_options(_shares(tables, axes, "evidence"), axes) + float(tables.mapping["prior_weight"]),
        tie=_spread(tie),
        weight=(weight / weight.sum(axis=-1, keepdims=True))[:, :, None, None],
        politics=domain.of("politics")[None, :, None, None],
        pace=domain.of("pace")[None, :, None, None],
        security=_is_domain(axes, SECURITY),
        energy=_is_domain(axes, "energy"),
        economy=_is_domain(axes, "economy"),
        legs=np.asarray([float(tables.mapping["reexport_legs"].get(o, 0.0)) for o in axes.options])[
            None, None, :, None
        ],
        turnover=country.of("turnover")[:, None, None, None],
        proximity=_pairs(tables, "proximity", "value", (axes.countries, axes.powers))[:, None, :, None],
        capability=_wide(power.of(f"mass_{SECURITY}")),
        attention=_wide(power.of("attention")),
        solidarity=_wide(power.of("solidarity")),
        affinity=_pairs(tables, "affinity", "value", (axes.countries, axes.powers))[:, None, :, None],
        trust=_pairs(tables, "trust", "value", (axes.countries, axes.countries))[:, None, :, None],
        rivalry=_pairs(tables, "rivalry", "value", (axes.powers, axes.powers))[None, :, :, None],
        regional_weight=country.of("regional_weight")[:, None, None, None],
        personalisation=country.of("personalisation")[:, None, None, None],
        neutrality=country.of("statutory_neutrality")[:, None, None, None],
        left=country.of("bodies_left")[:, None, None, None],
        votes_sovereignty=_votes(tables, axes, "sovereignty", against=against),
        votes_rights=_votes(tables, axes, "rights", against=against),
        vote_age=np.arange(float(VOTE_YEARS))[None, :, None, None],
        aggressor=_wide(np.asarray([float(p == against) for p in axes.powers])),
        formats=replace(formats, given=given_of(scenario, axes, formats)),
        shocks=shocks_of(impulses_of(scenario, tables), axes),
    )


@dataclass(frozen=True)
class _Attributes:
    """Numbers by name along one axis."""

    tables: Tables
    axis: str
    codes: tuple[str, ...]

    def of(self, attribute: str) -> Array:
        """The values of one attribute in the order of the axis."""
        table = self.tables.table(f"{self.axis}_attributes")
        chosen = table[table["attribute"] == attribute].set_index(self.axis)["value"]
        return _numbers(chosen, self.codes, f"{self.axis}_attributes, {attribute}")


def _numbers(values: pd.Series[float], keys: Sequence[Hashable], where: str) -> Array:
    """The one value at each key; ScenarioError where there is none."""
    known, count = dict(values.items()), Counter(values.index)
    for key in keys:
        if count[key] != 1 or not np.isfinite(known[key]):
            of = ", ".join(key) if isinstance(key, tuple) else key
            fault = f"{count[key]} values for {of} at the start" if count[key] != 1 else f"no number for {of}"
            raise ScenarioError(Place(f"table {where}"), fault, "Give exactly one, dated up to the start.")
    return np.asarray([known[key] for key in keys], dtype=float)


def _wide(values: Array) -> Array:
    """Values per power with axes (country, domain, power, run)."""
    return values[None, None, :, None]


def _shares(tables: Tables, axes: Axes, column: str) -> dict[tuple[str, str, str], float]:
    table = tables.table("shares")
    keys = zip(table["country"], table["domain"], table["option"], strict=True)
    return dict(zip(keys, table[column].astype(float), strict=True))


def _options(cells: dict[tuple[str, str, str], float], axes: Axes) -> Array:
    """Cells as an array, axes (country, domain, option, run)."""
    wanted = [[[(c, d, o) for o in axes.options] for d in axes.domains] for c in axes.countries]
    return np.asarray([[[cells[cell] for cell in row] for row in rows] for rows in wanted])[..., None]


def _closed(scenario: Scenario, tables: Tables, axes: Axes) -> Array:
    """Starting shares that sum to 1: what powers outside the scenario hold counts as `other`."""
    cells = _shares(tables, axes, "share")
    share = _options(cells, axes)
    for i, c in enumerate(axes.countries):
        for j, d in enumerate(axes.domains):
            total = sum(value for (country, domain, _), value in cells.items() if (country, domain) == (c, d))
            if abs(total - 1.0) > 1e-6:
                fault = f"the shares of {c} in {d} sum to {total:.6f}, not to 1"
                raise ScenarioError(_place_of_shares(scenario, c, d), fault, "Correct one of them.")
            share[i, j, -1, 0] += 1.0 - share[i, j, :, 0].sum()
    return share


def _place_of_shares(scenario: Scenario, country: str, domain: str) -> Place:
    """Where the shares of a country in a domain were last touched: a data override, else the table."""
    for n, override in enumerate(scenario.data):
        if override.table == "shares" and (override.key.get("country"), override.key.get("domain")) == (
            country,
            domain,
        ):
            return scenario.place(f"data.{n}")
    return Place("shares.csv")


def _pairs(tables: Tables, name: str, column: str, sides: tuple[tuple[str, ...], tuple[str, ...]]) -> Array:
    """Values per pair as an array; 0 on the diagonal of an axis with itself."""
    table = tables.table(name)
    first, second = [c for c in table.columns if c in {"country", "partner", "power", "rival"}][:2]
    keys = [(a, b) for a in sides[0] for b in sides[1] if a != b]
    known = dict(zip(keys, _numbers(table.set_index([first, second])[column], keys, name), strict=True))
    return np.asarray([[known.get((a, b), 0.0) for b in sides[1]] for a in sides[0]])


def _spread(tie: Array) -> Array:
    """Ties that sum to 1 for each country, axes (country, 1, country, run)."""
    total = tie.sum(axis=-1, keepdims=True)
    return (tie / np.where(total > 0.0, total, 1.0))[:, None, :, None]


def _is_domain(axes: Axes, name: str) -> Array:
    """1 for the domain of a name, axes (1, domain, 1, 1)."""
    return np.asarray([float(d == name) for d in axes.domains])[None, :, None, None]


def _votes(tables: Tables, axes: Axes, kind: str, *, against: str) -> Array:
    """Votes on resolutions of a kind hostile to a power by years before the start, axes (country, year, choice, 1)."""
    counts = np.zeros((len(axes.countries), VOTE_YEARS, len(CHOICES), 1))
    table = tables.table("rollcalls")
    hostile = table["hostile_to"].str.split(";").map(lambda powers: against in powers).astype(bool)
    of_kind = table[hostile & table["kind"].isin(RESOLUTIONS[kind]) & table["country"].isin(axes.countries)]
    for country, vote, date in zip(of_kind["country"], of_kind["vote"], of_kind["date"], strict=True):
        age = axes.start.year - int(str(date)[:4]) - 1
        if 0 <= age < VOTE_YEARS:
            counts[axes.countries.index(country), age, CHOICES.index(vote), 0] += 1.0
    return counts


def _aggressor(scenario: Scenario, axes: Axes, tables: Tables) -> str:
    """The power that a hostile resolution is about: the named one, else the one with the largest army; "" of none."""
    mass = _Attributes(tables, "power", axes.powers).of(f"mass_{SECURITY}")
    return scenario.aggressor or (axes.powers[int(np.argmax(mass))] if axes.powers else "")
