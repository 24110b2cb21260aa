"""The scenarios that patterns are run on, and what is varied in them: rules, shocks, parameters, differences."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hedgesim.analysis.patterns.interval import Span
from hedgesim.analysis.patterns.pattern import Key, Part, Patterns
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.errors import ScenarioError, choose_from, shown
from hedgesim.model.arrays import COUNTRY, TARGET, Array
from hedgesim.model.parameters import all_parameters
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Setting
from hedgesim.model.shocks import CHANNELS
from hedgesim.rules import country_rules
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import PRIOR, calibrations, posterior_table
from hedgesim.scenario.files import ENDINGS
from hedgesim.scenario.rule_choices import Rules

BARE = {"settings": {}, "rules": Rules(), "parameters": PRIOR, "seed": 0}
"""What does not matter for the arrays of the tables."""
PER_COUNTRY = (
    *("share", "evidence", "prior_dominated", "weight", "turnover", "proximity", "affinity", "regional_weight"),
    *("personalisation", "neutrality", "left", "votes_sovereignty", "votes_rights"),
)
"""Fields of the setting that hold a number of every country."""
PER_PAIR = ("tie", "trust")
"""Fields of the setting that hold a number of every pair of countries."""
_SINGULAR = {"countries": "country", "powers": "power", "domains": "domain", "options": "option", "formats": "format"}


@dataclass(frozen=True)
class PatternScenarios:
    """The scenarios of a file of patterns.

    like: a scenario whose rules and parameters take the place of theirs, and whose settings, sizes of shocks and data
    override theirs. seed: in place of theirs.

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
        use, like = self.patterns.scenarios[name], self.like
        in_a_file = use.scenario.endswith(ENDINGS)
        own = read_scenario(self.patterns.path.parent / use.scenario if in_a_file else use.scenario, seed=self.seed)
        sizes = [own.shock_sizes, use.shock_sizes, *([] if like is None else [like.shock_sizes])]
        changed: dict[str, object] = {"shock_sizes": _product(sizes), "end": use.end or own.end}
        if like is not None:
            changed |= {"settings": {**own.settings, **like.settings}, "parameters": like.parameters}
            changed |= {"data": (*own.data, *like.data), "rules": own.rules if use.own_rules else like.rules}
        if parameters is not None:
            changed["parameters"] = parameters
        return own.model_copy(update=changed)

    def case(self, name: str, parameters: str | None = None) -> Case:
        """The case of a scenario of the file."""
        scenario = self.scenario(name, parameters)
        key = scenario.model_copy(update=BARE).digest
        if key not in self.settings:
            self.settings[key] = read_inputs(scenario).setting
        return case_of(scenario, self.settings[key])

    def check(self) -> None:
        """Refuse parts whose names or quarters their scenarios lack, and pairs that cannot be set side by side.

        Raises:
            ScenarioError: with the place in the file of patterns.
        """
        axes = {name: self.case(name).setting.axes for name in self.patterns.scenarios_needed}
        for key, part in self.patterns.parts.items():
            for name in part.scenarios:
                self._check_names(key, part, name, axes[name])
            if part.less is not None:
                self._check_pair(key, part)

    def _check_names(self, key: Key, part: Part, name: str, axes: Axes) -> None:
        use = self.patterns.scenarios[name]
        called = name if name == use.scenario else f"{name} ({use.scenario})"
        for path, axis, value in part.statistic.arguments(("statistic",)):
            known = getattr(axes, axis) if axis else (value,)
            if value not in known:
                fault = f"{called} has no {_SINGULAR[axis]} {shown(value)}"
                raise ScenarioError(self.patterns.place_in(key, path), fault, choose_from(value, known))
            for quarter in (value.first, value.last) if isinstance(value, Span) else (value,):
                if isinstance(quarter, Period) and str(quarter) not in axes.periods:
                    fault = f"{called} runs {axes.periods[0]} to {axes.periods[-1]}, without {quarter}"
                    remedy = "Name quarters in it, or another scenario."
                    raise ScenarioError(self.patterns.place_in(key, path), fault, remedy)

    def _check_pair(self, key: Key, part: Part) -> None:
        """Two scenarios of a part must have the same seed, start and end."""
        if len({(one.start, one.end, one.seed) for one in map(self.scenario, part.scenarios)}) > 1:
            fault = f"{part.on} and {part.less} differ in seed or quarters, so their runs are not twins"
            raise ScenarioError(self.patterns.place_in(key, ("less",)), fault, "Name a scenario of the same.")


def unused(like: Scenario) -> tuple[str, ...]:
    """Keys of a scenario that say which world and which events it is about: patterns have theirs, so they are not used.

    What it only says as every scenario does is left out.
    """
    axes = ("countries", "powers", "domains", "shocks", "omit_shocks")
    named = [key for key in axes if getattr(like, key)]
    return tuple(named + [key for key in ("formats", "recorded_shocks") if getattr(like, key) != "all"])


