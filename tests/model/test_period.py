import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.model.period import Period


@given(st.integers(1000, 2999), st.integers(1, 4))
def test_a_quarter_is_read_as_it_is_written(year: int, quarter: int) -> None:
    period = Period(year, quarter)
    assert Period.parse(str(period)) == period
    assert Period.from_index(period.index) == period


@pytest.mark.parametrize("text", ["2022", "2022Q5", "2022q1", "22Q1", " 2022Q1", "2022Q1 ", ""])
def test_anything_else_is_not_a_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quarter"):
        Period.parse(text)


def test_quarters_follow_one_another_in_time() -> None:
    assert Period(2021, 4) < Period(2022, 1)
    assert Period(2022, 1).index - Period(2021, 4).index == 1


@pytest.mark.parametrize(
    ("date", "acting"),
    [
        ("2022-01-05", "2022Q1"),
        ("2022-02-14", "2022Q1"),
        ("2022-02-15", "2022Q2"),
        ("2022-02-24", "2022Q2"),
        ("2022-11-15", "2023Q1"),
        ("2022-04-01", "2022Q2"),
        ("2022-06-30", "2022Q3"),
        ("2022-02", "2022Q2"),
        ("2022-01", "2022Q1"),
        ("2022", "2022Q1"),
    ],
)
def test_an_event_in_the_second_half_of_a_quarter_acts_from_the_next(date: str, acting: str) -> None:
    assert str(Period.acting(date)) == acting


@pytest.mark.parametrize(("date", "holding"), [("2022-03-31", "2022Q1"), ("2022-04", "2022Q2"), ("2022", "2022Q1")])
def test_a_date_is_in_its_quarter(date: str, holding: str) -> None:
    assert str(Period.of_date(date)) == holding


@pytest.mark.parametrize(
    ("date", "fault"),
    [
        *((date, "is not a date") for date in ("2022-13", "2022-00", "2022-01-32", "soon", "2022-1-1")),
        *((date, "is not a day of the calendar") for date in ("2022-02-30", "2023-02-29", "2022-04-31")),
    ],
)
def test_anything_else_is_not_a_date(date: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Period.acting(date)
