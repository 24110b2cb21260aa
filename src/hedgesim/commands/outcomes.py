"""`hedgesim outcomes`."""

from hedgesim.commands._options import AsJson
from hedgesim.commands._printing import print_rows


def outcomes(as_json: AsJson = False) -> None:
    """Print every outcome with unit, meaning and source."""
    from hedgesim.model.outcomes import OUTCOMES

    rows = [[name, item.table, item.unit, item.meaning, item.source] for name, item in OUTCOMES.items()]
    print_rows(["outcome", "table", "unit", "meaning", "source"], rows, as_json=as_json)
