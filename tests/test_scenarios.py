"""Every shipped scenario can be read and run, repeats itself, and does what its purpose says."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from command_line import ROOT, call, files_below, start
from hedgesim import open_results
from hedgesim.engines.case import case_named
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.records import Trajectory
from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, NONE
from hedgesim.results.simulation import DEFAULT_KEEP, DEFAULT_RUNS
from hedgesim.scenario import packaged_scenarios

DOCS = ROOT / "docs" / "scenarios.md"
MANY = 40
"""Runs in which a scenario is compared with its parent."""


@cache
def many(name: str) -> Trajectory:
    return simulate(case_named(name), range(MANY))


def test_every_scenario_says_its_purpose_and_its_seed_in_its_own_file() -> None:
    for name, path in packaged_scenarios().items():
        keys = {line.split(":")[0] for line in path.read_text(encoding="utf-8").splitlines()}
        assert {"purpose", "seed"} <= keys, name


@pytest.mark.parametrize("name", packaged_scenarios())
def test_every_scenario_runs_and_its_shares_sum_to_one(name: str) -> None:
    worlds = simulate(case_named(name), range(2)).worlds
    assert np.abs(worlds.share.sum(axis=TARGET) - 1.0).max() < 1e-9
    assert (worlds.share > 0.0).all()
    for quantity in (worlds.unanswered, worlds.response, worlds.threat, worlds.trust, worlds.attention, worlds.since):
        assert np.isfinite(quantity).all()


# What a purpose says, as a number per run.


def place(trajectory: Trajectory, axis: str, name: str) -> int:
    return getattr(trajectory.case.setting.axes, axis).index(name)


def presence(trajectory: Trajectory, option: str) -> np.ndarray:
    """Presence of an option at the end, axes (country, run)."""
    last = (trajectory.worlds.share[-1] * trajectory.case.setting.weight).sum(axis=DOMAIN)
    return last[:, place(trajectory, "options", option)]


def share(trajectory: Trajectory, domain: str, option: str) -> np.ndarray:
    """Share of an option in a domain at the end, axes (country, run)."""
    return trajectory.worlds.share[-1, :, place(trajectory, "domains", domain), place(trajectory, "options", option)]


def outcome(trajectory: Trajectory, name: str) -> np.ndarray:
    countries, system = trajectory.outcomes_by_name()
    if name in countries:
        return countries[name][-1].mean(axis=(COUNTRY, DOMAIN, TARGET))
    return system[name][:, 0, 0, 0].sum(axis=0)


def sits(trajectory: Trajectory, country: str, code: str) -> np.ndarray:
    """Quarters in which a country has a status in a format."""
    at = place(trajectory, "countries", country), 0, place(trajectory, "formats", code)
    return (trajectory.worlds.status[:, *at] > NONE).sum(axis=0)


def attention(trajectory: Trajectory) -> np.ndarray:
    """Mean attention of the powers over all quarters."""
    return trajectory.worlds.attention.mean(axis=0)[0, 0].mean(axis=0)


def seats(trajectory: Trajectory, country: str) -> np.ndarray:
    """Formats of which a country is a member at the end."""
    return (trajectory.worlds.status[-1, place(trajectory, "countries", country), 0] == MEMBER).sum(axis=0)


CLAIMS: dict[str, tuple[str, str, int, Callable[[Trajectory], np.ndarray]]] = {
    "the war costs Russia presence in every country": ("war_2022", "no_war", -1, lambda t: presence(t, "RUS")),
    "the war brings meetings": ("war_2022", "no_war", 1, lambda t: outcome(t, "leader_meetings_outside")),
    "without the succession less cohesion": ("no_uzbek_succession", "history", -1, lambda t: outcome(t, "cohesion")),
    "Azerbaijan sits there": ("us_opens_to_azerbaijan", "war_2022", 1, lambda t: sits(t, "AZE", "C5_US")),
    "the United States gains": ("us_opens_to_azerbaijan", "war_2022", 1, lambda t: presence(t, "USA")),
    "pressed countries fear more": ("russia_coerces", "war_2022", 1, lambda t: outcome(t, "threat")),
    "China gains": ("china_fills_vacuum", "war_2022", 1, lambda t: presence(t, "CHN").mean(0)),
    "and Russia loses by it": ("china_fills_vacuum", "war_2022", -1, lambda t: presence(t, "RUS").mean(0)),
    "re-export shrinks": ("secondary_sanctions", "war_2022", -1, lambda t: outcome(t, "reexport")),
    "a spillover draws attention": ("afghan_shock", "war_2022", 1, attention),
    "the corridor carries more": ("corridor_boom", "war_2022", 1, lambda t: share(t, "transport", "region").mean(0)),
    "Turkmenistan without its reserve": ("turkmenistan_drops_veto", "war_2022", 1, lambda t: seats(t, "TKM")),
    "peace brings Russia some of it back": ("peace", "war_2022", 1, lambda t: presence(t, "RUS").mean(0)),
    "and less threat": ("peace", "war_2022", -1, lambda t: outcome(t, "threat")),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_scenario_does_what_its_purpose_says(claim: str) -> None:
    name, against, sign, measure = CLAIMS[claim]
    change = measure(many(name)) - measure(many(against))
    assert np.all(sign * change.mean(axis=-1) > 3.0 * change.std(axis=-1, ddof=1) / np.sqrt(MANY))


def test_uzbekistan_stays_in_the_union_that_it_joined() -> None:
    axes = case_named("eaeu_enlarges").setting.axes
    at = (slice(None), axes.countries.index("UZB"), 0, axes.formats.index("EAEU"))
    inside, before = (many(name).worlds.status[at] == MEMBER for name in ("eaeu_enlarges", "war_2022"))
    assert inside[0].all()
    assert inside[-1].mean() > 0.5
    assert not before[0].any()


def test_a_home_grown_body_is_absorbed_by_one_that_is_born_meanwhile() -> None:
    axes = case_named("caco_1994").setting.axes
    worlds = simulate(case_named("caco_1994"), range(200)).worlds  # EURASEC is born in little more than half of them
    caco, eurasec = (worlds.ladder[:, 0, 0, axes.formats.index(code), :] > DORMANT for code in ("CACO", "EURASEC"))
    entered = axes.periods.index("2004Q4")
    assert caco[:entered].all()
    assert eurasec[-1].mean() > 0.5
    assert caco[-1].mean() < 0.5


def test_no_alliance_dies_and_nobody_leaves_one_over_the_war() -> None:
    axes = case_named("war_2022").setting.axes
    for code in ("CIS", "CSTO", "EAEU", "OTS", "SCO"):
        at = axes.formats.index(code)
        left = []
        for name in ("war_2022", "no_war"):
            worlds = many(name).worlds
            assert (worlds.ladder[:, 0, 0, at, :] == LEADERS).all(), code
            inside = worlds.status[:, :, 0, at, :] == MEMBER
            left.append((inside[0] & ~inside.all(axis=0)).sum(axis=0))
        more = left[0] - left[1]
        assert more.mean() <= 3.0 * more.std(ddof=1) / np.sqrt(MANY) + 1e-9, code


def test_a_random_shock_comes_at_another_time_in_every_run() -> None:
    names = case_named("outlook_2030").setting.shocks.names
    drawn = many("outlook_2030").inputs.start.onset[[name == "new_crisis" for name in names], :]
    assert (drawn == drawn[:1, :]).all()
    assert len(set(drawn[0, :])) > 5
    assert 8.0 < drawn[0, :].mean() < 40.0


# The same seed, the same bytes.


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name in files_below(folder) if (path := folder / name).is_file()}


def assert_same(first: dict[str, bytes], second: dict[str, bytes]) -> None:
    """Two folders hold the same bytes, but for the times and the digest of their manifests."""
    assert set(first) == set(second)
    one, other = (json.loads(files.pop("manifest.json")) for files in (first, second))
    assert [name for name in first if first[name] != second[name]] == []
    assert {key for key in one if one[key] != other[key]} <= {"began", "ended", "sha256"}
    assert set(one) == set(other)


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    words = ("run", "war_2022", "--runs", "2", "--set", "end=2022Q4", "-o")
    said = [call(*words, str(tmp_path / "first")), start(*words, str(tmp_path / "second"), folder=tmp_path)]
    assert [one.code for one in said] == [0, 0], said
    first = bytes_below(tmp_path / "first")
    assert len(first) >= 8 + 1 + 10
    assert_same(first, bytes_below(tmp_path / "second"))


@pytest.mark.hold
@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_scenario_runs_whole_and_twice_the_same(name: str, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        assert call("run", name, "-o", str(tmp_path / folder)).code == 0
    tables = open_results(tmp_path / "first").table
    shares, runs = tables("shares"), tables("runs")
    total = shares.groupby(["run", "period", "country", "domain"])["share"].sum()
    assert np.max(np.abs(total - 1.0)) < 1e-9
    assert list(runs["run"]) == list(range(DEFAULT_RUNS))
    assert sorted(set(shares["run"])) == list(range(DEFAULT_KEEP))
    assert runs["failed"].isna().all()
    assert_same(bytes_below(tmp_path / "first"), bytes_below(tmp_path / "second"))


# The page about them.


def test_the_page_lists_every_scenario_with_a_figure() -> None:
    text = DOCS.read_text(encoding="utf-8")
    listed, with_figure = (set(re.findall(row, text, re.MULTILINE)) for row in (r"^\| `(\w+)` \|", r"^\| (\w+) \|.*±"))
    assert listed == set(packaged_scenarios())
    assert with_figure >= listed - {"no_war"}


@pytest.mark.hold
def test_the_figures_on_the_page_are_what_its_program_prints() -> None:
    text = DOCS.read_text(encoding="utf-8")
    program = text.split("```python\n")[1].split("```")[0]
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(program, str(DOCS.name), "exec"), {})
    rows = printed.getvalue().splitlines()
    assert len(rows) > 30
    assert [row for row in rows if row not in text] == []
