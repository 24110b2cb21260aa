import numpy as np
import pytest

from hedgesim.model.sanctions import SanctionParameters, readiness_to_join
from hedgesim.model.view import View
from worlds import blank, row, table

P = SanctionParameters(joining=np.log(3.0), threat=2.0, rate=0.5)


def readiness(recoil: float, **values) -> list[float]:
    view = blank(View, {"country": 2, "power": 1}, **values)
    return readiness_to_join(view, recoil, P)[:, 0, 0, 0].tolist()


def test_nobody_joins_where_there_are_no_sanctions() -> None:
    assert readiness(1.0, threat=table([9.0], [0.0])) == [0.0, 0.0]


def test_readiness_grows_with_threat_times_the_recoil_of_the_rule() -> None:
    known = {"embargoed": row(0.8), "threat": table([0.5], [0.0])}
    # .5 x .8 of odds of 3 to 1, and of e times as much.
    assert readiness(1.0, **known) == pytest.approx([0.4 / (1.0 + np.exp(-1.0) / 3.0), 0.3])
    assert readiness(-1.0, **known) == pytest.approx([0.4 / (1.0 + np.exp(1.0) / 3.0), 0.3])
