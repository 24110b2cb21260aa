"""What the command line does with stored sweeps: indices of sensitivity, and boxes of a condition."""

from __future__ import annotations

import importlib.metadata
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from hedgesim.analysis.discovery import Discovery
from hedgesim.analysis.sensitivity import METHODS, Sensitivity
from hedgesim.analysis.stored import whole_sweep
from hedgesim.batch.address import folder_at
from hedgesim.batch.findings import write_findings
from hedgesim.batch.folder import LocalFolder
from hedgesim.batch.opening import Sweep
from hedgesim.batch.results import MANIFEST
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.sweeping import experiment_of, folder_of
from hedgesim.plots.discovery import Found, draw_discovery
from hedgesim.plots.sensitivity import Sensitivities, draw_sensitivity
from hedgesim.scenario.calibrations import in_words

SENSITIVITY, DISCOVERY, CHARTS = "sensitivity", "discovery", "charts"
"""Folders of what is found, inside that of the sweep, and of its charts."""

READ: Mapping[str, str] = {
    "sobol": "ST: part of the variance that a factor has a hand in, alone or with others; S1: alone.",
    "morris": "mu_star: mean size of the effect of a factor over its range, in the unit of the outcome; mu: the same"
    " with its sign; sigma: how much the effect hangs on where the others stand, or bends.",
    "given": "PAWN: how far the distribution moves where the factor is held in a tenth of its range, 0 to 1; S1: part"
    " of the variance that comes from it alone.",
}
"""How to read the measures of a method."""


def open_sweep(name: str, output: str | None, *, quick: bool) -> tuple[Sweep, str]:
    """The sweep of an experiment, whole, and where it lies; HedgesimError says how to make or mend it."""
    experiment = experiment_of(name, quick=quick)
    folder = folder_of(experiment, output, quick=quick)
    words = ["hedgesim", "sweep", name, *(["--quick"] if quick else []), *(["-o", output] if output else [])]
    return whole_sweep(experiment, folder, shlex.join(words)), folder


def report_sensitivity(found: Sensitivity, results: Sweep, folder: str, *, as_json: bool) -> None:
    """Write and draw indices beside their sweep, and print them."""
    where = _own_folder(folder, SENSITIVITY, found.method)
    if where is not None:
        _write_sensitivity(found, results, where)
    if as_json:
        tables = {"indices": records_of(found.indices), "basis": records_of(found.basis)}
        told = {"folder": where and str(where), "method": found.method, **_bootstrap(found), **tables}
        Console(soft_wrap=True).print_json(data=told, default=str)
        return
    _print_indices(found)
    say = Console(soft_wrap=True).print
    say(f"{READ[found.method]} ±: {100 * found.bootstrap.level:g} % interval of the bootstrap.")
    for line in _remarks(found):
        say(line)
    _say_end(results, where)


def report_discovery(found: Discovery, results: Sweep, folder: str, *, as_json: bool) -> None:
    """Write and draw boxes beside their sweep, and print them."""
    where = _own_folder(folder, DISCOVERY, found.name)
    if where is not None:
        _write_discovery(found, results, where)
    if as_json:
        tables = {"boxes": records_of(found.chosen), "limits": records_of(found.boxes.limits)}
        told = {"folder": where and str(where), **_counts(found), **tables}
        Console(soft_wrap=True).print_json(data=told, default=str)
        return
    _print_boxes(found)
    say = Console(soft_wrap=True).print
    part = f"{found.hits} of {found.cases} {'runs' if found.of == 'runs' else 'means of points'}"
    say(f"{found.condition.text} in {part}: density {found.hits / found.cases:.3g} everywhere.")
    say("Coverage: part of these that lie in the box. Density: part of the box that they are. Mass: part of all cases.")
    say("quasi-p: chance of so dense a box if this limit did nothing; above .05 it may be left out.")
    if found.of == "runs" and int(results.manifest["replications"]) > 1:
        say("Runs of a point, and those of one number, are no independent cases: quasi-p is too small.")
    if found.failed:
        say(f"Left out: {found.failed} runs that failed.")
    _say_end(results, where)


def _own_folder(folder: str, kind: str, name: str) -> Path | None:
    """Where findings go: beside the sweep, nowhere if that is at an address."""
    place = folder_at(folder)
    return place.path / kind / name if isinstance(place, LocalFolder) else None


