"""An outcome of a single place, which runs have at their end only, is refused by charts over time with what to do."""

from __future__ import annotations

import pytest

import hedgesim
from hedgesim.errors import HedgesimError
from hedgesim.plots.batches import batch_of
from hedgesim.plots.chart import Batch, Pick, quantity_of
from hedgesim.scenario import read_scenario

CODES = ("trust_UZB_KGZ", "share_economy_CHN_KGZ", "hedging_index_KAZ", "hedging_indx")
SAID = (
    "it is stored at the end of runs only, so it has no chart over time. See hedgesim compare --outcome trust_UZB_KGZ,"
    " or plot the chart trust.",
    "See hedgesim compare --outcome share_economy_CHN_KGZ.",
    "Give --outcome hedging_index --country KAZ.",
    'these results have no such outcome. Did you mean "hedging_index"?',
)


@pytest.fixture(scope="module")
def war() -> Batch:
    return batch_of(hedgesim.run(read_scenario("war_2022", overrides=["end=2021Q2"]), 1))


@pytest.mark.parametrize(("outcome", "said"), list(zip(CODES, SAID, strict=True)))
def test_it_is_said_what_to_do(outcome: str, said: str, war: Batch) -> None:
    with pytest.raises(HedgesimError) as refused:
        quantity_of(war, Pick(outcome=outcome))
    assert said in str(refused.value)
