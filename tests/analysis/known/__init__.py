"""Functions with known answers as rules of countries, and experiments about them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from re import escape
from unittest.mock import patch

import pytest

from hedgesim.errors import HedgesimError
from hedgesim.results.results import Results
from hedgesim.results.sweep import sweep
from hedgesim.rules import catalogue
from hedgesim.rules.catalogue import rule_file, use

Ranges = Mapping[str, tuple[float, float]]
HERE = Path(__file__).parent
OUTCOME = "presence_RUS"
ISHIGAMI = {name: (-3.141592653589793, 3.141592653589793) for name in ("x1", "x2", "x3")}
SOBOL_G = {f"x{k}": (0.0, 1.0) for k in range(1, 9)}
CORNER = {name: (0.0, 1.0) for name in ("x1", "x2", "x3")}


def path_of(name: str) -> str:
    return f"rules.countries.all.{name}"


def experiment(folder: Path, rule: str, ranges: Ranges, *more: str) -> Path:
    """Write an experiment that varies the parameters of a rule; more: lines such as `design: saltelli`."""
    (folder / "flat.yaml").write_text((HERE / "flat.yaml").read_text().replace("rule: habit", f"rule: {rule}"))
    lines = [
        "question: Does the analysis of a sweep give the known answer?",
        "scenarios: [flat.yaml]",
        *(["uncertainties:"] if ranges else []),
        *(f"  {path_of(name)}: {{low: {low!r}, high: {high!r}}}" for name, (low, high) in ranges.items()),
        f"outcomes: [{OUTCOME}]",
        "seed: 3",
        *more,
    ]
    file = folder / f"{rule}.yaml"
    file.write_text("\n".join(lines) + "\n")
    return file


def swept(folder: Path, rule: str, ranges: Ranges, *more: str) -> Results:
    """Sweep an experiment about a rule of this folder, which is known for as long."""
    folder.mkdir(exist_ok=True)
    file = experiment(folder, rule, ranges, *more)
    with patch.dict(catalogue.own):
        use([rule_file(HERE / f"{rule}.py")])
        return sweep(file, folder / "out")


def saying(text: str) -> AbstractContextManager[object]:
    """Its body must be refused with this text."""
    return pytest.raises(HedgesimError, match=escape(text))
