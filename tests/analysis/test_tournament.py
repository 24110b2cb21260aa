"""A tournament of rules: regret by hand, the record as a hindcast scores it, and words that are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import hedgesim
from command_line import call, refused
from hedgesim.analysis.hindcast.hindcast import hindcast
from hedgesim.analysis.hindcast.scores import MODEL
from hedgesim.analysis.hindcast.simulated import parameters_in
from hedgesim.analysis.tournament import Tournament, entrants, tournament
from hedgesim.engines import engine_of
from hedgesim.engines.case import case_of
from hedgesim.rules import country_rules
from hedgesim.scenario.calibrations import posterior_table
from hedgesim.scenario.tables import read_tables

FUTURES, RULES, RUNS = ("war_2022", "peace"), ("habit", "balancing"), 3


@pytest.fixture(scope="module")
def found() -> Tournament:
    return tournament(RULES, "countries", futures=FUTURES, goals={"hedging_index": "high"}, runs=RUNS)


def test_regret_is_how_much_worse_a_rule_does_than_the_best_in_the_same_future(found: Tournament) -> None:
    means = pd.DataFrame(
        {
            rule: [
                hedgesim.run(hedgesim.read_scenario(name, overrides=[f"rules.countries.all.rule={rule}"]), RUNS)
                .table("runs")["hedging_index"]
                .mean()
                for name in FUTURES
            ]
            for rule in RULES
        }
    )
    lost = means.rsub(means.max(axis=1), axis=0)
    table = found.regrets.set_index("rule")
    assert table["mean"].to_dict() == pytest.approx(lost.mean().to_dict(), abs=1e-12)
    assert table["worst"].to_dict() == pytest.approx(lost.max().to_dict(), abs=1e-12)


def test_everybody_follows_the_rule_even_where_a_future_names_another_for_some() -> None:
    # russia_coerces lets Russia alone be a patron; in a tournament of powers all follow the one rule.
    played = tournament(("suitor",), "powers", futures=("russia_coerces",), goals={"presence_RUS": "high"}, runs=2)
    alike = hedgesim.read_scenario(
        "russia_coerces", overrides=["rules.powers.all.rule=suitor", "rules.powers.RUS.rule=suitor"]
    )
    expected = hedgesim.run(alike, 2).table("runs")["presence_RUS"]
    assert played.runs["presence_RUS"].tolist() == pytest.approx(expected.tolist())


def test_a_country_votes_alike_whatever_the_rules_so_that_there_is_no_score_of_votes() -> None:
    followed = [f"countries.all.rule={name}" for name in ("habit", "bandwagoning", "random", "landscape")]
    followed += [f"powers.all.rule={name}" for name in ("bystander", "coercer")]
    scenarios = [hedgesim.read_scenario("war_2022", overrides=["end=2022Q2", f"rules.{one}"]) for one in followed]
    first, *others = (hedgesim.run(one, 2).table("countries").filter(like="vote_") for one in scenarios)
    assert len(first.columns) == 8
    for votes in others:
        pd.testing.assert_frame_equal(votes, first, check_exact=True)


def test_with_no_name_every_rule_takes_part_and_an_unknown_one_is_refused() -> None:
    assert entrants((), "countries") == list(country_rules())
    with pytest.raises(hedgesim.HedgesimError, match="there is no such rule of powers"):
        entrants(("balancing",), "powers")
    with pytest.raises(hedgesim.HedgesimError, match="named twice"):
        entrants(("habit", "habit"), "countries")


def test_the_command_scores_a_rule_as_a_hindcast_does_and_writes_its_tables(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = call("tournament", "multi_vector", "--runs", "1", "-o", str(out), "--json")
    assert said.code == 0, said.err
    assert {row["rule"] for row in json.loads(said.out)["regrets"]} == {"multi_vector"}
    record = pd.read_parquet(out / "record.parquet").set_index("quantity")
    assert set(record.index) == {"shares", "meetings", "statuses"}
    usual = hedgesim.read_scenario("hindcast_2022", overrides=["parameters=fitted_2021"])
    draws, years = parameters_in(posterior_table("fitted_2021")), range(usual.start.year, usual.end.year + 1)
    engine = engine_of("ensemble")
    scored = hindcast(case_of(usual), read_tables(), draws, engine, years=years, runs=1, seed=usual.seed)
    for quantity, score in (("shares", "crps"), ("meetings", "rps"), ("statuses", "brier")):
        table = scored.tables()[quantity]
        assert record.loc[quantity, "own"] == pytest.approx(table.loc[table["forecaster"] == MODEL, score].mean())


def test_an_unknown_rule_is_one_line_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused("tournament", "habits").startswith(
        'habits: there is no such rule of countries. Did you mean "habit"?'
    )
    assert list(tmp_path.iterdir()) == []
