"""`hedgesim landscape`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

import hedgesim
from hedgesim.commands._options import AsJson, RuleFiles, Seed, Settings, check_counts, use_rules
from hedgesim.commands._printing import print_json, print_lines, print_rows, print_table, records_of, several
from hedgesim.errors import HedgesimError
from hedgesim.numbers import significant

if TYPE_CHECKING:
    from hedgesim.analysis.blocs import Comparison
    from hedgesim.analysis.landscape import Minima

MOST_SHOWN = 100
"""Minima that a table shows; JSON has all."""

EXPLAINED = (
    "Sides with: the largest power on the country's side.",
    "Held by: the rise of its frustration (sum of size x propensity over the actors on the other side) if it alone "
    "changed sides; its own size does not count.",
    "Across: share of its presence with powers that goes to powers of the other side. It is 0 if there are only two "
    "blocs, and above .5 if the country leans to the other side. Runs on side: share of runs in which it is below .5.",
    "Hedging index, 0 to 1: the higher it is, the less a prediction of one bloc describes the country.",
)


def landscape(
    scenario: Annotated[
        str | None, Argument(metavar="[SCENARIO]", help="Scenario whose countries and powers are the actors.")
    ] = None,
    actors: Annotated[Path | None, Option(metavar="FILE", help="CSV with the columns actor and size.")] = None,
    propensity: Annotated[
        Path | None, Option(metavar="FILE", help="Symmetric CSV: the actors as header and first column.")
    ] = None,
    starts: Annotated[int, Option(help="Descents of the search beyond 20 actors.")] = 1000,
    runs: Annotated[int | None, Option(help="Runs of the scenario for comparison; by default 200.")] = None,
    seed: Seed = None,
    settings: Settings = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Find two-bloc landscapes; compare the runs of a scenario."""
    files = _files(scenario, {"--actors": actors, "--propensity": propensity})
    if files is None:
        runs = 200 if runs is None else runs
        check_counts(runs=runs)
        use_rules(rule_files)
        _of_scenario(scenario or "", starts, runs=runs, seed=seed, settings=settings or [], as_json=as_json)
        return
    for option, given in {"--runs": runs is not None, "--set": settings, "--rules": rule_files}.items():
        if given:
            raise HedgesimError(option, "there is no scenario to run if the actors come from files", "Leave it out.")
    from hedgesim.analysis.landscape import SEED
    from hedgesim.analysis.landscape_files import read_landscape

    minima = read_landscape(*files).minima(starts, SEED if seed is None else seed)
    if as_json:
        print_json(_records(minima))
    else:
        _print_minima(minima)


def _files(scenario: str | None, given: dict[str, Path | None]) -> tuple[Path, ...] | None:
    """The two files, None for a scenario; HedgesimError for neither, both or one file."""
    named = {option: file for option, file in given.items() if file is not None}
    missing = [f"{option} FILE" for option in given if option not in named]
    if scenario is not None and named:
        place, fault = f"landscape {scenario}", "a scenario has actors of its own"
        raise HedgesimError(place, fault, f"Leave it out, or {next(iter(named))}.")
    if scenario is not None:
        return None
    if not named:
        fault = "no actors are given"
        raise HedgesimError("landscape", fault, f"Give a scenario, or {' and '.join(missing)}.")
    if missing:
        raise HedgesimError(next(iter(named)), "a landscape needs two tables", f"Give {missing[0]} too.")
    return tuple(named.values())


def _of_scenario(name: str, starts: int, *, runs: int, seed: int | None, settings: list[str], as_json: bool) -> None:
    """The local minima of a scenario, and how its runs differ from the lowest one."""
    from hedgesim.analysis import blocs
    from hedgesim.commands._progress import counting
    from hedgesim.engines.case import case_of
    from hedgesim.scenario.arrays import read_inputs

    scenario = hedgesim.read_scenario(name, overrides=settings, seed=seed)
    inputs = read_inputs(scenario)
    minima = blocs.landscape_of(scenario, inputs).minima(starts, scenario.seed)
    with counting(f"running {scenario.name}", runs) as on_runs:
        found = blocs.compare(case_of(scenario, inputs.setting), minima, runs, on_runs=on_runs)
    if as_json:
        table = found.table.rename(columns={"apart": "side"}).astype({"side": int})
        compared = {"period": found.period, "runs": found.runs, "failed": found.failed, "countries": records_of(table)}
        head = {"scenario": scenario.name, "start": str(scenario.start)}
        print_json({**head, **_records(minima), "comparison": compared})
        return
    _print_minima(minima)
    _print_comparison(scenario, minima, found)


