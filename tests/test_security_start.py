"""Shares of security at the starts: six coded observables, what is absent, rivalry and neutrality."""

import numpy as np
import pandas as pd
import pytest

from databuild.codes import COUNTRIES, OPTIONS, POWERS
from databuild.security import OBSERVABLES, WITHOUT_CHARTER, composition, security_shares
from hedgesim.scenario.tables import Tables, read_tables

STARTS = ("2015Q1", "2021Q1")
VARIANTS = {
    "all": OBSERVABLES,
    **{f"without {name}": tuple(o for o in OBSERVABLES if o != name) for name in OBSERVABLES},
    "without the CIS Charter": WITHOUT_CHARTER,
}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


def coded_at(tables: Tables, start: str) -> pd.DataFrame:
    return tables.table("security").query("start == @start")


def rao_index(tables: Tables, start: str, shares: pd.DataFrame) -> pd.Series:
    """Quadratic entropy of a portfolio with rivalry as distance, by country."""
    table = tables.table("rivalry").query("start == @start")
    rivalry = table.pivot(index="power", columns="rival", values="value").fillna(0.0).loc[list(POWERS), list(POWERS)]
    powers = shares[list(POWERS)].to_numpy()
    return pd.Series(np.einsum("ip,pq,iq->i", powers, rivalry.to_numpy(), powers), shares.index)


def example(**values: dict[str, float]) -> pd.DataFrame:
    """Coded rows of one country; values: by observable and option."""
    full = {"treaty": 3.0, "suppliers": 4.0}
    rows = [(n, "KAZ", o, v, full[n]) for n, own in values.items() for o, v in own.items()]
    return pd.DataFrame(rows, columns=["observable", "country", "option", "value", "full"])


def test_what_is_absent_goes_to_the_country_itself() -> None:
    shares = security_shares(example(treaty={"RUS": 1.5, "CHN": 0.0}, suppliers={"RUS": 1.0, "CHN": 1.0, "other": 2.0}))
    assert shares.loc["KAZ"].to_dict() == pytest.approx({"RUS": 0.375, "CHN": 0.125, "other": 0.5})


def test_values_above_the_full_value_are_shared_out() -> None:
    parts = composition(example(treaty={"RUS": 3.0, "CHN": 2.0, "EU": 1.0}))
    assert parts.loc[("treaty", "KAZ")].to_dict() == pytest.approx({"RUS": 1 / 2, "CHN": 1 / 3, "EU": 1 / 6})


def test_where_an_observable_is_not_coded_the_others_carry() -> None:
    shares = security_shares(example(treaty={"RUS": 3.0, "CHN": np.nan}, suppliers={"RUS": 0.0, "CHN": 2.0}))
    assert shares.loc["KAZ"].to_dict() == pytest.approx({"RUS": 0.5, "CHN": 0.5, "other": 0.0})
    alone = security_shares(example(treaty={"RUS": np.nan, "CHN": np.nan}, suppliers={"RUS": 0.0, "CHN": 2.0}))
    assert alone.loc["KAZ"].to_dict() == pytest.approx({"RUS": 0.0, "CHN": 0.5, "other": 0.5})


@pytest.mark.parametrize("start", STARTS)
def test_kazakhstan_is_above_turkmenistan_whatever_is_left_out(tables: Tables, start: str) -> None:
    found = {
        name: rao_index(tables, start, security_shares(coded_at(tables, start), observables))
        for name, observables in VARIANTS.items()
    }
    print(f"\n{start}\n{pd.DataFrame(found).T.round(3).to_string()}")
    for name, index in found.items():
        assert index["KAZ"] > index["TKM"], name


@pytest.mark.parametrize("start", STARTS)
def test_shipped_shares_are_those_of_the_coded_values(tables: Tables, start: str) -> None:
    shipped = tables.table("shares").query("start == @start and domain == 'security'")
    wide = shipped.pivot(index="country", columns="option", values="share").loc[list(COUNTRIES), list(OPTIONS)]
    exact = security_shares(coded_at(tables, start)).loc[list(COUNTRIES), list(OPTIONS)]
    assert exact.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert exact.to_numpy().min() >= 0.0
    assert (wide - exact).abs().to_numpy().max() < 0.01  # the floor of .003 takes this much
    assert wide.to_numpy().min() >= 0.003
    assert set(shipped["prior_dominated"]) == {0.0}


def test_a_share_that_rests_on_recall_says_so(tables: Tables) -> None:
    shares = tables.table("shares").query("domain == 'security' and start != '1994Q1'")
    shares = shares[shares["country"] == "KAZ"].set_index("option")
    assert set(shares.loc["GCC", "confidence"]) == {"recall"}
    assert shares.loc["GCC", "basis"].str.contains("document not coded").all()
    assert set(shares.loc["RUS", "confidence"]) == {"proxy"}


@pytest.mark.parametrize("start", STARTS)
def test_every_cell_is_coded_or_says_that_it_is_not(tables: Tables, start: str) -> None:
    coded = coded_at(tables, start)
    assert len(coded) == len(COUNTRIES) * (7 * 9 + 1)
    missing = coded[coded["value"].isna()]
    assert set(zip(missing["option"], missing["observable"], strict=True)) == {("GCC", "document")}
    assert (coded["value"].dropna() >= 0.0).all()
    assert (coded["date"] == f"{start[:4]}-01-01").all()


def test_the_charter_of_the_cis_can_be_left_out(tables: Tables) -> None:
    value = tables.table("security").set_index(["start", "country", "option", "observable"])["value"]
    for start in STARTS:
        with_cis, without = (value.xs(name, level="observable")[start] for name in ("treaty", "treaty_without_charter"))
        assert (without <= with_cis).all()
        assert (with_cis["AZE", "RUS"], without["AZE", "RUS"]) == (2.0, 1.0)
        assert (with_cis["KAZ", "RUS"], without["KAZ", "RUS"]) == (3.0, 3.0)


def test_rivalry_is_coded_and_not_read_from_votes(tables: Tables) -> None:
    rivalry = tables.table("rivalry").set_index(["start", "power", "rival"])["value"]
    for start in STARTS:
        assert rivalry[start, "RUS", "USA"] == rivalry[start, "CHN", "IND"] == 1.0
        assert rivalry[start, "RUS", "CHN"] == 0.0
    assert rivalry["2021Q1", "GCC", "IRN"] == 1.0  # SAU 3, ARE 2, QAT 0
    assert set(tables.table("rivalry").query("start != '1994Q1'")["value"].round(3)) <= {0.0, 0.333, 0.667, 1.0}


def test_neutrality_by_law_is_that_of_the_latest_code(tables: Tables) -> None:
    for start in STARTS:
        table = tables.visible(start).table("country_attributes").query("attribute == 'statutory_neutrality'")
        found = table.set_index("country")["value"].to_dict()
        assert found == {"KAZ": 0.0, "KGZ": 0.0, "TJK": 0.0, "TKM": 1.0, "UZB": 0.5, "AZE": 0.5}


def test_before_2015_nothing_of_security_is_coded(tables: Tables) -> None:
    assert tables.visible("1994Q1").table("security").empty
