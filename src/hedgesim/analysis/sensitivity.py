"""Which uncertainty moves an outcome: Sobol's, Morris's and given-data indices of a stored sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis import indices
from hedgesim.analysis.indices import NOTHING, Bootstrap, Index, Values
from hedgesim.analysis.stored import SAMPLE, Varied, check_outcomes, check_whole, place_of, varied_in
from hedgesim.errors import HedgesimError
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS


@dataclass(frozen=True)
class Method:
    """A method of sensitivity analysis.

    designs: those whose samples it can take. units: what it rests on. fewest: so many of them are needed; few: with
    less its numbers say little.
    """

    designs: tuple[str, ...]
    units: str
    fewest: int
    few: int


METHODS: Mapping[str, Method] = {
    "sobol": Method(("saltelli",), "base samples", 2, 64),
    "morris": Method(("morris",), "paths", 2, 10),
    "given": Method(("latin_hypercube", "sobol", "saltelli", "csv"), "samples", 50, 256),
}
MADE_FOR = {"saltelli": "sobol", "morris": "morris"}
"""The method for which a design was made; others are for the given-data method."""


@dataclass(frozen=True)
class Sensitivity:
    """Indices of sensitivity, and what they rest on.

    groups: columns of scenario and levers, which have rows of their own. indices: a row per group, outcome, measure and
    factor (S2: and other) with value and confidence (±). basis: a row per group and outcome: used and dropped units
    (those of the method), failed runs, noise (part of the variance of means that is chance), by_chance (PAWN of a
    factor without effect), whether the outcome varies at all.
    """

    method: str
    groups: tuple[str, ...]
    bootstrap: Bootstrap
    indices: pd.DataFrame
    basis: pd.DataFrame

    @property
    def few(self) -> bool:
        """Whether the numbers rest on little."""
        return bool(self.basis["used"].min() < METHODS[self.method].few)


@dataclass(frozen=True)
class _Group:
    """The runs of a scenario and a combination of levers; values: of factors, axes (sample, factor)."""

    names: tuple[str, ...]
    values: Values
    runs: pd.DataFrame
    replications: int

    def outcome(self, name: str) -> Values:
        """An outcome, axes (sample, run); not a number where the run failed."""
        return self.runs[name].to_numpy(dtype=np.float64).reshape(len(self.values), self.replications)


def sensitivity(
    results: Results,
    outcomes: Sequence[str] = (),
    *,
    method: str | None = None,
    level: float = 0.95,
    resamples: int = 100,
    seed: int | None = None,
) -> Sensitivity:
    """Indices of sensitivity of a finished sweep, of every scenario and combination of levers apart.

    outcomes: columns of the table of runs; by default those of the experiment. Analysed is the mean over the runs of
    a sample that came through; a base sample or path in which a sample has none is dropped as a whole and counted.
    method: sobol, morris or given; by default what the design was made for. level, resamples, seed: of the bootstrap,
    the seed by default that of the experiment.

    Raises:
        HedgesimError: the sweep is unfinished, its design does not fit the method, too few runs came through, or it
            has no such outcome.
    """
    check_whole(results)
    _check_bootstrap(level, resamples)
    manifest = results.manifest
    chosen = _method_of(manifest, method)
    wanted = tuple(dict.fromkeys(outcomes)) or tuple(str(name) for name in manifest["outcomes"])
    check_outcomes(results, wanted, "--outcome" if outcomes else place_of(results))
    varied = varied_in(results)
    if not varied.uncertainties:
        raise HedgesimError(place_of(results), "nothing is uncertain in it", "Add uncertainties and sweep again.")
    bootstrap = Bootstrap(level, resamples, int(manifest["seed"]) if seed is None else seed)
    rows: list[tuple[object, ...]] = []
    basis: list[tuple[object, ...]] = []
    for group in _groups(results, varied, wanted):
        for outcome in wanted:
            part = _analysed(group, outcome, chosen, manifest, bootstrap)
            basis.append((*group.names, outcome, *part.basis))
            rows += [(*group.names, outcome, *_told(index, varied)) for index in part.indices]
    return Sensitivity(
        chosen,
        tuple(varied.groups),
        bootstrap,
        pd.DataFrame(rows, columns=[*varied.groups, "outcome", "measure", "factor", "other", "value", "confidence"]),
        pd.DataFrame(basis, columns=[*varied.groups, "outcome", *_BASIS]),
    )


FEWEST_RESAMPLES = 20
"""Below it a spread over resamples says nothing."""


def _check_bootstrap(level: float, resamples: int) -> None:
    if not 0.0 < level < 1.0:
        place = f"--level {level:g}"
        raise HedgesimError(place, "a level lies between 0 and 1", "Write --level 0.95.")
    if resamples < FEWEST_RESAMPLES:
        remedy = f"Write --resamples {FEWEST_RESAMPLES} or more."
        place = f"--resamples {resamples}"
        raise HedgesimError(place, "so few resamples tell no spread", remedy)


_BASIS = ("used", "dropped", "failed", "noise", "by_chance", "varies")


def _told(index: Index, varied: Varied) -> tuple[object, ...]:
    other = "" if index.other == NOTHING else varied.uncertainties[index.other]
    return index.measure, varied.uncertainties[index.factor], other, index.value, index.confidence


def _method_of(manifest: Mapping[str, Any], method: str | None) -> str:
    """The method that is asked for, or the one for the design; HedgesimError if they do not fit."""
    design, place = str(manifest["design"]), str(manifest["experiment"])
    chosen = method or MADE_FOR.get(design, "given")
    if chosen not in METHODS:
        place = f"--method {chosen}"
        raise HedgesimError(place, "there is no such method", f"Name {', '.join(METHODS)}.")
    designs = METHODS[chosen].designs
    if design in designs:
        return chosen
    needed = " or ".join(filter(None, [", ".join(designs[:-1]), designs[-1]]))
    remedy = f"Write design: {designs[0]} in the experiment and sweep again"
    own = MADE_FOR.get(design) or ("given" if design in METHODS["given"].designs else None)
    choice = f", or use --method {own}." if own else "."
    raise HedgesimError(place, f"its design is {design}, and the method {chosen} needs {needed}", f"{remedy}{choice}")


def _groups(results: Results, varied: Varied, outcomes: Sequence[str]) -> Iterator[_Group]:
    """The runs by scenario and levers, in the order of samples and runs."""
    columns = [*varied.groups, SAMPLE, "run", *varied.uncertainties, *outcomes]
    runs = results.table(RUNS, columns=columns)
    replications = int(results.manifest["replications"])
    for names, rows in runs.groupby(varied.groups, sort=False):
        ordered = rows.sort_values([SAMPLE, "run"], kind="stable", ignore_index=True)
        first = ordered.iloc[::replications]
        if not np.array_equal(ordered[SAMPLE], np.repeat(np.arange(len(first)), replications)):
            raise HedgesimError(place_of(results), "runs are missing in the table of runs", "Sweep it again.")
        values = np.column_stack([_numbers(first[path]) for path in varied.uncertainties])
        yield _Group(tuple(map(str, names)), values, ordered, replications)


def _numbers(column: pd.Series[Any]) -> Values:
    """A factor in numbers; words by their place in the order in which they first occur."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    return np.asarray(pd.factorize(column)[0], dtype=np.float64)


