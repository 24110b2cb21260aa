"""What every engine returns: the worlds of some runs, quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass, fields

from hedgesim.engines.case import Case, Future
from hedgesim.model.arrays import Array
from hedgesim.model.outcomes import country_outcomes, first_times, system_outcomes
from hedgesim.model.perception import Sight, look
from hedgesim.model.shocks import Conditions
from hedgesim.model.world import World


@dataclass(frozen=True)
class Trajectory:
    """Worlds of some runs; arrays have axes (step, run, country, domain, target), step 0 is the start."""

    case: Case
    runs: tuple[int, ...]
    future: Future
    worlds: World

    def conditions(self) -> Conditions:
        """What shocks made of each quarter."""
        xp = self.worlds.xp
        names = [item.name for item in fields(Conditions)]
        quarters = self.future.conditions
        return Conditions(**{name: xp.stack([getattr(c, name) for c in quarters], axis=0) for name in names})

    def sight(self) -> Sight:
        """Effective quantities of each quarter, shocks included."""
        return look(
            self.worlds,
            self.future.start.baseline,
            self.conditions(),
            setting=self.case.setting,
            parameters=self.case.parameters,
        )

    def outcomes(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """Outcomes of countries and of the system by name; axes (step, run, country or 1, 1, 1)."""
        sight, baseline = self.sight(), self.future.start.baseline
        setting, parameters, xp = self.case.setting, self.case.parameters, self.worlds.xp
        risk = self.conditions().sanctionrisk
        countries = country_outcomes(self.worlds, baseline, sight, risk=risk, setting=setting, parameters=parameters)
        system = system_outcomes(self.worlds, baseline, sight, setting=setting, parameters=parameters)
        highest = self.worlds.highest
        before = xp.concat((highest[:1, ...], highest[:-1, ...]), axis=0)
        return countries, {**system, "first_time_formats": first_times(xp, highest, before)}