def _say_end(results: Sweep, where: Path | None) -> None:
    say = Console(soft_wrap=True).print
    say(f"{results.manifest['question']}")
    say(f"Of the model, not of the world; {_parameters(results)}.")
    say(f"Tables and charts: {where}" if where else "At an address nothing is written.")


def _write_sensitivity(found: Sensitivity, results: Sweep, folder: Path) -> None:
    """Draw indices, and write them with what they were made from."""
    _remove_charts(folder)
    measures = METHODS[found.method].measures
    drawn = (measures[0], "sigma") if found.method == "morris" else (measures[0], measures[1])
    note = f"Lines: {100 * found.bootstrap.level:g} % intervals of the bootstrap, {_units(found)}."
    if found.few:
        note += f" Below {METHODS[found.method].few} they say little."
    if found.method == "given":
        note += " Broken line: what PAWN gives one factor in twenty that has no effect."
    if found.method == "morris":
        note += (
            " Right of the line effects are nearly straight, left of it they bend or hang on other factors. At most ten"
            " factors are named."
        )
    outcomes = list(dict.fromkeys(found.basis["outcome"]))
    page = Sensitivities(found.indices, found.basis, found.groups, drawn, note, _caption(results))
    charts = draw_sensitivity(page, outcomes, folder / CHARTS)
    facts = {"method": found.method, **_bootstrap(found), **_origin(results, "SALib"), **_named(charts)}
    write_findings(folder, SENSITIVITY, {"indices": found.indices, "basis": found.basis}, facts)


def _write_discovery(found: Discovery, results: Sweep, folder: Path) -> None:
    """Draw boxes, and write them with what they were made from."""
    _remove_charts(folder)
    title = f"When is {found.condition.text.replace('_', ' ')}?"
    everywhere = found.hits / found.cases
    page = Found(found.boxes.steps, found.boxes.limits, found.ranges, title, _caption(results), everywhere)
    charts = draw_discovery(page, folder / CHARTS)
    facts = {**_counts(found), **_origin(results, "PRIM"), **_named(charts)}
    write_findings(folder, DISCOVERY, {"steps": found.boxes.steps, "limits": found.boxes.limits}, facts)


def _named(charts: Sequence[Path]) -> dict[str, object]:
    return {"charts": [path.name for path in charts]}


def _remove_charts(folder: Path) -> None:
    """Remove the charts that an earlier analysis left in its folder, by the list of its manifest."""
    try:
        listed = json.loads(LocalFolder(folder).read(MANIFEST) or b"{}")["charts"]
    except (ValueError, KeyError, TypeError):
        return
    for name in listed:
        (folder / CHARTS / Path(str(name)).name).unlink(missing_ok=True)


def _origin(results: Sweep, library: str) -> dict[str, object]:
    """From which sweep findings are, and which library made them."""
    manifest = results.manifest
    kept = ("experiment", "question", "digest", "points_sha256", "design", "samples", "replications", "runs", "failed")
    return {**{key: manifest[key] for key in kept}, "library": {library: importlib.metadata.version(library)}}


def _caption(results: Sweep) -> str:
    manifest = results.manifest
    return (
        f"Experiment {manifest['experiment']}, design {manifest['design']}, {manifest['runs']} runs, seed"
        f" {manifest['seed']}, {_parameters(results)}."
    )


def _parameters(results: Sweep) -> str:
    """Where the parameters come from that the experiment does not vary."""
    return "; ".join(in_words(str(name)) for name in results.manifest["parameters"])


def _bootstrap(found: Sensitivity) -> dict[str, object]:
    return {"level": found.bootstrap.level, "resamples": found.bootstrap.resamples, "seed": found.bootstrap.seed}


def _units(found: Sensitivity) -> str:
    """On how many units a method's numbers rest."""
    low, high = int(found.basis["used"].min()), int(found.basis["used"].max())
    return f"{low if low == high else f'{low} to {high}'} {METHODS[found.method].units}"


