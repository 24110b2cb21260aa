"""Runs are added until the means of some outcomes are as exact as asked for; after a kill the same command goes on."""

from __future__ import annotations

import io
import json
import math
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines.case import Case, case_of
from hedgesim.engines.records import Values
from hedgesim.errors import HedgesimError, StoreError, choose_from
from hedgesim.model.named_outcomes import is_further
from hedgesim.results.blocks import columns_of_places, final_columns, run_block, with_outcomes
from hedgesim.results.folders import OTHER_FOLDER, RUN, Folder
from hedgesim.results.manifest import digest_of_sources, manifest_in, now
from hedgesim.results.ownership import IDENTITY, check_folder, identity_of, own_rules
from hedgesim.results.results import Results
from hedgesim.results.simulation import Gathered, Plan, block_tasks, blocks_of, results_of
from hedgesim.results.space import check_space
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import read_inputs

MOST_RUNS = 100_000
"""Runs that there are at most, unless another number is asked for."""

OPTION = "--until-error"
UNTIL = "until_error"
"""Entry of a manifest: by outcome the error that was asked for and the one that was reached."""

OnGrowth = Callable[[int, int], None]
"""Is called with the number of runs just finished here, and with that of all that are expected here."""


@dataclass(frozen=True)
class Until:
    """How exact some outcomes are to be.

    errors: by column of the table of runs (an outcome in the last quarter, or what is counted over a run) the standard
    error of its mean over the runs that did not fail, above 0, in the unit of the outcome. least: number of runs.
    """

    errors: Mapping[str, float]
    least: int

    @staticmethod
    def of(texts: Iterable[str], least: int) -> Until:
        """Read `OUTCOME=ERROR` texts; HedgesimError for one that is not."""
        errors: dict[str, float] = {}
        for text in texts:
            outcome, error = _read(text)
            if outcome in errors:
                raise HedgesimError(f"{OPTION} {text}", "the outcome is named twice", "Name it once.")
            errors[outcome] = error
        return Until(errors, least)

    def check(self, known: Iterable[str]) -> None:
        """Refuse an outcome that is none of the known ones; HedgesimError."""
        names = list(known)
        for outcome, error in self.errors.items():
            if outcome not in names:
                fault = "there is no such outcome at the end of a run"
                remedy = choose_from(outcome, names)
                if is_further(outcome):
                    remedy = f"Record it, if there is such an outcome: --outcome {outcome}."
                raise HedgesimError(f"{OPTION} {outcome}={error:g}", fault, remedy)

    def reached(self, gathered: Gathered) -> dict[str, float]:
        """The error of each outcome so far; not a number for fewer than two runs that did not fail."""
        values = {outcome: gathered.rows.values(outcome) for outcome in self.errors}
        self.check(outcome for outcome, of in values.items() if of is not None)
        return {outcome: _error(of) for outcome, of in values.items() if of is not None}

    def is_met(self, gathered: Gathered) -> bool:
        """Whether there are enough runs, and every error is as small as asked for."""
        if gathered.rows.n < self.least:
            return False
        reached = self.reached(gathered)
        return all(reached[outcome] <= error for outcome, error in self.errors.items())

    def expected(self, gathered: Gathered, most: int) -> int:
        """How many runs there will be, as far as the errors so far let it be known."""
        n, reached = gathered.rows.n, self.reached(gathered)
        needed = [n * (reached[outcome] / error) ** 2 for outcome, error in self.errors.items()]
        if not max(needed) < most:
            return most
        return max(n, min(most, self.least), math.ceil(max(needed)))


def _read(text: str) -> tuple[str, float]:
    """An outcome and its error."""
    outcome, _, number = (part.strip() for part in text.partition("="))
    with suppress(ValueError):
        if outcome and 0.0 < float(number) < math.inf:
            return outcome, float(number)
    fault = "it is not an outcome with a number above 0"
    raise HedgesimError(f"{OPTION} {text}", fault, f"Write it like {OPTION} presence_RUS=.001.")


