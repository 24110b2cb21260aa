"""Rules in files of the user's own: worked cases, what is refused and where, and the way to other processes."""

from __future__ import annotations

import inspect
import json
import pickle
import sys
from pathlib import Path

import pandas as pd
import pytest

from command_line import Said, call, files_below, sketch
from hedgesim import read_scenario, run
from hedgesim.errors import HedgesimError
from hedgesim.rules import catalogue, country_rules, power_rules
from hedgesim.rules.catalogue import MOST_BYTES, RuleFile, files_in_use, rule_file, use
from hedgesim.rules.countries import habit

pytestmark = pytest.mark.usefixtures("rule_folder")

HABIT = Path(habit.__file__).read_text(encoding="utf-8")
LEANING = '''\
"""Leaning: as much as is said."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim import CountryRule
from hedgesim.model.parameter import parameter


@dataclass(frozen=True)
class Leaning(CountryRule):
    """Every option is worth what it was at the start, times something."""

    lean: float = parameter(0.5, unit="1", within=(0, 2), meaning="how much", source="assumption")

    def value(self, view, taste):
        return self.lean * view.response
'''
POWER = '''\
"""Watching: offer nothing new."""

from dataclasses import dataclass

from hedgesim.rules.powers.bystander import Bystander


@dataclass(frozen=True)
class Watching(Bystander):
    """As a bystander."""
'''


def written(text: str, name: str = "leaning.py") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def used(text: str, name: str = "leaning.py") -> RuleFile:
    file = rule_file(written(text, name))
    use([file])
    return file


def changed(old: str, new: str, text: str = LEANING) -> str:
    assert old in text
    return text.replace(old, new, 1)


def short(rule: str) -> list[str]:
    return ["end=2021Q3", f"rules.countries.all.rule={rule}"]


def test_a_file_is_known_by_its_stem_beside_the_packaged_rules_of_its_kind() -> None:
    countries, powers = set(country_rules()), set(power_rules())
    first, second = used(LEANING), used(POWER, "watching.py")
    assert set(country_rules()) == countries | {"leaning"}
    assert set(power_rules()) == powers | {"watching"}
    assert files_in_use() == (first, second)
    for rules in (country_rules(), power_rules()):
        assert len(rules) == len(list(rules)) == len(rules.packaged) + 1
    assert first.digest == RuleFile("leaning", LEANING, "elsewhere.py").digest
    assert len(first.digest) == 64


def test_a_file_equal_to_habit_gives_what_habit_gives() -> None:
    used(HABIT, "stay.py")
    first, second = (run(read_scenario("war_2022", overrides=short(name)), runs=3) for name in ("habit", "stay"))
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, second.tables[name], check_exact=True)


def test_a_scenario_is_checked_against_the_rules_in_use_at_the_time() -> None:
    with pytest.raises(ValueError, match='there is no rule "leaning"'):
        read_scenario("war_2022", overrides=short("leaning"))
    used(LEANING)
    assert read_scenario("war_2022", overrides=short("leaning")).rules.of_country("KAZ") == ("leaning", {})
    with pytest.raises(ValueError, match=r"is 3, out of range\. Write a number from 0 to 2"):
        read_scenario("war_2022", overrides=["rules.countries.KAZ={rule: leaning, lean: 3}"])


def test_using_a_file_again_changes_nothing_and_another_text_takes_its_place() -> None:
    file = used(LEANING)
    rule = country_rules()["leaning"]
    use([file, file])
    use([rule_file(Path("leaning.py"))])
    assert country_rules()["leaning"] is rule
    other = used(changed("0.5", "1.5"))
    assert country_rules()["leaning"]().lean == 1.5
    assert files_in_use() == (other,)
    used(POWER, "leaning.py")
    assert "leaning" not in country_rules()
    assert "leaning" in power_rules()


def test_a_faulty_text_leaves_the_one_in_use() -> None:
    file = used(LEANING)
    made = pickle.dumps(country_rules()["leaning"](1.0))
    with pytest.raises(HedgesimError):
        used(changed("class Leaning(CountryRule)", "class Leaning"))
    assert files_in_use() == (file,)
    assert pickle.loads(made).lean == 1.0


