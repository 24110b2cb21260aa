"""Courses that a player may choose for a country in the next quarter, and 100 futures of each in pairs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines.case import Case, following
from hedgesim.engines.explanation import place_of
from hedgesim.engines.futures import Fork, fork_of
from hedgesim.errors import HedgesimError, choose_from, shown
from hedgesim.explorer.asked import Asked, text_in, texts_in
from hedgesim.explorer.worlds import world_of
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.numbers import INTERVAL
from hedgesim.results.blocks import run_block
from hedgesim.results.tables import INDEX, PRESENCE
from hedgesim.rules import country_rules
from hedgesim.rules.catalogue import own
from hedgesim.scenario import Scenario
from hedgesim.scenario.changes import rule_at

FUTURES, AHEAD, MOST_AHEAD = 100, 8, 20
"""Futures of each course, and quarters ahead: where the request names none, and at most."""

COURSES: Mapping[str, str] = {
    "balancing": "Lean away from who threatens",
    "neutrality": "Keep a distance from all powers",
    "diversification": "Depend less on any one power",
    "multi_vector": "Hedge: deal with all sides",
    "profit": "Lean to who offers more",
    "bandwagoning": "Lean to who threatens",
    "habit": "Wait: answer nothing more",
}
"""Rules that are offered unless others are named, from resistance to acceptance [kuik2008], in a player's words."""

KEEP = "keep"
MEETINGS = ("leader_meetings", "leader_meetings_outside")

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """A rule with values of its parameters that the country follows from the next quarter on."""

    name: str
    """Of the rule; `keep` for the course that is followed without a choice."""
    rule: str
    words: str
    values: Mapping[str, float] = field(default_factory=dict)

    def settings(self, country: str, date: str, inside: str | None) -> list[str]:
        """Values as after `--set` with which a scenario has this course; inside: its own change of that date."""
        if self.name == KEEP:
            return []
        rule = {"country": country, "rule": self.rule, **self.values}
        if inside is not None:
            return [f"changes.{inside}.rule={_compact(rule)}"]
        change = {"date": date, "source": "assumption", "rule": rule}
        return [f"changes.play_{country.lower()}_{date.lower()}={_compact(change)}"]


def futures(asked: Asked, body: Mapping[str, Any]) -> dict[str, Any]:
    """The courses open to a country after a quarter of a run, and what may come of each if it is kept.

    Of every outcome: `median`, `low` and `high` are of its futures (5 and 95 %, a predictive band); `effect` is the
    mean of the differences from keeping the course, future by future, with its standard error `error` and the band of
    the differences (`effect_low`, `effect_high`). Meetings are counted from the next quarter on.

    Raises:
        ScenarioError, HedgesimError: the scenario cannot be used, an unknown country, quarter or rule, every future of
            a course fails.
    """
    scenario, country, period = asked.scenario(), text_in(body, "country"), text_in(body, "period")
    _, case = world_of(scenario)
    axes = case.setting.axes
    place_of(case, country)
    if period not in axes.periods[:-1]:
        fault = f"{scenario.name} runs from {axes.periods[0]} to {axes.periods[-1]}"
        raise HedgesimError("period", f"{fault}, and {shown(period)} has no next quarter", "Name one before the end.")
    step = axes.periods.index(period)
    ahead = min(_ahead(body), axes.n_steps - step)
    others = [run for run in range(FUTURES + 1) if run != asked.run][:FUTURES]
    fork = fork_of(case, asked.run, step, ahead=ahead, others=others)
    date = Period.parse(axes.periods[step + 1])
    now, inside = case.at(step + 1), _inside(scenario, country, date)
    courses = _courses(scenario, country, date, texts_in(body, "courses"))
    found = [_outcomes_of(following(now, _chosen(one, country)), fork, country, others) for one in courses]
    kept, failed = found[0]
    return {
        "country": country,
        "period": period,
        "chosen_for": str(date),
        "periods": list(axes.periods[step : step + ahead + 1]),
        "futures": FUTURES,
        "outcomes": [{"outcome": name, "unit": unit} for name, unit in _units(axes).items()],
        "courses": [
            {
                "name": course.name,
                "rule": course.rule,
                "values": dict(course.values),
                "words": course.words,
                "meaning": (inspect.getdoc(country_rules()[course.rule]) or "").partition("\n")[0],
                "settings": course.settings(country, str(date), inside),
                "left_out": len(failed | lost),
                "outcomes": _compared(values, kept, _good(failed | lost, course)),
            }
            for course, (values, lost) in zip(courses, found, strict=True)
        ],
    }


def _compact(value: object) -> str:
    """A mapping in JSON, which is YAML too: a code such as NO stays a text."""
    return json.dumps(value, separators=(",", ":"))


