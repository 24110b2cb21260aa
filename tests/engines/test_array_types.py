"""The whole loop on the strict reference implementation of the array standard, which lacks what is not in it."""

from dataclasses import replace

import array_api_strict
import numpy as np
import pytest
from tests.engines.alike import assert_same_worlds

from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from worlds import converted, declared_axes, make_case, make_setting

RUNS = (0, 1, 2)
KNOWN = {name: rule() for name, rule in {**country_rules(), **power_rules()}.items()}
COUNTRIES, POWERS = make_case(make_setting(3)), make_case(make_setting(4))
CASES = {
    **{f"all countries {rule}": replace(COUNTRIES, country_rules=(KNOWN[rule],) * 3) for rule in country_rules()},
    **{f"all powers {rule}": replace(POWERS, power_rules=(KNOWN[rule],) * 3) for rule in power_rules()},
    "neighbours differ": replace(
        make_case(make_setting(5)),
        country_rules=(KNOWN["habit"], KNOWN["balancing"], country_rules()["habit"]()),
        power_rules=(KNOWN["suitor"], KNOWN["patron"], KNOWN["patron"]),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_strict_arrays_give_what_numpy_gives(case: Case) -> None:
    strict_case = replace(case, setting=converted(case.setting, array_api_strict))
    usual, strict = simulate(case, RUNS), simulate(strict_case, RUNS, array_api_strict)
    for name in declared_axes(World):
        assert type(getattr(strict.worlds, name)).__module__.startswith("array_api_strict"), name
    assert_same_worlds(strict.worlds, usual.worlds)
    for here, there in zip(usual.outcomes_by_name(), strict.outcomes_by_name(), strict=True):
        for name, values in here.items():
            assert np.asarray(there[name]) == pytest.approx(values, abs=1e-12), name
    assert np.array_equal(np.asarray(strict.worlds.failed()), usual.worlds.failed())
    plain, recorded = outcomes(case, RUNS), outcomes(strict_case, RUNS, array_api_strict)
    assert type(recorded.values) is np.ndarray
    assert recorded.columns() == plain.columns()
    assert recorded.values == pytest.approx(plain.values, abs=1e-12)
    assert np.array_equal(recorded.meetings, plain.meetings)
    assert np.array_equal(recorded.failed, plain.failed)
