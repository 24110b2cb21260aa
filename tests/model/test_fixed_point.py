"""With everything else fixed, the response has one fixed point while rivalry weighs less than concentration."""

from dataclasses import replace

import array_api_compat.numpy as xp
import numpy as np
import pytest

from hedgesim.engines.quarter import perceive
from hedgesim.model.alignment import respond, value_of_options
from hedgesim.model.arrays import softmax
from hedgesim.model.derived import QuarterInputs, assess
from hedgesim.model.setting import Setting
from worlds import inputs_of, make_setting, row

N_STARTS = 50


def settled(setting: Setting, *, alpha: float, kappa: float, n_quarters: int = 4000) -> np.ndarray:
    """Where one country ends up from many portfolios, its baseline and its world kept fixed; axes (start, 1, d, o)."""
    values = {"taste.concentration": alpha, "taste.rivalry": kappa, "alignment.noise": 0.0, "alignment.start": 0.0}
    inputs = inputs_of(setting, runs=[0] * N_STARTS, values=values)
    shape = inputs.world.share.shape
    share = np.random.default_rng(1).dirichlet(np.ones(shape[-1]), shape[:-1])
    rate = np.full((1, 1, 1, 1), 0.2)
    for _ in range(n_quarters):
        moved = respond(share, _value(inputs, share), rate)
        done = np.max(np.abs(moved - share)) < 1e-14
        share = moved
        if done:
            break
    assert np.max(np.abs(softmax(xp, _value(inputs, share)) - share)) < 1e-9, "not settled"
    return share


def _value(inputs: QuarterInputs, share: np.ndarray) -> np.ndarray:
    now = assess(
        replace(inputs.world, share=share),
        inputs.baseline,
        inputs.conditions,
        setting=inputs.setting,
        parameters=inputs.parameters,
        draws=inputs.draws,
    )
    return value_of_options(perceive(now), inputs.parameters.taste)


@pytest.mark.parametrize("n_domains", [1, 2, 3])
@pytest.mark.parametrize("alpha", [0.0, 2.0, 6.0])
def test_all_portfolios_meet_at_one_fixed_point(n_domains: int, alpha: float) -> None:
    setting = make_setting(n_domains, n_countries=1, n_powers=4, n_domains=n_domains)
    rivalry = inputs_of(setting, runs=[0]).derived.rivalry[0, 0]
    lowest = -np.linalg.eigvalsh(rivalry)[0]
    # No share exceeds 1, so 1 / max share is at least 1: this stays within the condition.
    kappa = 0.9 * (alpha / 2.0 + 1.0) / lowest
    ends = settled(setting, alpha=alpha, kappa=kappa)
    assert np.max(np.ptp(ends, axis=0)) < 1e-9


def test_where_rivalry_outweighs_concentration_history_decides_between_two_blocs() -> None:
    setting = make_setting(0, n_countries=1, n_powers=2, n_domains=1)
    share = row(0.45, 0.45, 0.05, 0.05)
    setting = replace(
        setting,
        share=share,
        rivalry=pairs([0.0, 1.0], [1.0, 0.0]),
        shocks=replace(setting.shocks, size=0.0 * setting.shocks.size),
        trend=0.0 * setting.trend,
    )
    ends = settled(setting, alpha=0.0, kappa=6.0)
    first = ends[0, 0, 0, :] > ends[0, 0, 1, :]
    assert 0 < first.sum() < N_STARTS
    assert np.max(np.ptp(ends[first], axis=0)) < 1e-9
    assert np.max(np.ptp(ends[~first], axis=0)) < 1e-9
