"""The prior of the starting shares: one gravity softmax, the same for all countries."""

from __future__ import annotations

import numpy as np

from hedgesim.scenario.figures import Figures


def gravity_prior(figures: Figures, country: str, *, domain: str) -> np.ndarray:
    """Prior share of every option, axis (option); sums to 1 [head_mayer2014].

    `region` is the sum over the other countries; `other` is a constant of mapping.yaml.
    """
    prior = figures.mapping["prior"]
    weights = [_attraction(figures, country, partner=power, domain=domain) for power in figures.powers]
    others = [other for other in figures.countries if other != country]
    region = sum(_attraction(figures, country, partner=other, domain=domain) for other in others)
    known = np.array([*weights, region])
    return np.append(known / known.sum() * (1.0 - prior["other"]), prior["other"])


def _attraction(figures: Figures, country: str, *, partner: str, domain: str) -> float:
    """Pull of a partner: size and nearness, with border, language and shared bodies."""
    prior = figures.mapping["prior"]
    size = figures.size(partner, prior["size_measure"][domain])
    log_pull = (
        prior["size"] * np.log(size)
        + prior["distance"] * np.log(figures.dyad(country, partner, attribute="distance"))
        + prior["contiguous"] * figures.dyad(country, partner, attribute="contiguous")
        + prior["language"] * _common_language(figures, country, partner=partner)
        + prior["membership"] * figures.share_body(country, partner, domain=domain)
    )
    return float(np.exp(log_pull))


def _common_language(figures: Figures, country: str, *, partner: str) -> float:
    official = figures.dyad(country, partner, attribute="common_official_language")
    return max(official, figures.dyad(country, partner, attribute="common_ethnic_language"))
