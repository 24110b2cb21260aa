"""Outcomes of countries that cannot move, or start at 0, because of what a region is: which, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hedgesim.model.outcomes import hedging_index, security_of
from hedgesim.model.setting import Setting


def fixed_indices(setting: Setting) -> Iterator[str]:
    """Sentences about outcomes that are the same throughout, or 0 at the start."""
    if not setting.security.any():
        yield "The hedging index is 0 throughout: it is of the domain security, and there is none."
    else:
        yield from _loyal(setting)
    if not (setting.economy.any() or setting.energy.any()):
        yield "Autonomy is 1 throughout: it is of the domains economy and energy, and there is neither."
    if len(setting.axes.domains) == 1:
        yield "Issue splitting is 0 throughout: there is one domain."


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
    return f"{', '.join(held[:-1])} and {held[-1]}, which share its security, are no rivals"