@dataclass(frozen=True)
class _Part:
    indices: Sequence[Index]
    basis: tuple[object, ...]


def _analysed(group: _Group, outcome: str, method: str, manifest: Mapping[str, Any], bootstrap: Bootstrap) -> _Part:
    """Indices of one outcome in one group, and what they rest on."""
    values = group.outcome(outcome)
    failed = int(np.isnan(values).sum())
    counts = (~np.isnan(values)).sum(axis=1)
    means = np.where(counts > 0, np.nansum(values, axis=1) / np.maximum(counts, 1), np.nan)
    noise = indices.noise_share(values, shared=manifest["pairing"] == "all")
    size = 1 if method == "given" else len(means) // int(manifest["samples"])
    if method == "given" and manifest["design"] == "saltelli":
        kept = _independent(len(means), len(means) // int(manifest["samples"]))
    else:
        kept = np.arange(len(means))
    units, at = means[kept].reshape(-1, size), group.values[kept].reshape(-1, size, group.values.shape[1])
    whole = ~np.isnan(units).any(axis=1)
    used, dropped = int(whole.sum()), int((~whole).sum())
    _check_enough(method, used, dropped, manifest)
    found, chance = _COMPUTE[method](units[whole], at[whole], bootstrap)
    return _Part(found, (used, dropped, failed, noise, chance, bool(found)))


def _independent(n: int, size: int) -> Any:
    """Rows of a Saltelli design that share no value with each other: the first and the last of each base sample."""
    firsts = np.arange(0, n, size)
    return np.sort(np.concatenate([firsts, firsts + size - 1]))


def _check_enough(method: str, used: int, dropped: int, manifest: Mapping[str, Any]) -> None:
    known = METHODS[method]
    if used >= known.fewest:
        return
    through = f" without failed runs, {dropped} with" if dropped else ""
    fault = f"the method {method} needs at least {known.fewest} {known.units}, and there are {used}{through}"
    more = "Add lines to its table" if manifest["design"] == "csv" else f"Write samples: {known.few} or more"
    raise HedgesimError(manifest["experiment"], fault, f"{more} and sweep again; --quick makes too few.")


Computed = tuple[Sequence[Index], float]


def _sobol(units: Values, at: Values, bootstrap: Bootstrap) -> Computed:
    found = indices.sobol_indices(units, at.shape[-1], bootstrap) if indices.sobol_varies(units) else ()
    return found, float("nan")


def _morris(units: Values, at: Values, bootstrap: Bootstrap) -> Computed:
    return indices.morris_indices(units, at, bootstrap) if indices.given_varies(units) else (), float("nan")


def _given(units: Values, at: Values, bootstrap: Bootstrap) -> Computed:
    """Indices of the factors that vary."""
    means, values = units[:, 0], at[:, 0, :]
    moving = np.flatnonzero(np.ptp(values, axis=0) > 0.0)
    if not (len(moving) and indices.given_varies(means)):
        return (), float("nan")
    found = indices.given_indices(means, values[:, moving], bootstrap)
    placed = [index._replace(factor=int(moving[index.factor])) for index in found]
    return placed, indices.pawn_by_chance(means, bootstrap)


_COMPUTE: Mapping[str, Callable[[Values, Values, Bootstrap], Computed]] = {
    "sobol": _sobol,
    "morris": _morris,
    "given": _given,
}
