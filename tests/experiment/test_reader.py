"""Every fault of an experiment gives one line: place, fault, remedy; and what is packaged has none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.errors import ScenarioError
from hedgesim.experiment import Experiment, design_points, packaged_experiments, read_experiment
from hedgesim.rules import country_rules
from hedgesim.rules.catalogue import OWN_FILE
from scenario.examples import changed

from .examples import GRID, HEAD, SAMPLED, TABLE

Writer = Callable[..., Path]
MOST_TRIAL_RUNS = 1000


def error_of(path: Path) -> ScenarioError:
    """What reading an experiment, or making its points, raises."""
    with pytest.raises(ScenarioError) as caught:
        design_points(read_experiment(path))
    for error in caught.value.all:
        assert "\n" not in str(error)
        assert "pydantic" not in str(error)
        assert "--set" not in str(error.place)
        assert str(error) == f"{error.place}: {error.fault}. {error.remedy}"
        assert error.remedy[-1] in ".?!"
    return caught.value


def assert_says(error: ScenarioError, line: str) -> None:
    """A list of what is known may be long, and ends a line here."""
    assert str(error).startswith(line) if line.endswith("Known: ") else str(error) == line


KEYS = ", ".join(sorted(Experiment.model_fields))
SETTINGS = ("need", "access", "threat", "meetings")
MANY = "".join(f"  settings.taste.{name}: {{low: 0, high: 1, levels: 100}}\n" for name in SETTINGS)
FILE = {
    GRID: {
        "sead: 3\n": f'7:1: unknown key "sead". Did you mean "seed"? Known: {KEYS}.',
        "question: What moves what?\n -> ": (
            "1:1: question is missing. Add a line such as question: what does the war change?"
        ),
        "scenarios: [war_2022]\n -> ": "1:1: scenarios is missing. Add a line such as scenarios: [war_2022].",
        "outcomes: [hedging_index]\n -> ": "1:1: outcomes is missing. Add a line such as outcomes: [hedging_index].",
        "seed: 7\n -> ": "1:1: seed is missing. Add a line such as seed: 2022.",
        "seed: 7 -> seed: null": "4:7: seed is empty. Add a line such as seed: 2022.",
        "[0.0, 1.0] -> {low: 0.0, high: 1.0}": (
            "6:26: settings.taste.threat is a range in a grid without levels. Add levels: 5, or list the values."
        ),
        "[0.0, 1.0] -> {values: [0.0, 1.0], low: 0.0, high: 2.0}": (
            "6:47: settings.taste.threat has values and low. Write a list or a range."
        ),
        "[0.0, 1.0] -> {values: [0.0, 1.0], distribution: normal}": (
            "6:47: settings.taste.threat has values and distribution. Write a list or a range."
        ),
        "[0.0, 1.0] -> []": (
            "6:3: uncertainties.settings.taste.threat.values has 0 of at least 1 entries. Name at least 1, or leave "
            "the key out."
        ),
        "[0.0, 1.0] -> {low: 1.0, high: 1.000000000001, levels: 9}": (
            "6:67: the range of settings.taste.threat is too narrow for 9 different levels. Widen the range, or list "
            "the values."
        ),
        "[0.0, 1.0] -> [{}]": (
            "6:27: uncertainties.settings.taste.threat.values.0 must be a number, text, true or false, or a list of "
            "these, not a mapping. Write one value, or a list of some."
        ),
        "[0.0, 1.0] -> [0.0, 1.0, 0]": (
            "6:37: uncertainties.settings.taste.threat.values names 0 twice. Name it once."
        ),
        "levers: {rules.countries.all.rule: {values: [habit, balancing, habit]}}\n": (
            '7:64: levers.rules.countries.all.rule.values names "habit" twice. Name it once.'
        ),
        "levers: {omit_shocks: [[covid, war_2022], [covid, war_2022]]}\n": (
            "7:43: levers.omit_shocks.values names a list twice. Name it once."
        ),
        "[0.0, 1.0] -> 3": (
            "6:26: uncertainties.settings.taste.threat must be a list of values, not 3. Write it like [0.5, 1.0]."
        ),
        "levers: {rules.countries.all.rule: habit}\n": (
            '7:36: levers.rules.countries.all.rule must be a list of values, not "habit". Write it like [0.5, 1.0].'
        ),
        "retention: {summary: yes}\n": '7:22: retention.summary must be true or false, not "yes". Write it like true.',
        "samples: 3\n": "7:1: the design grid takes no samples. Delete the line, or choose another design.",
        "[0.0, 1.0]\n -> [0.0, 1.0]\ndesign: csv\nfile: samples.csv\n": (
            "5:1: the design csv takes its uncertainties from the file. Delete them, or choose another design."
        ),
        "file: samples.csv\n": "7:1: the design grid takes no file. Write design: csv.",
        "[hedging_index] -> [hedging_index, realignmens]": (
            '3:27: there is no outcome "realignmens" of a run. Did you mean "realignments"? They are '
            "listed by: hedgesim outcomes."
        ),
        "[hedging_index] -> [hedging_index, hedging_index]": (
            '3:27: outcomes names "hedging_index" twice. Name it once.'
        ),
        "levers:\n  settings.taste.threat: [1.0]\n": (
            "8:3: settings.taste.threat is set twice. Keep it here or under uncertainties.settings.taste.threat."
        ),
        "levers:\n  settings.taste.need: {values: [1.0], also: [settings.taste.access, settings.taste.threat]}\n": (
            "8:70: settings.taste.threat is set twice. Keep it here or under uncertainties.settings.taste.threat."
        ),
        "[0.0, 1.0]\n -> {values: [1.0], also: [settings.taste.need]}\n  settings.taste.need: [0.0]\n": (
            "7:3: settings.taste.need is set twice. Keep it here or under uncertainties.settings.taste.threat."
        ),
        "settings.taste.threat -> seed": "6:3: seed cannot vary. Delete it.",
        "[0.0, 1.0] -> {values: [1.0], also: [seed]}": "6:49: seed cannot vary. Delete it.",
        "replications: 2\nretention: {keep: 3}\n": (
            "8:19: retention.keep is 3, there are 2 replications. Write at most 2."
        ),
        "groups: {war: [settings.taste.threat]}\n": (
            "7:1: the design grid takes no groups. Delete the line, or write design: saltelli or morris."
        ),
        "design: morris\nsamples: 2\ngroups: {war: [settings.taste.thread]}\n": (
            '9:16: "settings.taste.thread" is not among the uncertainties. Did you mean '
            '"settings.taste.threat"? Known: settings.taste.threat.'
        ),
        "design: morris\nsamples: 2\ngroups: {war: [settings.taste.threat], peace: [settings.taste.threat]}\n": (
            "9:48: settings.taste.threat is in two groups, war and peace. Keep it in one of them."
        ),
        "design: morris\nsamples: 2\ngroups: {war: [settings.taste.threat, settings.taste.threat]}\n": (
            '9:39: groups.war names "settings.taste.threat" twice. Name it once.'
        ),
        "design: morris\nsamples: 2\ngroups: {war: []}\n": (
            "9:15: groups.war has 0 of at least 1 entries. Name at least 1, or leave the key out."
        ),
        "design: morris\nsamples: 2\ngroups: {settings.taste.threat: [settings.taste.threat]}\n": (
            '9:10: the group "settings.taste.threat" has the name of an uncertainty. Give it a name of its own, '
            "such as war."
        ),
        "goals: {realignments: low}\nlevers: {end: [2022Q4]}\n": (
            '7:9: "realignments" has a goal but is not an outcome of the experiment. Known: hedging_index.'
        ),
        "goals: {hedging_index: high}\n": "7:1: goals judge levers, and there are none. Add levers, or delete goals.",
        "goals: {hedging_index: up}\nlevers: {end: [2022Q4]}\n": (
            '7:24: goals.hedging_index is "up", which is not allowed. Known: high or low.'
        ),
        "[war_2022] -> [war_2022, no_war, war_2022]": '2:31: scenarios names "war_2022" twice. Name it once.',
        "[war_2022] -> [war_2022, mine/war_2022.yaml]": (
            '2:23: "mine/war_2022.yaml" and "war_2022" have the same name. Rename one of the files.'
        ),
    },
    SAMPLED: {
        "high: 1.0 -> hihg: 1.0": (
            '8:37: unknown key "hihg" in uncertainties.settings.taste.threat. Did you mean "high"? Known: also, '
            "distribution, high, levels, low, mean, mode, sd, values."
        ),
        ", high: 1.0 -> ": "8:3: settings.taste.threat has no high. Write {low: 0.0, high: 1.0} or a list of values.",
        "low: 0.0,  -> ": "8:3: settings.taste.threat has no low. Write {low: 0.0, high: 1.0} or a list of values.",
        "low: 0.0 -> low: 2.0": (
            "8:43: high of settings.taste.threat is 1, not above low 2. Write the lower end as low."
        ),
        "low: 0.0 -> low: 1.0": (
            "8:43: high of settings.taste.threat is 1, not above low 1. Write the lower end as low."
        ),
        "{low -> {distribution: log_uniform, low": (
            "8:59: low of settings.taste.threat is 0: log_uniform needs a positive one. Raise low."
        ),
        "1.0} -> 1.0, mean: 0.5}": (
            "8:48: the distribution uniform takes no mean. Delete it, or write distribution: normal."
        ),
        "{low -> {distribution: triangular, mode: 2.0, low": (
            "8:59: mode of settings.taste.threat is outside its range. Choose it between low and high."
        ),
        "{low -> {distribution: normal, sd: 0.0, low": (
            "8:53: uncertainties.settings.taste.threat.sd is 0.0 but must be above 0. Write a number above 0."
        ),
        "{low -> {distribution: normal, mean: 1.0e+300, low": (
            "8:26: the distribution normal of settings.taste.threat cannot be computed: its quartiles are nan, nan, "
            "nan. Choose numbers closer to each other and to 1."
        ),
        "{low -> {distribution: normal, sd: 1.0e-300, low": (
            "8:26: the distribution normal of settings.taste.threat cannot be computed: its quartiles are 0.5, 0.5, "
            "0.5. Choose numbers closer to each other and to 1."
        ),
        "{low: 0.0 -> {distribution: log_uniform, low: 1.0e-320": (
            "8:26: the distribution log_uniform of settings.taste.threat cannot be computed: its quartiles are 1, 1, "
            "1. Choose numbers closer to each other and to 1."
        ),
        "low: 0.0, high: 1.0 -> low: -1.0e+308, high: 1.0e+308": (
            "8:26: the distribution uniform of settings.taste.threat cannot be computed: its quartiles are 1e+308, "
            "1e+308, 1e+308. Choose numbers closer to each other and to 1."
        ),
        "1.0} -> 1.0, levels: 3}": "8:48: the design sobol takes no levels. Delete it, or write design: grid.",
        "samples: 4\n -> ": "5:9: the design sobol needs samples. Add a line such as samples: 64.",
        "samples: 4 -> samples: 100": "6:10: samples is 100, not a power of two. Write 64 or 128.",
        "sobol\nsamples: 4 -> saltelli\nsamples: 3": "6:10: samples is 3, not a power of two. Write 2 or 4.",
        "sobol\nsamples: 4 -> morris\nsamples: 1": "6:10: morris needs at least 2 paths. Write samples: 10.",
        "sobol -> sobel": (
            '5:9: design is "sobel", which is not allowed. '
            "Known: grid, latin_hypercube, sobol, saltelli, morris or csv."
        ),
        "second_order: true\n": (
            "9:1: the design sobol has no second order. Delete the line, or write design: saltelli."
        ),
    },
    HEAD: {
        "uncertainties:\n" + MANY: (
            "1:1: the design has 100000000 points, more than 1048576. "
            "Give fewer levels or samples, or choose a design that samples."
        ),
        "design: morris\nsamples: 4\n": (
            "5:9: the design morris needs uncertainties. Add ranges, or write design: grid."
        ),
        "design: csv\n": "5:9: the design csv needs a file. Add a line such as file: samples.csv.",
    },
    "": {
        "purpose: a scenario\nextends: war_2022\n": (
            "1:1: this is a scenario, not an experiment. Run it with hedgesim run."
        ),
    },
}
"""Edits of an example, and where and why the result is refused before any scenario is read."""
RULES = ", ".join(sorted(country_rules()))
RECOIL = "uncertainties:\n  rules.countries.all.recoil: {low: 1.0, high: 2.0, levels: 2}\n"
SCENARIO = {
    GRID: {
        "[war_2022] -> [no_war, war_2023]": (
            '2:21: there is no scenario "war_2023". Give the path of a file or the name of a packaged scenario. Did '
            'you mean "war_2022"? Known: '
        ),
        "[war_2022] -> [mine.yaml]": "2:13: there is no such file. Check the spelling of the path.",
        "[0.0, 1.0] -> [0.0, 100.0, 1.0]": (
            "6:32: settings.taste.threat is 100, out of range. Write a number from -3 to 4."
        ),
        "settings.taste.threat: [0.0, 1.0] -> shock_sizes.war_2022: [1.0, 20.0]": (
            "6:31: shock_sizes.war_2022 is 20.0 but must be at most 10. Write a number at most 10."
        ),
        "[0.0, 1.0] -> [0.0, much]": '6:32: settings.taste.threat must be a number, not "much". Write it like 0.5.',
        "taste.threat -> taste.treat": '6:26: unknown setting "taste.treat". Did you mean "taste.threat"? Known: ',
        "[0.0, 1.0] -> {values: [0.0], also: [settings.taste.need, settings.taste.acess]}": (
            '6:70: unknown setting "taste.acess". Did you mean "taste.access"? Known: '
        ),
        "[0.0, 1.0] -> {values: [2.0], also: [settings.drift.sigma_energy]}": (
            "6:49: settings.drift.sigma_energy is 2, out of range. Write a number from 0 to 0.6."
        ),
        "settings. -> setting.": '6:26: a scenario has no key "setting". Did you mean "settings"? Known: ',
        "settings.taste.threat -> shock_sizes.war_2023": (
            '6:26: unknown shock or event "war_2023" in shock_sizes. Did you mean "war_2022"? Known: '
        ),
    },
    SAMPLED: {
        "low: 0.0 -> low: -4.0": "8:32: settings.taste.threat is -4, out of range. Write a number from -3 to 4.",
        "high: 1.0 -> high: 100.0": "8:43: settings.taste.threat is 100, out of range. Write a number from -3 to 4.",
        "taste.threat -> taste.treat": '8:31: unknown setting "taste.treat". Did you mean "taste.threat"? Known: ',
    },
    HEAD: {
        "levers:\n  rules.countries.all.rule: [balancing, hedgehog]\n": (
            f'6:41: there is no rule "hedgehog" for countries. Known: {RULES}. {OWN_FILE.format(name="hedgehog")}'
        ),
        RECOIL: '6:37: the rule multi_vector has no parameter "recoil". Known: rule.',
        RECOIL + "levers:\n  rules.countries.all.rule: [balancing, habit]\n": (
            '6:37: the rule habit has no parameter "recoil". Known: rule.'
        ),
        "levers:\n  rules.countries.KAS.rule: [habit]\n": (
            '6:30: unknown country "KAS" in rules.countries. Did you mean "KAZ"? Known: AZE, KAZ, KGZ, TJK, TKM, UZB, '
            "all."
        ),
        "levers:\n  end: [2021Q4, soon]\n": '6:17: end must be a quarter, not "soon". Write it like 2022Q1.',
        "levers:\n  end:\n    values:\n      - 2021Q4\n      - 2020Q4\n": (
            "9:9: end 2020Q4 is not after start 2021Q1. Choose an end at least one quarter after the start."
        ),
    },
}
"""Edits of an example that only a scenario refuses."""


def cases(faults: dict[str, dict[str, str]]) -> list[object]:
    rows = ((base, edit, line) for base, lines in faults.items() for edit, line in lines.items())
    return [pytest.param(changed(edit, base), f"x.yaml:{line}", id=edit) for base, edit, line in rows]


@pytest.mark.parametrize(("text", "line"), cases(FILE))
def test_bad_file_gives_place_fault_and_remedy(text: str, line: str, write: Writer) -> None:
    path = write(text)
    assert str(error_of(path)) == line
    with pytest.raises(ScenarioError):  # and that before any scenario is read
        read_experiment(path)


@pytest.mark.parametrize(("text", "line"), cases(SCENARIO))
def test_what_a_scenario_refuses_is_placed_in_the_experiment(text: str, line: str, write: Writer) -> None:
    path = write(text)
    assert read_experiment(path).seed == 7
    assert_says(error_of(path), line)


def test_fault_of_a_scenario_itself_is_placed_in_it(write: Writer) -> None:
    write("purpose: p\nextends: war_2022\nseed: 1\nsettings: {taste.threat: 9}\n", "mine/own.yaml")
    path = write(changed("[war_2022] -> [mine/own.yaml]", GRID).replace("taste.threat", "taste.need"))
    assert str(error_of(path)) == (
        "mine/own.yaml:4:26: settings.taste.threat is 9, out of range. Write a number from -3 to 4."
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/etc/hostname.yaml", "is an absolute path"),
        ("/etc/hostname", "is an absolute path"),
        ("../secret.yaml", "leaves the folder of the experiment file"),
        ("../secret", "leaves the folder of the experiment file"),
        ("sub/../../secret.yaml", "leaves the folder of the experiment file"),
        ("link.yaml", "leaves the folder of the experiment file"),
        ("linked/secret.yaml", "leaves the folder of the experiment file"),
        ("secret", 'there is no scenario "secret". Give the path of a file or the name of'),
    ],
)
def test_a_scenario_of_an_experiment_is_below_its_folder_or_packaged(name: str, said: str, write: Writer) -> None:
    secret = write("purpose: p\nextends: war_2022\nseed: 1\n", "secret.yaml")
    write(secret.read_bytes(), "secret")
    path = write(GRID.replace("[war_2022]", f'["{name}"]'), "mine/x.yaml")
    (path.parent / "link.yaml").symlink_to(secret.resolve())
    (path.parent / "linked").symlink_to(Path.cwd())
    error = error_of(path)
    assert str(error).startswith("mine/x.yaml:2:13: ")
    assert said in str(error)


TABLES = {
    "settings.taste.threat\n": (
        " the table of samples has no samples. Write a header of paths and a line of values for each sample."
    ),
    "settings.taste.threat,end\n0.5,2021Q4\n\n0.5\n": (
        "4: the line has 1 of 2 values. Write one value for each path of the header."
    ),
    "settings.taste.threat,end\n0.5, \n": "2: the line has 1 of 2 values. Write one value for each path of the header.",
    "settings.taste.threat\n0.5\n0.5,0.7\n": (
        "3: the line has 2 of 1 values. Write one value for each path of the header."
    ),
    "settings.taste.threat,settings.taste.threat\n0.5,0.7\n": (
        '1: the header names "settings.taste.threat" twice. Name each path once.'
    ),
    "settings.taste.threat,\n0.5,0.7\n": "1: the header has an empty name. Name each path once.",
    "settings.taste.need\n0.5\n": "1: settings.taste.need is set twice. Keep it here or under levers.",
    "settings.taste.access\n0.5\n": "1: settings.taste.access is set twice. Keep it here or under levers.",
    "seed\n1\n": "1: seed cannot vary. Delete its column.",
    "settings.taste.threat\n0.5\ninf\n": '3: "inf" is not a number for settings.taste.threat. Write it like 0.5.',
    'settings.taste.threat,\n"0,5",\n': (
        '2: "0,5" is not a number for settings.taste.threat. Write 0.5, with a point.'
    ),
    "settings.taste.threat\r0_1\r": '2: "0_1" is not a number for settings.taste.threat. Write it like 0.5.',
    "settings.taste.threat\n0.5\nnan\n1.0\n": '3: "nan" is not a number for settings.taste.threat. Write it like 0.5.',
    "end,settings.taste.threat\n2021Q4,0.5\n2022Q4,12\n": (
        "3: settings.taste.threat is 12, out of range. Write a number from -3 to 4."
    ),
    "settings.taste.treat\n0.5\n": '2: unknown setting "taste.treat". Did you mean "taste.threat"? Known: ',
    "rules.countries.all.rule\nbalancing\nhedgehog\n": (
        f'3: there is no rule "hedgehog" for countries. Known: {RULES}. {OWN_FILE.format(name="hedgehog")}'
    ),
    'settings.taste.threat\n"' + "1" * 200_000: (
        "2: this is not a table (field larger than field limit (131072)). Check its quotes and commas."
    ),
}
LEVER = "levers:\n  settings.taste.need: {values: [1.0], also: [settings.taste.access]}\n"


@pytest.mark.parametrize(("table", "line"), TABLES.items(), ids=[table[:40] for table in TABLES])
def test_bad_table_of_samples_is_placed_at_its_line(table: str, line: str, write: Writer) -> None:
    write(table, "samples.csv")
    assert_says(error_of(write(TABLE + LEVER)), f"samples.csv:{line}")


def test_outcome_of_nobody_in_the_scenarios_is_found_before_a_run(write: Writer) -> None:
    text = changed("[hedging_index] -> [presence_RUS, presence_RU, hedging_index_KAZZ, presence_region]", GRID)
    error = error_of(write(text))
    assert str(error.place) == "x.yaml:3:26"
    assert error.fault == 'there is no outcome "presence_RU" in these scenarios'
    assert 'Did you mean "presence_RUS"?' in error.remedy
    text = changed("[hedging_index] -> [hedging_index_KAZ, hedging_index_UZB]", GRID)
    design_points(read_experiment(write(text)))
    few = text + "levers:\n  countries: [[KAZ, KGZ], [KAZ, TJK]]\n"
    assert str(error_of(write(few))).startswith('x.yaml:3:31: there is no outcome "hedging_index_UZB"')


def test_fault_in_one_of_several_scenarios_names_it(write: Writer) -> None:
    text = changed("[war_2022] -> [peace, war_2022]", GRID).replace("settings.taste.threat", "shock_sizes.peace")
    assert error_of(write(text)).fault == 'unknown shock or event "peace" in shock_sizes (in war_2022)'


def test_table_of_samples_is_a_file_in_the_folder_of_its_experiment(write: Writer) -> None:
    assert str(error_of(write(TABLE))) == (
        'x.yaml:6:7: "samples.csv": there is no such file. Check the spelling of the path.'
    )
    write("settings.taste.threat\n0.5\n", "samples.csv")
    error = error_of(write(changed("samples.csv -> ../samples.csv", TABLE), "mine/x.yaml"))
    assert str(error).startswith('mine/x.yaml:6:7: "../samples.csv" leaves the folder of the experiment file')


def test_unknown_name_lists_the_packaged_experiments() -> None:
    with pytest.raises(ScenarioError, match='there is no experiment "war_syze"') as caught:
        read_experiment("war_syze")
    assert 'Did you mean "war_size"?' in caught.value.remedy


def test_all_faults_are_reported_in_the_order_of_the_file(write: Writer) -> None:
    text = changed("low: 0.0 -> low: 2.0", changed("samples: 4 -> samples: 5", SAMPLED)) + "retention: {keep: 2}\n"
    error = error_of(write(text))
    assert [str(each.place) for each in error.all] == ["x.yaml:6:10", "x.yaml:8:43", "x.yaml:9:19"]


def test_fault_of_a_trial_is_placed_at_the_value_as_written(write: Writer) -> None:
    path = write(changed("[0.0, 1.0] -> [0.0, 0.5, 1.0, 1.5, 100.0]", GRID))
    with pytest.raises(ScenarioError) as caught:
        design_points(read_experiment(path).quick())
    assert str(caught.value.place) == "x.yaml:6:47"


def test_a_trial_is_small_and_of_the_same_kind(write: Writer, read: Callable[[str], Experiment]) -> None:
    full = read(
        HEAD
        + "uncertainties:\n"
        + "  settings.taste.threat: {low: 0.0, high: 1.0, levels: 9}\n"
        + "  settings.taste.need: [0, 1, 2, 3]\n"
        + "levers:\n  rules.countries.all.rule: [balancing, habit, multi_vector, random]\n"
        + "replications: 9\nretention: {keep: 5}\n"
    )
    trial = full.quick()
    assert trial.uncertainties["settings.taste.threat"].levels == 3
    assert trial.uncertainties["settings.taste.need"].values == (0, 2, 3)
    assert trial.levers == full.levers, "words are not cut short"
    assert (trial.replications, trial.retention.keep) == (2, 2)
    assert (trial.name, trial.path, trial.whole) == (full.name, full.path, full)
    assert trial.quick().whole is full
    write("settings.taste.threat\n" + "0.5\n" * 9, "samples.csv")
    tabled = read(TABLE)
    assert (len(design_points(tabled)), len(design_points(tabled.quick()))) == (9, 4)


def test_effective_text_of_an_experiment_reads_as_the_same_experiment(read: Callable[[str], Experiment]) -> None:
    for text in (GRID, SAMPLED):
        one = read(text)
        other = read(one.text)
        assert other.keys == one.keys
        assert other.digest == one.digest
    assert read(changed("seed: 7 -> seed: 8", GRID)).digest != read(GRID).digest


@pytest.mark.parametrize("name", packaged_experiments())
def test_packaged_experiment_reads_and_its_trial_is_small(name: str) -> None:
    experiment = read_experiment(name)
    points = design_points(experiment)
    assert experiment.name == name
    assert points.runs == len(points) * experiment.replications
    trial = design_points(experiment.quick())
    assert 0 < trial.runs <= MOST_TRIAL_RUNS
    assert [factor.path for factor in trial.factors] == [factor.path for factor in points.factors]
