"""Results that pages are made of: two runs that are paired, a sweep with goals, and one with two numeric factors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

import hedgesim
from command_line import call
from hedgesim.scenario import read_scenario
from results.small import SMALL, written

RULES = """\
question: Which rule serves its country best?
scenarios: [war_2022, no_war]
uncertainties:
  settings.taste.concentration: [0.0, 3.0, 6.0]
levers:
  rules.countries.all.rule: [multi_vector, balancing, habit]
  end: [2022Q2]
outcomes: [hedging_index, presence_RUS]
goals: {hedging_index: high}
design: grid
replications: 4
seed: 5
"""
PHASES = """\
question: How do taste and the size of the war act together?
scenarios: [war_2022]
uncertainties:
  settings.taste.concentration: [0.0, 3.0, 6.0]
  shock_sizes.war_2022: [0.0, 1.0, 2.0]
levers:
  end: [2022Q4]
outcomes: [hedging_index, realignments]
design: grid
replications: 3
seed: 5
"""


@pytest.fixture(scope="session")
def batches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the folders war, peace, fearful, rules, phases and small, and another region, sea.yaml."""
    home = tmp_path_factory.mktemp("reported")
    for name, place, more in (
        ("war_2022", "war", []),
        ("no_war", "peace", []),
        ("war_2022", "fearful", ["settings.taste.threat=2.0"]),
    ):
        results = hedgesim.run(read_scenario(name, overrides=["end=2022Q4", *more]), 40, keep=4)
        hedgesim.write(results, home / place)
    for text, place in ((RULES, "rules"), (PHASES, "phases"), (SMALL, "small")):
        hedgesim.sweep(written(home, text, name=f"{place}.yaml"), home / place)
    with chdir(home):
        assert call("new", "region", "sea").code == 0
    return home


@pytest.fixture(scope="session")
def page(batches: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The page that `hedgesim report WORDS` writes, each written once."""
    home, known = tmp_path_factory.mktemp("pages"), {}

    def of(*words: str) -> Path:
        if words not in known:
            file = home / f"{len(known)}.html"
            places = [str(batches / word) if (batches / word).is_dir() else word for word in words]
            said = call("report", *places, "-o", str(file), *([] if "--why" in words else ["--no-why"]))
            assert said.code == 0, said.err
            known[words] = file
        return known[words]

    return of
