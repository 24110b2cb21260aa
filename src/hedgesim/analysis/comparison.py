"""What differs between batches of runs: outcomes ranked by how far they part, paired run by run where possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.analysis.run_outcomes import Key, RunOutcomes, end_of, key_of, paired_values
from hedgesim.errors import HedgesimError, texts
from hedgesim.model.named_outcomes import FAMILIES, name_of, which
from hedgesim.numbers import INTERVAL
from hedgesim.results.region import names_in
from hedgesim.results.results import Results, check_results
from hedgesim.results.summary import error_of, without_rounding
from hedgesim.scenario.tables import names_by_code
from hedgesim.scenario.twins import leaves_of

FEWEST, MOST = 2, 6
"""Batches that can be compared at once."""

NAMED = ("shocks.", "changes.")
"""Beginnings of paths below which names of a scenario's own stand."""

WORDS = ("purpose", "shocks", "changes")
"""Paths of a scenario that decide nothing by themselves."""

DIGITS = 12
"""Digits of a digest that are shown."""

MOST_RELATIVE = 10.0
"""Difference over base up to which a percent change is given: beyond it the base is near 0, and it means nothing."""

COLUMNS = (
    "batch", "outcome", "entity", "option", "base", "value", "difference", "error", "low", "high", "relative",
    "same_sign", "n", "runs", "paired", "effect",
)  # fmt: skip

KEY = ("outcome", "entity", "option")

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Batches of runs, each compared with the first.

    differences: a row for each batch but the first and each outcome that both have, the largest effects first. base,
    value: means of the first batch and of this one; difference: value less base, with its standard error; low, high: 5
    and 95 % of runs where runs are paired, else the 90 % interval of the difference of the means; relative: difference
    over base, empty where the base is near 0 or a level is below 0; same_sign: share of pairs whose difference has the
    sign of the mean; n: pairs, or runs of the smaller batch; runs: how many there are, which is more where only kept
    runs have the outcome; effect: size of the difference over the standard deviation of runs. settings: a row for each
    value that is not the same in all batches, a column for each batch. left_out: what could not be compared, in
    sentences. called: names in words by code, as the regions of the batches write them.
    """

    names: tuple[str, ...]
    period: str
    differences: pd.DataFrame
    settings: pd.DataFrame
    left_out: tuple[str, ...]
    called: Mapping[str, str] = field(default_factory=dict)


def compare(first: Results, *others: Results, names: Sequence[str] = (), outcomes: Sequence[str] = ()) -> Comparison:
    """Compare results with the first: outcomes at the end of runs, and counts over them.

    names: what the batches are called; by default their scenarios or experiments. outcomes: of single countries,
    options or formats that are compared too, such as `member_AZE_CM`; what the tables of runs lack is compared over
    the runs that are kept in full.

    Raises:
        HedgesimError: fewer than two batches or more than six, one that is no results, another number of names, or
            nothing that all of them have.
        StoreError: a table is missing or damaged.
    """
    batches, names = (first, *others), texts("names", names)
    for batch in batches:
        check_results("batch", batch)
    if not FEWEST <= len(batches) <= MOST:
        fault = f"{len(batches)} batches cannot be compared"
        raise HedgesimError("compare", fault, f"Give {FEWEST} to {MOST} of them.")
    if names and len(names) != len(batches):
        raise HedgesimError("names", f"there are {len(names)} for {len(batches)} batches", "Name every batch.")
    called = distinct(names or tuple(_name_of(one.manifest) for one in batches))
    period, left_out = _last_quarter(batches, called)
    values = [RunOutcomes(one, period, outcomes) for one in batches]
    left_out += [_failed(own, name) for own, name in zip(values, called, strict=True) if own.failed[0]]
    frames = []
    for name, own, results in zip(called[1:], values[1:], others, strict=True):
        shared = [key for key in values[0] if key in own]
        left_out += _lacking(called[0], values[0], name, own)
        paired = first.manifest.get("seed") == results.manifest.get("seed")
        runs = values[0].runs_with(own, paired=paired)
        frames += [(name, *key, *_difference(values[0][key], own[key], runs, paired=paired)) for key in shared]
    if not frames:
        raise HedgesimError("compare", "the batches have no outcome in common", "Name batches of the same countries.")
    table = pd.DataFrame(frames, columns=list(COLUMNS))
    ranked = table.sort_values(["batch", "effect"], ascending=[True, False], kind="stable", key=_in_order(called))
    words = names_in(one.manifest for one in batches)
    settings = _settings(batches, called)
    return Comparison(called, period, ranked.reset_index(drop=True), settings, tuple(left_out), words)


def _in_order(names: Sequence[str]) -> Any:
    """Key of a sort that puts batches in the order in which they are given."""
    return lambda column: column.map(list(names).index) if column.name == "batch" else column


def _name_of(manifest: Mapping[str, Any]) -> str:
    return str(manifest.get("experiment") or manifest.get("scenario") or "results")


def last_parts(places: Sequence[str]) -> tuple[str, ...]:
    """What folders and scenarios are called: the last part of a path, or all of it where that is not enough."""
    last = [name.rstrip("/").rpartition("/")[2].removesuffix(".yaml") for name in places]
    return tuple(places if len(set(last)) < len(last) else last)


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names with a number after those that occur again."""
    return tuple(
        name if names.count(name) == 1 else f"{name} ({names[: n + 1].count(name)})" for n, name in enumerate(names)
    )


