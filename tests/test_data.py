"""The shipped tables keep what they promise: keys, units, sums, citations."""

from pathlib import Path

import pandas as pd

from hedgesim.model.period import Period
from hedgesim.model.shocks import CHANNELS
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.scenario.cells import LAST_COLUMNS
from hedgesim.scenario.formats import ROLES
from hedgesim.scenario.tables import Tables

OWN = {"fit2019", "fit2021"}
"""Sources of parameters, which no table holds."""

TABLES = Path(__file__).parent.parent / "src" / "hedgesim" / "data" / "tables"


def codes(tables: Tables, axis: str) -> set[str]:
    axes = tables.table("axes")
    return set(axes.loc[axes["axis"] == axis, "code"])


def listed(column: pd.Series) -> set[str]:
    return {code for text in column for code in text.split(";")}


def test_every_row_has_sources_that_are_cited_and_no_source_is_kept_for_nothing_but_methods(tables: Tables) -> None:
    used = set().union(*(listed(frame["source"]) for frame in tables.frames.values()))
    assert used <= set(tables.sources)
    assert {key for key, entry in tables.sources.items() if entry["checked"]} <= used | OWN
    assert all(entry["citation"] and entry["licence"] for entry in tables.sources.values())


def test_every_table_is_described_column_by_column(tables: Tables) -> None:
    assert {path.stem for path in TABLES.glob("*.csv")} == set(tables.forms)
    for name, form in tables.forms.items():
        assert list(tables.frames[name].columns[-3:]) == list(LAST_COLUMNS), name
        assert set(tables.frames[name].columns) == {*form["columns"], *LAST_COLUMNS}, name
        assert form["meaning"], name
        assert form["unit"], name


BOUNDS = {"0-1": (0.0, 1.0), "0 or 1": (0.0, 1.0), "-1..1": (-1.0, 1.0)}


def test_where_a_number_stands_there_is_a_unit_and_it_is_in_the_range_of_its_unit(tables: Tables) -> None:
    for name, form in tables.forms.items():
        frame = tables.frames[name]
        if "unit" not in frame:
            assert form["unit"] != "in the row", name
            continue
        assert (frame["unit"] != "").all(), name
        for unit, (low, high) in BOUNDS.items():
            values = frame.loc[frame["unit"] == unit, form.get("numbers", [])]
            assert (values.isna() | ((low <= values) & (values <= high))).all(axis=None), (name, unit)


def test_keys_are_unique(tables: Tables) -> None:
    loose = {"observations", "series", "meetings", "visits", "memberships", "country_attributes"}
    for name, form in tables.forms.items():
        if name not in loose:
            assert not tables.frames[name].duplicated(form["key"]).any(), name


def test_recall_counts_as_an_assumption_and_never_as_seen(tables: Tables) -> None:
    for name in set(tables.frames) - {"shares", "trust"}:
        frame = tables.frames[name]
        by_memory = frame.loc[frame["source"] == "recall", "confidence"]
        assert by_memory.isin(["recall", "assumption"]).all(), name


def test_shares_are_complete_and_sum_to_one(tables: Tables) -> None:
    shares = tables.table("shares")
    cells = 3 * len(codes(tables, "country")) * len(codes(tables, "domain")) * len(codes(tables, "option"))
    assert len(shares) == cells
    sums = shares.groupby(["start", "country", "domain"])["share"].sum()
    assert (sums - 1.0).abs().max() < 1e-9
    assert shares["share"].min() >= 0.003 - 1e-12
    assert ((shares["evidence"] < tables.mapping["prior_weight"]) == (shares["prior_dominated"] == 1)).all()


def test_nothing_behind_a_share_is_later_than_its_start_but_the_single_matrix(tables: Tables) -> None:
    shares = tables.table("shares")
    dated = shares[shares["date"] != ""]
    assert (dated["date"].map(Period.of_date) <= dated["start"].map(Period.parse)).all()
    years = shares["basis"].str.replace("matrix 2015", "").str.findall(r"\b20\d\d\b").explode().dropna()
    assert (years < shares.loc[years.index, "start"].str[:4]).all()
    assert set(shares.loc[years.index, "start"]) >= {"2015Q1", "2021Q1"}


def test_ties_sum_to_one_and_weights_too(tables: Tables) -> None:
    sums = tables.table("ties").groupby(["start", "country"])["tie"].sum()
    assert (sums - 1.0).abs().max() < 1e-9
    attributes = tables.visible("2015Q1").table("country_attributes")
    weights = attributes[attributes["attribute"].str.startswith("weight_")].groupby("country")["value"].sum()
    assert (weights - 1.0).abs().max() < 1e-9


