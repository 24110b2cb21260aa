"""Scores of anybody's forecasts: cases by hand, what cannot be scored, and files that are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hedgesim
from command_line import ROOT, call, parsed
from hedgesim.analysis.forecast_file import Cell, read_forecasts
from hedgesim.analysis.forecast_scores import Facts, crps_of_limits, scores, skills_of
from hedgesim.analysis.forecasts import COLUMNS
from hedgesim.analysis.hindcast.scores import crps
from hedgesim.engines.case import case_of
from hedgesim.scenario.tables import read_tables

OUTLOOK = ROOT / "docs" / "forecasts" / "2026-11-29_outlook_2030.csv"


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(read_tables(), case_of(hedgesim.read_scenario("history")), 2021)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]), encoding="utf-8")
    return path


def scored(folder: Path, facts: Facts, *lines: str) -> pd.DataFrame:
    return scores(read_forecasts(written(folder, *lines), facts.tables), facts)


def of(table: pd.DataFrame, forecaster: str) -> list[float]:
    return table.loc[table["forecaster"] == forecaster, "score"].tolist()


def test_a_share_as_likely_everywhere_has_the_score_known_in_closed_form() -> None:
    for y in (0.0, 0.3, 0.5, 1.0):
        exact = (y**3 + (1.0 - y) ** 3) / 3.0
        assert crps_of_limits(y, y, np.array([0.5]), np.array([0.5])) == pytest.approx(exact, abs=5e-4)


def test_between_the_bounds_of_what_was_observed_nothing_counts() -> None:
    limits, chances = np.array([0.2, 0.3]), np.array([0.0, 1.0])
    assert crps_of_limits(0.2, 0.3, limits, chances) == 0.0
    assert crps_of_limits(0.25, 0.25, limits, chances) > 0.0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=5, unique=True), st.floats(0.01, 0.99))
def test_limits_that_are_quantiles_of_members_score_as_the_members_do(ends: list[float], y: float) -> None:
    members = np.interp((np.arange(4000) + 0.5) / 4000, np.linspace(0.0, 1.0, len(ends)), sorted(ends))
    own = crps_of_limits(y, y, np.sort(ends), np.linspace(0.0, 1.0, len(ends)))
    assert own == pytest.approx(float(crps(np.array([y]), np.array([y]), members[None, :])[0]), abs=1.5e-3)


def test_a_first_meeting_is_scored_by_the_square_of_the_miss(tmp_path: Path, facts: Facts) -> None:
    # Leaders of the five met the United States in 2023 for the first time.
    table = scored(tmp_path, facts, "leaders_met,,C5_US,yes,2022,0.3", "leaders_met,,C5_US,yes,2023,0.6")
    assert of(table, "given") == pytest.approx([0.09, 0.16])
    logs = table.loc[table["forecaster"] == "given", "log_score"]
    assert logs.tolist() == pytest.approx([-np.log(0.7), -np.log(0.6)])
    # No meeting in 2021: a rate of 1/2 over a year, and none in two years with chance (1/3)^(1/2).
    assert of(table, "persistence")[1] == pytest.approx(1.0 / 3.0)


def test_what_a_status_is_not_given_belongs_to_the_status_quo(tmp_path: Path, facts: Facts) -> None:
    table = scored(tmp_path, facts, "status,KAZ,EAEU,none,2023,0.1", "status,UZB,EAEU,member,2023,0.2")
    # Kazakhstan stays a member: three steps of .1 squared. Uzbekistan stays an observer: one step of .2.
    assert of(table, "given") == pytest.approx([3 * 0.01, 0.04])
    assert of(table, "persistence") == [0.0, 0.0]


def test_a_vote_is_scored_on_all_four_and_over_the_resolutions_of_the_year(tmp_path: Path, facts: Facts) -> None:
    known = Facts(facts.tables, facts.case, 2020)
    lines = [f"vote,KAZ,rights,{name},2021,0.25" for name in ("yes", "no", "abstain", "absent")]
    table = scored(tmp_path, known, *lines)
    assert of(table, "given") == pytest.approx([0.75**2 + 3 * 0.25**2])
    assert set(table["forecaster"]) == {"given", "persistence", "climatology"}


def test_simple_forecasts_given_as_forecasts_have_no_skill_against_themselves(facts: Facts) -> None:
    cells = [
        Cell("meetings", "", f"{name}:leaders", year, tuple("01234"), np.full(5, 0.2))
        for name in ("CM", "OTS", "C5_US", "C5_CHN")
        for year in (2022, 2023)
    ]
    same = [Cell(*cell.key, cell.outcomes, facts.simple(cell)["climatology"]) for cell in cells]
    found = skills_of(scores(same, facts)).set_index("against")
    assert found.loc["climatology", "skill"] == pytest.approx(0.0, abs=1e-12)
    assert found.loc["climatology", "cells"] == 8


def test_the_walk_of_a_share_starts_from_the_last_known_year(tmp_path: Path, facts: Facts) -> None:
    both = facts.shares.xs(2021, level="year").index.intersection(facts.shares.xs(2022, level="year").index)
    country, domain, option = both[0]
    table = scored(tmp_path, facts, f"share,{country},{domain}:{option},<=0.5,2022,0.5")
    assert set(table["forecaster"]) == {"given", "persistence", "random walk"}
    low, high = facts.shares.loc[(country, domain, option, 2022)]
    before = facts.shares.loc[(country, domain, option, 2021)].mean()
    assert of(table, "persistence")[0] == pytest.approx(max(0.0, low - before, before - high), abs=1e-9)


def test_the_shipped_outlook_can_be_scored_as_far_as_the_record_goes() -> None:
    found = parsed("score", str(OUTLOOK), "--known-until", "2020", "--json")
    assert found["forecast"] > found["scored"] > 100
    assert {row["quantity"] for row in found["scores"]} == {"leaders_met", "status", "vote"}
    assert max(row["year"] for row in found["scores"]) == 2023
    assert {row["log_score"] for row in found["scores"] if isinstance(row["log_score"], str)} == {"infinite"}


def test_scores_of_years_before_a_file_was_made_are_called_hindcasts(tmp_path: Path) -> None:
    assert "The file was made in 2026, after the last scored year" in call("score", str(OUTLOOK)).out
    assert "The file was made" not in call("score", str(written(tmp_path, "leaders_met,,C5_US,yes,2023,0.5"))).out


def test_two_files_are_set_beside_each_other(tmp_path: Path) -> None:
    mine = written(tmp_path, *(f"leaders_met,,{name},yes,2023,0.5" for name in ("C5_US", "C5_CHN", "C5_EU")))
    said = call("score", str(mine), "--against", str(OUTLOOK), "--known-until", "2021")
    assert said.code == 0, said.err
    assert said.out.startswith("3 cells of 3 can be scored: what happened is recorded. ")
    assert "other" in said.out


@pytest.mark.parametrize(
    ("lines", "line", "fault"),
    [
        (["vote,KAZ,rights,yes,2021,1.5"], 2, "the probability 1.5 is not between 0 and 1"),
        (["vote,KAZ,rights,yes,2021,0.5"], 2, "the probabilities of vote KAZ rights 2021 sum to 0.5"),
        (["status,KAZ,EAEU,ally,2022,0.5"], 2, '"ally" is no outcome of status'),
        (["status,Kazakstan,EAEU,member,2022,0.5"], 2, 'there is no country "Kazakstan"'),
        (["status,KAZ,EEU,member,2022,0.5"], 2, 'there is no format "EEU"'),
        (["stats,KAZ,EAEU,member,2022,0.5"], 2, 'there is no quantity "stats"'),
        (["leaders_met,KAZ,C5_US,yes,2022,0.5"], 2, "the quantity leaders_met is not of one country"),
        (["status,KAZ,EAEU,member,22,0.5"], 2, 'the year is "22"'),
        (
            ["status,KAZ,EAEU,member,2022,0.5", "status,KAZ,EAEU,member,2022,0.4"],
            3,
            'the outcome "member" is there twice',
        ),
        (["share,KAZ,economy:RUS,0.2,2022,0.5"], 2, '"0.2" is no outcome of a share'),
        (["share,KAZ,economy,<=0.2,2022,0.5"], 2, 'the object of share is "economy"'),
        (["share,KAZ,economy:RUS,<=0.2,2022,0.5", "share,KAZ,economy:RUS,<=0.3,2022,0.4"], 3, "the probability falls"),
        (["meetings,,C5_US:chiefs,0,2022,1"], 2, 'there is no rung "chiefs"'),
        (["status,KAZ,EAEU,member,2022,half"], 2, 'the probability is "half", which is not a number'),
    ],
)
def test_a_faulty_file_is_refused_with_its_line(tmp_path: Path, lines: Sequence[str], line: int, fault: str) -> None:
    path = written(tmp_path, *lines)
    said = call("score", str(path))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{path}:{line}: {fault}")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "lines", "fault"),
    [
        ((), [], "mine.csv: there are no forecasts below the header"),
        ((), ["status,KAZ,EAEU,member,2031,1"], "mine.csv: the record has none of these cells"),
        (
            ("--known-until", "2022"),
            ["status,KAZ,EAEU,member,2022,1"],
            "--known-until 2022: the first forecast is of 2022",
        ),
        (
            ("--known-until", "1990"),
            ["status,KAZ,EAEU,member,2022,1"],
            "--known-until 1990: the record of meetings begins",
        ),
    ],
)
def test_forecasts_that_cannot_be_scored_are_refused(
    tmp_path: Path, words: Sequence[str], lines: Sequence[str], fault: str
) -> None:
    said = call("score", str(written(tmp_path, *lines)), *words)
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