def _last_quarter(batches: Sequence[Results], names: Sequence[str]) -> tuple[str, list[str]]:
    """The last quarter that all runs have, empty for sweeps, and what is left out because of it."""
    ends = {name: end_of(one) for name, one in zip(names, batches, strict=True)}
    known = {end for end in ends.values() if end}
    if len(known) < 2:
        return next(iter(known), ""), []
    if "" in ends.values():
        raise HedgesimError("compare", "a sweep and runs end in other quarters", "Compare runs with runs.")
    said = ", ".join(f"{name} {end}" for name, end in ends.items())
    line = f"Ends differ ({said}): compared in {min(known)}, over the runs that are kept; counts are left out."
    return min(known), [line]


def _failed(outcomes: RunOutcomes, name: str) -> str:
    failed, runs = outcomes.failed
    return f"{name}: {failed} of {runs} runs failed and are left out."


def _lacking(one: str, first: Mapping[Key, object], other: str, second: Mapping[Key, object]) -> list[str]:
    """What only one of two batches has, by country or outcome."""
    lines = []
    for name, own, others, without in ((one, first, second, other), (other, second, first, one)):
        places = sorted({key[1] for key in own if key[1]} - {key[1] for key in others})
        outcomes = sorted({key[0] for key in own} - {key[0] for key in others})
        options = sorted({key[2] for key in own if key[2]} - {key[2] for key in others})
        if places or outcomes or options:
            lines.append(f"Only in {name}, not in {without}: {', '.join([*places, *options, *outcomes])}.")
    return lines


def _difference(base: pd.Series[float], own: pd.Series[float], runs: int, *, paired: bool) -> tuple[Any, ...]:
    """The numbers of a row of the differences; runs: that both batches have."""
    shared = paired_values(base, own) if paired else None
    pairs = shared is not None
    one, other = (np.asarray(side, dtype=np.float64) for side in shared or (base, own))
    change, error, low, high, same = (_of_pairs if pairs else _of_samples)(one, other)
    spread = float(np.sqrt((one.var() + other.var()) / 2.0))
    effect = 0.0 if change == 0.0 else abs(change) / spread if spread > 0.0 else np.inf
    level, value, n = float(one.mean()), float(other.mean()), min(len(one), len(other))
    relative = change / level if level > 0.0 <= value and change <= MOST_RELATIVE * level else np.nan
    return level, value, change, error, low, high, relative, same, n, max(n, runs), pairs, effect


