"""Who reacts to what a shock acts on: rules are tried on an invented quarter, with a channel and without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.invented import moved, without_whim
from hedgesim.model.parameters import Parameters
from hedgesim.model.shocks import CHANNELS
from hedgesim.model.view import PowerView, View
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from hedgesim.rules.catalogue import Rules
from hedgesim.scenario import Scenario
from hedgesim.scenario.channels import ShockChannel

Rule = CountryRule | PowerRule

CLOSE = 1e-9
"""What counts as nothing."""


def reacts(rule: Rule, channel: str, parameters: Parameters) -> bool:
    """Whether a rule decides otherwise where it knows nothing of a channel of shocks."""
    view: Any = moved(View) if isinstance(rule, CountryRule) else moved(PowerView)
    view = view if getattr(rule, "gambles", False) else without_whim(view)
    felt = {name: 0.0 * getattr(view, name) for name in CHANNELS[channel].felt if hasattr(view, name)}
    one, other = (vars(rule.decide(seen, parameters)) for seen in (view, replace(view, **felt)))
    return any(bool(np.any(np.abs(one[name] - other[name]) > CLOSE)) for name in one)


def who_weighs(channel: str, parameters: Parameters) -> list[str]:
    """The known rules that react to a channel, by name."""
    known = _known(channel)
    return [name for name in known if reacts(known[name](), channel, parameters)]


def rules_in_words(channel: str, parameters: Parameters) -> str:
    """Which of the known rules react to a channel."""
    reacting = who_weighs(channel, parameters)
    others = [name for name in _known(channel) if name not in reacting]
    if not reacting:
        return "no rule does"
    if len(others) < len(reacting):
        return f"all rules but {', '.join(others)}" if others else "all rules"
    return f"{', '.join(reacting)} alone"


def unweighed(scenario: Scenario, case: Case) -> Iterator[str]:
    """Of each line of the scenario's own shocks to which nobody whom it hits reacts: what it moves all the same."""
    for name, shock in scenario.shocks.items():
        for n, line in enumerate(shock.channels):
            form = CHANNELS[line.channel]
            unmoved = _unmoved(line, case) if form.felt else []
            if not unmoved:
                continue
            place = scenario.place("shocks", name, "channels", n)
            only = f"it only moves {form.always}" if form.always else "it moves nothing"
            yield (
                f"{place}: {line.channel} of the shock {name}: the rules of {', '.join(unmoved)} do not react to it, so"
                f" that there {only}. Rules that react to it would move {form.weighed}:"
                f" {rules_in_words(line.channel, case.parameters)}."
            )


def _unmoved(line: ShockChannel, case: Case) -> Sequence[str]:
    """Whoever is hit by a line and follows a rule that never reacts to it."""
    axes, phases = case.setting.axes, case.phases
    powers = _of_powers(line.channel)
    codes = axes.powers if powers else axes.countries
    hit = (line.powers if powers else line.countries) or codes
    rules = [phase.power_rules if powers else phase.country_rules for phase in phases]
    return [
        code for n, code in enumerate(codes) if code in hit and not _any(line.channel, (of[n] for of in rules), case)
    ]


def _any(channel: str, rules: Iterable[Rule], case: Case) -> bool:
    return any(reacts(rule, channel, case.parameters) for rule in rules)


def _known(channel: str) -> Rules[CountryRule] | Rules[PowerRule]:
    return power_rules() if _of_powers(channel) else country_rules()


def _of_powers(channel: str) -> bool:
    """Whether powers, not countries, know of a channel."""
    return not {item.name for item in fields(View)}.issuperset(CHANNELS[channel].felt)
