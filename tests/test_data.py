"""The shipped tables keep what they promise: keys, units, sums, citations."""

from pathlib import Path

import pandas as pd

from hedgesim.model.period import Period
from hedgesim.model.shocks import CHANNELS
from hedgesim.model.world import LEVELS, STATUSES
from hedgesim.scenario.tables import LAST_COLUMNS, Tables

TABLES = Path(__file__).parent.parent / "src" / "hedgesim" / "data" / "tables"


def codes(tables: Tables, axis: str) -> set[str]:
    axes = tables.table("axes")
    return set(axes.loc[axes["axis"] == axis, "code"])


def listed(column: pd.Series) -> set[str]:
    return {code for text in column for code in text.split(";")}


def test_every_row_has_sources_that_are_cited_and_no_source_is_kept_for_nothing_but_methods(tables: Tables) -> None:
    used = set().union(*(listed(frame["source"]) for frame in tables.frames.values()))
    assert used <= set(tables.sources)
    assert {key for key, entry in tables.sources.items() if entry["checked"]} <= used
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


def test_sovereignty_cost_follows_its_rule(tables: Tables) -> None:
    for start in ("1994Q1", "2015Q1"):
        frame = tables.visible(start).table("country_attributes")
        wide = frame.pivot_table(index="country", columns="attribute", values="value")
        rule = 3.0 * (0.5 * wide["personalisation"] + 0.5 * wide["statutory_neutrality"])
        assert (rule - wide["sovereignty_cost"]).abs().max() < 1e-6


def test_trust_and_rivalry_are_symmetric(tables: Tables) -> None:
    for name, one, other in (("trust", "country", "partner"), ("rivalry", "power", "rival")):
        values = tables.table(name).set_index(["start", one, other])["value"]
        assert all(values[start, b, a] == value for (start, a, b), value in values.items())


def test_every_power_intends_something(tables: Tables) -> None:
    assert (tables.table("power_attributes").query("attribute == 'intention'")["value"] >= 0.05).all()


def test_codes_and_words_are_known(tables: Tables) -> None:
    countries, powers, domains, options = (codes(tables, axis) for axis in ("country", "power", "domain", "option"))
    formats, nothing = set(tables.table("formats")["format"]), {""}
    known = {
        ("formats", "lead"): powers | {"none"},
        ("formats", "eligible"): countries,
        ("formats", "opens_to"): countries | nothing,
        ("formats", "domains"): domains,
        ("formats", "level"): set(LEVELS),
        ("formats", "ceiling"): set(LEVELS),
        ("formats", "class"): {"home", "outside"},
        ("memberships", "status"): set(STATUSES),
        ("memberships", "format"): formats,
        ("memberships", "country"): countries | powers,
        ("meetings", "level"): {"leaders", "ministers", "working"},
        ("meetings", "format"): formats | {"BILAT"},
        ("shocks", "channel"): set(CHANNELS),
        ("shocks", "role"): {"cause", "outcome"},
        ("shocks", "countries"): countries | nothing,
        ("shocks", "powers"): options | nothing,
        ("shocks", "domains"): domains | nothing,
    }
    for (table, column), words in known.items():
        assert listed(tables.table(table)[column]) <= words, (table, column)


def test_programmes_and_treaties_never_meet(tables: Tables) -> None:
    formats = tables.table("formats").set_index("kind")
    assert (formats.loc[["programme", "treaty"], "ceiling"] == "dormant").all()


def test_every_power_has_both_candidates(tables: Tables) -> None:
    formats = tables.table("formats")
    for prefix, size in (("C5_", 5), ("C6_", 6)):
        led = formats[formats["format"].str.startswith(prefix) & (formats["ceiling"] == "leaders")]
        assert codes(tables, "power") <= set(led["lead"])
        main = led[led["format"].isin([f"{prefix}{p}" for p in [*codes(tables, "power"), "US"]])]
        assert (main["eligible"].str.split(";").map(len) == size).all()


def test_sizes_of_shocks_are_those_of_the_scale_and_profiles_have_what_they_need(tables: Tables) -> None:
    scale = tables.table("scale").set_index(["channel", "grade"])["size"]
    assert set(scale.index.get_level_values(0)) == set(CHANNELS)
    for row in tables.table("shocks").itertuples():
        assert abs(row.size) == scale[(row.channel, row.grade)], row.shock
        assert (row.profile == "decay") == (row.half_life > 0), row.shock
        assert (row.profile == "pulse") == (row.end != ""), row.shock


def test_the_war_acts_on_at_least_five_channels_and_can_raise_trade(tables: Tables) -> None:
    war = tables.table("shocks").query("event == 'war_2022' and role == 'cause'")
    assert {"intention", "distraction", "rivalry", "access", "sanctions", "sanctionrisk"} <= set(war["channel"])
    assert ((war["channel"] == "access") & (war["domains"] == "economy") & (war["size"] > 0)).any()
