import pytest

from worlds import next_share, plain_view, row


def test_nothing_moves_it() -> None:
    upheaval = plain_view(
        exposed_threat=row(9.0, 0.0), protection=row(0.0, 5.0), noise=row(1.0, 2.0, 3.0, 4.0), offer_rise=row(3.0, 3.0)
    )
    assert next_share("habit", upheaval) == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=1e-15)


def test_its_ties_do_not_move_either() -> None:
    from hedgesim.model.parameters import Parameters
    from hedgesim.rules import country_rules

    view = plain_view(tie=row(0.7), tie_value=row(2.0))
    assert country_rules()["habit"]().decide(view, Parameters()).tie.item() == pytest.approx(0.7)
