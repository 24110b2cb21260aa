"""`hedgesim sources`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

import hedgesim
from hedgesim.commands._options import AsJson, RuleFiles, ScenarioName, use_rules
from hedgesim.commands._printing import print_lines, print_rows, several
from hedgesim.numbers import significant, with_error

if TYPE_CHECKING:
    from hedgesim.engines.case import Case


def sources(
    scenario: ScenarioName,
    everything: Annotated[bool, Option("--all", help="Print every number, not only the counts.")] = False,
    csv: Annotated[Path | None, Option(metavar="FILE", help="Write every number to a CSV file.")] = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Count the numbers in force and the assumptions by table; print or write the source of every number."""
    from hedgesim.engines.case import case_of
    from hedgesim.results.drafts import write_file
    from hedgesim.scenario import arrays, citations

    use_rules(rule_files)
    read = hedgesim.read_scenario(scenario)
    inputs = arrays.read_inputs(read)
    numbers = citations.citations_of(read, inputs)
    if csv is not None:
        write_file(csv, numbers.to_csv(index=False).encode(), overwrite=False)
    if as_json:
        print_rows(numbers.columns, numbers.itertuples(index=False), as_json=True)
        return
    counts = citations.count_of(numbers)
    print_rows(counts.columns, counts.itertuples(index=False))
    _print_explained(case_of(read, inputs.setting))
    print_lines(*citations.own_sources(read))
    if everything:
        shown = numbers.drop(columns="url")
        print_rows(shown.columns, shown.itertuples(index=False))
    elif csv is None:
        print_lines(
            f"{several(len(numbers), 'number')}. To see each with its source: --all. To add addresses: --csv FILE or "
            "--json."
        )


def _print_explained(case: Case) -> None:
    """How much of the starting shares shared terms explain."""
    from hedgesim.analysis.starting_shares import explain_shares

    found = explain_shares(case)
    if found is None:
        print_lines("Too few starting shares use more data than prior, so their causes cannot be estimated.")
        return
    rows = found.coefficients.to_dict("records")
    terms = [f"{row['regressor']} {with_error(row['coefficient'], row['error'])}" for row in rows]
    print_lines(
        f"Of {found.n} starting shares of powers that are not prior-dominated, shared terms explain"
        f" R2 = {significant(found.r2, 2)} (log share on {', '.join(terms)}); the rest is residual."
    )
