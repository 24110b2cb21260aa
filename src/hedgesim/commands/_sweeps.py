"""What the commands on experiments share: the experiment, its folder, its finished sweep, and findings beside it."""

from __future__ import annotations

import importlib.metadata
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hedgesim.commands._printing import print_lines

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.experiment import Experiment
    from hedgesim.results.results import Results

CHARTS = "charts"
COPIED = ("experiment", "question", "digest", "points_sha256", "design", "samples", "replications", "runs", "failed")
"""Entries of the manifest of a sweep that findings from it keep."""


def read_with_folder(name: str, output: str | None, *, quick: bool) -> tuple[Experiment, str]:
    """An experiment by path or name, reduced to a trial if it is quick, and the folder of its results."""
    from hedgesim.experiment import read_experiment

    experiment = read_experiment(name)
    folder = output or str(Path("results") / (f"{experiment.name}_quick" if quick else experiment.name))
    return experiment.quick() if quick else experiment, folder


def repeats(points: int) -> str:
    """What is said beside a count if some points repeat others."""
    return f" ({points} of them alike to earlier ones and not run again)" if points else ""


def open_sweep(name: str, output: str | None, *, quick: bool) -> tuple[Results, str]:
    """The finished sweep of an experiment and its folder; HedgesimError says how to run or repair it."""
    from hedgesim.analysis.stored import whole_sweep

    experiment, folder = read_with_folder(name, output, quick=quick)
    words = ["hedgesim", "sweep", name, *(["--quick"] if quick else []), *(["-o", output] if output else [])]
    return whole_sweep(experiment, folder, shlex.join(words)), folder


def folder_of_findings(folder: str, kind: str, name: str) -> Path | None:
    """The folder of findings inside that of a sweep; None if the sweep is at an address."""
    from hedgesim.results.folders import Folder

    place = Folder(folder)
    return place.path / kind / name if place.path is not None else None


def write_with_charts(
    results: Results,
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    *,
    facts: Mapping[str, object],
    library: str,
    draw: Callable[[Path], Sequence[Path]],
) -> None:
    """Write findings from a sweep and their charts, in place of the charts that an earlier manifest lists.

    folder: KIND/NAME in that of the sweep. library: the package that computed them.
    """
    from hedgesim.results.findings import write_findings
    from hedgesim.results.folders import MANIFEST

    try:
        listed = json.loads((folder / MANIFEST).read_bytes())["charts"]
    except (OSError, ValueError, KeyError, TypeError):
        listed = []
    for name in listed:
        (folder / CHARTS / Path(str(name)).name).unlink(missing_ok=True)
    charts = [path.name for path in draw(folder / CHARTS)]
    origin = {key: results.manifest[key] for key in COPIED}
    versions = {"library": {library: importlib.metadata.version(library)}}
    write_findings(folder, folder.parent.name, tables, {**facts, **origin, **versions, "charts": charts})


def parameters_of(results: Results) -> str:
    """The origin of the parameters that the experiment does not vary."""
    from hedgesim.scenario.calibrations import in_words

    return "; ".join(in_words(str(name)) for name in results.manifest["parameters"])


def caption_of(results: Results) -> str:
    """The last line of the notes of a chart."""
    from hedgesim.plots.draw import experiment_in_words

    manifest = results.manifest
    about = f"{experiment_in_words(manifest)}, design {manifest['design']}, {manifest['runs']} runs"
    return f"{about}, seed {manifest['seed']}, {parameters_of(results)}."


def runs_of(results: Results) -> str:
    """How many runs there are, of a trial or of the whole experiment, with which parameters."""
    trial = " of a trial (--quick), whose numbers mean little" if results.manifest.get("quick") else ""
    counts = f"{results.manifest['runs']} runs{trial}, {results.manifest['failed']} failed"
    return f"{counts}; {parameters_of(results)}."


def print_end(results: Results, folder: Path | None) -> None:
    """Question, parameters and folder, after the tables of findings."""
    end = f"Tables and charts: {folder}" if folder else "The sweep is at an address, so nothing is written."
    about = f"A property of the model, not of the world. {runs_of(results)}"
    print_lines(results.manifest["question"], about, end)
