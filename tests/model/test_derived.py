import numpy as np
import pytest

from hedgesim.model.derived import Baseline, derive, needs, presence_of
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.world import World
from worlds import blank, column, inputs_of, make_setting, pairs, row, table

SIZES = {"country": 2, "power": 2, "domain": 1, "format": 1}
AXES = make_setting(n_countries=2, n_powers=2, n_domains=1, n_formats=1).axes
SHARE = table([0.5, 0.2, 0.2, 0.1], [0.1, 0.6, 0.2, 0.1])


def setting(**values) -> Setting:
    usual = {"politics": column(0.5), "weight": np.ones((2, 1, 1, 1))}
    return blank(Setting, SIZES, axes=AXES, shocks=None, formats=blank(Formats, SIZES), **{**usual, **values})


def derived(*, world: dict | None = None, conditions: dict | None = None, **values):
    now = blank(World, SIZES, **{"share": SHARE, **(world or {})})
    start = blank(Baseline, SIZES, world=now, table=SHARE)
    return derive(now, start, blank(Conditions, SIZES, **(conditions or {})), setting=setting(**values))


def test_presence_is_the_weighted_mean_over_domains() -> None:
    share, weight = pairs([1.0, 0.0], [0.4, 0.6]), pairs([0.25], [0.75])
    assert presence_of(np, share, weight)[0, 0, :, 0] == pytest.approx([0.55, 0.45])


def test_threatened_and_cut_off_parts_of_the_start_must_be_replaced() -> None:
    found = derived(
        world={"threat": table([0.4, -1.0], [0.0, 0.0])},
        conditions={"access": np.asarray([0.0, -0.5, 3.0, -9.0])[None, None, :, None]},
    )
    # First: .5 x .5 x .4 threatened and .2 x .5 cut off; second: .6 x .5 cut off.
    assert found.need[:, 0, 0, 0] == pytest.approx([0.1 + 0.1, 0.3])


def test_shocks_move_trust_strain_alarm_and_availability_within_their_bounds() -> None:
    shocks = {"trust": table([0.0, -0.9], [-0.9, 0.0]), "strain": column(0.3, 1.5), "alarm": row(-0.1)}
    trust = table([0.0, 0.7], [0.7, 0.0])
    found = derived(world={"trust": trust}, conditions={**shocks, "availability": row(-0.7)})
    assert found.trust[:, 0, :, 0].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.strain[:, 0, 0, 0].tolist() == [0.3, 1.0]
    assert found.alarm.item() == 0.0
    assert found.available.item() == pytest.approx(0.3)
    assert [derived(conditions={"availability": row(by)}).available.item() for by in (-1.5, 0.5)] == [0.0, 1.0]
    assert derived(world={"trust": trust}, conditions={"trust": 0.0 * trust + 0.5}).trust[0, 0, 1, 0] == 1.0


def test_reach_is_capability_times_proximity() -> None:
    found = derived(capability=row(1.0, 0.5), proximity=table([0.4, 0.8], [1.0, 1.0]))
    assert found.reach[:, 0, :, 0] == pytest.approx(np.asarray([[0.4, 0.4], [1.0, 0.5]]))


def test_needs_are_nothing_at_the_start() -> None:
    inputs = inputs_of(make_setting(2))
    calm = blank(Conditions, {"country": 3, "domain": 2, "power": 3})
    assert not np.any(needs(inputs.world, inputs.baseline, calm, setting=inputs.setting))
