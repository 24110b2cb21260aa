"""Read `data-raw`: the facts as found, and our own choices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from databuild.citations import Citations

FOLDER = Path(__file__).parent.parent / "data-raw"


@dataclass(frozen=True)
class RawData:
    """The folder `data-raw` and the citations found in it so far."""

    folder: Path
    citations: Citations
    blend: dict[str, Any]
    """How figures become starting shares (choices/starting_shares.yaml)."""

    @classmethod
    def read(cls, folder: Path = FOLDER) -> RawData:
        """Open a folder with the layout of `data-raw`."""
        blend = yaml.safe_load((folder / "choices" / "starting_shares.yaml").read_text(encoding="utf-8"))
        return cls(folder, Citations.read(folder / "choices" / "citations.csv"), blend)

    def choices(self, name: str) -> pd.DataFrame:
        """A table of our own choices; every cell is text."""
        return pd.read_csv(self.folder / "choices" / f"{name}.csv", dtype=str, keep_default_na=False)

    def choice_rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a table of our own choices."""
        return [{str(column): cell for column, cell in row.items()} for row in self.choices(name).to_dict("records")]

    def facts(self, name: str) -> pd.DataFrame:
        """A table of facts; every cell is text, and `source` and `confidence` are those of the product."""
        table = pd.read_csv(self.folder / "facts" / f"{name}.csv", dtype=str, keep_default_na=False)
        return self.citations.cited(table)

    def figures(self, name: str) -> pd.DataFrame:
        """A table of facts whose numeric columns are numbers (empty is NaN); else like `facts`."""
        table = pd.read_csv(self.folder / "facts" / f"{name}.csv")
        text = table.select_dtypes(exclude="number").columns
        return self.citations.cited(table.fillna(dict.fromkeys(text, "")))
