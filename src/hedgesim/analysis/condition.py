"""A condition on an outcome, as `--when` takes it: `hedging_index < 0.4`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.errors import HedgesimError

Flags = NDArray[np.bool_]

OPERATORS: Mapping[str, tuple[Callable[[Any, float], Any], str]] = {
    "<": (operator.lt, "below"),
    "<=": (operator.le, "at_most"),
    ">": (operator.gt, "above"),
    ">=": (operator.ge, "at_least"),
}
"""Signs of a condition: what they compute, and their word in the name of a folder."""

FORM = re.compile(r"(\w+)\s*(<=|>=|<|>)\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)", re.ASCII)
LONGEST = 200
"""Characters of a condition above which it is none."""


@dataclass(frozen=True)
class Condition:
    """When a case is of interest: an outcome against a number."""

    outcome: str
    operator: str
    number: float

    @staticmethod
    def read(text: str) -> Condition:
        """Read a text such as `hedging_index < 0.4`; HedgesimError for one that is not OUTCOME OP NUMBER."""
        found = FORM.fullmatch(text.strip()) if len(text) <= LONGEST else None
        if found is None or not math.isfinite(float(found[3])):
            remedy = "Use <, <=, > or >=: --when 'hedging_index < 0.4'."
            raise HedgesimError(f"--when '{text}'", "it is not OUTCOME < NUMBER", remedy)
        name, sign, number = found.groups()
        return Condition(name, sign, float(number))

    @property
    def text(self) -> str:
        """The condition as it is written."""
        return f"{self.outcome} {self.operator} {self.number:g}"

    @property
    def option(self) -> str:
        """The condition as an option of the command line, for errors."""
        return f"--when '{self.text}'"

    @property
    def name(self) -> str:
        """The condition as the name of a folder."""
        return f"{self.outcome}_{OPERATORS[self.operator][1]}_{self.number:g}"

    def holds(self, values: pd.Series[Any] | NDArray[np.float64]) -> Flags:
        """Where it holds; nowhere where the outcome is not defined."""
        return np.asarray(OPERATORS[self.operator][0](np.asarray(values, dtype=np.float64), self.number))

    def lacking(self, value: float) -> float:
        """By how much an outcome misses the number, below 0 where it is beyond it (unit of the outcome)."""
        return value - self.number if self.operator.startswith("<") else self.number - value
