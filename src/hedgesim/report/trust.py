"""What a page says of trust: what was scored, which patterns bear, and how much of the start is assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hedgesim.analysis.headline import PRESENCE, SAME_IN_ALL
from hedgesim.analysis.patterns.pattern import read_patterns
from hedgesim.analysis.patterns.verdict import HOLDS
from hedgesim.analysis.run_outcomes import key_of
from hedgesim.numbers import percent, sentence
from hedgesim.plots.trajectories import SHARES
from hedgesim.plots.trust import ELSEWHERE, LEVELS, Trust
from hedgesim.report.parts import Cell, Fact, Lines, Part, Row, Section, Table, texts
from hedgesim.report.subject import Subject

NOT_AGAINST = "These parameters were not scored against the record."
MEETINGS = ("meetings", "has_met", "ladder", "holders", "absorbed", "exits")
ABOUT: Mapping[str, Sequence[str]] = {
    PRESENCE: SHARES,
    "leader_meetings": MEETINGS,
    "leader_meetings_outside": MEETINGS,
    "first_time_formats": MEETINGS,
    "realignments": ("realignments", "exits", "joined", "switches", "largest_presence"),
    "cohesion": ("support", "affinity"),
}
"""Quantities of patterns that bear on an outcome; on another one the quantity of its name."""


def fact(subjects: Sequence[Subject]) -> Fact:
    """Whether the answer may be trusted, in short."""
    trust = subjects[0].chart.known.trust
    what = "the levels" if len(subjects) == 1 and not subjects[0].is_sweep else "the difference, not the levels"
    first = f"Read {what}: {LEVELS}." if what.startswith("the diff") else f"Not as a forecast: {LEVELS}."
    held = "" if subjects[0].is_sweep else SAME_IN_ALL
    said = filter(None, (first, held, _patterns_in_short(trust), _start_in_short(trust)))
    return Fact("Trust it?", " ".join(said))


def _patterns_in_short(trust: Trust) -> str:
    patterns = trust.patterns
    if trust.elsewhere:
        return f"{sentence(ELSEWHERE)}."
    if patterns.empty:
        return "Its parameters were not scored against the record."
    holding = (patterns["verdict"] == HOLDS).sum()
    return f"The model reproduces {holding} of {len(patterns)} patterns of the record."


def _start_in_short(trust: Trust) -> str:
    if "shares" not in trust.start:
        return ""
    assumed, numbers = trust.start["shares"]
    return f"Of the starting shares, {percent(assumed / numbers)} are assumption." if numbers else ""


def section(subjects: Sequence[Subject], outcome: str) -> Section:
    """Coverage, patterns, assumptions at the start and prior-dominated cells, of every way to set the parameters.

    outcome: that the answer is about; patterns that bear on it come first.
    """
    parts: list[Part] = []
    said: set[str] = set()
    for subject in subjects:
        if subject.scenario is None:
            why = "cannot be read again here (its tables or rules are not known), so its start cannot be judged"
            parts.append(Lines((f"The scenario of {subject.name} {why}.",)))
            continue
        if subject.scenario.parameters not in said:
            said.add(subject.scenario.parameters)
            parts += _scored(subject.scenario.parameters, subject.chart.known.trust, outcome)
    starts = [subject for subject in subjects if subject.inputs is not None]
    if starts:
        parts += [_start(starts), *_prior(starts)]
    return Section("trust", "How far to trust this", tuple(parts))


def _scored(parameters: str, trust: Trust, outcome: str) -> list[Part]:
    lines = [f"Parameters {parameters}. {sentence(LEVELS)}; use the page only for the effects of changes in the "
             "scenario."]  # fmt: skip
    if trust.coverage.empty:
        unscored = f"{sentence(ELSEWHERE)}." if trust.elsewhere else NOT_AGAINST
        return [Lines((*lines, unscored))]
    rows = []
    for row in trust.coverage.sort_values(["domain", "ahead"]).to_dict("records"):
        share = row["inside"] / row["cells"] if row["cells"] else np.nan
        numbers = [Cell(f"{row[name]:.0f}", float(row[name])) for name in ("ahead", "cells", "inside")]
        written = Cell(percent(share), share if share == share else None)
        rows.append(Row((Cell(str(row["domain"])), *numbers, written)))
    columns = ("domain", "years ahead", "recorded shares", "inside the band", "share inside")
    coverage = Table("Coverage: recorded shares of years not fitted, in 90 % bands", columns, tuple(rows), folded=True)
    return [Lines(tuple(lines)), _patterns(trust.patterns, outcome), coverage]


def _patterns(patterns: pd.DataFrame, outcome: str) -> Table:
    """What the record shows, whether the model does, and whether it bears on an outcome; those that bear first."""
    known = read_patterns().patterns
    about = {*ABOUT.get(key_of(outcome)[0], (key_of(outcome)[0],))} if outcome else set()
    rows = []
    for row in patterns.to_dict("records"):
        bears = bool({*str(row["quantities"]).split(";")} & about)
        statement = known[row["pattern"]].statement if row["pattern"] in known else ""
        rows.append((not bears, Row(texts(row["pattern"], statement, row["verdict"], "yes" if bears else "no"))))
    columns = ("pattern", "in the record", "in the model", "about the answer")
    ordered = [row for _, row in sorted(rows, key=lambda one: one[0])]
    return Table("Patterns of the record", columns, tuple(ordered))


def _start(subjects: Sequence[Subject]) -> Table:
    """How many numbers of each part of the start are assumption or recall, by batch."""
    parts = list(dict.fromkeys(part for one in subjects for part in one.chart.known.trust.start))
    alike = len({str(one.chart.known.trust.start) for one in subjects}) == 1
    names = ["all batches" if len(subjects) > 1 else subjects[0].name] if alike else [one.name for one in subjects]
    subjects, rows = subjects[:1] if alike else subjects, []
    for part in parts:
        counts = [one.chart.known.trust.start.get(part, (0, 0)) for one in subjects]
        cells = [Cell(f"{assumed} of {numbers}", assumed / numbers if numbers else 0.0) for assumed, numbers in counts]
        rows.append(Row((Cell(part), *cells)))
    columns = ("part of the start", *names)
    return Table("Numbers of the start that are assumption or recall", columns, tuple(rows))


def _prior(subjects: Sequence[Subject]) -> list[Part]:
    """Shares at the start where the prior outweighs the data: how many, and in which countries and domains."""
    rows = []
    for subject in subjects[:1]:
        assert subject.inputs is not None
        axes, prior = subject.inputs.setting.axes, np.asarray(subject.inputs.setting.prior_dominated)[..., 0] > 0.0
        names = subject.chart.names
        for c, country in enumerate(axes.countries):
            for d, domain in enumerate(axes.domains):
                options = [code for o, code in enumerate(axes.options) if prior[c, d, o]]
                if options:
                    called = ", ".join(names.options.get(code, (code, ""))[0] for code in options)
                    cells = texts(names.countries.get(country, (country, ""))[0], domain, called)
                    rows.append(Row(cells, country))
        share = f"{int(prior.sum())} of {prior.size} starting shares of {subject.name} are prior-dominated: the prior"
        lines = Lines((f"{share} outweighs the data. Every run draws them again, and they are never scored.",))
    if not rows:
        return [lines]
    return [lines, Table("Prior-dominated shares", ("country", "domain", "options"), tuple(rows), folded=True)]
