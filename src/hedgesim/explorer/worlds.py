"""Cases and outcomes of scenarios that were asked for lately, so that the next request about them is quick."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

from hedgesim.engines import engine_of
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.records import Outcomes
from hedgesim.errors import HedgesimError
from hedgesim.results.blocks import Block, run_block
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs

Found = TypeVar("Found")

computing = Lock()
"""Held while numbers are computed: one request at a time, however many pages there are."""


class Recent:
    """The last few of what was computed, by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[object, Any] = OrderedDict()

    def of(self, key: object, compute: Callable[[], Found]) -> Found:
        """What is kept under a key, else what is computed now."""
        if key not in self._kept:
            self._kept[key] = compute()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return cast("Found", self._kept[key])


_cases, _outcomes, _runs = Recent(8), Recent(4), Recent(4)


def world_of(scenario: Scenario) -> tuple[ScenarioInputs, Case]:
    """The tables of a scenario, and the scenario in arrays."""

    def read() -> tuple[ScenarioInputs, Case]:
        inputs = read_inputs(scenario)
        return inputs, case_of(scenario, inputs.setting)

    return _cases.of(_key(scenario), read)


def run_of(scenario: Scenario, run: int) -> Block:
    """One run with its full tables.

    Raises:
        HedgesimError: the run failed.
    """
    engine = engine_of("ensemble")
    block = _runs.of(
        (_key(scenario), run), lambda: run_block(world_of(scenario)[1], engine, range(run, run + 1), whole=True)
    )
    if block.failed:
        raise HedgesimError(f"run {run}", f"it failed: {block.failed[0]}", "Choose less extreme values.")
    return block


def outcomes_of(scenario: Scenario, runs: int) -> tuple[Outcomes, frozenset[int]]:
    """Outcomes of the first runs, and which of them failed."""

    def compute() -> tuple[Outcomes, frozenset[int]]:
        block = run_block(world_of(scenario)[1], engine_of("ensemble"), range(runs))
        return block.outcomes, frozenset(block.failed)

    return _outcomes.of((_key(scenario), runs), compute)


def _key(scenario: Scenario) -> tuple[str, str, str]:
    """What decides about the numbers of a scenario while the server runs; its own tables are read at its start."""
    return scenario.name, scenario.digest, str(scenario.tables_folder)
