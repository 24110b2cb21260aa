"""Which uncertainty moves an outcome: Sobol's, Morris's and given-data indices of a stored sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis.indices import (
    Bootstrap,
    Index,
    Values,
    given_indices,
    morris_indices,
    noise_share,
    pawn_by_chance,
    sobol_indices,
)
from hedgesim.analysis.stored import (
    SAMPLE,
    SCENARIO,
    Varied,
    check_outcomes,
    check_whole,
    place_of,
    undefined_in,
    varied_in,
)
from hedgesim.errors import HedgesimError, choose_from, texts, whole
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS


@dataclass(frozen=True)
class Method:
    """A method of sensitivity analysis.

    designs: those whose samples it can take, its own first. units: what it resamples. fewest: how many of them
    are needed; few: below it its numbers are unreliable. measures: what it computes for each factor; by the first
    factors are put in order. compute: see `hedgesim.analysis.indices`.
    """

    designs: tuple[str, ...]
    units: str
    fewest: int
    few: int
    measures: tuple[str, ...]
    compute: Callable[[Sequence[str], Values, Values, Bootstrap], list[Index]]


GIVEN = "given"
METHODS: Mapping[str, Method] = {
    "sobol": Method(("saltelli",), "base samples", 2, 64, ("ST", "S1"), sobol_indices),
    "morris": Method(("morris",), "paths", 2, 10, ("mu_star", "mu", "sigma"), morris_indices),
    GIVEN: Method(("latin_hypercube", "sobol", "saltelli", "csv"), "samples", 50, 256, ("PAWN", "S1"), given_indices),
}
MADE_FOR = {"saltelli": "sobol", "morris": "morris"}
"""The method of a design; other designs are for the given-data method."""

FEWEST_RESAMPLES = 20
"""Fewest resamples from which a spread is computed."""

NOT_NEGATIVE = ("ST", "PAWN", "mu_star")
"""Measures whose intervals end at 0; the estimate of the others may be below it."""

ESTIMATE = ("value", "confidence")
BASIS = ("used", "dropped", "failed", "undefined", "noise", "by_chance", "varies")


@dataclass(frozen=True)
class Sensitivity:
    """Indices of sensitivity, and what they are computed from.

    groups: columns of scenario and levers, which have rows of their own. indices: a row per group, outcome, measure and
    factor (S2: and other) with value, confidence (±), the ends low and high of its interval, and whether it is vague:
    the interval spans all that is possible, 0 to 1, of mu_star 0 to the largest of the factors. basis: a row per group
    and outcome: used and dropped units (those of the method), failed runs, undefined ones, in which there is no such
    outcome, noise (share of the variance of means that is Monte Carlo error), by_chance (PAWN of a factor without
    effect), whether the outcome varies at all.
    """

    method: str
    groups: tuple[str, ...]
    bootstrap: Bootstrap
    indices: pd.DataFrame
    basis: pd.DataFrame

    @property
    def few(self) -> bool:
        """Whether the numbers are computed from few units."""
        return bool(self.defined["used"].min() < METHODS[self.method].few)

    @property
    def measures(self) -> tuple[str, ...]:
        """What is computed for each factor; of groups that Morris's design moves only mu_star."""
        known, found = METHODS[self.method].measures, set(self.indices["measure"])
        return tuple(name for name in known if name in found) or known

    @property
    def defined(self) -> pd.DataFrame:
        """The basis where the outcome exists."""
        return self.basis[self.basis["used"] > 0]


