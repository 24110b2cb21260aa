"""A page about a run with a twin prints commands that make the same pair, whatever the twin lacks."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from command_line import call
from report.reading import Page

OWN = """\
purpose: What if there is a credit line
extends: war_2022
end: 2022Q4
seed: 7
shocks:
  credit:
    date: 2022Q2
    source: assumption
    channels:
      - {channel: access, countries: [KGZ], options: [CHN], size: large}
"""


def _texts(page: Page) -> dict[str, str]:
    """Texts of a page by the file that it says they belong in."""
    found: dict[str, str] = {}
    for place, said in enumerate(page.said):
        if named := re.fullmatch(r"(.+): save this text under this name", said.strip()):
            assert named[1] not in found, "two texts under one name"
            found[named[1]] = next(text for text in page.said[place + 1 :] if text.strip())
    return found


@pytest.mark.parametrize(
    "words",
    [["--without", "credit"], ["--without", "war_2022", "--outcome", "trust_UZB_KGZ"], ["--twin", "peace.yaml"]],
    ids=["own", "recorded", "other"],
)
def test_what_the_page_prints_makes_the_same_pair(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for place in (before, after):
        place.mkdir()
    monkeypatch.chdir(before)
    Path("own.yaml").write_text(OWN)
    Path("peace.yaml").write_text(OWN.replace("war_2022", "no_war"))
    assert call("run", "own.yaml", *words, "--runs", "3", "-o", "pair", "--no-charts").code == 0
    said = call("report", "pair/twin", "pair", "--no-why", "-o", "page.html")
    assert said.code == 0, said.err
    page = Page(before / "page.html")
    commands = next(text for text in page.said if text.startswith("hedgesim run")).splitlines()
    monkeypatch.chdir(after)
    for file, text in _texts(page).items():
        Path(file).write_text(text)
    *runs, report = (shlex.split(command)[1:] for command in commands)
    assert len(runs) == 1
    for run in runs:
        made = call(*run, "--no-charts")
        assert made.code == 0, made.err
    twin, main = report[1:3]
    assert (after / twin).parent == after / main
    for place, again in (("pair/twin", twin), ("pair", main)):
        one, other = (json.loads((home / "manifest.json").read_text()) for home in (before / place, after / again))
        assert one["identity"] == other["identity"]
        assert {name: table["sha256"] for name, table in one["tables"].items()} == {
            name: table["sha256"] for name, table in other["tables"].items()
        }
