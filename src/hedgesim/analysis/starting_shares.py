"""How far size, nearness, affinity and membership explain the starting shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.engines.case import Case
from hedgesim.model.arrays import Array
from hedgesim.model.world import MEMBER

REGRESSORS = ("log capacity", "proximity", "affinity", "membership")


@dataclass(frozen=True)
class StartingShares:
    """Least squares of the log of starting shares of powers on shared regressors, with a constant per domain.

    coefficients: columns regressor, coefficient, error. r2: share of the variance within domains explained, 0..1. n:
    shares in the regression.
    """

    coefficients: pd.DataFrame
    r2: float
    n: int


def explain_shares(case: Case) -> StartingShares | None:
    """Regress the starting shares of a case without prior-dominated ones; None where too few are left."""
    setting = case.setting
    n_powers = setting.n_powers
    logs = np.log(np.asarray(setting.share[..., :n_powers, 0]))
    columns = _regressors(case)
    informed = np.asarray(setting.prior_dominated[..., :n_powers, 0]) == 0.0
    spare = int(informed.sum()) - len(columns) - len(setting.axes.domains)
    if spare < 1:
        return None
    centred_y, centred_x = _within_domains(logs, informed), [_within_domains(x, informed) for x in columns]
    x, y = np.stack([c[informed] for c in centred_x], axis=-1), centred_y[informed]
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    left = y - x @ slopes
    errors = np.sqrt(np.diag(np.linalg.pinv(x.T @ x)) * (left @ left) / spare)
    table = pd.DataFrame({"regressor": REGRESSORS, "coefficient": slopes, "error": errors})
    return StartingShares(table, 1.0 - float(left @ left) / float(y @ y), len(y))


def _regressors(case: Case) -> list[Array]:
    """Every regressor with axes (country, domain, power)."""
    setting = case.setting
    shape = (len(setting.axes.countries), len(setting.axes.domains), len(setting.axes.powers))
    features = setting.formats
    member = (np.asarray(features.status) == MEMBER).astype(float)
    seats = np.einsum("if,df,fp->idp", member[:, 0, :, 0], features.covers[0, ..., 0], features.lead[0, ..., 0])
    tables = (np.log(setting.capability), setting.proximity, setting.affinity)
    found = (*(table[..., 0] for table in tables), np.minimum(seats, 1.0))
    return [np.broadcast_to(x, shape) for x in found]


def _within_domains(x: Array, informed: Array) -> Array:
    """Less the mean of the informed shares of its domain; x, informed: axes (country, domain, power)."""
    n = np.maximum(np.sum(informed, axis=(0, 2), keepdims=True), 1)
    return x - np.sum(x * informed, axis=(0, 2), keepdims=True) / n
