"""When nothing happens, nothing moves: the start is at rest, on the packaged tables."""

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines import ensemble
from hedgesim.engines.case import Case, RunInputs, run_inputs
from hedgesim.engines.invented import quiet
from hedgesim.model.draws import Draws, Words
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import View
from hedgesim.rules import country_rules
from worlds import case_from

STILL = ("drift.sigma=0", "drift.sigma_energy=0", "drift.start=0")
"""No drift, and starting shares as in the table."""
NEVER = ("opening", "holding", "membership", "coming", "stance", "joining")
STEADY = ("unanswered", "response", "share", "threat", "attention", "trust", "joined", "stance", "rulers", "forgotten")
STEADY += ("status", "ladder", "turn", "seated")
RULES = [
    name
    for name, rule in country_rules().items()
    if not rule.gambles and not np.any(rule().value(quiet(View), Parameters().taste))
]
"""Rules that see no reason to move when nothing has happened; `random` gambles, and `landscape` follows affinity."""


@pytest.mark.parametrize(
    ("start", "end", "rule"), [("2015Q1", "2025Q1", "multi_vector"), *(("2021Q1", "2031Q1", rule) for rule in RULES)]
)
def test_without_shocks_drift_and_random_events_the_world_stays_at_its_start(
    start: str, end: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = [f"settings.{setting}" for setting in STILL]
    texts = [f"start={start}", f"end={end}", "recorded_shocks=none", f"rules.countries.all.rule={rule}", *still]
    case = case_from("war_2022", *texts)

    def without_events(xp, case: Case, runs) -> RunInputs:
        inputs = run_inputs(xp, case, runs)

        def numbers_of(words: Words, step: int) -> Draws:
            draws = inputs.numbers_of(words, step)
            return replace(draws, **{name: 0.0 * getattr(draws, name) + 1.0 for name in NEVER})

        return replace(inputs, numbers_of=numbers_of)

    monkeypatch.setattr(ensemble, "run_inputs", without_events)
    worlds = ensemble.simulate(case, [0, 1]).worlds
    assert len(worlds.share) == 41
    for name in STEADY:
        values = getattr(worlds, name)
        assert np.max(np.abs(values - values[:1])) < 1e-9, name
    body = case.setting.formats.body[0, 0, :, 0] > 0.0
    assert not np.any(worlds.meeting[:, 0, 0, ~body]), "only bodies keep their calendar"


def test_the_rules_of_the_package_are_among_those_that_see_no_reason_to_move() -> None:
    assert {"multi_vector", "balancing", "bandwagoning", "omnibalancing", "neutrality", "habit"} <= set(RULES)
    assert not {"random", "landscape"} & set(RULES)
