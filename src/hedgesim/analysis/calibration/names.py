"""What the numbers of the fits are called in the model, and in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from hedgesim.model.arrays import Array

Value = TypeVar("Value", float, Array)

MODEL_NAMES: Mapping[str, Mapping[str, str]] = {
    "drift": {
        "sigma_economy": "drift.sigma",
        "sigma_energy": "drift.sigma_energy",
        "phi": "drift.persistence",
    },
    "dialogues": {
        "b1": "ladder.ministers",
        "eta": "ladder.gdp",
        "theta": "ladder.alarm",
        "delta_M": "ladder.alone",
        "b2": "ladder.leaders",
    },
    "calendar": {
        "hold": "calendar.hold",
        "h0": "ladder.own",
        "m": "calendar.ministers",
        "theta_m": "calendar.ministers_alarm",
        "repeat": "calendar.repeat",
    },
    "stance": {
        "a": "stance.willing",
        "w": "stance.trust",
        "s_W": "stance.weight",
        "c_p": "stance.personal",
        "c_n": "stance.neutral",
        "r": "stance.left",
        "half_life": "stance.half_life",
    },
    "membership": {
        "accession": "ladder.accession",
        "leaving": "ladder.leaving",
    },
    "votes": {
        "kappa": "votes.prior",
        "rho": "votes.other_kind",
        "half_life": "votes.half_life",
    },
}
"""Path of a shared parameter by record and symbol."""

FACTORS: Mapping[str, float] = {"stance.half_life": 4.0}
"""Units of the model in one of the fit, where they differ: quarters in a year."""


def in_model(path: str, value: Value) -> Value:
    """A number of a fit in the unit of the model."""
    return value * FACTORS.get(path, 1.0)