def sensitivity(
    results: Results,
    outcomes: Sequence[str] = (),
    *,
    method: str | None = None,
    less: str = "",
    level: float = 0.95,
    resamples: int = 100,
    seed: int | None = None,
) -> Sensitivity:
    """Indices of sensitivity of a finished sweep, separately for every scenario and combination of levers.

    outcomes: columns of the table of runs; by default those of the experiment. Analysed is the mean over the successful
    runs of a sample; a base sample or path in which a sample has none is dropped as a unit and counted. An outcome that
    exists in no run of a group has no indices there. method: sobol, morris or given; by default the one of the design.
    less: a scenario of the sweep; each outcome is then that of every other scenario less that of this one, run by run
    with the same samples and random numbers. level, resamples, seed: of the bootstrap, the seed by default that of the
    experiment.

    Raises:
        HedgesimError: the sweep is unfinished, its design does not fit the method, too few runs succeeded, or it has
            no such outcome.
    """
    check_whole(results)
    _check_bootstrap(level, whole("resamples", resamples))
    manifest = results.manifest
    chosen = _method_of(manifest, method)
    wanted = tuple(dict.fromkeys(texts("outcomes", outcomes))) or tuple(str(name) for name in manifest["outcomes"])
    check_outcomes(results, wanted, "--outcome" if outcomes else place_of(results))
    _check_less(manifest, less)
    varied = varied_in(results)
    if not varied.uncertainties:
        raise HedgesimError(place_of(results), "nothing is uncertain in it", "Add uncertainties and sweep again.")
    factors = _factors(manifest, varied, chosen)
    bootstrap = Bootstrap(level, resamples, int(manifest["seed"]) if seed is None else whole("seed", seed, 0))
    indices: list[tuple[object, ...]] = []
    basis: list[tuple[object, ...]] = []
    for group, runs, values in _groups(results, varied, wanted, less=less):
        for outcome in wanted:
            failed, undefined = int(runs["failed"].notna().sum()), int(undefined_in(runs, outcome).sum())
            if failed + undefined == len(runs) and undefined:
                basis.append((*group, outcome, 0, 0, failed, undefined, float("nan"), float("nan"), False))
                continue
            of_runs = runs[outcome].to_numpy(dtype=np.float64).reshape(len(values), -1)
            means, kept, (used, dropped, noise) = _units(of_runs, values, chosen, manifest)
            found = METHODS[chosen].compute(factors, means, kept, bootstrap)
            chance = pawn_by_chance(means[:, 0], bootstrap) if chosen == GIVEN and found else float("nan")
            indices += [(*group, outcome, *index) for index in found]
            basis.append((*group, outcome, used, dropped, failed, undefined, noise, chance, bool(found)))
    if not indices and not any(row[len(varied.groups) + 1] for row in basis):
        remedy = "Name another --outcome, or sweep with what it needs, such as its country."
        raise HedgesimError(place_of(results), f"no run has {', '.join(wanted)}", remedy)
    key = [*varied.groups, "outcome"]
    return Sensitivity(
        method=chosen,
        groups=tuple(varied.groups),
        bootstrap=bootstrap,
        indices=_with_ends(pd.DataFrame(indices, columns=[*key, "measure", "factor", "other", *ESTIMATE]), key),
        basis=pd.DataFrame(basis, columns=[*key, *BASIS]),
    )


def _factors(manifest: Mapping[str, Any], varied: Varied, method: str) -> tuple[str, ...]:
    """What a method calls every uncertainty: by its path, or by its group where the design moves groups."""
    groups = {} if method == GIVEN else manifest.get("groups", {})
    group_of = {path: name for name, paths in groups.items() for path in paths}
    return tuple(group_of.get(path, path) for path in varied.uncertainties)


