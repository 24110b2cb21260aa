"""What powers do: attention, offers, coercion and initiatives."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import COUNTRY, Array, bound, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.view import PowerView


@dataclass(frozen=True)
class AttentionParameters:
    """Shared by all powers; rules of powers may switch parts off, never tune one power."""

    rate: float = parameter(0.25, "1/quarter", (0.02, 1), "speed at which attention follows its reasons", "assumption")
    rivals: float = parameter(1.0, "1", (0, 3), "attention per rise of rivals' presence (omega_r)", "assumption")
    surge: float = parameter(
        1.0, "1", (0, 3), "attention per unit of alarm or of a dated shock: one scale for all", "azizova2024"
    )
    anniversary: float = parameter(0.2, "1", (0, 1), "attention drawn by an anniversary", "assumption")
    distraction: float = parameter(0.5, "1", (0, 1), "attention lost to full distraction", "assumption")
    favour: float = parameter(
        1.0, "1", (0, 4), "how sharply offers go to those who lean toward the power", "assumption"
    )
    broker: float = parameter(0.5, "1", (0, 3), "offers drawn by being an intermediary with a peril", "azizova2024")
    coercion: float = parameter(0.5, "1", (0, 3), "pressure per presence lost within a year (zeta)", "assumption")
    tolerance: float = parameter(0.02, "share", (0, 0.2), "yearly loss of presence that nobody minds", "assumption")
    initiative: float = parameter(
        0.05, "1", (0, 0.5), "rise of attention that makes a power call a meeting", "assumption"
    )


def follow_reasons(view: PowerView, parameters: AttentionParameters) -> Array:
    """Attention after one quarter, 0..1, axes (1, 1, power, run)."""
    reasons = (
        view.base
        + parameters.rivals * view.rivals_gain
        + parameters.surge * (view.alarm + view.occasion)
        + parameters.anniversary * view.anniversary
        - parameters.distraction * view.distraction
    )
    moved = view.attention + parameters.rate * (reasons - view.attention)
    return bound(view.xp, moved, 0.0, 1.0)


def allot(view: PowerView, attention: Array, parameters: AttentionParameters) -> Array:
    """Offers to each country, axes (country, domain, power, run): attention times capacity, to those who lean closer.

    The mean over countries of the allotment is 1, so offers start at attention.
    """
    xp = view.xp
    pull = xp.exp(parameters.favour * view.standing + parameters.broker * view.peril)
    allotted = pull / xp.mean(pull, axis=COUNTRY, keepdims=True)
    return attention * xp.exp(view.capacity) * allotted


def coerce(view: PowerView, parameters: AttentionParameters) -> Array:
    """Pressure on those who moved away within a year, axes (country, 1, power, run), in units of value."""
    lost = positive(view.xp, view.loss - parameters.tolerance)
    free = positive(view.xp, 1.0 - view.distraction)
    return parameters.coercion * lost * view.reach * free


def call_meetings(view: PowerView, parameters: AttentionParameters) -> Array:
    """1 where attention exceeds its base by the shared threshold, axes (1, 1, power, run)."""
    xp = view.xp
    return xp.astype(view.attention - view.base > parameters.initiative, xp.float64)
