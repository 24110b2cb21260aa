"""The model as Mesa agents: countries and powers decide on the same world, then the world moves."""

from __future__ import annotations

from dataclasses import replace

import array_api_compat.numpy as xp
import mesa
import numpy as np

from hedgesim.engines.case import Case, case_named, run_inputs
from hedgesim.engines.quarter import advance, assess, perceive, perceive_powers
from hedgesim.engines.records import Trajectory
from hedgesim.errors import whole
from hedgesim.model.arrays import COUNTRY, TARGET, bound
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.outcomes import first_times, hedging_index, security_of
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View, joined_along
from hedgesim.model.world import LEADERS, at_step, stack
from hedgesim.rules import CountryRule, PowerRule


class Country(mesa.Agent):
    """A country that follows a rule."""

    model: HedgeModel
    decision: CountryDecision

    def __init__(self, model: HedgeModel, code: str, rule: CountryRule, place: int) -> None:
        """Put the country at its place on the country axis."""
        super().__init__(model)
        self.code, self.rule = code, rule
        self._where = slice(place, place + 1)
        self._place = place

    def decide(self) -> None:
        """Decide on this quarter's world, from the country's place."""
        self.decision = self.rule.decide(self.model.view.of(self._where), self.model.case.parameters)

    @property
    def hedging_index(self) -> float:
        """Hedging index now, 0..1."""
        return float(self.model.hedging[self._place, 0, 0, 0])

    @property
    def attention(self) -> None:
        """Countries pay none."""


class Power(mesa.Agent):
    """A power that follows a rule."""

    model: HedgeModel
    decision: PowerDecision

    def __init__(self, model: HedgeModel, code: str, rule: PowerRule, place: int) -> None:
        """Put the power at its place on the power axis."""
        super().__init__(model)
        self.code, self.rule = code, rule
        self._where = slice(place, place + 1)
        self._place = place

    def decide(self) -> None:
        """Decide on this quarter's world, from the power's place."""
        self.decision = self.rule.decide(self.model.power_view.of(self._where), self.model.case.parameters)

    @property
    def attention(self) -> float:
        """Attention paid now, 0..1."""
        return float(self.model.world.attention[0, 0, self._place, 0])

    @property
    def hedging_index(self) -> None:
        """Powers do not hedge here."""


class HedgeModel(mesa.Model):
    """One run of a scenario.

    case: a case, or the name or path of a scenario. run: number of the run; the same run of the same scenario is
    the same whatever else is run. rng: a seed that replaces the scenario's.
    """

    def __init__(self, case: Case | str, run: int = 0, rng: int | None = None) -> None:
        """Make the agents and the starting world of one run."""
        known = case_named(case) if isinstance(case, str) else case
        self.case = known if rng is None else replace(known, seed=int(rng))
        super().__init__(rng=self.case.seed)
        self.run = run = whole("run", run, 0)
        self.inputs = run_inputs(xp, self.case, [run])
        self.world = self.inputs.start.baseline.world
        self.worlds = [self.world]
        axes = self.case.setting.axes
        self.countries = [
            Country(self, code, rule, n)
            for n, (code, rule) in enumerate(zip(axes.countries, self.case.country_rules, strict=True))
        ]
        self.powers = [
            Power(self, code, rule, n)
            for n, (code, rule) in enumerate(zip(axes.powers, self.case.power_rules, strict=True))
        ]
        self.quarter, self.running = 0, True
        self._begin_quarter()
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "period": "period",
                "leader_meetings": "leader_meetings",
                "first_time_formats": "first_time_formats",
            },
            agent_reporters={"code": "code", "hedging_index": "hedging_index", "attention": "attention"},
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        """Let all agents decide on the same world, then move it by one quarter; after the last, only stop.

        Mesa's batch runner leaves out the last step of a model, so the last step here is an empty one.
        """
        if self.quarter == self.case.setting.axes.n_steps:
            self.running = False
            return
        self._change_rules()
        self.agents.do("decide")
        countries = joined_along(COUNTRY, [agent.decision for agent in self.countries])
        powers = joined_along(TARGET, [agent.decision for agent in self.powers])
        self.world = advance(self._quarter_inputs, countries, powers)
        self.worlds.append(self.world)
        self.quarter += 1
        self._begin_quarter()
        self.datacollector.collect(self)

    def _change_rules(self) -> None:
        """Give a new rule to the agents whose rule the scenario changes in the coming quarter."""
        before, now = self.case.at(self.quarter), self.case.at(self.quarter + 1)
        for country, rule, new in zip(self.countries, before.country_rules, now.country_rules, strict=True):
            country.rule = country.rule if new is rule else new
        for power, own, other in zip(self.powers, before.power_rules, now.power_rules, strict=True):
            power.rule = power.rule if other is own else other

    def _begin_quarter(self) -> None:
        """Compute what all agents know before deciding."""
        step = min(self.quarter + 1, self.case.setting.axes.n_steps)
        self._quarter_inputs: QuarterInputs = assess(
            self.case,
            self.world,
            self.inputs.start.baseline,
            conditions=at_step(self.inputs.conditions, step),
            draws=self.inputs.draws_at(step),
        )
        self.view: View = perceive(self._quarter_inputs)
        self.power_view: PowerView = perceive_powers(self._quarter_inputs)
        setting = self.case.setting
        shocked = at_step(self.inputs.conditions, self.quarter).rivalry
        rivalry = bound(xp, setting.rivalry + shocked, 0.0, 1.0)
        self.hedging = hedging_index(xp, security_of(xp, self.world.share, setting), rivalry)

    @property
    def period(self) -> str:
        """The quarter the world is in."""
        return self.case.setting.axes.periods[self.quarter]

    @property
    def leader_meetings(self) -> int:
        """Formats whose leaders met this quarter."""
        return int(np.sum(self.world.meeting >= LEADERS))

    @property
    def first_time_formats(self) -> int:
        """Formats whose leaders met this quarter for the first time."""
        before = self.worlds[max(0, self.quarter - 1)].ladder
        return int(first_times(xp, self.world.ladder, before)[0, 0, 0, 0])

    def trajectory(self) -> Trajectory:
        """The quarters run so far as a trajectory; it must have run to its end."""
        return Trajectory(self.case, (self.run,), self.inputs, stack(self.worlds))


def run_alone(case: Case, run: int) -> Trajectory:
    """One run to its end."""
    model = HedgeModel(case, run)
    while model.running:
        model.step()
    return model.trajectory()
