"""What a request asks about: a scenario, values that replace its own, and the number of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hedgesim.errors import HedgesimError, choose_from, printable, shown
from hedgesim.model.noise import LARGEST_RUN
from hedgesim.scenario import Scenario, packaged_scenarios, read_scenario
from hedgesim.scenario.files import MOST_BYTES
from hedgesim.scenario.reader import read_opened

MOST_SETTINGS, LONGEST_SETTING = 200, 4000
"""Values that a request may replace, and characters of one."""


KEYS = ("scenario", "text", "settings", "run")
"""Keys that every request may have."""


@dataclass(frozen=True)
class Asked:
    """A scenario with `settings`, texts as after `--set`, and the number of one of its runs.

    source: name of a packaged scenario, or the file named on the command line as it was written there. text: of a file
    opened in the page, whose name is then `source`.
    """

    source: str
    text: str | None = None
    settings: tuple[str, ...] = ()
    run: int = 0

    @staticmethod
    def of(body: Mapping[str, Any], own: str | None) -> Asked:
        """What the body of a request asks about; own: the file named on the command line.

        Raises:
            HedgesimError: something has another type, is too large, or is not known.
        """
        source, text = body.get("scenario"), body.get("text")
        if not isinstance(source, str) or not source:
            raise HedgesimError("scenario", "it must be a text", 'Write it like "war_2022".')
        if text is not None:
            text = text_in(body, "text")
            if printable(source) != source:
                raise HedgesimError("scenario", "it cannot be the name of a file", 'Write it like "mine.yaml".')
            if len(text.encode("utf-8", "replace")) > MOST_BYTES:
                raise HedgesimError(source, f"the file has more than {MOST_BYTES} bytes", "Open a smaller file.")
        elif source != own and source not in packaged_scenarios():
            known = [*packaged_scenarios(), *([own] if own else [])]
            raise HedgesimError("scenario", f"there is no scenario {shown(source)} here", choose_from(source, known))
        run = body.get("run", 0)
        if isinstance(run, bool) or not isinstance(run, int) or not 0 <= run <= LARGEST_RUN:
            raise HedgesimError("run", f"it must be a whole number from 0 to {LARGEST_RUN}", "Write it like 0.")
        return Asked(source, text, texts_in(body, "settings"), run)

    def scenario(self, more: Sequence[str] = ()) -> Scenario:
        """The scenario, read and checked; more: further settings.

        Raises:
            ScenarioError: anything wrong with it.
        """
        settings = (*self.settings, *more)
        if self.text is not None:
            return read_opened(self.text, Path(self.source).name or "opened.yaml", overrides=settings)
        packaged = packaged_scenarios()
        return read_scenario(packaged.get(self.source, Path(self.source)), overrides=settings)

    def plain(self) -> Asked:
        """The same scenario without settings."""
        return replace(self, settings=())


def text_in(body: Mapping[str, Any], name: str) -> str:
    """A text of the body of a request."""
    value = body.get(name)
    if not isinstance(value, str):
        raise HedgesimError(name, f"it must be a text, not {shown(value)}", "See docs/explorer.md.")
    return value


def texts_in(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts of the body of a request; empty where there is none."""
    values = body.get(name, [])
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise HedgesimError(name, "it must be a list of texts", 'Write it like ["end=2024Q4"].')
    if len(values) > MOST_SETTINGS or any(len(one) > LONGEST_SETTING for one in values):
        fault = f"more than {MOST_SETTINGS} texts, or one of more than {LONGEST_SETTING} characters"
        raise HedgesimError(name, fault, "Write them into a scenario file.")
    return tuple(values)
