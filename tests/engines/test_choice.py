"""Engines by name."""

import pytest

from hedgesim.engines.case import case_named
from hedgesim.engines.choice import ENGINES


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_an_engine_makes_the_runs_it_is_asked_for(name: str) -> None:
    engine = ENGINES[name]()
    assert engine.name == name
    runs = [5] if engine.together == 1 else [5, 9]
    made = engine.make(case_named("war_2022"), runs)
    assert made.runs == tuple(runs)
    assert made.worlds.share.shape[:2] == (made.case.setting.axes.n_steps + 1, len(runs))
