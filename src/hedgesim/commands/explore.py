"""`hedgesim explore`."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from hedgesim.commands._options import RuleFiles, use_rules
from hedgesim.commands._printing import print_aside
from hedgesim.errors import HedgesimError


def explore(
    scenario: Annotated[
        str, Argument(metavar="[SCENARIO]", help="Path of a YAML file, or name of a packaged scenario.")
    ] = "war_2022",
    port: Annotated[int, Option(help="Port on this computer; 0 selects a free port.")] = 8765,
    browser: Annotated[
        bool, Option("--browser/--no-browser", help="Open the page in a browser, or only print its address.")
    ] = True,
    rule_files: RuleFiles = None,
) -> None:
    """Open a page on this computer to change a scenario and watch."""
    from hedgesim.scenario import read_scenario

    try:
        from hedgesim.explorer.serve import serve
    except ModuleNotFoundError as error:
        fault = f"{(error.name or '').partition('.')[0]} is not installed"
        raise HedgesimError("hedgesim explore", fault, "Install it with: pip install 'hedgesim[explorer]'.") from error
    use_rules(rule_files)
    read_scenario(scenario)
    serve(scenario, port=port, browser=browser, say=print_aside)