def _with_ends(indices: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Indices with the ends of their intervals, and whether these span all that is possible."""
    value, confidence, measure = indices["value"], indices["confidence"], indices["measure"]
    low, high = value - confidence, value + confidence
    largest = value.groupby([indices[name] for name in (*key, "measure")]).transform("max")
    vague = (low <= 0.0) & (high >= largest.where(measure == "mu_star", 1.0))
    return indices.assign(low=low.mask(measure.isin(NOT_NEGATIVE) & (low < 0.0), 0.0), high=high, vague=vague)


def _check_bootstrap(level: float, resamples: int) -> None:
    if not 0.0 < level < 1.0:
        raise HedgesimError(f"--level {level:g}", "a level is between 0 and 1", "Write --level 0.95.")
    if resamples < FEWEST_RESAMPLES:
        fault, remedy = "so few resamples give no spread", f"Write --resamples {FEWEST_RESAMPLES} or more."
        raise HedgesimError(f"--resamples {resamples}", fault, remedy)


def _method_of(manifest: Mapping[str, Any], method: str | None) -> str:
    """The method that is asked for, or the one for the design; HedgesimError if they do not fit."""
    design = str(manifest["design"])
    chosen = method or MADE_FOR.get(design, GIVEN)
    if chosen not in METHODS:
        raise HedgesimError(f"--method {chosen}", "there is no such method", f"Name {', '.join(METHODS)}.")
    designs = METHODS[chosen].designs
    if design in designs:
        return chosen
    needed = " or ".join(filter(None, [", ".join(designs[:-1]), designs[-1]]))
    own = MADE_FOR.get(design) or (GIVEN if design in METHODS[GIVEN].designs else None)
    choice = f", or use --method {own}." if own else "."
    fault = f"its design is {design}, and the method {chosen} needs {needed}"
    remedy = f"Write design: {designs[0]} in the experiment and sweep again{choice}"
    raise HedgesimError(manifest["experiment"], fault, remedy)


def _check_less(manifest: Mapping[str, Any], less: str) -> None:
    """Refuse a scenario to compare with that the sweep lacks, or that is alone in it."""
    known = [str(name) for name in manifest["scenarios"].values()]
    if less and less not in known:
        raise HedgesimError(f"--less {less}", "there is no such scenario in the sweep", choose_from(less, known))
    if less and len(known) == 1:
        raise HedgesimError(f"--less {less}", "it is the only scenario of the sweep", "Leave --less out.")


def _differences(rows: pd.DataFrame, varied: Varied, outcomes: Sequence[str], less: str) -> pd.DataFrame:
    """The outcomes of every scenario less those of one, paired by levers, sample and run."""
    if not less:
        return rows
    key, names = [*varied.levers, SAMPLE, "run"], list(outcomes)
    base, others = rows[rows[SCENARIO] == less], rows[rows[SCENARIO] != less]
    paired = others.drop(columns=names).merge(base[[*key, *names]], on=key, how="left", validate="many_to_one")
    changes = others[names].to_numpy(dtype=np.float64) - paired[names].to_numpy(dtype=np.float64)
    named = {SCENARIO: others[SCENARIO].astype(str) + f" less {less}"}
    return others.assign(**named, **{name: changes[:, k] for k, name in enumerate(names)})


def _groups(
    results: Results, varied: Varied, outcomes: Sequence[str], *, less: str
) -> Iterator[tuple[tuple[str, ...], pd.DataFrame, Values]]:
    """Every scenario and combination of levers: its name, its runs in the order of samples, and the factors' values.

    Values have axes (sample, factor).
    """
    columns = [*varied.groups, SAMPLE, "run", *varied.uncertainties, *outcomes, "failed"]
    replications = int(results.manifest["replications"])
    table = _differences(results.table(RUNS, columns=columns), varied, outcomes, less)
    for names, rows in table.groupby(varied.groups, sort=False):
        runs = rows.sort_values([SAMPLE, "run"], kind="stable", ignore_index=True)
        first = runs.iloc[::replications]
        if not np.array_equal(runs[SAMPLE], np.repeat(np.arange(len(first)), replications)):
            raise HedgesimError(place_of(results), "runs are missing in the table of runs", "Sweep it again.")
        values = np.column_stack([_numbers(first[path]) for path in varied.uncertainties])
        yield tuple(map(str, names)), runs, values


def _numbers(column: pd.Series[Any]) -> Values:
    """A factor in numbers; words by their place in the order in which they first occur."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    return np.asarray(pd.factorize(column)[0], dtype=np.float64)


def _units(
    of_runs: Values, values: Values, method: str, manifest: Mapping[str, Any]
) -> tuple[Values, Values, tuple[int, int, float]]:
    """What a method is computed from: means over runs and values of the factors, of units without a failed sample.

    of_runs: of the outcome, axes (sample, run). values: axes (sample, factor). Returns axes (unit, row) and (unit, row,
    factor), and of the basis how many units are used and dropped, and the share of noise.
    """
    counts = (~np.isnan(of_runs)).sum(axis=1)
    means = np.where(counts > 0, np.nansum(of_runs, axis=1) / np.maximum(counts, 1), np.nan)
    size = len(means) // int(manifest["samples"] or len(means))
    if method == GIVEN:
        if manifest["design"] == "saltelli":  # of a base sample only the first and the last row share no value
            place = np.arange(len(means)) % size
            means, values = (array[(place == 0) | (place == size - 1)] for array in (means, values))
        size = 1
    units, factors = means.reshape(-1, size), values.reshape(-1, size, values.shape[1])
    complete = ~np.isnan(units).any(axis=1)
    used, dropped = int(complete.sum()), int((~complete).sum())
    _check_enough(method, used, dropped, manifest)
    noise = noise_share(of_runs, shared=manifest["pairing"] == "all")
    return units[complete], factors[complete], (used, dropped, noise)


def _check_enough(method: str, used: int, dropped: int, manifest: Mapping[str, Any]) -> None:
    known = METHODS[method]
    if used >= known.fewest:
        return
    through = f" without failed runs, {dropped} with" if dropped else ""
    fault = f"the method {method} needs at least {known.fewest} {known.units}, and there are {used}{through}"
    more = "Add lines to its table" if manifest["design"] == "csv" else f"Write samples: {known.few} or more"
    raise HedgesimError(manifest["experiment"], fault, f"{more} and sweep again; --quick gives too few.")
