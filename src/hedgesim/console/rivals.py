"""What the command line does with rival explanations: the landscape of two blocs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from hedgesim.analysis.blocs import RUNS, Comparison, compare, landscape_of
from hedgesim.analysis.landscape import SEED, Minima
from hedgesim.analysis.landscape_files import read_landscape
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.progress import counting
from hedgesim.console.running import check_counts, use_rules
from hedgesim.engines.case import case_of
from hedgesim.errors import HedgesimError
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import source
from hedgesim.scenario.calibrations import in_words
from hedgesim.scenario.twins import read_scenario

MOST_SHOWN = 100
"""Minima that a table shows; JSON has all."""

NOTHING = (
    "landscape",
    "nothing says who the actors are",
    "Give a scenario, or --actors FILE and --propensity FILE.",
)


@dataclass(frozen=True)
class Asked:
    """What `hedgesim landscape` was asked for: two files, or a scenario with what only a scenario takes."""

    scenario: str | None
    actors: Path | None
    propensity: Path | None
    starts: int
    runs: int | None
    seed: int | None
    settings: Sequence[str]
    rule_files: Sequence[Path]

    def files(self) -> tuple[Path, Path] | None:
        """The two files, None for a scenario; HedgesimError for neither, both, half or what files do not take."""
        of_files = {"--actors": self.actors, "--propensity": self.propensity}
        named = [option for option, file in of_files.items() if file is not None]
        if self.scenario is not None and named:
            place, fault = f"landscape {self.scenario}", "a scenario has actors of its own"
            raise HedgesimError(place, fault, f"Leave it out, or {named[0]}.")
        if self.scenario is not None:
            return None
        if self.actors is None or self.propensity is None:
            missing = " and ".join(f"{option} FILE" for option in of_files if option not in named)
            if not named:
                raise HedgesimError(*NOTHING)
            raise HedgesimError(named[0], "one table of two makes no landscape", f"Give {missing} too.")
        of_runs = {"--runs": self.runs is not None, "--set": bool(self.settings), "--rules": bool(self.rule_files)}
        for option, given in of_runs.items():
            if given:
                raise HedgesimError(option, "nothing is run where the actors come from files", "Leave it out.")
        return self.actors, self.propensity


def print_landscape(asked: Asked, *, as_json: bool) -> None:
    """The local minima of two files or of a scenario, and how runs of the scenario differ from the lowest one."""
    files = asked.files()
    if files is None:
        _print_scenario(asked, as_json=as_json)
        return
    minima = read_landscape(*files).minima(asked.starts, SEED if asked.seed is None else asked.seed)
    if as_json:
        _print_json(_records(minima))
    else:
        _print_minima(minima)


def _print_scenario(asked: Asked, *, as_json: bool) -> None:
    runs = RUNS if asked.runs is None else asked.runs
    check_counts(runs=runs)
    use_rules(asked.rule_files)
    scenario = read_scenario(asked.scenario or "", overrides=asked.settings, seed=asked.seed)
    sourced = source(scenario)
    minima = landscape_of(scenario, sourced).minima(asked.starts, scenario.seed)
    with counting(f"running {scenario.name}", runs) as on_runs:
        found = compare(case_of(scenario, sourced.setting), minima, runs, on_runs=on_runs)
    if as_json:
        head = {"scenario": scenario.name, "start": str(scenario.start)}
        _print_json({**head, **_records(minima), "comparison": _compared(found)})
        return
    _print_minima(minima)
    _print_comparison(scenario, minima, found)


def _print_json(records: Mapping[str, Any]) -> None:
    """Print piece by piece, for there may be half a million minima."""
    json.dump(records, sys.stdout, indent=2)
    print()


def _records(minima: Minima) -> dict[str, Any]:
    """Minima for JSON."""
    land, search = minima.landscape, minima.search
    method: dict[str, Any] = {"method": "exhaustive", "bipartitions": 2 ** (len(land.actors) - 1)}
    if search is not None:
        method = {"method": "descent", "starts": search.starts, "seed": search.seed}
    listed: list[dict[str, Any]] = [
        {"energy": float(energy), "sides": [list(side) for side in minima.sides(k)]}
        for k, energy in enumerate(minima.energy)
    ]
    if search is not None:
        listed = [{**one, "starts": int(n)} for one, n in zip(listed, search.ended, strict=True)]
    tables = {"sizes": land.size.tolist(), "propensity": land.propensity.tolist()}
    return {"actors": list(land.actors), **tables, **method, "minima": listed}


def _compared(found: Comparison) -> dict[str, Any]:
    """A comparison for JSON; `side` is the place in the sides of the lowest minimum."""
    table = found.table.rename(columns={"apart": "side"}).astype({"side": int})
    return {"period": found.period, "runs": found.runs, "failed": found.failed, "countries": records_of(table)}


def _print_minima(minima: Minima) -> None:
    land, search = minima.landscape, minima.search
    rows = []
    for k, energy in enumerate(minima.energy[:MOST_SHOWN]):
        sides = [escape(", ".join(side)) or "nobody" for side in minima.sides(k)]
        rows.append([str(k + 1), f"{energy:.6g}", *sides, *([str(search.ended[k])] if search else [])])
    print_rows(["", "energy", "one side", "other side", *(["starts"] if search else [])], rows)
    n, many = len(land.actors), _several(len(minima), "local minimum", "local minima")
    if search is None:
        how = f"{n} actors: of all {2 ** (n - 1)} bipartitions, the one with everybody on one side included, {many}."
    else:
        how = (
            f"{n} actors: {search.starts} descents from random sides (seed {search.seed}) ended in {many}. "
            "A search, not a proof: there may be others, and lower ones."
        )
    _say(how)
    if len(minima) > MOST_SHOWN:
        _say(f"Shown: the lowest {MOST_SHOWN}; --json has all.")
    _say(
        "Energy: size x size x propensity over pairs on different sides, each counted both ways. "
        "It is low where friends stand together and rivals apart."
    )
    _say("Local minimum: nobody lowers it by changing sides alone; a move that leaves it as it is unseats none.")


def _print_comparison(scenario: Scenario, minima: Minima, found: Comparison) -> None:
    rows = [
        [str(row.country), _largest_power(minima, len(found.table), bool(row.apart)), f"{row.held:.4f}", *_numbers(row)]
        for row in found.table.itertuples()
    ]
    across = [f"across {scenario.start}", f"across {found.period}"]
    columns = ["country", "stands with", "held by", *across, "runs there", "bloc leaning", "hedging index"]
    Console().print()
    print_rows(columns, rows)
    failed = f" ({found.failed} failed)" if found.failed else ""
    _say(
        f"Beside the lowest minimum: {_several(found.runs, 'run', 'runs')}{failed} of {scenario.name}, medians, at"
        f" {found.period} unless it says otherwise; seed {scenario.seed},"
        f" {in_words(scenario.parameters)}. The landscape is that of {scenario.start} and knows nothing of"
        " what came after."
    )
    for line in (
        "Stands with: the largest power on the country's side.",
        "Held by: what its frustration (size x propensity over those on the other side) would rise by if it alone"
        " changed sides; its own size does not count.",
        "Across: part of its presence with powers that lies with powers of the other side: 0 if two blocs were all"
        " there is, above .5 where it leans to the other side. Runs there: share of runs in which it is below .5.",
        "Bloc leaning: presence times bloc scores of the powers, -1 to 1.",
        "Hedging index, 0 to 1: the higher, the more a prediction of one bloc leaves out.",
    ):
        _say(line)
    _say(_in_words(found))


def _in_words(found: Comparison) -> str:
    """How far two blocs and the hedging model agree; empty where no run came through."""
    table = found.table
    if table["across"].isna().any():
        return "No run came through; hedgesim run says why."
    there, lean = int((table["on_side"] > 0.5).sum()), _several(len(table), "country leans", "countries lean")
    return (
        f"So {there} of {lean} in most runs to the side that two blocs give them; of their presence with powers"
        f" {table['across'].mean():.0%} lies across, and their hedging index is {table['hedging_index'].mean():.2f},"
        " on average."
    )


def _largest_power(minima: Minima, n_countries: int, apart: bool) -> str:
    """The largest power on a side of the lowest minimum."""
    land = minima.landscape
    there = [k for k in range(n_countries, len(land.actors)) if bool(minima.apart[0, k]) == apart]
    return land.actors[max(there, key=lambda k: float(land.size[k]))] if there else "no power"


def _numbers(row: Any) -> list[str]:
    shares = "" if row.on_side != row.on_side else f"{row.on_side:.0%}"
    return [
        _number(row.across_start),
        _number(row.across),
        shares,
        _number(row.bloc_leaning),
        _number(row.hedging_index),
    ]


def _number(value: float) -> str:
    return "" if value != value else f"{value:.3f}"


def _several(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _say(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
