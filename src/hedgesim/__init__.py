"""Agent-based simulation of hedging foreign policy.

The public names are listed in `__all__`; they are loaded when first used, so that importing hedgesim is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hedgesim.analysis.comparison import paired_difference
    from hedgesim.analysis.discovery import discover
    from hedgesim.analysis.landscape import Landscape
    from hedgesim.analysis.sensitivity import sensitivity
    from hedgesim.analysis.simulation import Results, run
    from hedgesim.analysis.stored import AnalysisError
    from hedgesim.analysis.sweeping import sweep
    from hedgesim.batch.opening import open_results
    from hedgesim.batch.results import StoreError
    from hedgesim.engines.agent_based import HedgeModel
    from hedgesim.rules import CountryRule, PowerRule, RuleError
    from hedgesim.scenario import Scenario, ScenarioError
    from hedgesim.session import draw, read_scenario, write

_HOMES = {
    "AnalysisError": "hedgesim.analysis.stored",
    "CountryRule": "hedgesim.rules",
    "HedgeModel": "hedgesim.engines.agent_based",
    "Landscape": "hedgesim.analysis.landscape",
    "PowerRule": "hedgesim.rules",
    "Results": "hedgesim.analysis.simulation",
    "RuleError": "hedgesim.rules",
    "Scenario": "hedgesim.scenario",
    "ScenarioError": "hedgesim.scenario",
    "StoreError": "hedgesim.batch.results",
    "discover": "hedgesim.analysis.discovery",
    "draw": "hedgesim.session",
    "open_results": "hedgesim.batch.opening",
    "paired_difference": "hedgesim.analysis.comparison",
    "read_scenario": "hedgesim.session",
    "run": "hedgesim.analysis.simulation",
    "sensitivity": "hedgesim.analysis.sensitivity",
    "sweep": "hedgesim.analysis.sweeping",
    "write": "hedgesim.session",
}

__all__ = [
    "AnalysisError",
    "CountryRule",
    "HedgeModel",
    "Landscape",
    "PowerRule",
    "Results",
    "RuleError",
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


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        message = f"module 'hedgesim' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
