"""Several cases as one: a sweep is a single ensemble in which each run has its own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.model.arrays import Array
from hedgesim.model.setting import FORM

Owner = TypeVar("Owner")


@dataclass(frozen=True)
class Points:
    """Cases that differ in numbers only, and how many runs are made of each.

    varied: values of what differs between the cases, axes (case,), by path; for naming only.
    """

    cases: tuple[Case, ...]
    runs: int
    varied: Mapping[str, Array]

    def __len__(self) -> int:
        """How many rows there are: the runs of the first case, then those of the next."""
        return len(self.cases) * self.runs

    def block(self, rows: range) -> tuple[Case, list[int]]:
        """One case for some rows, whose numbers have a run axis wherever cases differ, and the run of each row.

        Random numbers are those of the run, whatever the case: equal runs of different cases are twins.
        """
        place = [row // self.runs for row in rows]
        used = sorted(set(place))
        among = [used.index(n) for n in place]
        merged = _merged_cases([self.cases[n] for n in used], among)
        varied = {path: np.asarray(values)[place] for path, values in self.varied.items()}
        return replace(merged, varied=varied), [row % self.runs for row in rows]


def split_by_form(cases: Sequence[Case]) -> Iterator[range]:
    """Stretches of successive cases that differ in numbers only."""
    first = 0
    for n in range(1, len(cases) + 1):
        if n == len(cases) or not _alike(cases[first], cases[n]):
            yield range(first, n)
            first = n


def _alike(one: Case, other: Case) -> bool:
    """Whether two cases have the same form: axes, seed, rules but for their parameters, formats and what is drawn at the start."""
    rules = [[type(rule) for rule in (*case.country_rules, *case.power_rules)] for case in (one, other)]
    if (one.setting.axes, one.seed) != (other.setting.axes, other.seed) or rules[0] != rules[1]:
        return False
    pairs = [(getattr(one.setting, name), getattr(other.setting, name)) for name in FORM]
    shocks = (one.setting.shocks, other.setting.shocks)
    if shocks[0].names != shocks[1].names or not np.array_equal(shocks[0].rate, shocks[1].rate):
        return False
    pairs += [(shocks[0].masks[channel], shocks[1].masks[channel]) for channel in shocks[0].masks]
    return all(_equal(a, b) for a, b in pairs)


def _equal(one: Any, other: Any) -> bool:
    if is_dataclass(one):
        return all(_equal(getattr(one, item.name), getattr(other, item.name)) for item in fields(one))
    return bool(np.array_equal(one, other, equal_nan=True))


def _merged_cases(cases: Sequence[Case], among: Sequence[int]) -> Case:
    """One case for runs of several; among: of which of them each run is."""
    first, settings = cases[0], [case.setting for case in cases]
    if len(cases) == 1:
        return first
    setting = _merged(settings, among, apart=("axes", "shocks", *FORM))
    shocks = _merged([s.shocks for s in settings], among, apart=("names", "masks", "rate"))
    groups = {
        group.name: _merged([getattr(case.parameters, group.name) for case in cases], among)
        for group in fields(first.parameters)
    }
    return replace(
        first,
        setting=replace(setting, shocks=shocks),
        parameters=replace(first.parameters, **groups),
        country_rules=_merged_rules([case.country_rules for case in cases], among),
        power_rules=_merged_rules([case.power_rules for case in cases], among),
    )


def _merged_rules(rules: Sequence[tuple[Owner, ...]], among: Sequence[int]) -> tuple[Owner, ...]:
    """The rule of each place; places that share theirs in every case share it here."""
    known: dict[tuple[int, ...], Owner] = {}
    merged = []
    for own in zip(*rules, strict=True):
        key = tuple(map(id, own))
        if key not in known:
            known[key] = _merged(own, among)
        merged.append(known[key])
    return tuple(merged)


def _merged(owners: Sequence[Owner], among: Sequence[int], *, apart: Sequence[str] = ()) -> Owner:
    """The first owner with an array over runs in each field in which owners differ; apart: fields left as they are."""
    first: Any = owners[0]
    changed = {}
    for item in fields(first):
        values = [np.asarray(getattr(owner, item.name)) for owner in owners] if item.name not in apart else []
        if any(not np.array_equal(values[0], value) for value in values[1:]):
            changed[item.name] = _over_runs(values, among)
    merged: Owner = replace(first, **changed)
    return merged


def _over_runs(values: Sequence[Array], among: Sequence[int]) -> Array:
    """Numbers, or arrays whose run axis has length 1, as an array with a run axis."""
    if values[0].ndim:
        return np.concatenate(values, axis=-1)[..., list(among)]
    return np.asarray(values)[list(among)][None, None, None, :]