def test_regional_weight_of_the_five_is_at_most_one_and_known_at_every_start(tables: Tables) -> None:
    """A mean of two shares that each sum to 1: their geometric mean sums to at most 1."""
    for start in ("1994Q1", "2015Q1", "2021Q1"):
        frame = tables.visible(start).table("country_attributes").query("attribute == 'regional_weight'")
        weight = frame.set_index("country")["value"]
        assert set(weight.index) == codes(tables, "country")
        assert 0.9 < weight.drop("AZE").sum() <= 1.0


def test_only_what_a_run_or_the_build_reads_is_an_attribute(tables: Tables) -> None:
    weights = {f"weight_{domain}" for domain in codes(tables, "domain")}
    of_country = {"personalisation", "statutory_neutrality", "hydrocarbon_exporter"}
    of_region = {"regional_weight", "turnover", "bodies_left"}
    assert set(tables.table("country_attributes")["attribute"]) == weights | of_country | of_region
    assert set(tables.table("power_attributes")["attribute"]) == {"attention", "solidarity", "mass_security"}
    assert set(tables.table("domain_attributes")["attribute"]) == {"politics", "pace"}


def test_trust_and_rivalry_are_symmetric(tables: Tables) -> None:
    for name, one, other in (("trust", "country", "partner"), ("rivalry", "power", "rival")):
        values = tables.table(name).set_index(["start", one, other])["value"]
        assert all(values[start, b, a] == value for (start, a, b), value in values.items())


def test_codes_and_words_are_known(tables: Tables) -> None:
    countries, powers, domains, options = (codes(tables, axis) for axis in ("country", "power", "domain", "option"))
    formats, nothing = set(tables.table("formats")["format"]), {""}
    known = {
        ("formats", "lead"): powers | {"none"},
        ("formats", "eligible"): countries,
        ("formats", "opens_to"): countries | nothing,
        ("formats", "domains"): domains,
        ("formats", "level"): set(RUNGS),
        ("formats", "ceiling"): set(RUNGS),
        ("formats", "role"): {*ROLES, "programme"},
        ("memberships", "status"): set(STATUSES),
        ("memberships", "format"): formats,
        ("memberships", "country"): countries | powers,
        ("meetings", "level"): {"leaders", "ministers", "working"},
        ("meetings", "format"): formats | {"BILAT", "C5"},
        ("shocks", "channel"): set(CHANNELS),
        ("shocks", "role"): {"cause", "outcome"},
        ("shocks", "countries"): countries | nothing,
        ("shocks", "powers"): options | nothing,
        ("shocks", "domains"): domains | nothing,
    }
    for (table, column), words in known.items():
        assert listed(tables.table(table)[column]) <= words, (table, column)


def test_programmes_never_meet_and_what_is_no_body_has_pairs_to_square(tables: Tables) -> None:
    formats = tables.table("formats").set_index("role")
    assert set(formats.loc[["programme"], "ceiling"]) == {"none"}
    assert (formats.loc[["own", "small", "treaty"], "pairs"] >= 1).all()
    assert (formats.loc[["body", "own"], "cadence"] >= 1).all()


def test_what_must_come_before_a_format_is_a_rung_of_a_format(tables: Tables) -> None:
    formats = tables.table("formats")
    for needed in listed(formats["after"]) - {""}:
        code, _, rung = needed.partition(":")
        assert code in set(formats["format"])
        assert rung in RUNGS[1:]


def test_the_five_may_open_talks_with_every_power_and_each_has_a_gdp(tables: Tables) -> None:
    talks = tables.table("formats").query("role == 'dialogue'")
    assert codes(tables, "power") <= set(talks["lead"])
    assert (talks["eligible"] == ";".join(["KAZ", "KGZ", "TJK", "TKM", "UZB"])).all()
    known = set(tables.table("dialogues")["power"]) | set(tables.table("sizes").query("measure == 'gdp'")["entity"])
    assert set(talks["counterpart"]) <= known


def test_sizes_of_shocks_are_those_of_the_scale_and_profiles_have_what_they_need(tables: Tables) -> None:
    scale = tables.table("scale").set_index(["channel", "grade"])["size"]
    assert set(scale.index.get_level_values(0)) == set(CHANNELS)
    for row in tables.table("shocks").itertuples():
        assert abs(row.size) == scale[(row.channel, row.grade)], row.shock
        assert (row.profile == "decay") == (row.half_life > 0), row.shock
        assert (row.profile == "pulse") == (row.end != ""), row.shock


def test_the_war_acts_on_at_least_five_channels_and_can_raise_trade(tables: Tables) -> None:
    war = tables.table("shocks").query("event == 'war_2022' and role == 'cause'")
    assert {"intention", "attention", "rivalry", "access", "sanctions", "sanctionrisk"} <= set(war["channel"])
    assert ((war["channel"] == "access") & (war["domains"] == "economy") & (war["size"] > 0)).any()
