"""Commands that set the model beside what was observed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hedgesim.cli.app import AsJson, RuleFiles, app


@app.command()
def patterns(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]",
            help="Scenario whose rules, parameters, settings, sizes of shocks and data are scored.",
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the results.")] = Path(
        "results/patterns"
    ),
    runs: Annotated[int, typer.Option("--runs", help="Runs of every scenario that the patterns need.")] = 200,
    calibration: Annotated[
        str | None, typer.Option("--calibration", metavar="NAME", help="Calibration in place of the scenario's.")
    ] = None,
    posterior: Annotated[
        bool, typer.Option("--posterior", help="Every run takes a draw from the calibration's posterior.")
    ] = False,
    file: Annotated[
        str | None,
        typer.Option("--patterns", metavar="FILE", help="Patterns of your own in place of the shipped."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed that replaces those of the scenarios.")] = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Score the model against the patterns of the record, beside habit, chance, no shock and countries all alike."""
    from hedgesim.console import evidence, running

    running.use_rules(rule_files or ())
    plan = evidence.plan_of(runs, calibration, posterior=posterior)
    bases = evidence.bases_of(scenario, file, seed=seed)
    scores = evidence.score_with_progress(bases, plan, output)
    evidence.print_scores(scores, bases, output, as_json=as_json)
