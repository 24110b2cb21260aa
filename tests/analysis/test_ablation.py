"""Mechanisms turned off by parameters alone."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import pandas as pd
import pytest

from hedgesim.analysis import ablation
from hedgesim.analysis.ablation import WHOLE, effects, mechanisms, scores_without
from hedgesim.analysis.hindcast.hindcast import OF_MEETINGS
from hedgesim.commands.ablate import _print_ablation
from hedgesim.engines import engine_of
from hedgesim.engines.case import Case
from hedgesim.model.parameters import all_parameters
from hedgesim.scenario.tables import read_tables
from worlds import short_case


@cache
def no_effects() -> pd.DataFrame:
    return effects((short_case(), short_case()), engine_of("ensemble"), runs=3)


def test_every_mechanism_is_turned_off_by_parameters_within_their_ranges_or_muted_channels() -> None:
    assert [name for name, without in mechanisms().items() if not (without.settings or without.mute)] == [WHOLE]
    for path, value in (item for without in mechanisms().values() for item in without.settings.items()):
        known = all_parameters()[path]
        assert known.low <= value <= known.high
        assert value != known.default


def test_every_parameter_that_weighs_a_term_is_turned_off_somewhere() -> None:
    """Left out: what is off as it is, scales, rates of adjustment, and what outcomes alone look at."""
    groups = ("taste", "stance", "ladder", "calendar")
    kept = {"taste.strain", "stance.willing", "ladder.leaders", "calendar.ministers", "calendar.trust_ceiling"}
    off = {path for without in mechanisms().values() for path in without.settings}
    assert {path for path in all_parameters() if path.startswith(groups)} - off == kept


def test_a_case_less_itself_has_no_effect() -> None:
    table = no_effects()
    assert set(table["without"]) == set(mechanisms())
    assert (table["n"] == 3).all()
    assert (table[["mean", "q05", "q95"]] == 0.0).all(axis=None)


def test_what_is_turned_off_is_not_drawn_and_has_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Case, dict[str, Any]]] = []
    monkeypatch.setattr(ablation, "hindcast", lambda case, _tables, draws, _engine, **_: calls.append((case, draws)))
    monkeypatch.setattr(ablation, "skills_of", lambda _, name: pd.DataFrame({"variant": [name]}))
    draws = {"taste.threat": [1.0], "taste.offer": [1.0]}
    table = scores_without(short_case(), read_tables(), draws, engine_of("ensemble"), years=[2022], runs=2)
    assert list(table["without"]) == list(mechanisms())
    without = dict(zip(table["without"], calls, strict=True))
    case, own = without["threat"]
    assert own == {"taste.offer": [1.0]}
    assert (case.parameters.taste.threat, case.parameters.sanctions.threat) == (0.0, 0.0)
    assert without[WHOLE][1] == draws


def test_every_mechanism_is_a_line_of_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    names, parts = list(mechanisms()), ("all shares", "meetings")
    scores = pd.DataFrame(product(names, parts, OF_MEETINGS, [0.125]), columns=["without", "part", "baseline", "value"])
    patterns = pd.DataFrame({"without": names, "pattern": "P1", "verdict": "met"})
    patterns.loc[patterns["without"] == "threat", "verdict"] = "missed"
    _print_ablation({"effects": no_effects(), "scores": scores, "patterns": patterns})
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines] == names
    assert all(line.count("+0.125") == 2 for line in lines)
    assert [line.split("  ")[0] for line in lines if "P1 missed" in line] == ["threat"]
