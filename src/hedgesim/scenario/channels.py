"""Which targets and sizes each shock channel of the model takes in a scenario file."""

from dataclasses import dataclass

from hedgesim.model.shocks import CHANNELS

TARGET_KEYS = ("countries", "powers", "domains", "options", "partner")


@dataclass(frozen=True)
class ChannelForm:
    """How a channel is written: targets it needs or may have, how many, and the range of its size."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    fewest: int = 1
    most: int | None = None
    low: float = -5.0
    high: float = 5.0

    @property
    def targets(self) -> tuple[str, ...]:
        """Every target key that may stand with the channel."""
        return (*self.needs, *self.takes)


CHANNEL_FORMS: dict[str, ChannelForm] = {
    "intention": ChannelForm(needs=("powers",), low=-1.0, high=1.0),
    "capacity": ChannelForm(needs=("powers",), takes=("domains",)),
    "access": ChannelForm(needs=("options",), takes=("countries", "domains")),
    "passage": ChannelForm(needs=("countries", "partner")),
    "attention": ChannelForm(needs=("powers",)),
    "anniversary": ChannelForm(needs=("powers",)),
    "distraction": ChannelForm(needs=("powers",), low=-1.0, high=1.0),
    "rivalry": ChannelForm(needs=("powers",), fewest=2, most=2, low=-1.0, high=1.0),
    "reliability": ChannelForm(needs=("powers",), low=-1.0, high=1.0),
    "affinity": ChannelForm(needs=("powers",), takes=("countries",), low=-2.0, high=2.0),
    "trust": ChannelForm(needs=("countries",), fewest=2, low=-1.0, high=1.0),
    "strain": ChannelForm(needs=("countries",)),
    "sanctions": ChannelForm(needs=("powers",), low=-1.0, high=1.0),
    "sanctionrisk": ChannelForm(needs=("powers",), low=-1.0, high=1.0),
    "availability": ChannelForm(low=-1.0, high=0.0),
    "leadership": ChannelForm(needs=("countries",)),
    "peril": ChannelForm(needs=("countries",), low=-1.0, high=1.0),
}
"""Targets left out mean all of them; sizes are in the units of `hedgesim.model.shocks.CHANNELS`."""


def described() -> dict[str, str]:
    """Say for every channel what it is and which targets it takes."""
    return {name: f"{CHANNELS[name]}{_targets(form)}" for name, form in CHANNEL_FORMS.items()}


def _targets(form: ChannelForm) -> str:
    """Write the targets of a channel in words."""
    needs = f"; needs {', '.join(form.needs)}" if form.needs else ""
    takes = f"; may name {', '.join(form.takes)}" if form.takes else ""
    return needs + takes
