"""Why a country decided as it did in a quarter: the terms of every value, and who wanted which step of which format."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.quarter import decide_countries, perceive
from hedgesim.engines.terms import CLOSE, OF_STANCE, OF_VALUE, terms_of
from hedgesim.errors import HedgesimError, choose_from
from hedgesim.model import shares
from hedgesim.model.arrays import Array
from hedgesim.model.calendar import next_rung, prospects
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.formats import is_ready
from hedgesim.model.view import CountryDecision, View
from hedgesim.model.world import LEADERS, NONE, RUNGS, STATUSES, World
from hedgesim.rules import CountryRule, country_rules

OWN_SUMMIT = "a summit of their own"
"""What treaties wait for."""

ROUNDING = 1e-15
"""Size of a term that is only rounding, and is left out."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """One decision of a country in one run, taken in `period` on the world of the quarter before.

    rule, meaning: what it follows, and that in words. options: of each domain and option its value (log odds against
    the start), and response and share before and after. terms: of each the terms of its value, which sum to it to
    1e-12; none where note says why. formats: of each format that concerns the country its rung, the next step, the
    chance of it this quarter (0 while it waits for others), and which parties are willing, are held back by its
    formality alone, or are unwilling. stances: log odds with which the country would sit in each, by reason. names: of
    countries, options and formats, by code.
    """

    scenario: str
    country: str
    name: str
    period: str
    run: int
    rule: str
    meaning: str
    options: list[Row]
    terms: list[Row]
    formats: list[Row]
    stances: list[Row]
    names: Mapping[str, str]
    note: str = ""

    @property
    def reasons(self) -> list[str]:
        """Names of the terms that are not 0 everywhere, the largest first."""
        sizes: dict[str, float] = {}
        for row in self.terms:
            sizes[row["term"]] = max(sizes.get(row["term"], 0.0), abs(row["value"]))
        return [name for name in sorted(sizes, key=lambda name: -sizes[name]) if sizes[name] > 0.0]


def place_of(case: Case, country: str) -> int:
    """The place of a country on its axis; HedgesimError if it is unknown."""
    countries = case.setting.axes.countries
    if country not in countries:
        fault = f"there is no such country in {case.name}"
        raise HedgesimError(f"--country {country}", fault, choose_from(country, countries, case.names))
    return countries.index(country)


def explain_decision(case: Case, inputs: QuarterInputs, after: World, country: str, *, run: int) -> Explanation:
    """Why a country decided as it did.

    case: with the rules of the quarter. inputs: of one run. after: the world that followed.
    """
    place, axes = place_of(case, country), case.setting.axes
    view, rule = perceive(inputs), case.country_rules[place]
    decision = decide_countries(case, view)
    own, where = view.of(slice(place, place + 1)), slice(place, place + 1)
    taste = rule.taste(case.parameters.taste)
    value = rule.value(own, taste) + 0.0 * own.response
    note, terms = _terms(rule, own, case, value, decision.response[where])
    cells = [(n, m) for n in range(len(axes.domains)) for m in range(len(axes.options))]
    labels = [{"domain": axes.domains[n], "option": axes.options[m]} for n, m in cells]
    columns = {
        "value": value[0],
        "response_before": own.response[0],
        "response": decision.response[place],
        "share_before": own.share[0],
        "share": after.share[place],
    }
    return Explanation(
        scenario=case.name,
        country=country,
        name=case.names.get(country, country),
        period=axes.periods[int(inputs.conditions.step.item())],
        run=run,
        rule=_name_of(rule),
        meaning=(inspect.getdoc(type(rule)) or "").partition("\n")[0],
        options=[
            {**label, **{name: float(of[n, m, 0]) for name, of in columns.items()}}
            for label, (n, m) in zip(labels, cells, strict=True)
        ],
        terms=[
            {**label, "term": name, "value": float(of[0, n, m, 0])}
            for name, of in terms.items()
            for label, (n, m) in zip(labels, cells, strict=True)
        ],
        formats=_formats(case, inputs, decision, after, place),
        stances=_stances(case, inputs, decision, own, place),
        names=case.names,
        note=note,
    )


def _terms(rule: CountryRule, own: View, case: Case, value: Array, response: Array) -> tuple[str, dict[str, Array]]:
    """The terms of a value that are not 0 everywhere, or a sentence on why there are none."""
    used = shares.respond(own.response, value, own.rate * rule.pace())
    if not np.all(np.abs(used - response) <= CLOSE * np.maximum(1.0, np.abs(response))):
        return "The rule decides in its own way, not by the value of options, so there are no terms.", {}
    taste, like = rule.taste(case.parameters.taste), 0.0 * own.response
    found = terms_of(lambda view: rule.value(view, taste) + like, own, OF_VALUE)
    acting = {name: of for name, of in found.items() if np.any(np.abs(of) > ROUNDING)}
    return ("" if acting else "The rule gives every option the value 0 here, so there are no terms."), acting


def _name_of(rule: CountryRule) -> str:
    """The name of a rule in scenarios; that of its class where it has none."""
    return next((name for name, kind in country_rules().items() if kind is type(rule)), type(rule).__name__)


def _concerning(inputs: QuarterInputs, place: int) -> list[int]:
    """Formats in which a country sits, or that it may found or enter."""
    features = inputs.setting.formats
    mine = (inputs.world.status > NONE) + (features.eligible > 0.0) + (features.opens_to > 0.0)
    return [int(n) for n in np.flatnonzero(mine[place, 0, :, 0])]


def _formats(case: Case, inputs: QuarterInputs, decision: CountryDecision, after: World, place: int) -> list[Row]:
    """What was next for each format that concerns a country, and who wanted it."""
    axes, features, world = case.setting.axes, inputs.setting.formats, inputs.world
    ahead = prospects(inputs, decision)
    rung = next_rung(world.ladder, features)
    leaning = decision.stance + world.stance
    rows = []
    for n in _concerning(inputs, place):
        parties = [k for k in range(len(axes.countries)) if inputs.derived.party[k, 0, n, 0] > 0.0]
        here = [k for k in parties if ahead.here[k, 0, n, 0]]
        back = [k for k in parties if k not in here and leaning[k, 0, n, 0] > 0.0]
        open_ = world.ladder[0, 0, n, 0] < features.ceiling[0, 0, n, 0]
        likely = ahead.likely[0, 0, n, 0] if ahead.ready[0, 0, n, 0] else 0.0
        rows.append(
            {
                "format": axes.formats[n],
                "status": STATUSES[int(world.status[place, 0, n, 0])],
                "rung": RUNGS[int(world.ladder[0, 0, n, 0])],
                "next": RUNGS[int(rung[0, 0, n, 0])] if open_ else "",
                "waits_for": _waits_for(case, inputs, n) if open_ else [],
                "chance": float(likely) if open_ else 0.0,
                "climbed": bool(after.ladder[0, 0, n, 0] > world.ladder[0, 0, n, 0]),
                "met": RUNGS[int(after.meeting[0, 0, n, 0])],
                "willing": _codes(case, here),
                "held_back": _codes(case, back),
                "unwilling": _codes(case, [k for k in parties if k not in (*here, *back)]),
            }
        )
    return rows


def _codes(case: Case, places: Sequence[int]) -> list[str]:
    return [case.setting.axes.countries[k] for k in places]


def _waits_for(case: Case, inputs: QuarterInputs, n: int) -> list[str]:
    """What must meet before a format can take its next step."""
    world, features = inputs.world, inputs.setting.formats
    waiting = []
    for first in np.flatnonzero(features.after[0, :, n, 0]):
        alone = np.zeros_like(features.after)
        alone[0, first, n, 0] = features.after[0, first, n, 0]
        if not is_ready(world.ladder, world.seated, replace(features, after=alone))[0, 0, n, 0]:
            rung = RUNGS[int(features.after[0, first, n, 0])]
            seats = " with all heads" if rung == RUNGS[int(LEADERS)] and features.own[0, 0, first, 0] else ""
            waiting.append(f"{case.setting.axes.formats[first]} at {rung}{seats}")
    return waiting + ([OWN_SUMMIT] if features.treaty[0, 0, n, 0] else [])


def _stances(case: Case, inputs: QuarterInputs, decision: CountryDecision, own: View, place: int) -> list[Row]:
    """Log odds with which a country would sit in each format that concerns it, by reason."""
    rule, formality = case.country_rules[place], inputs.setting.formats.formality

    def leaning(view: View) -> Array:
        found = rule.decide(view, case.parameters)
        return found.stance - formality * found.reserve

    terms = terms_of(leaning, own, OF_STANCE)
    unmodelled = inputs.world.stance[place, 0, :, 0]
    total = leaning(own)[0, 0, :, 0] + unmodelled
    return [
        {
            "format": case.setting.axes.formats[n],
            **{name: float(of[0, 0, n, 0]) for name, of in terms.items()},
            "unmodelled": float(unmodelled[n]),
            "total": float(total[n]),
        }
        for n in _concerning(inputs, place)
    ]
