"""Every bad input to the command line: one line with place, fault and remedy, exit code 2, nothing written."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from command_line import ROOT, Said, call, files_below, start

TABLES = ROOT / "src" / "hedgesim" / "data" / "tables"
PLAIN = """\
purpose: A test
start: 2021Q1
end: 2021Q3
seed: 1
"""
SHOCK = """\
shocks:
  peace:
    date: 2021Q2
    source: assumption
    channels:
      - {channel: intention, powers: [RUS], size: -0.3}
"""
HUNDRED_MEGABYTES = 100 * 1024 * 1024
MARK = "code-was-run"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one_line(said: Said) -> str:
    """The one line of a refusal."""
    assert said.code == 2, (said.code, said.out, said.err)
    assert "Traceback" not in said.err + said.out
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 1, said.err
    assert lines[0][-1] in ".?!", lines[0]
    return lines[0]


def refused(*args: str) -> str:
    """What a refused command says; it must leave the working folder as it was."""
    before = files_below(Path.cwd())
    line = one_line(call(*args))
    assert files_below(Path.cwd()) - before == set()
    return line


def written(text: str, name: str = "x.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def changed(old: str, new: str, text: str = PLAIN + SHOCK) -> str:
    assert old in text
    return text.replace(old, new, 1)


def override(table: str, key: str, column: str, value: str) -> str:
    return f"{PLAIN}data:\n  - {{table: {table}, key: {key}, column: {column}, value: {value}, source: assumption}}\n"


SHARE_KEY = "{start: 2021Q1, country: KAZ, domain: economy, option: RUS}"

# text of x.yaml -> place, words of the fault, words of the remedy
FILES: dict[str, tuple[str, str, str, str]] = {
    "unknown key": (PLAIN + "sede: 3\n", "x.yaml:5:1", 'unknown key "sede"', 'Did you mean "seed"?'),
    "unknown key below": (
        changed("powers:", "power:"),
        "x.yaml:10:30",
        'unknown key "power"',
        'Did you mean "powers"?',
    ),
    "wrong type": (changed("size: -0.3", "size: much"), "x.yaml:10:51", "must be a number", "Write it like"),
    "wrong type of seed": (changed("seed: 1", "seed: one"), "x.yaml:4:7", "must be a whole number", "Write it like"),
    "value out of range": (changed("-0.3", "-7.5"), "x.yaml:10:51", "out of range", "Write a number from -1 to 1."),
    "setting out of range": (
        PLAIN + "settings: {attention.coercion: 99}\n",
        "x.yaml:5:32",
        "attention.coercion",
        "0 to 3",
    ),
    "not a number": (changed("-0.3", ".nan"), "x.yaml:10:51", "number", "Write"),
    "not a number in words": (changed("-0.3", "NaN"), "x.yaml:10:51", "number", "Write"),
    "infinity": (changed("-0.3", ".inf"), "x.yaml:10:51", "number", "Write"),
    "too large for a number": (changed("-0.3", "1e999"), "x.yaml:10:51", "number", "Write"),
    "duplicate key": (PLAIN + "end: 2022Q1\n", "x.yaml:5:1", "end", "one"),
    "duplicate shock": (PLAIN + SHOCK + SHOCK.removeprefix("shocks:\n"), "x.yaml:11:3", "peace", "one"),
    "unknown country": (PLAIN + "countries: [KAZ, KAX]\n", "x.yaml:5:18", '"KAX"', 'Did you mean "KAZ"?'),
    "unknown power": (changed("[RUS]", "[RUX]"), "x.yaml:10:39", '"RUX"', 'Did you mean "RUS"?'),
    "unknown aggressor": (PLAIN + "aggressor: RUX\n", "x.yaml:5:12", '"RUX"', "RUS"),
    "unknown format": (PLAIN + "formats: [CM, C5_XX]\n", "x.yaml:5:15", '"C5_XX"', "Did you mean"),
    "unknown rule": (
        PLAIN + "rules: {countries: {all: {rule: multivector}}}\n",
        "x.yaml:5:33",
        '"multivector"',
        'Did you mean "multi_vector"?',
    ),
    "unknown table": (override("sahres", SHARE_KEY, "share", "0.1"), "x.yaml:6:13", '"sahres"', '"shares"'),
    "unknown row": (
        override("shares", SHARE_KEY.replace("KAZ", "KAX"), "share", "0.1"),
        "x.yaml:6:",
        "no row",
        "Name an existing row.",
    ),
    "unknown event": (PLAIN + "omit_shocks: [war_2021]\n", "x.yaml:5:15", '"war_2021"', '"war_2022"'),
    "outcome named as a shock": (PLAIN + "recorded_shocks: [cm_2018]\n", "x.yaml:5:19", '"cm_2018"', "Known"),
    "unknown source": (changed("source: assumption", "source: nobody"), "x.yaml:8:13", '"nobody"', "Known"),
    "unknown calibration": (PLAIN + "parameters: best\n", "x.yaml:5:13", '"best"', "prior"),
    "shares that do not sum to 1": (override("shares", SHARE_KEY, "share", "0.9"), "x.yaml:6:5", "not to 1", "Correct"),
    "shock after the end": (
        changed("2021Q2", "2024Q1"),
        "x.yaml:7:11",
        "outside the period 2021Q1 to 2021Q3",
        "Choose a date",
    ),
    "shock before the start": (changed("2021Q2", "2014-02-20"), "x.yaml:7:11", "outside the period", "Choose a date"),
    "end before start": (changed("end: 2021Q3", "end: 2020Q3", PLAIN), "x.yaml:3:6", "is not after", "Choose"),
    "end at start": (changed("end: 2021Q3", "end: 2021Q1", PLAIN), "x.yaml:3:6", "is not after", "Choose"),
    "start before all tables": (changed("start: 2021Q1", "start: 1980Q1", PLAIN), "", "nothing is known", "Start at"),
    "extends itself": (PLAIN + "extends: x.yaml\n", "x.yaml:5:10", "x.yaml", "."),
    "extends a missing file": (PLAIN + "extends: y.yaml\n", "x.yaml:5:10", "missing file", "Name a file"),
    "extends an unknown name": (PLAIN + "extends: war_2021\n", "x.yaml:5:10", "unknown scenario", '"war_2022"'),
    "extends out of its folder": (PLAIN + "extends: ../x.yaml\n", "x.yaml:5:10", "leaves the folder", "below"),
    "tab": (PLAIN + "rules:\n\tcountries: {}\n", "x.yaml:6:1", "tab", "spaces"),
    "anchor": (PLAIN + "countries: &six [KAZ, UZB]\n", "x.yaml:5:12", "anchor", "."),
    "alias": (PLAIN + "countries: *six\n", "x.yaml:5:12", "alias", "."),
    "merge key": (PLAIN + "<<: {seed: 2}\n", "x.yaml:5:1", "<<", "."),
    "python tag": (PLAIN + f"name: !!python/object/apply:os.mkdir [{MARK}]\n", "x.yaml:5:7", "tag", "."),
    "python tag in a value": (changed("seed: 1", f"seed: !!python/name:os.system {MARK}", PLAIN), "x.yaml:4:", "", "."),
    "two documents": (PLAIN + "---\nseed: 2\n", "x.yaml:", "", "."),
    "unfinished list": (PLAIN + "countries: [KAZ\n", "x.yaml:", "", "."),
    "a list instead of keys": ("- a\n- b\n", "x.yaml:1:1", "", "."),
    "only a comment": ("# nothing\n", "x.yaml", "", "."),
    "empty file": ("", "x.yaml", "empty", "."),
    "tables above the folder": (PLAIN + "tables: ../..\n", "x.yaml:5:9", "leaves the folder", "below"),
    "tables by absolute path": (PLAIN + "tables: /etc\n", "x.yaml:5:9", "absolute path", "below"),
    "tables that are missing": (PLAIN + "tables: nowhere\n", "x.yaml:5:9", "there is no folder", "spelling"),
    "missing seed": (changed("seed: 1\n", "", PLAIN), "x.yaml:1:1", "seed is missing", "--seed"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_refused_by_run_and_check_with_place_fault_and_remedy(case: str) -> None:
    text, place, fault, remedy = FILES[case]
    line = refused("run", written(text), "-o", "out")
    assert line.startswith(place)
    assert fault in line
    assert remedy in line
    if re.fullmatch(r"x\.yaml:\d+:\d+", place):
        assert re.match(rf"{re.escape(place)}: \S", line)
    said = call("check", "x.yaml")
    assert (said.code, said.out, said.err.splitlines()[0]) == (2, "", line)


def test_a_cycle_of_extends_names_the_files() -> None:
    written(PLAIN + "extends: b.yaml\n", "a.yaml")
    written("extends: a.yaml\n", "b.yaml")
    line = refused("run", "a.yaml")
    assert re.match(r"[ab]\.yaml:\d+:10: ", line)
    assert "a.yaml" in line
    assert "b.yaml" in line


def test_a_fault_of_an_ancestor_names_the_ancestor() -> None:
    written(PLAIN + "countries: [KAZ, KAX]\n", "parent.yaml")
    assert refused("run", written("extends: parent.yaml\n")).startswith("parent.yaml:5:18: ")


def test_a_file_of_a_hundred_megabytes_is_refused_unread() -> None:
    with Path("x.yaml").open("wb") as file:
        file.truncate(HUNDRED_MEGABYTES)
    line = refused("run", "x.yaml")
    assert line.startswith("x.yaml: ")
    assert "256 kB" in line


def test_a_binary_file_is_refused() -> None:
    Path("x.yaml").write_bytes(bytes(range(256)))
    assert "binary" in refused("run", "x.yaml")


def test_text_that_is_no_utf_8_is_refused() -> None:
    Path("x.yaml").write_bytes("purpose: Türkiye\n".encode("latin-1"))
    assert "UTF-8" in refused("run", "x.yaml")


def test_a_directory_is_refused() -> None:
    Path("x.yaml").mkdir()
    assert refused("run", "x.yaml").startswith("x.yaml: is a directory")


def test_a_missing_file_and_an_unknown_name_are_refused() -> None:
    assert refused("run", "y.yaml").startswith("y.yaml: there is no such file")
    assert 'Did you mean "war_2022"?' in refused("run", "war_2023")


NUMBERS = {
    "no runs": (["--runs", "0"], "--runs 0", "at least one"),
    "negative runs": (["--runs", "-1"], "--runs -1", "at least one"),
    "runs in words": (["--runs", "many"], "--runs", "integer"),
    "half a run": (["--runs", "1.5"], "--runs", "integer"),
    "no workers": (["--workers", "0"], "--workers 0", "at least one process"),
    "workers in words": (["--workers", "all"], "--workers", "integer"),
    "negative keep": (["--keep", "-1"], "--keep -1", "0 or more"),
    "seed in words": (["--seed", "x"], "--seed", "integer"),
    "negative seed": (["--seed", "-1"], "--seed -1", "at least 0"),
    "unknown option": (["--rnus", "3"], "--rnus", "--runs"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_a_number_that_means_nothing_is_refused(case: str) -> None:
    options, place, word = NUMBERS[case]
    line = refused("run", written(PLAIN), *options, "-o", "out")
    assert place in line
    assert word in line


SETTINGS = {
    "unknown key": ("ende=2021Q3", "--set 'ende'", '"end"'),
    "unknown setting": ("settings.taste.thread=1", "--set settings.taste.thread=1", "taste.threat"),
    "unknown shock": ("shocks.peace.size=1", "--set 'shocks.peace", "."),
    "no equals sign": ("end", "--set 'end'", "Write it like --set end=2024Q4."),
    "no value": ("end=", "--set end=", "Write"),
    "wrong value": ("end=later", "--set end=later", "2022Q1"),
    "value that breaks YAML": ("end=[", "--set end=[", "."),
    "extends": ("extends=no_war", "--set 'extends'", "file"),
    "position that is not there": ("data.7.value=1", "--set data.7", "list"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_a_set_that_names_nothing_is_refused(case: str) -> None:
    text, place, word = SETTINGS[case]
    line = refused("run", written(PLAIN), "--set", text, "-o", "out")
    assert line.startswith(place)
    assert word in line


@pytest.mark.parametrize("command", ["run", "twin", "grid"])
def test_runs_for_which_there_is_no_room_are_refused_before_the_first(command: str) -> None:
    words = {
        "run": ["run", written(PLAIN)],
        "twin": ["run", written(PLAIN), "--without", "covid"],
        "grid": ["grid", written(PLAIN), "--vary", "settings.taste.threat=0,1"],
    }[command]
    line = refused(*words, "--runs", "100000000000000", "-o", "deep/out")
    assert re.match(
        r"deep/out: 100000000000000 runs need about \d+ TB, .* are free\. Give fewer --runs or another", line
    )


def test_runs_for_which_there_is_too_little_free_space_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=80_000_000))
    line = refused("run", written(PLAIN), "--runs", "1000000", "--keep", "0", "-o", "out")
    assert re.match(r"out: 1000000 runs need about \d+ MB, 80 MB are free\. ", line)
    assert "Give fewer --keep" in refused("run", written(PLAIN), "--runs", "50000", "--keep", "50000", "-o", "out")


def test_runs_that_do_not_fit_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.results.space.memory_of_computer", lambda: 1e6)
    line = refused("run", written(PLAIN), "--runs", "100000", "--keep", "0", "-o", "out")
    assert line.endswith("of memory, this computer has 1.0 MB. Give fewer --runs.")


def test_a_file_in_the_way_of_the_output_is_named() -> None:
    Path("out").write_text("mine", encoding="utf-8")
    assert refused("run", written(PLAIN), "-o", "out").startswith("out: a file is where the folder should be")
    assert Path("out").read_text(encoding="utf-8") == "mine"
    assert "out/deep" in refused("run", written(PLAIN), "-o", "out/deep")


def test_an_output_without_permission_is_named() -> None:
    Path("locked").mkdir(mode=0o500)
    place = "locked/out" if os.access("locked", os.W_OK) is False else "/proc/none/out"
    line = refused("run", written(PLAIN), "-o", place)
    assert line.startswith(place)
    assert "-o" in line


BROKEN_TABLES: dict[str, tuple[str, Callable[[str], str], str, str]] = {
    "a word for a number": (
        "trust.csv",
        lambda text: re.sub(r"^(2021Q1,KAZ,KGZ),[^,]*", r"\1,high", text, flags=re.MULTILINE),
        r"trust\.csv:\d+: ",
        "not a number",
    ),
    "a missing column": (
        "ties.csv",
        lambda text: text.replace("partner", "neighbour", 1),
        r"ties\.csv:1: ",
        "partner",
    ),
    "too few cells": ("rivalry.csv", lambda text: text + "2021Q1,RUS\n", r"rivalry\.csv:\d+: ", "cells"),
    "no date": ("meetings.csv", lambda text: text.replace("1991-12-13", "long ago", 1), r"meetings\.csv:\d+: ", "date"),
    "an unknown confidence": (
        "proximity.csv",
        lambda text: text.replace(",seen\n", ",sure\n", 1).replace(",proxy\n", ",sure\n", 1),
        r"proximity\.csv:2: ",
        "confidence",
    ),
    "shares that do not sum to 1": (
        "shares.csv",
        lambda text: re.sub(r"^(2021Q1,KAZ,economy,RUS),[^,]*", r"\1,0.9", text, flags=re.MULTILINE),
        r".*shares",
        "not to 1",
    ),
}


@pytest.mark.parametrize("case", BROKEN_TABLES)
def test_a_bad_table_of_a_scenario_is_refused_with_file_and_line(case: str) -> None:
    name, change, place, word = BROKEN_TABLES[case]
    shutil.copytree(TABLES, "own")
    path = Path("own") / name
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    line = refused("run", written(PLAIN + "tables: own\n"), "-o", "out")
    assert re.search(place, line)
    assert word in line


def test_a_missing_table_of_a_scenario_is_named() -> None:
    shutil.copytree(TABLES, "own")
    (Path("own") / "shares.csv").unlink()
    assert "shares" in refused("run", written(PLAIN + "tables: own\n"), "-o", "out")


def test_a_table_that_links_out_of_the_folder_is_refused() -> None:
    shutil.copytree(TABLES, "own")
    (Path("own") / "ties.csv").unlink()
    (Path("own") / "ties.csv").symlink_to(TABLES / "ties.csv")
    assert "leaves the folder" in refused("run", written(PLAIN + "tables: own\n"), "-o", "out")


GRIDS = {
    "no values": (["--vary", "settings.taste.threat"], "--vary settings.taste.threat"),
    "unknown setting": (["--vary", "settings.taste.thread=1,2"], "--vary settings.taste.thread=1: "),
    "setting out of range": (["--vary", "settings.taste.threat=1,99"], "--vary settings.taste.threat=99: "),
    "unknown key": (["--vary", "ende=1,2"], "--vary ende=1: "),
    "unknown outcome": (["--vary", "settings.taste.threat=1", "--outcome", "luck"], "--outcome luck"),
    "no runs": (["--vary", "settings.taste.threat=1", "--runs", "0"], "--runs 0"),
}


@pytest.mark.parametrize("case", GRIDS)
def test_a_bad_grid_is_refused(case: str) -> None:
    options, word = GRIDS[case]
    assert word in refused(
        "grid", written(PLAIN), *(["--runs", "1"] if case != "no runs" else []), *options, "-o", "out"
    )


OTHER = {
    "unknown command": (["rnu"], "rnu"),
    "no scenario": (["run"], "SCENARIO"),
    "diff of something unknown": (["diff", "war_2022", "no_waar"], '"no_war"'),
    "sources of something unknown": (["sources", "war"], "war_2022"),
    "check of nothing": (["check"], "FILE"),
}


@pytest.mark.parametrize("case", OTHER)
def test_other_commands_refuse_in_the_same_way(case: str) -> None:
    arguments, word = OTHER[case]
    assert word in refused(*arguments)


IN_A_PROCESS = {
    "unknown key": (PLAIN + "sede: 3\n", ["run", "x.yaml"]),
    "no command": (PLAIN, ["fly"]),
}


@pytest.mark.parametrize("case", IN_A_PROCESS)
def test_a_process_of_its_own_says_it_too(case: str, folder: Path) -> None:
    text, arguments = IN_A_PROCESS[case]
    written(text)
    one_line(start(*arguments, folder=folder))
    assert files_below(folder) == {"x.yaml"}


def test_no_file_can_run_code() -> None:
    for tag in (
        "!!python/object/apply:os.mkdir",
        "!!python/object/new:os.mkdir",
        "!os.mkdir",
        "!!python/name:os.mkdir",
    ):
        for text in (f"purpose: {tag} [{MARK}]\n", f"{tag} [{MARK}]\n", f"? {tag} [{MARK}]\n: 1\n"):
            refused("run", written(PLAIN + text))
            assert not Path(MARK).exists()


def test_no_scenario_reads_a_file_that_the_user_did_not_name(folder: Path) -> None:
    (folder / "inside").mkdir()
    written(PLAIN, "secret.yaml")
    Path("inside/x.yaml").write_text("extends: ../secret.yaml\n", encoding="utf-8")
    assert "leaves the folder" in refused("run", "inside/x.yaml")
    Path("inside/link.yaml").symlink_to(folder / "secret.yaml")
    Path("inside/x.yaml").write_text("extends: link.yaml\n", encoding="utf-8")
    assert "leaves the folder" in refused("run", "inside/x.yaml")


def test_no_trajectory_need_be_kept() -> None:
    said = call("run", written(PLAIN), "--runs", "1", "--keep", "0", "-o", "out")
    assert said.code == 0, said.err
    assert Path("out/manifest.json").is_file()


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "fault"),
    [
        ("formats", "{format: CIS}", "secretariat", "maybe", "secretariat must be a number from 0 to 1"),
        ("formats", "{format: CIS}", "cadence", "-4", "cadence must be a number from 1 to 40"),
        ("formats", "{format: CIS}", "ceiling", "banana", '"banana" is no ceiling'),
        ("memberships", "{country: UZB, format: EAEU, from: 2020-12}", "status", "boss", '"boss" is no status'),
        ("trust", "{start: 2021Q1, country: TKM, partner: AZE}", "value", "7", "value must be a number from 0 to 1"),
    ],
)
def test_a_data_override_with_an_impossible_value_is_refused_at_its_place(
    table: str, key: str, column: str, value: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = f"  - {{table: {table}, key: {key}, column: {column}, value: {value}, source: assumption}}"
    Path("x.yaml").write_text(f"purpose: Probe\nextends: war_2022\nseed: 1\ndata:\n{line}\n", encoding="utf-8")
    said = call("run", "x.yaml", "--runs", "1")
    assert said.code == 2
    assert said.err.startswith("x.yaml:5:")
    assert fault in said.err
    assert len(said.err.splitlines()) == 1
    assert files_below(tmp_path) == {"x.yaml"}


@pytest.mark.parametrize("values", ["rules.countries.all.rule=habit,balancing", "settings.taste.threat=0,0"])
def test_a_grid_over_words_or_over_one_number_twice_is_refused(
    values: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = call("grid", "war_2022", "--vary", values, "--runs", "1")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert "different numbers" in said.err
    assert not files_below(tmp_path)


def test_a_day_that_is_not_in_the_calendar_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = call("check", "war_2022")
    assert said.code == 0
    said = call("run", "peace", "--set", "shocks.peace.date=2022-02-30")
    assert said.code == 2
    assert "2022-02-30" in said.err


def test_sources_of_a_start_that_is_all_prior_are_printed() -> None:
    said = call("sources", "caco_1994")
    assert said.code == 0, said.err
    assert "Too few starting shares" in said.out
