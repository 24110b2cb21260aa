from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.case import Case
from hedgesim.engines.quarter import decide_countries, decide_powers
from hedgesim.model.arrays import COUNTRY, TARGET
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View, joined_along
from worlds import declared_axes, make_case, make_setting, views_of

SETTING = make_setting(0, n_countries=2, n_powers=3, n_domains=2, n_formats=4)


@pytest.mark.parametrize("place", [0, 1])
def test_a_view_of_one_country_keeps_its_place_and_its_axes(place: int) -> None:
    view = views_of(SETTING)[0]
    one = view.of(slice(place, place + 1))
    for name, axes in declared_axes(View).items():
        whole, part = getattr(view, name), getattr(one, name)
        expected = whole[place : place + 1] if axes[COUNTRY] == "country" else whole
        assert np.array_equal(part, expected), name


@pytest.mark.parametrize("place", [0, 2])
def test_a_view_of_one_power_keeps_its_place_and_its_axes(place: int) -> None:
    view = views_of(SETTING)[1]
    one = view.of(slice(place, place + 1))
    for name, axes in declared_axes(PowerView).items():
        whole, part = getattr(view, name), getattr(one, name)
        expected = whole[..., place : place + 1, :] if axes[TARGET] == "power" else whole
        assert np.array_equal(part, expected), name


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
