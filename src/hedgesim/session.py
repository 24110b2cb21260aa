"""What the faces share: read with known names, write results, draw their charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hedgesim.analysis.grid import Grid, chart_names, points_of
from hedgesim.analysis.simulation import Results
from hedgesim.analysis.twins import Twins
from hedgesim.batch.address import folder_at
from hedgesim.batch.columns import TABLES
from hedgesim.batch.opening import POINT, Sweep
from hedgesim.batch.records import write_manifest
from hedgesim.batch.results import MANIFEST, read_manifest, write_results
from hedgesim.errors import Place, ScenarioError, StoreError
from hedgesim.experiment.points import Factor
from hedgesim.model.period import Period
from hedgesim.plots import Names, draw_all
from hedgesim.plots.charts import CHARTS
from hedgesim.plots.comparisons import paired_chart, sweep_chart
from hedgesim.plots.sweeps import draw_sweep as draw_sweep_pages
from hedgesim.plots.theme import Frame, page, save, theme
from hedgesim.scenario import Scenario
from hedgesim.scenario import read_scenario as read_checked
from hedgesim.scenario.arrays import source
from hedgesim.scenario.calibrations import in_words
from hedgesim.scenario.impulses import impulses_of
from hedgesim.scenario.tables import Tables

PAIRED_CHART = "paired_presence"

BOTH = "a twin and --without cannot both be given"


def read_scenario(name: str | Path, *, overrides: Sequence[str] = (), seed: int | None = None) -> Scenario:
    """Read a scenario by path, else by the name of a packaged one, and check every name in it.

    overrides: `PATH=VALUE` texts laid over the file. seed: wins over the file's.

    Raises:
        ScenarioError: with place, fault and remedy.
    """
    return read_checked(name, overrides=overrides, seed=seed)


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
    try:
        twin = read_scenario(name or scenario.path, overrides=texts, seed=scenario.seed)
    except ScenarioError as error:
        raise _placed(error, f"--set {texts[-1]}", f"--without {' '.join(without)}") if without else error from None
    if (twin.start, twin.end) != (scenario.start, scenario.end):
        fault = f"{twin.name} runs {twin.start} to {twin.end}, {scenario.name} {scenario.start} to {scenario.end}"
        raise ScenarioError(Place("--twin"), fault, "Name a scenario of the same quarters.")
    return twin


def read_points(name: str, grid: Grid, *, seed: int | None) -> list[Scenario]:
    """The scenario at every point of a grid.

    Raises:
        ScenarioError: its place is `--vary` where that is at fault.
    """
    try:
        return [read_scenario(name, overrides=texts, seed=seed) for texts in points_of(grid)]
    except ScenarioError as error:
        raise _placed(error, "--set ", "--vary ") from None


def _placed(error: ScenarioError, before: str, after: str) -> ScenarioError:
    """The same errors with places that the user knows: what they begin with is replaced."""
    moved = [
        ScenarioError(
            Place(str(one.place).replace(before, after, 1)) if str(one.place).startswith(before) else one.place,
            one.fault.removesuffix(" in omit_shocks"),
            one.remedy,
        )
        for one in error.all
    ]
    return ScenarioError(moved[0].place, moved[0].fault, moved[0].remedy, others=moved[1:])


def name_of_twin(scenario: Scenario, twin: Scenario) -> str:
    """What the twin is called: its name, or what it lacks."""
    lacking = [name for name in twin.omit_shocks if name not in scenario.omit_shocks]
    same = twin.name == scenario.name
    return f"{twin.name} without {', '.join(lacking)}" if same and lacking else twin.name


def write(results: Results, folder: Path) -> None:
    """Write tables and manifest into a folder; StoreError if it cannot be written."""
    write_results(folder, results.tables, manifest=results.manifest)


def clear(folder: Path) -> None:
    """Remove the charts and the twins that an earlier run left in a results folder, and nothing else.

    Its tables go when new ones are written. A folder without a manifest is left alone.
    """
    for inner in (folder / "twin", folder / "paired"):
        if not inner.is_symlink():
            _remove_results(inner)
    _remove_charts(folder)


def _remove_results(folder: Path) -> None:
    """Remove results from a folder, and the folder if nothing else is in it."""
    if not _remove_charts(folder):
        return
    for file in (*(f"{name}.parquet" for name in TABLES), MANIFEST):
        (folder / file).unlink(missing_ok=True)
    _remove_if_empty(folder)


def _remove_charts(folder: Path) -> bool:
    """Remove the charts of a results folder; False if it has no manifest."""
    try:
        manifest = read_manifest(folder)
    except StoreError:
        return False
    grid, outcome = manifest.get("grid", {}), manifest.get("outcome", "")
    swept = chart_names(list(grid), str(outcome)).values() if isinstance(grid, dict) else ()
    for name in (*CHARTS, PAIRED_CHART, *(name for name in swept if "/" not in name)):
        for kind in ("png", "svg"):
            (folder / "charts" / f"{name}.{kind}").unlink(missing_ok=True)
    _remove_if_empty(folder / "charts")
    return True


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        folder.rmdir()


def draw(results: Results, folder: Path) -> list[Path]:
    """Draw every chart into a folder, as PNG and SVG."""
    scenario = results.scenario
    caption = (
        f"Scenario {scenario.name}, {results.manifest['runs']} runs, seed {scenario.seed}, "
        f"{in_words(scenario.parameters)}."
    )
    tables = source(scenario).tables
    shocks = shocks_shown(scenario, tables)
    return draw_all(results.tables, names_of(results, tables), shocks=shocks, folder=folder, caption=caption)


def write_grid(table: pd.DataFrame, grid: Grid, *, folder: Path, outcome: str, scenario: Scenario, runs: int) -> None:
    """Write the table of runs of a grid, and draw an outcome against every setting that varies."""
    numbers = {"seed": scenario.seed, "runs": runs, "outcome": outcome, "grid": dict(grid)}
    write_results(folder, {"runs": table}, manifest={"scenario": scenario.name, **numbers})
    caption = f"Scenario {scenario.name}, {runs} runs a point, seed {scenario.seed}, {in_words(scenario.parameters)}."
    names = chart_names(list(grid), outcome)
    charts = folder / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    with theme():
        for path in grid:
            others = [other for other in grid if other != path]
            spread = f" Points and bands go over every value of {', '.join(others)}." if others else ""
            title = f"{outcome} against {path}"
            figure = page(7.0, 4.5, title=title, notes=(caption + spread,), frame=Frame(left=0.9, right=0.3))
            sweep_chart(table, figure.subplots(), parameter=path, outcome=outcome)
            save(figure, charts, name=names[path])


def write_twins(twins: Twins, folder: Path) -> None:
    """Write the paired differences of twins, and draw those of presence."""
    results = twins.first
    name, other = results.scenario.name, name_of_twin(results.scenario, twins.twin.scenario)
    numbers = {"seed": results.case.seed, "runs": results.manifest["runs"], "left_out": twins.left_out}
    write_results(folder, {"paired": twins.paired}, manifest={"scenario": name, "twin": other, **numbers})
    presence = twins.paired[twins.paired["outcome"] == "presence"].rename(columns={"entity": "country"})
    if presence.empty:
        return
    caption = (
        f"{name} less {other} in {results.case.setting.axes.periods[-1]}, {presence['n'].max()} runs paired"
        f" by random numbers, seed {results.case.seed}, {in_words(results.scenario.parameters)}."
        " Thin: 5 to 95 % of runs; thick: mean ± 2 errors."
    )
    charts = folder / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    with theme():
        frame = Frame(left=2.4, right=0.3, below=0.9)
        figure = page(11.0, 7.0, title=f"{name} less {other}", notes=(caption,), frame=frame)
        paired_chart(
            presence,
            figure,
            names=names_of(results, source(results.scenario).tables),
            quantity="difference of presence, share",
        )
        save(figure, charts, name=PAIRED_CHART)


def draw_sweep(results: Sweep, folder: Path) -> list[Path]:
    """Draw the outcomes of a sweep against everything that varies into `charts` of its folder, as PNG and SVG.

    Charts of before are removed, by the list of the manifest, and nothing else is.
    """
    manifest, charts = results.manifest, folder / "charts"
    for name in manifest["charts"]:
        (charts / Path(name).name).unlink(missing_ok=True)
    varied = [Factor(one["path"], one["numeric"]) for one in manifest["factors"]]
    outcomes = [str(name) for name in manifest["outcomes"]]
    columns = [POINT, "run", *(factor.path for factor in varied), *outcomes, "failed"]
    caption = (
        f"Experiment {manifest['experiment']}, {manifest['replications']} runs a point, seed {manifest['seed']},"
        f" {'; '.join(map(in_words, manifest['parameters']))}."
    )
    runs = results.table("runs", columns=columns)
    title = str(manifest["question"])
    paths = draw_sweep_pages(runs, varied, outcomes=outcomes, folder=charts, title=title, caption=caption)
    write_manifest(folder_at(folder), {**manifest, "charts": [path.name for path in paths]})
    return paths


def names_of(results: Results, tables: Tables) -> Names:
    """Names and colours of the axes; the corners of the ternary: the aggressor, its largest peer, the opposite bloc."""
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


def shocks_shown(scenario: Scenario, tables: Tables) -> pd.DataFrame:
    """Dated shocks that act during the runs, one row per shock, columns period and name."""
    impulses = impulses_of(scenario, tables.table("shocks"))
    dated = {(line.onset, line.name) for line in impulses if line.onset <= scenario.end.index - scenario.start.index}
    rows = [(str(Period.from_index(scenario.start.index + int(onset))), name) for onset, name in sorted(dated)]
    return pd.DataFrame(rows, columns=["period", "name"])
