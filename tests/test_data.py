"""The shipped tables keep what they promise: keys, units, sums, citations."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest
import yaml

from hedgesim.model.period import Period
from hedgesim.model.shocks import CHANNELS
from hedgesim.scenario.tables import LAST_COLUMNS, Tables, read_tables

ROOT = Path(__file__).parent.parent
DATA = ROOT / "src" / "hedgesim" / "data"
STATUSES = {"none", "guest", "observer", "member"}
LEVELS = {"dormant", "working", "ministerial", "leaders", "institution"}
FLOOR = 0.003


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


def codes(tables: Tables, axis: str) -> set[str]:
    axes = tables.table("axes")
    return set(axes.loc[axes["axis"] == axis, "code"])


def listed(column: pd.Series) -> set[str]:
    return {code for text in column for code in text.split(";") if code}


def test_every_row_of_every_table_has_sources_that_are_cited(tables: Tables) -> None:
    for name, frame in tables.frames.items():
        assert (frame["source"] != "").all(), name
        assert listed(frame["source"]) <= set(tables.sources), name
    assert all(entry["citation"] and entry["licence"] for entry in tables.sources.values())


def test_no_source_is_kept_that_no_row_uses_unless_it_is_a_method(tables: Tables) -> None:
    used = set().union(*(listed(frame["source"]) for frame in tables.frames.values()))
    idle = {key for key, entry in tables.sources.items() if entry["checked"] and key not in used}
    assert idle == set()


def test_every_table_is_described_column_by_column(tables: Tables) -> None:
    shipped = {path.stem for path in (DATA / "tables").glob("*.csv")}
    assert shipped == set(tables.forms)
    for name, form in tables.forms.items():
        assert list(tables.frames[name].columns[-3:]) == list(LAST_COLUMNS), name
        assert set(tables.frames[name].columns) == {*form["columns"], *LAST_COLUMNS}, name
        assert form["meaning"], name
        assert form["unit"], name


def test_where_a_number_stands_there_is_a_unit(tables: Tables) -> None:
    for name, form in tables.forms.items():
        frame = tables.frames[name]
        if "unit" in frame:
            assert (frame["unit"] != "").all(), name
        else:
            assert form["unit"] != "in the row", name


def test_keys_are_unique(tables: Tables) -> None:
    loose = {"observations", "series", "meetings", "visits", "memberships", "country_attributes"}
    for name, form in tables.forms.items():
        if name not in loose:
            assert not tables.frames[name].duplicated(form["key"]).any(), name


def test_recall_counts_as_an_assumption_and_never_as_seen(tables: Tables) -> None:
    for name, frame in tables.frames.items():
        if name in ("shares", "trust"):
            continue
        only_recall = frame[frame["source"] == "recall"]
        assert only_recall["confidence"].isin(["recall", "assumption"]).all(), name


def test_shares_are_complete_and_sum_to_one(tables: Tables) -> None:
    shares = tables.table("shares")
    cells = 3 * len(codes(tables, "country")) * len(codes(tables, "domain")) * len(codes(tables, "option"))
    assert len(shares) == cells
    sums = shares.groupby(["start", "country", "domain"])["share"].sum()
    assert (sums - 1.0).abs().max() < 1e-9
    assert shares["share"].min() >= FLOOR - 1e-12
    assert ((shares["evidence"] < tables.mapping["prior_weight"]) == (shares["prior_dominated"] == 1)).all()


def test_nothing_behind_a_share_is_later_than_its_start(tables: Tables) -> None:
    shares = tables.table("shares")
    dated = shares[shares["date"] != ""]
    first = dated["start"].map(lambda text: (Period.parse(text).year, Period.parse(text).index))
    known = dated["date"].map(lambda text: (Period.of_date(text).year, Period.of_date(text).index))
    assert all(date <= start for date, start in zip(known, first, strict=True))


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


def test_trust_and_rivalry_are_symmetric_and_in_range(tables: Tables) -> None:
    for name, one, other in (("trust", "country", "partner"), ("rivalry", "power", "rival")):
        frame = tables.table(name).set_index(["start", one, other])["value"]
        assert frame.between(0.0, 1.0).all()
        assert all(frame[(start, b, a)] == value for (start, a, b), value in frame.items())


def test_attributes_stay_in_their_ranges(tables: Tables) -> None:
    powers = tables.table("power_attributes")
    bounded = powers[~powers["attribute"].str.startswith(("trend_", "bloc"))]
    assert bounded["value"].between(0.0, 1.0).all()
    assert (powers.loc[powers["attribute"] == "intention", "value"] >= 0.05).all()
    assert powers.loc[powers["attribute"] == "bloc", "value"].between(-1.0, 1.0).all()
    assert tables.table("affinity")["value"].between(-1.0, 1.0).all()
    assert tables.table("proximity")["value"].between(0.0, 1.0).all()


def test_formats_use_known_codes(tables: Tables) -> None:
    formats = tables.table("formats")
    assert set(formats["lead"]) <= codes(tables, "power") | {"none"}
    assert listed(formats["eligible"]) | listed(formats["opens_to"]) <= codes(tables, "country")
    assert listed(formats["domains"]) <= codes(tables, "domain")
    assert set(formats["level"]) | set(formats["ceiling"]) <= LEVELS
    assert set(formats["class"]) == {"home", "outside"}
    silent = formats[formats["kind"].isin(["programme", "treaty"])]
    assert (silent["ceiling"] == "dormant").all()


def test_every_power_has_both_candidates(tables: Tables) -> None:
    formats = tables.table("formats")
    for prefix, size in (("C5_", 5), ("C6_", 6)):
        led = formats[formats["format"].str.startswith(prefix) & (formats["ceiling"] == "leaders")]
        assert codes(tables, "power") <= set(led["lead"])
        main = led[led["format"].isin([f"{prefix}{p}" for p in [*codes(tables, "power"), "US"]])]
        assert (main["eligible"].str.split(";").map(len) == size).all()


def test_memberships_and_meetings_use_known_codes(tables: Tables) -> None:
    known = set(tables.table("formats")["format"])
    members = tables.table("memberships")
    assert set(members["status"]) <= STATUSES
    assert set(members["format"]) <= known
    assert set(members["country"]) <= codes(tables, "country") | codes(tables, "power")
    meetings = tables.table("meetings")
    assert set(meetings["level"]) <= {"leaders", "ministers", "working"}
    assert set(meetings["format"]) <= known | {"BILAT"}


def test_shocks_use_known_codes_and_sizes_of_the_scale(tables: Tables) -> None:
    shocks, scale = tables.table("shocks"), tables.table("scale").set_index(["channel", "grade"])["size"]
    assert set(shocks["channel"]) <= set(CHANNELS)
    assert set(scale.index.get_level_values(0)) == set(CHANNELS)
    assert set(shocks["role"]) == {"cause", "outcome"}
    assert listed(shocks["countries"]) <= codes(tables, "country")
    assert listed(shocks["powers"]) <= codes(tables, "option")
    assert listed(shocks["domains"]) <= codes(tables, "domain")
    for row in shocks.itertuples():
        assert abs(row.size) == scale[(row.channel, row.grade)], row.shock
        assert (row.profile == "decay") == (row.half_life > 0), row.shock
        assert (row.profile == "pulse") == (row.end != ""), row.shock


def test_the_war_acts_on_at_least_five_channels_and_can_raise_trade(tables: Tables) -> None:
    war = tables.table("shocks").query("event == 'war_2022' and role == 'cause'")
    assert {"intention", "distraction", "rivalry", "access", "sanctions", "sanctionrisk"} <= set(war["channel"])
    assert ((war["channel"] == "access") & (war["domains"] == "economy") & (war["size"] > 0)).any()


def test_no_address_of_a_package_registry_and_no_path_of_this_machine_is_shipped() -> None:
    barred = ("pypi.org", "files.pythonhosted", "npmjs", "crates.io", "conda.", "/work/", "../" + "shared")
    folders = (DATA, ROOT / "data-raw", ROOT / "databuild", ROOT / "tools")
    for path in (path for folder in folders for path in folder.rglob("*.*")):
        if path.suffix in (".csv", ".yaml", ".py", ".md"):
            text = path.read_text(encoding="utf-8")
            assert not [word for word in barred if word in text], path


def test_citations_of_addresses_have_stable_keys(tables: Tables) -> None:
    for key, entry in tables.sources.items():
        if "url" in entry and "accessed" in entry:
            digest = hashlib.sha256(entry["url"].encode()).hexdigest()[:6]
            assert key.endswith(f"_{digest}")


def test_the_yaml_files_are_plain_mappings() -> None:
    for name in ("tables", "sources", "mapping"):
        assert isinstance(yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8")), dict)
