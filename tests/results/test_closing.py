"""The closing table, gathered while runs are made, is what pandas makes of the runs that are kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hedgesim.results.closing import CLOSING, Closing
from hedgesim.results.runner import run_many
from hedgesim.engines.case import case_of
from hedgesim.engines.choice import engine_of
from hedgesim.session import read_scenario

from .invented import OF_COUNTRIES, OF_SYSTEM, outcomes_of_runs


def by_pandas(countries: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """The closing table from full tables of runs, the long way."""
    first, last = countries["period"].min(), countries["period"].max()
    presence = [name for name in countries.columns if name.startswith("presence_")]
    rows = []
    keys = [(name, "all") for name in (*presence, "hedging_index")]
    keys += [("hedging_index", code) for code in dict.fromkeys(countries["country"])]
    for name, entity in keys:
        chosen = countries if entity == "all" else countries[countries["country"] == entity]
        wide = chosen.groupby(["run", "period"])[name].mean().unstack()
        change = wide[last] - wide[first]
        numbers = (wide[first].mean(), wide[last].mean(), change.mean(), change.sem(), change.count())
        rows.append((name, entity, *numbers))
    after = system[system["period"] > first].groupby("run")[["leader_meetings", "first_time_formats"]].sum()
    after["realignments"] = system[system["period"] == last].set_index("run")["realignments"]
    for name in ("leader_meetings", "first_time_formats", "realignments"):
        rows.append((name, "system", np.nan, after[name].mean(), np.nan, after[name].sem(), after[name].count()))
    return pd.DataFrame(rows, columns=list(CLOSING))


def test_it_equals_a_pandas_computation_over_the_kept_runs() -> None:
    case = case_of(read_scenario("war_2022", overrides=["end=2022Q3"]))
    gathered = run_many(case, 30, keep=30, engine=replace(engine_of("ensemble"), together=7))
    expected = by_pandas(gathered.kept["countries"], gathered.kept["system"])
    pd.testing.assert_frame_equal(gathered.closing, expected, check_exact=False, rtol=0.0, atol=1e-12)


def test_a_hand_computed_case() -> None:
    made = outcomes_of_runs([0, 1])
    values = np.zeros_like(made.values)
    meetings = 2 * len(OF_COUNTRIES) + OF_SYSTEM.index("leader_meetings")
    values[:, :, meetings] = [[5, 1, 2], [5, 2, 4]]
    values[:, :, meetings + 1] = [[0, 1, 1], [0, 1, 0]]
    values[:, 0, :2] = [[0.4, 0.2], [0.4, 0.2]]
    values[:, 2, :2] = [[0.3, 0.2], [0.1, 0.2]]
    closing = Closing()
    closing.add(replace(made, values=values))
    rows = closing.table().set_index(["quantity", "entity"])
    red = rows.loc[("presence_RED", "all")]
    assert red.tolist() == pytest.approx([0.3, 0.2, -0.1, 0.05, 2])
    met = rows.loc[("leader_meetings", "system")]
    assert (met["after"], met["error"], met["n"]) == pytest.approx((4.5, 1.5, 2))
    assert met[["before", "change"]].isna().all()
    assert rows.loc[("realignments", "system"), "after"] == 0.5


def test_rows_stand_in_the_order_of_options_and_countries() -> None:
    closing = Closing()
    closing.add(outcomes_of_runs(range(3)))
    table = closing.table()
    assert list(table.columns) == list(CLOSING)
    assert table["quantity"].tolist()[:4] == ["presence_RED", "presence_region", "presence_other", "hedging_index"]
    assert table["entity"].tolist()[4:6] == ["BBB", "AAA"]
    assert table["quantity"].tolist()[-3:] == ["leader_meetings", "first_time_formats", "realignments"]


def test_one_run_has_no_error_and_none_has_no_rows() -> None:
    closing = Closing()
    assert closing.table().empty
    assert list(closing.table().columns) == list(CLOSING)
    closing.add(outcomes_of_runs([0]))
    assert closing.table()["error"].isna().all()
    assert (closing.table()["n"] == 1).all()
