"""Scenario files that the tests start from, and reading them with the names of an invented region."""

from collections.abc import Sequence
from pathlib import Path

from hedgesim.scenario import KnownNames, Scenario, read_scenario

NOTHING = KnownNames()
"""No name is known, and none is checked."""

PLAIN = """\
purpose: A plain scenario
start: 2021Q1
end: 2026Q4
seed: 2022
"""

BASE = """\
purpose: The war breaks out
start: 2021Q1
end: 2026Q4
seed: 2022
settings: {alignment.threat_weight: 1.2, alignment.noise: 0.1}
aggressor: RED
rules:
  countries:
    all: {rule: multi_vector, alpha: 2}
    CCC: {rule: neutrality}
  powers:
    RED: {rule: suitor}
shocks:
  war:
    name: The war
    date: 2022-02-24
    source: assumption
    channels:
      - {channel: intention, powers: [RED], size: 0.4}
      - {channel: access, countries: [AAA], domains: [transport], options: [RED], size: -0.3, half_life: 8}
  quake:
    arrival: {rate: 0.05}
    source: assumption
    channels:
      - {channel: strain, countries: [BBB], size: 0.2, half_life: 4, ramp: 2}
data:
  - {table: memberships, key: {country: AAA, format: CLUB}, column: status, value: member, source: assumption}
"""


def changed(edit: str, text: str) -> str:
    """A text with one piece replaced, as "old -> new" says, or else with lines added at its end."""
    old, arrow, new = edit.partition(" -> ")
    assert old in text or not arrow
    return text.replace(old, new, 1) if arrow else text + edit


def read(
    source: str | Path, *, overrides: Sequence[str] = (), seed: int | None = None, names: KnownNames = NOTHING
) -> Scenario:
    """Read a scenario with some names known; without any, names are not checked."""
    return read_scenario(source, overrides=overrides, seed=seed, names=lambda _: names)
