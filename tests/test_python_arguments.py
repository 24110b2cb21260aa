"""What Python gives in place of the command line is taken or refused in the same words: place, fault, remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgesim
from hedgesim.analysis.landscape import Landscape
from hedgesim.engines.agent_based import HedgeModel
from hedgesim.errors import HedgesimError, texts, whole

SCENARIO = hedgesim.read_scenario("war_2022", overrides=("end=2021Q3",), seed=np.int64(5))
LAND = Landscape(("a", "b"), np.ones(2), np.zeros((2, 2)))


RESULTS = hedgesim.run(SCENARIO, 2, keep=2)
COUNTRIES = RESULTS.table("countries")


def paired(a: Any = COUNTRIES, **arguments: Any) -> pd.DataFrame:
    return hedgesim.paired_difference(a, COUNTRIES, **{"keys": ["country", "period"], "value": "autonomy", **arguments})


def rows_where(*condition: object) -> pd.DataFrame:
    return RESULTS.table("countries", where=[condition])


def land(**arguments: Any) -> Landscape:
    return Landscape(**{"actors": ["a", "b"], "size": [1, 2], "propensity": [[0, 1], [1, 0]], **arguments})


def run(**arguments: Any) -> hedgesim.Results:
    return hedgesim.run(SCENARIO, **{"runs": 2, "keep": 1, **arguments})


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "half a run": (lambda: run(runs=1.5), "runs=1.5: it must be a whole number of at least 1. Write it like runs=2."),
    "whole float": (lambda: run(runs=2.0), "runs=2.0: it must be a whole number of at least 1"),
    "negative runs": (lambda: run(runs=-1), "runs=-1: it must be a whole number of at least 1"),
    "text for a number": (lambda: run(runs="5"), 'runs="5": it must be a whole number'),
    "true for a number": (lambda: run(runs=True), "runs=true: it must be a whole number"),
    "NumPy's float": (lambda: run(keep=np.float64(1)), "keep=1.0: it must be a whole number of at least 0"),
    "no workers": (lambda: run(workers=0), "workers=0: it must be a whole number of at least 1"),
    "number for a folder": (lambda: run(folder=3), 'folder=3: it is of another type, int. Write a path or a name'),
    "number for a scenario to ask about": (
        lambda: hedgesim.why(2022, "no_war", outcome="cohesion"),
        "source=2022: it is of another type, int. Give what read_scenario or open_results returned, or a name or path.",
    ),
    "group that is one text": (
        lambda: hedgesim.why("war_2022", "no_war", outcome="cohesion", groups={"x": "cpc_*"}),
        'groups["x"]="cpc_*": it must be a list of texts. Write groups["x"]=["cpc_*"].',
    ),
    "number for mechanisms": (lambda: hedgesim.why("war_2022", "no_war", outcome="cohesion", by=3), "by=3: it must be"),
    "half a run to explain": (lambda: hedgesim.explain(SCENARIO, "KAZ", "2021Q3", run=0.5), "run=0.5: it must be a"),
    "number for a scenario to run": (
        lambda: hedgesim.run(2022),
        "scenario=2022: it is of another type, int. Give what read_scenario returned, or a name or path.",
    ),
    "one file of rules": (
        lambda: run(rules="mine.py"),
        'rules="mine.py": it is of another type, str. Write rules=["mine.py"].',
    ),
    "class in a list of rules": (lambda: run(rules=[int]), "rules=<class 'int'>: it is of another type, type."),
    "number for a model": (lambda: HedgeModel(2022), "scenario=2022: it is of another type, int. Write a path or a"),
    "overrides of a scenario": (lambda: HedgeModel(SCENARIO, overrides=["end=2022Q1"]), "overrides: they act on a"),
    "one override of a model": (lambda: HedgeModel("war_2022", overrides="end=2022Q1"), 'overrides="end=2022Q1": it'),
    "rule of nobody": (lambda: HedgeModel(SCENARIO, rules={"UZ": "habit"}), 'rules["UZ"]: there is no such country or'),
    "unknown rule": (lambda: HedgeModel(SCENARIO, rules={"UZB": "habits"}), 'rules["UZB"]="habits": there is no such'),
    "unknown rule of all": (lambda: HedgeModel(SCENARIO, rules="none"), 'rules="none": there is no such rule here.'),
    "power's rule": (lambda: HedgeModel(SCENARIO, rules={"UZB": "patron"}), 'rules["UZB"]="patron": there is no such'),
    "number for a rule": (lambda: HedgeModel(SCENARIO, rules={"RUS": 3}), 'rules["RUS"]: int is no PowerRule. Give'),
    "unknown parameter": (
        lambda: HedgeModel(SCENARIO, rules={"UZB": {"rule": "balancing", "recoill": 1}}),
        "rule Balancing: it has no parameter 'recoill'. It has: recoil.",
    ),
    "number for an agent's rule": (lambda: setattr(HedgeModel(SCENARIO).powers[0], "rule", 3), 'rules["RUS"]: int is'),
    "one override": (
        lambda: hedgesim.read_scenario("war_2022", overrides="end=2023Q1"),
        'overrides="end=2023Q1": it must be a list of texts. Write overrides=["end=2023Q1"].',
    ),
    "override that is no text": (
        lambda: hedgesim.read_scenario("war_2022", overrides=[("end", "2023Q1")]),
        "overrides=a list: it must be a list of texts.",
    ),
    "nothing for overrides": (lambda: hedgesim.read_scenario("war_2022", overrides=None), "overrides=nothing: it must"),
    "seed with a fraction": (lambda: hedgesim.read_scenario("war_2022", seed=1.0), "seed=1.0: it must be a whole"),
    "number for a scenario": (lambda: hedgesim.read_scenario(2022), "source=2022: it is of another type, int."),
    "bytes for a scenario": (lambda: hedgesim.read_scenario(b"war_2022"), "source=b'war_2022': it is of another type"),
    "number for results": (lambda: hedgesim.open_results(5), "folder=5: it is of another type, int."),
    "nothing for results": (lambda: hedgesim.open_results(None), "folder=nothing: it is of another type"),
    "number for an experiment": (lambda: hedgesim.sweep(5, "out"), "source=5: it is of another type, int."),
    "sweep by half a process": (lambda: hedgesim.sweep("war_size", "out", workers=0.5), "workers=0.5: it must be"),
    "folder for its results": (lambda: hedgesim.sensitivity("results/war_size"), "results: these are not results of a"),
    "run for a sweep": (lambda: hedgesim.discover(run(), "hedging_index > 0"), "results: these are not results of a"),
    "half a run of agents": (lambda: HedgeModel("war_2022", run=1.5), "run=1.5: it must be a whole number from 0 to"),
    "run beyond all": (lambda: HedgeModel(SCENARIO, run=10**30), f"run={10**30}: it must be a whole number from 0 to"),
    "run to explain beyond all": (lambda: hedgesim.explain(SCENARIO, "KAZ", "2021Q3", run=2**31), "run=2147483648: it"),
    "negative seed of a model": (lambda: HedgeModel(SCENARIO, rng=-1), "rng=-1: it must be a whole number from 0 to"),
    "seed of a model with a fraction": (lambda: HedgeModel(SCENARIO, rng=1.5), "rng=1.5: it must be a whole number"),
    "nobody to explain": (lambda: hedgesim.explain(SCENARIO, None, "2021Q3"), "country=nothing: it is of another type"),
    "list for groups": (
        lambda: hedgesim.why("war_2022", "no_war", outcome="cohesion", groups=[1]),
        "groups=a list: it is of another type, list. Write it like groups=",
    ),
    "folder to compare": (
        lambda: hedgesim.compare(RESULTS, "results/base"),
        'batch="results/base": it is of another type, str. Give what run, sweep or open_results returned.',
    ),
    "names of fewer": (
        lambda: hedgesim.compare(RESULTS, RESULTS, names=("a",)),
        "names: there are 1 for 2 batches. Name every batch.",
    ),
    "number for results to write": (lambda: hedgesim.write(5, "out"), "results=5: it is of another type, int. Give"),
    "file for charts": (lambda: hedgesim.draw(RESULTS, Path(__file__)), f"{__file__}: no folder of this name can be"),
    "unknown key of pairs": (lambda: paired(keys=["x"]), 'a: it has no column "x". Known: '),
    "one key of pairs": (lambda: paired(keys="country"), 'keys="country": it must be a list of texts. Write keys='),
    "unknown value of pairs": (lambda: paired(value="x"), 'a: it has no column "x". Known: '),
    "words as values of pairs": (lambda: paired(value="period"), "a: the column period holds no values to compare."),
    "too few keys of pairs": (lambda: paired(keys=["country"]), "a: run, country do not tell its rows apart. Name"),
    "no keys of pairs": (lambda: paired(keys=[]), "a: there are no keys. Name what identifies a row"),
    "no rows to pair": (lambda: paired(COUNTRIES[:0]), "a and b: they share no run and country, period. Give tables"),
    "no table to pair": (lambda: paired(None), "a=nothing: it is of another type, NoneType. Give a table"),
    "number for a list": (lambda: rows_where("country", "in", 5), "results: 5 does not fit column 'country'. With in"),
    "list for a number": (lambda: rows_where("run", "=", [1]), "results: [1] does not fit column 'run'. With ="),
    "no number": (lambda: rows_where("run", "=", np.nan), "results: nan does not fit column 'run'. With = it needs a"),
    "sizes as text": (lambda: land(size=["1", "2"]), "size: it must hold real numbers, in rows of equal length."),
    "complex sizes": (lambda: land(size=[1j, 1.0]), "size: it must hold real numbers, in rows of equal length."),
    "no sizes": (lambda: land(size=None), "size: it must hold real numbers, in rows of equal length."),
    "rows of other lengths": (lambda: land(propensity=[[0, 1], [1]]), "propensity: it must hold real numbers, in rows"),
    "actors in one text": (lambda: land(actors="ab"), 'actors="ab": it must be a list of texts.'),
    "numbers for flags": (lambda: LAND.energy(np.array([[5, 2]])), "apart: it must be true or false for each of 2"),
    "flags of one": (lambda: LAND.rise([True]), "apart: it must be true or false for each of 2 actors."),
    "side beyond all": (lambda: LAND.minima().sides(9), "place=9: it must be a whole number from 0 to "),
    "descents with a fraction": (lambda: LAND.minima(1.5), "starts=1.5: it must be a whole number."),
}  # fmt: skip


@pytest.mark.parametrize(("act", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_an_argument_of_another_type_is_refused_in_our_words(act: Callable[[], object], line: str) -> None:
    with pytest.raises(HedgesimError) as caught:
        act()
    assert str(caught.value).startswith(line)


def test_lists_are_taken_in_place_of_arrays() -> None:
    arrays = Landscape(("a", "b"), np.array([1.0, 2.0]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert land().energy([[False, True]]) == arrays.energy(np.array([[False, True]])) == [4.0]
    assert land().minima().sides(0) == arrays.minima().sides(0) == (("a", "b"), ())
    assert len(rows_where("run", "in", np.array([0]))) == len(rows_where("run", "=", np.int64(0))) > 0


def test_integers_of_numpy_and_folders_as_text_are_taken(tmp_path: Path) -> None:
    assert (SCENARIO.seed, type(SCENARIO.seed)) == (5, int)
    results = run(runs=np.int32(2), keep=np.uint8(1), workers=np.int64(1), folder=str(tmp_path / "out"))
    hedgesim.write(results, str(tmp_path / "out"))
    assert hedgesim.open_results(str(tmp_path / "out")).manifest["runs"] == 2
    assert whole("n", np.int64(-3)) == -3
    assert texts("names", (name for name in ("a", "b"))) == ("a", "b")
