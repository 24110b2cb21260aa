"""A file of the user's own with one rule in it, as text that may travel."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class RuleFile:
    """A user's file with one rule; it may be sent to another process and used there.

    name: what the rule is called in scenarios, the file's name without `.py`. path: where it lay, for messages.
    """

    name: str
    text: str
    path: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()
