"""The landscape of a scenario's own tables, by hand, and runs of the hedging model set beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgesim
from command_line import sunder_sea
from hedgesim.analysis import blocs
from hedgesim.analysis.blocs import compare, landscape_of
from hedgesim.analysis.landscape import Flags, Landscape, Minima
from hedgesim.engines import engine_of
from hedgesim.engines.case import case_of
from hedgesim.results.blocks import run_block
from hedgesim.scenario import read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.tables import latest_sizes
from worlds import scenario_from

RUNS = 6
SCENARIO = scenario_from("war_2022", "end=2022Q2")
INPUTS = read_inputs(SCENARIO)
LAND, CASE = landscape_of(SCENARIO, INPUTS), case_of(SCENARIO, INPUTS.setting)


@cache
def plain() -> pd.DataFrame:
    return compare(CASE, LAND.all_minima(), RUNS).table


def propensity(a: str, b: str, of: Landscape = LAND) -> float:
    return float(of.propensity[of.actors.index(a), of.actors.index(b)])


def minima_of(apart: Flags) -> Minima:
    return Minima(LAND, apart, LAND.energy(apart), None)


def test_propensities_are_those_of_the_tables() -> None:
    # trust .7 less distrust .3; affinity 0.48 of the poll; rivalry of votes, which repels
    assert propensity("KAZ", "KGZ") == pytest.approx(0.7 - 0.3)
    affinity = INPUTS.tables.table("affinity").set_index(["country", "power"])["value"]
    rivalry = INPUTS.tables.table("rivalry").set_index(["power", "rival"])["value"]
    assert propensity("KAZ", "RUS") == pytest.approx(affinity["KAZ", "RUS"])
    assert propensity("RUS", "USA") == pytest.approx(-rivalry["RUS", "USA"])
    assert (LAND.propensity == LAND.propensity.T).all()
    assert (np.abs(LAND.propensity) <= 1.0).all()
    assert LAND.actors[:6] == ("KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE")


@pytest.mark.parametrize("name", ["caco_1994", "history", "war_2022"])
def test_the_rule_of_countries_gives_powers_the_capability_that_the_tables_have(name: str) -> None:
    chosen = read_scenario(name)
    found = read_inputs(chosen)
    sizes = latest_sizes(found.tables.table("sizes"), chosen.start)
    spent = np.asarray([sizes[power, "military_expenditure"] for power in found.setting.axes.powers])
    assert np.sqrt(spent / spent.max()) == pytest.approx(found.setting.capability.ravel(), abs=1e-6)


def test_what_a_scenario_replaces_counts(write: Callable[..., Path]) -> None:
    key = "{start: 2021Q1, power: RUS, rival: USA}"
    row = f"{{table: rivalry, key: {key}, column: value, value: 0.02, source: assumption}}"
    thaw = read_scenario(write(f"purpose: A thaw\nextends: war_2022\ndata: [{row}]\n"))
    found = landscape_of(thaw, read_inputs(thaw))
    before = propensity("RUS", "USA")
    assert propensity("RUS", "USA", found) == pytest.approx((before - 0.02) / 2.0)  # one direction of two
    assert ((found.propensity != LAND.propensity).sum(), (found.size != LAND.size).sum()) == (2, 0)


@pytest.mark.parametrize("others", [("EU", "USA"), ("RUS", "IND")])
def test_the_comparison_is_what_the_tables_of_runs_say(others: tuple[str, ...]) -> None:
    # With Russia and India opposite, some runs lean one way and some the other.
    found = compare(CASE, minima_of(np.isin(LAND.actors, others)[None]), RUNS)
    countries = hedgesim.run(SCENARIO, runs=RUNS, keep=RUNS).table("countries")
    powers = CASE.setting.axes.powers
    presence = countries[[f"presence_{p}" for p in powers]].set_axis(powers, axis=1)
    countries["across"] = presence[list(others)].sum(axis=1) / presence.sum(axis=1)
    first, last = (countries[countries["period"] == quarter].groupby("country") for quarter in ("2021Q1", "2022Q2"))
    assert (found.period, found.runs, found.failed) == ("2022Q2", RUNS, 0)
    assert not found.table["apart"].any()
    table = found.table.set_index("country")
    for name in ("across", "hedging_index"):
        assert table[name].to_dict() == pytest.approx(last[name].median().to_dict())
    assert table["across_start"].to_dict() == pytest.approx(first["across"].median().to_dict())
    assert table["on_side"].to_dict() == last["across"].agg(lambda across: (across < 0.5).mean()).to_dict()


def test_held_is_the_frustration_that_leaving_alone_would_bring() -> None:
    apart = LAND.all_minima().apart[0]
    pulls = LAND.size * LAND.propensity * ~np.eye(len(apart), dtype=bool)
    other = apart[:, None] != apart
    held = (pulls * ~other).sum(axis=1) - (pulls * other).sum(axis=1)
    assert plain()["held"].to_numpy() == pytest.approx(held[:6])


def test_a_country_on_the_other_side_is_across_with_the_rest() -> None:
    turned = LAND.all_minima().apart[:1].copy()
    turned[0, 5] ^= True
    moved = compare(CASE, minima_of(turned), RUNS).table
    assert moved["apart"].tolist() == [False] * 5 + [True]
    assert moved["across"][5] == pytest.approx(1.0 - plain()["across"][5])
    assert (moved["on_side"][5], plain()["on_side"][5]) == (0.0, 1.0)
    pd.testing.assert_frame_equal(moved[:5].drop(columns="held"), plain()[:5].drop(columns="held"))


def test_blocks_of_runs_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocs, "engine_of", lambda name: replace(engine_of(name), together=4))
    counted: list[int] = []
    parts = compare(CASE, LAND.all_minima(), RUNS, on_runs=counted.append).table
    assert counted == [4, 2]
    pd.testing.assert_frame_equal(parts, plain(), check_exact=False, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("n", [1, RUNS])
def test_runs_that_fail_are_counted_and_left_out(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = dict.fromkeys(range(n), "spoilt")
    monkeypatch.setattr(blocs, "run_block", lambda *of: replace(run_block(*of), failed=failed))
    found = compare(CASE, LAND.all_minima(), RUNS)
    assert found.failed == n
    assert (found.table[["across", "on_side", "hedging_index"]].isna() == (n == RUNS)).all(axis=None)


def test_another_region_needs_only_sizes_in_its_tables(tmp_path: Path) -> None:
    scenario = sunder_sea(tmp_path)
    spent = {"VAL": 1.0, "MIR": 4.0, "OST": 9.0, "NOR": 81.0, "EST": 36.0, "SUV": 100.0}
    rows = [f"{code},military_expenditure,2000,{value},USD bn,,invented,assumption" for code, value in spent.items()]
    head = "entity,measure,year,value,unit,date,source,confidence"
    (tmp_path / "sunder_sea" / "sizes.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    chosen = read_scenario(scenario)
    found = landscape_of(chosen, read_inputs(chosen))
    assert found.actors == tuple(spent)
    assert found.size.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.9, 0.6, 0.5])  # powers: mass_security of the tables


def test_other_rules_give_the_sides_that_decision_8_says() -> None:
    """The rules that decision 8 did not take: other sizes, and rivalry from a midpoint rather than as what repels."""
    known = latest_sizes(INPUTS.tables.table("sizes"), SCENARIO.start)
    measures = ("military_expenditure", "gdp", "population")
    parts = np.asarray([[known[actor, measure] for actor in LAND.actors] for measure in measures])
    parts /= parts.sum(axis=1, keepdims=True)
    sizes = {"root": LAND.size, "plain": parts[0], "composite": parts.mean(axis=0), "one more": 1.0 + LAND.size}
    repels, midpoint = LAND.propensity, LAND.propensity.copy()
    midpoint[6:, 6:] = (1.0 + 2.0 * midpoint[6:, 6:]) * (1.0 - np.eye(8))
    found = {}
    for name, size in sizes.items():
        every = [Landscape(LAND.actors, size, propensity).all_minima() for propensity in (repels, midpoint)]
        found[name] = [(len(minima), ", ".join(minima.sides(0)[1])) for minima in every]
    west, gulf = "EU, USA, IND", "EU, USA, GCC, IND"
    assert found == {
        "root": [(1, west), (1, gulf)],
        "plain": [(1, west), (1, gulf)],
        "composite": [(1, f"TJK, {gulf}")] * 2,
        "one more": [(3, "EU, USA"), (2, "EU, USA")],
    }
    powers = Landscape(LAND.actors[6:], LAND.size[6:], repels[6:, 6:]).all_minima()
    assert (len(powers), ", ".join(powers.sides(0)[1])) == (1, gulf)
