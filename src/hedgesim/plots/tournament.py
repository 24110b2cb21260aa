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
from hedgesim.numbers import sentence, small_apart
from hedgesim.plots.chart import SWEEP, Batch, Chart, Limits, Needs, Pick, Size
from hedgesim.plots.chart import TOURNAMENT as PLAYED
from hedgesim.plots.sweep_pages import of_outcome, plain
from hedgesim.plots.theme import INK, MUTED, NORMAL, SMALL, ink_on, plain_rows, text_width

SHADES = LinearSegmentedColormap.from_list("regret", ["#f7f7f7", "#8c4a00"])
WIDTH, HEIGHT = 0.95, 0.36  # inches of a cell
OVERALL = "mean of all"
WORST = "worst future"
FILL = 0.95  # of a cell, its colour
GAP = 0.35  # of a cell, before the columns over all futures


def tournament_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Regret of every combination of levers in every scenario, the most robust combination first.

    Columns label (the combination), own (whether it is a rule of the user's own), place (1: least regret in the worst
    future; those with the same share it), scenario, mean (outcome over runs), regret (mean over futures of the
    scenario), worst (regret in the worst future of all), words (of the outcome), goal (high or low).
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
    own_rules = _own_rules(batch.manifest)
    rows = [
        (
            _named(combination),
            _is_own(combination, own_rules),
            str(scenario),
            float(means[combination][own].mean()),
            float(one[own].mean()),
            one.max(),
        )
        for combination, one in lost.items()
        for scenario, own in one.groupby("scenario", sort=False).groups.items()
    ]
    table = pd.DataFrame(rows, columns=["label", "own", "scenario", "mean", "regret", "worst"])
    table = table.sort_values("worst", kind="stable", ignore_index=True)
    worst = table.groupby("label", sort=False)["worst"].first()
    places = worst.rank(method="min").astype(int)
    return table.assign(place=table["label"].map(places), words=of_outcome(outcome), goal=goals[outcome])


def _own_rules(manifest: Mapping[str, Any]) -> frozenset[str]:
    """The rules in files of the user's own, of a sweep or of what `hedgesim tournament` found."""
    return frozenset(
        manifest.get("own_rules") or (manifest["rules"] if "factors" in manifest and "rules" in manifest else ())
    )


def _is_own(combination: object, own: frozenset[str]) -> bool:
    return not own.isdisjoint(combination if isinstance(combination, tuple) else (combination,))


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
    texts = np.reshape(small_apart(cells.ravel()), cells.shape)
    for (row, column), regret in np.ndenumerate(cells):
        color = to_hex(SHADES(scale(regret)))
        axis.barh(row, FILL, FILL, left=places[column] - FILL / 2, color=color, lw=0, zorder=1)
        axis.text(
            places[column], row, str(texts[row, column]), ha="center", va="center", size=SMALL, color=ink_on(color)
        )
    first = table.drop_duplicates("label")
    axis.set_yticks(range(len(rules)), list(map(_row, first["place"], first["label"])), size=NORMAL, color=INK)
    for label, own in zip(axis.get_yticklabels(), first["own"], strict=True):
        label.set_fontweight("bold" if own else "normal")
    names = [*map(plain, scenarios), OVERALL, WORST]
    axis.set_xticks(places, names, rotation=30, ha="left", color=MUTED)
    axis.xaxis.tick_top()
    axis.set(xlim=(-0.5, places[-1] + 0.5), ylim=(len(rules) - 0.5, -0.5))
    plain_rows(axis, "left", "bottom", "top")
    axis.tick_params(axis="x", length=0)
    return axis


def _row(place: int, label: str) -> str:
    return f"{place}. {label}"


def describe_tournament(table: pd.DataFrame) -> str:
    """The most and the least robust rule, and the places of the user's own."""
    first, last = table.iloc[0], table.iloc[-1]
    means = table.groupby("label")["regret"].mean().sort_values(kind="stable")
    least, most, mean = small_apart([first["worst"], last["worst"], means.iloc[0]])
    rows = table[table["own"]].drop_duplicates("label")
    places = zip(rows["label"], rows["place"], strict=True)
    own = "".join(f"; {label}: place {place} of {len(means)}" for label, place in places)
    return (
        f"{sentence(first['words'])}, distance from the best rule in the same future (a {first['goal']} value counts as"
        f" good): least in the worst future {first['label']} ({least}), most {last['label']} ({most});"
        f" least on average {means.index[0]} ({mean}){own}."
    )


def tournament_size(table: pd.DataFrame) -> Size:
    """A cell per rule and scenario."""
    names = [plain(str(name)) for name in table["scenario"]]
    left = text_width(map(_row, table["place"], table["label"])) * NORMAL / SMALL + 0.3
    width = WIDTH * (table["scenario"].nunique() + 2 + GAP)
    return Size(width, HEIGHT * table["label"].nunique(), left, 0.8, above=0.6 * text_width(names) + 0.2, below=0.1)


TOURNAMENT = Chart(
    name="tournament",
    shows="distance of each rule from the best one in every scenario, and the worst (experiments with goals, levers)",
    needs=Needs(SWEEP, ("runs",), also=PLAYED),
    picks=("outcome",),
    table=tournament_table,
    draw=draw_tournament,
    describe=describe_tournament,
    limits=tournament_limits,
    title=lambda table: f"{sentence(table['words'].iloc[0])}: distance from the best rule in the same future",
    size=tournament_size,
    reads="0 = best; a {goal} value counts as good here. Mean over futures of a scenario. Place: rank by the worst "
    "future. Bold: a rule of your own.",
)
