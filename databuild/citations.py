"""Citations: what the text in a `source` cell of `data-raw` becomes in the shipped tables."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

Entry = dict[str, object]
_URL = re.compile(r"https?://\S+")
_PLAIN = re.compile(r"[a-z0-9]+")
_ALWAYS = "METHOD"
"""Pattern of citations that are listed even if no table cites them: those of methods."""


@dataclass(frozen=True)
class Citations:
    """Entries of sources.yaml by key; `patterns` are (beginning of a source text, key), tried in order."""

    patterns: tuple[tuple[str, str], ...]
    entries: dict[str, Entry]

    @classmethod
    def read(cls, path: Path) -> Citations:
        """Read the citations written by hand."""
        rows = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
        entries: dict[str, Entry] = {}
        for r in rows:
            url = {"url": r["url"]} if r["url"] else {}
            entries[r["key"]] = {
                "citation": r["citation"], "licence": r["licence"], **url, "checked": r["checked"] == "true",
            }  # fmt: skip
        return cls(tuple((r["pattern"], r["key"]) for r in rows), entries)

    def cited(self, table: pd.DataFrame) -> pd.DataFrame:
        """Replace the texts in the column `source` by keys; add `confidence`, and keep the texts in `source_text`.

        A row that says itself that it is recall stays recall, even if it names a source.
        """
        found = pd.DataFrame([self.cite(text) for text in table["source"]], index=table.index)
        own = table["confidence"] if "confidence" in table else pd.Series("", table.index)
        confidence = found[1].mask(own == "recall", "recall")
        return table.assign(source_text=table["source"], source=found[0], confidence=confidence)

    def cite(self, text: str) -> tuple[str, str]:
        """Keys of a source text joined by `;`, and its confidence: seen, proxy (derived) or recall."""
        tokens = [token for token in _tokens(text) if not token.startswith("own aggregation")]
        keys = list(dict.fromkeys(self._key(token) for token in tokens))
        if set(keys) <= {"recall"}:
            return ";".join(keys), "recall"
        return ";".join(keys), "proxy" if text.startswith("derived") else "seen"

    def used(self, tables: Iterable[pd.DataFrame]) -> dict[str, Entry]:
        """Entries that the tables cite, and those of methods."""
        cells = {cell for table in tables for cell in table["source"]}
        keys = {key for cell in cells for key in cell.split(";")}
        keys |= {key for pattern, key in self.patterns if pattern == _ALWAYS}
        return {key: self.entries[key] for key in sorted(keys)}

    def _key(self, token: str) -> str:
        for pattern, key in self.patterns:
            if token.startswith(pattern) or token.removeprefix("derived from ").startswith(pattern):
                return key
        if match := _URL.search(token):
            url = match.group().rstrip("),")
            host = urlsplit(url).netloc.removeprefix("www.").rstrip(".")
            name = "".join(_PLAIN.findall(host.split(".")[-2] if "." in host else host))
            title = _title(url)
            return self._add(name, url, citation=f"{host}: {title}" if title else f"Page on {host}", url=url)
        if "recall, unverified" in token or token.startswith("month recall"):
            return "recall"
        return self._add("_".join(_PLAIN.findall(token.lower())[:2]) or "source", token, citation=token)

    def _add(self, name: str, text: str, **entry: object) -> str:
        """Add the entry of a source found in a stored copy; its key ends in a digest of the text."""
        key = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:6]}"
        self.entries[key] = {"licence": "facts only", "accessed": "stored copy", **entry, "checked": True}
        return key


def _title(url: str) -> str:
    """Words of the longest part of the address, in place of a title."""
    parts = [part.rsplit(".", 1)[0] for part in urlsplit(url).path.split("/") if part]
    longest = max(parts, key=len, default="")
    return longest.replace("-", " ").replace("_", " ").strip() if len(longest) > 12 else ""


def _tokens(text: str) -> Iterator[str]:
    """Split at semicolons outside brackets."""
    depth, last = 0, 0
    for place, letter in enumerate(f"{text};"):
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and (depth <= 0 or place == len(text)):
            if token := text[last:place].strip():
                yield token
            last = place + 1
