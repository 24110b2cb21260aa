"""Experiment files: a question, what varies, and how it is sampled; read and checked like scenarios."""

from hedgesim.experiment.points import DesignPoints, design_points, split_by
from hedgesim.experiment.schema import Experiment, packaged_experiments, read_experiment
from hedgesim.experiment.variants import ScenarioVariant

__all__ = [
    "DesignPoints",
    "Experiment",
    "ScenarioVariant",
    "design_points",
    "packaged_experiments",
    "read_experiment",
    "split_by",
]
