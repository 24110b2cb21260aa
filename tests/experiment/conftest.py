"""Experiment files as tests write them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.experiment import Experiment, read_experiment


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[[str], Experiment]:
    """Write an experiment file and read it."""
    return lambda text: read_experiment(write(text))
