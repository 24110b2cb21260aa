"""What differs between two scenarios, and what a mechanism does, as switches that a case has on or off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines.case import Case
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.errors import HedgesimError, choose_from, listed, shown, texts

MOST = 10
"""Switches at most: with one more, twice as many combinations have to be run."""

Places = NDArray[np.intp]

Groups = Mapping[str, Sequence[str]]
"""Names of switches, or patterns such as `cpc_*`, that are one switch, by its name."""


@dataclass(frozen=True)
class Switch:
    """Something that is on or off; what: it in words."""

    name: str
    what: str


@dataclass(frozen=True)
class Level:
    """A number that is one thing where all of some switches are on, and else another; mask: their bits."""

    numbers: tuple[VariedNumber, ...]
    mask: int
    off: float
    on: float


@dataclass(frozen=True)
class Part:
    """Combinations of switches that are runs of one case with numbers of their own.

    combinations: their numbers, bit k of which is switch k. levels: by path what the switches set. side: which of two
    cases it is, where combinations are run of two.
    """

    case: Case
    combinations: Places
    levels: Mapping[str, Level] = field(default_factory=dict)
    side: int = 0

    def case_at(self, combinations: Places) -> Case:
        """The case whose runs have the numbers of these combinations, axes (run,)."""
        numbers = {path: level.numbers for path, level in self.levels.items()}
        values = {
            path: np.where(combinations & level.mask == level.mask, level.on, level.off)
            for path, level in self.levels.items()
        }
        return with_varied_numbers(self.case, numbers, values)


def grouped(switches: Sequence[Switch], groups: Groups, place: str) -> tuple[list[Switch], dict[str, int]]:
    """Switches of which some are joined, and by the name of each switch the bit that it has now.

    Raises:
        HedgesimError: a pattern fits none, a switch is in two groups, or there are more than `MOST` in the end.
    """
    owner: dict[str, str] = {}
    for group, patterns in groups.items():
        for pattern in texts(f'groups["{group}"]', patterns):
            fitting = [one.name for one in switches if fnmatchcase(one.name, pattern)]
            if not fitting:
                remedy = choose_from(pattern, [one.name for one in switches])
                raise HedgesimError(f"--group {group}", f"no switch is called {shown(pattern)}", remedy)
            for name in fitting:
                if owner.setdefault(name, group) != group:
                    fault = f"{name} is in the group {owner[name]} too"
                    raise HedgesimError(f"--group {group}", fault, "Put it into one of the two.")
    names = list(dict.fromkeys(owner.get(one.name, one.name) for one in switches))
    if len(names) > MOST:
        fault = f"{len(names)} switches have {2 ** len(names)} combinations; {MOST} switches are the most that are run"
        remedy = f"Join some: --group NAME=SWITCH,SWITCH (or a pattern such as 'cpc_*'). They are: {_all(names)}."
        raise HedgesimError(place, fault, remedy)
    members = {name: [one for one in switches if owner.get(one.name, one.name) == name] for name in names}
    joined = [
        of[0] if name == of[0].name and len(of) == 1 else Switch(name, ", ".join(one.name for one in of))
        for name, of in members.items()
    ]
    return joined, {one.name: names.index(owner.get(one.name, one.name)) for one in switches}


def _all(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 * MOST else listed(names)


def combinations_of(bits: Sequence[int]) -> Places:
    """The numbers of all combinations of some bits, the others 0."""
    found = np.zeros(1, dtype=np.intp)
    for bit in bits:
        found = np.concatenate((found, found | (1 << bit)))
    return found
