"""Named calibrations: values of shared parameters fitted to the record, which a scenario takes by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd
import yaml

PRIOR = "prior"
"""The parameters as declared in the code."""

SHIPPED = PRIOR
"""The calibration whose values hold unless a scenario names another."""

FOLDER = "calibration"
PARAMETERS, POSTERIOR, MANIFEST = "parameters.csv", "posterior.csv", "manifest.yaml"
COVERAGE = "coverage.csv"


def calibrations() -> tuple[str, ...]:
    """Names that the key `parameters` of a scenario may have."""
    return (PRIOR, *sorted(place.name for place in home().iterdir() if (place / PARAMETERS).is_file()))


def home() -> Path:
    """The folder of the calibrations that come with hedgesim."""
    return Path(str(files("hedgesim") / "data" / FOLDER))


@cache
def values_of(name: str) -> Mapping[str, float]:
    """Shipped values of the fitted parameters of a calibration, by path; none for the prior.

    Raises:
        KeyError: there is no such calibration.
    """
    if name == PRIOR:
        return {}
    table = parameters_of(name)
    fitted = table[table["role"] == "fitted"]
    return dict(zip(fitted["parameter"], fitted["value"].astype(float), strict=True))


def in_words(name: str) -> str:
    """What a chart says of the parameters of a calibration."""
    if name == PRIOR:
        return f"parameters: {PRIOR} (starting magnitudes, not fitted, not scored)"
    manifest = yaml.safe_load((home() / name / MANIFEST).read_text(encoding="utf-8"))
    first, last = manifest["years"]
    return f"parameters: {name} (fitted to {first}-{last}; how they score: docs/evidence.md)"


def parameters_of(name: str) -> pd.DataFrame:
    """What a calibration says of every parameter; KeyError as of `values_of`."""
    return _read(name, PARAMETERS)


def posterior_table(name: str) -> dict[str, list[float]]:
    """Equally likely draws from the posterior, by column: parameters, discrepancies and log likelihoods.

    Raises:
        KeyError: there is no such calibration.
    """
    table = _read(name, POSTERIOR)
    return {str(column): table[column].astype(float).tolist() for column in table.columns}


def coverage_of(name: str) -> pd.DataFrame:
    """Cells of years not fitted and those inside their 90 % band: domain, ahead (years), cells, inside.

    Empty where a calibration was not scored.
    """
    path = home() / name / COVERAGE
    return pd.read_csv(path) if path.is_file() else pd.DataFrame(columns=["domain", "ahead", "cells", "inside"])


def _read(name: str, file: str) -> pd.DataFrame:
    path = home() / name / file
    if name == PRIOR or not path.is_file():
        raise KeyError(name)
    return pd.read_csv(path)
