"""`hedgesim tournament`."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from hedgesim.analysis.hindcast import HINDCAST
from hedgesim.commands._options import (
    AsJson,
    Calibration,
    Output,
    Overwrite,
    RuleFiles,
    check_counts,
    folder_of_findings,
    posterior_of,
    use_rules,
)
from hedgesim.commands._printing import print_json, print_lines, print_table, records_of
from hedgesim.commands.new import Side

EXPERIMENT = "rule_tournament"
"""Packaged experiment whose scenarios are the futures, and whose goals are the goals."""

NO_VOTES = (
    "Votes have no score: a country votes as it voted before, whatever its rule, so all rules have the same votes."
)


def tournament(
    rules: Annotated[
        list[str] | None, Argument(metavar="[RULES...]", help="Names of rules; all, if none is named.")
    ] = None,
    side: Annotated[Side, Option("--kind", help="Whose rules they are.")] = Side.country,
    runs: Annotated[int, Option(help="Runs of every future under every rule.")] = 60,
    output: Output = None,
    calibration: Calibration = "fitted_2021",
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Set rules against each other in every future, and against the record of shares, meetings and statuses.

    There is no score of votes: a country votes as it voted before, whatever its rule, so all rules have the same votes.
    """
    from hedgesim import engines
    from hedgesim.analysis.hindcast.simulated import parameters_in
    from hedgesim.analysis.tournament import entrants, of_record
    from hedgesim.analysis.tournament import tournament as play
    from hedgesim.commands._progress import counting
    from hedgesim.experiment import read_experiment
    from hedgesim.results.ownership import IDENTITY, identity_of, own_rules
    from hedgesim.results.results import write_findings
    from hedgesim.scenario.tables import read_tables

    check_counts(runs=runs)
    use_rules(rule_files)
    of, designed = ("countries" if side == Side.country else "powers"), read_experiment(EXPERIMENT)
    names = entrants(rules or (), of)
    identity = identity_of((), of, names, runs, calibration, own_rules())
    folder = folder_of_findings(output, "tournament", identity, overwrite=overwrite)
    draws, engine = parameters_in(posterior_of(calibration)), engines.engine_of("ensemble")
    record = of_record(HINDCAST, of, read_tables(), draws, engine, given=[f"parameters={calibration}"])
    with counting("rules", len(names)) as on_rule:
        found = play(
            names, of, futures=designed.scenarios, goals=designed.goals, runs=runs, record=record, on_rule=on_rule
        )
    facts = {IDENTITY: identity, "kind_of_rule": of, "rules": names, "runs": runs, "calibration": calibration}
    write_findings(folder, "tournament", found.tables(), facts)
    if as_json:
        print_json(
            {"folder": str(folder), **{name: records_of(table) for name, table in list(found.tables().items())[1:]}}
        )
        return
    for (outcome, goal), table in found.regrets.groupby(["outcome", "goal"], sort=False):
        print_lines("", f"Regret of {outcome} (good: {goal}): how much worse than the best rule of the same future")
        columns = {"rule": "{rule}", "mean": "{mean}", "worst": "{worst}", "worst in": "{worst_in}"}
        print_table(table, {**columns, "best in": "{best_in:.0%}"})
    for quantity, table in found.record.groupby("quantity", sort=False):
        score, baseline = table["score"].iloc[0], table["baseline"].iloc[0]
        print_lines("", f"Record of {quantity}: mean {score}, smaller is better; skill against {baseline}")
        ordered = table.sort_values("own", kind="stable")
        print_table(ordered, {"rule": "{rule}", score: "{own}", "skill (90 %)": "{skill:+} ({low:+} to {high:+})"})
    print_lines("", NO_VOTES, f"Tables: {folder}")
