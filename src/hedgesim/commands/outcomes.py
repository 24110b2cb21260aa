"""`hedgesim outcomes`."""

from hedgesim.commands._options import AsJson
from hedgesim.commands._printing import print_rows


def outcomes(as_json: AsJson = False) -> None:
    """Print every outcome with unit, meaning and source; rung_<FORMAT> means one outcome for each format."""
    from hedgesim.model.named_outcomes import FAMILIES
    from hedgesim.model.outcomes import OUTCOMES

    rows = [[name, item.table, item.unit, item.meaning, item.source] for name, item in OUTCOMES.items()]
    rows += [[one.form, "runs", one.unit, one.meaning, one.source] for one in FAMILIES]
    print_rows(["outcome", "table", "unit", "meaning", "source"], rows, as_json=as_json)
