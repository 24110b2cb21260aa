"""What must fit together inside a scenario: its periods, its shocks and its lists."""

import re
from collections.abc import Collection, Iterator

from hedgesim.errors import choose_from, listed, shown
from hedgesim.scenario.channels import CHANNEL_FORMS, TARGET_KEYS, ChannelForm
from hedgesim.scenario.faults import Fault, KeyPath, dotted
from hedgesim.scenario.schema import Scenario, Shock, ShockChannel

MOST_QUARTERS = 400
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LISTS = ("countries", "powers", "domains", "formats", "recorded_shocks", "omit_shocks")


def structural_faults(scenario: Scenario) -> Iterator[Fault]:
    """Find what is wrong whatever names the tables hold."""
    yield from _period_faults(scenario)
    for key in LISTS:
        yield from _repeated((key,), getattr(scenario, key))
    for identifier, shock in scenario.shocks.items():
        path: KeyPath = ("shocks", identifier)
        yield from _identifier_faults(path, identifier)
        yield from _timing_faults(scenario, path, shock)
        for position, channel in enumerate(shock.channels):
            yield from _channel_faults((*path, "channels", position), channel)


def _period_faults(scenario: Scenario) -> Iterator[Fault]:
    """Check that the end lies after the start, not too far."""
    length = scenario.end.index - scenario.start.index
    if length <= 0:
        yield Fault(
            ("end",),
            f"end {scenario.end} does not lie after start {scenario.start}",
            "Choose an end at least one quarter after the start.",
        )
    elif length > MOST_QUARTERS:
        yield Fault(
            ("end",),
            f"end {scenario.end} lies {length} quarters after start {scenario.start}",
            f"Choose at most {MOST_QUARTERS} quarters.",
        )


def _repeated(path: KeyPath, names: Collection[str] | None) -> Iterator[Fault]:
    """Find entries that stand twice in a list."""
    if names is None or isinstance(names, str):
        return
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            yield Fault((*path, position), f"{dotted(path)} names {shown(name)} twice", "Name it once.")
        seen.add(name)


def _identifier_faults(path: KeyPath, identifier: str) -> Iterator[Fault]:
    """Check that a shock's id can stand in dotted paths."""
    if not _IDENTIFIER.fullmatch(identifier):
        yield Fault(
            path,
            f"{shown(identifier)} cannot be the id of a shock",
            "Use letters, digits and _, and begin with a letter.",
            at_key=True,
        )


def _timing_faults(scenario: Scenario, path: KeyPath, shock: Shock) -> Iterator[Fault]:
    """Check that a shock has one timing, inside the period of the scenario."""
    where = dotted(path)
    if shock.date is None and shock.arrival is None:
        yield Fault(path, f"{where} has neither date nor arrival", "Write date: or arrival: {rate: …}.", at_key=True)
    elif shock.date is not None and shock.arrival is not None:
        yield Fault((*path, "arrival"), f"{where} has both date and arrival", "Keep one of the two.", at_key=True)
    is_period = scenario.start < scenario.end
    if shock.date is not None and is_period and not scenario.start <= shock.date <= scenario.end:
        period = f"{scenario.start} to {scenario.end}"
        yield Fault(
            (*path, "date"),
            f"{where} acts in {shock.date}, outside the period {period}",
            f"Choose a date from {period}.",
        )


def _channel_faults(path: KeyPath, channel: ShockChannel) -> Iterator[Fault]:
    """Check that a channel is known, has the targets it needs and no others, and a size in its range."""
    form = CHANNEL_FORMS.get(channel.channel)
    if form is None:
        yield Fault(
            (*path, "channel"),
            f"unknown channel {shown(channel.channel)}",
            choose_from(channel.channel, CHANNEL_FORMS),
        )
        return
    for key in TARGET_KEYS:
        yield from _target_faults(path, key, channel, form)
    if not form.low <= channel.size <= form.high:
        yield Fault(
            (*path, "size"),
            f"size {channel.size:g} of {channel.channel} is out of range",
            f"Write a number from {form.low:g} to {form.high:g}.",
        )


def _target_faults(path: KeyPath, key: str, channel: ShockChannel, form: ChannelForm) -> Iterator[Fault]:
    """Check one kind of target of a channel."""
    targets = getattr(channel, key)
    if targets is None:
        if key in form.needs:
            yield Fault((*path, key), f"{channel.channel} needs {key}", f"Add {key} to this channel.")
        return
    if key not in form.targets:
        remedy = f"It takes {listed(form.targets)}." if form.targets else "It takes no targets."
        yield Fault((*path, key), f"{channel.channel} takes no {key}", remedy, at_key=True)
    elif key in form.needs and key != "partner":
        yield from _repeated((*path, key), targets)
        yield from _count_faults(path, key, channel, form)
    if key == "partner" and channel.countries is not None and targets in channel.countries:
        yield Fault((*path, key), f"partner {shown(targets)} is also in countries", "Name another partner.")


def _count_faults(path: KeyPath, key: str, channel: ShockChannel, form: ChannelForm) -> Iterator[Fault]:
    """Check how many targets a channel names."""
    count = len(getattr(channel, key))
    if count < form.fewest or (form.most is not None and count > form.most):
        number = f"exactly {form.most}" if form.most is not None else f"at least {form.fewest}"
        yield Fault((*path, key), f"{channel.channel} needs {number} {key}, not {count}", f"Name {number}.")
