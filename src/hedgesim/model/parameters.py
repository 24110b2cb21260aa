"""Every shared number of the model in one place, by part of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from hedgesim.model.arrays import Array
from hedgesim.model.attention import AttentionParameters
from hedgesim.model.formats import CalendarParameters, LadderParameters, StanceParameters
from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.model.sanctions import SanctionParameters
from hedgesim.model.shares import DriftParameters, ResponseParameters, Taste
from hedgesim.model.votes import VoteParameters


@dataclass(frozen=True)
class Parameters:
    """Groups of parameters; a value is a number or an array, axes (1, 1, 1, run)."""

    taste: Taste = field(default_factory=Taste)
    drift: DriftParameters = field(default_factory=DriftParameters)
    response: ResponseParameters = field(default_factory=ResponseParameters)
    attention: AttentionParameters = field(default_factory=AttentionParameters)
    stance: StanceParameters = field(default_factory=StanceParameters)
    ladder: LadderParameters = field(default_factory=LadderParameters)
    calendar: CalendarParameters = field(default_factory=CalendarParameters)
    sanctions: SanctionParameters = field(default_factory=SanctionParameters)
    votes: VoteParameters = field(default_factory=VoteParameters)

    def with_values(self, values: Mapping[str, float | Array]) -> Parameters:
        """The same parameters with some replaced; keys are `group.name`; KeyError for an unknown one."""
        known = all_parameters()
        for path in values:
            known[path]
        groups = {path.partition(".")[0] for path in values}
        changed: dict[str, Any] = {group: self._group_with(group, values) for group in groups}
        return replace(self, **changed)

    def _group_with(self, group: str, values: Mapping[str, float | Array]) -> object:
        own = {path.partition(".")[2]: v for path, v in values.items() if path.startswith(group + ".")}
        return replace(getattr(self, group), **own)


def all_parameters() -> dict[str, Parameter]:
    """Every shared parameter by its path `group.name`."""
    prior = Parameters()
    return {
        f"{group.name}.{item.name}": item
        for group in fields(Parameters)
        for item in parameters_of(getattr(prior, group.name))
    }
