"""Mechanisms turned off one by one: what each contributes to forecasts and to the effect of a shock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from hedgesim.analysis.differences import Side, parameter_of
from hedgesim.analysis.hindcast.hindcast import hindcast, skills_of
from hedgesim.analysis.hindcast.simulated import Draws, parameters_in
from hedgesim.analysis.patterns.scenarios import PatternScenarios, Variation
from hedgesim.analysis.patterns.scoring import score, verdicts_of
from hedgesim.analysis.switches import Level, Part, Switch, combinations_of
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import outcomes_from, record_outcomes
from hedgesim.engines.variation import VariedNumber
from hedgesim.errors import HedgesimError, choose_from
from hedgesim.model.arrays import Array
from hedgesim.numbers import HIGH, INTERVAL, LOW
from hedgesim.results.blocks import final_of
from hedgesim.results.simulation import OnRuns
from hedgesim.scenario.tables import Tables

WHOLE = "nothing"
"""What is turned off in the model as it is."""

THESIS = ("presence_region", "diversity", "hedging_index", "leader_meetings", "leader_meetings_outside",
          "first_time_formats", "formality", "realignments")  # fmt: skip
"""Outcomes in which the founding texts expect a shock to act: more region and more vectors at once, informally."""


@cache
def mechanisms() -> Mapping[str, Variation]:
    """Every mechanism that can be turned off, and the model without it; the first is none."""
    entries = _entries().items()
    without = {name: Variation(settings=e.get("settings", {}), mute=tuple(e.get("mute", ()))) for name, e in entries}
    return {WHOLE: Variation(), **without}


def meanings() -> dict[str, str]:
    """Every mechanism in words."""
    return {name: str(entry["meaning"]) for name, entry in _entries().items()}


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    text = (files("hedgesim") / "data" / "mechanisms.yaml").read_text(encoding="utf-8")
    entries: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return entries


def effects(pair: tuple[Case, Case], engine: Engine, *, runs: int) -> pd.DataFrame:
    """What the shock of the first of two cases changes at the end, run by run, with each mechanism turned off.

    Columns: without, outcome, mean, q05, q95, n. Outcomes are `THESIS`; of countries their mean. n: runs that succeeded
    on both sides; those that failed on either are left out.
    """
    rows = []
    for name, without in mechanisms().items():
        one, other = (_at_end(without.of(case), engine, runs) for case in pair)
        for outcome in THESIS:
            change = one[outcome] - other[outcome]
            change = change[np.isfinite(change)]
            low, high = np.quantile(change, INTERVAL)
            rows.append((name, outcome, float(change.mean()), float(low), float(high), len(change)))
    return pd.DataFrame(rows, columns=["without", "outcome", "mean", LOW, HIGH, "n"])


def scores_without(
    case: Case, tables: Tables, posterior: Draws, engine: Engine, *, years: Sequence[int], runs: int
) -> pd.DataFrame:
    """Skills of the hindcast with each mechanism turned off; the columns of `skills_of` and `without`.

    Arguments as of `hedgesim.analysis.hindcast.hindcast.hindcast`; posterior: equally likely draws. What is turned off
    is not drawn.
    """
    draws = parameters_in(posterior)
    found = []
    for name, without in mechanisms().items():
        own = {path: values for path, values in draws.items() if path not in without.settings}
        forecasts = hindcast(without.of(case), tables, own, engine, years=years, runs=runs, seed=case.seed)
        found.append(skills_of(forecasts, name).rename(columns={"variant": "without"}))
    return pd.concat(found, ignore_index=True)


def patterns_without(scenarios: PatternScenarios, runs: int, *, on_runs: OnRuns = lambda _: None) -> pd.DataFrame:
    """Verdicts of every pattern with each mechanism turned off; columns: without, pattern, verdict.

    Raises:
        ValueError: too few runs for a score.
    """
    rows = []
    for name, without in mechanisms().items():
        parts = score(scenarios, without, runs, on_runs=on_runs)
        rows += [(name, *one) for one in verdicts_of(scenarios.patterns, parts).items()]
    return pd.DataFrame(rows, columns=["without", "pattern", "verdict"])


def _at_end(case: Case, engine: Engine, runs: int) -> dict[str, Array]:
    """Outcomes of `THESIS` in the last quarter, or their total where they count what happens; axes (run,)."""
    together = engine.together
    parts = [range(a, min(runs, a + together)) for a in range(0, runs, together)]
    blocks = [outcomes_from(case, engine.record(case, part, record_outcomes)) for part in parts]
    return {name: np.concatenate([final_of(block, name) for block in blocks]) for name in THESIS}


USUAL = ("threat", "attention", "need", "many_vectors", "informality", "access", "meetings", "re_export")
"""The concepts of the founding texts, and the terms of shares that no concept has and that can be nothing."""


@dataclass(frozen=True)
class Mechanisms:
    """Mechanisms of two scenarios, by the names of `hedgesim.analysis.ablation.mechanisms`."""

    sides: tuple[Side, Side]
    names: tuple[str, ...]

    @staticmethod
    def of(sides: tuple[Side, Side], names: Sequence[str] = USUAL) -> Mechanisms:
        """Some mechanisms; HedgesimError for an unknown one."""
        for name in names:
            if name not in meanings():
                remedy = choose_from(name, meanings(), meanings())
                raise HedgesimError(f"--mechanism {name}", "there is no such mechanism", remedy)
        return Mechanisms(sides, tuple(dict.fromkeys(names)))

    @property
    def switches(self) -> list[Switch]:
        """Every mechanism: off it is turned off in both scenarios."""
        return [Switch(name, meanings()[name]) for name in self.names]

    def parts(self, bits: Mapping[str, int]) -> Iterator[Part]:
        """A part for each of the two scenarios; bits: of each switch."""
        every = combinations_of(sorted(set(bits.values())))
        for place, side in enumerate(self.sides):
            yield Part(side.case, every, self._levels(side.case, bits), place)

    def _levels(self, case: Case, bits: Mapping[str, int]) -> dict[str, Level]:
        """What the mechanisms set: of a number that several turn off, all must be on."""
        levels: dict[str, Level] = {}
        for name in self.names:
            without, own = mechanisms()[name], 1 << bits[name]
            for path, off in without.settings.items():
                mask = own | (levels[path].mask if path in levels else 0)
                levels[path] = Level((VariedNumber(path),), mask, off, parameter_of(case, path))
            for channel in without.mute:
                mask = own | (levels[channel].mask if channel in levels else 0)
                places = np.flatnonzero(case.setting.shocks.masks[channel].any(axis=(1, 2, 3)))
                levels[channel] = Level((VariedNumber(impulses=tuple(places.tolist())),), mask, 0.0, 1.0)
        return levels
