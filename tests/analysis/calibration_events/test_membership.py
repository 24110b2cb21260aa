"""Rates of accession and exit: a hidden chain by hand, laws, known rates found again, stretches of the record."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.calibration.membership import CENTRES, GRID, Membership
from hedgesim.analysis.calibration.stance import PRIORS
from hedgesim.scenario.tables import read_tables

HALF = np.log(2.0)
"""Rate per quarter at which who is ready goes with a chance of one half."""


def stretches(*rows: tuple[str, int, int, int, float], again: float = 0.5) -> Membership:
    """Rows: country, member, quarters, happened, chance of willingness."""
    table = pd.DataFrame(rows, columns=["country", "member", "quarters", "happened", "willing"])
    return Membership(table.assign(body="X"), again=again)


def chance(member: int, quarters: int, happened: int, rate: float = HALF) -> float:
    """Chance of one stretch of a country that is ready to go with .6 whenever its reasons are drawn again."""
    one = stretches(("A", member, quarters, happened, 0.4 if member else 0.6))
    other = 7.0  # the rate that does not concern it
    rates = [other, rate] if member else [rate, other]
    return float(np.exp(one.log_likelihood(np.array([rates]))).item())


@pytest.mark.parametrize("member", [0, 1])
def test_a_chain_of_three_quarters_by_hand(member: int) -> None:
    # after a decision nobody is ready; a quarter later .5 x .6 = .3 are, of whom half go: .15
    assert chance(member, 1, happened=1) == 0.0
    assert chance(member, 2, happened=1) == pytest.approx(0.15)
    # of .85 that are left .15 were ready; half keep their reasons, half draw again: .075 + .5 x .6 x .85 = .33
    assert chance(member, 3, happened=1) == pytest.approx(0.165)
    assert chance(member, 3, happened=0) == pytest.approx(0.685)


@pytest.mark.parametrize("member", [0, 1])
def test_at_a_rate_of_0_nobody_goes_and_at_any_rate_a_stretch_ends_somehow(member: int) -> None:
    assert chance(member, 9, happened=1, rate=0.0) == 0.0
    assert chance(member, 9, happened=0, rate=0.0) == 1.0
    went = sum(chance(member, n, happened=1, rate=0.2) for n in range(1, 10))
    assert went + chance(member, 9, happened=0, rate=0.2) == pytest.approx(1.0, abs=1e-12)


def simulated(rates: dict[str, float], n: int, again: float, seed: int) -> Membership:
    """Stretches of at most 60 quarters, half of them of members, as the model moves countries."""
    rng = np.random.default_rng(seed)
    goes = [-np.expm1(-rate) for rate in rates.values()]
    rows = []
    for k in range(n):
        member, willing = k % 2, float(rng.uniform(0.2, 0.8))
        ready, happened, quarter = False, 0, 0
        while not happened and quarter < 60:
            quarter += 1
            happened = int(ready and rng.random() < goes[member])
            if rng.random() < again:
                ready = bool((rng.random() < willing) != bool(member))
        rows.append((f"C{k % 6}", member, quarter, happened, willing))
    return stretches(*rows, again=again)


def test_known_rates_are_found_again() -> None:
    """The truth is within the middle 99 % of the posterior."""
    true = {"accession": 0.09, "leaving": 0.012}
    record = simulated(true, n=400, again=0.08, seed=11)
    for name, rate in true.items():
        below = float(record.posterior(name)[rate >= GRID].sum())
        assert 0.005 < below < 0.995, name
        mean = float(GRID @ record.posterior(name))
        assert abs(mean - rate) < abs(CENTRES[name] - rate), f"{name}: the data count for more than the prior"


def test_a_country_left_out_changes_nothing_of_the_others() -> None:
    record = simulated({"accession": 0.05, "leaving": 0.02}, n=60, again=0.2, seed=3)
    others = Membership(record.rows[record.rows["country"] != "C2"].reset_index(drop=True), record.again)
    kept = [country != "C2" for country in record.groups]
    rates = np.array([[0.05, 0.02], [0.3, 0.001]])
    np.testing.assert_array_equal(record.log_likelihood(rates)[:, kept], others.log_likelihood(rates))
    for name in CENTRES:
        np.testing.assert_array_equal(record.posterior(name, without="C2"), others.posterior(name))


def test_stretches_of_the_record_lie_between_decisions_and_end_with_the_body_or_the_record() -> None:
    rows = Membership.of(read_tables(), np.asarray([prior.mean for prior in PRIORS])).rows
    columns = ["member", "quarters", "happened"]
    own = rows.set_index(["country", "body"])[columns]
    # asked in 2002Q4, in from 2006Q3, out from 2012Q2, outside until 2021Q4
    assert own.loc[("UZB", "CSTO")].to_numpy().tolist() == [[0, 15, 1], [1, 23, 1], [0, 38, 0]]
    # its heads renew it in 2001, and it ends in 2005: a member all the time
    assert own.loc[("KAZ", "CACO"), "member"].tolist() == [1, 1]
    assert (rows["quarters"] > 0).all()
    assert rows["willing"].between(0.0, 1.0).all()
