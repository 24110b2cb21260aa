"""What is to be done for an experiment: its points by key, the parts they make, and which of them are missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hedgesim.batch.parts import PackedCase, PartTask
from hedgesim.batch.reduction import EXACT
from hedgesim.batch.space import on_disk
from hedgesim.batch.store import DIGITS, Part, Stretch, Survey, address_of
from hedgesim.batch.versions import digest_of_folder, digest_of_sources
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.variation import Turn
from hedgesim.experiment import DesignPoints, ScenarioVariant
from hedgesim.model.setting import Setting
from hedgesim.rules.files import files_in_use
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import source
from hedgesim.scenario.canonical import digest_of
from hedgesim.scenario.impulses import Impulse, impulses_of

FEWEST = 256
"""Runs of a part at least, where there are so many."""

SHARES = 16
"""Parts into which few runs are divided, so that several processes have work and little is lost with one."""

APART = ("rules", "settings", "parameters", "seed", "purpose")
"""Keys of a scenario that say nothing about its setting."""

Ranges = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class SweepPlan:
    """An experiment on its way to a store.

    points: what is to be run. engine, backend: names of what runs it.
    """

    points: DesignPoints
    engine: str = "ensemble"
    backend: str = "numpy"
    _grounds: dict[str, Ground] = field(default_factory=dict, compare=False, repr=False)
    _packs: dict[str, PackedCase] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def sources(self) -> str:
        """Digest of everything that turns points into numbers: the package's files and the user's own rules."""
        rules = [[file.name, file.digest] for file in files_in_use()]
        told = json.dumps([digest_of_sources(), rules, self.engine, self.backend])
        return hashlib.sha256(told.encode()).hexdigest()

    @cached_property
    def keys(self) -> list[str]:
        """The key of every point: digest of sources, resolved scenario, its tables, numbers, seed and first draw."""
        experiment = self.points.experiment
        bases = [
            f"{self.sources} {variant.scenario.digest} {digest_of_folder(variant.scenario.tables_folder)}"
            f" {experiment.seed}"
            for variant in self.points.variants
        ]
        also = {path: list(experiment.paths_of(path)) for path in self.points.numbers}
        names = json.dumps(list(also.values()))
        columns = [values.tolist() for values in self.points.numbers.values()]
        draws = self.points.table["first_draw"].tolist()
        return [
            hashlib.sha256(f"{bases[n]} {names} {numbers} {draw}".encode()).hexdigest()[:DIGITS]
            for n, draw, *numbers in zip(self.points.variant.tolist(), draws, *columns, strict=True)
        ]

    def stretches(self) -> Iterator[tuple[int, list[tuple[int, Stretch]]]]:
        """Every part: its variant, and points with the stretch of each; the same whatever is in a store."""
        replications = self.points.experiment.replications
        long = min(replications, EXACT)
        rows = min(EXACT, max(FEWEST, -(-self.runs // SHARES)))
        together = max(1, rows // long)
        distinct = self._distinct()
        for variant in range(len(self.points.variants)):
            pieces = [
                (point, Stretch(self.keys[point], first, min(first + long, replications)))
                for point in distinct[self.points.variant[distinct] == variant].tolist()
                for first in range(0, replications, long)
            ]
            for first in range(0, len(pieces), together):
                yield variant, pieces[first : first + together]

    @property
    def runs(self) -> int:
        """How many runs are made; points that are alike in everything are made once."""
        return len(self._distinct()) * self.points.experiment.replications

    def _distinct(self) -> NDArray[np.intp]:
        """The first point of every key, in order."""
        return np.sort(np.unique(np.asarray(self.keys), return_index=True)[1])

    def used(self, found: Survey) -> list[Part]:
        """The parts of a store that hold something of the plan."""
        keys = set(self.keys)
        return [part for part in found.parts if any(one.key in keys for one in part.stretches)]

    def missing(self, found: Survey) -> Iterator[PartTask]:
        """What has to be made, given what is in the store."""
        have = Holdings.of(found)
        for variant, pieces in self.stretches():
            todo = [(point, one, have.lacking(one, self._kept_of(one))) for point, one in pieces]
            left = [(point, one, written) for point, one, written in todo if written is not None]
            if left:
                yield self._task(variant, left)

    def case(self, variant: int) -> Case:
        """The case of a variant."""
        scenario = self.points.variants[variant].scenario
        return case_of(scenario, self._ground(scenario).setting)

    def bytes_on_disk(self, runs: int) -> float:
        """What some of its runs take on disk, rather too much than too little; statistics by quarter once a point."""
        experiment, case = self.points.experiment, self.case(0)
        need = on_disk(case, runs=runs, keep=0)
        whole = on_disk(case, runs=1, keep=1).kept
        points = runs / experiment.replications
        return need.rows + points * whole * (experiment.retention.keep + float(experiment.retention.summary))

    def _ground(self, scenario: Scenario) -> Ground:
        """What the tables give for a scenario; kept at hand, for variants that differ in rules alone share it."""
        told = {key: value for key, value in scenario.keys.items() if key not in APART}
        name = f"{digest_of(told)} {scenario.tables_folder}"
        if name not in self._grounds:
            self._grounds.clear()
            self._grounds[name] = Ground.of(scenario)
        return self._grounds[name]

    def _kept_of(self, one: Stretch) -> Kept:
        retention = self.points.experiment.retention
        return Kept(retention.summary, min(one.last, retention.keep))

    def _task(self, variant: int, left: Sequence[tuple[int, Stretch, tuple[int, int]]]) -> PartTask:
        """Some stretches of points of a variant as a task."""
        retention = self.points.experiment.retention
        places = [point for point, _, _ in left]
        part = Part(
            address="",
            files={},
            stretches=tuple(one for _, one, _ in left),
            written=tuple(written for _, _, written in left),
            summary=retention.summary,
            keep=retention.keep,
            rows=0,
            failed=0,
        )
        return PartTask(
            part=replace(part, address=address_of(part)),
            case=self._packed(variant),
            turns=self._turns(self.points.variants[variant]),
            values={path: of[places] for path, of in self.points.numbers.items()},
            draws=self.points.table["first_draw"].to_numpy()[places],
        )

    def _packed(self, variant: int) -> PackedCase:
        """The case of a variant as it travels; the last one is kept at hand."""
        name = f"{self.sources}-{self.points.variants[variant].scenario.digest}"
        if name not in self._packs:
            self._packs.clear()
            self._packs[name] = PackedCase.of(self.case(variant), name)
        return self._packs[name]

    def _turns(self, variant: ScenarioVariant) -> dict[str, tuple[Turn, ...]]:
        """What the number of each path changes in the case of a variant."""
        ground = self._ground(variant.scenario)

        def turn(path: str) -> Turn:
            first, _, rest = path.partition(".")
            if first == "settings":
                return Turn(parameter=rest)
            if first == "shock_sizes":
                return Turn(impulses=tuple(k for k, line in enumerate(ground.lines) if line.belongs_to(rest)))
            side, _, name = rest.split(".")
            axis = ground.setting.axes.countries if side == "countries" else ground.setting.axes.powers
            places = tuple(axis.index(code) for code in variant.members[path])
            return Turn(name, countries=places) if side == "countries" else Turn(name, powers=places)

        return {path: tuple(map(turn, self.points.experiment.paths_of(path))) for path in self.points.numbers}


@dataclass(frozen=True)
class Ground:
    """What the tables give for a scenario: its setting, and the impulses of its shocks."""

    setting: Setting
    lines: Sequence[Impulse]

    @staticmethod
    def of(scenario: Scenario) -> Ground:
        """Read it; ScenarioError or HedgesimError where the tables lack something."""
        known = source(scenario)
        return Ground(known.setting, impulses_of(scenario, known.tables.table("shocks")))


@dataclass(frozen=True)
class Kept:
    """What is kept of a stretch besides its rows: its statistics, and the runs below `keep` whole."""

    summary: bool
    keep: int


@dataclass(frozen=True)
class Holdings:
    """What a store holds: runs by key as ranges, and what is kept of whole stretches."""

    ranges: Ranges
    kept: Mapping[Stretch, Kept]

    @staticmethod
    def of(found: Survey) -> Holdings:
        """What sound parts hold."""
        ranges: Ranges = {}
        kept: dict[Stretch, Kept] = {}
        for part in found.parts:
            for one, written in zip(part.stretches, part.written, strict=True):
                ranges.setdefault(one.key, []).append(written)
                before = kept.get(one, Kept(summary=False, keep=0))
                kept[one] = Kept(before.summary or part.summary, max(before.keep, min(part.keep, one.last)))
        return Holdings({key: sorted(of) for key, of in ranges.items()}, kept)

    def lacking(self, one: Stretch, wanted: Kept) -> tuple[int, int] | None:
        """Which runs of a stretch are to be written, possibly none of them; None if nothing has to be made."""
        runs = self.without(one)
        have = self.kept.get(one, Kept(summary=False, keep=0))
        keeps = wanted.keep if wanted.keep > one.first else 0
        whole = (have.summary or not wanted.summary) and have.keep >= keeps
        if not runs:
            return None if whole else (one.first, one.first)
        return runs[0][0], runs[-1][1]

    def without(self, one: Stretch) -> list[tuple[int, int]]:
        """Runs of a stretch that are not in the store, as ranges."""
        left, at = [], one.first
        for first, last in self.ranges.get(one.key, ()):
            if last <= at or first >= one.last:
                continue
            if first > at:
                left.append((at, first))
            at = max(at, last)
        return [*left, (at, one.last)] if at < one.last else left


def missing_runs(plan: SweepPlan, found: Survey) -> int:
    """How many runs of a plan are not in a store."""
    have = Holdings.of(found)
    return sum(last - first for _, pieces in plan.stretches() for _, one in pieces for first, last in have.without(one))
