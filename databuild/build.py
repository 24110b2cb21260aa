"""Build every shipped table and sources.yaml from `data-raw`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from databuild import (
    actors,
    calendars,
    decisions,
    dialogues,
    events,
    formats,
    observations,
    pairs,
    panels,
    powers,
    record,
    region,
    security,
    shares,
    shocks,
)
from databuild.codes import STARTS
from databuild.known import Known
from databuild.raw import RawData
from hedgesim.scenario.cells import LAST_COLUMNS
from hedgesim.scenario.tables import Tables

PRODUCT = Path(__file__).parent.parent / "src" / "hedgesim" / "data"
_HEAD = "# Source keys of all tables, written by databuild. `checked: false`: quoted from memory.\n"


def build(raw: RawData) -> dict[str, pd.DataFrame]:
    """All tables by name, with the columns that tables.yaml of the product declares."""
    forms, mapping = _yaml("tables.yaml"), _yaml("mapping.yaml")
    tables = build_timeless(raw)
    before = Tables(tables, forms, mapping, {})
    parts = [build_start(Known.at(start, before, raw.blend), float(mapping["prior_weight"])) for start in STARTS]
    tables |= {name: pd.concat([part[name] for part in parts]) for name in parts[0]}
    tables["decisions"] = decisions.build_decisions(raw, tables["trust"])
    years = tuple(Known.at(start, before, raw.blend).year - 1 for start in STARTS)
    regional = region.build_regional_attributes(raw, years, tables["decisions"])
    tables["country_attributes"] = pd.concat([tables["country_attributes"], regional])
    return {name: tables[name][[*form["columns"], *LAST_COLUMNS]] for name, form in forms.items()}


def build_timeless(raw: RawData) -> dict[str, pd.DataFrame]:
    """Tables without a column `start`."""
    observed, dyads, sizes = observations.build_observations(raw), actors.build_dyads(raw), actors.build_sizes(raw)
    return {
        "axes": actors.build_axes(raw),
        "observations": observed,
        "dyads": dyads,
        "sizes": sizes,
        "country_attributes": actors.build_country_attributes(raw, sizes, observed),
        "domain_attributes": actors.build_domain_attributes(raw),
        "security": security.build_security(raw),
        "disputes": actors.build_disputes(raw),
        "proximity": actors.build_proximity(dyads),
        "formats": formats.build_formats(raw),
        "memberships": formats.build_memberships(raw),
        "meetings": formats.build_meetings(raw),
        "scale": shocks.build_scale(raw),
        "shocks": shocks.build_shocks(raw),
        "series": observations.build_series(raw),
        "record": record.build_record(raw),
        "trade": panels.build_trade(raw),
        "rollcalls": panels.build_rollcalls(raw),
        "votes": formats.build_votes(raw),
        "positions": formats.build_positions(raw),
        "visits": formats.build_visits(raw),
        "events": events.build_events(raw),
        "alarms": events.build_alarms(raw),
        "dialogues": dialogues.build_dialogues(raw),
        "calendar": calendars.build_calendar(raw),
    }


def build_start(known: Known, prior_weight: float) -> dict[str, pd.DataFrame]:
    """Rows of one start of the tables that have a column `start`; prior_weight: n of the prior in a share."""
    of_start = shares.build_shares(known, prior_weight=prior_weight)
    tables = {
        "shares": of_start,
        "ties": pairs.build_ties(known),
        "power_attributes": powers.build_power_attributes(known, of_start),
        "affinity": pairs.build_affinity(known),
        "trust": pairs.build_trust(known),
        "rivalry": pairs.build_rivalry(known),
    }
    return {name: table.assign(start=known.name) for name, table in tables.items()}


def write(folder: Path, tables: dict[str, pd.DataFrame], raw: RawData) -> None:
    """Write tables/*.csv with Unix line ends and the citations in order of key; the same bytes every time."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False, lineterminator="\n")
    sources = yaml.safe_dump(raw.citations.used(tables.values()), sort_keys=True, allow_unicode=True, width=100)
    (folder / "sources.yaml").write_text(_HEAD + sources, encoding="utf-8")


def _yaml(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PRODUCT / name).read_text(encoding="utf-8"))
    return content
