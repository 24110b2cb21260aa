"""The rates and stances of formats, fitted to recorded events: all records together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from hedgesim.analysis.calibration.calendar import Calendar
from hedgesim.analysis.calibration.dialogues import Dialogues
from hedgesim.analysis.calibration.events import LAST_YEAR, EventLikelihood, EventPlan, fit, leave_one_out
from hedgesim.analysis.calibration.stance import Stance
from hedgesim.scenario.tables import Tables

RECORDS: Mapping[str, Callable[[Tables, int], EventLikelihood]] = {
    "dialogues": lambda tables, until: Dialogues.of(tables, until),
    "calendar": lambda tables, until: Calendar.of(tables, until),
    "stance": lambda tables, until: Stance.of(tables, until),
}
"""What the numbers of section 5 of the model are fitted to, each record on its own."""


@dataclass(frozen=True)
class FormatRates:
    """What the records say of the numbers of formats."""

    parameters: pd.DataFrame
    """record, and the columns of `EventFit.parameters`."""
    draws: Mapping[str, pd.DataFrame]
    """By record equally likely values; a row for each."""
    facts: pd.DataFrame
    """record, groups, accepted, correlation_time: how each fit went."""


def fit_format_rates(tables: Tables, plan: EventPlan | None = None, *, until: int = LAST_YEAR) -> FormatRates:
    """Fit every record up to a year; tables: uncut."""
    found, draws, facts = [], {}, []
    for name, read in RECORDS.items():
        record = read(tables, until)
        fitted = fit(record, plan)
        found.append(fitted.parameters.assign(record=name))
        draws[name] = fitted.draws
        facts.append((name, len(record.groups), fitted.accepted, fitted.correlation_time))
    parameters = pd.concat(found, ignore_index=True)
    columns = ["record", *(column for column in parameters if column != "record")]
    went = pd.DataFrame(facts, columns=["record", "groups", "accepted", "correlation_time"])
    return FormatRates(parameters[columns], draws, went)


def left_out(tables: Tables, plan: EventPlan | None = None, *, until: int = LAST_YEAR) -> pd.DataFrame:
    """The fits without each power, series or country: record, and the columns of `leave_one_out`."""
    parts = [leave_one_out(read(tables, until), plan).assign(record=name) for name, read in RECORDS.items()]
    return pd.concat(parts, ignore_index=True)
