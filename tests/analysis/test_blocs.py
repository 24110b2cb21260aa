"""The landscape of a scenario's own tables, by hand, and runs of the hedging model set beside it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgesim
from command_line import ROOT
from hedgesim.analysis.blocs import Comparison, compare, landscape_of
from hedgesim.analysis.landscape import Landscape, Minima, Values
from hedgesim.engines.case import Case, case_of
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.tables import latest_sizes

REGION = ROOT / "tests" / "region"
RUNS = 6


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario("war_2022", overrides=["end=2022Q2"])


@pytest.fixture(scope="module")
def inputs(scenario: Scenario) -> ScenarioInputs:
    return read_inputs(scenario)


@pytest.fixture(scope="module")
def land(scenario: Scenario, inputs: ScenarioInputs) -> Landscape:
    return landscape_of(scenario, inputs)


@pytest.fixture(scope="module")
def case(scenario: Scenario, inputs: ScenarioInputs) -> Case:
    return case_of(scenario, inputs.setting)


def test_propensities_are_those_of_the_tables(land: Landscape) -> None:
    at = {name: k for k, name in enumerate(land.actors)}

    def of(a: str, b: str) -> float:
        return float(land.propensity[at[a], at[b]])

    # trust .7 less distrust .3; affinity 0.48 of the poll; rivalry of votes, which repels
    assert of("KAZ", "KGZ") == pytest.approx(0.7 - 0.3)
    tables = read_scenario("war_2022")
    frames = read_inputs(tables).tables
    affinity = frames.table("affinity").set_index(["country", "power"])["value"]
    rivalry = frames.table("rivalry").set_index(["power", "rival"])["value"]
    assert of("KAZ", "RUS") == of("RUS", "KAZ") == pytest.approx(affinity["KAZ", "RUS"])
    assert of("RUS", "USA") == pytest.approx(-rivalry["RUS", "USA"])
    assert (land.propensity == land.propensity.T).all()
    assert (np.abs(land.propensity) <= 1.0).all()
    assert land.actors[:6] == ("KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE")


def test_size_of_a_country_is_the_root_of_its_military_expenditure_over_the_largest(land: Landscape) -> None:
    at = {name: k for k, name in enumerate(land.actors)}
    # SIPRI's figures of 2020 in the table of sizes, USD bn
    assert land.size[at["KAZ"]] == pytest.approx((1.5482 / 778.3972) ** 0.5)
    assert land.size[at["USA"]] == 1.0


@pytest.mark.parametrize("name", ["caco_1994", "history", "war_2022"])
def test_the_rule_of_countries_gives_powers_the_capability_that_the_tables_have(name: str) -> None:
    chosen = read_scenario(name)
    found = read_inputs(chosen)
    sizes = latest_sizes(found.tables.table("sizes"), chosen.start)
    spent = np.asarray([sizes[power, "military_expenditure"] for power in found.setting.axes.powers])
    assert np.sqrt(spent / spent.max()) == pytest.approx(found.setting.capability.ravel(), abs=1e-6)


def test_what_a_scenario_replaces_counts(tmp_path: Path, land: Landscape) -> None:
    file = tmp_path / "thaw.yaml"
    key = "{start: 2021Q1, power: RUS, rival: USA}"
    row = f"{{table: rivalry, key: {key}, column: value, value: 0.02, source: assumption}}"
    file.write_text(f"purpose: A thaw\nextends: war_2022\ndata: [{row}]\n", encoding="utf-8")
    thaw = read_scenario(file)
    found = landscape_of(thaw, read_inputs(thaw))
    at = {name: k for k, name in enumerate(land.actors)}
    before = -float(land.propensity[at["RUS"], at["USA"]])
    assert found.propensity[at["RUS"], at["USA"]] == pytest.approx(-(0.02 + before) / 2.0)  # one direction of two
    assert ((found.propensity != land.propensity).sum(), (found.size != land.size).sum()) == (2, 0)


@pytest.fixture(scope="module")
def comparison(case: Case, land: Landscape) -> Comparison:
    return compare(case, land.all_minima(), RUNS)


@pytest.mark.parametrize("others", [("EU", "USA"), ("RUS", "IND")])
def test_the_comparison_is_what_the_tables_of_runs_say(
    others: tuple[str, ...], scenario: Scenario, case: Case, land: Landscape
) -> None:
    # With Russia and India opposite, some runs lean one way and some the other.
    apart = np.isin(land.actors, others)[None]
    found = compare(case, Minima(land, apart, land.energy(apart), None), RUNS)
    countries = hedgesim.run(scenario, runs=RUNS, keep=RUNS).table("countries")
    powers = case.setting.axes.powers
    bloc = dict(zip(powers, case.setting.bloc.ravel(), strict=True))
    assert (found.period, found.runs, found.failed) == ("2022Q2", RUNS, 0)
    for row in found.table.to_dict("records"):
        own = countries[countries["country"] == row["country"]]
        held = own[[f"presence_{p}" for p in powers]].sum(axis=1)
        across = own[[f"presence_{p}" for p in others]].sum(axis=1) / held
        last = own["period"] == "2022Q2"
        leaning = sum(bloc[p] * own[f"presence_{p}"] for p in powers)
        assert not row["apart"]
        assert row["across"] == pytest.approx(across[last].median())
        assert row["across_start"] == pytest.approx(across[own["period"] == "2021Q1"].median())
        assert row["on_side"] == (across[last] < 0.5).mean()
        assert row["bloc_leaning"] == pytest.approx(leaning[last].median())
        assert row["hedging_index"] == pytest.approx(own.loc[last, "hedging_index"].median())


def test_held_is_the_frustration_that_leaving_alone_would_bring(land: Landscape, comparison: Comparison) -> None:
    apart, n = land.all_minima().apart[0], len(land.actors)
    for i, held in enumerate(comparison.table["held"]):
        pulls = [float(land.size[j] * land.propensity[i, j]) for j in range(n)]
        now = sum(pulls[j] for j in range(n) if apart[j] != apart[i])
        moved = sum(pulls[j] for j in range(n) if j != i and apart[j] == apart[i])
        assert held == pytest.approx(moved - now)


def test_a_country_on_the_other_side_is_across_with_the_rest(case: Case, land: Landscape) -> None:
    minima = land.all_minima()
    turned = minima.apart[:1].copy()
    turned[0, 5] ^= True
    moved = compare(case, Minima(land, turned, land.energy(turned), None), RUNS).table
    plain = compare(case, minima, RUNS).table
    assert moved["apart"].tolist() == [False] * 5 + [True]
    assert moved["across"][5] == pytest.approx(1.0 - plain["across"][5])
    assert (moved["on_side"][5], plain["on_side"][5]) == (0.0, 1.0)
    pd.testing.assert_frame_equal(moved[:5].drop(columns="held"), plain[:5].drop(columns="held"))


def test_blocks_of_runs_change_nothing(case: Case, land: Landscape, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from hedgesim.analysis import blocs
    from hedgesim.engines import engine_of

    at_once = compare(case, land.all_minima(), RUNS).table
    monkeypatch.setattr(blocs, "engine_of", lambda name: replace(engine_of(name), together=4))
    counted: list[int] = []
    parts = compare(case, land.all_minima(), RUNS, on_runs=counted.append).table
    assert counted == [4, 2]
    pd.testing.assert_frame_equal(parts, at_once, check_exact=False, rtol=0.0, atol=1e-12)


def test_runs_that_fail_are_counted_and_left_out(case: Case, land: Landscape, monkeypatch: pytest.MonkeyPatch) -> None:
    from hedgesim.analysis import blocs
    from hedgesim.results.blocks import run_block

    failed = dict.fromkeys(range(RUNS), "spoilt")
    monkeypatch.setattr(blocs, "run_block", lambda *of: replace(run_block(*of), failed=failed))
    found = compare(case, land.all_minima(), RUNS)
    assert found.failed == RUNS
    assert found.table[["across", "on_side", "hedging_index"]].isna().all(axis=None)
    monkeypatch.setattr(blocs, "run_block", lambda *of: replace(run_block(*of), failed={0: "spoilt"}))
    assert compare(case, land.all_minima(), RUNS).failed == 1


def test_another_region_needs_only_sizes_in_its_tables(tmp_path: Path) -> None:
    shutil.copy(REGION / "sunder_sea.yaml", tmp_path)
    shutil.copytree(REGION / "sunder_sea", tmp_path / "sunder_sea")
    spent = {"VAL": 1.0, "MIR": 4.0, "OST": 9.0, "NOR": 81.0, "EST": 36.0, "SUV": 100.0}
    rows = "".join(
        f"{code},military_expenditure,2000,{value},USD bn,,invented,assumption\n" for code, value in spent.items()
    )
    head = "entity,measure,year,value,unit,date,source,confidence\n"
    (tmp_path / "sunder_sea" / "sizes.csv").write_text(head + rows, encoding="utf-8")
    chosen = read_scenario(tmp_path / "sunder_sea.yaml")
    found = landscape_of(chosen, read_inputs(chosen))
    assert found.actors == ("VAL", "MIR", "OST", "NOR", "EST", "SUV")
    assert found.size.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.9, 0.6, 0.5])  # powers: mass_security of the tables


def variants(land: Landscape, inputs: ScenarioInputs, scenario: Scenario) -> dict[str, Landscape]:
    """The rules that decision 8 did not take."""
    known = latest_sizes(inputs.tables.table("sizes"), scenario.start)

    def part(measure: str) -> Values:
        values = np.asarray([known[actor, measure] for actor in land.actors])
        return values / values.sum()

    spent = part("military_expenditure")
    midpoint = land.propensity.copy()
    midpoint[6:, 6:] = (1.0 + 2.0 * midpoint[6:, 6:]) * (1.0 - np.eye(8))
    sizes = {"root": land.size, "plain": spent, "composite": (spent + part("gdp") + part("population")) / 3.0}
    sizes["one and capability"] = 1.0 + land.size
    to = {"repels": land.propensity, "midpoint": midpoint}
    return {f"{s}, {p}": Landscape(land.actors, sizes[s], to[p]) for s in sizes for p in to}


def test_other_rules_put_the_six_together_as_decision_8_says(
    land: Landscape, inputs: ScenarioInputs, scenario: Scenario
) -> None:
    lone, pair = "USA", "EU, USA"
    sides = {}
    for name, other in variants(land, inputs, scenario).items():
        minima = other.all_minima()
        assert len(minima) == 1, name
        assert not minima.apart[0, :6].any(), name
        sides[name] = ", ".join(minima.sides(0)[1])
    assert sides == {
        "root, repels": pair,
        "root, midpoint": lone,
        "plain, repels": lone,
        "plain, midpoint": pair,
        "composite, repels": pair,
        "composite, midpoint": lone,
        "one and capability, repels": pair,
        "one and capability, midpoint": lone,
    }
