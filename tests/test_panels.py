"""The yearly panels behind the fits: trade on one basis and roll calls of the United Nations."""

import pytest

from databuild.codes import COUNTRIES, OPTIONS
from hedgesim.scenario.tables import Tables, read_tables


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


def test_trade_is_complete_and_sums_to_one(tables: Tables) -> None:
    trade = tables.table("trade")
    assert len(trade) == len(COUNTRIES) * len(OPTIONS) * 21
    assert set(trade["year"]) == set(range(2000, 2021))
    assert set(trade["basis"]) == {"BACI"}
    assert trade["share"].between(0.0, 1.0).all()
    assert (trade.groupby(["country", "year"])["share"].sum() - 1.0).abs().max() < 1e-5


def test_doubtful_trade_says_so(tables: Tables) -> None:
    trade = tables.table("trade")
    suspect = trade[trade["suspect"] == 1]
    assert set(zip(suspect["country"], suspect["year"], strict=True)) == {("KAZ", 2010)}
    inflated = trade[trade["note"].str.contains("inflate")]
    assert set(zip(inflated["country"], inflated["option"], strict=True)) == {("KGZ", "CHN"), ("TJK", "CHN")}


def test_every_roll_call_has_a_vote_of_each_of_the_six(tables: Tables) -> None:
    votes = tables.table("rollcalls")
    assert (votes.groupby("resolution")["country"].agg(set) == set(COUNTRIES)).all()
    assert votes["resolution"].nunique() == 140
    assert set(votes["vote"]) == {"yes", "no", "abstain", "absent"}
    assert set(votes["kind"]) == {"sovereignty", "sovereignty_human_rights", "human_rights", "sanctions", "other"}
    assert votes["date"].str[:4].astype(int).between(2005, 2021).all()


def test_the_two_tables_of_votes_agree(tables: Tables) -> None:
    one = tables.table("votes").set_index(["resolution", "country"])["vote"]
    other = tables.table("rollcalls").set_index(["resolution", "country"])["vote"]
    both = one.index.intersection(other.index)
    assert len(both) == len(COUNTRIES)
    assert (one[both] == other[both]).all()
