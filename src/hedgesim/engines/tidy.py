"""What a Mesa model keeps of every quarter for a notebook: tables with a row for each cell of the world."""

from __future__ import annotations

from itertools import product

from hedgesim.model.arrays import Array
from hedgesim.model.setting import Axes
from hedgesim.model.world import RUNGS, World

COLUMNS = {
    "shares": ("period", "country", "domain", "option", "share"),
    "presence": ("period", "country", "option", "presence"),
    "threat": ("period", "country", "power", "threat"),
    "formats": ("period", "format", "rung", "meeting"),
}
"""Tables and their columns; they mean what those of the results of the same name do."""


def rows_of_quarter(axes: Axes, period: str, world: World, presence: Array) -> dict[str, dict[str, list[object]]]:
    """Rows of every table for one quarter of one run, as columns by name."""
    countries, options = axes.countries, axes.options
    rungs, meetings = ([RUNGS[int(code)] for code in kept[0, 0, :, 0]] for kept in (world.ladder, world.meeting))
    rows: dict[str, list[tuple[object, ...]]] = {
        "shares": _cells(world.share[..., 0], countries, axes.domains, options),
        "presence": _cells(presence[:, 0, :, 0], countries, options),
        "threat": _cells(world.threat[:, 0, :, 0], countries, axes.powers),
        "formats": [*zip(axes.formats, rungs, meetings, strict=True)],
    }
    return {
        name: dict(zip(COLUMNS[name], ([period] * len(cells), *map(list, zip(*cells, strict=True))), strict=True))
        for name, cells in rows.items()
    }


def _cells(values: Array, *names: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Names of the place of every cell of an array, and its value."""
    return [(*place, value) for place, value in zip(product(*names), values.ravel().tolist(), strict=True)]
