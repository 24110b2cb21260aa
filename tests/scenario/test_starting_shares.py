"""Starting shares: the shipped ones are current, and the worked example of docs/data.md comes out."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgesim.model.period import Period
from hedgesim.scenario.evidence import gather
from hedgesim.scenario.figures import Figures
from hedgesim.scenario.gravity import gravity_prior
from hedgesim.scenario.starting_shares import blend, count_assumptions, floored, starting_shares
from hedgesim.scenario.tables import Tables, read_tables

DOCS = Path(__file__).parent.parent.parent / "docs" / "data.md"
STARTS = ("1994Q1", "2015Q1", "2021Q1")


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


@pytest.mark.parametrize("start", STARTS)
def test_the_shipped_shares_are_what_the_written_blend_gives(tables: Tables, start: str) -> None:
    shipped = tables.table("shares").query("start == @start").reset_index(drop=True)
    made = starting_shares(tables.frames, tables.mapping, start=start)
    keys = ["start", "country", "domain", "option", "basis", "source", "date", "confidence"]
    pd.testing.assert_frame_equal(made[keys].astype(str), shipped[keys].astype(str))
    for column in ("share", "evidence", "prior", "hollow"):
        np.testing.assert_allclose(made[column].astype(float), shipped[column], atol=1e-11)


@pytest.mark.parametrize("start", STARTS)
def test_shares_from_the_visible_tables_alone_are_the_same(tables: Tables, start: str) -> None:
    whole = starting_shares(tables.frames, tables.mapping, start=start)
    visible = tables.visible(start)
    cut = starting_shares(visible.frames, visible.mapping, start=start)
    pd.testing.assert_frame_equal(whole, cut)


def test_the_worked_example_of_the_documentation_comes_out(tables: Tables) -> None:
    rows = tables.table("observations").query(
        "state == 'KAZ' and indicator == 'arms_imports_tiv' and 2016 <= year <= 2020"
    )
    arms = rows.loc[rows["partner"] == "RUS", "value"].sum() / rows["value"].sum()
    figures = Figures.at(tables.frames, tables.mapping, start=Period.parse("2021Q1"))
    prior = dict(zip(figures.options, gravity_prior(figures, "KAZ", domain="security"), strict=True))["RUS"]
    raw = (20 * arms + 8 * 1 + 3 * 1 + 3 * 1 + 5 * prior) / (20 + 8 + 3 + 3 + 5)
    shares = tables.table("shares").query("start == '2021Q1' and country == 'KAZ' and domain == 'security'")
    shipped = shares.set_index("option")["share"]
    lifted = shipped[shipped <= 0.003 + 1e-12]
    rest = shipped.drop(lifted.index)
    unscaled = raw * rest.sum() / (1 - _raw_mass_of(tables, lifted.index))
    assert shipped["RUS"] == pytest.approx(unscaled, abs=1e-9)
    text = DOCS.read_text(encoding="utf-8")
    for quoted in (f"{arms:.4f}", f"{prior:.4f}", f"{raw:.4f}", f"{shipped['RUS']:.4f}"):
        assert quoted in text, quoted


def _raw_mass_of(tables: Tables, options: pd.Index) -> float:
    """Mass of the lifted options before the floor."""
    figures = Figures.at(tables.frames, tables.mapping, start=Period.parse("2021Q1"))
    prior = gravity_prior(figures, "KAZ", domain="security")
    evidence = gather(figures, "KAZ", domain="security", prior=prior)
    total = sum(item.n * item.observed for item in evidence) + 5 * prior
    raw = total / (sum(item.n for item in evidence) + 5)
    return float(sum(raw[figures.options.index(option)] for option in options))


def test_a_recalled_size_stands_only_where_nothing_was_seen(tables: Tables) -> None:
    """Turkmenistan's one direct figure is recalled of 1993; 1.3 % of 43.5242 bn of 2014 is sourced."""
    at = {start: Figures.at(tables.frames, tables.mapping, start=Period.parse(start)) for start in STARTS}
    assert at["1994Q1"].size("TKM", "military_expenditure") == 0.06
    assert at["2015Q1"].size("TKM", "military_expenditure") == pytest.approx(0.013 * 43.5242)
    assert at["2015Q1"].size("UZB", "military_expenditure") == pytest.approx(0.035 * 80.8454)
    assert at["2021Q1"].size("UZB", "military_expenditure") == 1.4404  # of 2018; a direct figure stands


def test_the_prior_sums_to_one_and_is_the_same_rule_for_all(tables: Tables) -> None:
    figures = Figures.at(tables.frames, tables.mapping, start=Period.parse("2015Q1"))
    for country in figures.countries:
        for domain in figures.domains:
            prior = gravity_prior(figures, country, domain=domain)
            assert prior.sum() == pytest.approx(1.0)
            assert prior[-1] == pytest.approx(tables.mapping["prior"]["other"])


def test_evidence_is_a_composition_wherever_it_speaks_of_every_option(tables: Tables) -> None:
    for start in ("2015Q1", "2021Q1"):
        figures = Figures.at(tables.frames, tables.mapping, start=Period.parse(start))
        for country in figures.countries:
            for domain in figures.domains:
                prior = gravity_prior(figures, country, domain=domain)
                for item in gather(figures, country, domain=domain, prior=prior):
                    assert (item.observed >= 0.0).all()
                    if (item.n > 0.0).all():
                        assert item.observed.sum() == pytest.approx(1.0), item.basis


def test_without_evidence_the_share_is_the_prior(tables: Tables) -> None:
    prior = np.full(10, 0.1)
    row = blend([], prior, mapping=tables.mapping)
    np.testing.assert_allclose(row.share, prior)
    assert row.evidence.sum() == 0.0


def test_the_floor_lifts_small_shares_and_keeps_the_sum() -> None:
    lifted = floored(np.array([0.0, 0.001, 0.2, 0.799]), 0.003)
    assert lifted.sum() == pytest.approx(1.0)
    assert lifted.min() == pytest.approx(0.003)
    assert lifted[3] / lifted[2] == pytest.approx(0.799 / 0.2)


def test_no_figure_of_the_start_year_or_later_but_the_single_matrix_is_used(tables: Tables) -> None:
    shares = tables.table("shares")
    for start in ("2015Q1", "2021Q1"):
        bases = shares.loc[shares["start"] == start, "basis"]
        years = {int(year) for text in bases for year in re.findall(r"\b(20\d\d)\b", text.replace("matrix 2015", ""))}
        assert max(years) < Period.parse(start).year


def test_assumptions_are_counted_per_domain(tables: Tables) -> None:
    counts = count_assumptions(tables.table("shares"))
    assert len(counts) == 15
    prior_only = counts[counts["start"] == "1994Q1"]
    assert (prior_only["assumptions"] == prior_only["cells"]).all()


def test_the_documentation_quotes_the_counts(tables: Tables) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for row in count_assumptions(tables.table("shares")).itertuples():
        assert f"| {row.start} | {row.domain} | {row.cells} | {row.hollow} | {row.assumptions} |" in text
