"""`hedgesim schema`."""

from typing import Annotated

from typer import Argument

from hedgesim.commands._printing import print_json
from hedgesim.errors import HedgesimError


def schema(of: Annotated[str, Argument(metavar="[scenario|experiment]", help="Kind of file.")] = "scenario") -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from hedgesim.experiment import Experiment
    from hedgesim.scenario import Scenario

    kinds = {"scenario": Scenario.json_schema, "experiment": Experiment.json_schema}
    if of not in kinds:
        raise HedgesimError(f"schema {of}", "there is no such kind of file", f"Name one of {', '.join(kinds)}.")
    print_json(kinds[of]())
