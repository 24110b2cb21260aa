"""The rates and stances of formats, fitted to recorded events: all records together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from hedgesim.analysis.calibration.calendar import Calendar
from hedgesim.analysis.calibration.dialogues import Dialogues
from hedgesim.analysis.calibration.events import EventLikelihood, EventPlan, fit, leave_one_out
from hedgesim.analysis.calibration.stance import Stance
from hedgesim.scenario.tables import Tables

RECORDS: Mapping[str, Callable[[Tables], EventLikelihood]] = {
    "dialogues": Dialogues.of,
    "calendar": Calendar.of,
    "stance": Stance.of,
}
"""What the numbers of formats are fitted to, each record on its own."""


@dataclass(frozen=True)
class FormatRates:
    """What the records say of the numbers of formats."""

    parameters: pd.DataFrame
    """record, and the columns of `EventFit.parameters`."""
    draws: Mapping[str, pd.DataFrame]
    """By record equally likely values; a row for each."""
    facts: pd.DataFrame
    """record, groups, accepted, correlation_time: how each fit went."""


def fit_format_rates(tables: Tables, plan: EventPlan | None = None) -> FormatRates:
    """Fit every record, whole; tables: uncut."""
    found, draws, facts = [], {}, []
    for name, read in RECORDS.items():
        record = read(tables)
        fitted = fit(record, plan)
        found.append(fitted.parameters.assign(record=name))
        draws[name] = fitted.draws
        facts.append((name, len(record.groups), fitted.accepted, fitted.correlation_time))
    parameters = pd.concat(found, ignore_index=True)
    columns = ["record", *(column for column in parameters if column != "record")]
    went = pd.DataFrame(facts, columns=["record", "groups", "accepted", "correlation_time"])
    return FormatRates(parameters[columns], draws, went)


def left_out(tables: Tables, plan: EventPlan | None = None) -> pd.DataFrame:
    """The fits without each power, series or country: record, and the columns of `leave_one_out`."""
    parts = [leave_one_out(read(tables), plan).assign(record=name) for name, read in RECORDS.items()]
    return pd.concat(parts, ignore_index=True)
