"""`hedgesim rules`."""

from hedgesim.commands._options import AsJson, RuleFiles, use_rules
from hedgesim.commands._printing import print_rows


def rules(rule_files: RuleFiles = None, as_json: AsJson = False) -> None:
    """Print the rules of countries and powers, with parameters."""
    from hedgesim.model.parameter import parameters_of
    from hedgesim.rules import country_rules, power_rules

    use_rules(rule_files)
    rows = []
    for kind, known in (("country", country_rules()), ("power", power_rules())):
        for name, rule in known.items():
            own = "; ".join(f"{p.name} {p.default:g} ({p.low:g}-{p.high:g})" for p in parameters_of(rule))
            rows.append([name, kind, (rule.__doc__ or "").splitlines()[0], own])
    print_rows(["rule", "of a", "what it does", "parameters"], rows, as_json=as_json)
