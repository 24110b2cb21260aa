"""From recorded and scenario shocks to impulses on the channels of the model."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.model.shocks import CHANNELS, Shocks
from hedgesim.scenario.cells import ASSUMPTION
from hedgesim.scenario.known_names import grades_of
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import Tables, confidence_in

ENDLESS = np.inf

ALARM = "alarm"
"""Channel of security events near the countries."""

ALARM_HALF_LIFE = 12.0
"""Quarters after which half of an alarm is left."""

TOLERANCE = 1e-9
"""A size is a grade if it differs from it by less."""

EVENTS = ("succession",)
"""Channels of what happens once and leaves nothing that acts on."""


@dataclass(frozen=True)
class Impulse:
    """One line of a shock: what it changes, whom it hits, when and for how long (quarters)."""

    shock: str
    name: str
    channel: str
    size: float
    onset: float
    source: str
    confidence: str
    countries: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    partner: str = ""
    half_life: float = ENDLESS
    ramp: float = 1.0
    duration: float = ENDLESS
    rate: float = 0.0
    event: str = ""

    def belongs_to(self, name: str) -> bool:
        """Whether it is part of the shock, or of the event, of that id."""
        return name in {self.shock, self.event}


def impulses_of(scenario: Scenario, tables: Tables) -> list[Impulse]:
    """Every impulse of a scenario: recorded causes from start to end unless omitted, alarms, then its own.

    Of alarms those before the start count too, for something is left of them. Of other causes, those since the
    quarter of the tables of the start do, for these tables show a world without them.
    """
    recorded = (*_recorded(scenario, tables), *_alarms(scenario, tables))
    lines = (*recorded, *_own(scenario, grades_of(tables)))
    return [_sized(scenario, line) for line in lines]


def _sized(scenario: Scenario, line: Impulse) -> Impulse:
    """An impulse as large as in the scenario; a size that is not the recorded one is an assumption."""
    factor = math.prod(factor for name, factor in scenario.shock_sizes.items() if line.belongs_to(name))
    return line if factor == 1.0 else _assumed(replace(line, size=line.size * factor))


def _assumed(line: Impulse) -> Impulse:
    """An impulse of which something was assumed."""
    source = line.source.removesuffix(f";{ASSUMPTION}")
    return replace(line, source=f"{source};{ASSUMPTION}", confidence=ASSUMPTION)


def _delays(scenario: Scenario, tables: Tables) -> dict[str, int]:
    """Quarters by which recorded events, or shocks, act later here than they did, by name."""
    delays, causes = {}, _causes(tables) if scenario.shock_dates else []
    for name, date in scenario.shock_dates.items():
        acting = [Period.acting(str(row["date"])).index for row in causes if name in _names_of(row)]
        delays[name] = date.index - min(acting, default=date.index)
    return delays


def _causes(tables: Tables) -> list[dict[Hashable, Any]]:
    """Rows of recorded shocks that are causes."""
    return [row for row in tables.table("shocks").to_dict("records") if row["role"] == "cause"]


def _names_of(row: Mapping[Hashable, Any]) -> tuple[str, str]:
    """Ids of a recorded shock and of its event."""
    return str(row["shock"]), str(row["event"])


def _delayed(line: Impulse, quarters: int) -> Impulse:
    """An impulse some quarters later; a date that is not the recorded one is an assumption."""
    return _assumed(replace(line, onset=line.onset + quarters)) if quarters else line


def _alarms(scenario: Scenario, tables: Tables) -> Iterable[Impulse]:
    """Security events near the countries up to the end of the scenario."""
    delays = _delays(scenario, tables)
    for row in tables.table("alarms").to_dict("records"):
        acting, event = Period.acting(str(row["date"])), str(row["event"])
        delay = delays.get(event, 0)
        if _is_chosen(scenario, {event}) and acting.index + delay <= scenario.end.index:
            line = Impulse(
                shock=f"{event}_alarm",
                name=event.replace("_", " "),
                channel=ALARM,
                size=float(row["value"]),
                onset=float(acting.index - scenario.start.index),
                source=str(row["source"]),
                confidence=str(row["confidence"]),
                half_life=ALARM_HALF_LIFE,
                event=event,
            )
            yield _delayed(line, delay)


def _is_chosen(scenario: Scenario, names: set[str]) -> bool:
    """Whether a recorded shock of these names acts in the scenario."""
    wanted = scenario.recorded_shocks
    chosen = wanted == "all" or (wanted != "none" and bool(names & set(wanted)))
    return chosen and not names & set(scenario.omit_shocks)


SIZED = ("shock_sizes", "shock_dates")
"""Keys of a scenario with values by the id of a shock or of an event."""


def left_out(scenario: Scenario, tables: Tables) -> list[tuple[str, str]]:
    """Sizes and dates of recorded shocks that the scenario leaves out, so that they change nothing: key and id."""
    recorded = [*map(set, map(_names_of, _causes(tables))), *({str(one)} for one in tables.table("alarms")["event"])]
    named = [(key, name) for key in SIZED for name in getattr(scenario, key) if name not in scenario.shocks]
    own = {name: [_is_chosen(scenario, names) for names in recorded if name in names] for _, name in named}
    return [(key, name) for key, name in named if own[name] and not any(own[name])]


def basis_of(tables: Tables) -> Period:
    """The quarter whose world the tables of the start show; of several, which parts may have, the first."""
    return min(map(Period.parse, tables.table("shares")["start"]))


def _recorded(scenario: Scenario, tables: Tables) -> Iterable[Impulse]:
    first = scenario.start if scenario.earlier_shocks == "none" else min(basis_of(tables), scenario.start)
    delays = _delays(scenario, tables)
    for row in _causes(tables):
        (shock, event), acting = _names_of(row), Period.acting(str(row["date"]))
        delay = delays.get(shock, delays.get(event, 0))
        inside = first.index <= acting.index + delay <= scenario.end.index
        over = acting.index + delay < scenario.start.index and row["channel"] in EVENTS
        if inside and not over and _is_chosen(scenario, {shock, event}):
            yield _delayed(_of_row(row, acting, scenario.start), delay)


def _of_row(row: Mapping[Hashable, Any], acting: Period, start: Period) -> Impulse:
    """The impulse of a row of the table of shocks; a pulse lasts to the quarter of its end."""
    pulse = row["profile"] == "pulse"
    last = Period.of_date(row["end"]).index if pulse and row["end"] else acting.index
    return Impulse(
        shock=row["shock"],
        name=row["name"],
        channel=row["channel"],
        size=float(row["size"]),
        onset=float(acting.index - start.index),
        source=row["source"],
        confidence=row["confidence"],
        countries=_split(row["countries"]),
        options=_split(row["powers"]),
        domains=_split(row["domains"]),
        partner=row["partner"],
        half_life=float(row["half_life"]) if row["profile"] == "decay" else ENDLESS,
        ramp=float(np.fmax(1.0, row["ramp"])),
        duration=float(max(1, last - acting.index + 1)) if pulse else ENDLESS,
        event=row["event"],
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _own(scenario: Scenario, scale: Mapping[str, Mapping[str, float]]) -> Iterable[Impulse]:
    """The impulses of the scenario's own shocks."""
    for name, shock in scenario.shocks.items():
        onset = ENDLESS if shock.date is None else float(shock.date.index - scenario.start.index)
        for line in shock.channels:
            grades = scale.get(line.channel, {}).values()
            yield Impulse(
                shock=name,
                name=shock.name or name,
                channel=line.channel,
                size=line.size,
                onset=onset,
                source=shock.source,
                confidence=_confidence_of_size(shock.source, scenario.sources, line.size, grades),
                countries=line.countries or (),
                options=(line.options or ()) or (line.powers or ()),
                domains=line.domains or (),
                partner=line.partner or "",
                half_life=line.half_life or ENDLESS,
                ramp=max(1.0, line.ramp),
                duration=line.duration or ENDLESS,
                rate=shock.arrival.rate if shock.arrival else 0.0,
            )


