"""Single table values that a scenario replaces."""

from __future__ import annotations

import math

import pandas as pd

from hedgesim.errors import Place, ScenarioError, shown
from hedgesim.model.world import LEVELS, STATUSES
from hedgesim.scenario.schema import DataOverride, Scenario
from hedgesim.scenario.tables import Tables

UNIT_BOUNDS = {"0-1": (0.0, 1.0), "0 or 1": (0.0, 1.0), "-1..1": (-1.0, 1.0)}
"""Lowest and highest value of a number by the unit of its row."""

COLUMN_BOUNDS = {
    **dict.fromkeys(("share", "tie", "base_formality", "procedures", "secretariat", "exclusivity"), (0.0, 1.0)),
    "cadence": (1.0, 40.0),
}
"""Lowest and highest value of a number by its column."""

WORDS = {"status": STATUSES, "level": LEVELS, "ceiling": LEVELS}
"""Words that a column knows."""


def with_data(tables: Tables, scenario: Scenario) -> Tables:
    """The tables with the scenario's `data:` laid over them; ScenarioError for a row that is not there."""
    for n, override in enumerate(scenario.data):
        frame = tables.table(override.table)
        chosen = _chosen(frame, override)
        if not chosen.any():
            place, key = scenario.place(f"data.{n}"), ", ".join(f"{k} {v}" for k, v in override.key.items())
            raise ScenarioError(place, f"the table {override.table} has no row with {key}", "Name an existing row.")
        tables = tables.with_table(
            override.table, _replaced(frame, chosen, override, place=scenario.place(f"data.{n}.value"))
        )
    return tables


def confidence_in(source: str) -> str:
    """Confidence of a number that a scenario brings: an assumption if any of its sources is one or is recall."""
    return "assumption" if {"assumption", "recall"} & {key.strip() for key in source.split(";")} else "proxy"


def _chosen(frame: pd.DataFrame, override: DataOverride) -> pd.Series:
    """Which rows have the key."""
    chosen = pd.Series(True, index=frame.index)
    for column, value in override.key.items():
        chosen &= frame[column].astype(str) == str(value)
    return chosen


def _replaced(frame: pd.DataFrame, chosen: pd.Series, override: DataOverride, *, place: Place) -> pd.DataFrame:
    value = _number(frame, chosen, override, place) if frame[override.column].dtype == float else _word(override, place)
    changes = {override.column: value, "source": override.source, "confidence": confidence_in(override.source)}
    return frame.assign(**{name: frame[name].mask(chosen, new) for name, new in changes.items()})


def _number(frame: pd.DataFrame, chosen: pd.Series, override: DataOverride, place: Place) -> float:
    """The value as a number within what its column or unit allows."""
    units = set(frame.loc[chosen, "unit"]) if "unit" in frame else set()
    low, high = COLUMN_BOUNDS.get(override.column) or next(
        (UNIT_BOUNDS[unit] for unit in units if unit in UNIT_BOUNDS), (-math.inf, math.inf)
    )
    if str(override.key.get("attribute", "")).startswith("weight_"):
        low, high = UNIT_BOUNDS["0-1"]
    try:
        value = float(override.value)
    except ValueError:
        value = math.nan
    if not low <= value <= high or math.isinf(value):
        known = "a number" if math.isinf(low) else f"a number from {low:g} to {high:g}"
        raise ScenarioError(place, f"{override.column} must be {known}, not {shown(override.value)}", f"Write {known}.")
    return value


def _word(override: DataOverride, place: Place) -> str:
    """The value as text, one of the known words where the column has such."""
    known = WORDS.get(override.column)
    if known is not None and str(override.value) not in known:
        fault = f"{shown(override.value)} is no {override.column}"
        raise ScenarioError(place, fault, f"Write one of {', '.join(known)}.")
    return str(override.value)
