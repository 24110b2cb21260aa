"""Named calibrations: values of shared parameters fitted to the record, which a scenario takes by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

PRIOR = "prior"
"""The parameters as declared in the code."""

SHIPPED = "fitted_2021"
"""The calibration whose values hold unless a scenario names another."""

EDITION = 2
"""Edition of the model whose numbers a calibration has."""

RETIRED = ("trained_2015_2021",)
"""Calibrations that came with the first edition."""

FOLDER = "calibration"
PARAMETERS, POSTERIOR, MANIFEST = "parameters.csv", "posterior.csv", "manifest.yaml"
COVERAGE, PATTERNS = "coverage.csv", "patterns.csv"
KNOWN = "known_before_2022.yaml"


def calibrations() -> tuple[str, ...]:
    """Names that the key `parameters` of a scenario may have."""
    found = (place.name for place in home().iterdir() if (place / PARAMETERS).is_file())
    return (PRIOR, *sorted(name for name in found if _edition(name) == EDITION))


def why_refused(name: str) -> tuple[str, str] | None:
    """Fault and remedy of a calibration of another edition of the model; None for any other name."""
    if name not in RETIRED and (not (home() / name / PARAMETERS).is_file() or _edition(name) == EDITION):
        return None
    fault = f"{name} was fitted to the first edition of the model, whose parameters are gone"
    return fault, f"Write {SHIPPED}, or fit again with hedgesim calibrate."


def _edition(name: str) -> int:
    """The edition of the model that a calibration was fitted to; the first did not write it down."""
    return int(_manifest(name).get("edition", 1))


def _manifest(name: str) -> Mapping[str, Any]:
    path = home() / name / MANIFEST
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def home() -> Path:
    """The folder of the calibrations that come with hedgesim."""
    return Path(str(files("hedgesim") / "data" / FOLDER))


@cache
def known_before_2022() -> Mapping[str, Mapping[str, str]]:
    """By path of a parameter, and for `fitted` and `declared`, what was known when a value was chosen: known, why."""
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load((home() / KNOWN).read_text(encoding="utf-8"))
    return found


@cache
def values_of(name: str) -> Mapping[str, float]:
    """Values of the parameters that a record bears on, by path: fitted or as before the fit; none for the prior.

    Raises:
        KeyError: there is no such calibration.
    """
    if name == PRIOR:
        return {}
    table = parameters_of(name)
    tried = table[table["identified"].notna()]
    return dict(zip(tried["parameter"], tried["value"].astype(float), strict=True))


@cache
def fitted_of(name: str) -> frozenset[str]:
    """Paths of the parameters whose value the record decided; KeyError as of `values_of`."""
    if name == PRIOR:
        return frozenset()
    table = parameters_of(name)
    return frozenset(table.loc[table["role"] == "fitted", "parameter"])


def in_words(name: str, *, elsewhere: bool = False) -> str:
    """What a chart says of the parameters of a calibration; elsewhere: the countries have tables of their own."""
    if name == PRIOR:
        return f"parameters: {PRIOR} (starting magnitudes, not fitted, not scored)"
    first, last = _manifest(name)["years"]
    scores = "in other countries; not scored for these" if elsewhere else "how they score: docs/evidence.md"
    return f"parameters: {name} (fitted to {first}-{last}{' ' if elsewhere else '; '}{scores})"


def parameters_of(name: str) -> pd.DataFrame:
    """What a calibration says of every parameter; KeyError as of `values_of`."""
    return _read(name, PARAMETERS)


def posterior_table(name: str) -> dict[str, list[float]]:
    """Equally likely joint draws from the posterior, by path of a parameter.

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


def patterns_of(name: str) -> pd.DataFrame:
    """Patterns of the record as scored with a calibration: pattern, verdict, quantities; empty if it was not scored."""
    path = home() / name / PATTERNS
    return pd.read_csv(path) if path.is_file() else pd.DataFrame(columns=["pattern", "verdict", "quantities"])


def _read(name: str, file: str) -> pd.DataFrame:
    path = home() / name / file
    if name == PRIOR or not path.is_file():
        raise KeyError(name)
    return pd.read_csv(path)