def _confidence_of_size(source: str, own: Collection[str], size: float, grades: Collection[float]) -> str:
    """Confidence of a size that a scenario brings: an assumption, unless it is graded or the source is its own.

    grades: the numbers of the scale. Somebody else's source says what happened, and the scale what size that is; any
    other number under its key is invented.
    """
    vouched = all(key.strip() in own for key in source.split(";"))
    graded = any(abs(abs(size) - grade) < TOLERANCE for grade in grades)
    return confidence_in(source) if vouched or graded else ASSUMPTION


def shocks_of(impulses: Sequence[Impulse], axes: Axes) -> Shocks:
    """Impulses as arrays; without any, one that never arrives."""
    lines = list(impulses) or [Impulse("none", "none", "strain", 0.0, ENDLESS, "", "")]

    def column(name: str) -> Array:
        return np.asarray([[getattr(line, name)] for line in lines], dtype=float)

    return Shocks(
        names=tuple(line.shock for line in lines),
        onset=column("onset"),
        ramp=column("ramp"),
        half_life=column("half_life"),
        duration=column("duration"),
        rate=column("rate"),
        size=column("size"),
        masks={channel: _mask(channel, lines, axes) for channel in CHANNELS},
    )


def _mask(channel: str, lines: Sequence[Impulse], axes: Axes) -> Array:
    """Who is hit by each impulse on a channel, axes (impulse, country, domain, target); length 1 where nobody is.

    Access is distinguished by options all the same: those to powers, to the region and to the rest of the world.
    """
    if all(line.channel != channel for line in lines):
        return np.zeros((len(lines), 1, 1, len(axes.options) if channel == "access" else 1))
    masks = {}
    for n, line in enumerate(lines):
        if line.channel == channel:
            masks[n] = _hit(line, axes)
    mask = np.zeros((len(lines), *next(iter(masks.values())).shape))
    mask[list(masks)] = np.stack(list(masks.values()))
    return mask


def _hit(line: Impulse, axes: Axes) -> Array:
    """Who is hit by an impulse, axes (country, domain, target)."""
    form = CHANNELS[line.channel]
    country = _named(line.countries, axes.countries)
    if "partner" in form.targets:
        return _pairs_with(country, _named((line.partner,), axes.countries))[:, None, :]
    target = _named(line.options, axes.options if "options" in form.targets else axes.powers)
    if form.fewest > 1:
        return _pairs(country)[:, None, :] if "countries" in form.targets else _pairs(target)[None]
    hit = [country[:, None, None]] if "countries" in form.targets else []
    hit += [_named(line.domains, axes.domains)[:, None]] if "domains" in form.targets else []
    hit += [target] if {"powers", "options"} & {*form.targets} else []
    return math.prod(hit, start=np.ones((1, 1, 1)))


def _named(names: Sequence[str], axis: Sequence[str]) -> Array:
    """1 for the named members of an axis; all of them when nobody is named."""
    return np.isin(np.asarray(axis), names).astype(float) if names else np.ones(len(axis))


def _pairs(member: Array) -> Array:
    """1 for every pair of different members."""
    return np.outer(member, member) * (1.0 - np.eye(len(member)))


def _pairs_with(member: Array, partner: Array) -> Array:
    """1 for every pair of a member and the partner, in both directions."""
    both = np.outer(member, partner) + np.outer(partner, member)
    return np.minimum(both, 1.0) * (1.0 - np.eye(len(member)))
