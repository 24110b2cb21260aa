"""Starting shares of security: the equal mean of coded observables, in which what is absent goes to `other`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hedgesim.model.setting import OTHER

OBSERVABLES = ("treaty", "forces", "exercises", "training", "document", "suppliers")
WITHOUT_CHARTER = tuple(name.replace("treaty", "treaty_without_charter") for name in OBSERVABLES)
"""The observables without what the charter of a large body alone obliges to."""


def composition(coded: pd.DataFrame, observables: Sequence[str] = OBSERVABLES) -> pd.DataFrame:
    """What part of an observable each option has, 0..1; rows (observable, country), columns options.

    coded: rows of security.csv of one start. An observable counts in full from its value `full` on, or from the sum of
    the row where that is larger. What is not coded is NaN; `other` holds suppliers that are no option, not the rest.
    """
    table = coded[coded["observable"].isin(observables)]
    wide = table.pivot(index=["observable", "country"], columns="option", values="value")
    full = table.groupby("observable")["full"].first()
    whole = np.maximum(full.reindex(wide.index.get_level_values("observable")), wide.sum(axis=1).to_numpy())
    return wide.div(whole.to_numpy(), axis=0).reindex(columns=list(dict.fromkeys(table["option"])))


def security_shares(coded: pd.DataFrame, observables: Sequence[str] = OBSERVABLES) -> pd.DataFrame:
    """Shares of the options before any floor; rows countries, columns options; a row sums to 1.

    coded: rows of security.csv of one start. A share is the mean over the observables that are coded for it, each with
    the same weight; `other` is what is left. Name fewer observables to leave one out.
    """
    parts = composition(coded, observables).drop(columns=OTHER, errors="ignore")
    shares = parts.groupby(level="country").mean().reindex(list(dict.fromkeys(coded["country"])))
    return shares.assign(**{OTHER: 1.0 - shares.sum(axis=1)})
