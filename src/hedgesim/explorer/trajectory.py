"""One run as the page draws it: every number that it shows, quarter by quarter, and what happened in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgesim.explorer.asked import Asked
from hedgesim.explorer.events import events_of
from hedgesim.explorer.worlds import run_of, world_of
from hedgesim.model.setting import Axes
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.results.tables import INDEX, PRESENCE
from hedgesim.scenario.notes import notes_of

BY_COUNTRY = (INDEX, "diversity", "autonomy")
"""Outcomes of countries that the page shows besides presence."""


def trajectory_of(asked: Asked) -> dict[str, Any]:
    """The run that is asked for; arrays are nested lists in the order of the names beside them, quarters last.

    Raises:
        ScenarioError, HedgesimError: the scenario cannot be used, or the run failed.
    """
    scenario = asked.scenario()
    inputs, case = world_of(scenario)
    kept, axes = run_of(scenario, asked.run).kept, case.setting.axes
    countries = kept["countries"]
    presence = [_by_quarter(countries, f"{PRESENCE}{option}", axes, "countries") for option in axes.options]
    formats, seats = kept["formats"], kept["memberships"]
    return {
        "scenario": scenario.name,
        "seed": scenario.seed,
        "run": asked.run,
        "periods": list(axes.periods),
        "countries": list(axes.countries),
        "domains": list(axes.domains),
        "options": list(axes.options),
        "formats": list(axes.formats),
        "presence": np.moveaxis(np.asarray(presence), 0, 1).tolist(),
        "shares": _by_quarter(kept["shares"], "share", axes, "countries", "domains", "options").tolist(),
        **{name: _by_quarter(countries, name, axes, "countries").tolist() for name in BY_COUNTRY},
        "threat": _by_quarter(kept["relations"], "threat", axes, "countries", "powers").tolist(),
        "rung": _coded(formats, "rung", RUNGS, axes, "formats"),
        "meeting": _coded(formats, "meeting", RUNGS, axes, "formats"),
        "status": _coded(seats, "status", STATUSES, axes, "countries", "formats"),
        "came": _by_quarter(seats, "came", axes, "countries", "formats").astype(int).tolist(),
        "system": {
            name: kept["system"][name].tolist() for name in kept["system"].columns if name not in {"run", "period"}
        },
        "events": events_of(scenario, inputs, case, kept),
        "notes": list(notes_of(scenario, inputs)),
    }


def _by_quarter(frame: pd.DataFrame, column: str, axes: Axes, *names: str) -> Any:
    """A column of the table of one run as an array with quarters last; names: axes of its rows within a quarter."""
    lengths = [len(getattr(axes, name)) for name in names]
    return np.moveaxis(frame[column].to_numpy().reshape(len(axes.periods), *lengths), 0, -1)


def _coded(frame: pd.DataFrame, column: str, codes: tuple[str, ...], axes: Axes, *names: str) -> Any:
    """A column of words as places among the codes."""
    places = {code: n for n, code in enumerate(codes)}
    return _by_quarter(frame.assign(**{column: frame[column].map(places)}), column, axes, *names).tolist()
