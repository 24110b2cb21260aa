"""Runs are gathered in the same way whatever makes them and however many at once."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.batch.runner import run_many
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import Engine, ensemble_engine, mesa_engine
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.trajectory import Trajectory
from hedgesim.session import read_scenario


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(read_scenario("war_2022", overrides=["end=2022Q3"]))


def assert_alike(a: pd.DataFrame, b: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(a, b, check_exact=False, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("together", [1, 3, 64])
def test_mesa_and_the_ensemble_leave_the_same_tables_in_blocks_of_any_size(case: Case, together: int) -> None:
    mesa = run_many(case, 7, keep=2, engine=mesa_engine())
    ensemble = run_many(case, 7, keep=2, engine=replace(ensemble_engine(), together=together))
    assert_alike(mesa.runs, ensemble.runs)
    assert_alike(mesa.summary, ensemble.summary)
    for name in mesa.kept:
        assert_alike(mesa.kept[name], ensemble.kept[name])
        assert set(mesa.kept[name]["run"]) == {0, 1}
    for name in mesa.ends:
        assert_alike(mesa.ends[name], ensemble.ends[name])


def test_the_summary_is_that_of_the_kept_runs_when_all_are_kept(case: Case) -> None:
    gathered = run_many(case, 9, keep=9, engine=ensemble_engine())
    countries = gathered.kept["countries"]
    period, country = countries["period"].max(), countries["country"].iloc[0]
    chosen = countries[(countries["period"] == period) & (countries["country"] == country)]["hedging_index"]
    rows = gathered.summary.set_index(["period", "entity", "outcome"])
    row = rows.loc[(period, country, "hedging_index")]
    assert row["mean"] == pytest.approx(chosen.mean(), abs=1e-12)
    assert row["sd"] == pytest.approx(chosen.std(), abs=1e-12)
    assert row["q95"] == pytest.approx(np.quantile(chosen, 0.95), abs=1e-12)
    assert row["n"] == 9


def test_totals_in_the_table_of_runs_are_those_of_the_kept_quarters(case: Case) -> None:
    gathered = run_many(case, 5, keep=5, engine=ensemble_engine())
    totals = gathered.kept["system"].groupby("run")["leader_meetings"].sum()
    assert totals.tolist() == gathered.runs["leader_meetings"].tolist()


def test_a_failed_run_is_a_row_with_its_reason_and_in_no_other_table(case: Case) -> None:
    def breaking(case: Case, runs: Sequence[int]) -> Trajectory:
        made = simulate(case, runs)
        share = made.worlds.share.copy()
        share[4:, [k for k, run in enumerate(runs) if run in {1, 4}]] = np.nan
        return replace(made, worlds=replace(made.worlds, share=share))

    gathered = run_many(case, 6, keep=3, engine=Engine("breaking", breaking, 4))
    whole = run_many(case, 6, keep=3, engine=ensemble_engine())
    reasons = gathered.runs.set_index("run")["failed"]
    assert reasons[reasons.notna()].to_dict() == dict.fromkeys((1, 4), "shares are not numbers from 2022Q1")
    assert gathered.runs.loc[[1, 4], "hedging_index"].isna().all()
    assert set(gathered.kept["shares"]["run"]) == {0, 2}
    assert set(gathered.ends["countries"]["run"]) == {0, 2, 3, 5}
    assert (gathered.summary["n"] == 4).all()
    assert (whole.summary["n"] == 6).all()


def test_when_every_run_fails_there_are_rows_and_nothing_else(case: Case) -> None:
    def failing(case: Case, runs: Sequence[int]) -> Trajectory:
        made = simulate(case, runs)
        return replace(made, worlds=replace(made.worlds, share=made.worlds.share * np.nan))

    gathered = run_many(case, 3, keep=3, engine=Engine("failing", failing, 2))
    assert gathered.runs["failed"].notna().all()
    assert gathered.summary.empty
    assert not gathered.ends


def test_progress_is_told_of_every_run(case: Case) -> None:
    told: list[int] = []
    run_many(case, 10, keep=3, engine=replace(ensemble_engine(), together=4), on_runs=told.append)
    assert told == [3, 4, 3]
