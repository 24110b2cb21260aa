"""What is varied when patterns are scored: rules, shocks, parameters, and differences between countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.variation import Turn, turned
from hedgesim.errors import Place, ScenarioError, choose_from, shown
from hedgesim.model.arrays import Array
from hedgesim.model.parameters import all_parameters
from hedgesim.model.setting import Setting
from hedgesim.rules import country_rules
from hedgesim.scenario.calibrations import calibrations, posterior_table

PER_COUNTRY = (
    *("share", "evidence", "weight", "proximity", "affinity", "sovereignty", "participation"),
    *("peril_proximity", "hollow"),
)
"""Fields of the setting that hold a number of every country."""
PER_PAIR = ("tie", "trust")
"""Fields of the setting that hold a number of every pair of countries."""


@dataclass(frozen=True)
class Variation:
    """What is changed in every scenario that patterns are run on; as it is, nothing.

    rule: the rule that all countries follow. calm: no shock has any size. pooled: every number of a country is the mean
    of all countries'. parameters: name of a calibration. settings: values of shared parameters by path `group.name`.
    draws: values by path, axes (draw,), as many for each; run k takes draw k modulo their number.

    Raises:
        ScenarioError: an unknown rule, calibration or path, a value out of range, draws of unequal number.
    """

    rule: str | None = None
    calm: bool = False
    pooled: bool = False
    parameters: str | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    draws: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if self.rule is not None and self.rule not in country_rules():
            fault, remedy = f"there is no rule {shown(self.rule)}", choose_from(self.rule, country_rules())
            raise ScenarioError(Place("rule"), fault, remedy)
        if self.parameters is not None and self.parameters not in calibrations():
            fault, remedy = (
                f"there is no calibration {shown(self.parameters)}",
                choose_from(self.parameters, calibrations()),
            )
            raise ScenarioError(Place("parameters"), fault, remedy)
        known = all_parameters()
        for path, values in (*self.settings.items(), *self.draws.items()):
            if path not in known:
                raise ScenarioError(Place(path), "there is no such parameter", choose_from(path, known))
            low, high, numbers = known[path].low, known[path].high, np.asarray(values, dtype=np.float64)
            if not bool(np.all((numbers >= low) & (numbers <= high))):
                raise ScenarioError(Place(path), "a value is out of range", f"Give numbers from {low:g} to {high:g}.")
        if len({len(values) for values in self.draws.values()}) > 1 or any(not len(v) for v in self.draws.values()):
            raise ScenarioError(Place("draws"), "they are not equally many", "Give one value of each to every draw.")

    def of(self, case: Case) -> Case:
        """A case with all changed but the parameters of a calibration, which the scenario brings, and the draws."""
        setting = pool(case.setting) if self.pooled else case.setting
        if self.calm:
            setting = replace(setting, shocks=replace(setting.shocks, size=0.0 * setting.shocks.size))
        rules = case.country_rules if self.rule is None else (country_rules()[self.rule](),) * len(case.country_rules)
        return replace(
            case, setting=setting, country_rules=rules, parameters=case.parameters.with_values(self.settings)
        )

    def drawn(self, case: Case, runs: Sequence[int]) -> Case:
        """A case whose runs have the values of their draws."""
        if not self.draws:
            return case
        places = np.asarray(runs)
        values = {path: np.asarray(held)[places % len(held)] for path, held in self.draws.items()}
        return turned(case, {path: (Turn(parameter=path),) for path in values}, values)


def draws_of(calibration: str) -> dict[str, Array]:
    """Draws of parameters from the posterior of a calibration, by path, axes (draw,); KeyError for an unknown one."""
    known = all_parameters()
    return {path: np.asarray(held) for path, held in posterior_table(calibration).items() if path in known}


def pool(setting: Setting) -> Setting:
    """A setting in which every country has the mean of all countries.

    That goes for starting shares, ties, trust, affinity, weights of domains, nearness, sovereignty cost and turnout at
    votes. Who belongs to which format, and whom a shock hits, stay as they are: these are events and no numbers.
    """
    changed: dict[str, Array] = {}
    for name in PER_COUNTRY:
        held = np.asarray(getattr(setting, name))
        changed[name] = np.broadcast_to(held.mean(axis=-3, keepdims=True), held.shape).copy()
    changed["hollow"] = (changed["hollow"] > 0.5).astype(float)
    n = len(setting.axes.countries)
    others = (1.0 - np.eye(n))[None, :, None, :]
    for name in PER_PAIR:
        held = np.asarray(getattr(setting, name))
        pairs = np.sum(held * others, axis=(-3, -1), keepdims=True) / max(1, n * (n - 1))
        changed[name] = pairs * others
    assert set(changed) <= {item.name for item in fields(Setting)}
    return replace(setting, **changed)
