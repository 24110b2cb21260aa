"""Drift of shares: the fit without runs, and the bands that it gives."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.bands import coverage, forecasts, origins, yearly_members
from hedgesim.analysis.calibration.drift import (
    LOWEST_SHARE,
    NU,
    Drift,
    angle,
    changes,
    fit_drift,
    left_out,
    log_densities,
    profile_of_phi,
    recorded,
    traded,
)
from hedgesim.scenario.tables import Tables, read_tables

TRUE = Drift({"economy": 0.02, "energy": 0.15}, nu=4.0, phi=0.95)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


def simulated(drift: Drift, *, countries: int, years: int, seed: int) -> pd.DataFrame:
    """Yearly means of the quarterly process of five options in two domains, as a recorded table."""
    rng = np.random.default_rng(seed)
    rows = []
    for domain, sigma in drift.sigma.items():
        start = rng.dirichlet(np.full(5, 3.0), countries)
        start = (start + 0.02) / (start + 0.02).sum(axis=1, keepdims=True)
        share = start
        for year in range(years):
            width = np.sqrt(drift.nu / rng.chisquare(drift.nu, start.shape))
            total = np.zeros_like(start)
            for _ in range(4):
                share = start + drift.phi**0.25 * (share - start)
                spread = sigma / np.sqrt(2.75) * width / np.sqrt(np.maximum(share, LOWEST_SHARE))
                share = share * (1.0 + spread * rng.standard_normal(start.shape)) ** 2 / (1.0 + spread**2)
                share = share / share.sum(axis=1, keepdims=True)
                total += share / 4
            rows += [(f"C{c}", domain, f"o{o}", 1990 + year, total[c, o]) for c in range(countries) for o in range(5)]
    return pd.DataFrame(rows, columns=["country", "domain", "option", "year", "share"])


def test_the_angle_stretches_every_share_alike() -> None:
    assert angle(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, np.pi / 4, np.pi / 2])


def test_changes_are_from_year_to_year_with_the_first_of_the_series() -> None:
    rows = [(2000, 0.2), (2001, 0.3), (2003, 0.4), (2004, 0.002), (2005, 0.1), (2006, 0.998), (2007, 0.4), (2022, 0.1)]
    shares = pd.DataFrame([("KAZ", "economy", "RUS", *row) for row in rows])
    shares.columns = pd.Index(["country", "domain", "option", "year", "share"])
    found = changes(shares)[["year", "first", "before", "after"]].to_numpy().tolist()
    assert found == [[2001, 0.2, 0.2, 0.3], [2004, 0.2, 0.4, 0.002], [2006, 0.2, 0.1, 0.998]]


def test_a_change_as_expected_is_the_likeliest() -> None:
    table = pd.DataFrame({"domain": ["economy"] * 3, "first": 0.2, "before": 0.3, "after": [0.28, 0.295, 0.31]})
    pulled = log_densities(Drift({"economy": 0.02}, 4.0, 0.95), table)
    assert pulled.argmax() == 1  # persistence pulls to the first share
    assert log_densities(Drift({"economy": 0.02}, 4.0, 1.0), table)[1] < pulled[1]


def test_a_change_of_a_small_share_has_the_mean_and_the_spread_of_a_step() -> None:
    """The mean of a share stays, so that its angle falls; many steps of .06 from .02, and the same from .98."""
    drift = Drift({"energy": 0.06}, 1e6, 1.0)
    rng = np.random.default_rng(1)
    sides = np.asarray([0.02, 0.98])[:, None]
    spread = 0.06 / np.sqrt(sides)
    moved = sides * (1.0 + spread * rng.standard_normal((2, 40_000))) ** 2 / (1.0 + spread**2)
    found = angle(moved[0] / moved.sum(axis=0))
    after = np.sin(found.mean() + found.std() * np.asarray([-1.0, 0.0, 1.0])) ** 2
    for share, ends in ((0.02, after), (0.98, 1.0 - after)):
        table = pd.DataFrame({"domain": "energy", "first": share, "before": share, "after": ends})
        low, middle, high = log_densities(drift, table)
        assert low - middle == pytest.approx(-0.5, abs=0.12)
        assert high - middle == pytest.approx(-0.5, abs=0.12)


def test_the_fit_recovers_sigma_from_short_series_of_many() -> None:
    """As the record is: six years. The errors of ln sigma are near .03; tails of the others take some .03 off."""
    found = fit_drift(changes(simulated(TRUE, countries=50, years=6, seed=5)), nu=TRUE.nu)
    for domain, sigma in TRUE.sigma.items():
        assert found.drift.sigma[domain] == pytest.approx(sigma, rel=0.12)
        assert 0.015 < found.errors.sigma[domain] < 0.05


def test_the_fit_recovers_phi_from_long_series() -> None:
    """The error is near .01, and phi comes out .02 to .03 too high, as small shares are not pulled quite to the start.

    nu is not exact either: the likelihood leaves out the widths of the other options.
    """
    economy = replace(TRUE, sigma={"economy": 0.02})
    found = fit_drift(changes(simulated(economy, countries=16, years=25, seed=6)))
    assert found.drift.phi == pytest.approx(TRUE.phi, abs=0.05)
    assert found.drift.sigma["economy"] == pytest.approx(0.02, rel=0.12)
    assert 3.0 < found.drift.nu < 8.0


def test_the_record_tells_sigma_but_hardly_phi(tables: Tables) -> None:
    found = fit_drift(changes(recorded(tables)))
    assert found.cells == {"economy": 140, "energy": 26}
    assert 3.0 < found.drift.nu < 3.5
    shipped = fit_drift(changes(recorded(tables)), nu=NU)
    assert shipped.drift.sigma["economy"] == pytest.approx(0.018, abs=0.0005)
    assert shipped.drift.sigma["energy"] == pytest.approx(0.166, abs=0.005)
    assert shipped.log_likelihood > found.log_likelihood - 1.0
    profile = profile_of_phi(changes(recorded(tables)))
    assert shipped.drift.phi == pytest.approx(0.903, abs=0.01)
    assert shipped.errors.phi > 0.1
    near = profile.loc[profile["log_likelihood"] > -2.0, "phi"]
    assert near.min() <= 0.85  # a log likelihood less than 2 below the best: flat
    assert near.max() == 1.0


def test_no_single_country_carries_sigma(tables: Tables) -> None:
    found = left_out(changes(recorded(tables)), nu=NU)
    assert set(found) == {"AZE", "KAZ", "KGZ", "TJK", "TKM", "UZB"}
    for drift in found.values():
        assert 0.016 < drift.sigma["economy"] < 0.021
        assert 0.13 < drift.sigma["energy"] < 0.19


def test_both_sets_of_figures_agree_where_they_overlap(tables: Tables) -> None:
    table = traded(tables).query("country in ['KAZ', 'KGZ', 'UZB'] and year >= 2015")
    found, record = fit_drift(changes(table)), fit_drift(changes(recorded(tables)).query("domain == 'economy'"))
    assert found.drift.nu == pytest.approx(record.drift.nu, abs=0.3)
    assert found.drift.sigma["economy"] == pytest.approx(0.017, abs=0.001)


def test_no_later_year_and_no_doubtful_one_enters_a_fit(tables: Tables) -> None:
    for table in (changes(recorded(tables)), changes(traded(tables))):
        assert table["year"].max() <= LAST_YEAR
        assert table["before"].min() >= LOWEST_SHARE
    panel = changes(traded(tables))
    assert panel.query("country == 'KAZ' and year in [2010, 2011]").empty


def test_where_all_options_are_known_the_rest_is_a_cell(tables: Tables) -> None:
    shares = recorded(tables).query("country == 'KGZ' and domain == 'economy'")
    assert (shares.groupby("year")["share"].sum() - 1.0).abs().max() < 1e-9
    assert "other" not in set(recorded(tables).query("country == 'TJK'")["option"])


def test_a_band_one_year_ahead_has_the_width_of_sigma() -> None:
    """Of normal numbers 90 % are within 1.645; 4000 draws give a quantile to .03 of a standard deviation."""
    starts = pd.DataFrame([("KAZ", "economy", "RUS", 2000, share) for share in (0.05, 0.3, 0.8)])
    starts.columns = pd.Index(["country", "domain", "option", "year", "share"])
    near_normal = Drift({"economy": 0.02}, nu=1e6, phi=1.0)
    members = next(yearly_members(starts, near_normal, years=1, draws=4000, seed=3))
    low, high = angle(np.quantile(members, (0.05, 0.95), axis=-1))
    assert (high - low) / 2 == pytest.approx(1.645 * 0.02, rel=0.06)


def test_draws_are_addressed_so_other_cells_move_none(tables: Tables) -> None:
    starts = origins(recorded(tables))
    some = starts.iloc[5:9].reset_index(drop=True)
    every = list(yearly_members(starts, TRUE, years=2, draws=10, seed=1))[1]
    np.testing.assert_array_equal(list(yearly_members(some, TRUE, years=2, draws=10, seed=1))[1], every[5:9])


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_noise_has_no_direction(share: float) -> None:
    """The mean stays where it starts, to three standard errors, though the spread of energy is large."""
    starts = pd.DataFrame({"country": ["KAZ"], "domain": "energy", "option": "RUS", "year": 2000, "share": share})
    for members in yearly_members(starts, Drift({"energy": 0.16}, 4.0, 1.0), years=3, draws=20_000, seed=1):
        assert members.mean() == pytest.approx(share, abs=0.02)


def test_without_drift_a_band_is_a_point() -> None:
    starts = pd.DataFrame({"country": ["KAZ"], "domain": "economy", "option": "RUS", "year": 2000, "share": 0.3})
    for members in yearly_members(starts, Drift({"economy": 0.0}, 4.0, 0.95), years=3, draws=5, seed=1):
        assert members == pytest.approx(0.3, abs=1e-12)


def test_bands_of_the_right_drift_hold_nine_in_ten() -> None:
    """About 600 cells a horizon that depend on each other: a standard error of some .02."""
    table = coverage(forecasts(simulated(TRUE, countries=6, years=22, seed=11), TRUE, horizons=(1, 3), draws=400))
    assert table["inside"].to_numpy() == pytest.approx(0.90, abs=0.05)


def test_bands_hold_the_record(tables: Tables) -> None:
    shares = recorded(tables).query("year <= @LAST_YEAR")
    found = forecasts(shares, fit_drift(changes(shares), nu=NU).drift)
    table = coverage(found).set_index(["domain", "horizon"])["inside"]
    print(f"\n{coverage(found).round(3).to_string()}")
    assert table["economy"].between(0.85, 0.96).all()
    assert table["energy", 1] == pytest.approx(0.9, abs=0.06)  # 26 cells, a standard error of .06
