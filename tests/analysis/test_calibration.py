"""The record, the likelihood and the sampler of the calibration."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hedgesim import read_scenario
from hedgesim.analysis.calibration.fit import FitPlan, calibrate, no_change, sample
from hedgesim.analysis.calibration.likelihood import (
    FREEDOM,
    JEFFREYS,
    Likelihood,
    Terms,
    log_likelihoods,
    meeting_counts,
    share_changes,
)
from hedgesim.analysis.calibration.prior import DISCREPANCY, Prior
from hedgesim.analysis.calibration.record import Record, positions, record_of, status_on, steps_of, with_changes
from hedgesim.engines import engine_of
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.records import Observation
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import RUN
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
    shares, meetings, statuses = record().shares, record().meetings, record().statuses
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


def test_it_holds_nothing_of_later_years_and_no_prior_dominated_share() -> None:
    assert record().shares["year"].max() == 2021
    assert record().meetings["year"].max() == 2021
    place = positions(record().axes, record().shares, "country", "domain", "option")
    assert not case().setting.prior_dominated[..., 0][place].any()


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
        return np.broadcast_to(x[:1], (n_steps, *x.shape[1:])).repeat(n_runs, axis=RUN)

    return Observation(
        still(first.share), np.zeros_like(still(first.meeting)), still(first.status), still(first.joined)
    )


def _terms(own: Record, observation: Observation, scale: np.ndarray) -> Terms:
    return log_likelihoods(own, observation, replications=2, discrepancy=dict.fromkeys(own.axes.domains, scale))


def test_the_likelihood_by_hand() -> None:
    """A world that never changes, with two replications: every term in closed form."""
    terms = _terms(record(), _frozen(2), np.asarray([0.02]))
    table = record().shares
    n = int(np.flatnonzero((table["country"] == "KGZ") & (table["option"] == "RUS") & (table["year"] == 2020))[0])
    row = table.iloc[n]
    error = np.sqrt(row["low"]) - np.sqrt(row["before_low"])
    assert terms.shares[0, n] == pytest.approx(stats.t(FREEDOM).logpdf(error / 0.02) - np.log(0.02))
    expected = stats.nbinom.logpmf(record().meetings["count"].to_numpy(), JEFFREYS, 2.0 / 3.0)
    np.testing.assert_allclose(terms.meetings[0], expected)
    never, once = np.log(1.0 - JEFFREYS / 3.0), np.log(JEFFREYS / 3.0)
    changes = np.concatenate([record().statuses["rose"], record().statuses["fell"], np.zeros(len(record().ended()))])
    np.testing.assert_allclose(terms.statuses[0], np.where(changes > 0, once, never))
    bounded = int(np.flatnonzero(table["low"] < table["high"])[0])
    assert terms.shares[0, bounded] <= 0.0  # a probability, not a density


def test_the_end_of_a_body_is_one_event_of_all_its_members() -> None:
    """Of two replications the first loses the Eurasian union after a member more; no pair counts as fallen."""
    own, frozen, scale = record(), _frozen(2), np.asarray([0.02])
    body, joins = own.axes.formats.index("EAEU"), own.axes.countries.index("TJK")
    status = frozen.status.copy()
    status[3:, joins, body, 0] = 3.0
    status[5:, :, body, 0] = 0.0
    terms, still = (_terms(own, s, scale) for s in (replace(frozen, status=status), frozen))
    pairs = own.statuses
    of_body = (pairs["format"] == "EAEU").to_numpy()
    n = int(np.flatnonzero(of_body & (pairs["country"] == "TJK"))[0])
    moved = np.flatnonzero(terms.statuses[0] != still.statuses[0])
    ends = 2 * len(pairs) + list(own.ended().index).index("EAEU")
    assert moved.tolist() == [n, ends]
    assert terms.statuses[0, n] == pytest.approx(np.log(0.5))
    assert terms.statuses[0, ends] == pytest.approx(np.log(0.5))
    fallen = replace(own, statuses=with_changes(pairs.assign(after=pairs["after"].where(~of_body, 0))))
    found = _terms(fallen, frozen, scale).statuses[0]
    assert found[ends] == pytest.approx(np.log(JEFFREYS / 3.0))
    assert not found[: len(pairs)][of_body].any()
    assert found[: len(pairs)][~of_body].all()


def test_counts_and_changes_are_those_of_the_runs() -> None:
    observation = engine_of("ensemble").observations(case(), range(3))
    axes, table = record().axes, record().meetings
    counts = meeting_counts(record(), observation)
    n = int(np.flatnonzero((table["format"] == "OTS") & (table["year"] == 2019))[0])
    held = observation.meeting[steps_of(axes, 2019)][:, axes.formats.index("OTS")]
    np.testing.assert_array_equal(counts[:, n], (held == 3.0).sum(axis=0))
    row = record().shares.iloc[0]
    i, d, o = (place[0] for place in positions(axes, record().shares, "country", "domain", "option"))
    assert (axes.countries[i], axes.domains[d], axes.options[o]) == tuple(row[["country", "domain", "option"]])
    later, before = (
        np.sqrt(observation.share[steps_of(axes, y), i, d, o].mean(axis=0)) for y in (row["year"], row["year"] - 1)
    )
    np.testing.assert_allclose(share_changes(record(), observation)[:, 0], later - before)


def test_priors_are_pert_and_their_space_is_normal() -> None:
    item = all_parameters()["taste.threat"]
    prior = Prior(("taste.threat", DISCREPANCY + "economy"))
    places = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    values = prior.values(np.stack([places, places], axis=-1))
    assert values[:, 0].mean() == pytest.approx((item.low + 4.0 * item.default + item.high) / 6.0, abs=1e-3)
    assert np.log(values[:, 1]).mean() == pytest.approx(0.5 * np.log(0.005 * 0.25), abs=1e-3)
    np.testing.assert_allclose(prior.places(values), np.stack([places, places], axis=-1), atol=1e-6)


def test_the_discrepancy_of_no_change_is_where_its_likelihood_is_largest() -> None:
    found = no_change(Likelihood(case(), record(), Prior(("taste.offer",)), engine_of("ensemble"), 2))
    scales = np.asarray([found["economy"] * 0.8, found["economy"], found["economy"] * 1.25])
    own = (record().shares["domain"] == "economy").to_numpy()
    assert _terms(record(), _frozen(6), scales).shares[:, own].sum(axis=-1).argmax() == 1


def test_a_set_has_the_same_likelihood_alone_and_among_others() -> None:
    prior = Prior(("taste.offer", "formats.home", *(DISCREPANCY + domain for domain in ("economy", "energy"))))
    likelihood = Likelihood(case(), record(), prior, engine_of("ensemble"), 2)
    values = prior.values(stats.norm.ppf(np.random.default_rng(3).random((130, 4))))  # 125 sets are run at once
    together = likelihood.terms(values).total()
    np.testing.assert_allclose(likelihood.terms(values[124:126]).total(), together[124:126], atol=1e-9)


@pytest.mark.hold
def test_a_small_calibration_is_the_same_twice() -> None:
    plan = FitPlan(sets=128, walkers=60, steps=10, warm_up=2, replications=2, draws=16)
    scenario = read_scenario("history", overrides=["end=2021Q4", "parameters=prior"])
    one, other = (calibrate(scenario, read_tables(), plan, engine_of("ensemble", "jax")) for _ in range(2))
    pd.testing.assert_frame_equal(one.draws, other.draws)
    roles = one.parameters.set_index("parameter")["role"]
    assert roles["votes.baseline"] == "swept"
    assert (roles != "swept").sum() == sum("." in name for name in one.draws)
    assert set(all_parameters()) <= set(roles.index)


def test_too_few_walkers_are_refused_with_the_number_needed() -> None:
    likelihood = Likelihood(case(), record(), Prior(("taste.offer", "formats.home")), engine_of("ensemble"), 2)
    with pytest.raises(HedgesimError, match=r"--walkers 3: too few to fit 2 numbers\. Give --walkers 4 or more\."):
        sample(likelihood, np.zeros((3, 2)), steps=1, warm_up=0, seed=1)
