"""An option that would have no effect is refused: place, fault, remedy, exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import call, refused

BASE = "purpose: p\nextends: war_2022\nend: 2021Q2\nseed: 1\n"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and its results."""
    folder = tmp_path_factory.mktemp("here")
    (folder / "base.yaml").write_text(BASE)
    out = str(folder / "out")
    assert call("run", str(folder / "base.yaml"), "--runs", "2", "--keep", "0", "--no-charts", "-o", out).code == 0
    return folder


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("compare out out --runs 5", "--runs 5: it has no effect: only folders of results are given, and nothing is"),
        ("report out --runs 5", "--runs 5: it has no effect: only folders of results are given, and nothing is run."),
        ("compare out out --markdown --json", "--markdown: --json prints no tables. Leave one of the two out."),
        ("new scenario mine --kind power", "--kind power: a scenario is of no kind. Leave --kind out."),
        ("new region mine --kind country", "--kind country: a region is of no kind. Leave --kind out."),
        ("plot --list out presence", "plot --list: it lists the charts and draws none. Write --list alone, or leave"),
        ("plot --list --country KAZ", "plot --list: it lists the charts and draws none."),
        ("run base.yaml --set seed=5 --seed 6", "--seed 6: --set seed=5 sets another seed. Leave one of them out."),
        ("explain out --country KAZ --period 2021Q2 --seed 5", "--seed 5: the results have the seed 1. Leave it out"),
    ],
)
def test_an_option_without_effect_is_refused(
    words: str, line: str, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(there)
    before = set(there.iterdir())
    assert refused(*words.split()).startswith(line)
    assert set(there.iterdir()) == before


def test_options_that_say_the_same_twice_are_taken(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(there)
    same = ("explain", "out", "--country", "KAZ", "--period", "2021Q2")
    assert call(*same, "--seed", "1").out == call(*same).out != ""
