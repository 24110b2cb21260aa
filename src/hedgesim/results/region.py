"""What results keep of a region of its own, because its tables may be elsewhere later: names and colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.calibrations import PRIOR
from hedgesim.scenario.tables import formats_by_code, names_by_code, read_tables

REGION = "region"
"""Key of a manifest; only results of a region's own tables have it."""

AXES = ("axis", "code", "name", "color")
"""Columns of its rows of axes."""


def kept_of(scenario: Scenario, inputs: ScenarioInputs | None = None) -> dict[str, object]:
    """What a manifest says of the region of a scenario; nothing of the packaged tables."""
    if scenario.tables_folder is None:
        return {}
    tables = read_tables(scenario.tables_folder) if inputs is None else inputs.tables
    formats = tables.table("formats")
    return {
        REGION: {
            "axes": tables.table("axes")[list(AXES)].to_numpy().tolist(),
            "formats": dict(zip(formats["format"], formats["name"], strict=True)),
        }
    }


def fitted_elsewhere(manifest: Mapping[str, Any]) -> bool:
    """Whether the parameters of results were fitted to the record of other countries than theirs."""
    used = manifest.get("parameters", PRIOR)
    return REGION in manifest and used != PRIOR and used != [PRIOR]


def names_in(manifests: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of what has a code, as the regions of some results write them; without one those of the package."""
    found: dict[str, str] = {}
    for manifest in manifests:
        kept = manifest.get(REGION)
        axes = {code: name for _, code, name, _ in kept["axes"]} if kept else names_by_code()
        formats = kept["formats"] if kept else formats_by_code()
        found = {**formats, **axes, **found}
    return found
