"""`hedgesim discover`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from hedgesim.commands._options import AsJson, ExperimentName, Overwrite, Quick, Store
from hedgesim.commands._printing import print_json, print_lines, print_table, records_of
from hedgesim.commands._sweeps import caption_of, folder_in_sweep, open_sweep, print_end, write_beside
from hedgesim.numbers import apart, significant

if TYPE_CHECKING:
    from hedgesim.analysis.discovery import Discovery
    from hedgesim.results.results import Results


def discover(
    experiment: ExperimentName,
    when: Annotated[
        str, Option(metavar="'OUTCOME < X'", help="Condition that a case of interest meets; also <=, > and >=.")
    ],
    output: Store = None,
    of: Annotated[str, Option(help="Cases: means over the runs of a point, or runs.")] = "means",
    boxes: Annotated[
        int, Option(help="Maximum number of boxes. Each box uses only cases outside the earlier boxes.")
    ] = 1,
    density: Annotated[
        float | None, Option(help="Take the widest box of at least this density. By default: the last box.")
    ] = None,
    peel: Annotated[float, Option(help="Share of the cases in a box that one step removes.")] = 0.05,
    paste: Annotated[float, Option(help="Share of the cases in a box that one step adds back.")] = 0.05,
    mass: Annotated[float, Option(help="Smallest share of all cases that a box must contain.")] = 0.05,
    quick: Quick = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Find boxes of factor values where a condition holds."""
    from hedgesim.analysis import discovery
    from hedgesim.analysis.boxes import Peeling, search_class
    from hedgesim.analysis.condition import Condition

    condition = Condition.read(when)
    search_class()
    results, folder = open_sweep(experiment, output, quick=quick)
    found = discovery.discover(results, condition, of=of, plan=Peeling(peel, paste, mass, boxes, density))
    where, written = _write(found, results, folder_in_sweep(folder, "discovery", found.name), overwrite=overwrite)
    if as_json:
        tables = {"boxes": records_of(found.chosen), "limits": records_of(found.boxes.limits)}
        print_json({"folder": where and str(where), "written": written, **_facts(found), **tables})
        return
    _print_boxes(found)
    cases = f"{found.hits} of {found.cases} {'runs' if found.of == 'runs' else 'means of points'}"
    print_lines(f"{found.condition.text} in {cases}: density {significant(found.hits / found.cases)} overall.")
    print_lines(
        "Coverage: share of these cases that are in the box. Density: their share of the cases in the box. Mass: "
        "share of all cases that are in the box."
    )
    print_lines(
        "quasi-p: chance of a box with this density or more if this limit had no effect; above .05 the limit "
        "may be dropped."
    )
    if found.of == "runs" and int(results.manifest["replications"]) > 1:
        print_lines("Runs of a point, and runs of the same number, are not independent cases: quasi-p is too small.")
    if found.failed:
        print_lines(f"Left out: {found.failed} runs that failed.")
    if found.undefined:
        print_lines(f"Left out: {found.undefined} runs without {found.condition.outcome}.")
    print_end(results, written)


def _write(found: Discovery, results: Results, folder: Path | None, *, overwrite: bool) -> tuple[Path | None, str]:
    """Draw boxes, and write them with their origin."""
    import pandas as pd

    from hedgesim.plots.chart import Batch
    from hedgesim.plots.discovery import draw_discovery
    from hedgesim.plots.labels import Names

    ranges = pd.DataFrame(
        [(name, *ends) for name, ends in found.ranges.items()], columns=["factor", "lowest", "highest"]
    )
    tables = {"steps": found.boxes.steps, "limits": found.boxes.limits, "ranges": ranges}
    batch = Batch(found.name, tables, Names({}, {}), caption=caption_of(results), manifest=_facts(found))
    return write_beside(
        results,
        folder,
        tables,
        facts=_facts(found),
        library="PRIM",
        draw=lambda charts: draw_discovery(batch, charts),
        overwrite=overwrite,
    )


def _facts(found: Discovery) -> dict[str, Any]:
    counts = {"cases": found.cases, "hits": found.hits, "failed_runs": found.failed, "undefined_runs": found.undefined}
    return {"when": found.condition.text, "of": found.of, **counts, "peeling": asdict(found.plan)}


def _print_boxes(found: Discovery) -> None:
    """Every box with its measures, and its limits."""
    measures = {name: f"{{{name}}}" for name in ("coverage", "density", "mass")}
    print_table(found.chosen, {"box": "{box}", **measures, "restricted factors": "{restricted}"})
    limits = found.boxes.limits
    numbers = apart(limits["number"], 4)
    ends = [words or number for words, number in zip(limits["words"], numbers, strict=True)]
    columns = {"box": "{box}", "factor": "{factor}", "limit": "{limit}", "": "{end}", "quasi-p": "{quasi_p:.2g}"}
    print_table(limits.assign(end=ends), columns)
