"""Scenario files and tables, read and checked."""

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.files import packaged_scenarios
from hedgesim.scenario.known_names import KnownNames, TableColumns, known_names
from hedgesim.scenario.reader import read_scenario
from hedgesim.scenario.schema import Scenario

__all__ = [
    "KnownNames",
    "Place",
    "Scenario",
    "ScenarioError",
    "TableColumns",
    "known_names",
    "packaged_scenarios",
    "read_scenario",
]