def _error(values: Values) -> float:
    """Standard error of a mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else math.nan


def identity_but_for_runs(scenario: Scenario, plan: Plan) -> str:
    """What is asked for, but for the number of runs, which is not known before."""
    how = (UNTIL, plan.keep, plan.engine.name, plan.engine.backend, own_rules())
    return identity_of((scenario,), *how, *([sorted({*plan.outcomes})] if plan.outcomes else []))


def runs_there(folder: Path, scenario: Scenario, plan: Plan) -> int:
    """Runs of the results in a folder that are the first ones of what is asked for; 0 without such results."""
    before = manifest_in(Folder(folder)) or {}
    runs = before.get("runs")
    if not isinstance(runs, int) or runs < 1:
        return 0
    return runs if replace(plan, runs=runs).identity_of(scenario) == before.get(IDENTITY) else 0


def check_extended(folder: Path, scenario: Scenario, plan: Plan, *, files: Iterable[str], overwrite: bool) -> None:
    """Refuse a folder with other results than fewer runs of the same, or with unfinished runs of something else.

    plan: with the largest number of runs. files: names that the results may have.

    Raises:
        StoreError: the folder cannot take the results.
    """
    there = runs_there(folder, scenario, plan)
    identity = replace(plan, runs=there).identity_of(scenario) if there else ""
    check_folder(folder, RUN, identity, files=files, overwrite=overwrite)
    Unfinished(folder, identity_but_for_runs(scenario, plan)).check(overwrite=overwrite)
    if there > plan.runs and not overwrite:
        fault = f"{there} runs of it are here, more than {plan.runs}"
        raise StoreError(folder, fault, remedy=f"Give --runs {there} or more. --overwrite replaces them.")


def run_until(
    scenario: Scenario,
    plan: Plan,
    until: Until,
    folder: Path,
    *,
    on_growth: OnGrowth = lambda *_: None,
    on_resumed: Callable[[int], None] = lambda _: None,
) -> Results:
    """Run a scenario until outcomes are as exact as asked for, checked after every block of runs; see `run`.

    plan: with the largest number of runs. folder: where the results will be written; unfinished runs are kept there
    from time to time, and a batch goes on from them. on_resumed: called with the number of those.

    Raises:
        HedgesimError: as of `run`, or there is no such outcome.
        StoreError: the folder cannot be written.
    """
    inputs = read_inputs(scenario)
    (case,) = with_outcomes([case_of(scenario, inputs.setting)], plan.outcomes)
    unfinished = Unfinished(folder, identity_but_for_runs(scenario, plan))
    until.check([*final_columns(case.setting.axes), *columns_of_places(case.setting.axes), *case.further])
    until = replace(until, least=max(until.least, runs_there(folder, scenario, plan)))
    check_space(folder, [case], runs=plan.runs, keep=plan.keep)
    Folder(folder).prepare()
    gathered, began = _resumed(case, plan, unfinished)
    first = gathered.rows.n
    if first:
        on_resumed(first)
    with blocks_of([case], plan, first) as blocks:
        coming = iter(blocks)
        while not until.is_met(gathered) and (block := next(coming, None)) is not None:
            done = gathered.add(block)
            on_growth(done, until.expected(gathered, plan.runs) - first)
            if unfinished.is_due():
                unfinished.save({name: part.state() for name, part in gathered.parts().items()}, began)
    ran = replace(plan, runs=gathered.rows.n)
    errors = {"asked": dict(until.errors), "reached": until.reached(gathered)}
    return results_of(
        scenario, inputs, gathered, ran, {IDENTITY: ran.identity_of(scenario), "began": began, UNTIL: errors}
    )


def _resumed(case: Case, plan: Plan, unfinished: Unfinished) -> tuple[Gathered, str]:
    """The runs in a file of unfinished ones, or none, and when they began.

    Those kept in full are simulated again: the file does not hold them.
    """
    saved = unfinished.load()
    if saved is not None:
        gathered, (states, began) = Gathered(case, plan.runs), saved
        with suppress(KeyError, ValueError):
            again = min(max(plan.keep, 1), len(states["rows"]["run"]))
            for _, runs, whole in block_tasks(again, keep=plan.keep, together=plan.engine.together):
                gathered.add(run_block(case, plan.engine, runs, whole))
            for name, part in gathered.parts().items():
                part.resume(states[name])
            return gathered, began
    return Gathered(case, plan.runs), now()


UNFINISHED = "unfinished.npz"
"""Name of the file. It holds arrays and a text in JSON, nothing that runs when it is read."""

SECONDS_BETWEEN = 30.0
"""How often it is written."""

ABOUT, JOINED = "about", "."

Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name."""


class Unfinished:
    """The unfinished runs of one question in a folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Take a folder and what was asked for, but for how many runs."""
        self._folder, self._identity = Folder(folder), identity
        self._saved = time.monotonic()

    def check(self, *, overwrite: bool) -> None:
        """Refuse a folder in which a file of this name is of something else; StoreError."""
        if self._folder.is_file(UNFINISHED) is None:
            return
        about = self._about()
        if about is None:
            fault, remedy = "this file is damaged or not of these results", f"Move it away, or: {OTHER_FOLDER}"
            raise StoreError(f"{self._folder.address}/{UNFINISHED}", fault, remedy)
        if about["identity"] != self._identity and not overwrite:
            fault = "unfinished runs of something else are here"
            raise StoreError(self._folder.address, fault, f"{OTHER_FOLDER} --overwrite replaces them.")

    def load(self) -> tuple[dict[str, Arrays], str] | None:
        """The state of each part, and when the runs began; None where there is nothing to go on from.

        Runs that another version of hedgesim left are no part of a batch of this one.
        """
        about = self._about()
        if about is None or about["identity"] != self._identity or about["sources"] != digest_of_sources():
            return None
        parts: dict[str, dict[str, NDArray[Any]]] = {}
        try:
            with np.load(io.BytesIO(self._folder.read(UNFINISHED) or b"")) as held:
                for name in held.files:
                    part, joined, key = name.partition(JOINED)
                    if joined:
                        parts.setdefault(part, {})[key] = held[name]
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None
        return {**parts}, str(about["began"])

    def is_due(self) -> bool:
        """Whether it is some time since the state was written."""
        return time.monotonic() - self._saved >= SECONDS_BETWEEN

    def save(self, parts: Mapping[str, Arrays], began: str) -> None:
        """Write the state of each part, in place of an earlier one."""
        about = {"identity": self._identity, "sources": digest_of_sources(), "began": began}
        text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        arrays = {f"{part}{JOINED}{key}": array for part, state in parts.items() for key, array in state.items()}
        sink = io.BytesIO()
        np.savez(sink, allow_pickle=False, **{ABOUT: text}, **arrays)
        self._folder.write(UNFINISHED, sink.getvalue())
        self._saved = time.monotonic()

    def _about(self) -> dict[str, Any] | None:
        """What the file says of itself; None if there is none, or it does not say it."""
        try:
            with np.load(io.BytesIO(self._folder.read(UNFINISHED) or b"")) as held:
                about = json.loads(held[ABOUT].tobytes())
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None
        known = isinstance(about, dict) and {"identity", "sources", "began"} <= about.keys()
        return about if known else None


def remove_unfinished(folder: Path) -> None:
    """Remove the file of unfinished runs from a folder whose results are finished."""
    Folder(folder).remove(UNFINISHED)
