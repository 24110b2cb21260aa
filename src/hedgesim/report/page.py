"""The page of a report: its parts gathered from results, then written as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hedgesim.analysis.comparison import compare, distinct, of_outcomes
from hedgesim.analysis.effects import effects_of
from hedgesim.errors import HedgesimError, choose_from, printable
from hedgesim.report import charts, compared, enough, origin, single, swept, trust, why
from hedgesim.report.again import in_folders
from hedgesim.report.parts import Fact, Page, Section
from hedgesim.report.subject import Subject, subjects_of
from hedgesim.results.results import Results
from hedgesim.results.tables import INDEX

Names = Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """What may be asked of a page.

    question: that it answers; by default that of the experiment, what the scenario is for, or what differs between the
    batches. outcome: the one that the answer is about; by default a mean presence. why: whether the difference is
    divided among what makes it, which takes runs; by default if it takes few.
    """

    question: str = ""
    outcome: str = ""
    why: bool | None = None


PLAIN = Choices()


def page_of(
    batches: Sequence[Results], names: Sequence[str], choices: Choices = PLAIN, folders: Sequence[str] = ()
) -> Page:
    """All that a page says about results: one to six runs of scenarios, or as many sweeps of experiments.

    names: what the batches are called. folders: where the commands of the page write them, empty for one whose folder
    they choose.

    Raises:
        HedgesimError: too many batches, batches with nothing in common, results that cannot be reported, no such
            outcome.
        StoreError: a table is missing or damaged.
    """
    subjects = in_folders(subjects_of(batches, distinct(names)), folders or [""] * len(batches))
    countries = {code: name for one in subjects for code, (name, _) in one.chart.names.countries.items()}
    powers = {code: name for one in subjects for code, (name, _) in one.chart.names.options.items()}
    formats = {code: name for one in subjects for code, name in one.chart.names.formats.items()}
    build = _of_comparison if len(subjects) > 1 else _of_sweep if subjects[0].is_sweep else _of_run
    asked, answer, facts, sections, about = build(subjects, {**formats, **countries, **powers}, choices)
    return Page(
        about_runs=_about(subjects),
        question=printable(choices.question or asked),
        answer=answer,
        facts=(*facts, trust.fact(subjects)),
        batches=[(one.name, one.question) for one in subjects],
        sections=(*sections, trust.section(subjects, about), *origin.sections(subjects, _options(choices))),
        version=version("hedgesim"),
        countries=countries,
        powers=powers,
    )


Built = tuple[str, str, tuple[Fact, ...], list[Section], str]
"""Question, answer, facts, the first sections, and the outcome that the answer is about."""


def _of_comparison(subjects: Sequence[Subject], names: Names, choices: Choices) -> Built:
    asked = [choices.outcome] if choices.outcome else []
    found = compare(*(one.results for one in subjects), names=[one.name for one in subjects], outcomes=asked)
    if choices.outcome:
        of_outcomes(found, [choices.outcome])
    row = compared.answering(found, choices.outcome, subjects[0].chart.names.powers)
    sections = compared.sections(found, names, choices.outcome)
    more = compared.beside(found, [one.results for one in subjects], choices.outcome)
    sections[1] = replace(sections[1], parts=(*sections[1].parts, *more))
    sections[2:2] = charts.sections(subjects, row)
    if not subjects[0].is_sweep:
        sections.append(why.section(subjects, row, choices.why))
    if subjects[0].is_sweep:
        for n, one in enumerate(subjects, start=1):
            effects, regrets = effects_of(one.results), swept.regrets(one)
            sections += swept.sections(one, effects, regrets, names, f"sweep{n}-")
    sections.append(enough.section(enough.of_comparison(found, subjects, row, choices.outcome, names)))
    answer = compared.answer(found, row, names) + compared.others(found, row)
    return compared.question_of(found), answer, compared.facts(row), sections, row["outcome"]


def _of_run(subjects: Sequence[Subject], names: Names, choices: Choices) -> Built:
    (subject,), outcome = subjects, choices.outcome
    recorded = [str(name) for name in subject.results.manifest.get("outcomes") or ()]
    changes = single.changes_of(subject, list(dict.fromkeys(filter(None, (outcome, *recorded)))))
    if changes.empty:
        sections, answer = [enough.section([])], single.answer_of_levels(subject, outcome, names)
        return subject.question, answer, (), sections, outcome or INDEX
    if outcome:
        single.check_asked(subject, changes, outcome)
    row = single.answering(changes, outcome, subject.chart.names.powers)
    sections = [*charts.sections(subjects, row), single.section(subject, changes, names)]
    sections.append(enough.section(enough.of_changes(changes, row, names), single.kept_runs(row)))
    return subject.question, single.answer(subject, row, names), single.facts(row), sections, row["outcome"]


def _of_sweep(subjects: Sequence[Subject], names: Names, choices: Choices) -> Built:
    (subject,), outcome = subjects, choices.outcome
    known = [str(name) for name in subject.results.manifest["outcomes"]]
    if outcome and outcome not in known:
        raise HedgesimError(f"--outcome {outcome}", "the experiment has no such outcome", choose_from(outcome, known))
    every, regrets = effects_of(subject.results), {} if outcome else swept.regrets(subject)
    asked = outcome or swept.asked_in(subject.results.manifest)
    leading = every[every["outcome"] == asked] if asked in set(every["outcome"]) else every
    about = next(iter(regrets), (asked,))[0] or next(iter(leading["outcome"]), known[0])
    sections = swept.sections(subject, every, regrets, names, "")
    sections[-1:-1] = charts.sections(subjects, {"outcome": about, "option": "", "entity": ""})
    series = swept.leading(subject, leading, regrets, names)
    sections.append(enough.section(series))
    facts = swept.facts(leading, regrets, series)
    return (
        subject.question,
        swept.answer(subject, leading, regrets, names),
        facts,
        sections,
        about,
    )


def _options(choices: Choices) -> list[str]:
    """Choices as options of the command."""
    why = {None: [], True: ["--why"], False: ["--no-why"]}[choices.why]
    given = {"--question": choices.question, "--outcome": choices.outcome}
    return [*why, *(word for option, value in given.items() if value for word in (option, value))]


def _about(subjects: Sequence[Subject]) -> str:
    """Line above the question: how many runs of what."""
    kind = "sweep" if subjects[0].is_sweep else "batch"
    many = f"{len(subjects)} {kind}{'e' * (kind == 'batch')}s" if len(subjects) > 1 else f"One {kind}"
    counts = sorted({one.runs for one in subjects})
    runs = f"{counts[0]} runs" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} runs"
    return f"{many} of {runs}" + (" each" if len(subjects) > 1 and len(counts) == 1 else "")


def html_of(page: Page) -> str:
    """A page as HTML: style and script in it, no other file needed, and no request allowed."""
    environment = Environment(
        loader=PackageLoader("hedgesim.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else _lines(str(value)),
    )
    style, script = (files("hedgesim.report").joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = environment.get_template("page.html")
    return template.render(page=page, style=Markup(style), script=Markup(script), script_digest=digest)


def _lines(text: str) -> str:
    """A text without what steers a terminal or turns text; its lines stay."""
    return "\n".join(map(printable, text.split("\n")))
