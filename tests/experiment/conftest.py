"""Experiment files as tests write them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.experiment import Experiment, read_experiment


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write files into the working folder of the test; return the last one, as a relative path."""
    monkeypatch.chdir(tmp_path)

    def write_file(text: str, name: str = "x.yaml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write_file


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[[str], Experiment]:
    """Write an experiment file and read it."""
    return lambda text: read_experiment(write(text))
