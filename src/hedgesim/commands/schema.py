"""`hedgesim schema`."""

from collections.abc import Callable
from typing import Annotated

from typer import Argument

from hedgesim.commands._printing import print_json
from hedgesim.errors import HedgesimError


def schema(of: Annotated[str, Argument(metavar="[scenario|experiment]", help="Kind of file.")] = "scenario") -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from hedgesim import experiment, scenario

    kinds: dict[str, Callable[[], object]] = {
        "scenario": scenario.json_schema,
        "experiment": experiment.experiment_schema,
    }
    if of not in kinds:
        raise HedgesimError(f"schema {of}", "there is no such kind of file", f"Name one of {', '.join(kinds)}.")
    print_json(kinds[of]())
