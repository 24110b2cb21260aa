"""What how-to pages change in the source works on a copy of it, and the example for Mesa draws a run."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from matplotlib.figure import Figure

from command_line import ROOT, call
from hedgesim import HedgeModel

HOWTO = ROOT / "docs" / "howto"
CHANGES = {
    "own_channel": (
        "shocks: {bound: {date: 2021Q2, source: assumption, channels: [{channel: reach, powers: [RUS], size: -1}]}}",
        "table('relations').query('power == \"RUS\"')['threat'].max() == 0",
    ),
    "own_outcome": ("countries: [KAZ, UZB]", "table('countries')['largest_presence'].between(0.125, 1).all()"),
}
"""Pages that change the source, a line of a scenario for the changed source, and what then holds."""


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_page_changes_in_the_source_runs(name: str, tmp_path: Path) -> None:
    line, holds = CHANGES[name]
    for folder in ("src", "scenarios", "experiments"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    changes = re.findall(r"^```diff\n(.*?)^```$", (HOWTO / f"{name}.md").read_text(), re.MULTILINE | re.DOTALL)
    assert changes
    for change in changes:
        subprocess.run(["git", "apply", "-"], input=change, text=True, cwd=tmp_path, check=True)
    (tmp_path / "changed.yaml").write_text(f"purpose: Changed\nextends: war_2022\nend: 2022Q4\nseed: 1\n{line}\n")
    program = f"import hedgesim; table = hedgesim.run('changed.yaml', runs=2).table; print(bool({holds}))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (said.stdout, said.stderr) == ("True\n", "")


def test_the_page_of_faults_shows_a_file_with_two(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", (HOWTO.parent / "errors.md").read_text(), re.MULTILINE | re.DOTALL)
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(shown)
    said = call("check", str(faulty))
    assert (said.code, said.err.count("\n")) == (2, 2)
    assert 'Did you mean "seed"?' in said.err
    assert 'Did you mean "bandwagoning"?' in said.err


def test_the_example_for_mesa_draws_a_run_and_offers_what_the_model_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[str, Any] = {}
    figures: list[Figure] = []
    parts: dict[str, dict[str, Any]] = {
        "solara": {"component": lambda function: function, "FigureMatplotlib": figures.append},
        "mesa.visualization": {
            "Slider": lambda label, **bounds: bounds["value"],
            "SolaraViz": lambda model, **rest: shown.update(rest, model=model),
            "make_plot_component": lambda column: lambda model: model.datacollector.model_vars[column][-1],
        },
        "mesa.visualization.utils": {"update_counter": SimpleNamespace(get=lambda: 0)},
    }
    for name, names in parts.items():
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        vars(sys.modules[name]).update(names)
    runpy.run_path(str(HOWTO / "solara_example.py"))
    model = HedgeModel("no_war", run=shown["model_params"]["run"])
    assert set(shown["model_params"]) == {"scenario", "run"}
    model.step()
    for component in shown["components"]:
        component(model)
    lines = figures[0].axes[0].get_lines()
    assert [len(line.get_ydata()) for line in lines] == [2] * len(model.case.setting.axes.options)
