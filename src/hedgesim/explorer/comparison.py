"""What the world without a shock, or with another change, would be like: differences of pairs of runs by quarter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hedgesim.errors import HedgesimError
from hedgesim.explorer.asked import Asked, texts_in
from hedgesim.explorer.worlds import outcomes_of
from hedgesim.numbers import INTERVAL
from hedgesim.results.tables import INDEX, PRESENCE, TOTALS
from hedgesim.scenario import Scenario
from hedgesim.scenario.twins import lacking, name_of_twin

PAIRS, MOST_WORK = 500, 40_500
"""Pairs of runs that are compared, and pairs times quarters at most: a long scenario has fewer pairs."""

OF_COUNTRIES, OF_SYSTEM = (INDEX,), ("leader_meetings", "leader_meetings_outside", "cohesion", "realignments")


def compared(asked: Asked, body: Mapping[str, Any]) -> dict[str, Any]:
    """How the scenario differs from itself without some shocks (`without`) or with other settings (`other`).

    Bands are 5 to 95 % of the differences, scenario less twin, of runs with the same random numbers, as those of
    `hedgesim run --twin`. What is counted by quarter is counted from the start on.

    Raises:
        ScenarioError, HedgesimError: a scenario cannot be used, both or none are asked for, or every pair failed.
    """
    first = asked.scenario()
    twin = _twin(asked, body, first)
    if (twin.start, twin.end, twin.seed) != (first.start, first.end, first.seed):
        raise HedgesimError("other", "it has other quarters or another seed", "Compare worlds of the same quarters.")
    pairs = max(1, min(PAIRS, MOST_WORK // (first.end.index - first.start.index + 1)))
    (a, failed_a), (b, failed_b) = (outcomes_of(one, pairs) for one in (first, twin))
    if (a.axes.countries, a.axes.powers) != (b.axes.countries, b.axes.powers):
        raise HedgesimError("other", "it has other countries or powers", "Compare worlds of the same.")
    good = np.asarray([k not in failed_a | failed_b for k in range(pairs)])
    if not good.any():
        raise HedgesimError("compare", "every pair of runs failed", "Choose less extreme values.")
    wanted = (*(name for name in a.countries if name.startswith(PRESENCE)), *OF_COUNTRIES)
    bands = []
    for n, (name, entity) in enumerate(a.columns()):
        if name in wanted or name in OF_SYSTEM:
            difference = a.values[n][:, good] - b.values[n][:, good]
            if name in TOTALS:
                difference = np.cumsum(difference, axis=0)
            low, high = np.quantile(difference, INTERVAL, axis=1)
            numbers = {"mean": difference.mean(axis=1), "low": low, "high": high}
            bands.append({"outcome": name, "entity": entity, **{key: one.tolist() for key, one in numbers.items()}})
    return {
        "first": first.name,
        "twin": name_of_twin(first, twin),
        "periods": list(a.axes.periods),
        "pairs": int(good.sum()),
        "left_out": int((~good).sum()),
        "bands": bands,
    }


def _twin(asked: Asked, body: Mapping[str, Any], first: Scenario) -> Scenario:
    """The scenario to compare with."""
    without, other = texts_in(body, "without"), body.get("other")
    if bool(without) == (other is not None):
        raise HedgesimError("compare", "it must have either without or other", 'Write "without": ["war_2022"].')
    if without:
        return asked.scenario([*lacking(first, without)])
    return Asked(asked.source, asked.text, texts_in(body, "other")).scenario()
