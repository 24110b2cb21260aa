"""Dated and random shocks, and what they make of a quarter, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from jaxtyping import Float

from hedgesim.model.arrays import RUN, TARGET, Array, map_targets, namespace, spread


@dataclass(frozen=True)
class Shocks:
    """Impulses, one per shock and channel line. `runs` has length 1, or that of the runs of a sweep.

    names: of each impulse the shock it belongs to; impulses of a random shock arrive together. masks: by channel who
    is hit, 0..1, axes (impulse, country, domain, target).
    """

    names: tuple[str, ...]
    onset: Float[Array, "impulse runs"]
    """Quarters since the start at which it first acts; infinite: never."""
    ramp: Float[Array, "impulse runs"]
    """Quarters to full size."""
    half_life: Float[Array, "impulse runs"]
    """Quarters; infinite: it does not decay."""
    duration: Float[Array, "impulse runs"]
    """Quarters; infinite: permanent."""
    rate: Float[Array, "impulse runs"]
    """Arrivals per quarter; 0 for dated ones."""
    size: Float[Array, "impulse runs"]
    masks: dict[str, Array]


@dataclass(frozen=True)
class ChannelForm:
    """How a channel is written: what its size measures, targets it needs or may have, how many, and range of its size.

    Targets left out mean all of them. weighed: what it moves where a rule weighs it, and felt: the fields of `View` or
    `PowerView` by which a rule knows of it; always: what it moves whatever the rules.
    """

    meaning: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    fewest: int = 1
    most: int | None = None
    low: float = -5.0
    high: float = 5.0
    felt: tuple[str, ...] = ()
    weighed: str = ""
    always: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Every target key that may be given with the channel."""
        return (*self.needs, *self.takes)

    def described(self) -> str:
        """What the channel is and which targets it takes, in words."""
        needs = f"; needs {', '.join(self.needs)}" if self.needs else ""
        takes = f"; may name {', '.join(self.takes)}" if self.takes else ""
        return f"{self.meaning}{needs}{takes}"


def channel(form: ChannelForm) -> Any:
    """Declare a channel on which a shock may act."""
    return field(metadata={"form": form})


