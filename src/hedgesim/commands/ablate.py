"""`hedgesim ablate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from typer import Option

import hedgesim
from hedgesim.analysis.hindcast import HINDCAST
from hedgesim.commands._options import (
    AsJson,
    Calibration,
    FitBackend,
    Output,
    Overwrite,
    check_least,
    folder_of_findings,
    posterior_of,
)
from hedgesim.commands._printing import print_json, print_lines, print_rows, records_of
from hedgesim.numbers import significant

if TYPE_CHECKING:
    import pandas as pd

PAIR = ("war_2022", "no_war")
"""Scenarios whose difference is the effect of the shock."""


def ablate(
    calibration: Calibration = "fitted_2021",
    output: Output = None,
    runs: Annotated[int, Option(help="Runs of each of the two scenarios. Their difference is the effect.")] = 256,
    backend: FitBackend = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Turn off each mechanism; compare forecasts and effects."""
    from hedgesim import engines
    from hedgesim.analysis import ablation
    from hedgesim.analysis.patterns.pattern import read_patterns
    from hedgesim.analysis.patterns.scenarios import PatternScenarios
    from hedgesim.analysis.patterns.scoring import FEWEST_RUNS
    from hedgesim.commands._progress import counting
    from hedgesim.engines.case import case_of
    from hedgesim.results.ownership import IDENTITY, identity_of
    from hedgesim.results.results import write_findings
    from hedgesim.scenario.tables import read_tables

    check_least("--runs", runs, FEWEST_RUNS, "too few to score patterns")
    engine, posterior = engines.engine_of("ensemble", engines.fastest(backend)), posterior_of(calibration)
    given = [f"parameters={calibration}"]
    war, peace, forecast = read = [hedgesim.read_scenario(name, overrides=given) for name in (*PAIR, HINDCAST)]
    identity = identity_of(read, runs, engine.backend)
    folder = folder_of_findings(output, "ablate", identity, overwrite=overwrite)
    years = range(forecast.start.year, forecast.end.year + 1)
    found = {"effects": ablation.effects((case_of(war), case_of(peace)), engine, runs=runs)}
    found["scores"] = ablation.scores_without(case_of(forecast), read_tables(), posterior, engine, years=years, runs=2)
    based = PatternScenarios(read_patterns(None), war)
    total = runs * len(based.patterns.scenarios_needed)
    with counting("scoring patterns without each mechanism", total * len(ablation.mechanisms())) as on_runs:
        found["patterns"] = ablation.patterns_without(based, runs, on_runs=on_runs)
    facts = {IDENTITY: identity, "calibration": calibration, "runs": runs, "pair": list(PAIR)}
    write_findings(folder, "ablate", found, facts, overwrite=overwrite)
    if as_json:
        print_json({name: records_of(table) for name, table in found.items()})
        return
    _print_ablation(found)
    print_lines(f"Effects: {PAIR[0]} less {PAIR[1]} at the end, mean over runs. *: 90 % of runs have the same sign.")
    print_lines(f"Tables: {folder}")


def _print_ablation(found: Mapping[str, pd.DataFrame]) -> None:
    """A row for every mechanism: effects of the shock, skill against persistence, patterns whose verdict changes."""
    from hedgesim.analysis.ablation import WHOLE, mechanisms
    from hedgesim.analysis.hindcast.baselines import PERSISTENCE

    effect = found["effects"].set_index(["without", "outcome"])
    outcomes, parts = list(dict.fromkeys(found["effects"]["outcome"])), ["all shares", "meetings"]
    scores = found["scores"]
    skill = scores[scores["baseline"] == PERSISTENCE].set_index(["without", "part"])["value"]
    verdict = found["patterns"].set_index(["without", "pattern"])["verdict"].to_dict()
    patterns = list(dict.fromkeys(found["patterns"]["pattern"]))
    rows = []
    for name in mechanisms():
        own = [_effect(effect.loc[(name, outcome)]) for outcome in outcomes]
        changed = [pattern for pattern in patterns if verdict[name, pattern] != verdict[WHOLE, pattern]]
        words = ", ".join(f"{pattern} {verdict[name, pattern]}" for pattern in changed)
        rows.append([name, *own, *(significant(skill[(name, part)], sign="+") for part in parts), words])
    print_rows(["without", *outcomes, *(f"skill, {part}" for part in parts), "patterns that change"], rows)


def _effect(row: pd.Series[float]) -> str:
    sure = "*" if row["q05"] > 0.0 or row["q95"] < 0.0 else ""
    return f"{significant(row['mean'], sign='+')}{sure}"
