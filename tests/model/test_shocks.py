from dataclasses import replace

import numpy as np
import pytest

from hedgesim.model.shocks import CHANNELS, Shocks, arrivals, conditions, profile
from worlds import row


def one_shock(**changes: float) -> Shocks:
    usual = {"onset": 2.0, "ramp": 1.0, "half_life": np.inf, "duration": np.inf, "rate": 0.0, "size": 0.8}
    numbers = {name: np.asarray([[value]]) for name, value in {**usual, **changes}.items()}
    return Shocks(names=("war",), masks={name: np.zeros((1, 1, 1, 1)) for name in CHANNELS}, **numbers)


@pytest.mark.parametrize(
    ("shock", "sizes"),
    [
        pytest.param({}, [0.0, 0.0, 0.8, 0.8, 0.8, 0.8], id="nothing before its onset, and it stays"),
        pytest.param({"half_life": 1.0}, [0.0, 0.0, 0.8, 0.4, 0.2, 0.1], id="it halves every half-life"),
        pytest.param({"half_life": 0.5}, [0.0, 0.0, 0.8, 0.2, 0.05, 0.0125], id="and sooner with a shorter one"),
        pytest.param({"ramp": 4.0}, [0.0, 0.0, 0.2, 0.4, 0.6, 0.8], id="a ramp reaches full size as declared"),
        pytest.param({"ramp": 2.0, "half_life": 1.0}, [0.0, 0.0, 0.4, 0.4, 0.2, 0.1], id="both multiply"),
        pytest.param({"duration": 2.0}, [0.0, 0.0, 0.8, 0.8, 0.0, 0.0], id="a pulse ends after its duration"),
        pytest.param({"onset": np.inf}, [0.0] * 6, id="one that never comes does nothing"),
    ],
)
def test_the_size_of_a_shock_over_six_quarters(shock: dict[str, float], sizes: list[float]) -> None:
    war, steps = one_shock(**shock), np.arange(6.0)[None, :]
    assert profile(war, war.onset, steps)[0].tolist() == pytest.approx(sizes, rel=1e-6, abs=0.0)


def test_dated_shocks_come_on_their_date_in_every_run() -> None:
    onset = arrivals(one_shock(), np.asarray([[0.1, 0.9]]))
    assert onset.tolist() == [[2.0, 2.0]]


def test_random_shocks_wait_exponentially_and_never_come_at_the_start() -> None:
    shock = one_shock(rate=0.5, onset=np.inf)
    uniform = np.exp(-np.asarray([[0.2, 0.5, 0.51, 3.0]]))
    assert arrivals(shock, uniform).tolist() == [[1.0, 1.0, 2.0, 6.0]]


def test_a_channel_is_the_sum_of_the_impulses_that_hit_it_and_only_them() -> None:
    masks = {name: np.zeros((3, 1, 1, 1)) for name in CHANNELS}
    masks["intention"] = np.asarray([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])[:, None, None, :]
    shocks = replace(one_shock(), names=("war",) * 3, masks=masks)
    levels = conditions(shocks, np.asarray([[0.5], [0.25], [9.0]]), np.zeros((1, 1, 1, 1)))
    assert levels.intention.tolist() == row(0.75, 0.25).tolist()
    assert levels.strain.tolist() == [[[[0.0]]]]
