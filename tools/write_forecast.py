"""Write a dated file of forecasts of a scenario, and how it was made, into docs/forecasts.

    python tools/write_forecast.py [SCENARIO]

A file that exists is left as it is: a forecast is worth scoring because it was not changed afterwards.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

import hedgesim
from hedgesim import engines
from hedgesim.analysis.calibration.fit import as_csv
from hedgesim.analysis.forecasts import probabilities
from hedgesim.analysis.hindcast.simulated import parameters_in
from hedgesim.engines.case import case_of
from hedgesim.results.manifest import digest_of_sources, now, versions
from hedgesim.scenario.calibrations import posterior_table

FOLDER = Path(__file__).parents[1] / "docs" / "forecasts"
RUNS_OF_A_DRAW = 8


def main(arguments: Sequence[str]) -> int:
    """Run the scenario with every draw of the posterior and write the file."""
    scenario = hedgesim.read_scenario(arguments[0] if arguments else "outlook_2030")
    made = now()
    name = f"{made[:10]}_{scenario.name}"
    if (FOLDER / f"{name}.csv").exists():
        fault = "it exists, and a forecast is never changed. Write the next one tomorrow."
        print(f"{FOLDER / name}.csv: {fault}", file=sys.stderr)
        return 2
    draws = parameters_in(posterior_table(scenario.parameters))
    runs = RUNS_OF_A_DRAW * len(next(iter(draws.values())))
    engine = engines.engine_of("ensemble", engines.fastest("auto"))
    table = as_csv(probabilities(case_of(scenario), engine, runs=runs, draws=draws))
    about = {
        "forecast_of": scenario.name,
        "made": made,
        "starts": str(scenario.start),
        "meetings_and_statuses_known_up_to": str(scenario.start),
        "runs": runs,
        "parameters": scenario.parameters,
        "draws_of_the_posterior": runs // RUNS_OF_A_DRAW,
        "seed": scenario.seed,
        "scenario_digest": scenario.digest,
        "sources_digest": digest_of_sources(),
        "sha256": hashlib.sha256(table).hexdigest(),
        **versions(),
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.csv").write_bytes(table)
    (FOLDER / f"{name}.yaml").write_text(yaml.safe_dump(about, sort_keys=False), encoding="utf-8")
    print(f"written to {FOLDER / name}.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
