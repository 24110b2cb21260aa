"""Decisions of the six to join, attend or leave bodies, with what bore on them (decisions.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from databuild.codes import COUNTRIES, rounded
from databuild.events import History
from databuild.formats import build_memberships
from databuild.raw import RawData
from databuild.yearly_sizes import YearlySizes
from hedgesim.model.period import Period

Row = dict[str, object]
_FIVE = COUNTRIES[:5]
_FORGOTTEN = 4
"""Quarters after a succession in which the bodies that the ruler before had left are forgotten."""

_NEUTRAL_TRUST = 0.6
"""Trust at which it counts neither way, for bodies in which no other of the six is a party."""


def build_decisions(raw: RawData, trust: pd.DataFrame) -> pd.DataFrame:
    """A row for each country and occasion; trust: the shipped table with all its starts."""
    occasions = sorted(raw.choice_rows("decisions"), key=lambda r: (r["date"], r["body"], r["kind"]))
    known = _Known.of(raw, trust)
    rows: list[Row] = []
    for occasion in occasions:
        decided = {c: 1 for c in _codes(occasion["yes"])} | {c: 0 for c in _codes(occasion["no"])}
        parties = _parties(occasion, occasions, known.members)
        for country in (c for c in COUNTRIES if c in decided):
            row: Row = {name: occasion[name] for name in ("date", "body", "line", "kind", "note")}
            row |= {"country": country, "outcome": decided[country], "formality": known.formality(occasion)}
            row |= known.of_country(country, occasion["date"], parties) | known.source_of(occasion, country)
            rows.append(row)
    unit = "0-1; outcome, succession and neutrality 0 or 1; left bodies; tenure years"
    return _with_memory(pd.DataFrame(rows), known.predecessors()).assign(unit=unit)


def _codes(text: str) -> list[str]:
    return [code for code in text.split(";") if code]


def _parties(occasion: Mapping[str, str], occasions: list[dict[str, str]], members: pd.DataFrame) -> list[str]:
    """Those of the six who said yes on that day or were members; all who decided where there is nobody else."""
    day, body = occasion["date"], occasion["body"]
    same = [o for o in occasions if (o["date"], o["body"]) == (day, body)]
    inside = members[(members["format"] == body) & (members["from"] <= day) & ~_over(members["to"], day)]
    found = {c for o in same for c in _codes(o["yes"])} | set(inside["country"]) & set(COUNTRIES)
    if len(found) < 2:
        found |= {c for o in same for c in _codes(o["no"])}
    return sorted(found)


def _over(ends: pd.Series, day: str) -> pd.Series:
    return (ends != "") & (ends <= day)


@dataclass(frozen=True)
class _Known:
    """What the covariates are made of."""

    formalities: Mapping[str, float]
    members: pd.DataFrame
    trust: pd.DataFrame
    sizes: YearlySizes
    history: pd.DataFrame
    positions: pd.DataFrame
    rulers: pd.DataFrame
    regimes: pd.DataFrame
    neutral: Mapping[str, str]
    """By country the date from which neutrality is its law."""

    @classmethod
    def of(cls, raw: RawData, trust: pd.DataFrame) -> _Known:
        """Read the facts and choices."""
        flags = raw.choices("flags")
        facts = raw.facts("formats").set_index("format_id")["formality"]
        members = build_memberships(raw)
        return cls(
            formalities={str(k): float(v.split(" ")[0]) for k, v in facts.items()},
            members=members,
            trust=trust,
            sizes=YearlySizes.of(raw),
            history=_with_corrections(raw),
            positions=raw.facts("positions"),
            rulers=raw.choices("rulers"),
            regimes=raw.choices("regimes"),
            neutral=_by_country(flags[flags["flag"] == "statutory_neutrality"], "from"),
        )

    def predecessors(self) -> dict[tuple[str, str], str]:
        """By country and ruler the ruler before."""
        before = self.rulers.groupby("country")["ruler"].shift()
        keys = zip(self.rulers["country"], self.rulers["ruler"], strict=True)
        return {key: name for key, name in zip(keys, before, strict=True) if isinstance(name, str)}

    def formality(self, occasion: Mapping[str, str]) -> float:
        """Formality of the body (facts/formats.csv) unless the occasion names another."""
        return float(occasion["formality"] or self.formalities[occasion["body"]])

    def of_country(self, country: str, date: str, parties: list[str]) -> Row:
        """Covariates of a country on a day."""
        ruler = self._ruler(country, date)
        return {
            "ruler": ruler["ruler"],
            "tenure": rounded(max(0, Period.of_date(date).index - Period.of_date(ruler["from"]).index) / 4.0, 2),
            "trust": self._trust(country, date, [c for c in parties if c != country]),
            "weight": self._weight(country, int(date[:4])),
            "personalisation": self._personalisation(country, date),
            "neutrality": int(country in self.neutral and date >= self.neutral[country]),
        }

    def source_of(self, occasion: Mapping[str, str], country: str) -> Row:
        """Sources and confidence of what happened; `recall` stands for the covariates, which rest on recall."""
        rows = self._facts(occasion, country)
        keys = dict.fromkeys(key for text in rows["source"] for key in text.split(";"))
        recalled = (rows["confidence"] == "recall").all()
        return {"source": ";".join(dict.fromkeys([*keys, "recall"])), "confidence": "recall" if recalled else "seen"}

    def _facts(self, occasion: Mapping[str, str], country: str) -> pd.DataFrame:
        date, body = occasion["date"], occasion["body"]
        if occasion["fact"] == "memberships":
            table = self.members
            near = (table["from"].str[:4] == date[:4]) | (table["to"].str[:4] == date[:4])
            return table[(table["country"] == country) & (table["format"] == body) & near]
        if occasion["fact"] == "positions":
            return self.positions[(self.positions["date"] == date) & (self.positions["country"] == country)]
        table = self.history
        return table[(table["format"] == body) & (table["date"] == date)]

    def _ruler(self, country: str, date: str) -> Mapping[str, str]:
        own = self.rulers[(self.rulers["country"] == country) & (self.rulers["from"] <= _last_day(date))]
        return {str(k): str(v) for k, v in own.iloc[-1].items()}

    def _trust(self, country: str, date: str, others: list[str]) -> float:
        """Mean trust in the other parties at the nearest start."""
        starts = {start: Period.parse(start).index for start in dict.fromkeys(self.trust["start"])}
        here = Period.of_date(date).index
        nearest = min(starts, key=lambda start: abs(starts[start] - here))
        own = self.trust[(self.trust["start"] == nearest) & (self.trust["country"] == country)]
        chosen = own[own["partner"].isin(others)]
        return rounded(float(chosen["value"].mean())) if len(chosen) else _NEUTRAL_TRUST

    def _weight(self, country: str, year: int) -> float:
        """Weight among the five; of Azerbaijan among the six."""
        return self.sizes.weights(_FIVE if country in _FIVE else COUNTRIES, year)[country]

    def _personalisation(self, country: str, date: str) -> float:
        """That of the nearer of the two dates in choices/regimes.csv."""
        own = self.regimes[self.regimes["country"] == country].to_dict("records")
        nearest = min(own, key=lambda row: abs(int(row["date"]) - int(date[:4])))
        return float(nearest["personalisation"])


def _with_corrections(raw: RawData) -> pd.DataFrame:
    """The history, and the corrections as rows of their own, so that their sources are found."""
    fixes = raw.facts("corrections_to_known_rows").rename(columns={"format_id": "format"})
    return pd.concat([History.of(raw).table, fixes])


def _by_country(table: pd.DataFrame, column: str) -> dict[str, str]:
    return dict(zip(table["country"], table[column], strict=True))


def _last_day(date: str) -> str:
    return f"{date}-12-31"[: len("2000-12-31")] if len(date) == len("2000") else f"{date}-31"[: len("2000-12-31")]


def _with_memory(table: pd.DataFrame, predecessors: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Bodies that the ruler has left before, and whether the ruler is another than at the last decision."""
    left, succession = [], []
    for _, row in table.iterrows():
        past = table[(table["country"] == row["country"]) & (table["date"] < row["date"])]
        gone = past.loc[(past["kind"] == "leave") & (past["outcome"] == 0), "ruler"]
        own = (gone == row["ruler"]).sum()
        inherited = (gone == predecessors.get((row["country"], row["ruler"]))).sum()
        kept = max(0.0, 1.0 - 4.0 * float(row["tenure"]) / _FORGOTTEN)
        left.append(rounded(own + kept * inherited))
        succession.append(int(len(past) > 0 and past["ruler"].iloc[-1] != row["ruler"]))
    return table.assign(left=left, succession=succession)
