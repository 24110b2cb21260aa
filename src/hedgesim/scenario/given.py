"""From dated changes of memberships and formats to what is given in the model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from hedgesim.errors import ScenarioError, choose_from
from hedgesim.model.arrays import Array
from hedgesim.model.given import Given, GivenRung, GivenStatus
from hedgesim.model.setting import Axes, Formats
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.scenario.changes import Change
from hedgesim.scenario.schema import Scenario


def given_of(scenario: Scenario, axes: Axes, formats: Formats) -> tuple[Given, ...]:
    """What changes give, formats before the statuses in them, each by date.

    Raises:
        ScenarioError: a change of a format that is never at work here, or beyond its highest rung.
    """
    changes = sorted(scenario.changes.items(), key=lambda one: one[1].date.index)
    _check(scenario, axes, formats)
    dated = [change for _, change in changes]
    rungs = [_rung(change, axes, formats, dated) for change in dated if change.format]
    return (*rungs, *(_status(change, axes, dated) for change in dated if change.membership))


def _check(scenario: Scenario, axes: Axes, formats: Formats) -> None:
    """Refuse changes of formats that cannot be at work, or not at that rung."""
    errors = []
    for name, change in scenario.changes.items():
        kind = "membership" if change.membership else "format"
        of = change.membership or change.format
        if of is None:
            continue
        place = scenario.place("changes", name, kind, "format")
        if of.format not in axes.formats:
            fault = f"{of.format} is never at work in this scenario"
            errors.append(
                ScenarioError(place, fault, f"List it under formats:. {choose_from(of.format, axes.formats)}")
            )
        elif change.format:
            rung = RUNGS.index(change.format.rung)
            highest = int(formats.ceiling[0, 0, axes.formats.index(of.format), 0])
            if rung > highest:
                fault = f"{of.format} cannot be at {change.format.rung}: its highest rung is {RUNGS[highest]}"
                errors.append(ScenarioError(scenario.place("changes", name, "format", "rung"), fault, "Lower it."))
    if errors:
        raise ScenarioError.of(errors)


def _status(change: Change, axes: Axes, changes: Sequence[Change]) -> GivenStatus:
    assert change.membership is not None
    of = change.membership
    where = np.outer(_is((of.country,), axes.countries), _is((of.format,), axes.formats))
    step, until = _span(change, axes, changes)
    return GivenStatus(step, until, where[:, None, :, None], float(STATUSES.index(of.status)))


def _rung(change: Change, axes: Axes, formats: Formats, changes: Sequence[Change]) -> GivenRung:
    assert change.format is not None
    where = _is((change.format.format,), axes.formats)[None, None, :, None]
    named = change.format.members
    founders = formats.eligible if named is None else _is(named, axes.countries)[:, None, None, None]
    step, until = _span(change, axes, changes)
    return GivenRung(step, until, where, float(RUNGS.index(change.format.rung)), founders * where)


def _span(change: Change, axes: Axes, changes: Iterable[Change]) -> tuple[float, float]:
    """The step from which a change holds, and that of the next one of the same target."""
    later = (one.date.index for one in changes if one.target == change.target and one.date > change.date)
    until = min(later, default=math.inf)
    return float(change.date.index - axes.start.index), float(until - axes.start.index)


def _is(names: Sequence[str], axis: Sequence[str]) -> Array:
    """1 for those named."""
    return np.isin(np.asarray(axis), names).astype(float)
