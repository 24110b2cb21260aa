"""Scenario files and tables, read and checked."""

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.difference import DifferenceRow, difference
from hedgesim.scenario.json_schema import json_schema
from hedgesim.scenario.packaged import packaged_scenarios
from hedgesim.scenario.reader import read_scenario
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.vocabulary import Bounds, TableForm, Vocabulary

__all__ = [
    "Bounds",
    "DifferenceRow",
    "Place",
    "Scenario",
    "ScenarioError",
    "TableForm",
    "Vocabulary",
    "difference",
    "json_schema",
    "packaged_scenarios",
    "read_scenario",
]
