"""The table of runs is filled block by block, with a row for every run."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from hedgesim.results.blocks import Block
from hedgesim.results.results import to_arrow
from hedgesim.results.rows import Rows, frame_of

from .invented import AXES, COUNTED, outcomes_of_runs


@dataclass
class Of:
    """What the table asks of a case."""

    seed: int = 7
    varied: dict[str, np.ndarray] = field(default_factory=dict)


def block(first: int, last: int, failed: dict[int, str] | None = None) -> Block:
    return Block(range(first, last), outcomes_of_runs(range(first, last)), failed or {}, {})


def filled(n: int, *blocks: Block, case: Of | None = None) -> pd.DataFrame:
    rows = Rows(case or Of(), n)
    for one in blocks:
        rows.add(one)
    return rows.frame()


def test_final_outcomes_are_totals_last_values_and_means_over_countries() -> None:
    frame, made = filled(3, block(0, 3)), outcomes_of_runs(range(3))
    assert frame["leader_meetings"].tolist() == made.of_system("leader_meetings").sum(axis=1).tolist()
    assert frame["realignments"].tolist() == made.of_system("realignments")[:, -1].tolist()
    assert frame["presence_RED"].tolist() == pytest.approx(made.of_country("presence_RED")[:, -1].mean(axis=-1))
    assert frame["hedging_index_AAA"].tolist() == pytest.approx(made.of_country("hedging_index")[:, -1, 1])
    assert frame["run"].tolist() == [0, 1, 2]
    assert (frame["seed"] == 7).all()
    assert list(frame.columns)[-1] == "failed"
    assert frame["failed"].isna().all()


def test_blocks_of_any_size_fill_the_same_table() -> None:
    whole = filled(7, block(0, 7))
    pd.testing.assert_frame_equal(whole, filled(7, *(block(k, k + 1) for k in range(7))))
    pd.testing.assert_frame_equal(whole, filled(7, block(0, 3), block(3, 7)))


def test_counts_are_whole_numbers_unless_a_run_failed() -> None:
    assert (filled(4, block(0, 4)).dtypes[list(COUNTED)] == np.int64).all()
    frame = filled(4, block(0, 2), block(2, 4, {3: "because"}))
    assert frame.loc[3, [*COUNTED, "cohesion", "hedging_index_BBB"]].isna().all()
    assert frame["failed"].tolist()[3] == "because"
    whole = filled(4, block(0, 4))
    pd.testing.assert_frame_equal(frame.loc[:2, list(COUNTED)], whole.loc[:2, list(COUNTED)].astype(float))


def test_parameters_that_vary_have_a_column_each_also_where_a_run_failed() -> None:
    case = Of(varied={"taste.threat": np.asarray([0.5, 1.0, 2.0])})
    frame = frame_of(case, [0, 1, 0], block(0, 3).outcomes, {1: "because"})
    assert frame["run"].tolist() == [0, 1, 0]
    assert frame["cohesion"].isna().tolist() == [False, True, False]
    assert frame["failed"].tolist() == [None, "because", None]
    assert list(frame.columns)[:3] == ["run", "seed", "taste.threat"]
    assert frame["taste.threat"].tolist() == [0.5, 1.0, 2.0]
    assert str(to_arrow("runs", frame).schema.field("taste.threat").type) == "double"


def test_the_table_and_its_arrow_form_share_the_memory_of_the_columns() -> None:
    rows = Rows(Of(), 5)
    rows.add(block(0, 5))
    frame = rows.frame()
    table = to_arrow("runs", frame)
    for name in ("cohesion", "presence_RED", "leader_meetings", "run"):
        assert np.shares_memory(frame[name].to_numpy(), rows._columns[name]), name
        assert table[name].chunk(0).buffers()[1].address == rows._columns[name].ctypes.data, name


def test_axes_of_the_invented_system_are_as_the_tests_believe() -> None:
    assert AXES.countries == ("BBB", "AAA")
