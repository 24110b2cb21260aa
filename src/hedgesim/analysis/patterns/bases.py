"""The scenarios that patterns are run on as cases: read once, with what another scenario brings, and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hedgesim.analysis.patterns.pattern import Base, Part, Patterns
from hedgesim.analysis.patterns.seen import Span
from hedgesim.engines.case import Case, case_of
from hedgesim.errors import ScenarioError, choose_from, shown
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Setting
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import source
from hedgesim.scenario.calibrations import PRIOR
from hedgesim.scenario.files import ENDINGS
from hedgesim.scenario.schema import Rules

BARE = {"settings": {}, "rules": Rules(), "parameters": PRIOR, "seed": 0}
"""What does not matter for the arrays of the tables."""
_SINGULAR = {"countries": "country", "powers": "power", "domains": "domain", "options": "option", "formats": "format"}


@dataclass(frozen=True)
class Bases:
    """Cases of the scenarios of a file of patterns.

    like: a scenario whose rules and parameters take the place of theirs, and whose settings, sizes of shocks and data
    are laid over theirs. seed: in place of theirs.

    Raises:
        ScenarioError: `like` brings tables of its own; reading a scenario fails.
    """

    patterns: Patterns
    like: Scenario | None = None
    seed: int | None = None
    settings: dict[str, Setting] = field(default_factory=dict)
    """What the tables gave, by the digest of a scenario without its rules and parameters."""

    def __post_init__(self) -> None:
        """Refuse a scenario that is about something else."""
        if self.like is not None and self.like.tables_folder is not None:
            fault = "a scenario with tables of its own cannot be scored by patterns of other tables"
            raise ScenarioError(self.like.place("tables"), fault, "Leave tables out.")

    def scenario(self, name: str, parameters: str | None = None) -> Scenario:
        """A scenario of the file; parameters: name of a calibration in place of its own."""
        base = self.patterns.bases[name]
        own = read_scenario(self._source(base), seed=self.seed)
        changed: dict[str, object] = {"shock_sizes": _sizes(own.shock_sizes, base.shock_sizes)}
        if base.end is not None:
            changed["end"] = base.end
        if self.like is not None:
            changed["settings"] = {**own.settings, **self.like.settings}
            changed["parameters"] = self.like.parameters
            changed["shock_sizes"] = _sizes(own.shock_sizes, base.shock_sizes, self.like.shock_sizes)
            changed["data"] = (*own.data, *self.like.data)
            if not base.own_rules:
                changed["rules"] = self.like.rules
        if parameters is not None:
            changed["parameters"] = parameters
        return own.model_copy(update=changed)

    def _source(self, base: Base) -> str | Path:
        """A packaged scenario by name, or a file beside the patterns."""
        if base.scenario.endswith(ENDINGS):
            return self.patterns.path.parent / base.scenario
        return base.scenario

    def case(self, name: str, parameters: str | None = None) -> Case:
        """The case of a scenario of the file."""
        scenario = self.scenario(name, parameters)
        key = scenario.model_copy(update=BARE).digest
        if key not in self.settings:
            self.settings[key] = source(scenario).setting
        return case_of(scenario, self.settings[key])

    def check(self) -> None:
        """Refuse parts whose names or quarters their scenarios lack, and pairs that cannot be set side by side.

        Raises:
            ScenarioError: with the place in the file of patterns.
        """
        axes = {name: self.case(name).setting.axes for part in self.patterns.parts for name in part.bases}
        for part in self.patterns.parts:
            for name in part.bases:
                self._check_part(part, name, axes[name])
            if part.less is not None:
                self._check_pair(part, axes)

    def _check_part(self, part: Part, name: str, axes: Axes) -> None:
        for kind, value, path in part.statistic.values():
            if kind.axis:
                known: tuple[str, ...] = getattr(axes, kind.axis)
                for one in value if isinstance(value, tuple) else (value,):
                    if one not in known:
                        fault = f"{self._called(name)} has no {_SINGULAR[kind.axis]} {shown(one)}"
                        raise ScenarioError(self.patterns.place(path), fault, choose_from(one, known))
            for quarter in _quarters(value):
                if str(quarter) not in axes.periods:
                    fault = f"{self._called(name)} runs {axes.periods[0]} to {axes.periods[-1]}, without {quarter}"
                    raise ScenarioError(self.patterns.place(path), fault, "Name quarters in it, or another scenario.")

    def _check_pair(self, part: Part, axes: Mapping[str, Axes]) -> None:
        """The same seed, start and end."""
        assert part.less is not None
        one, other = (self.scenario(name) for name in (part.on, part.less))
        if (one.start, one.end, one.seed) != (other.start, other.end, other.seed):
            fault = f"{part.on} and {part.less} differ in seed or quarters, so their runs are no twins"
            raise ScenarioError(self.patterns.place((*part.path, "less")), fault, "Name a scenario of the same.")

    def _called(self, name: str) -> str:
        base = self.patterns.bases[name].scenario
        return name if name == base else f"{name} ({base})"


def unused(like: Scenario) -> tuple[str, ...]:
    """Keys of a scenario that say which world and which events it is about: patterns have theirs, so they are not used.

    What it only says as every scenario does is left out.
    """
    axes = ("countries", "powers", "domains", "shocks", "omit_shocks")
    named = [key for key in axes if getattr(like, key)]
    return tuple(named + [key for key in ("formats", "recorded_shocks") if getattr(like, key) != "all"])


def _sizes(*factors: Mapping[str, float]) -> dict[str, float]:
    """Factors on sizes of shocks, multiplied where several name the same."""
    names = sorted({name for one in factors for name in one})
    return {name: math.prod(one.get(name, 1.0) for one in factors) for name in names}


def _quarters(value: object) -> tuple[Period, ...]:
    """The quarters that an argument names."""
    if isinstance(value, Span):
        return value.first, value.last
    return (value,) if isinstance(value, Period) else ()
