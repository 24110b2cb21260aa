"""What the command line does to turn mechanisms off one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from rich.console import Console

from hedgesim import session
from hedgesim.analysis.ablation import WHOLE, effects, mechanisms, patterns_without, scores_without
from hedgesim.analysis.hindcast.baselines import PERSISTENCE
from hedgesim.analysis.patterns.bases import Bases
from hedgesim.analysis.patterns.reader import read_patterns
from hedgesim.analysis.patterns.scoring import FEWEST_RUNS
from hedgesim.batch.findings import check_folder, write_findings
from hedgesim.batch.results import prepare_folder
from hedgesim.console.forecasts import posterior_of
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.progress import counting
from hedgesim.engines.case import case_of
from hedgesim.engines.choice import engine_of, fastest
from hedgesim.errors import HedgesimError
from hedgesim.scenario.tables import read_tables

PAIR = ("war_2022", "no_war")
"""Scenarios whose difference is the effect of the shock."""

HINDCAST = "hindcast_2022"

KIND = "ablate"
"""What the manifest of an ablation says that it is."""


def ablate(calibration: str, *, runs: int, output: Path, backend: str, as_json: bool) -> None:
    """Turn every mechanism off, and write and print what becomes of forecasts and of the effect of the war."""
    if runs < FEWEST_RUNS:
        place, fault = f"--runs {runs}", "too few to score patterns"
        raise HedgesimError(place, fault, f"Give --runs {FEWEST_RUNS} or more.")
    engine, posterior = engine_of("ensemble", fastest(backend)), posterior_of(calibration)
    check_folder(output, KIND)
    prepare_folder(output)
    given = [f"parameters={calibration}"]
    first, other = (case_of(session.read_scenario(name, overrides=given)) for name in PAIR)
    scenario = session.read_scenario(HINDCAST, overrides=given)
    years = range(scenario.start.year, scenario.end.year + 1)
    told = {"effects": effects((first, other), engine, runs=runs)}
    told["scores"] = scores_without(case_of(scenario), read_tables(), posterior, engine, years=years, runs=2)
    bases = Bases(read_patterns(None), session.read_scenario(PAIR[0], overrides=given))
    total = runs * len({name for part in bases.patterns.parts for name in part.bases}) * len(mechanisms())
    with counting("scoring patterns without each mechanism", total) as on_runs:
        told["patterns"] = patterns_without(bases, runs, on_runs=on_runs)
    write_findings(output, KIND, told, {"calibration": calibration, "runs": runs, "pair": list(PAIR)})
    if as_json:
        Console(soft_wrap=True).print_json(data={name: records_of(table) for name, table in told.items()})
        return
    print_ablation(told, output)


def print_ablation(told: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """A row for every mechanism: effects of the shock, skill against persistence, patterns whose verdict changes."""
    changes, scores = told["effects"], told["scores"]
    keys = zip(told["patterns"]["without"], told["patterns"]["pattern"], strict=True)
    held = dict(zip(keys, told["patterns"]["verdict"], strict=True))
    patterns = list(dict.fromkeys(told["patterns"]["pattern"]))
    outcomes = list(dict.fromkeys(changes["outcome"]))
    parts = ["all shares", "meetings"]
    skill = scores[scores["baseline"] == PERSISTENCE].set_index(["without", "part"])["value"]
    effect = changes.set_index(["without", "outcome"])
    rows = []
    for name in mechanisms():
        own = [_effect(effect.loc[(name, outcome)]) for outcome in outcomes]
        moved = [pattern for pattern in patterns if held[name, pattern] != held[WHOLE, pattern]]
        words = ", ".join(f"{pattern} {held[name, pattern]}" for pattern in moved)
        rows.append([name, *own, *(f"{skill[(name, part)]:+.3f}" for part in parts), words])
    print_rows(["without", *outcomes, *(f"skill, {part}" for part in parts), "patterns that change"], rows)
    say = Console(soft_wrap=True).print
    say(f"Effects: {PAIR[0]} less {PAIR[1]} at the end, mean over runs; * where 90 % of runs have one sign.")
    say(f"Tables: {folder}")


def _effect(row: pd.Series[float]) -> str:
    sure = "*" if row["q05"] > 0.0 or row["q95"] < 0.0 else ""
    return f"{row['mean']:+.4f}{sure}"