def _product(factors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Factors on sizes of shocks, multiplied where several name the same."""
    names = sorted({name for one in factors for name in one})
    return {name: math.prod(one.get(name, 1.0) for one in factors) for name in names}


@dataclass(frozen=True)
class Variation:
    """What is changed in every scenario that patterns are run on; as it is, nothing.

    rule: the rule that all countries follow. calm: no shock has any size. mute: channels on which no shock acts.
    pooled: every number of a country is the mean of all countries'. parameters: name of a calibration. settings:
    values of shared parameters by path `group.name`. draws: values by path, axes (draw,), as many for each; run k takes
    draw k modulo their number.

    Raises:
        ScenarioError: an unknown rule, calibration or path, a value out of range, draws of unequal number.
    """

    rule: str | None = None
    calm: bool = False
    mute: tuple[str, ...] = ()
    pooled: bool = False
    parameters: str | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    draws: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse unknown names and numbers out of range."""
        _refuse_unknown("rule", "there is no rule", self.rule, country_rules())
        for channel in self.mute:
            _refuse_unknown("mute", "there is no channel", channel, CHANNELS)
        _refuse_unknown("parameters", "there is no calibration", self.parameters, calibrations())
        known = all_parameters()
        for path, values in (*self.settings.items(), *self.draws.items()):
            if path not in known:
                raise ScenarioError(path, "there is no such parameter", choose_from(path, known))
            low, high, numbers = known[path].low, known[path].high, np.asarray(values, dtype=np.float64)
            if not bool(np.all((numbers >= low) & (numbers <= high))):
                raise ScenarioError(path, "a value is out of range", f"Give numbers from {low:g} to {high:g}.")
        numbers_of_draws = {len(values) for values in self.draws.values()}
        if len(numbers_of_draws) > 1 or 0 in numbers_of_draws:
            raise ScenarioError("draws", "their numbers differ", "Give one value of each to every draw.")

    def of(self, case: Case) -> Case:
        """A case with all changed but the parameters of a calibration, which the scenario brings, and the draws."""
        setting = pool(case.setting) if self.pooled else case.setting
        shocks = setting.shocks
        if self.calm:
            shocks = replace(shocks, size=0.0 * shocks.size)
        masks = {name: 0.0 * mask if name in self.mute else mask for name, mask in shocks.masks.items()}
        setting = replace(setting, shocks=replace(shocks, masks=masks))
        rules = case.country_rules if self.rule is None else (country_rules()[self.rule](),) * len(case.country_rules)
        parameters = case.parameters.with_values(self.settings)
        return replace(case, setting=setting, country_rules=rules, parameters=parameters)

    def drawn(self, case: Case, runs: Sequence[int]) -> Case:
        """A case whose runs have the values of their draws."""
        if not self.draws:
            return case
        values = {path: np.asarray(held)[np.asarray(runs) % len(held)] for path, held in self.draws.items()}
        return with_varied_numbers(case, {path: (VariedNumber(parameter=path),) for path in values}, values)


def _refuse_unknown(place: str, fault: str, name: str | None, known: Collection[str]) -> None:
    if name is not None and name not in known:
        raise ScenarioError(place, f"{fault} {shown(name)}", choose_from(name, known))


def draws_of(calibration: str) -> dict[str, Array]:
    """Draws of parameters from the posterior of a calibration, by path, axes (draw,); KeyError for an unknown one."""
    known = all_parameters()
    return {path: np.asarray(held) for path, held in posterior_table(calibration).items() if path in known}


def pool(setting: Setting) -> Setting:
    """A setting in which every country has the mean of all countries.

    That goes for starting shares, ties, trust, affinity, weights of domains and in the region, turnover, nearness,
    personal rule, neutrality, bodies left and earlier votes. Who belongs to which format, and whom a shock hits, stay
    as they are: these are events, not numbers.
    """
    changed: dict[str, Any] = {}
    for name in PER_COUNTRY:
        held = np.asarray(getattr(setting, name))
        changed[name] = np.broadcast_to(held.mean(axis=COUNTRY, keepdims=True), held.shape).copy()
    changed["prior_dominated"] = (changed["prior_dominated"] > 0.5).astype(float)
    n = len(setting.axes.countries)
    others = (1.0 - np.eye(n))[:, None, :, None]
    for name in PER_PAIR:
        held = np.asarray(getattr(setting, name))
        pairs = np.sum(held * others, axis=(COUNTRY, TARGET), keepdims=True) / max(1, n * (n - 1))
        changed[name] = pairs * others
    return replace(setting, **changed)
