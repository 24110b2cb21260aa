"""What all documents of an archive say: which results, of which files, by whom."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hedgesim.results.archive.held import Held, Member
from hedgesim.results.archive.inputs import Inputs
from hedgesim.scenario.twins import leaves_of

DEVELOPERS = "The hedgesim developers"
UNKNOWN_AUTHOR = "The authors of this run (not stated)"
NOT_CHOSEN = (
    "No licence was chosen for these results. hedgesim, which made them, is under Apache-2.0; the sources of the "
    "figures have licences of their own, which citations.csv lists."
)


@dataclass(frozen=True)
class Facts:
    """What all documents of an archive say.

    digests: SHA-256 and size of every member but the documents, by name.
    """

    held: Sequence[Held]
    inputs: Inputs
    members: Sequence[Member]
    digests: Mapping[str, tuple[str, int]]
    authors: Sequence[str]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest of the results."""
        return self.held[0].manifest

    @property
    def title(self) -> str:
        """What the results are."""
        manifest = self.manifest
        twin = next((str(one.manifest["twin"]) for one in self.held if "twin" in one.manifest), "")
        what = f"{manifest.get('experiment') or manifest['scenario']}{f' and its twin {twin}' if twin else ''}"
        return f"Results of hedgesim: {what}, {manifest['runs']} runs, seed {manifest['seed']}"

    @property
    def question(self) -> str:
        """What was asked, in the words of the experiment or the scenario."""
        purpose = leaves_of(str(self.manifest.get("scenario_text", ""))).get("purpose")
        return str(self.manifest.get("question") or purpose or self.title)

    @property
    def ended(self) -> str:
        """When the results were finished, in UTC."""
        return str(self.manifest["ended"])

    @property
    def named_authors(self) -> Sequence[str]:
        """Whom to cite."""
        return self.authors or [UNKNOWN_AUTHOR]


def licence_of_software() -> str:
    """The address of the licence of hedgesim."""
    return f"https://spdx.org/licenses/{importlib.metadata.metadata('hedgesim')['License-Expression']}"