def _print_indices(found: Sensitivity) -> None:
    """Indices of every factor, the largest first, and what they rest on."""
    groups = [name for name in found.groups if found.basis[name].nunique() > 1]
    measures = METHODS[found.method].measures
    rows = []
    for keys, part in found.indices[found.indices["other"] == ""].groupby([*groups, "outcome"], sort=False):
        wide = part.pivot(index="factor", columns="measure", values=["value", "confidence"])
        for factor, row in wide.sort_values(("value", measures[0]), ascending=False, kind="stable").iterrows():
            told = (_cell(row["value"][name], row["confidence"][name]) for name in measures)
            rows.append([*map(str, keys), str(factor), *told])
    print_rows([*groups, "outcome", "factor", *measures], rows)
    pairs = found.indices[(found.indices["other"] != "") & (found.indices["value"] > found.indices["confidence"])]
    if len(pairs):
        print_rows([*groups, "outcome", "factor", "with", "S2"], list(_pairs(pairs, groups)))
    kept = [
        [*(str(row[name]) for name in [*groups, "outcome", "used", "dropped", "failed"]), _noise(row["noise"])]
        for row in found.basis.to_dict("records")
    ]
    print_rows([*groups, "outcome", METHODS[found.method].units, "dropped", "failed runs", "noise"], kept)


def _pairs(pairs: pd.DataFrame, groups: Sequence[str]) -> Iterator[list[str]]:
    for row in pairs.sort_values("value", ascending=False, kind="stable").to_dict("records"):
        names = (str(row[name]) for name in [*groups, "outcome", "factor", "other"])
        yield [*names, _cell(row["value"], row["confidence"])]


def _cell(value: float, plus: float) -> str:
    return f"{value:.3g}" if plus != plus else f"{value:.3f} ± {plus:.3f}"


def _noise(share: float) -> str:
    return "" if share != share else f"{100 * share:.2g} %"


def _remarks(found: Sensitivity) -> Iterator[str]:
    """What else has to be known to read the numbers."""
    method = METHODS[found.method]
    if found.few:
        yield f"Few: below {method.few} {method.units} neither the numbers nor their intervals say much."
    basis, pairs = found.basis, found.indices[found.indices["other"] != ""]
    if len(pairs) and not (pairs["value"] > pairs["confidence"]).any():
        yield "No pair of factors has an S2 above its ±: no interaction of two can be told from none."
    if basis["noise"].notna().any():
        yield (
            "Noise: part of the variance between means over runs that is the chance of runs. It lowers S1 and raises"
            " what is left to interactions; more replications make it smaller."
        )
    else:
        yield "One run a sample: what of the variance is the chance of runs cannot be told."
    if basis["dropped"].any():
        yield f"Dropped: {method.units} in which a sample has no run that came through."
    by_chance = basis["by_chance"].dropna()
    if len(by_chance):
        yield f"One factor in twenty without effect would get a PAWN of {by_chance.max():.3f} or more."
    for outcome, rows in basis.groupby("outcome", sort=False):
        still = int((~rows["varies"]).sum())
        if still:
            of = f" in {still} of {len(rows)} combinations of scenario and levers" if len(rows) > 1 else ""
            yield f"{outcome} is the same in all samples{of}: nothing to share out."


def _counts(found: Discovery) -> dict[str, Any]:
    plan = found.plan
    told = {"peel": plan.peel, "paste": plan.paste, "mass": plan.mass, "boxes": plan.boxes, "density": plan.density}
    return {
        "when": found.condition.text,
        "of": found.of,
        "cases": found.cases,
        "hits": found.hits,
        "failed_runs": found.failed,
        "peeling": told,
    }


def _print_boxes(found: Discovery) -> None:
    """Every box with its measures, and its limits."""
    rows = [
        [str(row["box"]), *(f"{row[name]:.3f}" for name in ("coverage", "density", "mass")), str(row["restricted"])]
        for row in found.chosen.to_dict("records")
    ]
    print_rows(["box", "coverage", "density", "mass", "restricted factors"], rows)
    limits = [
        [str(row["box"]), str(row["factor"]), str(row["limit"]), _end(row), f"{row['quasi_p']:.2g}"]
        for row in found.boxes.limits.to_dict("records")
    ]
    print_rows(["box", "factor", "limit", "", "quasi-p"], limits)


def _end(row: Mapping[Any, Any]) -> str:
    return str(row["words"]) or f"{row['number']:.4g}"
