"""`hedgesim explore`: what it says when it starts, and when it cannot."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from pathlib import Path

import pytest
import uvicorn

from command_line import call
from hedgesim.explorer import serve
from hedgesim.rules import catalogue

RULE = '''\
from dataclasses import dataclass

from hedgesim.rules.countries.habit import Habit


@dataclass(frozen=True)
class Calm(Habit):
    """As habit."""
'''


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """The sockets on which servers were started, which end at once."""
    started: list[socket.socket] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda _, sockets: started.extend(sockets))
    return started


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    monkeypatch.setattr(threading.Thread, "start", lambda self: self.run())


def test_the_address_is_said_and_is_of_this_computer_only(served: list[socket.socket]) -> None:
    said = call("explore", "no_war", "--no-browser", "--port", "0")
    assert said.code == 0
    assert said.err.startswith("The explorer is at http://127.0.0.1:")
    assert "/#scenario=no_war (Ctrl-C ends it)" in said.err
    assert len(served) == 1


def test_a_browser_that_is_not_there_is_one_line(served: list[socket.socket], no_browser: None) -> None:
    said = call("explore", "--port", "0")
    assert said.code == 0
    lines = said.err.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("No browser could be opened: open http://127.0.0.1:")


def test_a_port_in_use_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = call("explore", "--no-browser", "--port", str(port))
    assert said.code == 2
    assert said.err == f"--port {port}: the port is in use. Give another one, or --port 0 for any free one.\n"


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_number_that_is_no_port_is_one_line(port: str) -> None:
    said = call("explore", "--no-browser", "--port", port)
    assert (said.code, said.err) == (2, f"--port {port}: there is no such port. Give a number from 0 to 65535.\n")


@pytest.mark.parametrize("name", ["starlette", "uvicorn"])
def test_a_missing_package_names_the_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [known for known in sys.modules if known.partition(".")[0] == name or "hedgesim.explorer" in known]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    said = call("explore")
    assert said.code == 2
    wanted = "Install it with: pip install 'hedgesim[explorer]'."
    assert said.err == f"hedgesim explore: {name} is not installed. {wanted}\n"


def test_a_scenario_with_faults_is_said_before_anything_is_served(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("purpose: x\nextends: war_2022\nend: 20\n")
    said = call("explore", str(mine), "--no-browser")
    assert said.code == 2
    assert said.err.startswith(f"{mine}:3:6: end must be a quarter, not 20.")


def test_own_rules_are_tried_and_offered(
    tmp_path: Path, served: list[socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "own", {})
    file = tmp_path / "calm_neighbour.py"
    file.write_text(RULE)
    assert call("explore", "--no-browser", "--port", "0", "--rules", str(file)).code == 0
    file.write_text(RULE.replace("Habit)", "int)"))
    assert call("explore", "--no-browser", "--port", "0", "--rules", str(file)).code == 2
