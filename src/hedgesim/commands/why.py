"""`hedgesim why`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from hedgesim.analysis.headline import runs_with_sign
from hedgesim.commands._options import AsJson, Backend, RuleFiles, Seed, check_counts, one_by_one, use_rules
from hedgesim.commands._printing import print_aside, print_json, print_lines, print_rows, records_of, several
from hedgesim.commands.plot import file_of
from hedgesim.errors import HedgesimError
from hedgesim.numbers import rounded

if TYPE_CHECKING:
    from hedgesim.analysis.attribution import Attribution

HARDLY = 0.01
"""Share of the largest contribution below which one is only named."""

Row = Mapping[Any, Any]
Source = Annotated[str, Argument(help="Scenario by name or path, or folder of the results of a run.")]


def why(
    first: Source,
    second: Source,
    outcome: Annotated[str, Option(help="Outcome, such as presence_RUS_KAZ, hedging_index_UZB or leader_meetings.")],
    by: Annotated[
        str, Option(help="differences (shocks by event, settings, rules, changes), shocks, channels, or mechanisms.")
    ] = "differences",
    mechanisms: Annotated[
        list[str] | None,
        Option(
            "--mechanism",
            metavar="NAME",
            callback=one_by_one("--mechanism"),
            help="Divide the difference among these mechanisms; may be repeated.",
        ),
    ] = None,
    groups: Annotated[
        list[str] | None,
        Option("--group", metavar="NAME=SWITCH,...", help="Switches, or patterns, that count as one; may be repeated."),
    ] = None,
    runs: Annotated[int, Option(help="Runs of every combination of switches.")] = 100,
    backend: Backend = "numpy",
    seed: Seed = None,
    rule_files: RuleFiles = None,
    chart: Annotated[
        str | None, Option(metavar="FILE", help="Also draw the parts, to a file that ends in png, svg or pdf.")
    ] = None,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace an existing file of the chart.")] = False,
    as_json: AsJson = False,
) -> None:
    """Divide the difference between two scenarios among its causes: shocks, settings, changes, or mechanisms."""
    from hedgesim.analysis.attribution import Question
    from hedgesim.commands._progress import counting
    from hedgesim.engines import engine_of
    from hedgesim.results.drafts import write_file
    from hedgesim.results.recorded import scenario_from

    check_counts(runs=runs)
    path = None if chart is None else file_of("tornado", chart, None, overwrite=overwrite, option="--chart")
    engine = engine_of("ensemble", backend)
    use_rules(rule_files)
    joined = dict(map(_group, groups or ()))
    a, b = (scenario_from(name, seed)[0] for name in (first, second))
    question = Question.of(a, b, mechanisms or by, joined)
    question.check(outcome, runs)
    size = f"{several(question.combinations, 'combination')} of {several(len(question.switches), 'switch', 'switches')}"
    print_aside(f"{size}, {several(runs, 'run')} of each{' and of both scenarios' if question.sides == 2 else ''}")
    with counting("running combinations", question.combinations * question.sides * runs) as on_runs:
        found = question.answer(outcome, runs, engine, on_runs)
    made = f"{size}, {several(len(found.by_run), 'run')} of each"
    if path is not None:
        write_file(path, _chart(found, made, path.suffix[1:].lower()), overwrite=overwrite)
    if as_json:
        print_json(_record(found))
        return
    _print(found, made)
    if path is not None:
        print_lines(f"Chart: {path}")


def _chart(found: Attribution, made: str, kind: str) -> bytes:
    """The parts as bars, in the unit in which they are printed; kind: of the file."""
    from hedgesim.plots.theme import rendered, theme
    from hedgesim.plots.tornado import tornado_page

    unit, scale = _unit(found)
    bars = found.table.assign(**{name: scale * found.table[name] for name in ("value", "low", "high")})
    title = f"{found.words}: {found.names[1]} less {found.names[0]}{f',{unit}' if unit else ''}"
    notes = ("Bars: mean contributions; they sum to the difference. Lines: 5 to 95 % of runs.", f"{made}.")
    with theme():
        return rendered(tornado_page(bars, title=title, notes=notes), kind)


def _group(text: str) -> tuple[str, list[str]]:
    """The name of a group and what is in it."""
    name, _, members = text.partition("=")
    found = [one.strip() for one in members.split(",") if one.strip()]
    if not name.strip() or not found:
        raise HedgesimError(f"--group {text}", "it is not NAME=SWITCH,SWITCH", "Write it like --group pipes='cpc_*'.")
    return name.strip(), found


def _record(found: Attribution) -> dict[str, Any]:
    low, high = found.interval
    return {
        **{name: getattr(found, name) for name in ("outcome", "words", "names", "period", "by", "base", "other")},
        **{"total": found.total, "error": found.error if len(found.by_run) > 1 else None, "low": low, "high": high},
        **{"runs": len(found.by_run), "left_out": found.left_out, "switches": records_of(found.table)},
    }


def _print(found: Attribution, size: str) -> None:
    """The difference, what contributes to it in words, and a table."""
    a, b = found.names
    low, high = found.interval
    total: Row = {"switch": "total", "value": found.total, "error": found.error, "low": low, "high": high}
    (base, other), _ = rounded([found.base, found.other], found.error)
    print_lines(
        f"{found.words}, {found.period}: {base} in {a}, {other} in {b}; {b} against {a}: {_amount(found, total)}.",
        "What contributes:",
    )
    rows = found.table.to_dict("records")
    largest = max(abs(row["value"]) for row in rows)
    listed = [row for row in rows if abs(row["value"]) > HARDLY * largest]
    print_lines(*(f"  {n}. {_sentence(found, row)}" for n, row in enumerate(listed, start=1)))
    if others := [row["switch"] for row in rows if row not in listed]:
        print_lines(f"  Very little or nothing: {', '.join(others)}.")
    print_lines("")
    cells = [_cells(row, found.total) for row in (*rows, total)]
    print_rows(["switch", "contribution", "± error", "90 % of runs", "of the total", "alone", "last"], cells)
    print_lines(
        f"Contributions are Shapley values, run by run with the same random numbers ({size}); they sum to the total.",
        "alone, last: effect of a switch when no other switch is on, and when all others are on.",
    )
    if found.left_out:
        print_lines(f"Left out: {several(found.left_out, 'run')} that failed with some combination.")


def _unit(found: Attribution) -> tuple[str, float]:
    """The unit in which an outcome is printed, and the factor to it."""
    return (" percentage points", 100.0) if found.outcome.startswith("presence_") else ("", 1.0)


def _amount(found: Attribution, row: Row) -> str:
    """A difference with its error, shares in percentage points."""
    unit, factor = _unit(found)
    (value,), error = rounded([factor * row["value"]], factor * row["error"])
    sign = "+" if row["value"] > 0.0 else ""
    return f"{sign}{value}{f' ± {error}' if row['error'] and error else ''}{unit}"


def _sentence(found: Attribution, row: Row) -> str:
    """What a switch does, in words."""
    sure = runs_with_sign(row["same_sign"], len(found.by_run))
    sure = sure if row["same_sign"] == 1.0 else f"with this sign {sure}"
    return f"{_amount(found, row)}, {sure}: {row['switch']} ({row['what']})"


def _cells(row: Row, total: float) -> Sequence[object]:
    ends = [row[name] for name in ("alone", "last") if name in row]
    (value, low, high, *ends), error = rounded([row["value"], row["low"], row["high"], *ends], row["error"])
    share = f"{100 * row['value'] / total:z.0f} %" if total else ""
    return row["switch"], value, error, f"{low} to {high}", share, *(ends or ("", ""))
