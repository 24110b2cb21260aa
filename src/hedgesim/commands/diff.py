"""`hedgesim diff`."""

import json

import hedgesim
from hedgesim.commands._options import AsJson, RuleFiles, ScenarioName, use_rules
from hedgesim.commands._printing import print_rows


def diff(first: ScenarioName, second: ScenarioName, rule_files: RuleFiles = None, as_json: AsJson = False) -> None:
    """Print how two scenarios differ once `extends` is resolved."""
    from hedgesim.scenario.twins import difference

    use_rules(rule_files)
    found = difference(hedgesim.read_scenario(first), hedgesim.read_scenario(second))
    rows = [[row.path, _text(row.value_a), _text(row.value_b)] for row in found]
    print_rows(["path", first, second], rows, as_json=as_json)


def _text(value: object) -> str:
    """A value as text; nothing for a key that is not there."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
