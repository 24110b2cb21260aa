import pytest

from hedgesim.model.sanctions import SanctionParameters, move_leakage, readiness_to_join
from hedgesim.model.view import View
from worlds import blank, table

SIZES = {"country": 2, "power": 1}


def view(**values) -> View:
    return blank(View, SIZES, **values)


def test_nobody_joins_where_there_are_no_sanctions() -> None:
    known = view(leaning=table([9.0], [9.0]))
    assert readiness_to_join(known, 1.0, SanctionParameters()).tolist() == table([0.0], [0.0]).tolist()


def test_readiness_grows_with_leaning_and_with_threat_times_the_recoil_of_the_rule() -> None:
    parameters = SanctionParameters(joining=0.0, joining_leaning=3.0, joining_threat=2.0, joining_rate=0.5)
    known = view(embargoed=table([1.0], [0.4]), leaning=table([0.0], [0.5]), threat_rise=table([0.5], [0.0]))
    join = readiness_to_join(known, 1.0, parameters)[:, 0, 0, 0]
    assert join == pytest.approx([0.5 * 0.7310586, 0.5 * 0.4 * 0.8175745])
    drawn = readiness_to_join(known, -1.0, parameters)[:, 0, 0, 0]
    assert drawn[0] == pytest.approx(0.5 * 0.2689414)
    assert drawn[1] == join[1]


def test_reexport_moves_to_what_rent_and_risk_allow() -> None:
    parameters = SanctionParameters(leakage=0.0, leakage_nearness=1.0, leakage_risk=2.0, leakage_rate=0.5)
    known = view(embargoed=table([1.0], [1.0]))
    near, nobody = table([1.0], [1.0]), table([0.0], [0.0])
    # Log odds 1 - 2 x .5 = 0: half is wanted, and half of the way is gone in a quarter.
    moved = move_leakage(known, nobody, joined=nobody, nearness=near, risk=table([0.5], [0.5]), parameters=parameters)
    assert moved[:, 0, 0, 0] == pytest.approx([0.25, 0.25])


def test_those_who_joined_stop_reexporting_and_so_does_everybody_without_sanctions() -> None:
    parameters = SanctionParameters(leakage_rate=0.5)
    known = view(embargoed=table([1.0], [0.0]))
    moved = move_leakage(
        known,
        table([0.8], [0.8]),
        joined=table([1.0], [0.0]),
        nearness=table([1.0], [1.0]),
        risk=table([0.0], [0.0]),
        parameters=parameters,
    )
    assert moved[:, 0, 0, 0] == pytest.approx([0.4, 0.4])