def test_a_rule_goes_to_another_process_that_uses_the_same_file() -> None:
    file = used(LEANING)
    sent = pickle.dumps((file, pickle.dumps(country_rules()["leaning"](1.25))))
    catalogue.own.clear()
    del sys.modules["hedgesim.rules.own_leaning"]
    Path("leaning.py").unlink()
    file, rule = pickle.loads(sent)
    with pytest.raises(ModuleNotFoundError):
        pickle.loads(rule)
    use([file])
    there = pickle.loads(rule)
    assert type(there) is country_rules()["leaning"]
    assert there.lean == 1.25


def test_the_lines_of_a_rule_can_be_shown_though_its_file_is_gone() -> None:
    used(LEANING)
    Path("leaning.py").unlink()
    rule = country_rules()["leaning"]
    assert inspect.getsourcefile(rule) == "leaning.py"
    assert inspect.getsource(rule.value).splitlines() == LEANING.splitlines()[-2:]
    with pytest.raises(AttributeError) as caught:
        rule().value(None, None)
    assert str(caught.traceback[-1].path).endswith("leaning.py")
    assert caught.traceback[-1].lineno + 1 == 18


SECOND = "\n\n@dataclass(frozen=True)\nclass Other(Leaning):\n    pass\n"
DEEP = "x = " + "-" * 100_000 + "1\n"
MISSPELT = changed("import parameter\n", "import parametre\n")
FAILING = LEANING + "\n\ndef fail():\n    raise KeyError('no')\n\n\nfail()\n"
UNMADE = LEANING + "\n    def __post_init__(self):\n        1 / 0\n"
PARENT = "from hedgesim.rules.countries.habit import Habit\n"
BARE = "\n\nclass Own(Habit):\n    more: float = 1.0\n"
MADE = "\nOwn = type('Own', (Habit,), {'__module__': __name__})\n"
FIELD = 'lean: float = parameter(0.5, unit="1", within=(0, 2), meaning="how much", source="assumption")'

NO_RANGE = "Leaning.lean has the default 0.5, which is not in a range"
WHILE = "while the rule is read"
CORRECT = "Correct this line."
DEFINE = "Define exactly one subclass of CountryRule or PowerRule in it."
FREEZE = "Write @dataclass(frozen=True) above it."

# text of leaning.py -> line, how the fault begins, words that follow
FAULTS: dict[str, tuple[str, int, str, str]] = {
    "not Python": (changed("return", "retrun"), 18, "not Python: invalid syntax", CORRECT),
    "not Python for the compiler": (LEANING + "return 1\n", 19, "not Python: 'return' outside function", CORRECT),
    "a zero byte": (LEANING + "\0", 1, "not Python: source code string cannot contain null bytes", CORRECT),
    "too deep for the compiler": (DEEP, 1, "not Python: ", "Write the rule as a Python file."),
    "a name that is not there": (MISSPELT, 8, "hedgesim.model.parameter has no parametre", 'Did you mean "parameter"?'),
    "an exception in a function": (FAILING, 22, f"KeyError {WHILE}: 'no'", CORRECT),
    "a way out": (LEANING + "\nraise SystemExit\n", 20, f"SystemExit {WHILE}", CORRECT),
    "an exception in making one": (UNMADE, 21, f"ZeroDivisionError {WHILE}: division by zero", CORRECT),
    "no rule": ("x = 1\n", 1, "holds 0 rules", DEFINE),
    "only a rule that it imports": (PARENT, 1, "holds 0 rules", DEFINE),
    "two rules": (LEANING + SECOND, 22, "holds 2 rules (Leaning, Other)", DEFINE),
    "no dataclass": (changed("@dataclass(frozen=True)\n", ""), 11, "Leaning is not a frozen dataclass", FREEZE),
    "not frozen": (changed("(frozen=True)", ""), 12, "Leaning is not a frozen dataclass", FREEZE),
    "no dataclass but its parent": (PARENT + BARE, 4, "Own is not a frozen dataclass", FREEZE),
    "no class statement": (PARENT + MADE, 1, "Own is not a frozen dataclass", FREEZE),
    "no value": (
        changed("def value", "def worth"),
        12,
        "Leaning has no method value",
        "Write def value(self, view, taste): ...",
    ),
    "no parameter": (
        *(changed(FIELD, "lean: float = 0.5"), 15),
        "Leaning.lean is not a parameter: it has no unit, range, meaning and source",
        "Declare it with parameter(default, unit=, within=, meaning=, source=).",
    ),
    "no range": (changed("(0, 2)", "(2, 2)"), 15, NO_RANGE, "from 2 to 2"),
    "out of range": (changed("(0, 2)", "(1, 2)"), 15, NO_RANGE, "a default between them."),
    "endless": (changed("(0, 2)", "(0, 1e999)"), 15, NO_RANGE, "from 0 to inf"),
    "no numbers": (changed("(0, 2)", "('a', 'z')"), 15, NO_RANGE, "from 'a' to 'z'"),
    "no unit": (changed('unit="1"', 'unit=""'), 15, "Leaning.lean has no unit", "Write it in unit=."),
    "no source": (changed('"assumption"', '""'), 15, "Leaning.lean has no source", "Write it in source=."),
}


