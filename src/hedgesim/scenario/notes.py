"""What a scenario does that its numbers do not show: what is cut off, rescaled, never acts, or is up to chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from hedgesim.model.arrays import Array
from hedgesim.model.outcomes import hedging_index, security_of
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Setting
from hedgesim.model.shocks import conditions, profile
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.calibrations import PRIOR
from hedgesim.scenario.citations import weights_of
from hedgesim.scenario.impulses import Impulse, basis_of, impulses_of
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import Tables, is_later

CLOSE = 1e-9
"""What counts as nothing."""

MOST_SHOWN = 4
"""Notes on a chart."""

MOST_NAMED = 5
"""Names of one note; of more the first are given."""

FAR = 40
"""Quarters after the last recorded cause from which on an end is far."""

OPENING, CLOSING = "\u201c\u201e\u2018\u201a\u00ab", "\u201d\u201c\u2019\u2018\u00bb"
"""Typographic quotes, which YAML takes as letters."""


def notes_of(scenario: Scenario, inputs: ScenarioInputs) -> tuple[str, ...]:
    """Sentences about a scenario, none where nothing needs to be said."""
    lines = impulses_of(scenario, inputs.tables)
    return (
        *_basis(scenario, inputs, lines),
        *_fitted_elsewhere(scenario),
        *fixed_indices(inputs.setting),
        *_aggressor(scenario, inputs.setting),
        *_changes(scenario),
        *_overrides(scenario),
        *_random(scenario, lines),
        *_idle(scenario, inputs.setting, lines),
        *_never_at_work(inputs.setting),
        *_rescaled(inputs),
        *_not_read(scenario, inputs.tables),
        *_cut_off(scenario, inputs.setting),
    )


def _basis(scenario: Scenario, inputs: ScenarioInputs, lines: Sequence[Impulse]) -> Iterator[str]:
    """On what a start stands that is later than its tables."""
    basis = basis_of(inputs.tables)
    if scenario.start <= basis:
        return
    yield (
        f"The tables have no start later than {basis}: the run begins in {scenario.start} with the world of that date "
        f"({', '.join(f'{name} {years}' for name, years in _years(inputs.tables))})."
    )
    carried = {
        line.event or line.shock
        for line in lines
        if line.onset < 0.0 and line.channel != "alarm" and line.onset + line.duration > 1.0
    }
    if carried:
        yield f"Recorded causes before the start that continue to act: {_some(sorted(carried))}."


def _years(tables: Tables) -> Iterator[tuple[str, str]]:
    """Tables with a part for each start, and the years that their rows are about."""
    for name, form in tables.forms.items():
        if form.get("start"):
            years = sorted({date[:4] for date in tables.table(name)["date"] if date})
            yield name.replace("_", " "), "undated" if not years else "-".join(dict.fromkeys((years[0], years[-1])))


def _fitted_elsewhere(scenario: Scenario) -> Iterator[str]:
    """That parameters were fitted to the record of other countries than those of a region's own tables."""
    if scenario.tables_folder is not None and scenario.parameters != PRIOR:
        yield (
            f"The parameters {scenario.parameters} were fitted to the countries of the packaged tables, not to those of"
            f" {scenario.tables_folder.name}, and were not scored for these; parameters: {PRIOR} uses values that are "
            "not fitted."
        )


def _aggressor(scenario: Scenario, setting: Setting) -> Iterator[str]:
    """Whom threat and votes are about where the scenario does not say."""
    if scenario.aggressor is None and setting.aggressor.any():
        power = setting.axes.powers[int(setting.aggressor.argmax())]
        about = "the columns threat and affinity, and hostile resolutions, are about"
        yield f"No aggressor is named: {about} {power}, which has the largest army."


def _changes(scenario: Scenario) -> Iterator[str]:
    for name, change in sorted(scenario.changes.items(), key=lambda one: one[1].date.index):
        yield f"From {change.date} {change.in_words} (changes.{name}, source {change.source})."


def _overrides(scenario: Scenario) -> Iterator[str]:
    for name, date in scenario.shock_dates.items():
        yield f"{name} first acts in {date}, not in the recorded quarter (shock_dates, an assumption)."
    for override in scenario.data:
        key = " ".join(str(value) for value in override.key.values())
        what = f"{override.column} of {key} in {override.table}"
        yield f"In place of the recorded value {what} is {override.value} (data, source {override.source})."


