"""Stance: decisions of one ruler on one line hang together, and their chance is that of runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special
from scipy.optimize import minimize

from hedgesim.analysis.calibration.events import log_posterior
from hedgesim.analysis.calibration.stance import PRIORS, Stance
from hedgesim.model.formats import StanceParameters, move_stance

LONG, SHORT = 1e4, 1e-3
"""Half-lives, years."""


def decision(outcome: int, years: float = 0.0, **cells: object) -> dict[str, object]:
    plain = {
        "country": "UZB", "line": "CST", "ruler": "Karimov", "formality": 0.5, "trust": 0.6, "weight": 0.0,
        "personalisation": 0.0, "neutrality": 0, "left": 0,
    }  # fmt: skip
    return {**plain, "outcome": outcome, "years": years, **cells}


def stance(*rows: dict[str, object]) -> Stance:
    return Stance(pd.DataFrame(list(rows)))


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


def test_decisions_are_those_of_a_reason_that_stays_or_is_drawn_again_as_in_runs() -> None:
    """Moving leanings of -1, .5 and 2: a sum over the gaps, of 2 and 1 years, in which e was drawn again."""
    leanings, years = (-1.0, 0.5, 2.0), (0.0, 2.0, 3.0)
    one, two = (0.5 ** (gap / 3.0) for gap in (2.0, 1.0))
    yes = special.expit(np.asarray(leanings))
    record = stance(*(decision(y, t, weight=w / 3.0) for y, t, w in zip((0, 1, 1), years, leanings, strict=True)))
    never, first, second, both = (
        one * two * (yes[1] - yes[0]),
        (1.0 - one) * two * (1.0 - yes[0]) * yes[1],
        one * (1.0 - two) * (yes[1] - yes[0]) * yes[2],
        (1.0 - one) * (1.0 - two) * (1.0 - yes[0]) * yes[1] * yes[2],
    )
    assert chance(record, numbers(0.0)) == pytest.approx(never + first + second + both, rel=1e-12)


def test_the_chance_of_decisions_is_how_often_the_stance_of_runs_takes_them() -> None:
    """40 000 runs of `move_stance` for four years, decisions in quarters 0, 4, 12 and 16; tolerance of five errors."""
    rng, parameters = np.random.Generator(np.random.Philox(3)), StanceParameters(half_life=12.0)
    e, wanted, held = rng.logistic(size=(1, 1, 1, 40_000)), {0: 1, 4: 0, 12: 0, 16: 1}, np.ones(40_000, dtype=bool)
    for quarter in range(17):
        if quarter in wanted:
            held &= (e[0, 0, 0] > -0.5) == (wanted[quarter] == 1)
        e = move_stance(e, rng.random(e.shape), np.zeros((1, 1, 1, 1)), parameters)
    record = stance(*(decision(y, quarter / 4.0) for quarter, y in wanted.items()))
    expected = chance(record, numbers(0.5, 3.0))
    assert held.mean() == pytest.approx(expected, abs=5.0 * np.sqrt(expected / 40_000))


def test_all_outcomes_together_are_certain() -> None:
    total = 0.0
    for outcomes in np.ndindex(2, 2, 2, 2):
        total += chance(stance(*(decision(int(y), 1.5 * k) for k, y in enumerate(outcomes))), numbers(0.4))
    assert total == pytest.approx(1.0, rel=1e-12)


def test_what_is_forgotten_at_once_is_independent_and_what_never_is_stays() -> None:
    record = stance(decision(1, 0.0), decision(1, 4.0))
    one = special.expit(0.7)
    assert chance(record, numbers(0.7, SHORT)) == pytest.approx(one**2, abs=1e-6)
    assert chance(record, numbers(0.7, LONG)) == pytest.approx(one, abs=1e-3)
    changed = stance(decision(1, 0.0), decision(0, 4.0))
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
    record = stance(*rows)
    again = rng.random(len(rows)) > 0.5 ** (3.0 / np.exp(truth[-1]))
    e = rng.logistic(size=len(rows))
    for n in range(len(rows)):
        e[n] = e[n] if n % 6 == 0 or again[n] else e[n - 1]
    willing = e > -record.leaning(truth[None])[0]
    return replace(record, rows=record.rows.assign(outcome=willing.astype(int)))
