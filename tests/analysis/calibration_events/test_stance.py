"""Stance: decisions of one ruler on one line hang together, and the integration is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, norm

from hedgesim.analysis.calibration.events import log_posterior
from hedgesim.analysis.calibration.stance import PRIORS, Stance
from hedgesim.scenario.tables import read_tables

LONG, SHORT = 1e4, 1e-3
"""Half-lives, years."""


def decision(outcome: int, years: float = 0.0, **cells: object) -> dict[str, object]:
    plain = {
        "country": "UZB", "line": "CST", "ruler": "Karimov", "formality": 0.5, "trust": 0.6, "weight": 0.0,
        "personalisation": 0.0, "neutrality": 0, "left": 0,
    }  # fmt: skip
    return {**plain, "outcome": outcome, "years": years, **cells}


def stance(*rows: dict[str, object], points: int = 5) -> Stance:
    return Stance(pd.DataFrame(list(rows)), points=points)


def numbers(leaning: float = 0.0, half_life: float = 3.0) -> np.ndarray:
    return np.array([[leaning, 2.0, 3.0, 4.0, 1.0, 0.5, np.log(half_life)]])


def chance(record: Stance, values: np.ndarray) -> float:
    return float(np.exp(record.log_likelihood(values).sum()))


def test_one_decision_is_logistic_in_its_leaning() -> None:
    cells = {"trust": 0.8, "weight": 0.3, "personalisation": 0.75, "neutrality": 1, "left": 2}
    leaning = 1.5 + 2.0 * 0.2 + 3.0 * 0.3 - 0.5 * (4.0 * 0.75 + 1.0) - 0.5 * 2
    assert stance(decision(1, **cells)).leaning(numbers(1.5)) == pytest.approx(np.array([[leaning]]))
    assert chance(stance(decision(1, **cells)), numbers(1.5)) == pytest.approx(special.expit(leaning), abs=1e-9)
    assert chance(stance(decision(0, **cells)), numbers(1.5)) == pytest.approx(special.expit(-leaning), abs=1e-9)


@pytest.mark.parametrize("outcomes", [(1, 1), (1, 0), (0, 1), (0, 0)])
def test_two_decisions_agree_with_the_bivariate_normal(outcomes: tuple[int, int]) -> None:
    record = stance(*(decision(y, 2.0 * k) for k, y in enumerate(outcomes)), points=10)
    assert chance(record, numbers(0.7)) == pytest.approx(exact(outcomes, (0.0, 2.0), 0.7, 3.0), abs=2e-3)


def test_three_decisions_agree_with_the_trivariate_normal() -> None:
    outcomes, years = (1, 0, 1), (0.0, 1.0, 5.0)
    record = stance(*(decision(y, t) for y, t in zip(outcomes, years, strict=True)), points=12)
    assert chance(record, numbers(-0.3)) == pytest.approx(exact(outcomes, years, -0.3, 3.0), abs=2e-3)


def exact(outcomes: tuple[int, ...], years: tuple[float, ...], leaning: float, half_life: float) -> float:
    """Chance that a stationary normal process is on the given sides of the threshold, by its distribution function."""
    sides = 2.0 * np.asarray(outcomes) - 1.0
    gaps = np.abs(np.subtract.outer(years, years))
    together = np.outer(sides, sides) * 0.5 ** (gaps / half_life)
    limit = sides * norm.ppf(special.expit(leaning))
    return float(multivariate_normal.cdf(limit, cov=together, rng=np.random.Generator(np.random.Philox(0))))


def test_all_outcomes_together_are_certain() -> None:
    total = 0.0
    for outcomes in np.ndindex(2, 2, 2, 2):
        total += chance(stance(*(decision(int(y), 1.5 * k) for k, y in enumerate(outcomes)), points=10), numbers(0.4))
    assert total == pytest.approx(1.0, abs=1e-3)


def test_what_is_forgotten_at_once_is_independent_and_what_never_is_stays() -> None:
    record = stance(decision(1, 0.0), decision(1, 4.0), points=10)
    one = special.expit(0.7)
    assert chance(record, numbers(0.7, SHORT)) == pytest.approx(one**2, abs=1e-6)
    assert chance(record, numbers(0.7, LONG)) == pytest.approx(one, abs=0.01)
    changed = stance(decision(1, 0.0), decision(0, 4.0), points=10)
    assert chance(changed, numbers(0.7, LONG)) < 0.01


def test_a_succession_another_body_and_another_country_start_again() -> None:
    one = special.expit(0.7)
    for cells in ({"ruler": "Mirziyoyev"}, {"line": "SCO"}, {"country": "KAZ"}):
        record = stance(decision(1, 0.0), decision(0, 4.0, **cells))
        assert chance(record, numbers(0.7, LONG)) == pytest.approx(one * (1.0 - one), abs=1e-9)


def test_the_log_likelihood_is_smooth() -> None:
    """Steps of 1e-4 in the leaning change it by as much each time, to within a hundredth."""
    record = stance(*(decision(y, float(k)) for k, y in enumerate((1, 1, 0, 1, 0))))
    at = np.array([record.log_likelihood(numbers(0.7 + 1e-4 * n)).sum() for n in range(6)])
    steps = np.diff(at)
    np.testing.assert_allclose(steps, steps.mean(), rtol=1e-2)


def test_few_points_are_enough_for_the_shipped_record() -> None:
    record = Stance.of(read_tables())
    values = np.array([[3.0, -2.0, 2.0, 4.0, 2.5, 1.0, 0.7], [2.5, 1.0, 3.0, 3.0, 2.0, 0.5, 1.5]])
    few, many = (replace(record, points=n).log_likelihood(values).sum(axis=-1) for n in (record.points, 11))
    np.testing.assert_allclose(few, many, atol=0.35)


def test_known_numbers_are_found_again() -> None:
    """720 decisions of 6 countries on 20 lines; tolerances are three standard errors (curvature at the mode)."""
    truth = np.array([2.5, 2.0, 2.0, 3.0, 2.0, 0.8, np.log(3.0)])
    record = simulated(truth, seed=5)
    start = np.array([prior.mean for prior in PRIORS])
    found = minimize(lambda v: -log_posterior(record, v[None])[0], start, method="L-BFGS-B")
    tolerance = 3.0 * np.array([0.30, 0.70, 0.66, 0.54, 0.59, 0.08, 0.17])
    np.testing.assert_array_less(np.abs(found.x - truth), tolerance)


def simulated(truth: np.ndarray, *, seed: int) -> Stance:
    rng = np.random.Generator(np.random.Philox(seed))
    rows = [
        decision(
            0, float(3 * k), country=f"C{c}", line=f"L{b}", ruler=f"R{c}", formality=rng.uniform(0.2, 0.95),
            trust=rng.uniform(0.4, 0.8), weight=rng.uniform(0.05, 0.45), personalisation=0.3 + 0.13 * c,
            neutrality=int(c == 5), left=int(rng.integers(0, 4)),
        )
        for c in range(6)
        for b in range(20)
        for k in range(6)
    ]  # fmt: skip
    record = stance(*rows, points=4)
    memory = 0.5 ** (3.0 / np.exp(truth[-1]))
    z = np.empty(len(rows))
    for n in range(len(rows)):
        fresh = rng.normal()
        z[n] = fresh if n % 6 == 0 else memory * z[n - 1] + np.sqrt(1.0 - memory**2) * fresh
    willing = z > -norm.ppf(special.expit(record.leaning(truth[None])[0]))
    return replace(record, rows=record.rows.assign(outcome=willing.astype(int)))
