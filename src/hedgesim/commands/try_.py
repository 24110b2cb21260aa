"""`hedgesim try`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from hedgesim.analysis.headline import PRESENCE, SHOWN
from hedgesim.commands._headline import print_headline
from hedgesim.commands._intervals import Interval, interval_lines
from hedgesim.commands._options import check_counts, use_rules
from hedgesim.commands._printing import print_lines, several
from hedgesim.commands.check_rule import RuleFile, side_of
from hedgesim.commands.plot import file_of
from hedgesim.errors import HedgesimError

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim import Results

FEW = 2
"""Runs on which agents and the ensemble are compared."""

TOLERANCE = 1e-9

POINTS = 100.0
"""Percentage points of a share."""


def try_(
    file: RuleFile,
    scenario: Annotated[str, Argument(metavar="[SCENARIO]", help="Scenario in which the rule is tried.")] = "war_2022",
    runs: Annotated[int, Option(help="Runs with the rule and without it.")] = 60,
    chart: Annotated[
        str | None, Option(metavar="FILE", help="Also draw the chart, to a file that ends in png, svg or pdf.")
    ] = None,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace an existing file of the chart.")] = False,
) -> None:
    """Test a rule of your own: its requirements, both engines, and its effect if all follow it."""
    import hedgesim
    from hedgesim.analysis.comparison import compare
    from hedgesim.results.drafts import write_file

    check_counts(runs=runs)
    path = None if chart is None else file_of("try", chart, None, overwrite=overwrite, option="--chart")
    (rule,), name = use_rules([file]), Path(file).stem
    side = side_of(rule)
    print_lines(f"contract: {rule.__name__} keeps it, in {'NumPy and JAX' if find_spec('jax') else 'NumPy'}")
    usual = hedgesim.read_scenario(scenario)
    theirs = hedgesim.read_scenario(scenario, overrides=[f"rules.{side}.all.rule={name}"])
    print_lines(_engines(theirs))
    results = [hedgesim.run(one, runs) for one in (usual, theirs)]
    found = compare(*results, names=(usual.name, name))
    about = f"{several(runs, 'run')} of {usual.name}: with its own rules, and with {name} for all {side}"
    print_lines(about, "")
    print_headline(found, found.differences, SHOWN, "run both, and compare them", batches=results)
    presence = found.differences[(found.differences["outcome"] == PRESENCE) & (found.differences["entity"] != "")]
    assert results[1].case is not None
    print_lines(*_small_chart(presence, results[1].case.names, f"{name} less {usual.name}", found.period))
    if path is not None:
        content = _chart(results, presence, (usual.name, name), f"{about}.", path.suffix[1:].lower())
        write_file(path, content, overwrite=overwrite)
        print_lines("", f"Chart: {path}")


def _small_chart(presence: pd.DataFrame, names: Mapping[str, str], what: str, period: str) -> Iterator[str]:
    """What rises and what falls most in every country, in characters; nothing where nothing changes.

    names: of countries and options by code.
    """
    rows = []
    for country, own in presence[presence["difference"] != 0.0].groupby("entity"):
        ordered = own.sort_values("difference", ascending=False, kind="stable")
        for row in ordered.iloc[[0, -1] if len(ordered) > 1 else [0]].to_dict("records"):
            ends = (POINTS * row[name] for name in ("difference", "low", "high"))
            rows.append(Interval(names.get(str(country), str(country)), names.get(row["option"], row["option"]), *ends))
    if rows:
        n = sorted(set(presence["n"]))[-1]
        yield ""
        yield f"Presence in {period}, {what}, percentage points: the largest rise and the largest fall in every country"
        yield f"(o mean, --- 5 to 95 % of {several(n, 'pair')} of runs with the same random numbers)"
        yield from interval_lines(rows)


def _chart(results: list[Results], presence: pd.DataFrame, names: tuple[str, str], about: str, kind: str) -> bytes:
    """What the rule changes in every country, as a file; kind: of the file."""
    from dataclasses import replace

    from hedgesim.plots import paired
    from hedgesim.plots.batches import batch_of
    from hedgesim.plots.chart import Pick
    from hedgesim.plots.pages import page_of
    from hedgesim.plots.theme import rendered, theme
    from hedgesim.results.ownership import PAIRED

    first, second = (batch_of(one, name) for one, name in zip(results, names, strict=True))
    pairs = presence.rename(columns={"difference": "mean", "low": "q05", "high": "q95"})
    whole = replace(second, tables={**second.tables, PAIRED: pairs}, caption=about)
    with theme():
        return rendered(page_of(paired.PAIRED, [first, whole], Pick())[0], kind)


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
