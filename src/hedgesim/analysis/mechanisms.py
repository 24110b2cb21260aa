"""Mechanisms as switches: the difference between two scenarios is what it is with each on or turned off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hedgesim.analysis.ablation import meanings, mechanisms
from hedgesim.analysis.differences import Side, parameter_of
from hedgesim.analysis.switches import Level, Part, Switch, combinations_of
from hedgesim.engines.case import Case
from hedgesim.engines.variation import VariedNumber
from hedgesim.errors import HedgesimError, choose_from

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
