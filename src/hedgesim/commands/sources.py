"""`hedgesim sources`."""

import hedgesim
from hedgesim.commands._options import AsJson, RuleFiles, ScenarioName, use_rules
from hedgesim.commands._printing import print_lines, print_rows
from hedgesim.numbers import significant, with_error


def sources(scenario: ScenarioName, rule_files: RuleFiles = None, as_json: AsJson = False) -> None:
    """Print the source of every number; count the assumptions."""
    from hedgesim.analysis.explanation import explain_shares
    from hedgesim.engines.case import case_of
    from hedgesim.scenario import arrays, citations

    use_rules(rule_files)
    read = hedgesim.read_scenario(scenario)
    inputs = arrays.read_inputs(read)
    numbers = citations.citations_of(read, inputs)
    print_rows(numbers.columns, numbers.itertuples(index=False), as_json=as_json)
    if as_json:
        return
    counts = citations.count_of(numbers)
    print_rows(counts.columns, counts.itertuples(index=False))
    found = explain_shares(case_of(read, inputs.setting))
    if found is None:
        print_lines("Too few starting shares rest on data rather than on the prior to say what explains them.")
        return
    rows = found.coefficients.to_dict("records")
    terms = [f"{row['regressor']} {with_error(row['coefficient'], row['error'])}" for row in rows]
    print_lines(
        f"Of {found.n} starting shares of powers that are not prior-dominated, shared terms explain"
        f" R2 = {significant(found.r2, 2)} (log share on {', '.join(terms)}); the rest is residual."
    )
