"""`hedgesim sensitivity`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

import hedgesim
from hedgesim.commands._options import AsJson, ExperimentName, Overwrite, Quick, Store, one_by_one
from hedgesim.commands._printing import print_json, print_lines, print_rows, print_table, records_of, unchanged
from hedgesim.commands._sweeps import caption_of, folder_in_sweep, open_sweep, print_end, write_beside
from hedgesim.numbers import rounded, significant, with_error

if TYPE_CHECKING:
    from hedgesim.analysis.sensitivity import Sensitivity
    from hedgesim.results.results import Results

MEANING: Mapping[str, str] = {
    "sobol": "ST: share of the variance to which a factor contributes, alone or with others; S1: alone.",
    "morris": "mu_star: mean absolute effect of a factor over its range, in the unit of the outcome; mu: mean effect"
    " with its sign; sigma: how much the effect varies with the values of the factors (interactions or curvature).",
    "given": "PAWN: how far the distribution moves when the factor is kept within a tenth of its range, 0 to 1; S1: "
    "share of the variance from the factor alone.",
}
"""How to read the measures of a method."""

OF_GROUPS = (
    "mu_star: mean absolute effect of a group over the ranges of its factors, in the unit of the outcome. A group has "
    "no direction, so it has no mu and no sigma."
)
"""The same where Morris's design moves groups."""


