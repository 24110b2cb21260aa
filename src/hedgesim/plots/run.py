"""The charts of a run, those of a run and its twin, and how charts are drawn with results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hedgesim.errors import check_path
from hedgesim.numbers import sentence
from hedgesim.plots import trajectories as lines
from hedgesim.plots.attendance import ATTENDANCE
from hedgesim.plots.batches import START_TABLES, batch_of, experiment_in_words, trust_in
from hedgesim.plots.chart import ANY, RUN, Batch, Chart, Needs
from hedgesim.plots.formats import FORMATS
from hedgesim.plots.pages import draw_charts
from hedgesim.plots.paired import PAIRED as DIFFERENCES
from hedgesim.plots.ternary import TERNARY
from hedgesim.plots.trust import Trust
from hedgesim.results.ownership import PAIRED, Part, drawn, write_files
from hedgesim.results.region import REGION, fitted_elsewhere, kept_of, names_in
from hedgesim.results.results import Results, check_results
from hedgesim.results.tables import RUNS, SUMMARY
from hedgesim.results.twins import Twins
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import coverage_of, in_words

PRESENCE = Chart(
    name="presence",
    shows="the share of every power in each country's foreign policy over time, with its spread at the end",
    needs=Needs(RUN, ("summary", "shares")),
    picks=("country",),
    table=lines.presence_table,
    draw=lines.draw_presence,
    describe=lines.describe_presence,
    limits=lines.presence_limits,
    title=lambda _: "Presence in each country's foreign policy",
    size=lambda _: lines.PANEL,
    reads="Share of each option, weighted mean over domains. Lines: median over runs; bars: 5 to 95 % of runs at the"
    " end. ° and white dot: most of the starting value is prior-dominated, where the prior outweighs"
    " the data.",
    panels="panel",
    keys=lines.presence_keys,
    dated=True,
    years=1.0 / (1.0 + lines.END_PART),
    parts=("shares",),
    about=lines.SHARES,
)
HEDGING = Chart(
    name="hedging_index",
    shows="the hedging index of each country over time with its band, and the index by arithmetic",
    needs=Needs(RUN, ("summary",)),
    picks=("country",),
    table=lines.hedging_table,
    draw=lines.draw_outcome,
    describe=lines.describe_outcome,
    limits=lines.outcome_limits,
    title=lambda _: "Hedging index, 0 to 1",
    size=lines.outcome_size,
    reads="Division of the security portfolio between rival powers. 0: an isolated country, or a loyal ally of one "
    "side. Countries with overlapping bands cannot be ranked. Dotted: by arithmetic, under the same rivalry, with the "
    "security share of the aggressor as simulated and the other shares in the proportions of the start.",
    panels="panel",
    keys=lines.outcome_keys,
    dated=True,
    parts=("security shares", "rivalry"),
    about=("hedging_index",),
)
OUTCOME = Chart(
    name="outcome",
    shows="any outcome over time with its band, a panel per country if countries have it (--outcome)",
    needs=Needs(RUN, ("summary",)),
    picks=ANY,
    table=lines.outcome_table,
    draw=lines.draw_outcome,
    describe=lines.describe_outcome,
    limits=lines.outcome_limits,
    title=lambda table: sentence(str(table["words"].iloc[0])),
    size=lines.outcome_size,
    panels="panel",
    keys=lines.outcome_keys,
    dated=True,
)
THREAT = Chart(
    name="threat",
    shows="the rise of perceived threat from every power over time, mean over countries",
    needs=Needs(RUN, ("relations",)),
    table=lines.threat_table,
    draw=lines.draw_lines,
    describe=lines.describe_lines,
    limits=lines.open_limits,
    title=lambda _: "Rise of perceived threat, mean over countries",
    size=lines.lines_size,
    reads="Line: median over runs; band: 5 to 95 % of runs. There is no upper limit.",
    dated=True,
    parts=("proximity",),
    about=("threat", "closeness", "affinity"),
)
TRUST = Chart(
    name="trust",
    shows="the trust of each country in the others over time",
    needs=Needs(RUN, ("summary",)),
    picks=("country",),
    table=lines.trust_table,
    draw=lines.draw_lines,
    describe=lines.describe_lines,
    limits=lines.unit_limits,
    title=lambda _: "Trust in the other countries, 0 to 1",
    size=lines.lines_size,
    reads="Line: median over runs; band: 5 to 95 % of runs.",
    dated=True,
    parts=("trust",),
    about=("trust",),
)
CHARTS = (PRESENCE, HEDGING, TERNARY, FORMATS, ATTENDANCE, THREAT, TRUST)
"""Charts that are drawn with every run."""


def draw_run(batch: Batch, folder: Path) -> list[Path]:
    """Draw the charts of a run as .png and .svg and return the paths; a chart that has no rows is left out."""
    return draw_charts([chart for chart in CHARTS if not chart.lacking(batch)], [batch], folder)


def draw_pairs(first: Batch, second: Batch, folder: Path) -> list[Path]:
    """Draw how the second batch differs from the first; nothing if no run succeeded in both."""
    return draw_charts([DIFFERENCES], [first, second], folder)


def files_of_charts() -> list[str]:
    """Names of the files that charts of a run or a twin may have, in the folder of its results."""
    names = [chart.name for chart in (*CHARTS, DIFFERENCES)]
    return [f"charts/{name}.{kind}" for name in names for kind in ("png", "svg")]


def draw(results: Results, folder: str | Path) -> list[Path]:
    """Draw every chart of a run into a folder, as PNG and SVG.

    Results that were read from a folder have the names and shocks of their scenario where it can be read again.

    Raises:
        StoreError: the folder cannot be made, or a table is missing or damaged.
        HedgesimError: the folder is no path, or the results are none.
    """
    check_results("results", results)
    check_path("folder", folder)
    return draw_run(batch_of(results), Path(folder))


def draw_grid(results: Results, scenario: Scenario, folder: Path) -> list[Path]:
    """Draw the outcome of a grid against every setting that varies, into a folder."""
    from hedgesim.plots.sweeps import draw_grid as draw_grid_pages

    grid: Mapping[str, Sequence[str]] = results.manifest["grid"]
    outcome, count = results.manifest["outcome"], results.manifest["runs"]
    trust = trust_in(scenario, read_inputs(scenario)).line(*START_TABLES)
    words = in_words(scenario.parameters, elsewhere=scenario.tables_folder is not None)
    caption = f"Scenario {scenario.name}, {count} runs a point, seed {scenario.seed}, {words}. {trust}"
    names, quarter = names_in([kept_of(scenario)]), str(scenario.end)
    runs = results.table(RUNS)
    return draw_grid_pages(
        runs, list(grid), outcome=outcome, folder=folder, caption=caption, names=names, quarter=quarter
    )


def draw_twins(twins: Twins, folder: Path) -> list[Path]:
    """Draw the paired differences of the presence of twins into a folder."""
    name, other = twins.names
    first, second = batch_of(twins.twin, other), batch_of(twins.first, name)
    whole = {PAIRED: twins.paired, **{name: second.tables[name] for name in (SUMMARY, RUNS)}}
    return draw_pairs(first, replace(second, tables=whole), folder)


def draw_sweep(results: Results, folder: Path) -> None:
    """Draw the outcomes of a sweep against everything that varies into `charts` of its folder, as PNG and SVG.

    They replace the charts that its manifest lists.
    """
    from hedgesim.experiment.points import Factor
    from hedgesim.plots.sweep_pages import quarter_of
    from hedgesim.plots.sweeps import draw_sweep as draw_sweep_pages

    manifest = results.manifest
    varied = [Factor(one["path"], one["numeric"]) for one in manifest["factors"]]
    outcomes = [str(name) for name in manifest["outcomes"]]
    columns = ["point", "run", *(factor.path for factor in varied), *outcomes, "failed"]
    parameters = [str(name) for name in manifest["parameters"]]
    elsewhere = fitted_elsewhere(manifest)
    fits = (in_words(name, elsewhere=REGION in manifest) for name in parameters)
    coverage = coverage_of(*parameters) if len(parameters) == 1 and REGION not in manifest else pd.DataFrame()
    caption = (
        f"{experiment_in_words(manifest)}, {manifest['replications']} runs a point, seed {manifest['seed']},"
        f" {'; '.join(fits)}. {Trust(coverage=coverage, elsewhere=elsewhere).line()}"
    )
    runs, title = results.table(RUNS, columns=columns), str(manifest["question"])

    def draw_into(charts: Path) -> list[Path]:
        return draw_sweep_pages(
            runs,
            varied,
            outcomes=outcomes,
            folder=charts,
            title=title,
            caption=caption,
            names=names_in([manifest]),
            quarter=quarter_of(manifest, runs),
        )

    write_files(Part(folder, drawn(draw_into), manifest))
