"""A rule that somebody adds to the package: a broken one fails these tests, and a good one no test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import ROOT

TUTORIAL = ROOT / "docs/tutorials/first_rule.md"
BROKEN = {
    "writes_to_view": "view.share[..., 0] = 0.1\n        return view.response",
    "takes_the_best": "best = view.threat.argmax()\n        return view.response * best",
    "gives_shares": "return view.share",
    "has_own_chance": "return np.random.normal(size=view.response.shape)",
    "loses_an_axis": "return view.response.sum(axis=-3)",
    "is_no_number": "return view.xp.log(view.threat) + view.response[..., :1, :]",
    "knows_the_others": "return view.response - view.response.mean(axis=-4, keepdims=True)",
    "lacks_powers": "return view.threat",
}
RULE = '''\
"""{name}."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class {kind}(CountryRule):
    """Broken.

    References: [kydd2005].
    """

    def value(self, view, taste):
        """Value."""
        {body}
'''


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources and tests, with the broken rules and the files of the tutorial added."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("src", "tests", "scenarios", "experiments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt", "Makefile"):
        shutil.copy(ROOT / name, folder)
    blocks = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    rule, test = dict(blocks)["reciprocity.py"], dict(blocks)["test_reciprocity.py"]
    (folder / "src/hedgesim/rules/countries/reciprocity.py").write_text(rule)
    imported = "from hedgesim.rules.countries.reciprocity import Reciprocity"
    moved = re.sub(r"^Reciprocity = hedgesim\.read_rule_file.*$", imported, test, flags=re.MULTILINE)
    assert imported in moved
    (folder / "tests/rules/countries/test_reciprocity.py").write_text(moved)
    for name, body in BROKEN.items():
        path = folder / "src/hedgesim/rules/countries" / f"{name}.py"
        path.write_text(RULE.format(name=name.title(), kind=name.title().replace("_", ""), body=body))
    return folder


def test_every_broken_rule_of_the_package_and_none_else_fails_the_tests_of_rules(checkout: Path) -> None:
    words = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "tests/rules", "-k"]
    chosen = "stands_the_trial or reciprocity or without_deeds or an_offer or a_threat_goes"
    done = subprocess.run(
        [sys.executable, *words, chosen],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": f"{checkout / 'src'}:{checkout / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^FAILED [^[]*\[(\w+)\]", done.stdout, re.MULTILINE)
    assert sorted(failed) == sorted(BROKEN), done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)


@pytest.mark.parametrize("name", ["mine.py", "notes/x.py", "scenarios/x.py", "experiments/x.py", "results/x.py"])
def test_a_file_of_ones_own_in_the_checkout_is_no_matter_of_lint(name: str, checkout: Path) -> None:
    def said(*words: str) -> str:
        return subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=True).stdout

    commands = [line.split("ruff ")[1].split() for line in said("make", "-n", "lint").splitlines() if "ruff " in line]
    assert [words[0] for words in commands] == ["check", "format"]
    path = checkout / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("import os,sys\nx=  1\n")
    folders = [word for word in commands[0][1:] if (checkout / word).is_dir()]
    listed = said(str(Path(sys.executable).parent / "ruff"), "check", "--show-files", *folders)
    assert "src/hedgesim/rules/countries/reciprocity.py" in listed
    assert str(path) not in listed
