import numpy as np
import pytest

from hedgesim.model.attention import AttentionParameters, follow_reasons, press
from hedgesim.model.view import PowerView
from worlds import blank, row, table

SIZES = {"country": 2, "power": 2}


def view(**values) -> PowerView:
    return blank(PowerView, SIZES, **values)


def test_attention_moves_a_share_of_the_way_to_its_reasons_the_same_alarm_for_all() -> None:
    p = AttentionParameters(rate=0.5, alarm=0.4)
    known = view(base=row(0.2, 0.3), attention=row(0.2, 0.3), alarm_rise=row(0.5), occasion=row(0.0, 0.1))
    assert follow_reasons(known, p)[0, 0, :, 0] == pytest.approx([0.3, 0.45])


def test_attention_stays_between_zero_and_one() -> None:
    known = view(base=row(0.5, 0.5), attention=row(0.9, 0.1), occasion=row(9.0, -9.0))
    assert follow_reasons(known, AttentionParameters()).tolist() == row(1.0, 0.0).tolist()


def test_pressure_is_loss_beyond_what_is_tolerated_times_reach() -> None:
    known = view(loss=table([0.12, 0.02], [0.22, -0.5]), reach=table([1.0, 1.0], [0.5, 1.0]))
    pressed = press(known, AttentionParameters(pressure=0.5, tolerance=0.02))
    assert pressed[:, 0, :, 0] == pytest.approx(np.asarray([[0.05, 0.0], [0.05, 0.0]]))
