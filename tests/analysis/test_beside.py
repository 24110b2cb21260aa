"""Beside a comparison: presence by domain, and how much of the hedging index is rivalry itself."""

from __future__ import annotations

import numpy as np
import pytest

import hedgesim
from hedgesim.analysis.beside import by_domain, rivalry_in_words
from hedgesim.analysis.comparison import compare, of_outcomes
from hedgesim.analysis.headline import SAME_IN_ALL
from hedgesim.commands._headline import print_headline
from hedgesim.results.results import Results
from hedgesim.scenario import read_scenario

KEPT = 3


def run(name: str, *more: str) -> Results:
    return hedgesim.run(read_scenario(name, overrides=["end=2022Q4", *more]), 5, keep=KEPT)


@pytest.fixture(scope="module")
def pair() -> tuple[Results, Results]:
    return run("no_war"), run("war_2022")


def said(pair: tuple[Results, Results], outcome: str) -> str:
    found = compare(*pair, outcomes=[outcome])
    return rivalry_in_words(pair, found, found.names[1], of_outcomes(found, [outcome]).to_dict("records"))


def test_presence_by_domain_adds_up_to_presence_with_the_weights_of_domains(pair: tuple[Results, Results]) -> None:
    found = compare(*pair, outcomes=["presence_RUS_KAZ"])
    rows = of_outcomes(found, ["presence_RUS_KAZ"]).to_dict("records")
    domains = by_domain(pair, found, rows)
    assert domains is not None
    ((what, cells),) = domains.rows
    assert (what, domains.n) == ("Presence of Russia in Kazakhstan", KEPT)
    case = pair[0].case
    assert case is not None
    assert domains.domains == case.setting.axes.domains
    weights = np.asarray(case.setting.weight)[case.setting.axes.countries.index("KAZ"), :, 0, 0]
    kept = [one.table("countries", where=[("period", "=", "2022Q4"), ("country", "=", "KAZ")]) for one in pair]
    change = 100.0 * float((kept[1]["presence_RUS"] - kept[0]["presence_RUS"]).mean())
    assert float(weights @ [float(cell) for cell in cells]) == pytest.approx(change, abs=0.06), "cells have one decimal"


def test_the_part_of_rivalry_in_the_index_is_that_of_the_same_shares_under_the_other_rivalry(
    pair: tuple[Results, Results],
) -> None:
    text = said(pair, "hedging_index_KAZ")
    assert "no_war and war_2022 differ in rivalry, which this index counts as distance" in text
    where = [("period", "=", "2022Q4"), ("country", "=", "KAZ")]
    index = [float(one.table("countries", where=where)["hedging_index"].mean()) for one in pair]
    assert f"in all it changes by {index[1] - index[0]:+.3f} (means of {KEPT} kept runs)" in text
    shares = pair[0].table("shares", where=[*where, ("domain", "=", "security")])
    own = shares.pivot_table(index="run", columns="option", values="share")
    # the war takes RUS-USA from .82 to beyond 1, and RUS-EU as far up as its lines say
    inputs = [one.inputs for one in pair]
    lines = [row for row in inputs[1].tables.table("shocks").to_dict("records") if row["event"] == "war_2022"]
    powers, rivalry = inputs[0].setting.axes.powers, inputs[0].setting.rivalry[0, :, :, 0]
    more = 0.0
    for row in (row for row in lines if row["channel"] == "rivalry"):
        one, other = row["powers"].split(";")
        level = rivalry[powers.index(one), powers.index(other)]
        rise = min(1.0, level + float(row["size"])) - level
        more += 2.0 * rise * float((own[one] * own[other]).mean())
    assert f"changes it by {more:+.3f} where shares are those of no_war" in text


def test_nothing_is_said_of_rivalry_where_it_is_the_same_or_the_index_is_not_shown(
    pair: tuple[Results, Results],
) -> None:
    assert said((pair[1], run("war_2022", "settings.taste.threat=2")), "hedging_index") == ""
    assert said(pair, "presence_RUS_KAZ") == ""


def test_rivalry_that_comes_at_random_is_named_with_the_command_that_divides_the_difference() -> None:
    line = "{channel: rivalry, powers: [USA, CHN], size: 0.3}"
    crisis = f"shocks={{crisis: {{arrival: {{rate: 0.2}}, source: assumption, channels: [{line}]}}}}"
    text = said((run("war_2022"), run("war_2022", crisis)), "hedging_index")
    assert "How much of the difference that is: hedgesim why A B --outcome hedging_index --by channels." in text


def test_it_is_printed_below_the_table_with_what_the_interval_holds(
    pair: tuple[Results, Results], capsys: pytest.CaptureFixture[str]
) -> None:
    found = compare(*pair)
    print_headline(found, found.differences, 10, "--all prints them", batches=pair)
    out = capsys.readouterr().out
    assert f"By domain, percentage points, mean of {KEPT} kept runs:" in out
    assert "which this index counts as distance" in out
    assert SAME_IN_ALL in out