def _records(minima: Minima) -> dict[str, Any]:
    """Minima for JSON."""
    land, search = minima.landscape, minima.search
    listed = [{"energy": float(energy), "sides": minima.sides(k)} for k, energy in enumerate(minima.energy)]
    method: dict[str, Any] = {"method": "exhaustive", "bipartitions": 2 ** (len(land.actors) - 1)}
    if search is not None:
        method = {"method": "descent", "starts": search.starts, "seed": search.seed}
        listed = [{**one, "starts": int(n)} for one, n in zip(listed, search.ended, strict=True)]
    tables = {"sizes": land.size.tolist(), "propensity": land.propensity.tolist()}
    return {"actors": land.actors, **tables, **method, "minima": listed}


def _print_minima(minima: Minima) -> None:
    land, search = minima.landscape, minima.search
    rows = []
    for k, energy in enumerate(minima.energy[:MOST_SHOWN]):
        sides = [", ".join(side) or "nobody" for side in minima.sides(k)]
        rows.append([k + 1, float(energy), *sides, *([search.ended[k]] if search else [])])
    print_rows(["", "energy", "one side", "other side", *(["starts"] if search else [])], rows, digits=6)
    n, many = len(land.actors), several(len(minima), "local minimum", "local minima")
    if search is None:
        print_lines(
            f"{n} actors: of all {2 ** (n - 1)} bipartitions, the one with everybody on one side included, {many}."
        )
    else:
        print_lines(
            f"{n} actors: {search.starts} descents from random sides (seed {search.seed}) ended in {many}. "
            "A search, not a proof: there may be others, and lower ones."
        )
    if len(minima) > MOST_SHOWN:
        print_lines(f"Shown: the lowest {MOST_SHOWN}; --json has all.")
    print_lines(
        "Energy: size x size x propensity over pairs on different sides, each counted both ways. "
        "It is low where friends are together and rivals apart."
    )
    print_lines("Local minimum: no single change of sides lowers the energy; one that leaves it equal does not count.")


def _print_comparison(scenario: hedgesim.Scenario, minima: Minima, found: Comparison) -> None:
    from hedgesim.scenario.calibrations import in_words

    table, fits = found.table, in_words(scenario.parameters, elsewhere=scenario.tables_folder is not None)
    powers = [_largest_power(minima, len(table), apart) for apart in table["apart"]]
    across = {f"across {scenario.start}": "{across_start}", f"across {found.period}": "{across}"}
    first = {"country": "{country}", "sides with": "{power}", "held by": "{held}"}
    last = {"runs on side": "{on_side:.0%}", "hedging index": "{hedging_index}"}
    print_lines("")
    print_table(table.assign(power=powers), {**first, **across, **last})
    failed = f" ({found.failed} failed)" if found.failed else ""
    print_lines(
        f"Beside the lowest minimum: {several(found.runs, 'run')}{failed} of {scenario.name}, medians, at "
        f"{found.period} unless stated otherwise; seed {scenario.seed},"
        f" {fits}. The landscape is that of {scenario.start} and does not include later events."
    )
    print_lines(*EXPLAINED)
    if table["across"].isna().any():
        print_lines("No run succeeded; hedgesim run says why.")
        return
    on_side, lean = int((table["on_side"] > 0.5).sum()), several(len(table), "country leans", "countries lean")
    print_lines(
        f"So {on_side} of {lean} in most runs to the side that the two blocs predict. On average "
        f"{table['across'].mean():.0%} of their presence with powers is across, and their hedging index is "
        f"{significant(table['hedging_index'].mean())}."
    )


def _largest_power(minima: Minima, n_countries: int, apart: bool) -> str:
    """The largest power on a side of the lowest minimum."""
    land = minima.landscape
    there = [k for k in range(n_countries, len(land.actors)) if bool(minima.apart[0, k]) == bool(apart)]
    return land.actors[max(there, key=lambda k: float(land.size[k]))] if there else "no power"
