"""Single table values that a scenario replaces."""

from __future__ import annotations

import pandas as pd

from hedgesim.scenario.errors import ScenarioError
from hedgesim.scenario.schema import DataOverride, Scenario
from hedgesim.scenario.tables import Tables


def with_data(tables: Tables, scenario: Scenario) -> Tables:
    """The tables with the scenario's `data:` laid over them; ScenarioError for a row that is not there."""
    for n, override in enumerate(scenario.data):
        frame = tables.table(override.table)
        chosen = _chosen(frame, override)
        if not chosen.any():
            place, key = scenario.place(f"data.{n}"), ", ".join(f"{k} {v}" for k, v in override.key.items())
            raise ScenarioError(place, f"the table {override.table} has no row with {key}", "Name an existing row.")
        tables = tables.with_table(override.table, _replaced(frame, chosen, override))
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


def _replaced(frame: pd.DataFrame, chosen: pd.Series, override: DataOverride) -> pd.DataFrame:
    value = float(override.value) if frame[override.column].dtype == float else str(override.value)
    changes = {override.column: value, "source": override.source, "confidence": confidence_in(override.source)}
    return frame.assign(**{name: frame[name].mask(chosen, new) for name, new in changes.items()})
