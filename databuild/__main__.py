"""Build the shipped tables: `python -m databuild [OUT]`. OUT is the folder `src/hedgesim/data` unless given."""

from __future__ import annotations

import argparse
from pathlib import Path

from databuild.build import PRODUCT, build, write
from databuild.raw import RawData
from databuild.shares import count_assumptions


def main() -> None:
    """Build, write and print what was written."""
    parser = argparse.ArgumentParser(prog="python -m databuild", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=PRODUCT, help="folder for tables/ and sources.yaml")
    out = parser.parse_args().out
    raw = RawData.read()
    tables = build(raw)
    write(out, tables, raw)
    for name, table in sorted(tables.items()):
        print(f"{name:20} {len(table):6} rows")
    print(count_assumptions(tables["shares"]).to_string(index=False))
    print(f"written to {out}")


if __name__ == "__main__":
    main()
