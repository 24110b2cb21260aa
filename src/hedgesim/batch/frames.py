"""From trajectories to the full tables of the runs that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.engines.trajectory import Trajectory
from hedgesim.model import formats as fm
from hedgesim.model.arrays import Array
from hedgesim.model.derived import Sight
from hedgesim.model.world import LEVELS, MEETINGS, STATUSES

_COUNTED = ("leader_meetings", "first_time_formats", "realignments")


def kept_tables(trajectory: Trajectory) -> dict[str, pd.DataFrame]:
    """Full trajectories of the runs as tables, rows sorted by run and period."""
    countries, system = trajectory.outcomes()
    sight = trajectory.sight()
    return {
        "countries": _countries(trajectory, sight, countries),
        "system": _system(trajectory, system),
        "shares": _shares(trajectory),
        "relations": _relations(trajectory, sight),
        "formats": _formats(trajectory),
        "memberships": _memberships(trajectory),
        "ties": _ties(trajectory, sight),
    }


def _frame(trajectory: Trajectory, axes: Mapping[str, Sequence[str]], columns: Mapping[str, Array]) -> pd.DataFrame:
    """Columns with axes (step, run, *axes) as rows (run, period, *axes)."""
    periods = trajectory.case.setting.axes.periods
    levels: list[Any] = [list(trajectory.runs), list(periods), *map(list, axes.values())]
    index = pd.MultiIndex.from_product(levels, names=["run", "period", *axes])
    shape = (len(periods), len(trajectory.runs), *map(len, axes.values()))
    flat = {name: np.swapaxes(np.broadcast_to(c, shape), 0, 1).ravel() for name, c in columns.items()}
    return pd.DataFrame(flat, index=index).reset_index()


def _per_country(quantity: Array) -> Array:
    """(step, run, country, 1, 1) without the axes of length 1."""
    return np.asarray(quantity)[..., 0, 0]


def _countries(trajectory: Trajectory, sight: Sight, outcomes: Mapping[str, Array]) -> pd.DataFrame:
    axes = trajectory.case.setting.axes
    presence = np.asarray(sight.presence)[..., 0, :]
    columns = {f"presence_{option}": presence[..., n] for n, option in enumerate(axes.options)}
    columns |= {name: _per_country(quantity) for name, quantity in outcomes.items()}
    return _frame(trajectory, {"country": axes.countries}, columns)


def _system(trajectory: Trajectory, outcomes: Mapping[str, Array]) -> pd.DataFrame:
    columns = {name: np.asarray(quantity)[..., 0, 0, 0] for name, quantity in outcomes.items()}
    frame = _frame(trajectory, {}, columns)
    return frame.astype(dict.fromkeys(_COUNTED, np.int64))


def _shares(trajectory: Trajectory) -> pd.DataFrame:
    setting = trajectory.case.setting
    names = {
        "country": setting.axes.countries,
        "domain": setting.axes.domains,
        "option": setting.axes.options,
    }
    columns = {"share": trajectory.worlds.share, "hollow": np.asarray(setting.hollow)[None] > 0.0}
    return _frame(trajectory, names, columns)


def _relations(trajectory: Trajectory, sight: Sight) -> pd.DataFrame:
    setting, worlds = trajectory.case.setting, trajectory.worlds
    offer = np.sum(np.asarray(worlds.offer) * np.asarray(setting.weight), axis=-2)
    columns = {
        "threat": worlds.threat[..., 0, :],
        "reliability": sight.reliability[..., 0, :],
        "affinity": sight.affinity[..., 0, :],
        "offer": offer,
        "coercion": worlds.coercion[..., 0, :],
    }
    return _frame(trajectory, {"country": setting.axes.countries, "power": setting.axes.powers}, columns)


def _formats(trajectory: Trajectory) -> pd.DataFrame:
    worlds, case = trajectory.worlds, trajectory.case
    formal = fm.formality(
        worlds.xp, worlds.level, worlds, formats=case.setting.formats, parameters=case.parameters.formats
    )
    columns = {
        "level": _named(worlds.level, LEVELS),
        "momentum": worlds.momentum[..., 0, 0, :],
        "formality": np.where(np.asarray(worlds.level) > 0.0, formal, 0.0)[..., 0, 0, :],
        "meeting": _named(worlds.meeting, MEETINGS),
    }
    return _frame(trajectory, {"format": case.setting.axes.formats}, columns)


def _named(codes: Array, names: Sequence[str]) -> Array:
    return np.asarray(names, dtype=object)[_whole(np.asarray(codes)[..., 0, 0, :])]


def _whole(codes: Array) -> Array:
    """Codes as whole numbers; what is no number in a failed run, whose rows are dropped, is any."""
    return np.nan_to_num(codes).astype(int)


def _ties(trajectory: Trajectory, sight: Sight) -> pd.DataFrame:
    """Ties and trust of every pair of different countries."""
    countries = trajectory.case.setting.axes.countries
    columns = {"tie": trajectory.worlds.tie[..., 0, :], "trust": sight.trust[..., 0, :]}
    frame = _frame(trajectory, {"country": countries, "partner": countries}, columns)
    return frame[frame["country"] != frame["partner"]].reset_index(drop=True)


def _memberships(trajectory: Trajectory) -> pd.DataFrame:
    axes = trajectory.case.setting.axes
    status = _whole(np.asarray(trajectory.worlds.status)[..., 0, :])
    columns = {"status": np.asarray(STATUSES, dtype=object)[status]}
    return _frame(trajectory, {"country": axes.countries, "format": axes.formats}, columns)
