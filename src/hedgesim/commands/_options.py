"""Options that several commands take, and the checks of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from hedgesim.commands._printing import print_aside
from hedgesim.errors import HedgesimError, StoreError, choose_from


def one_by_one(option: str) -> Callable[[list[str] | None], list[str] | None]:
    """The callback of an option that is repeated: it refuses names that are joined by commas."""

    def check(names: list[str] | None) -> list[str] | None:
        for name in names or ():
            if "," in name:
                again = " ".join(f"{option} {part.strip()}" for part in name.split(",") if part.strip())
                raise HedgesimError(f"{option} {name}", "it names several values", f"Repeat the option: {again}.")
        return names

    return check


ScenarioName = Annotated[str, Argument(metavar="SCENARIO", help="Path of a YAML file, or name of a packaged scenario.")]
ExperimentName = Annotated[
    str, Argument(metavar="EXPERIMENT", help="Path of a YAML file, or name of a packaged experiment.")
]
Output = Annotated[str | None, Option("--output", "-o", metavar="DIR", help="Folder of the results.")]
Overwrite = Annotated[bool, Option("--overwrite", help="Replace other results in the folder.")]
Store = Annotated[
    str | None,
    Option("--output", "-o", metavar="DIR", help="Folder of the results, or an address that fsspec can open."),
]
Settings = Annotated[list[str] | None, Option("--set", metavar="PATH=VALUE", help="Replace one value of the scenario.")]
Outcomes = Annotated[
    list[str] | None,
    Option(
        "--outcome",
        metavar="NAME",
        callback=one_by_one("--outcome"),
        help="Outcome such as member_AZE_CM; may be repeated.",
    ),
]
Seed = Annotated[int | None, Option(help="Seed that replaces the seed of the scenario.")]
RuleFiles = Annotated[
    list[str] | None, Option("--rules", metavar="FILE", help="Python file with a rule of your own; may be repeated.")
]
Calibration = Annotated[str, Option(metavar="NAME", help="Calibration; parameters are drawn from its posterior.")]
Backend = Annotated[str, Option(help="Array library of the ensemble: numpy, or jax (compiled).")]
FitBackend = Annotated[
    str, Option("--backend", help="Array library of the ensemble: numpy, jax (compiled), or auto: jax if installed.")
]
Workers = Annotated[int, Option(help="Processes that share the runs.")]
Quick = Annotated[bool, Option("--quick", help="A trial: few samples and levels, at most two replications.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON instead of tables.")]


def check_counts(*, runs: int = 1, keep: int = 0, workers: int = 1) -> None:
    """Refuse numbers out of range."""
    check_least("--runs", runs, 1, "there must be at least one run")
    check_least("--keep", keep, 0, "a number of runs cannot be negative")
    check_least("--workers", workers, 1, "there must be at least one process")


def check_least(option: str, value: int, least: int, fault: str) -> None:
    """Refuse a number below the least that an option takes."""
    if value < least:
        raise HedgesimError(f"{option} {value}", fault, f"Give {option} {least} or more.")


def check_calibration(name: str, known: Iterable[str]) -> None:
    """Refuse a calibration that is not known, or is of another edition of the model."""
    from hedgesim.scenario.calibrations import why_refused

    refused = why_refused(name)
    if refused:
        raise HedgesimError(f"--calibration {name}", *refused)
    if name not in known:
        fault = "there is no such calibration"
        raise HedgesimError(f"--calibration {name}", fault, choose_from(name, known))


def posterior_of(calibration: str) -> dict[str, list[float]]:
    """The posterior of a calibration by name; HedgesimError where there is none."""
    from hedgesim.scenario import calibrations as shipped

    check_calibration(calibration, [name for name in shipped.calibrations() if name != shipped.PRIOR])
    return shipped.posterior_table(calibration)


def use_rules(paths: Iterable[str] | None) -> list[Any]:
    """Add the rules of the user's own files; HedgesimError if one breaks the contract of rules."""
    if not paths:
        return []
    from hedgesim.engines.rule_check import use_rule_files

    return use_rule_files(paths)


def folder_of_results(output: str | None, name: str, identity: str, check: Callable[[Path], object]) -> Path:
    """The folder of results on this computer: the one of -o, else `results/NAME` or what `untaken` gives for it.

    check: refuses a folder that cannot take them, by a StoreError.
    """
    from hedgesim.results.folders import Folder

    if output is None:
        return untaken(Path("results") / (name.strip(".") or "unnamed"), identity, check)
    folder = Folder(output).path
    if folder is None:
        raise HedgesimError(f"-o {output}", "these results are written to this computer", "Name a folder of it.")
    check(folder)
    return folder


def untaken(plain: Path, identity: str, check: Callable[[Path], object]) -> Path:
    """A folder, or where it is taken one with a part of the identity in its name, which is said."""
    from hedgesim.results.ownership import DIGITS

    try:
        check(plain)
    except StoreError:
        other = plain.with_name(f"{plain.name}-{identity[:DIGITS]}")
        check(other)
        print_aside(f"{plain} is taken; these results go to {other}")
        return other
    return plain


def folder_of_findings(output: str | None, command: str, identity: str, *, overwrite: bool) -> Path:
    """The folder of what a command finds, ready to be written; see `folder_of_results`."""
    from hedgesim.results.folders import Folder
    from hedgesim.results.ownership import check_folder

    def check(folder: Path) -> None:
        check_folder(folder, command, identity, overwrite=overwrite)

    folder = folder_of_results(output, command, identity, check)
    Folder(folder).prepare()
    return folder
