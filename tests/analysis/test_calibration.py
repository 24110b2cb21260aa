"""The calibration: what is fitted, under which names, in which units, and what is not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.calibration.drift import LAST_YEAR
from hedgesim.analysis.calibration.events import IDENTIFIED, EventPlan
from hedgesim.analysis.calibration.fit import (
    COUNTRIES,
    POWERS,
    Calibration,
    FitPlan,
    basis_of,
    calibrate,
    parameters_with,
)
from hedgesim.analysis.calibration.posterior import (
    MODEL_NAMES,
    Posterior,
    in_model,
    joined,
    of_drift,
    of_votes,
    within_ranges,
)
from hedgesim.errors import HedgesimError
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario.calibrations import known_before_2022
from hedgesim.scenario.tables import read_tables

PATHS = [path for names in MODEL_NAMES.values() for path in names.values()]
SHORT = FitPlan(EventPlan(16, 60, 40), EventPlan(16, 2, 1), draws=32)


@cache
def fitted() -> Calibration:
    return calibrate(read_tables(), SHORT)


def numbers(**changes: object) -> pd.DataFrame:
    """One number of a posterior, of `taste.threat`, which the model declares as 1."""
    plain = {
        "parameter": "taste.threat", "symbol": "x", "record": "r", "prior_value": 0.5, "prior_sd": 1.0,
        "posterior_mean": 2.1, "posterior_sd": 0.3, "posterior_q05": 1.5, "posterior_q50": 2.0, "posterior_q95": 2.5,
        "estimate": 2.0, "width_ratio": 0.3, "identified": True,
    }  # fmt: skip
    return pd.DataFrame([{**plain, **changes}])


def test_every_fitted_number_is_a_parameter_of_the_model_and_none_is_fitted_twice() -> None:
    assert set(PATHS) <= set(all_parameters())
    assert len(set(PATHS)) == len(PATHS) == 25


def test_years_become_quarters_and_nothing_else_changes_its_unit() -> None:
    assert in_model("stance.half_life", 2.0) == 8.0
    assert [path for path in PATHS if in_model(path, 1.0) != 1.0] == ["stance.half_life"]


@pytest.mark.parametrize(("identified", "role", "value"), [(True, "fitted", 2.0), (False, "prior", 0.5)])
def test_what_is_not_identified_keeps_its_prior_value(identified: bool, role: str, value: float) -> None:
    table = parameters_with(numbers(identified=identified)).set_index("parameter")
    own = table.loc["taste.threat"]
    assert (own["role"], own["value"]) == (role, value)
    assert own["identified"] == ("yes" if identified else "no")
    assert own["posterior_q50"] == 2.0  # is on file all the same
    other = table.loc["taste.access"]
    assert (other["role"], other["value"], other["identified"]) == (
        "prior",
        all_parameters()["taste.access"].default,
        "",
    )


def test_every_parameter_has_a_row_that_says_what_was_known() -> None:
    table = fitted().parameters
    assert list(table["parameter"]) == list(all_parameters())
    assert set(table["known_before_2022"]) == {"yes", "no"}
    assert table["why"].str.len().gt(20).all()
    assert list(table.loc[table["identified"] != "", "parameter"].sort_values()) == sorted(PATHS)
    assert (table.loc[table["identified"] == "", "known_before_2022"] == "no").all()


def test_the_file_of_what_was_known_names_no_unknown_parameter() -> None:
    assert set(known_before_2022()) - {"fitted", "declared"} <= set(all_parameters())
    item = all_parameters()["taste.threat"]
    assert basis_of("taste.threat", item, fitted=False)["why"].endswith("Form or sign: walt1987.")


def test_joint_draws_lie_in_the_declared_ranges() -> None:
    draws = fitted().draws
    assert len(draws) == SHORT.draws
    assert sorted(draws.columns) == sorted(PATHS)
    assert len(within_ranges(draws)) == len(draws)
    known = all_parameters()["ladder.gdp"]
    ends = pd.DataFrame({"ladder.gdp": [known.low, known.low - 0.1, known.high, known.high + 0.1]})
    assert within_ranges(ends)["ladder.gdp"].tolist() == [known.low, known.high]


def test_too_few_draws_in_the_ranges_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.analysis.calibration.fit.within_ranges", lambda draws: draws.iloc[:5])
    with pytest.raises(HedgesimError, match="only 5 of 64 draws"):
        calibrate(read_tables(), SHORT)


def test_records_are_shuffled_apart_and_rows_of_one_stay_together() -> None:
    one = pd.DataFrame({"a": np.arange(200.0), "b": np.arange(200.0)})
    parts = [Posterior(numbers(), one), Posterior(numbers(), one.rename(columns={"a": "c", "b": "d"}))]
    draws = joined(parts, seed=1).draws
    assert (draws["a"] == draws["b"]).all()
    assert abs(np.corrcoef(draws["a"], draws["c"])[0, 1]) < 4.0 / np.sqrt(200)
    assert sorted(draws["a"]) == list(one["a"])


def test_the_drift_is_that_of_the_closed_form_and_phi_is_not_identified() -> None:
    posterior, found = of_drift(read_tables(), 400)
    own = posterior.numbers.set_index("parameter")
    assert own.loc["drift.sigma", "estimate"] == found.drift.sigma["economy"]
    assert own.loc["drift.sigma", "posterior_q50"] == pytest.approx(found.drift.sigma["economy"], rel=1e-3)
    assert own["identified"].to_dict() == {
        "drift.sigma": True, "drift.sigma_energy": True, "drift.persistence": False,
    }  # fmt: skip
    assert own.loc["drift.persistence", "prior_value"] == all_parameters()["drift.persistence"].default
    assert posterior.draws["drift.persistence"].between(0.5, 1.0).all()


def test_vote_rules_are_drawn_as_often_as_their_score_says() -> None:
    posterior, found = of_votes(read_tables(), 2000, until=LAST_YEAR)
    grid = found.grid.iloc[:2]
    ratio = np.exp(found.votes["fitted"] * (grid["score"][0] - grid["score"][1]))
    drawn = posterior.draws
    counts = [
        int(((drawn["votes.prior"] == row.kappa) & (drawn["votes.other_kind"] == row.rho)
             & (drawn["votes.half_life"] == row.half_life)).sum())
        for row in grid.itertuples()
    ]  # fmt: skip
    assert counts[0] / counts[1] == pytest.approx(ratio, rel=0.05)
    assert drawn["votes.half_life"].max() == all_parameters()["votes.half_life"].high  # no end of memory is 40 years


def test_one_power_series_or_country_is_left_out_at_a_time() -> None:
    left = fitted().left_out
    assert set(left) == {POWERS, COUNTRIES}
    assert {"USA", "JPN", "CM"} <= set(left[POWERS]["without"])
    assert set(left[COUNTRIES]["record"]) == {"stance", "drift", "membership", "votes"}
    assert set(left[COUNTRIES]["without"]) == {"KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE"}
    assert left[COUNTRIES]["shift"].notna().all()


def test_nothing_later_than_2021_enters_and_the_same_seed_gives_the_same() -> None:
    """With every later row of every table that is fitted to taken away."""
    cut = read_tables()
    for name in ("record", "rollcalls", "dialogues", "decisions", "calendar"):
        table = cut.table(name)
        year = table["year"].astype(int) if name == "record" else table["date"].str[:4].astype(int)
        cut = cut.with_table(name, table[year <= LAST_YEAR])
    again = calibrate(cut, SHORT)
    pd.testing.assert_frame_equal(again.parameters, fitted().parameters)
    pd.testing.assert_frame_equal(again.draws, fitted().draws)


def test_the_events_must_take_away_half_of_the_variance() -> None:
    assert pytest.approx(0.5) == IDENTIFIED**2
