"""Every bad input to the command line: one line with place, fault and remedy, exit code 2, nothing written."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from command_line import ROOT, Said, call, files_below, start

TABLES = ROOT / "src" / "hedgesim" / "data" / "tables"
PLAIN = "purpose: A test\nstart: 2021Q1\nend: 2021Q3\nseed: 1\n"
SHOCK = f"""\
{PLAIN}shocks:
  peace:
    date: 2021Q2
    source: assumption
    channels:
      - {{channel: intention, powers: [RUS], size: -0.3}}
"""
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


def written(text: str) -> str:
    Path("x.yaml").write_text(text, encoding="utf-8")
    return "x.yaml"


def override(table: str, key: str, column: str, value: str) -> str:
    return f"{PLAIN}data:\n  - {{table: {table}, key: {key}, column: {column}, value: {value}, source: assumption}}\n"


SHARE = "{start: 2021Q1, country: KAZ, domain: economy, option: RUS}"
FILES = {
    "unknown key": (PLAIN + "sede: 3\n", '5:1: unknown key "sede". Did you mean "seed"? '),
    "tab": (PLAIN + "rules:\n\tcountries: {}\n", "6:1: a tab is used as indentation. Use spaces."),
    "start before all tables": (
        PLAIN.replace("2021Q1", "1980Q1"),
        "shares.csv, ties.csv, power_attributes.csv, affinity.csv, trust.csv, rivalry.csv: nothing is known up to ",
    ),
    "unknown country": (
        PLAIN + "countries: [KAZ, KAX]\n",
        '5:18: unknown country "KAX" in countries. Did you mean "KAZ"? ',
    ),
    "unknown power": (
        SHOCK.replace("[RUS]", "[RUX]"),
        '10:39: unknown power "RUX" in shocks.peace.channels.0.powers. Did you mean "RUS"? ',
    ),
    "unknown format": (PLAIN + "formats: [CM, C5_XX]\n", '5:15: unknown format "C5_XX" in formats. Did you mean "C5_'),
    "unknown rule": (
        PLAIN + "rules: {countries: {all: {rule: multivector}}}\n",
        '5:33: there is no rule "multivector" for countries. Did you mean "multi_vector"? ',
    ),
    "unknown table": (
        override("sahres", SHARE, "share", "0.1"),
        '6:13: unknown table "sahres". Did you mean "shares"? ',
    ),
    "unknown row": (
        override("shares", SHARE.replace("KAZ", "KAX"), "share", "0.1"),
        "6:5: the table shares has no row with start 2021Q1, country KAX, domain economy, option RUS. Rows by country"
        ': Did you mean "KAZ"? Known: AZE, KAZ,',
    ),
    "unknown event": (
        PLAIN + "omit_shocks: [war_2021]\n",
        '5:15: unknown recorded shock "war_2021" in omit_shocks. Did you mean "war_2022"? ',
    ),
    "outcome named as a shock": (
        PLAIN + "recorded_shocks: [cm_2018]\n",
        '5:19: unknown recorded shock "cm_2018" in recorded_shocks. ',
    ),
    "unknown source": (SHOCK.replace("assumption", "nobody"), '8:13: unknown source "nobody". Known: '),
    "unknown calibration": (
        PLAIN + "parameters: best\n",
        '5:13: unknown calibration "best" in parameters. Known: fitted_2021, prior.',
    ),
    "shares that do not sum to 1": (
        override("shares", SHARE, "share", "0.9"),
        "6:5: the shares of KAZ in economy sum to 1.695397, not to 1. Correct one of them.",
    ),
    "formality in words": (
        override("formats", "{format: CIS}", "formality", "maybe"),
        '6:68: formality must be a number from 0 to 1, not "maybe". Write a number from 0 to 1.',
    ),
    "negative cadence": (
        override("formats", "{format: CIS}", "cadence", "-4"),
        "6:66: cadence must be a number from 1 to 40, not -4. Write a number from 1 to 40.",
    ),
    "unknown ceiling": (
        override("formats", "{format: CIS}", "ceiling", "banana"),
        '6:66: "banana" in the column ceiling is not known. Write one of none, ministers, leaders.',
    ),
    "what comes first without a rung": (
        override("formats", "{format: C5SEC}", "after", "CM"),
        '6:66: "CM" in the column after names no rung. Write FORMAT:RUNG with one of none, ministers, leaders.',
    ),
    "entry on no date": (
        override("formats", "{format: CACO}", "lead_entered", "later"),
        '6:72: "later" in the column lead_entered is not a date. Write YYYY, YYYY-MM or YYYY-MM-DD.',
    ),
    "start in no quarter": (
        override("trust", "{start: 2021Q1, country: TKM, partner: AZE}", "start", "soon"),
        '6:92: "soon" in the column start is not a quarter. Write it like 2022Q1.',
    ),
    "unknown colour": (
        override("axes", "{axis: power, code: RUS}", "color", "red"),
        '6:72: "red" in the column color is not a colour. Write it like #0072B2.',
    ),
    "unknown status": (
        override("memberships", "{country: UZB, format: EAEU, from: 2020-12}", "status", "boss"),
        '6:99: "boss" in the column status is not known. Write one of none, guest, observer, member.',
    ),
    "trust of seven": (
        override("trust", "{start: 2021Q1, country: TKM, partner: AZE}", "value", "7"),
        "6:92: value must be a number from 0 to 1, not 7. Write a number from 0 to 1.",
    ),
}
"""What only the packaged tables can refuse, after two faults of a file itself: those are in tests/scenario."""


@pytest.mark.parametrize(("text", "start"), FILES.values(), ids=FILES)
def test_a_bad_file_is_refused_by_run_and_check_with_place_fault_and_remedy(text: str, start: str) -> None:
    line = refused("run", written(text), "-o", "out")
    assert line.startswith(start if start.startswith("shares.csv") else f"x.yaml:{start}")
    said = call("check", "x.yaml")
    assert (said.code, said.out, said.err.splitlines()[0]) == (2, "", line)


COMMANDS = {
    "run": ["SCENARIO"],
    "rnu": ["rnu"],
    "diff war_2022 no_waar": ['"no_war"'],
    "sources war": ["war_2022"],
    "check": ["FILE"],
    "run x.yaml --runs 0": ["--runs 0", "at least one"],
    "run x.yaml --runs -1": ["--runs -1", "at least one"],
    "run x.yaml --runs many": ["--runs many: ", "whole number"],
    "run x.yaml --runs 1.5": ["--runs 1.5: ", "whole number"],
    "run x.yaml --workers 0": ["--workers 0", "at least one process"],
    "run x.yaml --workers all": ["--workers all: ", "whole number"],
    "run x.yaml --keep -1": ["--keep -1", "0 or more"],
    "run x.yaml --seed x": ["--seed x: ", "whole number"],
    "run x.yaml --seed -1": ["--seed -1", "at least 0"],
    "run x.yaml --rnus 3": ["--rnus", "--runs"],
    "run x.yaml --set ende=2021Q3": ["--set 'ende': ", '"end"'],
    "grid x.yaml --runs 1 --vary settings.taste.threat": ["--vary settings.taste.threat"],
    "grid x.yaml --runs 1 --vary settings.taste.thread=1,2": ["--vary settings.taste.thread=1: "],
    "grid x.yaml --runs 1 --vary settings.taste.threat=1,99": ["--vary settings.taste.threat=99: "],
    "grid x.yaml --runs 1 --vary settings.taste.threat=0,0": ["different numbers"],
    "grid x.yaml --runs 1 --vary rules.countries.all.rule=habit,balancing": ["varies numbers", '"habit" is none'],
    "grid x.yaml --runs 1 --vary end=2021Q2,2021Q3": ["varies numbers", '"2021Q2" is none', "hedgesim sweep"],
    "grid x.yaml --runs 1 --vary ende=1,2": ["--vary ende=1: "],
    "grid x.yaml --runs 1 --vary settings.taste.threat=1 --outcome luck": ["--outcome luck"],
    "grid x.yaml --runs 0 --vary settings.taste.threat=1": ["--runs 0"],
}


@pytest.mark.parametrize(("command", "words"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_that_means_nothing_is_refused(command: str, words: list[str]) -> None:
    written(PLAIN)
    line = refused(*command.split())
    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    "words", ["check", "run", "check-rule", "try", "run x.yaml --rules", "compare x.yaml", "grid --vary a=1", "sweep"]
)
def test_an_empty_name_is_called_empty(words: str) -> None:
    written(PLAIN)
    assert refused(*words.split(), "").startswith('"": the name is empty. ')


@pytest.mark.parametrize(
    "command", ["run x.yaml", "run x.yaml --without clash_2021", "grid x.yaml --vary settings.taste.threat=0,1"]
)
def test_runs_for_which_there_is_no_room_are_refused_before_the_first(command: str) -> None:
    written(PLAIN)
    line = refused(*command.split(), "--runs", "100000000000000", "-o", "deep/out")
    assert re.match(r"deep/out: [12]0{14} runs need about \d+ TB, .* are free\. Give fewer --runs or another", line)


def test_runs_for_which_there_is_too_little_free_space_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=80_000_000))
    line = refused("run", written(PLAIN), "--runs", "1000000", "--keep", "0", "-o", "out")
    assert re.match(r"out: 1000000 runs need about \d+\.\d GB, 80 MB are free\. ", line)
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


BROKEN_TABLES = {
    "a word for a number": ("trust.csv", "(2021Q1,KAZ,KGZ),[^,]*", "high", r"trust\.csv:\d+: ", "not a number"),
    "shares that do not sum to 1": ("shares.csv", "(2021Q1,KAZ,economy,RUS),[^,]*", "0.9", "shares", "not to 1"),
}


@pytest.mark.parametrize(("name", "old", "new", "place", "word"), BROKEN_TABLES.values(), ids=BROKEN_TABLES)
def test_a_bad_table_of_a_scenario_is_refused_with_file_and_line(
    name: str, old: str, new: str, place: str, word: str
) -> None:
    shutil.copytree(TABLES, "own")
    path = Path("own") / name
    text, n = re.subn(f"^{old}", rf"\1,{new}", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert n
    path.write_text(text, encoding="utf-8")
    line = refused("run", written(PLAIN + "tables: own\n"), "-o", "out")
    assert re.search(place, line)
    assert word in line


@pytest.mark.parametrize("command", ["run x.yaml", "fly"])
def test_a_process_of_its_own_says_it_too(command: str, folder: Path) -> None:
    written(PLAIN + "sede: 3\n")
    one_line(start(*command.split(), folder=folder))
    assert files_below(folder) == {"x.yaml"}


def test_no_file_can_run_code() -> None:
    for tag in ("!os.mkdir", *(f"!!python/{kind}:os.mkdir" for kind in ("object/apply", "object/new", "name"))):
        for text in (f"purpose: {tag} [{MARK}]\n", f"{tag} [{MARK}]\n", f"? {tag} [{MARK}]\n: 1\n"):
            refused("run", written(PLAIN + text))
            assert not Path(MARK).exists()


def test_sources_of_a_start_that_is_all_prior_are_printed() -> None:
    said = call("sources", "caco_1994")
    assert said.code == 0, said.err
    assert "Too few starting shares" in said.out


SHOCKS = SHOCK.removeprefix(PLAIN)
REMEDIES = {
    "power by its name": ("powers: [Russia, CHN]\n", "5:10", 'Did you mean "RUS"?'),
    "power of two words": ("powers: [European Union, CHN]\n", "5:10", 'Did you mean "EU"?'),
    "power that is unknown": ("powers: [Indonesia, CHN]\n", "5:10", "Known: CHN, EU"),
    "country by its name": ("countries: [Kazakhstan, UZB]\n", "5:13", 'Did you mean "KAZ"?'),
    "format by its name": ("formats: [eurasian economic union]\n", "5:11", 'Did you mean "EAEU"?'),
    "event by a word of it": ("omit_shocks: [War]\n", "5:15", 'Did you mean "war_2022"?'),
    "rule of a country by its name": ("rules: {countries: {Uzbekistan: {rule: habit}}}\n", "5:21", '"UZB"?'),
    "channel by what it means": (SHOCKS.replace("intention", "secondary_sanctions"), "10:19", '"sanctionrisk"?'),
    "decimal comma": (SHOCKS.replace("size: -0.3}", 'size: "0,39"}'), "10:51", "Write 0.39, with a point."),
    "decimal comma without quotes": (SHOCKS.replace("-0.3", "0,39"), "10:53", "write that with a point"),
    "rule without its key": ("rules: {countries: {all: multi_vector}}\n", "5:26", "{rule: multi_vector}."),
    "nested settings": ("settings: {taste: {need: abc}}\n", "5:12", "Write taste.need: abc."),
    "rule of powers": ("rules: {countries: {all: {rule: suitor}}}\n", "5:33", "it is one for powers"),
    "row of another date": (
        "data:\n- {table: memberships, key: {country: KAZ, format: EAEU, from: 2015}, column: status, value: none,"
        " source: assumption}\n",
        "6:3",
        'Rows by from: Did you mean "2015-01-01"? Known: 2015-01-01.',
    ),
}


@pytest.mark.parametrize(("text", "place", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_a_remedy_says_what_is_meant(text: str, place: str, remedy: str) -> None:
    line = refused("run", written(PLAIN + text), "-o", "out")
    assert line.startswith(f"x.yaml:{place}: ")
    assert remedy in line
    assert ("Did you mean" in remedy or "?" in remedy) == ("Did you mean" in line)


def test_run_names_all_faults_as_check_does() -> None:
    key = "table: trust, key: {start: 2021Q1, country: TKM, partner: AZE}, column: value"
    row = f"  - {{{key}, value: 7, source: assumption}}\n"
    for text, n in (
        (PLAIN + "powers: [Russia, RUX]\nsede: 3\nsettings: {taste.threat: 99}\n", 4),
        (PLAIN + "data:\n" + row + row.replace("TKM", "TKX").replace("value: 7", "value: 0.5"), 2),
    ):
        said = call("run", written(text), "-o", "out")
        assert (said.code, len(said.err.splitlines())) == (2, n)
        assert call("check", "x.yaml").err == said.err


def test_a_set_without_a_path_is_refused() -> None:
    assert refused("run", written(PLAIN), "--set", " =1").startswith("--set ' =1': there is no path before the =.")


def test_what_the_twin_lacks_is_guessed() -> None:
    assert 'Did you mean "war_2022"?' in refused("run", "war_2022", "--without", "war")


@pytest.mark.parametrize(
    ("seed", "place"), [("abc", "y.yaml:4:7"), ("-1", "y.yaml:4:7"), ("2", "y.yaml:4:7"), ("", "y.yaml:4:6")]
)
def test_a_twin_with_another_or_a_faulty_seed_is_refused(seed: str, place: str) -> None:
    Path("y.yaml").write_text(PLAIN.replace("seed: 1", f"seed: {seed}".strip()), encoding="utf-8")
    assert refused("run", written(PLAIN), "--twin", "y.yaml", "-o", "out").startswith(f"{place}: ")
    said = call("run", "x.yaml", "--twin", "y.yaml", "--seed", "5", "--runs", "1", "--keep", "0", "--json", "-o", "out")
    assert said.code == 0, said.err


KEYS_AS_OPTIONS = {
    ("run", "war_2022", "--parameters", "prior"): "Write --set parameters=prior.",
    ("run", "war_2022", "--end=2023Q4", "--runs", "2"): "Write --set end=2023Q4.",
    ("run", "war_2022", "--recorded-shocks"): "Write --set recorded_shocks=VALUE.",
    ("run", "war_2022", "--extends", "no_war"): "See hedgesim run --help.",
    ("scenarios", "--parameters", "prior"): "See hedgesim scenarios --help.",
}


@pytest.mark.parametrize("words", KEYS_AS_OPTIONS)
def test_a_key_of_scenarios_that_is_written_as_an_option_is_answered_with_set(words: tuple[str, ...]) -> None:
    said = refused(*words)
    assert said.endswith(KEYS_AS_OPTIONS[words])
