"""The record, the likelihood and the sampler of the calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

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
from hedgesim.engines.records import Observation, record_observation
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import RUN
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario.tables import read_tables
from worlds import case_from, scenario_from

ENGINE = engine_of("ensemble")
SCALE = np.asarray([0.02])
CASE = case_from("history", "end=2021Q4", "parameters=prior")
RECORD = record_of(read_tables(), CASE.setting, range(2015, 2022))


def likelihood_of(*names: str) -> Likelihood:
    return Likelihood(CASE, RECORD, Prior(names), ENGINE, 2)


def row_of(table: pd.DataFrame, **values: object) -> int:
    """The number of the row that has these values."""
    (found,) = np.flatnonzero((table[list(values)] == list(values.values())).all(axis=1))
    return int(found)


def test_the_record_holds_the_training_years_and_no_prior_dominated_share() -> None:
    shares, meetings, statuses = RECORD.shares, RECORD.meetings, RECORD.statuses
    kgz = shares[(shares["country"] == "KGZ") & (shares["option"] == "CHN")].set_index("year")
    assert kgz.loc[2020, "low"] == pytest.approx(781.162 / 5692.2, abs=2e-3)  # 781 mn of 5.69 bn with all partners
    assert kgz.loc[2021, "before_low"] == kgz.loc[2020, "low"]
    assert set(shares["year"]) == set(range(2017, 2022))
    assert set(meetings["year"]) == set(range(2015, 2022))
    ministers = meetings[(meetings["format"] == "C5_US") & (meetings["rung"] == "ministers")].set_index("year")["count"]
    assert ministers.tolist() == [2, 2, 1, 0, 0, 2, 3]
    rose = statuses[statuses["rose"] > 0]
    changed = set(zip(rose["country"], rose["format"], strict=True))
    assert {("KGZ", "EAEU"), ("UZB", "EAEU"), ("UZB", "OTS"), ("TKM", "OTS")} <= changed
    assert not statuses["fell"].any()
    memberships = read_tables().table("memberships")
    of_pact = memberships[(memberships["country"] == "UZB") & (memberships["format"] == "CSTO")]
    assert [status_on(of_pact, day) for day in ("2006-01-01", "2010-01-01", "2013-01-01")] == [0, 3, 0]
    place = positions(RECORD.axes, shares, "country", "domain", "option")
    assert not CASE.setting.prior_dominated[..., 0][place].any()


def test_bounds_enclose_what_is_known_of_both_sides() -> None:
    table = read_tables().table("record")
    assert ((table["low"] >= 0.0) & (table["low"] <= table["high"]) & (table["high"] <= 1.0)).all()
    tjk = table.iloc[row_of(table, country="TJK", option="CHN", year=2021)]
    assert (tjk["low"], tjk["high"]) == pytest.approx((0.1194, 0.1350), abs=1e-4)


def _frozen() -> Observation:
    """Two runs of a world that never changes and in which nobody meets."""
    first = vars(ENGINE.record(CASE, [0], record_observation))
    n = CASE.setting.axes.n_steps + 1
    still = {name: np.broadcast_to(x[:1], (n, *x.shape[1:])).repeat(2, axis=RUN) for name, x in first.items()}
    return Observation(**{**still, "meeting": np.zeros_like(still["meeting"])})


def _terms(own: Record, observation: Observation, scale: np.ndarray = SCALE) -> Terms:
    return log_likelihoods(own, observation, replications=2, discrepancy=dict.fromkeys(own.axes.domains, scale))


def test_the_likelihood_by_hand() -> None:
    """A world that never changes, with two replications: every term in closed form."""
    terms = _terms(RECORD, _frozen())
    table = RECORD.shares
    n = row_of(table, country="KGZ", option="RUS", year=2020)
    error = np.sqrt(table["low"][n]) - np.sqrt(table["before_low"][n])
    assert terms.shares[0, n] == pytest.approx(stats.t(FREEDOM).logpdf(error / 0.02) - np.log(0.02))
    expected = stats.nbinom.logpmf(RECORD.meetings["count"].to_numpy(), JEFFREYS, 2.0 / 3.0)
    np.testing.assert_allclose(terms.meetings[0], expected)
    never, once = np.log(1.0 - JEFFREYS / 3.0), np.log(JEFFREYS / 3.0)
    changes = np.concatenate([RECORD.statuses["rose"], RECORD.statuses["fell"], np.zeros(len(RECORD.ended()))])
    np.testing.assert_allclose(terms.statuses[0], np.where(changes > 0, once, never))
    assert terms.shares[0, (table["low"] < table["high"]).idxmax()] <= 0.0  # a probability, not a density


def test_the_end_of_a_body_is_one_event_of_all_its_members() -> None:
    """Of two replications the first loses the Eurasian union after a member more; no pair counts as fallen."""
    own, frozen = RECORD, _frozen()
    body, joins = own.axes.formats.index("EAEU"), own.axes.countries.index("TJK")
    status = frozen.status.copy()
    status[3:, joins, body, 0] = 3.0
    status[5:, :, body, 0] = 0.0
    ended, still = (_terms(own, one).statuses[0] for one in (replace(frozen, status=status), frozen))
    pairs = own.statuses
    of_body = (pairs["format"] == "EAEU").to_numpy()
    n, ends = row_of(pairs, format="EAEU", country="TJK"), 2 * len(pairs) + list(own.ended().index).index("EAEU")
    assert np.flatnonzero(ended != still).tolist() == [n, ends]
    assert ended[[n, ends]] == pytest.approx(np.log(0.5))
    fallen = replace(own, statuses=with_changes(pairs.assign(after=pairs["after"].where(~of_body, 0))))
    found = _terms(fallen, frozen).statuses[0]
    assert found[ends] == pytest.approx(np.log(JEFFREYS / 3.0))
    assert (found[: len(pairs)] != 0.0).tolist() == (~of_body).tolist()


def test_counts_and_changes_are_those_of_the_runs() -> None:
    observation = ENGINE.record(CASE, range(3), record_observation)
    axes, table, shares = RECORD.axes, RECORD.meetings, RECORD.shares
    n = row_of(table, format="OTS", year=2019)
    held = observation.meeting[steps_of(axes, 2019)][:, axes.formats.index("OTS")]
    np.testing.assert_array_equal(meeting_counts(RECORD, observation)[:, n], (held == 3.0).sum(axis=0))
    row = shares.iloc[0]
    i, d, o = (place[0] for place in positions(axes, shares, "country", "domain", "option"))
    assert (axes.countries[i], axes.domains[d], axes.options[o]) == tuple(row[["country", "domain", "option"]])
    later, before = (
        np.sqrt(observation.share[steps_of(axes, y), i, d, o].mean(axis=0)) for y in (row["year"], row["year"] - 1)
    )
    np.testing.assert_allclose(share_changes(RECORD, observation)[:, 0], later - before)


def test_priors_are_pert_and_their_space_is_normal() -> None:
    item = all_parameters()["taste.threat"]
    prior = Prior(("taste.threat", DISCREPANCY + "economy"))
    places = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    values = prior.values(np.stack([places, places], axis=-1))
    assert values[:, 0].mean() == pytest.approx((item.low + 4.0 * item.default + item.high) / 6.0, abs=1e-3)
    assert np.log(values[:, 1]).mean() == pytest.approx(0.5 * np.log(0.005 * 0.25), abs=1e-3)
    np.testing.assert_allclose(prior.places(values), np.stack([places, places], axis=-1), atol=1e-6)


def test_the_discrepancy_of_no_change_is_where_its_likelihood_is_largest() -> None:
    scale = no_change(likelihood_of("taste.offer"))["economy"]
    own = (RECORD.shares["domain"] == "economy").to_numpy()
    totals = [_terms(RECORD, _frozen(), np.asarray([scale * by])).shares[:, own].sum() for by in (0.8, 1.0, 1.25)]
    assert np.argmax(totals) == 1


def test_a_set_has_the_same_likelihood_alone_and_among_others() -> None:
    likelihood = likelihood_of("taste.offer", "formats.home", DISCREPANCY + "economy", DISCREPANCY + "energy")
    unit = np.random.default_rng(3).random((130, 4))
    values = likelihood.prior.values(stats.norm.ppf(unit))  # 125 sets are run at once
    together = likelihood.terms(values).total()
    np.testing.assert_allclose(likelihood.terms(values[124:126]).total(), together[124:126], atol=1e-9)


@pytest.mark.hold
def test_a_small_calibration_is_the_same_twice() -> None:
    plan = FitPlan(sets=128, walkers=60, steps=10, warm_up=2, replications=2, draws=16)
    scenario = scenario_from("history", "end=2021Q4", "parameters=prior")
    one, other = (calibrate(scenario, read_tables(), plan, engine_of("ensemble", "jax")) for _ in range(2))
    pd.testing.assert_frame_equal(one.draws, other.draws)
    roles = one.parameters.set_index("parameter")["role"]
    assert roles["votes.baseline"] == "swept"
    assert (roles != "swept").sum() == sum("." in name for name in one.draws)
    assert set(all_parameters()) <= set(roles.index)


def test_too_few_walkers_are_refused_with_the_number_needed() -> None:
    with pytest.raises(HedgesimError, match=r"--walkers 3: too few to fit 2 numbers\. Give --walkers 4 or more\."):
        sample(likelihood_of("taste.offer", "formats.home"), np.zeros((3, 2)), steps=1, warm_up=0, seed=1)
