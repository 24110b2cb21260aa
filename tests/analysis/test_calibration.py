"""The record, the likelihood and the sampler of the calibration."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hedgesim import read_scenario
from hedgesim.analysis.calibration.fitting import FitPlan, calibrate
from hedgesim.analysis.calibration.likelihood import FREEDOM, JEFFREYS, log_likelihoods, meetings_of, share_changes
from hedgesim.analysis.calibration.prior import DISCREPANCY, Prior, prior_of
from hedgesim.analysis.calibration.record import Record, changes_of, record_of, status_on, steps_of
from hedgesim.analysis.calibration.sampling import sample
from hedgesim.analysis.calibration.screening import standing_still
from hedgesim.analysis.calibration.target import Target
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import engine_of
from hedgesim.engines.observation import Observation
from hedgesim.errors import HedgesimError
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario.tables import read_tables

YEARS = range(2015, 2022)


@cache
def case() -> Case:
    return case_of(read_scenario("history", overrides=["end=2021Q4", "parameters=prior"]))


@cache
def record() -> Record:
    return record_of(read_tables(), case().setting, YEARS)


def test_the_record_of_the_training_years() -> None:
    shares, meetings, statuses = record().shares.table, record().meetings.table, record().statuses.table
    kgz = shares[(shares["country"] == "KGZ") & (shares["option"] == "CHN")].set_index("year")
    assert kgz.loc[2020, "low"] == pytest.approx(781.162 / 5692.2, abs=2e-3)  # 781 mn of 5.69 bn with all partners
    assert kgz.loc[2021, "before_low"] == kgz.loc[2020, "low"]
    assert shares["year"].between(2017, 2021).all()
    ministers = meetings[(meetings["format"] == "C5_US") & (meetings["rung"] == "ministers")].set_index("year")["count"]
    assert ministers.tolist() == [2, 2, 1, 0, 0, 2, 3]
    rose = statuses[statuses["rose"] > 0]
    changed = set(zip(rose["country"], rose["format"], strict=True))
    assert {("KGZ", "EAEU"), ("UZB", "EAEU"), ("UZB", "OTS"), ("TKM", "OTS")} <= changed
    assert not statuses["fell"].any()


def test_nothing_of_later_years_and_no_hollow_cell_is_in_it() -> None:
    assert record().shares.table["year"].max() == 2021
    assert record().meetings.table["year"].max() == 2021
    i, d, o = record().shares.place.T
    assert not case().setting.hollow[0, i, d, o].any()


def test_bounds_enclose_what_is_known_of_both_sides() -> None:
    table = read_tables().table("record")
    assert (table["low"] <= table["high"]).all()
    assert table["low"].ge(0.0).all()
    assert table["high"].le(1.0).all()
    tjk = table[(table["country"] == "TJK") & (table["option"] == "CHN") & (table["year"] == 2021)].iloc[0]
    assert (tjk["low"], tjk["high"]) == (pytest.approx(0.1194, abs=1e-4), pytest.approx(0.1350, abs=1e-4))


def test_status_on_a_day() -> None:
    memberships = read_tables().table("memberships")
    own = memberships[(memberships["country"] == "UZB") & (memberships["format"] == "CSTO")]
    assert [status_on(own, day) for day in ("2006-01-01", "2010-01-01", "2013-01-01")] == [0, 3, 0]


def _frozen(n_runs: int) -> Observation:
    first = engine_of("ensemble").observations(case(), [0])
    n_steps = case().setting.axes.n_steps + 1

    def still(x: np.ndarray) -> np.ndarray:
        return np.broadcast_to(x[:1], (n_steps, *x.shape[1:])).repeat(n_runs, axis=1)

    return Observation(
        still(first.share), np.zeros_like(still(first.meeting)), still(first.status), still(first.joined)
    )


def test_the_likelihood_by_hand() -> None:
    """A world that stands still, with two replications: every term in closed form."""
    scale = {domain: np.asarray([0.02]) for domain in case().setting.axes.domains}
    terms = log_likelihoods(record(), _frozen(2), case().setting.axes, replications=2, discrepancy=scale)
    table = record().shares.table
    n = int(np.flatnonzero((table["country"] == "KGZ") & (table["option"] == "RUS") & (table["year"] == 2020))[0])
    row = table.iloc[n]
    error = np.sqrt(row["low"]) - np.sqrt(row["before_low"])
    assert terms.shares[0, n] == pytest.approx(stats.t(FREEDOM).logpdf(error / 0.02) - np.log(0.02))
    counts = record().meetings.table["count"].to_numpy()
    expected = stats.nbinom.logpmf(counts, JEFFREYS, 2.0 / 3.0)
    np.testing.assert_allclose(terms.meetings[0], expected)
    never = np.log(1.0 - JEFFREYS / 3.0)
    once = np.log(JEFFREYS / 3.0)
    none_ended = np.zeros(len(record().statuses.ended()))
    changes = np.concatenate([record().statuses.table["rose"], record().statuses.table["fell"], none_ended])
    np.testing.assert_allclose(terms.statuses[0], np.where(changes > 0, once, never))
    bounded = int(np.flatnonzero(table["low"] < table["high"])[0])
    assert terms.shares[0, bounded] <= 0.0  # a probability, not a density


def test_the_end_of_a_body_is_one_event_of_all_whom_it_had() -> None:
    """Of two replications the first loses the Eurasian union after a member more; no pair counts as fallen."""
    own, axes, seen = record(), case().setting.axes, _frozen(2)
    body, joins = axes.formats.index("EAEU"), axes.countries.index("TJK")
    status = seen.status.copy()
    status[3:, 0, joins, body] = 3.0
    status[5:, 0, :, body] = 0.0
    terms, still = (
        log_likelihoods(own, s, axes, replications=2, discrepancy=dict.fromkeys(axes.domains, np.asarray([0.02])))
        for s in (replace(seen, status=status), seen)
    )
    pairs = own.statuses.table
    of_body = (pairs["format"] == "EAEU").to_numpy()
    n = int(np.flatnonzero(of_body & (pairs["country"] == "TJK"))[0])
    moved = np.flatnonzero(terms.statuses[0] != still.statuses[0])
    ends = 2 * len(pairs) + list(own.statuses.ended().index).index("EAEU")
    assert moved.tolist() == [n, ends]
    assert terms.statuses[0, n] == pytest.approx(np.log(0.5))
    assert terms.statuses[0, ends] == pytest.approx(np.log(0.5))
    fallen = replace(own, statuses=changes_of(axes, pairs.assign(after=pairs["after"].where(~of_body, 0))))
    asked = log_likelihoods(
        fallen, seen, axes, replications=2, discrepancy=dict.fromkeys(axes.domains, np.asarray([0.02]))
    ).statuses[0]
    assert asked[ends] == pytest.approx(np.log(JEFFREYS / 3.0))
    assert not asked[: len(pairs)][of_body].any()
    assert asked[: len(pairs)][~of_body].all()


def test_counts_and_changes_are_those_of_the_runs() -> None:
    seen = engine_of("ensemble").observations(case(), range(3))
    axes = case().setting.axes
    counts = meetings_of(record(), seen, axes)
    table = record().meetings.table
    n = int(np.flatnonzero((table["format"] == "OTS") & (table["year"] == 2019))[0])
    place = axes.formats.index("OTS")
    np.testing.assert_array_equal(counts[:, n], (seen.meeting[steps_of(axes, 2019)][:, :, place] == 3.0).sum(axis=0))
    changes = share_changes(record().shares, seen, axes)
    i, d, o = record().shares.place[0]
    year = int(record().shares.table["year"].iloc[0])
    later, before = (np.sqrt(seen.share[steps_of(axes, y), :, i, d, o].mean(axis=0)) for y in (year, year - 1))
    np.testing.assert_allclose(changes[:, 0], later - before)


def test_priors_are_pert_and_their_space_is_normal() -> None:
    item = all_parameters()["taste.threat"]
    prior = prior_of(["taste.threat"], ["economy"])
    places = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    values = prior.values(np.stack([places, places], axis=-1))
    assert values[:, 0].mean() == pytest.approx((item.low + 4.0 * item.default + item.high) / 6.0, abs=1e-3)
    assert np.log(values[:, 1]).mean() == pytest.approx(0.5 * np.log(0.005 * 0.25), abs=1e-3)
    np.testing.assert_allclose(prior.places(values), np.stack([places, places], axis=-1), atol=1e-6)
    assert prior.names == ("taste.threat", DISCREPANCY + "economy")


def test_standing_still_is_where_its_likelihood_is_largest() -> None:
    target = Target(case(), record(), Prior(("taste.offer",)), engine_of("ensemble"), 2)
    found = standing_still(target)
    scales = np.asarray([found["economy"] * 0.8, found["economy"], found["economy"] * 1.25])
    errors = {domain: scales for domain in case().setting.axes.domains}
    terms = log_likelihoods(record(), _frozen(6), case().setting.axes, replications=2, discrepancy=errors)
    own = (record().shares.table["domain"] == "economy").to_numpy()
    assert terms.shares[:, own].sum(axis=-1).argmax() == 1


def test_a_set_has_the_same_likelihood_alone_and_among_others() -> None:
    target = Target(
        case(), record(), prior_of(["taste.offer", "formats.home"], ["economy", "energy"]), engine_of("ensemble"), 2
    )
    values = target.prior.values(stats.norm.ppf(np.random.default_rng(3).random((70, 4))))
    together = target.terms(values).total()
    np.testing.assert_allclose(target.terms(values[66:68]).total(), together[66:68], atol=1e-9)


@pytest.mark.hold
def test_a_small_calibration_runs_whole_and_twice_alike() -> None:
    plan = FitPlan(sets=128, walkers=60, steps=10, warm_up=2, replications=2, draws=16)
    scenario = read_scenario("history", overrides=["end=2021Q4", "parameters=prior"])
    one, other = (calibrate(scenario, read_tables(), plan, engine_of("ensemble", "jax")) for _ in range(2))
    pd.testing.assert_frame_equal(one.draws, other.draws)
    roles = one.parameters.set_index("parameter")["role"]
    assert roles["votes.baseline"] == "swept"
    assert (roles != "swept").sum() == len(one.draws.columns) - 1
    assert set(all_parameters()) <= set(roles.index)


def test_too_few_walkers_are_refused_with_the_number_needed() -> None:
    target = Target(case(), record(), Prior(("taste.offer", "formats.home")), engine_of("ensemble"), 2)
    with pytest.raises(HedgesimError, match=r"--walkers 3: too few to fit 2 numbers\. Give --walkers 4 or more\."):
        sample(target, np.zeros((3, 2)), steps=1, warm_up=0, seed=1)
