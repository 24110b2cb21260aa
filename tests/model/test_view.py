from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.case import Case
from hedgesim.engines.quarter import decide_countries, decide_powers
from hedgesim.model.arrays import COUNTRY, TARGET
from hedgesim.model.view import CountryDecision, PowerDecision, joined_along
from worlds import declared_axes, make_case, make_setting, views_of

SETTING = make_setting(0, n_countries=2, n_powers=3, n_domains=2, n_formats=4)


@pytest.mark.parametrize(("kind", "axis", "place"), [(0, COUNTRY, 0), (0, COUNTRY, 1), (1, TARGET, 0), (1, TARGET, 2)])
def test_a_view_of_one_country_or_power_keeps_its_place_and_its_axes(kind: int, axis: int, place: int) -> None:
    whole, label = views_of(SETTING)[kind], ("country", "power")[kind]
    one = whole.of(slice(place, place + 1))
    for name, axes in declared_axes(type(whole)).items():
        known = getattr(whole, name)
        expected = np.take(known, [place], axis=axis) if axes[axis] == label else known
        assert np.array_equal(getattr(one, name), expected), name


def test_decisions_of_neighbours_are_joined_in_their_order() -> None:
    case, (view, power_view) = make_case(SETTING), views_of(SETTING)
    whole = decide_countries(case, view)
    parts = joined_along(COUNTRY, [decide_countries(_first(case), view.of(slice(n, n + 1))) for n in range(2)])
    for name in declared_axes(CountryDecision):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-12)
    whole = decide_powers(case, power_view)
    parts = joined_along(TARGET, [decide_powers(_first(case), power_view.of(slice(n, n + 1))) for n in range(3)])
    for name in declared_axes(PowerDecision):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-12)


def _first(case: Case) -> Case:
    """The case of its first country and power alone."""
    return replace(case, country_rules=case.country_rules[:1], power_rules=case.power_rules[:1])