def _random(scenario: Scenario, lines: Sequence[Impulse]) -> Iterator[str]:
    """Shocks that come in some runs only."""
    quarters = scenario.end.index - scenario.start.index
    for name, rate in {line.shock: line.rate for line in lines if line.rate > 0.0}.items():
        chance = 100.0 * (1.0 - math.exp(-rate * quarters))
        yield f"{name} comes at random, in {chance:.0f} % of runs by {scenario.end}, and charts do not mark it."


def _idle(scenario: Scenario, setting: Setting, lines: Sequence[Impulse]) -> Iterator[str]:
    """Shocks of the scenario's own, and factors on sizes, that change nothing in any quarter."""
    steps = np.arange(1.0, setting.axes.n_steps + 1.0)[:, None, None]
    sizes = profile(setting.shocks, np.where(setting.shocks.rate > 0.0, 0.0, setting.shocks.onset), steps)
    acts = {setting.shocks.names[n] for n in np.flatnonzero(np.abs(sizes).max(axis=(0, 2)) > CLOSE)}
    for name in scenario.shocks:
        if name not in acts:
            yield f"The shock {name} never acts: no size is left in any quarter after the start."
    for key, names in (("shock_sizes", scenario.shock_sizes), ("shock_dates", scenario.shock_dates)):
        for name in names:
            if not any(line.belongs_to(name) for line in lines):
                yield f"{key}.{name} changes nothing: the shock does not act from {scenario.start} to {scenario.end}."


def _never_at_work(setting: Setting) -> Iterator[str]:
    """Formats that are listed and have ended."""
    features = setting.formats
    opened = np.zeros(features.ceiling.shape)
    for one in features.given:
        opened = np.maximum(opened, one.where.max(axis=0, keepdims=True))
    dead = (features.ceiling == 0.0) & (features.ladder == 0.0) & (opened == 0.0)
    names = [code for code, is_dead in zip(setting.axes.formats, dead.ravel(), strict=True) if is_dead]
    if names:
        yield f"Formats that are never at work here: {_some(names)}."


def _rescaled(inputs: ScenarioInputs) -> Iterator[str]:
    """Weights of domains, and ties of a country, that do not sum to 1 in the table."""
    weights, ties = weights_of(inputs.tables, inputs.setting.axes), inputs.tables.table("ties")
    totals = {code: float(total) for code, total in ties.groupby("country")["tie"].sum().items()}
    own = {code: totals[code] for code in inputs.setting.axes.countries if code in totals}
    for what, sums in (("Weights of domains", weights), ("Ties to the other countries", own)):
        named = [f"{code} {total:.3g}" for code, total in sums.items() if abs(total - 1.0) > 1e-6]
        if named:
            yield f"{what} do not sum to 1 and are rescaled: {_some(named)}."


def _not_read(scenario: Scenario, tables: Tables) -> Iterator[str]:
    """Rows of a region's own tables that a run does not read: of after the start, and of formats that it does not have.

    The packaged tables are full of both, which are the record that runs are compared with.
    """
    if scenario.tables_folder is None:
        return
    later = {
        name: int(is_later(frame, tables.forms[name], scenario.start).sum())
        for name, frame in tables.whole.items()
        if "future" not in tables.forms[name]
    }
    named = [f"{name} {rows}" for name, rows in later.items() if rows]
    if named:
        yield f"Rows of after the start {scenario.start} are not read: {_some(named)}."
    meetings, known = tables.whole["meetings"]["format"], set(tables.whole["formats"]["format"])
    others = sorted(set(meetings) - known)
    if others:
        yield f"Meetings of formats that are not in formats.csv do not count: {_some(others)}."


def _cut_off(scenario: Scenario, setting: Setting) -> Iterator[str]:
    """Levels that dated shocks drive beyond their range, which then count as its end; the worst of each channel."""
    steps = np.arange(setting.axes.n_steps + 1.0)[:, None, None]
    levels = conditions(setting.shocks, profile(setting.shocks, setting.shocks.onset, steps), steps[..., None, None])
    ranges = {
        "trust": (setting.trust, 0.0, 1.0),
        "strain": (0.0, 0.0, 1.0),
        "alarm": (0.0, 0.0, math.inf),
        "availability": (1.0, 0.0, 1.0),
        "rivalry": (setting.rivalry, 0.0, 1.0),
        "sanctions": (0.0, 0.0, 1.0),
        "sanctionrisk": (0.0, 0.0, 1.0),
        "leadership": (setting.personalisation, 0.0, 1.0),
    }
    for channel, (base, low, high) in ranges.items():
        change: Array = getattr(levels, channel)[1:]
        level = base + change
        beyond = np.where(np.abs(change) > CLOSE, np.maximum(level - high, low - level), 0.0)
        if beyond.max() > CLOSE:
            worst = tuple(map(int, np.unravel_index(beyond.argmax(), beyond.shape)))
            who = _who(channel, worst[1:-1], setting.axes)
            when, value = Period.from_index(scenario.start.index + 1 + worst[0]), float(level[worst])
            end = high if value > high else low
            yield f"Shocks take {channel}{who} to {value:.2f} in {when}; beyond {end:g} it counts as {end:g}."


