"""Results in folders as charts need them: with the names, colours and shocks of the scenario that they are of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hedgesim.engines.records import SYSTEM
from hedgesim.errors import HedgesimError
from hedgesim.plots.chart import Batch, Known
from hedgesim.plots.draw import names_of, recorded_meetings, shocks_shown, trust_in
from hedgesim.plots.labels import Names
from hedgesim.plots.theme import COLORS
from hedgesim.results.results import Results
from hedgesim.results.tables import PRESENCE, RUNS
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import in_words


def batch_of(results: Results, name: str = "") -> Batch:
    """Results of a run as a batch, called as asked, else as its scenario.

    Names and shocks come from the scenario in the manifest where it can be read again, which needs its tables; else
    countries and powers are called by their codes, and no shocks are marked.
    """
    manifest = results.manifest
    called = name or str(manifest.get("scenario") or "results")
    caption = f"{called}: {manifest['runs']} runs, seed {manifest['seed']}, {in_words(str(manifest['parameters']))}."
    scenario, inputs = results.scenario, results.inputs
    if scenario is None or inputs is None:
        scenario = scenario_in(manifest)
        inputs = read_inputs(scenario) if scenario is not None else None
    if scenario is None or inputs is None:
        return Batch(called, results.tables, codes_in(results), caption=caption, manifest=manifest)
    shocks, _ = shocks_shown(scenario, inputs)
    known = Known(trust_in(scenario, inputs), recorded_meetings(scenario))
    return Batch(called, results.tables, names_of(inputs), shocks, caption, known, manifest)


def scenario_in(manifest: Mapping[str, Any]) -> Scenario | None:
    """The scenario that a manifest of a run holds as text; None if it cannot be read here or is another one now."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(str(manifest.get('scenario') or 'scenario')).name}.yaml"
        path.write_text(str(manifest.get("scenario_text", "")), encoding="utf-8")
        try:
            return read_scenario(path)
        except HedgesimError:
            return None


def codes_in(results: Results) -> Names:
    """Names of results whose tables are not known: the codes themselves, in the colours of the theme."""
    countries = results.table("summary", ["entity"])["entity"].unique()
    options = [name.removeprefix(PRESENCE) for name in map(str, results.table(RUNS)) if name.startswith(PRESENCE)]
    own, others = (
        {str(code): (str(code), COLORS[rank % len(COLORS)]) for rank, code in enumerate(codes)}
        for codes in (sorted(code for code in countries if code != SYSTEM), options)
    )
    return Names(own, others, powers=tuple(code for code in others if code not in {"region", "other"}))