def _of_pairs(one: Values, other: Values) -> tuple[float, ...]:
    """Mean difference of paired runs, its error, 5 and 95 % of runs, and the share with the sign of the mean."""
    change = without_rounding(other - one)
    mean, error = float(change.mean()), error_of(change)
    low, high = (float(q) for q in np.quantile(change, INTERVAL))
    return mean, error, low, high, float((np.sign(change) == np.sign(mean)).mean())


def _of_samples(one: Values, other: Values) -> tuple[float, ...]:
    """Difference of the means of independent runs, its error and its 90 % interval; no share of signs."""
    mean, error = float(other.mean() - one.mean()), float(np.hypot(error_of(one), error_of(other)))
    reach = NormalDist().inv_cdf(INTERVAL[1]) * error
    return mean, error, mean - reach, mean + reach, np.nan


def _settings(batches: Sequence[Results], names: Sequence[str]) -> pd.DataFrame:
    """Values of scenarios and of how they were run that are not the same in all batches: setting, a column a batch."""
    held = [_about(one.manifest) for one in batches]
    held = [{path: value for path, value in one.items() if not _is_own(path, held)} | _own(one, held) for one in held]
    paths = list(dict.fromkeys(path for one in held for path in one))
    rows = [[path, *(one.get(path, "") for one in held)] for path in paths]
    return pd.DataFrame([row for row in rows if len(set(map(str, row[1:]))) > 1], columns=["setting", *names])


def _is_own(path: str, held: Sequence[Mapping[str, object]]) -> bool:
    """Whether a path is of a shock or change that some batch does not have; such a one is one row."""
    if not path.startswith(NAMED):
        return False
    named = ".".join(path.split(".")[:2])
    return any(not any(name.startswith(f"{named}.") for name in one) for one in held)


def _own(held_by_one: Mapping[str, object], held: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """A row for each shock or change of a batch that some other does not have: when it acts."""
    rows: dict[str, object] = {}
    for path, value in held_by_one.items():
        kind, name, *key = path.split(".")[:3] if path.startswith(NAMED) else ("", "")
        if key in (["date"], ["arrival"]) and _is_own(path, held):
            rows[f"{kind}.{name}"] = f"from {value}" if key == ["date"] else f"at a rate of {value} a quarter"
    return rows


def _about(manifest: Mapping[str, Any]) -> dict[str, object]:
    """Values of a scenario by path; seed, runs, engine and version; the start of the digest of every own rule file."""
    plain = {name: manifest[name] for name in ("experiment", "seed", "runs", "hedgesim", "engine") if name in manifest}
    rules = manifest.get("rules") or {}
    own = {f"rule file {name}.py": str(digest)[:DIGITS] for name, digest in rules.items()}
    scenario = leaves_of(str(manifest.get("scenario_text", "")))
    return {**{path: value for path, value in scenario.items() if path not in WORDS}, **plain, **own}


def of_outcomes(found: Comparison, outcomes: Sequence[str]) -> pd.DataFrame:
    """The differences of some outcomes: `presence` for all countries and options, or one alone: `presence_RUS_KAZ`.

    Raises:
        HedgesimError: an outcome that no difference is about, with the known ones.
    """
    rows = found.differences
    keys, known = list(zip(*(rows[name] for name in KEY), strict=True)), list(dict.fromkeys(rows["outcome"]))
    chosen = np.zeros(len(rows), dtype=bool)
    for outcome in outcomes:
        own = rows["outcome"].to_numpy() == outcome
        own = own if own.any() else np.asarray([key == key_of(outcome) for key in keys], dtype=bool)
        if not own.any():
            remedy = which(
                outcome, [*known, *map(name_of, keys), *(family.form for family in FAMILIES)], names_by_code()
            )
            raise HedgesimError(f"--outcome {outcome}", "there is no such outcome", remedy)
        chosen |= own
    return rows[chosen]
