"""The smallest change that meets a condition: functions with known borders, a rule with a known root, the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis.known import HERE, OUTCOME, path_of, saying

from command_line import call, folded, parsed, refused
from hedgesim import read_scenario, run
from hedgesim.analysis.condition import Condition
from hedgesim.analysis.seek import FINEST, Found, Values, most_runs, seek
from hedgesim.analysis.trials import Range, Trials, trials_of
from hedgesim.engines import engine_of
from hedgesim.results.simulation import Plan, run_scenarios
from hedgesim.rules import catalogue
from hedgesim.rules.catalogue import rule_file, use

RUNS = 50
NOISE = np.random.default_rng(4).normal(size=RUNS)


class Known(Trials):
    """Trials of a function of the numbers, to which every run adds a number of its own."""

    def __init__(
        self, function: Callable[..., Values], *ranges: tuple[float, float, float], noise: float = 0.0
    ) -> None:
        named = tuple(Range(f"x{k}", *ends) for k, ends in enumerate(ranges))
        super().__init__(cast("Any", None), named, {}, "y", RUNS)
        self.function, self.noise = function, noise

    def values(self, places: Values) -> Values:
        numbers = [one.at(places[:, k]) for k, one in enumerate(self.ranges)]
        self.on_runs(RUNS * len(places))
        return np.asarray(self.function(*numbers))[:, None] + self.noise * (NOISE - NOISE.mean())


def sought(
    condition: str, function: Callable[..., Values], *ranges: tuple[float, float, float], noise: float = 0.0
) -> Found:
    """What is found of y; ranges: the value in force, lowest and highest value of each number."""
    return seek(Known(function, *ranges, noise=noise), Condition.read(condition))


@settings(max_examples=60, deadline=None)
@given(root=st.floats(0.0, 10.0), now=st.floats(0.0, 10.0), rises=st.booleans())
def test_of_a_monotone_function_the_root_is_found_to_a_thousandth_of_the_range(
    root: float, now: float, rises: bool
) -> None:
    found = sought(f"y {'>=' if rises else '<='} 0", lambda x: x - float(f"{root:g}"), (now, 0.0, 10.0))
    root = float(f"{root:g}")
    met = now >= root if rises else now <= root
    assert found.answer is not None
    ((value, _),) = found.values
    assert value >= root if rises else value <= root, "the answer meets the condition"
    assert value == pytest.approx(now if met else root, abs=10.0 * FINEST + 1e-9)


@pytest.mark.parametrize(("now", "answer"), [(4.5, 3.0), (6.5, 8.0), (2.0, 2.0), (9.0, 9.0)], ids=str)
def test_the_nearer_of_two_sides_is_found(now: float, answer: float) -> None:
    found = sought("y >= 2.5", lambda x: np.abs(x - 5.5), (now, 0.0, 10.0))
    assert found.values[0][0] == pytest.approx(answer, abs=10.0 * FINEST)
    assert found.size == pytest.approx(abs(answer - now) / 10.0, abs=2.0 * FINEST)


def test_a_search_may_start_outside_the_range() -> None:
    found = sought("y <= 2.5", lambda x: np.abs(x - 5.5), (12.0, 0.0, 10.0))
    assert found.values[0][0] == pytest.approx(8.0, abs=10.0 * FINEST)
    assert found.size == pytest.approx(0.4, abs=2.0 * FINEST)


def test_a_step_is_found_where_it_is() -> None:
    found = sought("y > 0.5", lambda x: (x > 7.3).astype(float), (1.0, 0.0, 10.0))
    assert found.values[0][0] == pytest.approx(7.3, abs=10.0 * FINEST)


def test_nothing_is_found_where_nothing_meets_the_condition_and_the_closest_is_named() -> None:
    found = sought("y > 2", lambda x: np.sin(x), (0.0, 0.0, 3.0))
    assert found.answer is None
    assert found.closest.mean == pytest.approx(1.0, abs=0.01)
    assert np.isnan(found.values[0][0])
    several = sought("y > 2", lambda a, b: a * b, (0.0, 0.0, 1.0), (0.0, 0.0, 1.0))
    assert (several.answer, several.closest.place) == (None, (1.0, 1.0))


@pytest.mark.parametrize(
    ("function", "ranges", "border", "answer"),
    [
        (lambda a, b: 4.0 * a + 3.0 * b, [(0.0, 0.0, 1.0)] * 2, 2.5, (0.4, 0.3)),
        (lambda a, b: a + 10.0 * b, [(0.0, 0.0, 10.0), (0.0, 0.0, 1.0)], 10.0, (5.0, 0.5)),
        (lambda a, b: a + 0.0 * b, [(0.2, 0.0, 1.0)] * 2, 0.7, (0.7, 0.2)),
        (lambda a, b, c: a + b + c, [(1.0, 0.0, 1.0)] * 3, -9.0, None),
        (lambda a, b: 1.0 - (a - 1.0) ** 2 - (b - 1.0) ** 2, [(0.0, 0.0, 1.0)] * 2, 0.5, (1 - 0.5, 1 - 0.5)),
    ],
    ids=["a plane", "scales differ", "one number matters", "out of reach", "a disc"],
)  # fmt: skip
def test_of_several_numbers_the_nearest_point_of_the_border_is_found(
    function: Callable[..., Values],
    ranges: list[tuple[float, float, float]],
    border: float,
    answer: tuple[float, ...] | None,
) -> None:
    found = sought(f"y {'>=' if answer else '<='} {border}", function, *ranges)
    if answer is None:
        assert found.answer is None
        return
    known = np.asarray([(x - now) / (high - low) for x, (now, low, high) in zip(answer, ranges, strict=True)])
    assert found.size == pytest.approx(np.linalg.norm(known), abs=3.0 * FINEST)
    assert [value for value, _ in found.values] == pytest.approx(answer, abs=0.03 * max(high for *_, high in ranges))
    sizes = found.path["size"].iloc[list(found.best)].tolist()
    assert sizes == sorted(sizes, reverse=True), "the path comes nearer and nearer"


def test_the_error_of_the_answer_is_that_of_the_mean_over_the_slope() -> None:
    found = sought("y >= 6", lambda x: 3.0 * x, (0.0, 0.0, 10.0), noise=0.6)
    assert found.answer is not None
    error = 0.6 * NOISE.std(ddof=1) / np.sqrt(RUNS)
    assert found.answer.error == pytest.approx(error, rel=1e-9)
    assert found.values[0][1] == pytest.approx(error / 3.0, rel=1e-9)
    assert found.error == pytest.approx(error / 30.0, rel=1e-9), "in shares of the range"


@pytest.mark.parametrize("ranges", [1, 2, 3])
def test_a_search_takes_no_more_runs_than_it_says(ranges: int) -> None:
    done = []
    trials = Known(lambda *x: np.sum(x, axis=0), *[(0.0, 0.0, 1.0)] * ranges)
    trials.on_runs = done.append
    seek(trials, Condition.read(f"y >= {0.777 * ranges}"))
    assert sum(done) <= most_runs(ranges, RUNS)


def test_too_many_numbers_are_refused() -> None:
    with saying("7 numbers are too many to search together. Name at most 6."):
        sought("y > 1", lambda *x: x[0], *[(0.0, 0.0, 1.0)] * 7)


def plane(folder: Path) -> Path:
    """A scenario in which countries follow the rule of the file plane.py."""
    path = folder / "plane.yaml"
    path.write_text((HERE / "flat.yaml").read_text().replace("rule: habit", "rule: plane"))
    return path


def test_a_rule_with_a_known_root(tmp_path: Path) -> None:
    with patch.dict(catalogue.own):
        use([rule_file(HERE / "plane.py")])
        scenario, one = trials_of(str(plane(tmp_path)), [path_of("x1")], OUTCOME)
        _, both = trials_of(str(plane(tmp_path)), [path_of("x1"), path_of("x2")], OUTCOME)
        one.runs = both.runs = 2
        assert one.ranges == (Range(path_of("x1"), 0.0, 0.0, 1.0),), "its own range, and the value in force"
        start, end = (trial.mean for trial in one.at(np.asarray([[0.0], [1.0]])))
        assert start == pytest.approx(float(run(scenario, 2).table("runs")[OUTCOME].mean()), abs=1e-12)
        border = start + 0.35 * (end - start)
        found = [seek(trials, Condition.read(f"{OUTCOME} >= {border!r}")) for trials in (one, both)]
    assert found[0].values[0][0] == pytest.approx(0.35, abs=2.0 * FINEST)
    nearest = 0.35 * 0.4 / 0.25 * np.asarray([0.4, 0.3])  # along the gradient (0.4, 0.3)
    assert [value for value, _ in found[1].values] == pytest.approx(nearest, abs=0.02)


@pytest.mark.parametrize(
    ("vary", "line"),
    [
        ("shocks.invasion.size=0,1", "--vary shocks.invasion.size=0,1: \"shocks.invasion.size\" is no number of which "
         "every run may have its own. Write --vary shock_sizes.invasion=0,2."),
        ("rules.countries.KAZ.rule", "Name settings.GROUP.NAME, shock_sizes.SHOCK,"),
        ("settings.taste.threat=1", "it is not PATH=LOW,HIGH. Write it like --vary settings.taste.threat=0,1."),
        ("settings.taste.threat=2,1", "it is not PATH=LOW,HIGH."),
        ("settings.taste.threat=0,\u0661", "it is not PATH=LOW,HIGH."),
        ("settings.taste.threat=0,1e9", "--vary settings.taste.threat=0,1e9: "),
        ("settings.taste.thread=0,1", 'Did you mean "taste.threat"?'),
        ("settings.taste.thread", "it has no range of its own. Write --vary settings.taste.thread=LOW,HIGH."),
        ("shock_sizes.war_2023=0,1", 'Did you mean "war_2022"?'),
        ("rules.countries.KAZ.recoil=0,1000", "--vary rules.countries.KAZ.recoil=0,1000: "),
        ("rules.countries.ZZZ.recoil=0,1", "ZZZ"),
    ],
)  # fmt: skip
def test_what_cannot_be_varied_is_refused_with_what_can(
    vary: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert line in refused("seek", "war_2022", "--vary", vary, "--when", "presence_RUS < 0.2", "--runs", "2")


def test_a_condition_on_no_outcome_and_a_path_named_twice_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused("seek", "war_2022", "--vary", "settings.taste.threat", "--when", "presence_RUS_KZ < 0.3")
    assert said.startswith('--when presence_RUS_KZ: there is no such outcome of a run. Did you mean "presence_RUS_')
    twice = [word for _ in range(2) for word in ("--vary", "settings.taste.threat")]
    assert "settings.taste.threat is varied twice. Name it once." in refused(
        "seek", "war_2022", *twice, "--when", "cohesion < 1"
    )


def test_the_command_prints_the_path_and_the_answer_and_writes_only_where_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    about = ("seek", "war_2022", "--vary", "shock_sizes.war_2022=0,4", "--runs", "4", "--set", "end=2022Q4")
    level = parsed(*about, "--when", "presence_RUS_KAZ < 1", "--json")
    assert (level["met"], level["changes"]["shock_sizes.war_2022"]["to"]) == (True, 1.0), "it holds already"
    when = f"presence_RUS_KAZ < {level['mean'] - 0.002:.6f}"
    assert list(tmp_path.iterdir()) == []
    words = folded(*about, "--when", when, "-o", "found")
    found = parsed(*about, "--when", when, "--json")
    answer = found["changes"]["shock_sizes.war_2022"]
    assert (found["met"], found["folder"], answer["from"]) == (True, None, 1.0)
    assert answer["to"] > 1.0, "a larger war takes presence"
    assert "shock_sizes.war_2022: from 1 to " in words
    assert "± of a number: how far other random numbers would move it" in words
    path = pd.read_parquet("found/path.parquet")
    assert len(path) == found["tried"] == len(found["path"])
    last = path[path["meets"]].sort_values("size").iloc[0]
    assert last["shock_sizes.war_2022"] == answer["to"]
    larger = read_scenario("war_2022", overrides=["end=2022Q4", f"shock_sizes.war_2022={answer['to']!r}"])
    (same,), _ = run_scenarios((larger,), Plan(4, 0, engine_of("ensemble"), outcomes=("presence_RUS_KAZ",)))
    assert same.table("runs")["presence_RUS_KAZ"].mean() == pytest.approx(found["mean"], abs=1e-12)
    assert "No point that was tried in the range meets presence_RUS_KAZ > 0.99" in folded(
        *about, "--when", "presence_RUS_KAZ > 0.99"
    )
    assert "other results are here" in call(*about, "--when", "presence_RUS_KAZ > 0.9", "-o", "found").err
