"""Outcomes of runs as charts write them: which column is asked for, what it is called, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.outcomes import OUTCOMES
from hedgesim.numbers import significant
from hedgesim.plots.chart import Batch, Pick, picked
from hedgesim.plots.labels import label_of
from hedgesim.results.tables import PRESENCE

SHARE_UNITS = ("share", "probability")
PRESENCE_NAME = PRESENCE.rstrip("_")


@dataclass(frozen=True)
class Quantity:
    """An outcome: its column, the table that has it (`countries` or `system`), and what it is called."""

    column: str
    table: str
    words: str
    is_share: bool

    @property
    def of_countries(self) -> bool:
        """Whether every country has its own."""
        return self.table == "countries"


def quantity_of(batch: Batch, pick: Pick) -> Quantity:
    """The outcome that is picked: by default the presence of the power picked, or of the aggressor.

    Raises:
        HedgesimError: the results have no such outcome, power or country.
    """
    powers, countries = batch.names.options, batch.names.countries
    outcome = pick.outcome or PRESENCE_NAME
    if outcome.startswith(PRESENCE):
        pick, outcome = Pick(pick.country, outcome.removeprefix(PRESENCE), ""), PRESENCE_NAME
    if pick.country:
        picked("country", pick.country, list(countries), {code: name for code, (name, _) in countries.items()})
    picked("outcome", outcome, list(OUTCOMES), {})
    if outcome == PRESENCE_NAME:
        power = pick.power or batch.names.aggressor or next(iter(powers))
        picked("power", power, list(powers), {code: name for code, (name, _) in powers.items()})
        return Quantity(PRESENCE + power, "countries", f"presence of {label_of(powers, power)[0]}", is_share=True)
    item = OUTCOMES[outcome]
    return Quantity(outcome, item.table, outcome.replace("_", " "), is_share=item.unit in SHARE_UNITS)


def written(value: float, *, is_share: bool, sign: str = "") -> str:
    """A value with its unit: shares in percent (differences of them, with a sign, in points); 0.0 has no sign."""
    if not is_share:
        return significant(value, sign=sign)
    text = f"{100.0 * value:{sign}z.1f}"
    return f"{text.lstrip('+') if float(text) == 0.0 else text} {'points' if sign else '%'}"


def sentence(words: str) -> str:
    """Words with the first letter large, the others as they are."""
    return words[:1].upper() + words[1:]