def sensitivity(
    experiment: ExperimentName,
    output: Store = None,
    method: Annotated[
        str | None, Option(help="sobol, morris or given. By default: the method that fits the design.")
    ] = None,
    outcomes: Annotated[
        list[str] | None,
        Option("--outcome", callback=one_by_one("--outcome"), help="Column of the table of runs; may be repeated."),
    ] = None,
    less: Annotated[
        str,
        Option(metavar="SCENARIO", help="Scenario of the sweep; its outcomes are subtracted from those of the others."),
    ] = "",
    level: Annotated[float, Option(help="Level of the confidence intervals.")] = 0.95,
    resamples: Annotated[int, Option(help="Resamples of the bootstrap.")] = 100,
    seed: Annotated[int | None, Option(help="Seed of the bootstrap. By default: the seed of the sweep.")] = None,
    quick: Quick = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Print which uncertainties change the outcomes of a sweep."""
    results, folder = open_sweep(experiment, output, quick=quick)
    found = hedgesim.sensitivity(
        results, outcomes or (), method=method, less=less, level=level, resamples=resamples, seed=seed
    )
    own = f"{found.method}_less_{less}" if less else found.method
    where, written = _write(found, results, folder_in_sweep(folder, "sensitivity", own), overwrite=overwrite, less=less)
    if as_json:
        tables = {"indices": records_of(found.indices), "basis": records_of(found.basis)}
        print_json(
            {
                "folder": where and str(where),
                "written": written,
                "method": found.method,
                **asdict(found.bootstrap),
                **tables,
            }
        )
        return
    _print_indices(found)
    interval = f"{100 * found.bootstrap.level:g} % interval of the bootstrap"
    meaning = OF_GROUPS if found.measures == ("mu_star",) else MEANING[found.method]
    print_lines(f"{meaning} ±, or in brackets: {interval}.")
    for line in (*groups_in_words(found, results), *_remarks(found)):
        print_lines(line)
    print_end(results, written)


def _write(
    found: Sensitivity, results: Results, folder: Path | None, *, overwrite: bool, less: str
) -> tuple[Path | None, str]:
    """Draw indices, and write them with their origin."""
    from hedgesim.analysis.sensitivity import METHODS
    from hedgesim.plots.sensitivity import Sensitivities, draw_sensitivity

    used, units = found.defined["used"], METHODS[found.method].units
    low, high = int(used.min()), int(used.max())
    note = f"Lines: {100 * found.bootstrap.level:g} % intervals of the bootstrap,"
    note += f" {low if low == high else f'{low} to {high}'} {units}."
    if found.few:
        note += f" Below {METHODS[found.method].few} they are unreliable."
    if found.method == "given":
        note += " Broken line: the PAWN that one factor in twenty without effect exceeds."
    if "sigma" in found.measures:
        note += (
            " Right of the line effects are nearly linear, left of it they are curved or depend on other factors. At"
            " most ten factors are named."
        )
    note += "".join(f" {line}" for line in groups_in_words(found, results))
    if less:
        note += f" Every outcome is the difference to {less}, run by run with the same random numbers."
    drawn = tuple(name for name in found.measures if name != "mu")
    outcomes = list(dict.fromkeys(found.basis["outcome"]))
    page = Sensitivities(found.indices, found.basis, found.groups, drawn, note, caption_of(results))
    return write_beside(
        results,
        folder,
        {"indices": found.indices, "basis": found.basis},
        facts={"method": found.method, "less": less, "outcomes": outcomes, **asdict(found.bootstrap)},
        library="SALib",
        draw=lambda charts: draw_sensitivity(page, outcomes, charts),
        overwrite=overwrite,
    )


def groups_in_words(found: Sensitivity, results: Results) -> Iterator[str]:
    """Which uncertainties the groups of an analysis hold."""
    groups = results.manifest.get("groups", {})
    analysed = set(found.indices["factor"])
    named = [f"{name}: {', '.join(paths)}" for name, paths in groups.items() if name in analysed]
    if named:
        yield f"Groups: {'; '.join(named)}."


def _print_indices(found: Sensitivity) -> None:
    """Indices of every factor, the largest first, and what they rest on."""
    from hedgesim.analysis.sensitivity import METHODS

    groups = [name for name in found.groups if found.basis[name].nunique() > 1]
    keys, measures, rows = [*groups, "outcome"], found.measures, []
    for names, part in found.indices[found.indices["other"] == ""].groupby(keys, sort=False):
        cells = part.assign(text=list(map(_interval, part.to_dict("records"))))
        wide = cells.pivot(index="factor", columns="measure", values=["value", "text"])
        for factor, row in wide.sort_values(("value", measures[0]), ascending=False, kind="stable").iterrows():
            rows.append([*names, factor, *(row["text"][m] for m in measures)])
    print_rows([*keys, "factor", *measures], rows)
    pairs = found.indices[(found.indices["other"] != "") & (found.indices["value"] > found.indices["confidence"])]
    if len(pairs):
        ordered = pairs.sort_values("value", ascending=False, kind="stable").to_dict("records")
        rows = [[*(row[name] for name in [*keys, "factor", "other"]), _interval(row)] for row in ordered]
        print_rows([*keys, "factor", "with", "S2"], rows)
    counts = {METHODS[found.method].units: "{used}", "dropped": "{dropped}", "failed runs": "{failed}"}
    counts |= {"undefined runs": "{undefined}"} if found.basis["undefined"].any() else {}
    percent = found.basis.assign(noise=[_noise(share) for share in found.basis["noise"]])
    print_table(percent, {**unchanged(keys), **counts, "noise, %": "{noise}"})


def _noise(share: float) -> str:
    """Monte Carlo error as a share of the variance, in percent; of more than all of it only that."""
    return "exceeds the signal" if share >= 1.0 else significant(100.0 * share, 2)


def _interval(row: Mapping[Any, Any]) -> str:
    """A value ± its error, or with the ends of an interval that is cut at 0; ~ if it spans all that is possible."""
    value, low, plus = row["value"], row["low"], row["confidence"]
    if low > value - plus:
        (text, high), _ = rounded([value, row["high"]], plus)
        return f"{text} (0 to {high}){' ~' * row['vague']}"
    return with_error(value, plus) + " ~" * row["vague"]


def _remarks(found: Sensitivity) -> Iterator[str]:
    """What else has to be known to read the numbers."""
    from hedgesim.analysis.sensitivity import METHODS

    method, basis, pairs = METHODS[found.method], found.basis, found.indices[found.indices["other"] != ""]
    if found.few:
        yield f"Few: below {method.few} {method.units} the numbers and their intervals are unreliable."
    if found.indices["vague"].any():
        yield (
            "~: the interval covers all possible values, 0 to 1 (mu_star: 0 to the largest), so the number contains "
            "no information."
        )
    if len(pairs) and not (pairs["value"] > pairs["confidence"]).any():
        yield "No pair of factors has an S2 above its ±: no interaction of two factors can be detected."
    if basis["noise"].notna().any():
        yield (
            "Noise: share of the variance between means over runs that is Monte Carlo error. It lowers S1 and raises"
            " what remains for interactions; more replications reduce it."
        )
    else:
        yield "One run a sample: the share of Monte Carlo error in the variance is unknown."
    if basis["dropped"].any():
        yield f"Dropped: {method.units} in which a sample has no successful run with the outcome."
    if basis["undefined"].any():
        yield "Undefined: runs without this outcome, for example because the country is not in their list."
    by_chance = basis["by_chance"].dropna()
    if len(by_chance):
        yield f"One factor in twenty without effect would have a PAWN of {significant(by_chance.max())} or more."
    for outcome, rows in found.defined.groupby("outcome", sort=False):
        constant = int((~rows["varies"]).sum())
        if constant:
            of = f" in {constant} of {len(rows)} combinations of scenario and levers" if len(rows) > 1 else ""
            yield f"{outcome} is the same in all samples{of}: there is no variance to attribute."
