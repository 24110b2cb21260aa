"""The model as Mesa agents: countries and powers decide on the same world, then the world moves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from hedgesim.engines.case import Case, Chosen, case_named, case_of, following, run_inputs
from hedgesim.engines.explanation import Explanation, explain_decision
from hedgesim.engines.quarter import advance, assess, perceive, perceive_powers
from hedgesim.engines.records import Trajectory
from hedgesim.engines.tidy import COLUMNS, rows_of_quarter
from hedgesim.errors import HedgesimError, check_type, whole
from hedgesim.model.arrays import COUNTRY, TARGET, Array, bound
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.noise import LARGEST_RUN
from hedgesim.model.outcomes import first_times, hedging_index, security_of
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View, joined_along
from hedgesim.model.world import LEADERS, at_step, stack
from hedgesim.scenario import Scenario
from hedgesim.scenario.schema import LARGEST_SEED


class Actor(mesa.Agent):
    """A country or a power: who it is, the rule it follows, and its place on its axis."""

    model: HedgeModel

    def __init__(self, model: HedgeModel, code: str, place: int) -> None:
        """Put it at its place."""
        super().__init__(model)
        self.code, self.name = code, model.case.names.get(code, code)
        self._place, self._where = place, slice(place, place + 1)

    def __repr__(self) -> str:
        """Who it is, what it follows, and when."""
        return f"<{self.name} ({self.code}) follows {self.rule} in {self.model.period}>"

    @property
    def rule(self) -> Any:
        """The rule it follows; another may be given, as an object, a class or a name, from the next decision on."""
        case = self.model.case
        return (case.country_rules if isinstance(self, Country) else case.power_rules)[self._place]

    @rule.setter
    def rule(self, rule: object) -> None:
        self.model.follow({self.code: rule})


class Country(Actor):
    """A country that follows a rule; what it has and feels is by option or power."""

    decision: CountryDecision

    def decide(self) -> None:
        """Decide on this quarter's world, from the country's place."""
        self.decision = self.rule.decide(self.model.view.of(self._where), self.model.case.parameters)

    @property
    def hedging_index(self) -> float:
        """Hedging index now, 0..1."""
        return float(self.model.hedging[self._place, 0, 0, 0])

    @property
    def share(self) -> dict[str, dict[str, float]]:
        """Share of each option by domain, 0..1."""
        axes, share = self.model.case.setting.axes, self.model.world.share[self._place, ..., 0]
        return {domain: _labelled(axes.options, row) for domain, row in zip(axes.domains, share, strict=True)}

    @property
    def presence(self) -> dict[str, float]:
        """Presence of each option, 0..1."""
        return _labelled(self.model.case.setting.axes.options, self.model.presence[self._place, 0, :, 0])

    @property
    def threat(self) -> dict[str, float]:
        """Rise of the threat perceived from each power."""
        return _labelled(self.model.case.setting.axes.powers, self.model.world.threat[self._place, 0, :, 0])

    @property
    def offers(self) -> dict[str, float]:
        """Rise of the offers of each power."""
        return _labelled(self.model.case.setting.axes.powers, self.model.view.offer_rise[0, 0, :, 0])

    @property
    def attention(self) -> float:
        """Countries pay none: not a number."""
        return math.nan


class Power(Actor):
    """A power that follows a rule; what it has and offers is by country."""

    decision: PowerDecision

    def decide(self) -> None:
        """Decide on this quarter's world, from the power's place."""
        self.decision = self.rule.decide(self.model.power_view.of(self._where), self.model.case.parameters)

    @property
    def attention(self) -> float:
        """Attention paid now, 0..1."""
        return float(self.model.world.attention[0, 0, self._place, 0])

    @property
    def share(self) -> dict[str, dict[str, float]]:
        """Its share by country and domain, 0..1."""
        return {
            country.code: {domain: row[self.code] for domain, row in country.share.items()}
            for country in self.model.countries
        }

    @property
    def presence(self) -> dict[str, float]:
        """Its presence in each country, 0..1."""
        return {country.code: country.presence[self.code] for country in self.model.countries}

    @property
    def threat(self) -> dict[str, float]:
        """Rise of the threat that each country perceives from it."""
        return {country.code: country.threat[self.code] for country in self.model.countries}

    @property
    def offers(self) -> dict[str, float]:
        """Rise of its offers to each country."""
        return {country.code: country.offers[self.code] for country in self.model.countries}

    @property
    def hedging_index(self) -> float:
        """Powers do not hedge here: not a number."""
        return math.nan


class Collector(mesa.DataCollector):
    """Reporters as in Mesa, and the tables that it is given, to which every quarter adds its rows."""

    def collect(self, model: HedgeModel) -> None:
        """Keep what the quarter of the model shows."""
        super().collect(model)
        if self.tables:
            rows = rows_of_quarter(model.case.setting.axes, model.period, model.world, model.presence)
            for table, columns in self.tables.items():
                for name, kept in columns.items():
                    kept.extend(rows[table][name])


def _labelled(names: Sequence[str], values: Array) -> dict[str, float]:
    return dict(zip(names, map(float, values), strict=True))


def _known(scenario: Case | Scenario | str | Path, overrides: Sequence[str]) -> Case:
    """The case of what a model is made from."""
    if isinstance(scenario, str | Path):
        return case_named(scenario, tuple(overrides) if isinstance(overrides, list) else overrides)
    check_type("scenario", scenario, (Case, Scenario), 'Write a path or a name, like scenario="war_2022".')
    if overrides:
        fault = "they act on a scenario that is read here, by its name or path"
        raise HedgesimError("overrides", fault, "Give them to read_scenario.")
    return case_of(scenario) if isinstance(scenario, Scenario) else scenario


class HedgeModel(mesa.Model):
    """One run of a scenario.

    scenario: a scenario, its name or path, or a case. run: number of the run; the same run of the same scenario is the
    same whatever else is run. rng: a seed that replaces the scenario's. rules: who follows which rule from the start,
    see `case.following`. overrides: `PATH=VALUE` texts as of `read_scenario`, for a name or path.
    """

    def __init__(
        self,
        scenario: Case | Scenario | str | Path,
        run: int = 0,
        rng: int | None = None,
        *,
        rules: Chosen = (),
        overrides: Sequence[str] = (),
    ) -> None:
        """Make the agents and the starting world of one run."""
        known = _known(scenario, overrides)
        self.case = following(known if rng is None else replace(known, seed=whole("rng", rng, 0, LARGEST_SEED)), rules)
        super().__init__(rng=self.case.seed)
        self.run = run = whole("run", run, 0, LARGEST_RUN)
        self.inputs = run_inputs(np, self.case, [run])
        self.world = self.inputs.start.baseline.world
        self.worlds = [self.world]
        axes = self.case.setting.axes
        self.countries = [Country(self, code, place) for place, code in enumerate(axes.countries)]
        self.powers = [Power(self, code, place) for place, code in enumerate(axes.powers)]
        self.quarter, self.running = 0, True
        self._decided: tuple[Case, QuarterInputs] | None = None
        self._begin_quarter()
        self.datacollector = Collector(
            model_reporters={
                "period": "period",
                "leader_meetings": "leader_meetings",
                "first_time_formats": "first_time_formats",
            },
            agent_reporters={"code": "code", "hedging_index": "hedging_index", "attention": "attention"},
            tables={name: list(columns) for name, columns in COLUMNS.items()},
        )
        self.datacollector.collect(self)

    def actor(self, code: str) -> Country | Power:
        """The country or power with this code; HedgesimError if there is none."""
        actors = {actor.code: actor for actor in (*self.countries, *self.powers)}
        if code not in actors:
            raise HedgesimError(code, "no country or power has this code", f"Choose among {', '.join(actors)}.")
        return actors[code]

    def follow(self, rules: Chosen) -> None:
        """Let countries and powers follow other rules from the next decision on; see `case.following`."""
        self.case = following(self.case, rules)
        self.inputs = run_inputs(np, self.case, [self.run])
        self._begin_quarter()

    def step(self) -> None:
        """Let all agents decide on the same world, then move it by one quarter; after the last, only stop.

        Mesa's batch runner leaves out the last step of a model, so the last step here is an empty one.
        """
        if self.quarter == self.case.setting.axes.n_steps:
            self.running = False
            return
        self.case = self.case.at(self.quarter + 1)
        self.agents.do("decide")
        self._decided = self.case, self._quarter_inputs
        countries = joined_along(COUNTRY, [agent.decision for agent in self.countries])
        powers = joined_along(TARGET, [agent.decision for agent in self.powers])
        self.world = advance(self._quarter_inputs, countries, powers)
        self.worlds.append(self.world)
        self.quarter += 1
        self._begin_quarter()
        self.datacollector.collect(self)

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
        rivalry = bound(np, setting.rivalry + shocked, 0.0, 1.0)
        self.presence = self._quarter_inputs.derived.presence
        self.hedging = hedging_index(np, security_of(np, self.world.share, setting), rivalry)

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
        return int(first_times(np, self.world.ladder, before)[0, 0, 0, 0])

    def explain(self, country: str) -> Explanation:
        """Why a country decided as it did in the last step; HedgesimError for an unknown one, or before any step."""
        if self._decided is None:
            raise HedgesimError("explain", "nobody has decided yet", "Call step() first.")
        return explain_decision(*self._decided, self.world, country, run=self.run)

    def trajectory(self) -> Trajectory:
        """The quarters run so far as a trajectory; it must have run to its end."""
        return Trajectory(self.case, (self.run,), self.inputs, stack(self.worlds, len(self.worlds)))


def run_alone(case: Case, run: int) -> Trajectory:
    """One run to its end."""
    model = HedgeModel(case, run)
    while model.running:
        model.step()
    return model.trajectory()
