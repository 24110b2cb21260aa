"""Commands on rival explanations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hedgesim.cli.app import AsJson, RuleFiles, Seed, Settings, app


@app.command()
def landscape(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="Scenario whose countries and powers are the actors.")
    ] = None,
    actors: Annotated[
        Path | None, typer.Option("--actors", metavar="FILE", help="CSV with the columns actor and size.")
    ] = None,
    propensity: Annotated[
        Path | None,
        typer.Option("--propensity", metavar="FILE", help="CSV, symmetric: the actors as header and first column."),
    ] = None,
    starts: Annotated[int, typer.Option("--starts", help="Descents that search beyond 20 actors.")] = 1000,
    runs: Annotated[
        int | None, typer.Option("--runs", help="Runs of the scenario that are set beside: 200.", show_default=False)
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Print the two-bloc landscapes of actors in files or of a scenario's own, and how its runs differ from them."""
    from hedgesim.console import rivals

    asked = rivals.Asked(
        scenario,
        actors,
        propensity,
        starts=starts,
        runs=runs,
        seed=seed,
        settings=settings or (),
        rule_files=rule_files or (),
    )
    rivals.print_landscape(asked, as_json=as_json)