def _who(channel: str, place: Sequence[int], axes: Axes) -> str:
    """Whose level it is; place: along country, domain and target."""
    country, domain, target = place
    names = {
        "trust": lambda: f"{axes.countries[country]} and {axes.countries[target]}",
        "strain": lambda: axes.countries[country],
        "leadership": lambda: axes.countries[country],
        "rivalry": lambda: f"{axes.powers[domain]} and {axes.powers[target]}",
        "sanctions": lambda: axes.powers[target],
        "sanctionrisk": lambda: axes.powers[target],
    }
    return f" of {names[channel]()}" if channel in names else ""


def in_short(notes: Sequence[str]) -> str:
    """The first of them in one text, and where the rest are."""
    more = f" {len(notes) - MOST_SHOWN} more: hedgesim check." if len(notes) > MOST_SHOWN else ""
    return " ".join(notes[:MOST_SHOWN]) + more


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def fixed_indices(setting: Setting) -> Iterator[str]:
    """Sentences about outcomes that are the same throughout, or 0 at the start."""
    if not setting.security.any():
        yield "The hedging index is always 0: it needs the domain security, which the scenario does not have."
    else:
        yield from _loyal(setting)
    if not (setting.economy.any() or setting.energy.any()):
        yield "Autonomy is always 1: it needs the domains economy and energy, and the scenario has neither."
    if len(setting.axes.domains) == 1:
        yield "Issue splitting is always 0: the scenario has only one domain."


def _loyal(setting: Setting) -> Iterator[str]:
    """Countries whose hedging index is 0 by the recorded shares, around which a run draws its own."""
    secure = security_of(np, setting.share, setting)
    index = hedging_index(np, secure, setting.rivalry)[:, 0, 0, 0]
    for code, value, own in zip(setting.axes.countries, index, secure[:, 0, :, 0], strict=True):
        if value == 0.0:
            held = [power for power, share in zip(setting.axes.powers, own, strict=True) if share > 0.0]
            yield f"The hedging index of {code} is 0 by the recorded shares: {_why(held)}."


def _why(held: Sequence[str]) -> str:
    """Why an index is 0; held: powers with a share of the security of a country."""
    if not held:
        return "no power has a share of its security"
    if len(held) == 1:
        return f"{held[0]} alone has a share of its security"
    return f"{', '.join(held[:-1])} and {held[-1]}, which share its security, are not rivals"


def notices_of(scenario: Scenario, tables: Tables) -> tuple[str, ...]:
    """What only `hedgesim check` says: when own shocks act, and what looks like a slip in names or the end."""
    return *_own_dates(scenario), *_own_names(scenario), *_far_end(scenario, tables)


def _own_dates(scenario: Scenario) -> Iterator[str]:
    for name, shock in scenario.shocks.items():
        if shock.date is not None:
            yield f"The shock {name} acts from {shock.date}."


def _own_names(scenario: Scenario) -> Iterator[str]:
    named = {key: one.name for key, one in scenario.shocks.items() if one.name}
    for name in dict.fromkeys(named.values()):
        same = [key for key, own in named.items() if own == name]
        if len(same) > 1:
            yield f"The shocks {', '.join(same)} have the same name, {name}: charts cannot distinguish them."
    for key, name in named.items():
        if name[0] in OPENING and name[-1] in CLOSING:
            yield f"The quotes in the name of the shock {key}, {name}, are typographic and so are letters of it."


def _far_end(scenario: Scenario, tables: Tables) -> Iterator[str]:
    """An end long after the last cause that the tables know."""
    dates = [str(date) for date in tables.table("shocks")["date"] if date]
    last = max((Period.of_date(date) for date in dates), default=None)
    if last is not None and scenario.end.index - last.index > FAR:
        years = (scenario.end.index - last.index) // 4
        yield (
            f"The run ends in {scenario.end}, {years} years after the last event of the tables ({last}): the data "
            "contain nothing about these years."
        )
