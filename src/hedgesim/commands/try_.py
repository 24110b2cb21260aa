"""`hedgesim try`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Any

from typer import Argument, Option

from hedgesim.commands._headline import SHOWN, print_headline
from hedgesim.commands._options import check_counts, use_rules
from hedgesim.commands._printing import print_lines, several
from hedgesim.commands.check_rule import RuleFile, side_of
from hedgesim.errors import HedgesimError

FEW = 2
"""Runs on which agents and the ensemble are compared."""

TOLERANCE = 1e-9


def try_(
    file: RuleFile,
    scenario: Annotated[str, Argument(metavar="[SCENARIO]", help="Scenario that the rule is tried in.")] = "war_2022",
    runs: Annotated[int, Option(help="Runs with the rule and without it.")] = 60,
) -> None:
    """Try a rule of your own: the contract, both engines, and what it changes when everybody follows it."""
    import hedgesim
    from hedgesim.analysis.comparison import compare

    check_counts(runs=runs)
    (rule,) = use_rules([file])
    side = side_of(rule)
    print_lines(f"contract: {rule.__name__} keeps it, in {'NumPy and JAX' if find_spec('jax') else 'NumPy'}")
    usual = hedgesim.read_scenario(scenario)
    theirs = hedgesim.read_scenario(scenario, overrides=[f"rules.{side}.all.rule={file.stem}"])
    print_lines(_engines(theirs))
    results = [hedgesim.run(one, runs) for one in (usual, theirs)]
    found = compare(*results, names=(scenario, file.stem))
    print_lines(f"{several(runs, 'run')} of {scenario}: with its own rules, and with {file.stem} for all {side}", "")
    print_headline(found, found.differences, SHOWN, "run both, and compare them")


def _engines(scenario: Any) -> str:
    """Whether agents and the ensemble decide alike; HedgesimError where they do not."""
    import hedgesim
    from hedgesim.results.tables import RUNS

    tables = [hedgesim.run(scenario, FEW, keep=0, engine=engine).table(RUNS) for engine in ("mesa", "ensemble")]
    numbers = [table.select_dtypes("number").to_numpy() for table in tables]
    apart = float(abs(numbers[0] - numbers[1]).max())
    if not apart <= TOLERANCE:
        fault = f"agents and the ensemble differ by {apart:.2g} in {several(FEW, 'run')}"
        raise HedgesimError(scenario.name, fault, "Use functions of view.xp, sum with axis=TARGET, keepdims=True.")
    return f"engines: agents and the ensemble give the same outcomes (largest difference {apart:.1g})"
