"""The option by which runs are added until outcomes are exact enough, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

import hedgesim
from hedgesim.errors import HedgesimError
from hedgesim.numbers import with_error

if TYPE_CHECKING:
    from hedgesim.results.until import Until

MOST = "With --until-error: the maximum, by default 100000."

UntilError = Annotated[
    list[str] | None,
    Option(
        metavar="OUTCOME=ERROR",
        help="Start with the usual number of runs, and add runs until the mean of an outcome at the end of the "
        "scenario (a column of the table runs) has a standard error of at most ERROR; may be repeated. After a "
        "stop, the same command continues. It also uses earlier runs of the same scenario in the folder.",
    ),
]


def until_of(texts: Sequence[str] | None, least: int, *, alone: bool) -> Until | None:
    """Which outcomes are to be how exact; HedgesimError where that cannot be."""
    from hedgesim.results.until import OPTION, Until

    if texts and not alone:
        fault = "it cannot be used for a scenario with a twin"
        raise HedgesimError(
            OPTION,
            fault,
            "First run the scenario alone with this option. Then run it and the twin with the same number of --runs.",
        )
    return Until.of(texts, least) if texts else None


def until_in_words(results: hedgesim.Results) -> Iterator[str]:
    """The outcomes that were to be exact, with the errors that were reached and asked for."""
    from hedgesim.results.until import UNTIL

    errors = results.manifest.get(UNTIL, {"asked": {}})
    for outcome, asked in errors["asked"].items():
        mean, reached = float(results.tables["runs"][outcome].mean()), errors["reached"][outcome]
        met = "" if reached <= asked else "; not reached: give more --runs"
        yield f"{outcome} at the end: {with_error(mean, reached)} (asked: {asked:g}{met})"


def end_where_not_met(results: hedgesim.Results) -> None:
    """End with exit code 1 where an outcome is not as exact as was asked for."""
    from hedgesim.results.until import UNTIL

    errors = results.manifest.get(UNTIL, {"asked": {}})
    if not all(errors["reached"][outcome] <= asked for outcome, asked in errors["asked"].items()):
        raise Exit(1)
