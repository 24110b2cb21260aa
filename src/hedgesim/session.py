"""What the faces share: read with known names, write results, draw their charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hedgesim.analysis.grid import Grid
from hedgesim.analysis.simulation import Results
from hedgesim.batch.results import write_results
from hedgesim.model.period import Period
from hedgesim.plots import Names, draw_all
from hedgesim.plots.comparisons import paired_chart, sweep_chart
from hedgesim.plots.theme import Frame, page, save, theme
from hedgesim.scenario import Place, Scenario, ScenarioError
from hedgesim.scenario import read_scenario as read_checked
from hedgesim.scenario.arrays import source
from hedgesim.scenario.impulses import impulses_of
from hedgesim.scenario.known_names import known_names

BOTH = "a twin and --without cannot both be given"


def read_scenario(name: str | Path, *, overrides: Sequence[str] = (), seed: int | None = None) -> Scenario:
    """Read a scenario by path, else by the name of a packaged one, and check every name in it.

    overrides: `PATH=VALUE` texts laid over the file. seed: wins over the file's.

    Raises:
        ScenarioError: with place, fault and remedy.
    """
    return read_checked(name, overrides=overrides, seed=seed, vocabulary=known_names)


def read_twin(
    scenario: Scenario, name: str | None, without: Sequence[str], *, overrides: Sequence[str] = ()
) -> Scenario | None:
    """The twin of a scenario: another one by name, or the same without some shocks; None if neither is asked for.

    overrides: those of the scenario, which hold for the twin too. The twin takes the scenario's seed.

    Raises:
        ScenarioError: both are asked for, the twin has other quarters, or a name is unknown.
    """
    if name is None and not without:
        return None
    if name is not None and without:
        raise ScenarioError(Place("--twin"), BOTH, "Give one of them.")
    omitted = ", ".join((*scenario.omit_shocks, *without))
    texts = (*overrides, f"omit_shocks=[{omitted}]") if without else overrides
    twin = read_scenario(name or scenario.path, overrides=texts, seed=scenario.seed)
    if (twin.start, twin.end) != (scenario.start, scenario.end):
        fault = f"{twin.name} runs {twin.start} to {twin.end}, {scenario.name} {scenario.start} to {scenario.end}"
        raise ScenarioError(Place("--twin"), fault, "Name a scenario of the same quarters.")
    return twin


def name_of_twin(scenario: Scenario, twin: Scenario) -> str:
    """What the twin is called: its name, or what it lacks."""
    lacking = [name for name in twin.omit_shocks if name not in scenario.omit_shocks]
    return twin.name if twin.name != scenario.name else f"{twin.name} without {', '.join(lacking)}"


def write(results: Results, folder: Path) -> None:
    """Write tables and manifest into a folder; StoreError if it cannot be written."""
    write_results(folder, results.tables, manifest=results.manifest)


def draw(results: Results, folder: Path) -> list[Path]:
    """Draw every chart into a folder, as PNG and SVG."""
    scenario = results.scenario
    caption = (
        f"Scenario {scenario.name}, {results.manifest['runs']} runs, seed {scenario.seed}, "
        f"parameters: {scenario.parameters} (starting magnitudes, not calibrated, not yet scored)."
    )
    return draw_all(results.tables, names_of(results), shocks=shocks_shown(results), folder=folder, caption=caption)


def write_grid(table: pd.DataFrame, grid: Grid, *, folder: Path, outcome: str, scenario: Scenario, runs: int) -> None:
    """Write the table of runs of a grid, and draw an outcome against every setting that varies."""
    manifest = {"scenario": scenario.name, "seed": scenario.seed, "runs": runs, "grid": dict(grid)}
    write_results(folder, {"runs": table}, manifest=manifest)
    caption = f"Scenario {scenario.name}, {runs} runs a point, seed {scenario.seed}, not calibrated."
    charts = folder / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    with theme():
        for path in grid:
            title = f"{outcome} against {path}"
            figure = page(7.0, 4.5, title=title, notes=(caption,), frame=Frame(left=0.9, right=0.3))
            sweep_chart(table, figure.subplots(), parameter=path, outcome=outcome)
            save(figure, charts, name=f"{outcome}_by_{path.rpartition('.')[2]}")


def write_twins(results: Results, twin: Results, differences: pd.DataFrame, *, folder: Path) -> None:
    """Write the paired differences of two results, and draw those of presence."""
    name, other = results.scenario.name, name_of_twin(results.scenario, twin.scenario)
    manifest = {"scenario": name, "twin": other, "seed": results.case.seed}
    write_results(folder, {"paired": differences}, manifest=manifest)
    presence = differences[differences["outcome"] == "presence"].rename(columns={"entity": "country"})
    n = int(presence["n"].max())
    caption = (
        f"{name} less {other} in {results.case.setting.axes.periods[-1]}, {n} runs paired"
        f" by random numbers, seed {results.case.seed}, not calibrated."
        " Thin: 5 to 95 % of runs; thick: mean ± 2 errors."
    )
    charts = folder / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    with theme():
        figure = page(
            11.0,
            7.0,
            title=f"{name} less {other}",
            notes=(caption,),
            frame=Frame(left=2.4, right=0.3, below=0.9),
        )
        paired_chart(presence, figure, names=names_of(results), quantity="difference of presence, share")
        save(figure, charts, name="paired_presence")


def names_of(results: Results) -> Names:
    """Names and colours of the axes; the corners of the ternary: the aggressor, its largest peer, the opposite bloc."""
    tables = source(results.scenario).tables
    formats = tables.table("formats")
    titles = dict(zip(formats["format"], formats["name"], strict=True))
    return Names.from_axes(tables.table("axes"), formats=titles, corners=_corners(results, tables.table("axes")))


def _corners(results: Results, axes: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Corners of the ternary: the aggressor, the opposite bloc, and the largest power of neither."""
    setting = results.case.setting
    powers = pd.Series(setting.bloc.ravel(), index=setting.axes.powers)
    aggressor = setting.axes.powers[int(setting.aggressor.ravel().argmax())]
    opposite = tuple(powers.index[powers * powers[aggressor] < 0.0])
    mass = pd.Series(setting.capability.ravel(), index=setting.axes.powers)
    rest = mass.drop([aggressor, *opposite])
    if not opposite or rest.empty:
        return {}
    third = str(rest.idxmax())
    names = axes[axes["axis"] == "power"].set_index("code")["name"]
    bloc = str(names[opposite[0]]) if len(opposite) == 1 else " + ".join(opposite)
    return {str(names[aggressor]): (aggressor,), str(names[third]): (third,), bloc: opposite}


def shocks_shown(results: Results) -> pd.DataFrame:
    """Dated shocks that act during the runs, one row per shock, columns period and name."""
    scenario = results.scenario
    impulses = impulses_of(scenario, source(scenario).tables.table("shocks"))
    dated = {(line.onset, line.name) for line in impulses if line.onset <= scenario.end.index - scenario.start.index}
    rows = [(str(Period.from_index(scenario.start.index + int(onset))), name) for onset, name in sorted(dated)]
    return pd.DataFrame(rows, columns=["period", "name"])
