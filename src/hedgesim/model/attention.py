"""What powers do: attention, offers and pressure."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array, bound, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.view import PowerView


@dataclass(frozen=True)
class AttentionParameters:
    """Shared by all powers; rules of powers may switch parts off, never tune one power."""

    rate: float = parameter(0.25, "1/quarter", (0.02, 1), "speed at which attention follows its reasons", "assumption")
    alarm: float = parameter(0.5, "1", (0, 3), "attention per unit of alarm, the same for every power", "azizova2024")
    pressure: float = parameter(0.5, "1", (0, 3), "pressure per presence lost since the start (zeta)", "assumption")
    tolerance: float = parameter(0.02, "share", (0, 0.2), "loss of presence that nobody minds", "assumption")


def follow_reasons(view: PowerView, parameters: AttentionParameters) -> Array:
    """Attention after one quarter, 0..1, axes (1, 1, power, run)."""
    reasons = view.base + parameters.alarm * view.alarm_rise + view.occasion
    return bound(view.xp, view.attention + parameters.rate * (reasons - view.attention), 0.0, 1.0)


def press(view: PowerView, parameters: AttentionParameters) -> Array:
    """Pressure on those who moved away, axes (country, 1, power, run), in units of threat."""
    return parameters.pressure * positive(view.xp, view.loss - parameters.tolerance) * view.reach
