"""The declared columns of every results table: name, type, unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

PRESENCE = "presence_"


@dataclass(frozen=True)
class Column:
    """One column of a results table: its type in pyarrow's words, its unit, what it may lack."""

    name: str
    kind: str
    unit: str
    may_be_empty: bool = False
    may_be_absent: bool = False

    def field(self) -> Any:
        """The pyarrow field, with the unit in its metadata."""
        kind = pa.type_for_alias(self.kind)
        return pa.field(self.name, kind, nullable=self.may_be_empty, metadata={"unit": self.unit})


def _numbers(unit: str, *names: str) -> tuple[Column, ...]:
    """Columns of measured numbers, empty where the number is not defined (one run has no spread)."""
    return tuple(Column(name, "float64", unit, may_be_empty=True) for name in names)


def _optional(unit: str, *names: str) -> tuple[Column, ...]:
    """Columns of numbers that a table may also lack."""
    return tuple(Column(name, "float64", unit, may_be_empty=True, may_be_absent=True) for name in names)


def _counts(unit: str, *names: str) -> tuple[Column, ...]:
    """Columns of counts, never empty."""
    return tuple(Column(name, "int64", unit) for name in names)


def _texts(*names: str) -> tuple[Column, ...]:
    """Columns of codes and other text, never empty."""
    return tuple(Column(name, "string", "text") for name in names)


_RUN = _counts("number", "run")
_PERIOD = (Column("period", "string", "quarter"),)
_VOTES = ("vote_no", "vote_absent", "vote_abstain", "vote_yes")
TABLES: Mapping[str, tuple[Column, ...]] = {
    "runs": (*_RUN, *_counts("number", "seed"), Column("failed", "string", "text", may_be_empty=True)),
    "summary": (
        *_PERIOD,
        *_texts("entity", "outcome"),
        *_numbers("unit of the outcome", "mean", "sd", "q05", "q25", "q50", "q75", "q95"),
        *_counts("runs", "n"),
    ),
    "countries": (
        *_RUN,
        *_PERIOD,
        *_texts("country"),
        *_numbers("1", "hedging_index", "diversity", "ambiguity", "engagement", "issue_splitting"),
        *_numbers("1", "autonomy", "sanctions_exposure", "reexport", "strain"),
        *_numbers("probability", *_VOTES),
        *_optional("1", "hedging_by_arithmetic"),
    ),
    "system": (
        *_RUN,
        *_PERIOD,
        *_numbers("1", "cohesion", "formality"),
        *_counts("meetings in the quarter", "leader_meetings"),
        *_counts("formats in the quarter", "first_time_formats"),
        *_counts("countries realigned since the start", "realignments"),
        *_optional("1", "similarity", "similarity_kappa", "similarity_pi"),
    ),
    "shares": (
        *_RUN,
        *_PERIOD,
        *_texts("country", "domain", "option"),
        Column("share", "float64", "share of the domain"),
        Column("hollow", "bool", "true or false"),
    ),
    "relations": (
        *_RUN,
        *_PERIOD,
        *_texts("country", "power"),
        *_numbers("1", "threat", "reliability", "affinity", "offer", "coercion"),
    ),
    "formats": (
        *_RUN,
        *_PERIOD,
        *_texts("format", "level"),
        *_numbers("1", "momentum", "formality"),
        *_texts("meeting"),
    ),
    "memberships": (*_RUN, *_PERIOD, *_texts("country", "format", "status")),
    "paired": (
        *_texts("outcome", "entity", "option"),
        *_numbers("unit of the outcome", "mean", "error", "q05", "q95"),
        *_counts("runs", "n"),
        *_numbers("1", "gain"),
    ),
    "ties": (*_RUN, *_PERIOD, *_texts("country", "partner"), *_numbers("1", "tie", "trust")),
}