@pytest.mark.parametrize(("text", "line", "fault", "rest"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused_with_its_line(text: str, line: int, fault: str, rest: str) -> None:
    with pytest.raises(HedgesimError) as caught:
        used(text)
    said = str(caught.value)
    assert said.startswith(f"leaning.py:{line}: {fault}"), said
    assert rest in said
    assert said[-1] in ".?"
    assert "\n" not in said
    assert catalogue.own == {}
    assert "hedgesim.rules.own_leaning" not in sys.modules
    assert str(pickle.loads(pickle.dumps(caught.value))) == said


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *((name, "cannot be the name of a rule. Rename the file:") for name in ("my-rule", "2nd", "größe")),
        *((name, "is a rule that comes with hedgesim. Rename the file.") for name in ("habit", "patron")),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(name: str, fault: str) -> None:
    with pytest.raises(HedgesimError) as caught:
        used(LEANING, f"{name}.py")
    assert str(caught.value).startswith(f'{name}.py: "{name}" {fault}')


def test_two_files_of_one_name_are_refused() -> None:
    Path("below").mkdir()
    files = [rule_file(written(LEANING, name)) for name in ("leaning.py", "below/leaning.py")]
    with pytest.raises(HedgesimError, match=r"below/leaning.py: leaning.py has the same name, leaning. Rename one"):
        use(files)
    assert catalogue.own == {}


def test_a_file_that_cannot_be_read_is_refused() -> None:
    Path("folder.py").mkdir()
    Path("latin.py").write_bytes(b"# one\n# caf\xe9\n")
    written("#" * (MOST_BYTES + 1), "large.py")
    for name, fault in {
        "nowhere.py": "nowhere.py: there is no such file. Check the spelling of the path.",
        "folder.py": "folder.py: is not a file. Name a Python file with one rule.",
        "latin.py": "latin.py:2: is not a text in UTF-8. Save the file as UTF-8.",
        "large.py": "large.py: the file has more than the 262144 bytes (256 kB) that are read. "
        "Keep only the rule in it.",
        "x" * 300 + ".py": "cannot be read (File name too long). Check the path and its permissions.",
    }.items():
        with pytest.raises(HedgesimError) as caught:
            rule_file(Path(name))
        assert str(caught.value).endswith(fault)


def test_a_mark_at_the_beginning_and_line_ends_of_another_system_do_no_harm() -> None:
    Path("leaning.py").write_bytes(b"\xef\xbb\xbf" + LEANING.replace("\n", "\r\n").encode())
    use([rule_file(Path("leaning.py"))])
    assert inspect.getsource(country_rules()["leaning"].value).splitlines() == LEANING.splitlines()[-2:]


def parsed(said: Said) -> object:
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_what_a_rule_prints_goes_to_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sketch(monkeypatch)
    method = "    def value(self, view, taste):\n"
    written(changed(method, f"{method}        print('deciding', end='!')\n") + "print('reading')\n", "loud.py")
    settings = [word for setting in short("loud") for word in ("--set", setting)]
    for words in (
        ("check-rule", "loud.py"),
        ("run", "war_2022", "--runs", "2", "--json", "--rules", "loud.py", *settings),
    ):
        catalogue.own.clear()
        said = call(*words)
        assert said.code == 0, said.err
        assert "reading\n" in said.err
        assert "deciding!" in said.err
        assert "reading" not in said.out
        assert "deciding" not in said.out
    assert isinstance(parsed(said), dict)


def test_the_command_line_runs_a_rule_in_a_file_of_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    sketch(monkeypatch)
    rules = ("--rules", str(written(LEANING)), "--rules", str(written(POWER, "watching.py")))
    mine = written(
        "purpose: Lean\nextends: war_2022\nseed: 1\nend: 2021Q3\n"
        "rules: {countries: {KAZ: {rule: leaning, lean: 1}}, powers: {RUS: {rule: watching}}}\n",
        "mine.yaml",
    )
    said = call("check", str(mine))
    assert said.code == 2
    assert 'there is no rule "leaning" for countries' in said.err
    assert call("check", str(mine), *rules).out == "1 scenario without fault.\n"
    rows = {row["rule"]: row for row in parsed(call("rules", *rules, "--json"))}
    assert rows["leaning"]["parameters"] == "lean 0.5 (0-2)"
    assert rows["watching"]["of a"] == "power"
    answer = parsed(call("run", str(mine), *rules, "--runs", "2", "-o", "out", "--json"))
    assert answer["manifest"]["rules"] == {file.name: file.digest for file in files_in_use()}
    assert json.loads(Path("out/manifest.json").read_text())["rules"] == answer["manifest"]["rules"]
    catalogue.own.clear()
    plain = parsed(call("run", "war_2022", "--set", "end=2021Q3", "--runs", "1", "-o", "plain", "--json"))
    assert "rules" not in plain["manifest"]


@pytest.mark.parametrize("words", [("run", "war_2022"), ("check", "war_2022"), ("rules",)])
def test_a_faulty_file_is_one_line_and_nothing_is_written(words: tuple[str, ...]) -> None:
    written(LEANING + "1 / 0\n")
    before = files_below(Path.cwd())
    said = call(*words, "--rules", "leaning.py")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "leaning.py:19: ZeroDivisionError while the rule is read: division by zero. Correct this line.\n"
    )
    assert files_below(Path.cwd()) == before


OWN = "purpose: Lean\nextends: war_2022\nseed: 1\nend: 2021Q3\nrules: {countries: {KAZ: {rule: leaning, lean: 1}}}\n"


@pytest.mark.parametrize("kind", [str, Path])
def test_python_runs_a_scenario_by_its_path_with_rules_in_files(kind: type) -> None:
    path, rule = written(OWN, "mine.yaml"), written(LEANING)
    given = run(kind(path), runs=2, rules=[kind(rule)])
    again = run(read_scenario(path), runs=2)
    assert given.manifest["rules"] == again.manifest["rules"]
    pd.testing.assert_frame_equal(given.table("countries"), again.table("countries"), check_exact=True)


def test_a_rule_that_is_given_and_that_nobody_follows_is_refused() -> None:
    written(OWN, "mine.yaml")
    written(LEANING)
    written(POWER, "watching.py")
    both = ("--rules", "leaning.py", "--rules", "watching.py")
    remedy = "Write rules.powers.all.rule=watching, or a code in place of all."
    line = f"watching.py: nobody in mine follows watching. {remedy}\n"
    for words in (("run", "mine.yaml"), ("grid", "mine.yaml", "--vary", "settings.taste.threat=0,1")):
        assert call(*words, *both).err == line
    twins = call("run", "war_2022", "--twin", "no_war", "--set", "end=2021Q3", *both[:2])
    assert twins.err.startswith("leaning.py: nobody in war_2022 or no_war follows leaning.")
    with pytest.raises(HedgesimError) as caught:
        run("mine.yaml", runs=1, rules=["leaning.py", "watching.py"])
    assert f"{caught.value}\n" == line
    assert not Path("results").exists()


def test_a_grid_takes_rules_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedgesim.plots.run.draw_grid", lambda *_: [])
    vary = ("--vary", "rules.countries.KAZ.lean=0,2", "--runs", "2", "-o", "out")
    said = call("grid", str(written(OWN, "mine.yaml")), *vary, "--rules", str(written(LEANING)))
    assert said.code == 0, said.err
    runs = pd.read_parquet("out/runs.parquet")
    assert sorted(set(runs["rules.countries.KAZ.lean"])) == [0, 2]


@pytest.mark.parametrize("twin", [(), ("--twin", "no_war")])
def test_no_charts_are_drawn_where_none_are_wanted(twin: tuple[str, ...]) -> None:
    said = call("run", "war_2022", "--set", "end=2021Q3", "--runs", "2", "--no-charts", "-o", "out", *twin)
    assert said.code == 0, said.err
    assert "\nTables: out" in said.out
    assert not [name for name in files_below(Path("out")) if "charts" in name]
    assert json.loads(Path("out/manifest.json").read_text())["charts"] == []
