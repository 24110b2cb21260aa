"""The invented region in a folder, to be edited."""

from pathlib import Path

import pytest

from command_line import sunder_sea


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    sunder_sea(tmp_path)
    return Path("sunder_sea")
