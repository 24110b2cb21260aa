"""`data-raw` gives the shipped bytes, and the rules behind the starting shares are those of docs/data.md."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from databuild.build import PRODUCT, build, write
from databuild.codes import COUNTRIES, DOMAINS, OPTIONS, STARTS
from databuild.evidence import Evidence, gather_evidence
from databuild.gravity import gravity_prior
from databuild.known import Known
from databuild.raw import RawData
from databuild.security import security_shares
from databuild.shares import blend, count_assumptions, lift_to_floor
from hedgesim.scenario.tables import Tables

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "data.md"


@pytest.fixture(scope="module")
def raw() -> RawData:
    return RawData.read()


@pytest.fixture(scope="module")
def known(tables: Tables, raw: RawData) -> dict[str, Known]:
    return {start: Known.at(start, tables, raw.blend) for start in STARTS}


def evidence_of(known: Known, country: str, domain: str) -> tuple[list[Evidence], np.ndarray]:
    prior = gravity_prior(known, country, domain=domain)
    return gather_evidence(known, country, domain=domain, prior=prior), prior


def test_every_shipped_table_and_its_sources_are_rebuilt_byte_for_byte(raw: RawData, tmp_path: Path) -> None:
    write(tmp_path, build(raw), raw)
    built, shipped = (
        {path.name: path.read_bytes() for path in [*(folder / "tables").glob("*.csv"), folder / "sources.yaml"]}
        for folder in (tmp_path, PRODUCT)
    )
    assert set(built) == set(shipped)
    assert [name for name in built if built[name] != shipped[name]] == []


def test_every_raw_file_is_used_and_described(raw: RawData) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "databuild").glob("*.py"))
    readme = (raw.folder / "README.md").read_text(encoding="utf-8")
    for path in sorted(raw.folder.glob("*/*")):
        assert f'"{path.stem}"' in code or f'"{path.name}"' in code, path
        assert f"`{path.relative_to(raw.folder).as_posix()}`" in readme, path


def test_every_recorded_cause_moves_something_and_every_event_is_judged(raw: RawData) -> None:
    facts = raw.facts("shocks")
    acting, alarms = raw.choices("shocks"), raw.choices("alarm_events")
    sounding = alarms[alarms["alarm"] == "1"]
    used = (set(acting["fact"]) | set(sounding["fact"])) - {""}
    assert used <= set(facts["shock_id"])
    assert set(facts.loc[facts["role"] == "cause", "shock_id"]) <= used
    assert set(acting["event"]) <= set(alarms["event"])
    assert (alarms["reason"] != "").all()


def test_the_worked_example_of_the_documentation_comes_out(tables: Tables, raw: RawData) -> None:
    parts = [3 / 9, 2 / 3, 20 / 32, 3 / 12, 4 / 22, 1 / 11]
    coded = tables.table("security").query("start == '2021Q1'")
    shares = security_shares(coded).loc["KAZ", list(OPTIONS)]
    assert shares["RUS"] == pytest.approx(np.mean(parts), abs=1e-9)
    lifted = lift_to_floor(shares.to_numpy(), raw.blend["floor"])
    shipped = tables.table("shares").query("start == '2021Q1' and country == 'KAZ' and domain == 'security'")
    assert shipped["share"].to_numpy() == pytest.approx(lifted, abs=1e-9)
    text = DOCS.read_text(encoding="utf-8")
    for quoted in (*parts, shares["RUS"], lifted[OPTIONS.index("RUS")]):
        assert f"{quoted:.4f}" in text, quoted


def test_a_recalled_size_is_used_only_where_nothing_was_seen(known: dict[str, Known]) -> None:
    """Turkmenistan's one direct figure is recalled of 1993; 1.3 % of 43.5242 bn of 2014 is sourced."""
    spent = {start: {code: known[start].sizes[code, "military_expenditure"] for code in COUNTRIES} for start in STARTS}
    assert spent["1994Q1"]["TKM"] == 0.06
    assert spent["2015Q1"]["TKM"] == pytest.approx(0.013 * 43.5242)
    assert spent["2015Q1"]["UZB"] == pytest.approx(0.035 * 80.8454)
    assert spent["2021Q1"]["UZB"] == 1.4404  # of 2018; a direct figure has precedence


def every_cell(known: dict[str, Known]) -> Iterator[tuple[list[Evidence], np.ndarray]]:
    for start in ("2015Q1", "2021Q1"):
        for country in COUNTRIES:
            for domain in known[start].blend["domains"]:
                yield evidence_of(known[start], country, domain)


def test_prior_and_evidence_are_compositions(known: dict[str, Known], raw: RawData) -> None:
    for evidence, prior in every_cell(known):
        assert prior.sum() == pytest.approx(1.0)
        assert prior[-1] == pytest.approx(raw.blend["prior"]["other"])
        for item in evidence:
            assert (item.observed >= 0.0).all()
            if (item.n > 0.0).all():
                assert item.observed.sum() == pytest.approx(1.0), item.basis


def test_without_evidence_the_share_is_the_prior() -> None:
    prior = np.full(10, 0.1)
    row = blend([], prior, prior_weight=5.0, floor=0.003)
    np.testing.assert_allclose(row.share, prior)
    assert row.evidence.sum() == 0.0


def test_the_floor_lifts_small_shares_and_keeps_the_sum() -> None:
    lifted = lift_to_floor(np.array([0.0, 0.001, 0.2, 0.799]), 0.003)
    assert lifted.sum() == pytest.approx(1.0)
    assert lifted.min() == pytest.approx(0.003)
    assert lifted[3] / lifted[2] == pytest.approx(0.799 / 0.2)


def test_assumptions_are_counted_and_at_most_half_of_what_is_scored(tables: Tables) -> None:
    counts = count_assumptions(tables.table("shares"))
    assert len(counts) == len(STARTS) * len(DOMAINS)
    prior_only = counts[counts["start"] == "1994Q1"]
    assert (prior_only["assumptions"] == prior_only["cells"]).all()
    scored = counts[counts["start"].isin(["2015Q1", "2021Q1"]) & counts["domain"].isin(["security", "economy"])]
    assert (scored["share_of_assumptions"] <= 0.5).all()
    text = DOCS.read_text(encoding="utf-8")
    for row in counts.itertuples():
        assert f"| {row.start} | {row.domain} | {row.cells} | {row.prior_dominated} | {row.assumptions} |" in text


def test_a_source_text_becomes_keys_and_a_confidence(raw: RawData) -> None:
    cite = raw.citations.cite
    assert cite("azizova2024; ali2024") == ("azizova2024;ali2024", "seen")
    assert cite("recall, unverified") == ("recall", "recall")
    assert cite("azizova2024 (day recall; month seen)") == ("azizova2024", "seen")
    assert cite("derived from SIPRI Arms Transfers Database; own aggregation") == ("sipri2026", "proxy")
    address = "https://www.example.com/news/a-long-and-telling-title.html"
    key = f"example_{hashlib.sha256(address.encode()).hexdigest()[:6]}"
    assert cite(address) == (key, "seen")
    assert raw.citations.entries[key]["citation"] == "example.com: a long and telling title"
