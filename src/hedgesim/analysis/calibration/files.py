"""A calibration on file: parameters, joint draws, fits without one of the actors, and how it was fitted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml

from hedgesim.analysis.calibration.fit import Calibration
from hedgesim.results.folders import Folder, digest_of_sources, now, versions
from hedgesim.scenario.calibrations import EDITION, MANIFEST, PARAMETERS, POSTERIOR

HEAD = "# How this calibration was fitted. Written by `hedgesim calibrate`.\n"
DIGITS = 6
"""Significant digits of numbers on file; a chain does not give as many."""


def write_calibration(folder: Path, fitted: Calibration, *, began: str) -> None:
    """Write a calibration; a folder in `data/calibration` is used under its name."""
    tables = {PARAMETERS: fitted.parameters, POSTERIOR: fitted.draws}
    tables |= {f"left_out_{name}.csv": table for name, table in fitted.left_out.items()}
    manifest = {
        "name": folder.name,
        "edition": EDITION,
        **fitted.facts,
        "sources_digest": digest_of_sources(),
        **versions("emcee"),
        "began": began,
        "ended": now(),
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110)
    place = Folder(folder)
    place.prepare()
    for name, table in tables.items():
        place.write(name, as_csv(table))
    place.write(MANIFEST, (HEAD + text).encode())


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as it is on file."""
    return table.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g").encode()
