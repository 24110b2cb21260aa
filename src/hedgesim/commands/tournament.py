"""`hedgesim tournament`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

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
from hedgesim.commands._printing import print_json, print_lines, print_table, records_of, several
from hedgesim.commands.new import Side
from hedgesim.errors import HedgesimError
from hedgesim.numbers import significant, small_apart

if TYPE_CHECKING:
    import pandas as pd

EXPERIMENT = "rule_tournament"
"""Packaged experiment whose scenarios are the futures, and whose goals are the goals."""

NO_VOTES = (
    "Votes have no score: a country votes as it voted before, whatever its rule, so all rules have the same votes."
)
YARDSTICK = (
    "These outcomes do not measure success. The hedging index is high if a country divides its security among rivals, "
    "whether this helps the country or not."
)
"""Why a rule that comes first is not thereby a good one."""

DIGITS = 3
"""Significant digits of the largest distance, whose decimals all have."""

ALIKE = "cannot be distinguished"
"""Of two rules: the 90 % interval of the skill of one against the other, in the same cells, holds 0."""


def tournament(
    rules: Annotated[
        list[str] | None, Argument(metavar="[RULES...]", help="Names of rules. By default: all rules.")
    ] = None,
    side: Annotated[Side, Option("--kind", help="Rules of countries or of powers.")] = Side.country,
    runs: Annotated[int, Option(help="Runs of every future under every rule.")] = 60,
    output: Output = None,
    calibration: Calibration = "fitted_2021",
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Compare rules with each other in every future, and with the record of shares, meetings and statuses.

    Votes have no score: a country votes as it voted before, whatever its rule, so all rules have the same votes.
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
    own = _own(names)
    identity = identity_of((), of, names, runs, calibration, own_rules())
    folder = folder_of_findings(output, "tournament", identity, overwrite=overwrite)
    draws, engine = parameters_in(posterior_of(calibration)), engines.engine_of("ensemble")
    record = of_record(HINDCAST, of, read_tables(), draws, engine, given=[f"parameters={calibration}"])
    with counting("tournament", len(names), unit="rules") as on_rule:
        found = play(
            names, of, futures=designed.scenarios, goals=designed.goals, runs=runs, record=record, on_rule=on_rule
        )
    asked = {"kind_of_rule": of, "rules": names, "own_rules": own, "runs": runs, "calibration": calibration}
    write_findings(folder, "tournament", found.tables(), {IDENTITY: identity, **asked}, overwrite=overwrite)
    if as_json:
        print_json(
            {"folder": str(folder), **{name: records_of(table) for name, table in list(found.tables().items())[1:]}}
        )
        return
    for _, table in found.regrets.groupby(["outcome", "goal"], sort=False):
        _print_regrets(table, own)
    print_lines("", YARDSTICK)
    for _, table in found.record.groupby("quantity", sort=False):
        _print_record(table, of)
    print_lines("", NO_VOTES, f"Tables: {folder}", f"Chart: hedgesim plot {folder} tournament")


def _own(names: Sequence[str]) -> list[str]:
    """The rules of the user's own files, all of which take part."""
    from hedgesim.rules.catalogue import files_in_use

    for file in files_in_use():
        if file.name not in names:
            fault = "the rule takes no part in this tournament"
            raise HedgesimError(file.path, fault, f"Name {file.name} too, or leave out --rules.")
    return [file.name for file in files_in_use()]


def _print_regrets(table: pd.DataFrame, own: Sequence[str]) -> None:
    """How far the rules stay from the best one in an outcome, and the place of the user's own."""
    outcome, goal = str(table["outcome"].iloc[0]), table["goal"].iloc[0]
    side = "below" if goal == "high" else "above"
    print_lines(
        "",
        f"{outcome.replace('_', ' ').capitalize()}: distance of each rule {side} the best one in the same future (0 = "
        f"best). A {goal} value counts as good here.",
    )
    n, known = len(table), table["error"].notna()
    texts = small_apart([*table["mean"], *table["worst"], *table["error"].fillna(0.0)], DIGITS)
    plus = [f" ± {error}" if is_known else "" for error, is_known in zip(texts[2 * n :], known, strict=True)]
    means, worst_in = map("".join, zip(texts[:n], plus, strict=True)), table["worst_in"].where(table["worst"] > 0.0)
    written = table.assign(mean=list(means), worst=texts[n : 2 * n], worst_in=worst_in)
    columns = {"place": "{place}", "rule": "{rule}", "mean ± error": "{mean}", "worst": "{worst}"}
    print_table(written, {**columns, "worst in": "{worst_in}", "best in": "{best_in:.0%}"})
    for row in table[table["rule"].isin(own)].to_dict("records"):
        shared = int((table["place"] == row["place"]).sum()) - 1
        also = f", with {several(shared, 'other rule')}" if shared else ""
        print_lines(f"{row['rule']}: place {row['place']} of {n}{also}, by the worst future.")


def _print_record(table: pd.DataFrame, of: str) -> None:
    """How the rules score against the record in one quantity, and which cannot be distinguished from the best."""
    first = table.iloc[0]
    quantity, score, baseline = (str(first[name]) for name in ("quantity", "score", "baseline"))
    if first["same"]:
        mean, skill = significant(first["own"]), f"{first['skill']:+.2f} ({first['low']:+.2f} to {first['high']:+.2f})"
        print_lines("", f"{quantity.capitalize()} do not depend on these rules of {of}: {score} {mean},")
        print_lines(f"skill against {baseline} {skill}.")
        return
    print_lines("", f"Record of {quantity}: mean {score}, smaller is better; skill against {baseline}")
    ordered = table.sort_values("own", kind="stable")
    verdict = ["", *(ALIKE if high >= 0.0 else "worse" for high in ordered["behind_high"][1:])]
    ordered = ordered.assign(verdict=verdict)
    columns = {"rule": "{rule}", score: "{own}", "skill (90 %)": "{skill:+.2f} ({low:+.2f} to {high:+.2f})"}
    print_table(ordered, {**columns, "against the first": "{verdict}"})
    if not (ordered["verdict"] == "worse").any():
        print_lines("The record cannot distinguish these rules.")
