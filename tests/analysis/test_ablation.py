"""Mechanisms turned off by parameters alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hedgesim import read_scenario
from hedgesim.analysis import ablation
from hedgesim.analysis.ablation import WHOLE, effects, mechanisms, scores_without
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import engine_of
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario.tables import read_tables


def short(name: str) -> Case:
    return case_of(read_scenario(name, overrides=["end=2022Q4"]))


def test_every_mechanism_is_turned_off_by_parameters_within_their_ranges() -> None:
    known = all_parameters()
    assert mechanisms()[WHOLE] == {}
    for settings in (settings for name, settings in mechanisms().items() if name != WHOLE):
        assert settings
        for path, value in settings.items():
            assert known[path].low <= value <= known[path].high
            assert value != known[path].default


def test_a_case_less_itself_has_no_effect() -> None:
    case = short("war_2022")
    table = effects((case, case), engine_of("ensemble"), runs=3)
    assert set(table["without"]) == set(mechanisms())
    assert (table["n"] == 3).all()
    assert (table[["mean", "q05", "q95"]] == 0.0).all(axis=None)


def test_what_is_turned_off_is_not_drawn_and_has_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Case, dict[str, Any]]] = []
    monkeypatch.setattr(ablation, "hindcast", lambda case, _tables, draws, _engine, **_: calls.append((case, draws)))
    monkeypatch.setattr(ablation, "skills_of", lambda _, name: pd.DataFrame({"variant": [name]}))
    draws = {"taste.threat": [1.0], "taste.offer": [1.0]}
    table = scores_without(short("war_2022"), read_tables(), draws, engine_of("ensemble"), years=[2022], runs=2)
    assert list(table["without"]) == list(mechanisms())
    without = dict(zip(table["without"], calls, strict=True))
    case, own = without["threat"]
    assert own == {"taste.offer": [1.0]}
    assert case.parameters.taste.threat == 0.0
    assert without[WHOLE][1] == draws
