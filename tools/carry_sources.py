"""Source keys: what a `source` cell of the facts becomes in the product's tables."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pandas as pd

_URL = re.compile(r"https?://\S+")
_PLAIN = re.compile(r"[a-z0-9]+")


@dataclass
class Sources:
    """Keys given out so far; `patterns` are (text, key) in order of trial."""

    patterns: list[tuple[str, str]]
    known: dict[str, dict[str, object]]
    used: dict[str, dict[str, object]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str) -> Sources:
        """Read the written citations."""
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        patterns = [(row.pattern, row.key) for row in table.itertuples() if row.pattern != "METHOD"]
        known: dict[str, dict[str, object]] = {}
        for row in table.itertuples():
            entry: dict[str, object] = {"citation": row.citation, "licence": row.licence}
            if row.url:
                entry["url"] = row.url
            entry["checked"] = row.checked == "true"
            known[row.key] = entry
        used = {row.key: known[row.key] for row in table.itertuples() if row.pattern == "METHOD"}
        return cls(patterns, known, used)

    def use(self, *keys: str) -> str:
        """Mark written keys as used and join them."""
        for key in keys:
            self.used[key] = self.known[key]
        return ";".join(keys)

    def cite(self, text: str) -> tuple[str, str]:
        """Keys and confidence of a `source` cell of the facts: seen, proxy (derived) or recall."""
        keys: list[str] = []
        seen = False
        for token in _tokens(text):
            if token.startswith("own aggregation"):
                continue
            key = self._key(token)
            seen = seen or key != "recall"
            if key not in keys:
                keys.append(key)
        confidence = "seen" if seen else "recall"
        if seen and text.startswith("derived"):
            confidence = "proxy"
        return ";".join(keys), confidence

    def _key(self, token: str) -> str:
        for pattern, key in self.patterns:
            if token.startswith(pattern) or token.removeprefix("derived from ").startswith(pattern):
                self.used[key] = self.known[key]
                return key
        url = _URL.search(token)
        if url is not None:
            return self._url_key(url.group().rstrip("),"))
        if "recall, unverified" in token or token.startswith("month recall"):
            return "recall"
        return self._text_key(token)

    def _url_key(self, url: str) -> str:
        host = urlsplit(url).netloc.removeprefix("www.").rstrip(".")
        name = "".join(_PLAIN.findall(host.split(".")[-2] if host.count(".") else host))
        key = f"{name}_{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        citation = f"{host}: {_title(url)}" if _title(url) else f"Page on {host}"
        self.used[key] = _entry(citation, url)
        return key

    def _text_key(self, token: str) -> str:
        words = _PLAIN.findall(token.lower())
        name = "_".join(words[:2]) or "source"
        key = f"{name}_{hashlib.sha256(token.encode()).hexdigest()[:6]}"
        self.used[key] = _entry(token, "")
        return key


def _entry(citation: str, url: str) -> dict[str, object]:
    """A citation of a text that was seen in a stored copy."""
    entry: dict[str, object] = {"citation": citation, "licence": "facts only", "accessed": "stored copy"}
    return {**entry, **({"url": url} if url else {}), "checked": True}


def _title(url: str) -> str:
    """Words of the longest part of the address, as a stand-in for a title."""
    parts = [part.rsplit(".", 1)[0] for part in urlsplit(url).path.split("/") if part]
    longest = max(parts, key=len, default="")
    return longest.replace("-", " ").replace("_", " ").strip() if len(longest) > 12 else ""


def _tokens(text: str) -> list[str]:
    """Split at semicolons that stand outside brackets."""
    tokens, depth, last = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth <= 0:
            tokens.append(text[last:place])
            last = place + 1
    tokens.append(text[last:])
    return [token.strip() for token in tokens if token.strip()]
