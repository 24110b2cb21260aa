"""Experiment files: a question, what varies, and how it is sampled; read and checked like scenarios."""

from hedgesim.experiment.points import Points, points_of
from hedgesim.experiment.reader import packaged_experiments, read_experiment
from hedgesim.experiment.schema import Experiment, experiment_schema
from hedgesim.experiment.variants import Variant

__all__ = [
    "Experiment",
    "Points",
    "Variant",
    "experiment_schema",
    "packaged_experiments",
    "points_of",
    "read_experiment",
]
