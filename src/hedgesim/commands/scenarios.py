"""`hedgesim scenarios`."""

import hedgesim
from hedgesim.commands._options import AsJson
from hedgesim.commands._printing import print_rows


def scenarios(as_json: AsJson = False) -> None:
    """Print the packaged scenarios with their purpose."""
    from hedgesim.scenario import packaged_scenarios

    read = [hedgesim.read_scenario(path) for path in packaged_scenarios().values()]
    rows = [[one.name, f"{one.start}-{one.end}", one.purpose] for one in read]
    print_rows(["scenario", "quarters", "purpose"], rows, as_json=as_json)
