import numpy as np
import pytest

from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerView
from hedgesim.rules import power_rules
from worlds import blank, row, table

VIEW = blank(
    PowerView,
    {"country": 2, "power": 1, "domain": 1},
    base=row(0.4),
    attention=row(0.5),
    reach=table([1.0], [1.0]),
    loss=table([0.9], [0.1]),
    rivals_gain=row(0.1),
)


def test_it_never_presses_anybody() -> None:
    decision = power_rules()["suitor"]().decide(VIEW, Parameters())
    assert not np.any(decision.coercion)
    assert decision.coercion.shape == (2, 1, 1, 1)


def test_otherwise_it_is_a_patron() -> None:
    suitor, patron = (power_rules()[name]().decide(VIEW, Parameters()) for name in ("suitor", "patron"))
    for name in ("attention", "offer", "called"):
        assert getattr(suitor, name) == pytest.approx(getattr(patron, name))
    assert np.all(patron.coercion > 0.0)
