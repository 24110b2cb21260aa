"""A calibration on file: parameters, draws of the posterior, correlations, and the facts of how it was fitted."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import yaml

from hedgesim.analysis.calibration.fit import Calibration
from hedgesim.results.folders import Folder, digest_of_sources, now, versions
from hedgesim.scenario import Scenario
from hedgesim.scenario.calibrations import MANIFEST, PARAMETERS, POSTERIOR

CORRELATIONS = "correlations.csv"
HEAD = "# How this calibration was fitted. Written by `hedgesim calibrate`.\n"
DIGITS = 10
"""Significant digits of numbers on file."""


def write_calibration(folder: Path, fitted: Calibration, scenario: Scenario, *, began: str) -> None:
    """Write a calibration; a folder in `data/calibration` is used under its name."""
    tables = {
        PARAMETERS: fitted.parameters,
        POSTERIOR: fitted.draws,
        CORRELATIONS: fitted.correlations.rename_axis("parameter").reset_index(),
    }
    manifest = {
        "name": folder.name,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        **fitted.facts,
        "sources_digest": digest_of_sources(),
        **versions("emcee", "SALib"),
        "jax": _version("jax"),
        "began": began,
        "ended": now(),
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110)
    place = Folder(folder)
    place.prepare()
    for name, table in tables.items():
        place.write(name, table.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g").encode())
    place.write(MANIFEST, (HEAD + text).encode())


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
