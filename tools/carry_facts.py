"""Turn the facts and our written judgements into the tables of the product; the same bytes every time.

    python tools/carry_facts.py FACTS_DIR [OUT_DIR]

The product never needs the facts folder: it reads what this script wrote.
"""

from __future__ import annotations

import sys
from pathlib import Path

import carry_figures
import carry_formats
import carry_powers
import carry_record
import carry_relations
import carry_shocks
import carry_structure
import pandas as pd
import yaml
from carry_codes import JUDGEMENTS, STARTS
from carry_sources import Sources

from hedgesim.model.period import Period
from hedgesim.scenario.figures import Figures
from hedgesim.scenario.starting_shares import count_assumptions, starting_shares

DATA = Path(__file__).parent.parent / "src" / "hedgesim" / "data"
_WRITTEN = {"recall", "assumption", "derived"}


def structure(folder: Path, sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables that depend on no start."""
    observations = carry_figures.observations(folder, sources)
    dyads = carry_structure.dyads(folder, sources)
    sizes = carry_structure.sizes(folder, sources)
    attributes = carry_relations.country_attributes(dyads, sizes, observations, carry_structure.participation(folder))
    return {
        "axes": carry_structure.axes(),
        "observations": observations,
        "dyads": dyads,
        "sizes": sizes,
        "country_attributes": attributes,
        "domain_attributes": carry_structure.domain_attributes(),
        "flags": carry_structure.flags(sources),
        "disputes": carry_structure.disputes(sources),
        "conduct": carry_structure.conduct(sources),
        "proximity": carry_structure.proximity(folder, sources),
        "formats": carry_formats.formats(folder, sources),
        "memberships": carry_formats.memberships(folder, sources),
        "meetings": carry_formats.meetings(folder, sources),
        "scale": carry_shocks.scale(),
        "shocks": carry_shocks.shocks(folder, sources),
        "series": carry_figures.series(folder, sources),
        "record": carry_record.record(folder, sources),
        "votes": carry_formats.votes(folder, sources),
        "positions": carry_formats.positions(folder, sources),
        "visits": carry_formats.visits(folder, sources),
    }


def at_starts(tables: dict[str, pd.DataFrame], mapping: dict[str, object]) -> dict[str, pd.DataFrame]:
    """Tables with one part per start."""
    known = {start: Figures.at(tables, mapping, start=Period.parse(start)) for start in STARTS}
    shares = pd.concat([starting_shares(tables, mapping, start=start) for start in STARTS], ignore_index=True)
    return {
        "shares": shares,
        "ties": carry_relations.ties(tables, known),
        "power_attributes": carry_powers.power_attributes(known, tables["sizes"], shares, tables["conduct"]),
        "affinity": carry_relations.affinity(known, tables["dyads"]),
        "trust": carry_relations.trust(known, tables["dyads"], tables["disputes"]),
        "rivalry": carry_relations.rivalry(known),
    }


def write(folder: Path, tables: dict[str, pd.DataFrame], sources: Sources) -> None:
    """Write CSVs with Unix line ends and the citations in order of key."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False, lineterminator="\n")
    text = yaml.safe_dump(sources.used, sort_keys=True, allow_unicode=True, width=100)
    head = "# Source keys of all tables, by tools/carry_facts.py. `checked: false`: quoted from memory.\n"
    (folder / "sources.yaml").write_text(head + text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Carry everything and print what was written."""
    if not arguments:
        sys.stderr.write(f"{__doc__}")
        return 2
    folder = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) > 1 else DATA
    mapping = yaml.safe_load((DATA / "mapping.yaml").read_text(encoding="utf-8"))
    sources = Sources.read(str(JUDGEMENTS / "sources.csv"))
    tables = structure(folder, sources)
    as_text = {name: table.assign(**_plain(table)) for name, table in tables.items()}
    tables |= at_starts(as_text, mapping)
    write(out, tables, sources)
    for name, table in sorted(tables.items()):
        print(f"{name:20} {len(table):6} rows")
    print(count_assumptions(tables["shares"]).to_string(index=False))
    print("facts without a shock row:", carry_shocks.missing(folder) or "none")
    return 0


def _plain(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Dates as text, as the reader of the product gives them."""
    return {c: table[c].astype(str) for c in ("date", "from", "to") if c in table.columns}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