def _ahead(body: Mapping[str, Any]) -> int:
    """How many quarters ahead are asked for."""
    ahead = body.get("ahead", AHEAD)
    if isinstance(ahead, bool) or not isinstance(ahead, int) or not 1 <= ahead <= MOST_AHEAD:
        raise HedgesimError("ahead", f"it must be a whole number from 1 to {MOST_AHEAD}", f"Write it like {AHEAD}.")
    return ahead


def _inside(scenario: Scenario, country: str, date: Period) -> str | None:
    """The change of the scenario's own that gives the country's rule at a date."""
    for name, change in scenario.changes.items():
        if change.date == date and change.rule is not None and change.rule.country == country:
            return name
    return None


def _courses(scenario: Scenario, country: str, date: Period, asked: tuple[str, ...]) -> list[Course]:
    """Keeping the course, the rule of the start, those that are offered, and further ones asked for, each once."""
    known = country_rules()
    for name in asked:
        if name not in known:
            raise HedgesimError("courses", f"there is no rule {shown(name)} of countries", choose_from(name, known))
    rule, values, _ = rule_at(scenario.rules, scenario.changes, ("countries", country), date)
    first, its_values = scenario.rules.of("countries", country)
    mine = (name for name in own if name in known)
    offered = [Course(first, first, _words(first, its_values), its_values)]
    offered += [Course(name, name, _words(name)) for name in (*COURSES, *mine, *asked)]
    courses = [Course(KEEP, rule, "Keep the course", values)]
    for one in offered:
        if all((one.rule, dict(one.values)) != (other.rule, dict(other.values)) for other in courses):
            courses.append(one)
    return courses


def _words(rule: str, values: Mapping[str, float] = MappingProxyType({})) -> str:
    """What a course is called."""
    words = COURSES.get(rule, rule.replace("_", " ").capitalize())
    given = ", ".join(f"{name} {value:g}" for name, value in values.items())
    return f"{words} ({given})" if given else words


def _chosen(course: Course, country: str) -> Any:
    """Rules to follow in place of the case's own; none where the course is kept."""
    return {} if course.name == KEEP else {country: {"rule": course.rule, **course.values}}


def _units(axes: Axes) -> dict[str, str]:
    """The outcomes that a player sees, with their units."""
    shares = {f"{PRESENCE}{option}": "share" for option in axes.options}
    threats = {f"threat_{power}": "1" for power in axes.powers}
    return {**shares, INDEX: "1", "autonomy": "1", **threats, **dict.fromkeys(MEETINGS, "meetings")}


def _outcomes_of(case: Case, fork: Fork, country: str, others: list[int]) -> tuple[dict[str, Values], frozenset[int]]:
    """Outcomes of the futures under the rules of a case, axes (step, run), by name; and which of them failed."""
    axes = case.setting.axes
    threats = tuple(f"threat_{power}_{country}" for power in axes.powers)
    block = run_block(replace(case, further=threats), fork.engine(), others)
    outcomes, place = block.outcomes, axes.countries.index(country)
    found = {}
    for name in _units(axes):
        if name in outcomes.countries:
            found[name] = outcomes.of_country(name)[place]
        elif name in MEETINGS:
            found[name] = np.cumsum(outcomes.of_system(name), axis=0) - outcomes.of_system(name)[:1]
        else:
            found[name] = outcomes.further[f"{name}_{country}"]
    return found, frozenset(block.failed)


def _good(failed: frozenset[int], course: Course) -> NDArray[np.bool_]:
    """The futures that failed neither under a course nor where the course is kept."""
    good = np.asarray([n not in failed for n in range(FUTURES)])
    if not good.any():
        raise HedgesimError(f"course {course.name}", "every future failed", "Choose less extreme values.")
    return good


def _compared(values: Mapping[str, Values], kept: Mapping[str, Values], good: NDArray[np.bool_]) -> dict[str, Any]:
    """What the page shows of each outcome, each a list by quarter, the present one first."""
    shown_of = {}
    for name, numbers in values.items():
        futures_, difference = numbers[:, good], (numbers - kept[name])[:, good]
        low, high = np.quantile(futures_, INTERVAL, axis=1)
        effect_low, effect_high = np.quantile(difference, INTERVAL, axis=1)
        spread = difference.std(axis=1, ddof=1) if good.sum() > 1 else np.full(len(difference), 0.0)
        parts = {
            "median": np.median(futures_, axis=1),
            "low": low,
            "high": high,
            "effect": difference.mean(axis=1),
            "error": spread / np.sqrt(good.sum()),
            "effect_low": effect_low,
            "effect_high": effect_high,
        }
        shown_of[name] = {key: part.tolist() for key, part in parts.items()}
    return shown_of
