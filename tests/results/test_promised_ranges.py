"""Outcomes stay in the ranges that their meanings promise, however extreme the world is."""

import numpy as np
import pytest

import hedgesim
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameters import all_parameters

PROMISE = "0..1"
PROMISED = [name for name, item in OUTCOMES.items() if item.meaning.endswith(PROMISE)]
HIGH = {path: item.high for path, item in all_parameters().items()}
WORLDS = {
    "goods that all pass on": [f"settings.response.{name}={HIGH[f'response.{name}']:g}"
                               for name in ("reexport", "reexport_flow", "reexport_spread")],
    "formats that all enter": ["settings.ladder.accession=1", "settings.stance.willing=10", "shock_sizes.war_2022=10"],
    "threat above all": [f"settings.taste.threat={HIGH['taste.threat']:g}", "shock_sizes.war_2022=10"],
    "chance above all": [f"settings.drift.sigma={HIGH['drift.sigma']:g}", "rules.countries.all.rule=random"],
    "dependence that costs nothing": ["settings.taste.concentration=0", "rules.countries.all.rule=bandwagoning"],
}  # fmt: skip


@pytest.mark.parametrize("settings", WORLDS.values(), ids=WORLDS)
def test_what_promises_to_be_from_0_to_1_is(settings: list[str]) -> None:
    scenario = hedgesim.read_scenario("war_2022", overrides=["end=2024Q4", *settings])
    results = hedgesim.run(scenario, runs=6, keep=6)
    assert len(PROMISED) > 3
    for name in PROMISED:
        values = results.table(OUTCOMES[name].table)[name].to_numpy(dtype=float)
        assert np.all((values >= 0.0) & (values <= 1.0)), name


def test_what_may_exceed_1_promises_nothing() -> None:
    (settings,) = (WORLDS[name] for name in WORLDS if "goods" in name)
    results = hedgesim.run(hedgesim.read_scenario("war_2022", overrides=["end=2024Q4", *settings]), runs=6, keep=6)
    assert results.table("countries")["reexport"].max() > 1.0
    assert PROMISE not in OUTCOMES["reexport"].meaning
