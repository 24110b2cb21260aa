"""The scenario that results are of, read again from their manifest, so that any run can be repeated."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hedgesim.errors import HedgesimError, check_type, whole
from hedgesim.results.results import Results, open_results
from hedgesim.rules.catalogue import files_in_use
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.files import ENDINGS
from hedgesim.scenario.known_names import with_any_rule
from hedgesim.scenario.reader import scenario_of_text
from hedgesim.scenario.twins import leaves_of

Source = Scenario | Results | str | Path
"""A scenario, its name or path, or results of runs, as they were opened or by their folder."""


def is_results(source: str | Path) -> bool:
    """Whether a text names a folder or address of results, not a scenario.

    Raises:
        HedgesimError: it is empty, or can only be a folder, and there is none.
    """
    name = str(source)
    if not name:
        raise HedgesimError('""', "the name is empty", "Name a folder of results, or a scenario.")
    if "://" in name or Path(source).is_dir():
        return True
    if not name.endswith(ENDINGS) and "/" in name:
        raise HedgesimError(name, "there is no such folder", "Name a folder of results, or a scenario.")
    return False


def scenario_from(source: Source, seed: int | None = None) -> tuple[Scenario, int | None]:
    """The scenario of a source and, of results, how many runs they have; seed: in place of its own.

    Raises:
        HedgesimError: the results are not of one scenario, or of one that cannot be read from them; or another type.
        ScenarioError, StoreError: the scenario, or the results, cannot be read.
    """
    scenario, runs = _found(source)
    return (scenario if seed is None else scenario.model_copy(update={"seed": whole("seed", seed, 0)})), runs


def _found(source: Source) -> tuple[Scenario, int | None]:
    remedy = "Give what read_scenario or open_results returned, or a name or path."
    check_type("source", source, (Scenario, Results, str, Path), remedy)
    if isinstance(source, Scenario):
        return source, None
    if isinstance(source, str | Path):
        if not is_results(source):
            return read_scenario(source), None
        return _of_results(open_results(source), str(source))
    if source.scenario is not None:
        return source.scenario, int(source.manifest["runs"])
    return _of_results(source, str(source.manifest.get("scenario", "results")))


def _of_results(results: Results, place: str) -> tuple[Scenario, int]:
    """The scenario of a manifest, with the same digest as then."""
    manifest = results.manifest
    if "experiment" in manifest or "grid" in manifest or "scenario_text" not in manifest:
        fault = "these results are not those of one scenario"
        raise HedgesimError(place, fault, "Name the folder of a run, or a scenario.")
    text, name = str(manifest["scenario_text"]), str(manifest["scenario"])
    if "tables" in leaves_of(text):
        raise HedgesimError(place, "its scenario has tables of its own", "Name the file of the scenario.")
    _check_rules(dict(manifest.get("rules") or {}), place)
    scenario = scenario_of_text(text, Path(f"{name}.yaml"))
    if scenario.digest != manifest.get("scenario_digest", scenario.digest):
        fault = "its scenario reads otherwise in this version of hedgesim"
        raise HedgesimError(place, fault, "Run it again, or name the file of the scenario.")
    wrote, here = str(manifest.get("hedgesim", "")), importlib.metadata.version("hedgesim")
    if wrote != here:
        warnings.warn(f"{place}: hedgesim {wrote} wrote it, and {here} may give other numbers.", stacklevel=2)
    return scenario, int(manifest["runs"])


def scenario_in(manifest: Mapping[str, Any]) -> Scenario | None:
    """The scenario that a manifest of a run holds as text, to be shown and not to be run; None if it cannot be read.

    Its rules may be those of a file that is not here.
    """
    text = str(manifest.get("scenario_text", ""))
    if "tables" in leaves_of(text):
        return None
    try:
        return scenario_of_text(text, Path(f"{manifest.get('scenario') or 'scenario'}.yaml"), names=with_any_rule)
    except HedgesimError:
        return None


def _check_rules(rules: dict[str, str], place: str) -> None:
    """Refuse results of rule files that are not in use here as they were then."""
    here = {file.name: file.digest for file in files_in_use()}
    for name, digest in rules.items():
        if here.get(name) != digest:
            fault = f"it was run with a rule file {name}.py that is {'another now' if name in here else 'not given'}"
            raise HedgesimError(place, fault, f"Give the file as it was: --rules {name}.py.")
