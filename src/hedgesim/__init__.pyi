from .analysis.attribution import why as why
from .analysis.comparison import compare as compare
from .analysis.discovery import discover as discover
from .analysis.explanation import explain as explain
from .analysis.landscape import Landscape as Landscape
from .analysis.sensitivity import sensitivity as sensitivity
from .engines.agent_based import HedgeModel as HedgeModel
from .engines.invented import example_power_view as example_power_view
from .engines.invented import example_view as example_view
from .engines.rule_check import read_rule_file as read_rule_file
from .errors import HedgesimError as HedgesimError
from .errors import ScenarioError as ScenarioError
from .errors import StoreError as StoreError
from .plots.run import draw as draw
from .results.archive.package import archive as archive
from .results.results import Results as Results
from .results.results import open_results as open_results
from .results.results import write as write
from .results.simulation import run as run
from .results.summary import paired_difference as paired_difference
from .results.sweep import sweep as sweep
from .rules import CountryRule as CountryRule
from .rules import PowerRule as PowerRule
from .scenario import Scenario as Scenario
from .scenario import read_scenario as read_scenario

__all__ = [
    "CountryRule",
    "HedgeModel",
    "HedgesimError",
    "Landscape",
    "PowerRule",
    "Results",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "archive",
    "compare",
    "discover",
    "draw",
    "example_power_view",
    "example_view",
    "explain",
    "open_results",
    "paired_difference",
    "read_rule_file",
    "read_scenario",
    "run",
    "sensitivity",
    "sweep",
    "why",
    "write",
]
