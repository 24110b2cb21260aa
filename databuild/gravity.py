"""The prior of the starting shares: one gravity softmax, the same for all countries."""

from __future__ import annotations

import numpy as np

from databuild.codes import POWERS
from databuild.known import Known, others


def gravity_prior(known: Known, country: str, *, domain: str) -> np.ndarray:
    """Prior share of every option, axis (option,); sums to 1 [head_mayer2014].

    `region` is the sum over the other countries; `other` is a constant of choices/starting_shares.yaml.
    """
    other = known.blend["prior"]["other"]
    powers = [_attraction(known, country, partner=power, domain=domain) for power in POWERS]
    region = sum(_attraction(known, country, partner=partner, domain=domain) for partner in others(country))
    attractions = np.array([*powers, region])
    return np.append(attractions / attractions.sum() * (1.0 - other), other)


def _attraction(known: Known, country: str, *, partner: str, domain: str) -> float:
    """Attraction of a partner: size and nearness, with border, language and shared bodies."""
    prior = known.blend["prior"]
    languages = ("common_official_language", "common_ethnic_language")
    kinds = tuple(prior["membership_kinds"])
    mine, theirs = (known.bodies(entity, kinds=kinds, domain=domain) for entity in (country, partner))
    log_attraction = (
        prior["size"] * np.log(known.sizes[(partner, prior["size_measure"][domain])])
        + prior["distance"] * np.log(known.pairs[(country, partner, "distance")])
        + prior["contiguous"] * known.pairs[(country, partner, "contiguous")]
        + prior["language"] * max(known.pairs[(country, partner, name)] for name in languages)
        + prior["membership"] * float(bool(mine & theirs))
    )
    return float(np.exp(log_attraction))
