"""What is to be run for an experiment: its points by key, the chunks they form, and which of them are missing."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines import engine_of
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.variation import VariedNumber, varied_number
from hedgesim.experiment import DesignPoints, Experiment, design_points, split_by
from hedgesim.results.blocks import further_in
from hedgesim.results.chunks import Task
from hedgesim.results.manifest import digest_of_folder, digest_of_sources
from hedgesim.results.ownership import identity_of
from hedgesim.results.reduction import EXACT
from hedgesim.results.space import on_disk
from hedgesim.results.store import DIGITS, Bounds, Chunk, Contents, PointRuns
from hedgesim.rules.catalogue import files_in_use
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.checked import digest_of
from hedgesim.scenario.impulses import impulses_of

FEWEST = 256
"""Runs of a chunk at least, where there are so many."""

SHARES = 16
"""Chunks into which few runs are divided, so that several processes have work and little is lost with one."""

APART = ("rules", "settings", "parameters", "seed", "purpose")
"""Keys of a scenario that say nothing about its setting."""


@dataclass(frozen=True)
class SweepPlan:
    """What is to be run for an experiment.

    points: of the experiment. engine, backend: names of what runs them. inputs: what the tables of a scenario give, by
    all of it that the tables depend on; the last one is cached.
    """

    points: DesignPoints
    engine: str = "ensemble"
    backend: str = "numpy"
    inputs: dict[str, ScenarioInputs] = field(default_factory=dict, compare=False, repr=False)
    _packed: dict[int, tuple[bytes, dict[str, tuple[VariedNumber, ...]]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @staticmethod
    def of(experiment: Experiment, *, backend: str = "numpy") -> SweepPlan:
        """The plan of an experiment.

        Raises:
            ScenarioError: a scenario cannot be read, or not with the values of a point.
            HedgesimError: there is no such back end.
        """
        engine_of("ensemble", backend)
        return SweepPlan(design_points(experiment), backend=backend)

    @property
    def experiment(self) -> Experiment:
        """The experiment."""
        return self.points.experiment

    @cached_property
    def sources(self) -> str:
        """Digest of everything that turns points into numbers: the package's files and the user's own rules."""
        rules = [[file.name, file.digest] for file in files_in_use()]
        facts = json.dumps([digest_of_sources(), rules, self.engine, self.backend])
        return hashlib.sha256(facts.encode()).hexdigest()

    @cached_property
    def keys(self) -> list[str]:
        """The key of every point: digest of all that its runs depend on, and of the further outcomes that they have."""
        scenarios, seed = [variant.scenario for variant in self.points.variants], self.experiment.seed
        tables = {folder: digest_of_folder(folder) for folder in {one.tables_folder for one in scenarios}}
        bases = [f"{self.sources} {one.digest} {tables[one.tables_folder]} {seed}" for one in scenarios]
        names = json.dumps([list(self.experiment.paths_of(path)) for path in self.points.numbers])
        columns = [values.tolist() for values in self.points.numbers.values()]
        draws, further = self.points.table["first_draw"].tolist(), "".join(f" {name}" for name in self.points.further)
        return [
            hashlib.sha256(f"{bases[n]} {names} {numbers} {draw}{further}".encode()).hexdigest()[:DIGITS]
            for n, draw, *numbers in zip(self.points.variant.tolist(), draws, *columns, strict=True)
        ]

    @cached_property
    def identity(self) -> str:
        """What the sweep is: see `identity_of_sweep`."""
        return identity_of_sweep(self.points)

    def groups(self) -> Iterator[tuple[int, list[tuple[int, PointRuns]]]]:
        """Runs that are stored together: their variant, points and runs; the same whatever is in a store."""
        replications = self.experiment.replications
        long = min(replications, EXACT)
        rows = min(EXACT, max(FEWEST, -(-self.runs // SHARES)))
        together = max(1, rows // long)
        for variant, points in enumerate(split_by(self.points.variant, self._distinct)):
            pieces = (
                (point, PointRuns(self.keys[point], first, min(first + long, replications)))
                for point in points.tolist()
                for first in range(0, replications, long)
            )
            while group := list(islice(pieces, together)):
                yield variant, group

    @property
    def runs(self) -> int:
        """How many runs there are; points that are alike in everything are run once."""
        return len(self._distinct) * self.experiment.replications

    @cached_property
    def _distinct(self) -> NDArray[np.intp]:
        """The first point of every key, in order."""
        return np.sort(np.unique(np.asarray(self.keys), return_index=True)[1])

    @property
    def repeated(self) -> int:
        """How many points are alike in everything to an earlier one, and not run again."""
        return len(self.points) - len(self._distinct)

    def used(self, found: Contents) -> list[Chunk]:
        """The chunks of a store that hold something of the plan."""
        keys = set(self.keys)
        return [chunk for chunk in found.chunks if any(one.key in keys for one in chunk.runs)]

    def missing_runs(self, found: Contents) -> int:
        """How many runs are not in a store."""
        every = (PointRuns(self.keys[point], 0, self.experiment.replications) for point in self._distinct.tolist())
        bounds = map(found.missing, every)
        return sum(last - first for missing in bounds for first, last in missing)

    def tasks(self, found: Contents) -> Iterator[Task]:
        """What has to be simulated, given what is in the store."""
        retention = self.experiment.retention
        for variant, pieces in self.groups():
            todo = [
                (point, one, found.to_write(one, summary=retention.summary, keep=retention.keep))
                for point, one in pieces
            ]
            left = [(point, one, written) for point, one, written in todo if written is not None]
            if left:
                yield self._task(variant, left)

    def _task(self, variant: int, left: Sequence[tuple[int, PointRuns, Bounds]]) -> Task:
        """Some runs of points of a variant as a task."""
        retention = self.experiment.retention
        points, runs, written = zip(*left, strict=True)
        if variant not in self._packed:
            self._packed.clear()
            self._packed[variant] = (pickle.dumps(self.case(variant)), self.varied_numbers(variant))
        case, varied_numbers = self._packed[variant]
        return Task(
            chunk=Chunk(runs, written, retention.summary, retention.keep),
            case=case,
            varied_numbers=varied_numbers,
            values={path: of[list(points)] for path, of in self.points.numbers.items()},
            draws=self.points.table["first_draw"].to_numpy()[list(points)],
        )

    def case(self, variant: int) -> Case:
        """The case of a variant, with the outcomes that have to be recorded for the experiment."""
        scenario = self.points.variants[variant].scenario
        case = case_of(scenario, self._inputs_of(scenario).setting)
        return replace(case, further=further_in(self.points.further, case.setting.axes))

    def bytes_on_disk(self, runs: int) -> float:
        """What some of its runs take on disk, rather too much than too little; statistics by quarter once a point."""
        case, retention = self.case(0), self.experiment.retention
        points = runs / self.experiment.replications
        rows, whole = on_disk(case, runs=runs, keep=0, places=False).rows, on_disk(case, runs=1, keep=1).kept
        return rows + points * whole * (retention.keep + float(retention.summary))

    def _inputs_of(self, scenario: Scenario) -> ScenarioInputs:
        """What the tables give for a scenario; variants that differ in rules alone share it."""
        own = {key: value for key, value in scenario.keys.items() if key not in APART}
        name = f"{digest_of(own)} {scenario.tables_folder}"
        if name not in self.inputs:
            self.inputs.clear()
            self.inputs[name] = read_inputs(scenario)
        return self.inputs[name]

    def varied_numbers(self, variant: int) -> dict[str, tuple[VariedNumber, ...]]:
        """What the number of each path changes in the case of a variant."""
        of = self.points.variants[variant]
        inputs = self._inputs_of(of.scenario)
        axes, lines = inputs.setting.axes, impulses_of(of.scenario, inputs.tables)

        def number_of(path: str) -> VariedNumber:
            return varied_number(path, axes, lines, of.members.get(path, ()))

        return {path: tuple(map(number_of, self.experiment.paths_of(path))) for path in self.points.numbers}


def identity_of_sweep(points: DesignPoints) -> str:
    """What a sweep is, by the content of its experiment and of its scenarios; see `ownership.identity_of`."""
    scenarios = {variant.scenario.digest: variant.scenario for variant in points.variants}
    return identity_of([scenarios[digest] for digest in sorted(scenarios)], points.experiment.digest)


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take, from a short probe: runs per second of a process, bytes per run on disk."""

    runs: int
    missing: int
    rate: float
    bytes_a_run: float

    def seconds(self, workers: int) -> float:
        """Time that is left with so many processes."""
        return self.missing / (self.rate * workers)

    @property
    def disk(self) -> float:
        """Bytes that are to be written."""
        return self.missing * self.bytes_a_run
