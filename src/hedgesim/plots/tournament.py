"""The tournament of rules: by how much each one does worse than the best, scenario by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex

from hedgesim.analysis.regret import losses
from hedgesim.analysis.tournament import RULE
from hedgesim.errors import HedgesimError, choose_from
from hedgesim.plots.chart import SWEEP, Batch, Chart, Limits, Needs, Pick, Size
from hedgesim.plots.chart import TOURNAMENT as PLAYED
from hedgesim.plots.sweep_pages import plain
from hedgesim.plots.theme import INK, MUTED, NORMAL, SMALL, ink_on, plain_rows, text_width

SHADES = LinearSegmentedColormap.from_list("regret", ["#f7f7f7", "#8c4a00"])
WIDTH, HEIGHT = 0.95, 0.36  # inches of a cell
OVERALL = "mean of all"
WORST = "worst future"
FILL = 0.95  # of a cell, its colour
GAP = 0.35  # of a cell, before the columns over all futures


def tournament_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Regret of every combination of levers in every scenario, the most robust combination first.

    Columns label (the combination), scenario, mean (outcome over runs), regret (mean over futures of the scenario),
    worst (regret in the worst future of all), words (of the outcome), goal (high or low).
    """
    (batch,) = batches
    goals, levers = _goals_and_levers(batch)
    outcome = pick.outcome or next(iter(goals), "")
    if outcome not in goals:
        fault = "the experiment has no goal" if not goals else f"the experiment has no goal for {outcome}"
        remedy = (
            choose_from(outcome, goals) if goals else "Write goals, like {hedging_index: high}, and sweep it again."
        )
        raise HedgesimError(f"--outcome {outcome}" if pick.outcome else batch.name, fault, remedy)
    if not levers:
        raise HedgesimError(batch.name, "the experiment has no levers", "Draw phase_map, or sweep with levers.")
    means, lost = losses(batch.tables["runs"], levers, outcome=outcome, goal=goals[outcome])
    rows = [
        (_named(combination), str(scenario), float(means[combination][own].mean()), float(one[own].mean()), one.max())
        for combination, one in lost.items()
        for scenario, own in one.groupby("scenario", sort=False).groups.items()
    ]
    table = pd.DataFrame(rows, columns=["label", "scenario", "mean", "regret", "worst"])
    table = table.sort_values("worst", kind="stable", ignore_index=True)
    return table.assign(words=plain(outcome), goal=goals[outcome])


def _goals_and_levers(batch: Batch) -> tuple[dict[str, str], list[str]]:
    """Goals by outcome, and columns of levers, of a sweep or of what `hedgesim tournament` found."""
    manifest: Mapping[str, Any] = batch.manifest
    if "factors" in manifest:
        levers = [str(one["path"]) for one in manifest["factors"] if one["role"] == "levers"]
        return dict(manifest.get("goals") or {}), levers
    regrets = batch.tables["regrets"]
    return dict(zip(regrets["outcome"], regrets["goal"], strict=True)), [RULE]


def _named(combination: object) -> str:
    values = combination if isinstance(combination, tuple) else (combination,)
    return ", ".join(plain(str(value)) for value in values)


def tournament_limits(table: pd.DataFrame) -> Limits:
    """From no regret to the worst."""
    return 0.0, max(float(table["worst"].max()), 1e-12)


def draw_tournament(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A row per rule and a column per scenario, the darker the larger the regret; right, over all futures."""
    low, high = limits or tournament_limits(table)
    rules, scenarios = list(dict.fromkeys(table["label"])), list(dict.fromkeys(table["scenario"]))
    scale, places = Normalize(low, high), [*range(len(scenarios)), len(scenarios) + GAP, len(scenarios) + 1 + GAP]
    wide = table.pivot(index="label", columns="scenario", values="regret").reindex(index=rules, columns=scenarios)
    worst = table.drop_duplicates("label").set_index("label")["worst"]
    cells = wide.assign(**{OVERALL: wide.mean(axis=1), WORST: worst}).to_numpy(dtype=np.float64)
    for (row, column), regret in np.ndenumerate(cells):
        color = to_hex(SHADES(scale(regret)))
        axis.barh(row, FILL, FILL, left=places[column] - FILL / 2, color=color, lw=0, zorder=1)
        text = "0" if regret == 0.0 else f"{regret:.2g}"
        axis.text(places[column], row, text, ha="center", va="center", size=SMALL, color=ink_on(color))
    axis.set_yticks(range(len(rules)), rules, size=NORMAL, color=INK)
    names = [*map(plain, scenarios), OVERALL, WORST]
    axis.set_xticks(places, names, rotation=30, ha="left", color=MUTED)
    axis.xaxis.tick_top()
    axis.set(xlim=(-0.5, places[-1] + 0.5), ylim=(len(rules) - 0.5, -0.5))
    plain_rows(axis, "left", "bottom", "top")
    axis.tick_params(axis="x", length=0)
    return axis


def describe_tournament(table: pd.DataFrame) -> str:
    """The most and the least robust rule."""
    first, last = table.iloc[0], table.iloc[-1]
    means = table.groupby("label")["regret"].mean().sort_values(kind="stable")
    return (
        f"Regret of {first['words']} (good: {first['goal']}): least in the worst future {first['label']}"
        f" ({first['worst']:.2g}), most {last['label']} ({last['worst']:.2g});"
        f" least on average {means.index[0]} ({means.iloc[0]:.2g})."
    )


def tournament_size(table: pd.DataFrame) -> Size:
    """A cell per rule and scenario."""
    names = [plain(str(name)) for name in table["scenario"]]
    left = text_width(table["label"]) * NORMAL / SMALL + 0.3
    width = WIDTH * (table["scenario"].nunique() + 2 + GAP)
    return Size(width, HEIGHT * table["label"].nunique(), left, 0.8, above=0.6 * text_width(names) + 0.2, below=0.1)


TOURNAMENT = Chart(
    name="tournament",
    shows="the regret of every rule in every scenario, and in the worst future (experiments with goals and levers)",
    needs=Needs(SWEEP, ("runs",), also=PLAYED),
    picks=("outcome",),
    table=tournament_table,
    draw=draw_tournament,
    describe=describe_tournament,
    limits=tournament_limits,
    title=lambda table: "Regret of {words} by rule and scenario (good: {goal})".format(**table.iloc[0]),
    size=tournament_size,
    reads="By how much a rule does worse than the best one of the same future, mean over futures. First row: least"
    " regret in the worst future.",
)
