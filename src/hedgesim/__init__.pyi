from .analysis.comparison import paired_difference as paired_difference
from .analysis.discovery import discover as discover
from .analysis.landscape import Landscape as Landscape
from .analysis.sensitivity import sensitivity as sensitivity
from .analysis.simulation import Results as Results
from .analysis.simulation import run as run
from .analysis.sweeping import sweep as sweep
from .batch.opening import open_results as open_results
from .engines.agent_based import HedgeModel as HedgeModel
from .errors import HedgesimError as HedgesimError
from .errors import ScenarioError as ScenarioError
from .errors import StoreError as StoreError
from .rules import CountryRule as CountryRule
from .rules import PowerRule as PowerRule
from .scenario import Scenario as Scenario
from .scenario import read_scenario as read_scenario
from .session import draw as draw
from .session import write as write

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
    "discover",
    "draw",
    "open_results",
    "paired_difference",
    "read_scenario",
    "run",
    "sensitivity",
    "sweep",
    "write",
]
