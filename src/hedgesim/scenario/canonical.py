"""One way to write a scenario: canonical JSON for its digest, canonical YAML for people."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import yaml

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.positions import resolve

WIDEST_LINE = 110


class _Writer(yaml.SafeDumper):
    """Writes text so that our reader, which knows fewer words and more numbers than PyYAML, reads it back."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write repeated values out."""
        return True


def _write_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    """Quote text that would be read back as a number or a word such as true."""
    try:
        quoted = resolve(text, Place("")) != text
    except ScenarioError:
        quoted = True
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Writer.add_representer(str, _write_text)


def digest_of(keys: dict[str, Any]) -> str:
    """Compute the SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(keys, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def canonical_text(keys: dict[str, Any]) -> str:
    """Write plain data as YAML in the given order of keys."""
    text: str = yaml.dump(keys, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDEST_LINE)
    return text
