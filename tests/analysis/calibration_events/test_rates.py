"""All records together."""

from __future__ import annotations

import pytest

from hedgesim.analysis.calibration.events import EventPlan
from hedgesim.analysis.calibration.rates import RECORDS, FormatRates, fit_format_rates
from hedgesim.scenario.tables import read_tables


@pytest.fixture(scope="module")
def rates() -> FormatRates:
    return fit_format_rates(read_tables(), EventPlan(walkers=16, steps=60, warm_up=60))


def test_every_number_of_section_five_is_fitted_once(rates: FormatRates) -> None:
    assert list(rates.parameters["parameter"]) == [
        *("b1", "eta", "theta", "delta_M", "b2"),
        *("hold", "h0", "m", "theta_m", "repeat"),
        *("a", "w", "s_W", "c_p", "c_n", "r", "half_life"),
    ]
    assert next(iter(rates.parameters)) == "record"
    assert set(rates.draws) == set(RECORDS)


def test_what_the_record_hardly_bears_on_is_not_identified(rates: FormatRates) -> None:
    table = rates.parameters.set_index("parameter")
    assert not table.loc["b2", "identified"]  # leaders could meet for one quarter only
    assert table.loc["a", "identified"]
    assert table.loc["repeat", "identified"]
