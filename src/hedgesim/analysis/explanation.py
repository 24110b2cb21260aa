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
class Explanation:
    """Least squares of the log of starting shares of powers on shared regressors, a constant per domain apart.

    coefficients: columns regressor, coefficient, error. r2: part of the variance within domains explained, 0..1.
    fitted: shares that the regressors alone imply, axes (1, country, domain, option); region and other as observed.
    """

    coefficients: pd.DataFrame
    r2: float
    n: int
    fitted: Array


def explain_shares(case: Case) -> Explanation | None:
    """Regress the starting shares of a case; hollow cells are left out, for they are mostly prior.

    None where too few shares are left to estimate anything.
    """
    setting = case.setting
    n_powers = len(setting.axes.powers)
    logs = np.log(np.asarray(setting.share[0, ..., :n_powers]))
    columns = _regressors(case)
    seen = np.asarray(setting.hollow[0, ..., :n_powers]) == 0.0
    spare = int(seen.sum()) - len(columns) - len(setting.axes.domains)
    if spare < 1:
        return None
    centred_y, centred_x = _within_domains(logs, seen), [_within_domains(x, seen) for x in columns]
    x, y = np.stack([c[seen] for c in centred_x], axis=-1), centred_y[seen]
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    left = y - x @ slopes
    errors = np.sqrt(np.diag(np.linalg.pinv(x.T @ x)) * (left @ left) / spare)
    table = pd.DataFrame({"regressor": REGRESSORS, "coefficient": slopes, "error": errors})
    return Explanation(table, 1.0 - float(left @ left) / float(y @ y), len(y), _fitted(case, columns, slopes))


def _regressors(case: Case) -> list[Array]:
    """Every regressor with axes (country, domain, power)."""
    setting = case.setting
    shape = (len(setting.axes.countries), len(setting.axes.domains), len(setting.axes.powers))
    member = (np.asarray(setting.formats.status) == MEMBER).astype(float)
    seats = np.einsum("if,df,fp->idp", member[0, :, 0], setting.formats.covers[0, 0], setting.formats.lead[0, 0])
    wide = (np.log(setting.capability[0]), setting.proximity[0], setting.affinity[0], np.minimum(seats, 1.0))
    return [np.broadcast_to(x, shape) for x in wide]


def _within_domains(x: Array, seen: Array) -> Array:
    """Less the mean of the seen cells of its domain."""
    mean = np.sum(x * seen, axis=(0, 2), keepdims=True) / np.maximum(np.sum(seen, axis=(0, 2), keepdims=True), 1)
    return x - mean


def _fitted(case: Case, columns: list[Array], slopes: Array) -> Array:
    """Shares in which the powers' part is spread as the regressors say."""
    share = np.asarray(case.setting.share)
    n_powers = len(case.setting.axes.powers)
    grown = np.exp(sum(slope * x for slope, x in zip(slopes, columns, strict=True)))[None]
    held = share[..., :n_powers].sum(axis=-1, keepdims=True)
    spread = held * grown / grown.sum(axis=-1, keepdims=True)
    return np.concatenate((spread, share[..., n_powers:]), axis=-1)