@dataclass(frozen=True)
class Conditions:
    """What shocks and trends make of one quarter: by channel its level; axes have length 1 where nobody is hit."""

    step: Float[Array, "1 1 1 1"]
    """Quarters since the start."""
    intention: Float[Array, "1 1 #power #run"] = channel(
        ChannelForm(
            "aggressive intention of a power, 0..1",
            needs=("powers",),
            low=-1.0,
            high=5.0,
            felt=("threat", "need"),
            weighed="shares, readiness to join sanctions",
            always="threat and opinion of the power",
        )
    )
    access: Float[Array, "#country #domain option #run"] = channel(
        ChannelForm(
            "access of a country to an option in a domain, log",
            needs=("options",),
            takes=("countries", "domains"),
            felt=("access_powers", "access_region", "access_other", "need"),
            weighed="shares in the domain",
        )
    )
    passage: Float[Array, "#country 1 #country #run"] = channel(
        ChannelForm(
            "access between two countries, log",
            needs=("countries", "partner"),
            felt=("passage",),
            weighed="share of the region",
        )
    )
    attention: Float[Array, "1 1 #power #run"] = channel(
        ChannelForm(
            "attention of a power, 0..1", needs=("powers",), felt=("occasion",), weighed="attention, and then shares"
        )
    )
    alarm: Float[Array, "1 1 1 #run"] = channel(
        ChannelForm(
            "security event near the countries, 0..1; half is left after 12 quarters",
            low=0.0,
            high=5.0,
            felt=("alarm_rise",),
            weighed="attention of powers, and then shares",
            always="how soon formats meet",
        )
    )
    rivalry: Float[Array, "1 #power #power #run"] = channel(
        ChannelForm(
            "rivalry between two powers, 0..1",
            needs=("powers",),
            fewest=2,
            most=2,
            low=-1.0,
            high=1.0,
            felt=("rivalry",),
            weighed="shares",
            always="the hedging index, which counts rivalry as distance",
        )
    )
    trust: Float[Array, "#country 1 #country #run"] = channel(
        ChannelForm(
            "trust between countries, 0..1",
            needs=("countries",),
            fewest=2,
            low=-1.0,
            high=1.0,
            felt=("trusted",),
            weighed="stance on formats",
            always="trust, and how soon small formats meet",
        )
    )
    strain: Float[Array, "#country 1 1 #run"] = channel(
        ChannelForm(
            "strain on a country's government, 0..1",
            needs=("countries",),
            felt=("protection",),
            weighed="shares in security, towards protectors",
            always="meetings that the country would host",
        )
    )
    sanctions: Float[Array, "1 1 #power #run"] = channel(
        ChannelForm(
            "sanctions of others against a power, 0..1",
            needs=("powers",),
            low=-1.0,
            high=1.0,
            felt=("embargoed",),
            weighed="readiness to join sanctions",
            always="re-exports",
        )
    )
    sanctionrisk: Float[Array, "1 1 #power #run"] = channel(
        ChannelForm(
            "risk of secondary sanctions for dealing with a power, 0..1",
            needs=("powers",),
            low=-1.0,
            high=1.0,
            always="re-exports",
        )
    )
    availability: Float[Array, "1 1 1 #run"] = channel(
        ChannelForm(
            "change of the availability of hosted meetings, -1..0",
            low=-1.0,
            high=0.0,
            always="meetings that need a host",
        )
    )
    succession: Float[Array, "#country 1 1 #run"] = channel(
        ChannelForm(
            "a new ruler of a country, 1 for each",
            needs=("countries",),
            low=0.0,
            high=1.0,
            felt=("left",),
            weighed="stance on formats",
            always="unmodelled stance on formats, which is drawn again",
        )
    )
    leadership: Float[Array, "#country 1 1 #run"] = channel(
        ChannelForm(
            "change of the personalisation of a country's rule, 0..1",
            needs=("countries",),
            low=-1.0,
            high=1.0,
            felt=("personalisation",),
            weighed="stance on formal formats",
        )
    )


CHANNELS: dict[str, ChannelForm] = {
    item.name: item.metadata["form"] for item in fields(Conditions) if "form" in item.metadata
}
"""Channels on which a shock may act."""


def arrivals(shocks: Shocks, uniform: Array) -> Array:
    """Onset of every impulse, axes (impulse, run), quarters: dated ones as given, random ones by exponential waiting.

    uniform: axes (impulse, run), in (0, 1).
    """
    xp = namespace(uniform, shocks.onset)
    random = shocks.rate > 0.0
    wait = xp.ceil(-xp.log(uniform) / xp.where(random, shocks.rate, 1.0))
    return xp.where(random, wait, spread(shocks.onset, uniform))


def profile(shocks: Shocks, onset: Array, step: Array) -> Array:
    """Size of every impulse at `step`, axes (…, impulse, run): it ramps up, then decays, until its duration is over."""
    xp = namespace(onset, shocks.size, shocks.ramp, shocks.half_life, shocks.duration)
    age = step - onset
    acting = (age >= 0.0) & (age < shocks.duration)
    age = xp.where(acting, age, 0.0)
    grown = (age + 1.0) / shocks.ramp
    ramped = xp.where(grown < 1.0, grown, 1.0)
    faded = 0.5 ** (age / shocks.half_life)
    return xp.where(acting, shocks.size * ramped * faded, 0.0)


def conditions(shocks: Shocks, sizes: Array, step: Array) -> Conditions:
    """Levels of all channels, axes (…, country, domain, target, run).

    sizes: axes (…, impulse, run), as `profile` gives them. step: quarters since the start, axes (…, 1, 1, 1, 1).
    """
    xp = namespace(sizes)
    levels = {}
    for channel, mask in shocks.masks.items():
        flat = map_targets(xp, sizes, xp.reshape(mask, (mask.shape[0], -1)))
        levels[channel] = xp.reshape(flat, (*sizes.shape[:TARGET], *mask.shape[1:], sizes.shape[RUN]))
    return Conditions(step=step, **levels)
