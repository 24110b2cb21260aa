"""What every engine returns: the worlds of some runs, quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.engines.case import Case, Future
from hedgesim.model.arrays import Array
from hedgesim.model.outcomes import country_outcomes, first_times, system_outcomes
from hedgesim.model.sight import Baseline, Sight, Standing, look, stand
from hedgesim.model.world import World


@dataclass(frozen=True)
class Trajectory:
    """Worlds of some runs; arrays have axes (step, run, country, domain, target), step 0 is the start."""

    case: Case
    runs: tuple[int, ...]
    future: Future
    worlds: World

    def sight(self) -> Sight:
        """Effective quantities of each quarter, shocks included."""
        return look(
            self.worlds,
            self.future.start.baseline,
            self.future.conditions,
            setting=self.case.setting,
            parameters=self.case.parameters,
        )

    def outcomes(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """Outcomes of countries and of the system by name; axes (step, run, country or 1, 1, 1)."""
        highest = self.worlds.highest
        before = self.worlds.xp.concat((highest[:1, ...], highest[:-1, ...]), axis=0)
        baseline, conditions = self.future.start.baseline, self.future.conditions
        standing = stand(self.worlds, baseline, conditions, self.case.setting)
        return outcomes_in(self.case, self.worlds, baseline, standing, risk=conditions.sanctionrisk, before=before)


def outcomes_in(
    case: Case, world: World, baseline: Baseline, standing: Standing, *, risk: Array, before: Array
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Outcomes of countries and of the system by name, axes (…, run, country or 1, 1, 1), in one or more quarters.

    risk: of secondary sanctions, axes (…, run, 1, 1, power). before: highest rungs of the formats a quarter earlier.
    """
    setting, parameters = case.setting, case.parameters
    countries = country_outcomes(world, baseline, standing, risk=risk, setting=setting, parameters=parameters)
    system = system_outcomes(world, baseline, standing, setting=setting, parameters=parameters)
    return countries, {**system, "first_time_formats": first_times(world.xp, world.highest, before)}
