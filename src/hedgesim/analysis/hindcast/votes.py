"""Votes in the General Assembly: how well the rule forecasts those on record, and what runs forecast.

The rolls end in 2021, so no vote of a later year can be scored. The rule was fitted to votes up to 2019.
"""

from __future__ import annotations

import pandas as pd

from hedgesim.analysis.calibration.votes import (
    LAST_FITTED,
    STAYS,
    VoteRule,
    recorded_history,
    rolling,
    rolling_persistence,
    rolling_rates,
)
from hedgesim.analysis.hindcast.baselines import CLIMATOLOGY, PERSISTENCE
from hedgesim.analysis.hindcast.scores import MODEL
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import outcomes_from, record_outcomes
from hedgesim.model.votes import CHOICES, KINDS
from hedgesim.scenario.tables import Tables


def score_votes(case: Case, tables: Tables, until: int) -> pd.DataFrame:
    """Every vote after the fitted years up to a year: country, resolution (its number), forecaster, log_score.

    log_score: minus the logarithm of the chance given to the vote cast; smaller is better. Climatology: the rates of
    all countries. Persistence: the country's last vote on the same kind, with the chance that scored best before.
    """
    history = recorded_history(tables)
    first = int(history.dates[0].astype("datetime64[Y]").astype(int)) + 1971
    fitted, years = range(first, LAST_FITTED + 1), range(LAST_FITTED + 1, until + 1)
    own = case.parameters.votes
    rule = VoteRule(float(own.prior), float(own.other_kind), float(own.half_life))
    stay = max(STAYS, key=lambda chance: rolling_persistence(history, fitted, chance).mean())
    logs = {
        MODEL: rolling(history, years, rule),
        PERSISTENCE: rolling_persistence(history, years, stay),
        CLIMATOLOGY: rolling_rates(history, years),
    }
    axes = tables.table("axes")
    countries = list(axes.loc[axes["axis"] == "country", "code"])
    rows = [
        (country, n, name, -float(value))
        for name, scores in logs.items()
        for n, row in enumerate(scores)
        for country, value in zip(countries, row, strict=True)
    ]
    return pd.DataFrame(rows, columns=["country", "resolution", "forecaster", "log_score"])


def forecast_votes(case: Case, engine: Engine) -> pd.DataFrame:
    """Chances of each vote on a resolution of each kind hostile to the aggressor, in the first quarter after the start.

    Columns: country, kind, and a column for each choice; mean over a block of runs with shipped parameters.
    """
    outcomes = outcomes_from(case, engine.record(case, range(engine.together), record_outcomes))
    rows = []
    for kind in KINDS:
        chances = {name: outcomes.of_country(f"vote_{name}_{kind}")[:, 1].mean(axis=-1) for name in CHOICES}
        for place, country in enumerate(case.setting.axes.countries):
            rows.append({"country": country, "kind": kind, **{name: own[place] for name, own in chances.items()}})
    return pd.DataFrame(rows)
