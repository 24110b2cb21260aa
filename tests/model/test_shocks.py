import numpy as np
import pytest

from hedgesim.model.shocks import CHANNELS, Conditions, Shocks, arrivals, conditions, profile
from worlds import row


def one_shock(**changes: float) -> Shocks:
    usual = {"onset": 2.0, "ramp": 1.0, "half_life": np.inf, "duration": np.inf, "rate": 0.0, "size": 0.8}
    numbers = {name: np.asarray([[value]]) for name, value in {**usual, **changes}.items()}
    return Shocks(names=("war",), masks={name: np.zeros((1, 1, 1, 1)) for name in CHANNELS}, **numbers)


def path(shock: Shocks, n_steps: int = 6) -> list[float]:
    return [float(profile(shock, shock.onset, np.asarray([[float(t)]]))[0, 0]) for t in range(n_steps)]


def test_a_shock_does_nothing_before_its_onset_and_a_permanent_one_stays() -> None:
    assert path(one_shock()) == [0.0, 0.0, 0.8, 0.8, 0.8, 0.8]


def test_a_decaying_shock_halves_every_half_life() -> None:
    assert path(one_shock(half_life=1.0)) == pytest.approx([0.0, 0.0, 0.8, 0.4, 0.2, 0.1])
    assert path(one_shock(half_life=2.0))[4] == pytest.approx(0.4)


def test_a_ramp_reaches_full_size_in_the_quarters_it_declares() -> None:
    assert path(one_shock(ramp=4.0)) == pytest.approx([0.0, 0.0, 0.2, 0.4, 0.6, 0.8])


def test_a_ramp_and_a_half_life_multiply() -> None:
    assert path(one_shock(ramp=2.0, half_life=1.0)) == pytest.approx([0.0, 0.0, 0.4, 0.4, 0.2, 0.1])


def test_a_pulse_ends_after_its_duration() -> None:
    assert path(one_shock(duration=2.0)) == [0.0, 0.0, 0.8, 0.8, 0.0, 0.0]


def test_a_shock_that_never_comes_does_nothing() -> None:
    assert path(one_shock(onset=np.inf)) == [0.0] * 6


def test_dated_shocks_come_on_their_date_in_every_run() -> None:
    onset = arrivals(one_shock(), np.asarray([[0.1, 0.9]]))
    assert onset.tolist() == [[2.0, 2.0]]


def test_random_shocks_wait_exponentially_and_never_come_at_the_start() -> None:
    shock = one_shock(rate=0.5, onset=np.inf)
    uniform = np.exp(-np.asarray([[0.2, 0.5, 0.51, 3.0]]))
    assert arrivals(shock, uniform).tolist() == [[1.0, 1.0, 2.0, 6.0]]


def test_impulses_that_share_a_number_arrive_together() -> None:
    shock = one_shock(rate=0.5)
    onset = arrivals(shock, np.asarray([[0.3], [0.3]]))
    assert onset[0, 0] == onset[1, 0]


def test_a_channel_is_the_sum_of_the_impulses_that_hit_it_and_only_them() -> None:
    masks = {name: np.zeros((3, 1, 1, 1)) for name in CHANNELS}
    masks["intention"] = np.asarray([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])[:, None, None, :]
    shock = one_shock()
    shocks = Shocks(
        shock.names * 3, shock.onset, shock.ramp, shock.half_life, shock.duration, shock.rate, shock.size, masks
    )
    sizes, growth = np.asarray([[0.5], [0.25], [9.0]]), np.zeros((1, 1, 1, 1))
    levels = conditions(shocks, sizes, growth)
    assert levels.intention.tolist() == row(0.75, 0.25).tolist()
    assert levels.strain.tolist() == [[[[0.0]]]]


def test_capacity_also_grows_by_itself() -> None:
    shock = one_shock()
    shock.masks["capacity"] = np.ones((1, 1, 1, 2))
    levels = conditions(shock, np.asarray([[0.5]]), row(0.1, -0.1))
    assert levels.capacity.tolist() == row(0.6, 0.4).tolist()


def test_conditions_name_every_channel() -> None:
    assert tuple(Conditions.__dataclass_fields__) == tuple(CHANNELS)
