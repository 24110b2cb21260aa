"""Which formats take part: those that may ever be at work, or those that a scenario names."""

import numpy as np
import pytest

from hedgesim import read_scenario
from hedgesim.engines.case import case_of
from hedgesim.engines.ensemble import simulate
from hedgesim.model.world import at_step
from hedgesim.scenario.tables import read_tables


def test_what_can_never_be_at_work_takes_no_part_unless_it_is_named() -> None:
    """TREATY22 has no rung to meet at and is signed all the same; CACO ended in 2005 and stands in 1994."""
    axes = {name: case_of(read_scenario(name)).setting.axes.formats for name in ("war_2022", "caco_1994")}
    ended, programmes = {"CACO", "CST", "EURASEC", "SHANGHAI5", "TURKIC_SUM"}, {"BRI", "CAREC", "SPECA", "TITR"}
    assert not set(axes["war_2022"]) & (ended | programmes)
    assert {"TREATY22", "C5_RUS", "CM"} <= set(axes["war_2022"])
    assert ended <= set(axes["caco_1994"])
    named = case_of(read_scenario("war_2022", overrides=["formats=[CM, BRI, CACO]"]))
    assert named.setting.axes.formats == ("CM", "BRI", "CACO")
    revived = "data=[{table: formats, key: {format: BRI}, column: role, value: body, source: assumption}]"
    assert "BRI" in case_of(read_scenario("war_2022", overrides=[revived])).setting.axes.formats


def test_wealth_of_a_power_is_the_log_of_its_gdp_over_two_trillion() -> None:
    setting = case_of(read_scenario("war_2022")).setting
    wealth = dict(zip(setting.axes.formats, setting.formats.wealth[0, 0, :, 0], strict=True))
    assert wealth["C5_RUS"] == pytest.approx(np.log(1493.0759 / 2000.0)), "of 2020, in bn USD"
    assert wealth["CM"] == 0.0


@pytest.mark.parametrize("name", ["war_2022", "history", "caco_1994"])
def test_what_takes_no_part_moves_nothing(name: str) -> None:
    """With every format of the tables named, each run goes as it goes without those that can never be at work."""
    every = ", ".join(read_tables().table("formats")["format"])
    few, all_of_them = (
        simulate(case_of(read_scenario(name, overrides=more)), range(6)) for more in ([], [f"formats=[{every}]"])
    )
    axes = few.case.setting.axes.formats, all_of_them.case.setting.axes.formats
    assert len(axes[0]) < len(axes[1])
    at = [axes[1].index(code) for code in axes[0]]
    for t in (1, 10, few.case.setting.axes.n_steps):
        one, other = at_step(few.worlds, t), at_step(all_of_them.worlds, t)
        for field in ("share", "threat", "attention", "trust"):
            np.testing.assert_allclose(getattr(other, field), getattr(one, field), atol=1e-12)
        for field in ("ladder", "status", "meeting", "since"):
            np.testing.assert_allclose(getattr(other, field)[..., at, :], getattr(one, field), atol=1e-12)
        rest = [k for k in range(len(axes[1])) if k not in at]
        assert not other.ladder[..., rest, :].any()


@pytest.mark.parametrize(
    ("scenario", "rungs"),
    [
        ("history", {"BIL_AZE_KAZ": 2, "BIL_AZE_UZB": 2, "TRI_AZTRTM": 2, "TRI_AZTRKZ": 0, "C5_RUS": 0, "CM": 0}),
        ("war_2022", {"BIL_AZE_KAZ": 2, "BIL_AZE_UZB": 2, "TRI_AZTRTM": 2, "TRI_AZTRKZ": 0, "C5_RUS": 1, "CM": 2}),
    ],
)
def test_what_had_met_before_the_start_by_either_table_is_at_work(scenario: str, rungs: dict[str, int]) -> None:
    """Azerbaijan's leader met those of all five before 2015, and foreign ministers met Russia's from 2019 on."""
    setting = case_of(read_scenario(scenario)).setting
    ladder = dict(zip(setting.axes.formats, setting.formats.ladder[0, 0, :, 0], strict=True))
    assert {name: ladder[name] for name in rungs} == rungs


def test_bodies_wait_from_their_last_meeting_at_their_rung() -> None:
    """The SCO met in November 2020 and CSTO and CIS in December, the five in November 2019."""
    setting = case_of(read_scenario("war_2022")).setting
    since = dict(zip(setting.axes.formats, setting.formats.since[0, 0, :, 0], strict=True))
    assert {name: since[name] for name in ("SCO", "CSTO", "CIS", "CM")} == {"SCO": 1, "CSTO": 1, "CIS": 1, "CM": 5}
