"""Text of users is printed and drawn literally, nothing steers the terminal, and no environment stops a command."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from xml.dom import minidom

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import hedgesim
from command_line import Said, call, sketch, start
from hedgesim.commands._streams import CUT
from hedgesim.errors import HedgesimError, printable
from hedgesim.plots.labels import Names, label_ends
from hedgesim.plots.theme import page, save, theme

LITERAL = [
    "Is it [/b] so?",
    "[see note 3]",
    "[link=http://x]y[/link] [/]",
    ":smile: :warning:",
    "$x_{$ and \\$2",
    "{name} %s",
    "日本 Türkiye",
    "\u0645\u06cc\u200c\u062e\u0648",
]
STEERING = {
    "a\x1b[31mred": r"a\x1b[31mred",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\u202eevil": r"\u202eevil",
    "two\nlines\r": "two lines ",
    "\x9b2J\x7f": r"\x9b2J\x7f",
    "\u2066x\u2029\ufeff": r"\u2066x \ufeff",
    "\udcff": r"\udcff",
}
SHORT = ("run", "war_2022", "--runs", "2", "--set", "end=2021Q2", "--keep", "0", "-o", "out")


def harmless(said: Said) -> bool:
    return all(character.isprintable() or character in "\n\u200c" for character in said.out + said.err)


def landscape_of(names: list[str]) -> Said:
    """What `landscape` says of actors with these names; the tables lie in the working folder."""
    with Path("actors.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["actor", "size"], *([name, 1] for name in names)])
    with Path("propensity.csv").open("w", newline="", encoding="utf-8") as file:
        rows = ([name, *(int(name != other) for other in names)] for name in names)
        csv.writer(file).writerows([["", *names], *rows])
    return call("landscape", "--actors", "actors.csv", "--propensity", "propensity.csv")


@pytest.mark.parametrize("text", LITERAL)
def test_a_question_and_a_folder_are_printed_as_they_are(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sketch(monkeypatch)
    experiment = {
        "question": text,
        "scenarios": ["war_2022"],
        "levers": {"end": ["2022Q2"]},
        "uncertainties": {"shock_sizes.war_2022": [0.5]},
        "outcomes": ["cohesion"],
        "design": "grid",
        "replications": 1,
        "seed": 1,
    }
    Path("asked.yaml").write_text(json.dumps(experiment), encoding="utf-8")
    folder = f"results/{text.replace('/', '')}"
    for command in ("plan", "sweep"):
        said = call(command, "asked.yaml", "-o", folder)
        assert (said.code, said.err) == (0, "")
        assert text in said.out
        assert folder in said.out
    assert text in landscape_of([text, "other"]).out


@pytest.mark.parametrize(("text", "shown"), STEERING.items())
def test_no_name_steers_the_terminal(text: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert printable(text) == shown
    named = call("check", f"{text}.yaml"), call("status", text), call("diff", "war_2022", text)
    assert all(shown.strip() in said.err for said in named)
    for said in (*named, call(text), call("run", f"--{text}")):
        assert (said.code, said.err.count("\n")) == (2, 1)
        assert harmless(said)
    if text.isascii():
        said = landscape_of([text, "other"])
        assert said.code == 0, said.err
        assert harmless(said)
        assert shown.strip() in said.out


def test_an_error_is_one_line_whatever_it_quotes() -> None:
    for text, shown in STEERING.items():
        assert str(HedgesimError(text, text, text)) == f"{shown.strip()}: {shown.strip()}. {shown.strip()}"


@pytest.mark.parametrize("text", [*LITERAL, *(name for name in STEERING if name != "\udcff")])
def test_text_is_drawn_as_it_is_and_the_file_can_be_read(text: str, tmp_path: Path) -> None:
    axes = {"axis": ["country"], "code": ["AAA"], "name": [text], "color": ["#000000"]}
    names = Names.from_axes(pd.DataFrame(axes), formats={"F": text}, corners={text: ("AAA",)})
    ((name, _),) = names.countries.values()
    assert [name] == [*names.formats.values()] == [*names.corners] == [printable(text)]
    with theme():
        figure: Figure = page(5, 3, title=text, notes=[text])
        axis = figure.subplots()
        axis.set_yticks([0, 1], [name, "$"])
        axis.set_title(name)
        label_ends(axis, [])
        _, svg = save(figure, tmp_path, name="chart")
    assert not any(one.get_parse_math() for one in figure.findobj(Text))
    minidom.parse(str(svg))


@pytest.mark.parametrize(
    ("name", "value"),
    [("MPLBACKEND", "module://matplotlib_inline.backend_inline"), ("MPLBACKEND", "nonsense"), ("MPLBACKEND", "TkAgg")]
    + [("PYTHONIOENCODING", encoding) for encoding in ("ascii", "cp1252", "latin-1:strict", "koi8-r")],
)
def test_no_environment_stops_a_run(name: str, value: str, tmp_path: Path) -> None:
    said = start(*SHORT, folder=tmp_path, **{name: value})
    assert (said.code, said.err) == (0, "")
    assert "Tables and charts: out" in said.out
    assert (tmp_path / "out/charts/hedging_index.png").stat().st_size > 5_000


@pytest.mark.parametrize(
    ("args", "streams", "code", "err"),
    [
        (("scenarios",), ">/dev/full", 2, "standard output: nothing can be written to it (No space left on device)."),
        (("--help",), ">/dev/full", 2, "standard output: nothing can be written to it"),
        (("rules", "--json"), ">/dev/full", 2, "standard output: nothing can be written to it"),
        (("scenarios",), ">&-", 0, ""),
        (("diff", "war_2022", "no_war", "--json"), ">&-", 0, ""),
        (("check", "nowhere"), "2>/dev/full", 2, ""),
        (("check", "nowhere"), "2>&-", 2, ""),
        (("check", "nowhere"), ">&- 2>&-", 2, ""),
    ],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_stream_that_is_closed_or_full_is_said_in_a_line(
    args: tuple[str, ...], streams: str, code: int, err: str, unbuffered: str, tmp_path: Path
) -> None:
    said = start(*args, folder=tmp_path, streams=streams, PYTHONUNBUFFERED=unbuffered)
    assert (said.code, said.err.startswith(err)) == (code, True)
    assert said.err.count("\n") == bool(err)


def test_a_reader_that_goes_away_ends_the_output_quietly(tmp_path: Path) -> None:
    said = start("sources", "war_2022", "--json", folder=tmp_path, streams="| head -n 1")
    assert (said.out, said.err) == ("[\n", "")


def test_what_draws_nothing_loads_no_matplotlib() -> None:
    code = (
        "import sys, hedgesim; from hedgesim.commands import app; hedgesim.read_scenario('war_2022')\n"
        "for words in (['check', 'war_2022', 'summit_drivers'], ['diff', 'war_2022', 'no_war'], ['sources', 'history'],"
        " ['experiments']): app(words, standalone_mode=False)\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_a_name_that_is_not_utf_8_is_refused_by_commands_and_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    says = r"r/\udcff: it is not text in UTF-8. Give the file or folder a name in UTF-8."
    for words in (SHORT[:-1], ("compare", "war_2022"), ("report",), ("archive", "x", "-o"), ("plot",)):
        assert call(*words, "r/\udcff") == Said(2, "", f"{says}\n")
    for use in (hedgesim.open_results, hedgesim.read_scenario, lambda path: hedgesim.archive("x", path)):
        with pytest.raises(HedgesimError) as caught:
            use("r/\udcff")
        assert str(caught.value) == says
    assert not list(tmp_path.iterdir())


def test_where_the_reader_of_the_output_ends_the_exit_code_is_that_of_a_broken_pipe() -> None:
    words = [sys.executable, "-m", "hedgesim", "schema"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == CUT
