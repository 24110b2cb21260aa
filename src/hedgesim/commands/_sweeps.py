"""What the commands on experiments share: the experiment, its folder, its finished sweep, and findings beside it."""

from __future__ import annotations

import importlib.metadata
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hedgesim.commands._options import folder_of_results, untaken
from hedgesim.commands._printing import print_lines
from hedgesim.errors import ScenarioError, StoreError

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.experiment import Experiment
    from hedgesim.results.plan import SweepPlan
    from hedgesim.results.results import Results

COPIED = ("experiment", "question", "digest", "points_sha256", "design", "samples", "replications", "runs", "failed")
"""Entries of the manifest of a sweep that findings from it keep."""


def plan_with_folder(
    name: str, output: str | None, *, backend: str, quick: bool, overwrite: bool = False
) -> tuple[SweepPlan, str]:
    """What is to be run of an experiment by path or name, and the folder of its results.

    quick: whether the experiment is reduced to a trial.
    """
    from hedgesim.results.folders import Folder
    from hedgesim.results.plan import SweepPlan
    from hedgesim.results.sweep import check_sweep

    read, plain = _read(name, quick=quick)
    plan = SweepPlan.of(read, backend=backend)
    if output is not None:
        return plan, output

    def check(folder: Path) -> None:
        check_sweep(Folder(folder), plan, overwrite=overwrite)

    return plan, str(folder_of_results(None, plain, plan.identity, check))


def _read(name: str, *, quick: bool) -> tuple[Experiment, str]:
    """An experiment, or its trial, and what it is called."""
    from hedgesim.experiment import read_experiment

    read = read_experiment(name)
    return (read.quick(), f"{read.name}_quick") if quick else (read, read.name)


def repeats(points: int) -> str:
    """What is said beside a count if some points repeat others."""
    return f" ({points} of them equal to earlier points and not run again)" if points else ""


def open_sweep(name: str, output: str | None, *, quick: bool) -> tuple[Results, str]:
    """The finished sweep of an experiment and its folder; HedgesimError says how to run or repair it."""
    from hedgesim.analysis.stored import whole_sweep

    experiment, plain = _read(name, quick=quick)
    folder = output if output is not None else _found(experiment, plain)
    words = ["hedgesim", "sweep", name, *(["--quick"] if quick else []), *(["-o", output] if output else [])]
    return whole_sweep(experiment, folder, shlex.join(words)), folder


def _found(experiment: Experiment, name: str) -> str:
    """The folder below `results` with the sweep of an experiment, by content; the usual one if there is none."""
    from hedgesim.experiment import design_points
    from hedgesim.results.folders import Folder
    from hedgesim.results.manifest import manifest_in
    from hedgesim.results.ownership import IDENTITY
    from hedgesim.results.plan import identity_of_sweep

    try:
        wanted = {IDENTITY: identity_of_sweep(design_points(experiment))}
    except ScenarioError:  # it may need rules of the user's own, which an analysis does not
        wanted = {"digest": experiment.digest}
    plain = folder_of_results(None, name, "", lambda _: None)
    for folder in (plain, *sorted(plain.parent.glob(f"{plain.name}-*"))):
        with suppress(StoreError):
            if wanted.items() <= (manifest_in(Folder(folder)) or {}).items():
                return str(folder)
    return str(plain)


def folder_in_sweep(folder: str, kind: str, name: str) -> Path | None:
    """The folder of findings inside that of a sweep; None if the sweep is at an address."""
    from hedgesim.results.folders import Folder

    place = Folder(folder)
    return place.path / kind / name if place.path is not None else None


def write_beside(
    results: Results,
    plain: Path | None,
    tables: Mapping[str, pd.DataFrame],
    *,
    facts: Mapping[str, object],
    library: str,
    draw: Callable[[Path], Sequence[Path]],
    overwrite: bool,
) -> tuple[Path | None, str]:
    """Write findings from a sweep and their charts; give their folder and a line that names it, or says why not.

    plain: KIND/NAME in the folder of the sweep, None if that is at an address. library: the package that computed them.
    """
    from hedgesim.results.ownership import IDENTITY, check_folder
    from hedgesim.results.results import write_findings
    from hedgesim.scenario.checked import digest_of

    if plain is None:
        return None, "The sweep is at an address, so nothing is written."
    kind, origin = plain.parent.name, {key: results.manifest[key] for key in COPIED}
    identity = digest_of({**facts, **{key: origin[key] for key in ("digest", "points_sha256")}})
    known = {IDENTITY: identity, **facts, **origin, "library": {library: importlib.metadata.version(library)}}
    try:
        folder = untaken(plain, identity, lambda place: check_folder(place, kind, identity, overwrite=overwrite))
        write_findings(folder, kind, tables, known, draw=draw, overwrite=overwrite)
    except (OSError, StoreError) as error:
        return None, f"Nothing is written. {error}"
    return folder, f"Tables and charts: {folder}"


def parameters_of(results: Results) -> str:
    """The origin of the parameters that the experiment does not vary."""
    from hedgesim.results.region import REGION
    from hedgesim.scenario.calibrations import in_words

    own = REGION in results.manifest
    return "; ".join(in_words(str(name), elsewhere=own) for name in results.manifest["parameters"])


def caption_of(results: Results) -> str:
    """The last line of the notes of a chart."""
    from hedgesim.plots.batches import experiment_in_words

    manifest = results.manifest
    about = f"{experiment_in_words(manifest)}, design {manifest['design']}, {manifest['runs']} runs"
    return f"{about}, seed {manifest['seed']}, {parameters_of(results)}."


def runs_of(results: Results) -> str:
    """How many runs there are, of a trial or of the whole experiment, with which parameters."""
    trial = " of a trial (--quick), whose numbers mean little" if results.manifest.get("quick") else ""
    counts = f"{results.manifest['runs']} runs{trial}, {results.manifest['failed']} failed"
    return f"{counts}; {parameters_of(results)}."


def print_end(results: Results, written: str) -> None:
    """Question, parameters and what is written, after the tables of findings."""
    about = f"A property of the model, not of the world. {runs_of(results)}"
    print_lines(results.manifest["question"], about, written)
