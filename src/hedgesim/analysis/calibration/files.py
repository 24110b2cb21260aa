"""A calibration on file: parameters, draws of the posterior, correlations, and how it was made."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml

from hedgesim.analysis.calibration.fitting import Calibration
from hedgesim.results.folders import Folder
from hedgesim.results.manifest import digest_of_sources, now, versions
from hedgesim.scenario import Scenario
from hedgesim.scenario.calibrations import MANIFEST, PARAMETERS, POSTERIOR

CORRELATIONS = "correlations.csv"
DIGITS = 10
"""Significant digits of numbers on file."""


def write_calibration(folder: Path, fitted: Calibration, scenario: Scenario, *, began: str) -> None:
    """Write a calibration into a folder; it is used under the folder's name when that lies in `data/calibration`."""
    tables = {
        PARAMETERS: fitted.parameters,
        POSTERIOR: pd.concat([fitted.draws, by_country(fitted)], axis=1),
        CORRELATIONS: fitted.correlations.rename_axis("parameter").reset_index(),
    }
    manifest = {
        "name": folder.name,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "years": [fitted.record.years[0], fitted.record.years[-1]],
        **fitted.facts,
        "sources_digest": digest_of_sources(),
        **versions("emcee", "SALib"),
        "jax": _version("jax"),
        "began": began,
        "ended": now(),
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110)
    head = "# How the calibration beside it was made. Written by `hedgesim calibrate`.\n"
    place = Folder(folder)
    place.prepare()
    for name, table in tables.items():
        place.write(name, _as_csv(table).encode())
    place.write(MANIFEST, (head + text).encode())


def read_manifest(folder: Path) -> Mapping[str, object]:
    """How a calibration was made."""
    content: Mapping[str, object] = yaml.safe_load((folder / MANIFEST).read_text(encoding="utf-8"))
    return content


def by_country(fitted: Calibration) -> pd.DataFrame:
    """Log likelihoods of the draws from what was observed of every country, for leaving it out.

    Whether a body ended is of no one country.
    """
    shares, statuses = fitted.record.shares.table["country"], fitted.record.statuses.table["country"]
    countries = dict.fromkeys([*statuses, *shares])
    bodies = pd.Series([""] * len(fitted.record.statuses.ended()))
    of_statuses = pd.concat([statuses, statuses, bodies])
    found = {
        f"log_likelihood_{country}": fitted.terms.shares[:, (shares == country).to_numpy()].sum(axis=-1)
        + fitted.terms.statuses[:, (of_statuses == country).to_numpy()].sum(axis=-1)
        for country in countries
    }
    return pd.DataFrame(found)


def _as_csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
