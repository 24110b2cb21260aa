"""Every fault of an experiment gives one line: place, fault, remedy; and what is packaged has none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.errors import ScenarioError
from hedgesim.experiment import Experiment, design_points, packaged_experiments, read_experiment

from .examples import GRID, HEAD, SAMPLED, TABLE, changed

Writer = Callable[..., Path]
MOST_TRIAL_RUNS = 500


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


FILE = {
    "unknown key with a guess": (
        GRID + "sead: 3\n",
        f'x.yaml:7:1: unknown key "sead". Did you mean "seed"? Known: {", ".join(sorted(Experiment.model_fields))}.',
    ),
    "unknown key of a range": (
        changed("high: 1.0", "hihg: 1.0", SAMPLED),
        'x.yaml:8:37: unknown key "hihg" in uncertainties.settings.taste.threat. Did you mean "high"? '
        "Known: also, distribution, high, levels, low, mean, mode, sd, values.",
    ),
    "no question": (
        changed("question: What moves what?\n", "", GRID),
        "x.yaml:1:1: question is missing. Add a line such as question: what the experiment is to answer.",
    ),
    "no scenarios": (
        changed("scenarios: [war_2022]\n", "", GRID),
        "x.yaml:1:1: scenarios is missing. Add a line such as scenarios: [war_2022].",
    ),
    "no outcomes": (
        changed("outcomes: [hedging_index]\n", "", GRID),
        "x.yaml:1:1: outcomes is missing. Add a line such as outcomes: [hedging_index].",
    ),
    "no seed": (
        changed("seed: 7\n", "", GRID),
        "x.yaml:1:1: seed is missing. Add a line such as seed: 2022.",
    ),
    "seed that is nothing": (
        changed("seed: 7", "seed: null", GRID),
        "x.yaml:4:7: seed must be a whole number, not nothing. Write it like 2022.",
    ),
    "range without high": (
        changed(", high: 1.0", "", SAMPLED),
        "x.yaml:8:3: settings.taste.threat has no high. Write {low: 0.0, high: 1.0} or a list of values.",
    ),
    "range without low": (
        changed("low: 0.0, ", "", SAMPLED),
        "x.yaml:8:3: settings.taste.threat has no low. Write {low: 0.0, high: 1.0} or a list of values.",
    ),
    "high below low": (
        changed("low: 0.0", "low: 2.0", SAMPLED),
        "x.yaml:8:43: high of settings.taste.threat is 1, not above low 2. Write the lower end as low.",
    ),
    "range of one number": (
        changed("low: 0.0", "low: 1.0", SAMPLED),
        "x.yaml:8:43: high of settings.taste.threat is 1, not above low 1. Write the lower end as low.",
    ),
    "logarithm of nothing": (
        changed("{low", "{distribution: log_uniform, low", SAMPLED),
        "x.yaml:8:59: low of settings.taste.threat is 0: log_uniform needs a positive one. Raise low.",
    ),
    "mean of a uniform distribution": (
        changed("1.0}", "1.0, mean: 0.5}", SAMPLED),
        "x.yaml:8:48: the distribution uniform takes no mean. Delete it, or write distribution: normal.",
    ),
    "mode outside the range": (
        changed("{low", "{distribution: triangular, mode: 2.0, low", SAMPLED),
        "x.yaml:8:59: mode of settings.taste.threat is outside its range. Choose it between low and high.",
    ),
    "spread of nothing": (
        changed("{low", "{distribution: normal, sd: 0.0, low", SAMPLED),
        "x.yaml:8:53: uncertainties.settings.taste.threat.sd is 0.0 but must be above 0. Write a number above 0.",
    ),
    "levels in a sampled design": (
        changed("1.0}", "1.0, levels: 3}", SAMPLED),
        "x.yaml:8:48: the design sobol takes no levels. Delete it, or write design: grid.",
    ),
    "range without levels in a grid": (
        changed("[0.0, 1.0]", "{low: 0.0, high: 1.0}", GRID),
        "x.yaml:6:26: settings.taste.threat is a range in a grid without levels. Add levels: 5, or list the values.",
    ),
    "list and range together": (
        changed("[0.0, 1.0]", "{values: [0.0, 1.0], low: 0.0, high: 2.0}", GRID),
        "x.yaml:6:47: settings.taste.threat has values and low. Write a list or a range.",
    ),
    "list with a distribution": (
        changed("[0.0, 1.0]", "{values: [0.0, 1.0], distribution: normal}", GRID),
        "x.yaml:6:47: settings.taste.threat has values and distribution. Write a list or a range.",
    ),
    "list of nothing": (
        changed("[0.0, 1.0]", "[]", GRID),
        "x.yaml:6:3: uncertainties.settings.taste.threat.values has 0 of at least 1 entries. "
        "Name at least 1, or leave the key out.",
    ),
    "one number for what varies": (
        changed("[0.0, 1.0]", "3", GRID),
        "x.yaml:6:26: uncertainties.settings.taste.threat must be a list of values, not 3. Write it like [0.5, 1.0].",
    ),
    "word for a lever": (
        GRID + "levers: {rules.countries.all.rule: habit}\n",
        'x.yaml:7:36: levers.rules.countries.all.rule must be a list of values, not "habit". Write it like [0.5, 1.0].',
    ),
    "yes for true": (
        GRID + "retention: {summary: yes}\n",
        'x.yaml:7:22: retention.summary must be true or false, not "yes". Write it like true.',
    ),
    "a scenario for an experiment": (
        "purpose: a scenario\nextends: war_2022\n",
        "x.yaml:1:1: this is a scenario, not an experiment. Run it with hedgesim run.",
    ),
    "more points than can be": (
        HEAD
        + "uncertainties:\n"
        + "".join(
            f"  settings.taste.{name}: {{low: 0, high: 1, levels: 100}}\n"
            for name in ("need", "trust", "threat", "boost")
        ),
        "x.yaml:1:1: the design has 100000000 points, more than 16777216. "
        "Give fewer levels or samples, or choose a design that samples.",
    ),
    "samples with a grid": (
        GRID + "samples: 3\n",
        "x.yaml:7:1: the design grid takes no samples. Delete the line, or choose another design.",
    ),
    "no samples": (
        changed("samples: 4\n", "", SAMPLED),
        "x.yaml:5:9: the design sobol needs samples. Add a line such as samples: 64.",
    ),
    "nothing to sample": (
        HEAD + "design: morris\nsamples: 4\n",
        "x.yaml:5:9: the design morris needs uncertainties. Add ranges, or write design: grid.",
    ),
    "sobol's samples not a power of two": (
        changed("samples: 4", "samples: 100", SAMPLED),
        "x.yaml:6:10: samples is 100, not a power of two. Write 64 or 128.",
    ),
    "saltelli's samples not a power of two": (
        changed("sobol\nsamples: 4", "saltelli\nsamples: 3", SAMPLED),
        "x.yaml:6:10: samples is 3, not a power of two. Write 2 or 4.",
    ),
    "one path of morris": (
        changed("sobol\nsamples: 4", "morris\nsamples: 1", SAMPLED),
        "x.yaml:6:10: morris needs at least 2 paths. Write samples: 10.",
    ),
    "unknown design": (
        changed("sobol", "sobel", SAMPLED),
        'x.yaml:5:9: design is "sobel", which is not allowed. '
        "Known: grid, latin_hypercube, sobol, saltelli, morris or csv.",
    ),
    "second order without saltelli": (
        SAMPLED + "second_order: true\n",
        "x.yaml:9:1: the design sobol knows no second order. Delete the line, or write design: saltelli.",
    ),
    "csv without file": (
        HEAD + "design: csv\n",
        "x.yaml:5:9: the design csv needs a file. Add a line such as file: samples.csv.",
    ),
    "csv with uncertainties": (
        changed("[0.0, 1.0]\n", "[0.0, 1.0]\ndesign: csv\nfile: samples.csv\n", GRID),
        "x.yaml:5:1: the design csv takes its uncertainties from the file. Delete them, or choose another design.",
    ),
    "file without csv": (
        GRID + "file: samples.csv\n",
        "x.yaml:7:1: the design grid takes no file. Write design: csv.",
    ),
    "unknown outcome": (
        changed("[hedging_index]", "[hedging_index, realignmens]", GRID),
        'x.yaml:3:27: there is no outcome "realignmens" of a run. Did you mean "realignments"? '
        "Known: cohesion, first_time_formats, formality, hedging_index, hedging_index_<COUNTRY>, leader_meetings, "
        "presence_<OPTION>, realignments, similarity, similarity_kappa, similarity_pi.",
    ),
    "outcome named twice": (
        changed("[hedging_index]", "[hedging_index, hedging_index]", GRID),
        'x.yaml:3:27: outcomes names "hedging_index" twice. Name it once.',
    ),
    "path set twice": (
        GRID + "levers:\n  settings.taste.threat: [1.0]\n",
        "x.yaml:8:3: settings.taste.threat is set twice. Keep it here or under uncertainties.settings.taste.threat.",
    ),
    "path set twice through also": (
        GRID + "levers:\n  settings.taste.need: {values: [1.0], also: [settings.taste.trust, settings.taste.threat]}\n",
        "x.yaml:8:69: settings.taste.threat is set twice. Keep it here or under uncertainties.settings.taste.threat.",
    ),
    "path set again that also sets": (
        changed("[0.0, 1.0]", "{values: [1.0], also: [settings.taste.need]}", GRID) + "  settings.taste.need: [0.0]\n",
        "x.yaml:7:3: settings.taste.need is set twice. Keep it here or under uncertainties.settings.taste.threat.",
    ),
    "seed as uncertainty": (
        changed("settings.taste.threat", "seed", GRID),
        "x.yaml:6:3: seed cannot vary. Delete it.",
    ),
    "seed through also": (
        changed("[0.0, 1.0]", "{values: [1.0], also: [seed]}", GRID),
        "x.yaml:6:49: seed cannot vary. Delete it.",
    ),
    "more kept than made": (
        GRID + "replications: 2\nretention: {keep: 3}\n",
        "x.yaml:8:19: retention.keep is 3, there are 2 replications. Write at most 2.",
    ),
    "goal of what is no outcome": (
        GRID + "goals: {realignments: low}\nlevers: {end: [2022Q4]}\n",
        'x.yaml:7:9: "realignments" has a goal but is not an outcome of the experiment. Known: hedging_index.',
    ),
    "goal without levers": (
        GRID + "goals: {hedging_index: high}\n",
        "x.yaml:7:1: goals judge levers, and there are none. Add levers, or delete goals.",
    ),
    "goal that is neither high nor low": (
        GRID + "goals: {hedging_index: up}\nlevers: {end: [2022Q4]}\n",
        'x.yaml:7:24: goals.hedging_index is "up", which is not allowed. Known: high or low.',
    ),
    "duplicate scenario": (
        changed("[war_2022]", "[war_2022, no_war, war_2022]", GRID),
        'x.yaml:2:31: scenarios names "war_2022" twice. Name it once.',
    ),
    "scenarios of the same name": (
        changed("[war_2022]", "[war_2022, mine/war_2022.yaml]", GRID),
        'x.yaml:2:23: "mine/war_2022.yaml" and "war_2022" have the same name. Rename one of the files.',
    ),
}


@pytest.mark.parametrize(("text", "line"), FILE.values(), ids=FILE.keys())
def test_bad_file_gives_place_fault_and_remedy(text: str, line: str, write: Writer) -> None:
    path = write(text)
    assert str(error_of(path)) == line
    with pytest.raises(ScenarioError):  # and that before any scenario is read
        read_experiment(path)


RULES = "balancing, bandwagoning, habit, landscape, multi_vector, neutrality, omnibalancing, random"
RECOIL = "uncertainties:\n  rules.countries.all.recoil: {low: 1.0, high: 2.0, levels: 2}\n"

SCENARIO = {
    "scenario unknown": (
        changed("[war_2022]", "[no_war, war_2023]", GRID),
        'x.yaml:2:21: there is no scenario "war_2023". Give the path of a file or the name of a packaged scenario. '
        'Did you mean "war_2022"? Known: ',
    ),
    "scenario file that is not there": (
        changed("[war_2022]", "[mine.yaml]", GRID),
        "x.yaml:2:13: there is no such file. Check the spelling of the path.",
    ),
    "value of a list out of range": (
        changed("[0.0, 1.0]", "[0.0, 100.0, 1.0]", GRID),
        "x.yaml:6:32: settings.taste.threat is 100, out of range. Write a number from -1 to 3.",
    ),
    "low out of range": (
        changed("low: 0.0", "low: -2.0", SAMPLED),
        "x.yaml:8:32: settings.taste.threat is -2, out of range. Write a number from -1 to 3.",
    ),
    "high out of range": (
        changed("high: 1.0", "high: 100.0", SAMPLED),
        "x.yaml:8:43: settings.taste.threat is 100, out of range. Write a number from -1 to 3.",
    ),
    "size of a shock out of range": (
        changed("settings.taste.threat: [0.0, 1.0]", "shock_sizes.war_2022: [1.0, 20.0]", GRID),
        "x.yaml:6:31: shock_sizes.war_2022 is 20.0 but must be at most 10. Write a number at most 10.",
    ),
    "text for a number": (
        changed("[0.0, 1.0]", "[0.0, much]", GRID),
        'x.yaml:6:32: settings.taste.threat must be a number, not "much". Write it like 0.5.',
    ),
    "unknown setting": (
        changed("taste.threat", "taste.treat", GRID),
        'x.yaml:6:26: unknown setting "taste.treat". Did you mean "taste.threat"? Known: ',
    ),
    "unknown setting of a range": (
        changed("taste.threat", "taste.treat", SAMPLED),
        'x.yaml:8:31: unknown setting "taste.treat". Did you mean "taste.threat"? Known: ',
    ),
    "unknown setting under also": (
        changed("[0.0, 1.0]", "{values: [0.0], also: [settings.taste.need, settings.taste.trost]}", GRID),
        'x.yaml:6:70: unknown setting "taste.trost". Did you mean "taste.trust"? Known: ',
    ),
    "value out of range under also": (
        changed("[0.0, 1.0]", "{values: [2.0], also: [settings.alignment.noise]}", GRID),
        "x.yaml:6:49: settings.alignment.noise is 2, out of range. Write a number from 0 to 0.6.",
    ),
    "unknown key of a scenario": (
        changed("settings.", "setting.", GRID),
        'x.yaml:6:26: a scenario has no key "setting". Did you mean "settings"? Known: ',
    ),
    "unknown shock": (
        changed("settings.taste.threat", "shock_sizes.war_2023", GRID),
        'x.yaml:6:26: unknown shock or event "war_2023" in shock_sizes. Did you mean "war_2022"? Known: ',
    ),
    "unknown rule": (
        HEAD + "levers:\n  rules.countries.all.rule: [balancing, hedgehog]\n",
        f'x.yaml:6:41: there is no rule "hedgehog" for countries. Known: {RULES}.',
    ),
    "unknown country": (
        HEAD + "levers:\n  rules.countries.KAS.rule: [habit]\n",
        'x.yaml:6:30: unknown country "KAS" in rules.countries. Did you mean "KAZ"? '
        "Known: AZE, KAZ, KGZ, TJK, TKM, UZB, all.",
    ),
    "parameter that one of the rules lacks": (
        HEAD + RECOIL + "levers:\n  rules.countries.all.rule: [balancing, habit]\n",
        'x.yaml:6:37: the rule habit has no parameter "recoil". Known: rule.',
    ),
    "parameter that the scenario's rule lacks": (
        HEAD + RECOIL,
        'x.yaml:6:37: the rule multi_vector has no parameter "recoil". Known: rule.',
    ),
    "date that is none": (
        HEAD + "levers:\n  end: [2021Q4, soon]\n",
        'x.yaml:6:17: end must be a quarter, not "soon". Write it like 2022Q1.',
    ),
    "end before the start": (
        HEAD + "levers:\n  end:\n    values:\n      - 2021Q4\n      - 2020Q4\n",
        "x.yaml:9:9: end 2020Q4 is not after start 2021Q1. "
        "Choose an end at least one quarter after the start.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), SCENARIO.values(), ids=SCENARIO.keys())
def test_what_a_scenario_refuses_is_placed_in_the_experiment(text: str, line: str, write: Writer) -> None:
    path = write(text)
    assert read_experiment(path).seed == 7
    said = str(error_of(path))
    assert said.startswith(line) if line.endswith("Known: ") else said == line


def test_fault_of_a_scenario_itself_is_placed_in_it(write: Writer) -> None:
    write("purpose: p\nextends: war_2022\nseed: 1\nsettings: {taste.threat: 9}\n", "mine/own.yaml")
    path = write(changed("[war_2022]", "[mine/own.yaml]", GRID).replace("taste.threat", "taste.need"))
    assert str(error_of(path)) == (
        "mine/own.yaml:4:26: settings.taste.threat is 9, out of range. Write a number from -1 to 3."
    )


TABLES = {
    "no file": (
        None,
        'x.yaml:6:7: "samples.csv": there is no such file. Check the spelling of the path.',
    ),
    "no samples": (
        "settings.taste.threat\n",
        "samples.csv: the table of samples has no samples. "
        "Write a header of paths and a line of values for each sample.",
    ),
    "too few values": (
        "settings.taste.threat,end\n0.5,2021Q4\n\n0.5\n",
        "samples.csv:4: the line has 1 of 2 values. Write one value for each path of the header.",
    ),
    "an empty value": (
        "settings.taste.threat,end\n0.5, \n",
        "samples.csv:2: the line has 1 of 2 values. Write one value for each path of the header.",
    ),
    "too many values": (
        "settings.taste.threat\n0.5\n0.5,0.7\n",
        "samples.csv:3: the line has 2 of 1 values. Write one value for each path of the header.",
    ),
    "a path twice": (
        "settings.taste.threat,settings.taste.threat\n0.5,0.7\n",
        'samples.csv:1: the header names "settings.taste.threat" twice. Name each path once.',
    ),
    "a column without a path": (
        "settings.taste.threat,\n0.5,0.7\n",
        "samples.csv:1: the header has an empty name. Name each path once.",
    ),
    "a path that a lever sets": (
        "settings.taste.need\n0.5\n",
        "samples.csv:1: settings.taste.need is set twice. Keep it here or under levers.",
    ),
    "a path that a lever sets along": (
        "settings.taste.trust\n0.5\n",
        "samples.csv:1: settings.taste.trust is set twice. Keep it here or under levers.",
    ),
    "the seed": (
        "seed\n1\n",
        "samples.csv:1: seed cannot vary. Delete its column.",
    ),
    "infinity": (
        "settings.taste.threat\n0.5\ninf\n",
        'samples.csv:3: "inf" is not a number for settings.taste.threat. Write it like 0.5.',
    ),
    "not a number": (
        "settings.taste.threat\n0.5\nnan\n1.0\n",
        'samples.csv:3: "nan" is not a number for settings.taste.threat. Write it like 0.5.',
    ),
    "a value out of range": (
        "end,settings.taste.threat\n2021Q4,0.5\n2022Q4,12\n",
        "samples.csv:3: settings.taste.threat is 12, out of range. Write a number from -1 to 3.",
    ),
    "an unknown path": (
        "settings.taste.treat\n0.5\n",
        'samples.csv:2: unknown setting "taste.treat". Did you mean "taste.threat"? Known: ',
    ),
    "an unknown rule": (
        "rules.countries.all.rule\nbalancing\nhedgehog\n",
        f'samples.csv:3: there is no rule "hedgehog" for countries. Known: {RULES}.',
    ),
    "quotes without end": (
        'settings.taste.threat\n"' + "1" * 200_000,
        "samples.csv:2: this is not a table (field larger than field limit (131072)). Check its quotes and commas.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "line"), TABLES.values(), ids=TABLES.keys())
def test_bad_table_of_samples_is_placed_at_its_line(table: str | None, line: str, write: Writer) -> None:
    if table is not None:
        write(table, "samples.csv")
    error = error_of(write(TABLE + "levers:\n  settings.taste.need: {values: [1.0], also: [settings.taste.trust]}\n"))
    assert str(error).startswith(line) if line.endswith("Known: ") else str(error) == line


def test_outcome_of_nobody_in_the_scenarios_is_found_before_a_run(write: Writer) -> None:
    text = changed("[hedging_index]", "[presence_RUS, presence_RU, hedging_index_KAZZ, presence_region]", GRID)
    error = error_of(write(text))
    assert str(error.place) == "x.yaml:3:26"
    assert error.fault == 'there is no outcome "presence_RU" in these scenarios'
    assert 'Did you mean "presence_RUS"?' in error.remedy
    text = changed("[hedging_index]", "[hedging_index_KAZ, hedging_index_UZB]", GRID)
    design_points(read_experiment(write(text)))
    few = text + "levers:\n  countries: [[KAZ, KGZ], [KAZ, TJK]]\n"
    assert str(error_of(write(few))).startswith('x.yaml:3:31: there is no outcome "hedging_index_UZB"')


def test_fault_in_one_of_several_scenarios_names_it(write: Writer) -> None:
    text = changed("[war_2022]", "[peace, war_2022]", GRID).replace("settings.taste.threat", "shock_sizes.peace")
    assert error_of(write(text)).fault == 'unknown shock or event "peace" in shock_sizes (in war_2022)'


def test_table_of_samples_stays_in_the_folder_of_its_experiment(write: Writer) -> None:
    write("settings.taste.threat\n0.5\n", "samples.csv")
    error = error_of(write(changed("samples.csv", "../samples.csv", TABLE), "mine/x.yaml"))
    assert str(error).startswith('mine/x.yaml:6:7: "../samples.csv" leaves the folder')


def test_unknown_name_lists_the_packaged_experiments() -> None:
    with pytest.raises(ScenarioError, match='there is no experiment "war_syze"') as caught:
        read_experiment("war_syze")
    assert 'Did you mean "war_size"?' in caught.value.remedy


def test_all_faults_are_reported_in_the_order_of_the_file(write: Writer) -> None:
    text = changed("low: 0.0", "low: 2.0", changed("samples: 4", "samples: 5", SAMPLED)) + "retention: {keep: 2}\n"
    error = error_of(write(text))
    assert [str(each.place) for each in error.all] == ["x.yaml:6:10", "x.yaml:8:43", "x.yaml:9:19"]


def test_fault_of_a_trial_is_placed_at_the_value_as_written(write: Writer) -> None:
    path = write(changed("[0.0, 1.0]", "[0.0, 0.5, 1.0, 1.5, 100.0]", GRID))
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
    assert read(changed("seed: 7", "seed: 8", GRID)).digest != read(GRID).digest


@pytest.mark.parametrize("name", packaged_experiments())
def test_packaged_experiment_reads_and_its_trial_is_small(name: str) -> None:
    experiment = read_experiment(name)
    points = design_points(experiment)
    assert experiment.name == name
    assert points.runs == len(points) * experiment.replications
    trial = design_points(experiment.quick())
    assert 0 < trial.runs <= MOST_TRIAL_RUNS
    assert [factor.path for factor in trial.factors] == [factor.path for factor in points.factors]
