"""What stands beside a comparison: presence by domain, and how much of the hedging index is rivalry itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.analysis.comparison import Comparison
from hedgesim.analysis.headline import PRESENCE, what_of
from hedgesim.model.arrays import bound
from hedgesim.model.outcomes import hedging_index
from hedgesim.model.period import Period
from hedgesim.model.shocks import conditions, profile
from hedgesim.numbers import alike
from hedgesim.results.recorded import scenario_in
from hedgesim.results.results import Results
from hedgesim.results.tables import INDEX
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.impulses import Impulse, impulses_of

SHARES = "shares"
CELL = ["run", "country", "domain", "option"]

Row = Mapping[Any, Any]
Values = NDArray[np.float64]


class ByDomain(NamedTuple):
    """Differences of presence by domain, percentage points: a line each; domains; n: runs they are the means of."""

    domains: tuple[str, ...]
    rows: list[tuple[str, list[str]]]
    n: int


def by_domain(pair: Sequence[Results], found: Comparison, rows: Sequence[Row]) -> ByDomain | None:
    """By domain the differences of presence among some, from the shares of the kept runs that both batches have.

    Nothing where there is no such difference, or a batch has no kept runs.
    """
    chosen = [row for row in rows if row["outcome"] == PRESENCE]
    if not chosen or not _kept(pair):
        return None
    both = [one.table(SHARES, columns=[*CELL, "share"], where=[("period", "=", found.period)]) for one in pair]
    base, own = (table.set_index(CELL)["share"] for table in both)
    change = (own - base).dropna()
    if change.empty:
        return None
    domains, lines = tuple(map(str, dict.fromkeys(both[0]["domain"]))), []
    for row in chosen:
        cells = change.xs(row["option"], level="option")
        cells = cells.xs(row["entity"], level="country") if row["entity"] else cells
        means = cells.groupby("domain").mean()
        lines.append((what_of(row, found.called), alike((100.0 * float(means[domain]) for domain in domains), 2, "+")))
    return ByDomain(domains, lines, change.index.get_level_values("run").nunique())


def _kept(pair: Sequence[Results]) -> bool:
    """Whether both have shares of kept runs with the same random numbers."""
    manifests = [one.manifest for one in pair]
    alike_seeds = manifests[0].get("seed") == manifests[1].get("seed")
    return alike_seeds and all(SHARES in one.tables and "factors" not in one.manifest for one in pair)


def rivalry_in_words(pair: Sequence[Results], found: Comparison, other: str, rows: Sequence[Row]) -> str:
    """How much of a difference of the hedging index is rivalry itself, where rivalry at the end is not the same.

    The index counts rivalry as distance, so this part is what was put in, whatever countries choose. It is exact: the
    index of the first batch's shares under the rivalry of the other, less that under its own. Nothing where no
    difference among the rows is of the index, or the scenarios cannot be read.
    """
    row = next((row for row in rows if row["outcome"] == INDEX), None)
    sides = [_side(one) for one in pair] if row is not None and found.period else [None]
    worlds = [side for side in sides if side is not None]
    if row is None or len(worlds) < len(pair) or not _same_powers(worlds):
        return ""
    first, name = found.names[0], "_".join(filter(None, (INDEX, row["entity"])))
    ask = f"hedgesim why A B --outcome {name} --by channels"
    random = [{line for line in _lines(world) if line.rate > 0.0} for world in worlds]
    rivalry = [_rivalry(inputs, found.period) for _, inputs in worlds]
    if random[0] == random[1] and bool(np.all(rivalry[0] == rivalry[1])):
        return ""
    part = _parts(pair, worlds, rivalry, found.period, row["entity"]) if random[0] == random[1] else None
    said = f"{what_of(row, found.called)}: {first} and {other} differ in rivalry, which this index counts as distance."
    if part is None:
        return f"{said} How much of the difference that is: {ask}."
    alone, whole, n = part
    text, total = alike((alone, whole), 2, "+")
    return (
        f"{said} That alone, an input and no choice of any country, changes it by {text} where shares are those of"
        f" {first}; in all it changes by {total} (means of {n} kept runs). By channel: {ask}."
    )


World = tuple[Scenario, ScenarioInputs]


def _side(results: Results) -> World | None:
    """The scenario of results with its tables, read again where it was not just run."""
    if results.scenario is not None and results.inputs is not None:
        return results.scenario, results.inputs
    scenario = scenario_in(results.manifest)
    return None if scenario is None else (scenario, read_inputs(scenario))


def _same_powers(worlds: Sequence[World]) -> bool:
    return len({inputs.setting.axes.powers for _, inputs in worlds}) == 1


def _lines(world: World) -> list[Impulse]:
    """Lines of shocks on rivalry."""
    return [line for line in impulses_of(world[0], world[1].tables) if line.channel == "rivalry"]


def _rivalry(inputs: ScenarioInputs, period: str) -> Values:
    """Rivalry of powers in a quarter as dated shocks have made it, axes (1, power, power, 1)."""
    setting = inputs.setting
    step = np.full((1, 1), float(Period.parse(period).index - setting.axes.start.index))
    levels = conditions(setting.shocks, profile(setting.shocks, setting.shocks.onset, step), step[..., None, None])
    return np.asarray(bound(np, setting.rivalry + levels.rivalry, 0.0, 1.0))


def _parts(
    pair: Sequence[Results], worlds: Sequence[World], rivalry: Sequence[Values], period: str, country: str
) -> tuple[float, float, int] | None:
    """Change of the index by rivalry alone, and in all, of a country or the mean, over so many kept runs."""
    if not _kept(pair):
        return None
    axes = worlds[0][1].setting.axes
    secure = [_secure(one, inputs, period, country) for one, (_, inputs) in zip(pair, worlds, strict=True)]
    shared = secure[0].index.intersection(secure[1].index)
    if not len(shared):
        return None
    one, other = (np.asarray(table.loc[shared, list(axes.powers)])[:, None, :, None] for table in secure)
    before, moved, after = (
        float(hedging_index(np, shares, of).mean())
        for shares, of in ((one, rivalry[0]), (one, rivalry[1]), (other, rivalry[1]))
    )
    return moved - before, after - before, shared.get_level_values("run").nunique()


def _secure(results: Results, inputs: ScenarioInputs, period: str, country: str) -> pd.DataFrame:
    """Security shares of the kept runs in a quarter: a row for each run and country, a column for each option."""
    domains = inputs.setting.axes.domains
    wanted = [name for name, is_it in zip(domains, inputs.setting.security.ravel(), strict=True) if is_it]
    where = [("period", "=", period), *([("country", "=", country)] if country else [])]
    rows = results.table(SHARES, columns=[*CELL, "share"], where=where)
    rows = rows[rows["domain"].isin(wanted)]
    return rows.pivot_table(index=["run", "country"], columns="option", values="share", aggfunc="sum")
