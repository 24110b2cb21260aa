"""A tournament of rules: regret by hand, the record as a hindcast scores it, and words that are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

import hedgesim
from command_line import call, folded, refused
from hedgesim.analysis.hindcast.hindcast import hindcast
from hedgesim.analysis.hindcast.scores import MODEL
from hedgesim.analysis.hindcast.simulated import parameters_in
from hedgesim.analysis.tournament import Tournament, entrants, tournament
from hedgesim.engines import engine_of
from hedgesim.engines.case import case_of
from hedgesim.rules import catalogue, country_rules
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
    played = tournament(["suitor"], "powers", futures=("russia_coerces",), goals={"presence_RUS": "high"}, runs=2)
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
    with pytest.raises(
        hedgesim.HedgesimError, match=r"always the best\. Name at least two rules, such as suitor patron"
    ):
        entrants(("suitor",), "powers")


def test_the_error_of_a_mean_regret_is_that_of_paired_runs_and_rules_alike_share_a_place(found: Tournament) -> None:
    runs = found.runs.pivot_table(index=["scenario", "run"], columns="rule", values="hedging_index")
    table = found.regrets.set_index("rule")
    (best,) = table.index[table["place"] == 1]
    (other,) = set(RULES) - {best}
    by_run = (runs[best] - runs[other]).groupby("run").mean()
    assert table.loc[other, "error"] == pytest.approx(by_run.std(ddof=1) / len(by_run) ** 0.5)
    assert table.loc[best, "error"] == 0.0
    alike = tournament(RULES, "countries", futures=("peace",), goals={"first_time_formats": "low"}, runs=1)
    assert alike.regrets["place"].tolist() == [1, 1]


def scored(own: Sequence[float]) -> dict[str, pd.DataFrame]:
    """Shares of eight cells in two countries, that the model and persistence forecast with these errors."""
    rows = [("A" if cell < 4 else "B", name, value) for name, values in (("model", own), ("persistence", [2.0] * 8))
            for cell, value in enumerate(values)]  # fmt: skip
    return {"shares": pd.DataFrame(rows, columns=["country", "forecaster", "crps"])}


def test_rules_are_set_beside_the_one_with_the_best_score_cell_by_cell() -> None:
    scores = {"habit": [1.0] * 8, "balancing": [1.5] * 8, "random": [0.9, 1.1, 1.0, 1.2] * 2}
    goals = {"hedging_index": "high"}

    def of(*rules: str) -> pd.DataFrame:
        played = tournament(
            rules, "countries", futures=("peace",), goals=goals, runs=1, record=lambda rule: scored(scores[rule])
        )
        return played.record.set_index("rule")

    found = of("habit", "balancing", "random")
    assert found["behind"].tolist() == pytest.approx([0.0, -0.5, -0.05])
    assert found.loc["balancing", ["behind_low", "behind_high"]].tolist() == pytest.approx([-0.5, -0.5])
    assert found.loc["random", "behind_low"] < 0.0 <= found.loc["random", "behind_high"]
    assert found["skill"].tolist() == pytest.approx([0.5, 0.25, 0.475])
    assert not found["same"].any()


def test_the_command_scores_a_rule_as_a_hindcast_does_and_writes_its_tables(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = call("tournament", "multi_vector", "habit", "--runs", "1", "-o", str(out), "--json")
    assert said.code == 0, said.err
    assert {row["rule"] for row in json.loads(said.out)["regrets"]} == {"multi_vector", "habit"}
    record = pd.read_parquet(out / "record.parquet").set_index(["rule", "quantity"]).loc["multi_vector"]
    assert set(record.index) == {"shares", "meetings", "statuses"}
    assert record["same"].to_dict() == {"shares": False, "meetings": True, "statuses": True}
    usual = hedgesim.read_scenario("hindcast_2022", overrides=["parameters=fitted_2021"])
    draws, years = parameters_in(posterior_table("fitted_2021")), range(usual.start.year, usual.end.year + 1)
    engine = engine_of("ensemble")
    scored = hindcast(case_of(usual), read_tables(), draws, engine, years=years, runs=1, seed=usual.seed)
    for quantity, score in (("shares", "crps"), ("meetings", "rps"), ("statuses", "brier")):
        table = scored.tables()[quantity]
        assert record.loc[quantity, "own"] == pytest.approx(table.loc[table["forecaster"] == MODEL, score].mean())


def test_the_command_says_where_a_rule_of_ones_own_comes_and_what_cannot_be_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "own", {})
    assert call("new", "rule", "wary_one").code == 0
    words = ("--rules", "wary_one.py", "--runs", "1")
    said = call("tournament", "wary_one", "habit", *words)
    assert said.code == 0, said.err
    assert "Hedging index: distance of each rule below the best one in the same future (0 = best)." in said.out
    assert re.search(r"^wary_one: place [12] of 2, by the worst future\.$", said.out, re.MULTILINE)
    assert "These outcomes do not measure success" in said.out
    assert "Meetings do not depend on these rules of countries: rps " in said.out
    assert refused("tournament", "multi_vector", "habit", *words).endswith(
        "takes no part in this tournament. Name wary_one too, or leave out --rules."
    )
    drawn = folded("plot", "results/tournament", "tournament")
    assert re.search(r"wary one: place [12] of 2", drawn)


def test_a_rule_that_is_unknown_may_be_in_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hint = "If it is in a file of your own, add --rules populist.py."
    assert refused("tournament", "populist", "habit").endswith(hint)
    assert refused("run", "war_2022", "--set", "rules.countries.all.rule=populist").endswith(hint)
    change = "changes.turn={date: 2024Q1, source: assumption, rule: {country: KAZ, rule: populist}}"
    Path("turn.yaml").write_text(
        f"purpose: x\nextends: war_2022\nseed: 1\nchanges:\n  {change[8:].replace('=', ': ')}\n"
    )
    assert refused("check", "turn.yaml").endswith(hint)


def test_an_unknown_rule_is_one_line_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused("tournament", "habits").startswith(
        'habits: there is no such rule of countries. Did you mean "habit"?'
    )
    assert list(tmp_path.iterdir()) == []
