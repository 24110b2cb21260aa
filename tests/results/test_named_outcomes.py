"""Outcomes of single places: what is recorded under a name is what the tables of the same runs say."""

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from command_line import call, parsed, refused, sketch
from hedgesim import open_results, read_scenario, sweep
from hedgesim.analysis.comparison import compare, of_outcomes
from hedgesim.analysis.run_outcomes import kept_outcome
from hedgesim.engines import engine_of
from hedgesim.errors import HedgesimError, ScenarioError
from hedgesim.experiment import design_points, read_experiment
from hedgesim.model.named_outcomes import FAMILIES, named, named_in
from hedgesim.results.results import Results
from hedgesim.results.simulation import Plan, run_scenarios
from hedgesim.scenario.arrays import read_inputs
from results.small import SMALL, written

END = "2023Q4"
SCENARIO = read_scenario("war_2022", overrides=[f"end={END}"])
AXES = read_inputs(SCENARIO).setting.axes
ONE_OF_EACH = tuple({one.family: name for name, one in named_in(AXES).items()}.values())
RUNS = 3


@cache
def results_of(engine: str = "ensemble", backend: str = "numpy") -> Results:
    """Three runs in which one outcome of every family is recorded."""
    plan = Plan(RUNS, RUNS, engine_of(engine, backend), outcomes=ONE_OF_EACH)
    (found,), _ = run_scenarios((SCENARIO,), plan)
    return found


def test_every_family_has_an_outcome_and_a_name_is_read_as_what_it_stands_for() -> None:
    assert {named_in(AXES)[name].family for name in ONE_OF_EACH} == set(FAMILIES)
    assert {name: named(name) for name in named_in(AXES)} == named_in(AXES)


def of_tables(found: Results, name: str) -> pd.Series:
    """The outcome of a name by run, from the tables of the runs that are kept."""
    if not name.startswith("trust") or name.count("_") == 2:
        kept = kept_outcome(found, named_in(AXES)[name], END)
        assert kept is not None
        return kept
    code = name.removeprefix("trust_")
    ties = found.tables["ties"].query("country == @code and period == @END")
    setting = read_inputs(SCENARIO).setting
    weight = dict(zip(AXES.countries, setting.tie[AXES.countries.index(code), 0, :, 0], strict=True))
    return (ties["trust"] * ties["partner"].map(weight)).groupby(ties["run"]).sum()


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_an_outcome_is_what_the_tables_of_the_runs_that_are_kept_say(name: str) -> None:
    recorded = results_of().tables["runs"].set_index("run")[name].astype(float)
    pd.testing.assert_series_equal(recorded, of_tables(results_of(), name), check_names=False, rtol=0.0, atol=1e-12)


JAX = pytest.param("ensemble", "jax", 1e-9, marks=pytest.mark.hold)


@pytest.mark.parametrize(("engine", "backend", "apart"), [("mesa", "numpy", 1e-12), JAX])
def test_engines_and_back_ends_record_the_same(engine: str, backend: str, apart: float) -> None:
    one, other = (found.tables["runs"][list(ONE_OF_EACH)] for found in (results_of(), results_of(engine, backend)))
    pd.testing.assert_frame_equal(one.astype(float), other.astype(float), rtol=0.0, atol=apart)


def test_an_experiment_records_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    named_two = SMALL.replace("[hedging_index]", "[hedging_index, member_KAZ_CM, share_economy_RUS_KAZ]")
    plain = sweep(written(tmp_path), tmp_path / "plain").table("runs")
    found = sweep(written(tmp_path, named_two), tmp_path / "named").table("runs")
    assert set(found) - set(plain) == {"member_KAZ_CM", "share_economy_RUS_KAZ"}
    pd.testing.assert_frame_equal(found[plain.columns], plain)
    assert (found["member_KAZ_CM"] == 1.0).all(), "it is a founder of the Consultative Meetings"
    assert found["share_economy_RUS_KAZ"].between(0.0, 1.0).all()
    assert found["share_economy_RUS_KAZ"].nunique() > 1


def test_of_members_the_table_of_a_sweep_has_the_share_of_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sketch(monkeypatch)
    written(tmp_path, SMALL.replace("[hedging_index]", "[member_KAZ_CM, member_AZE_CM]"))
    (row, _) = parsed("sweep", "small.yaml", "--json")["outcomes"]
    assert (row["member_KAZ_CM_mean"], row["member_AZE_CM_mean"]) == (1.0, 0.0)
    assert "Share of runs in which this holds: member_KAZ_CM, member_AZE_CM." in call("sweep", "small.yaml").out


def test_an_outcome_of_a_country_that_a_scenario_lacks_is_missing_there(tmp_path: Path) -> None:
    text = SMALL.replace("[hedging_index]", "[presence_RUS_KGZ]")
    text = text.replace("end: [2021Q4]", "end: [2021Q4]\n  countries: [[KAZ, UZB, TJK], [KAZ, KGZ, UZB]]")
    runs = sweep(written(tmp_path, text), tmp_path / "out").table("runs")
    without = ~runs["countries"].str.contains("KGZ")
    assert without.any()
    assert runs["presence_RUS_KGZ"].isna().equals(without)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("member_KAZ_CMM", 'there is no outcome "member_KAZ_CMM" in these scenarios. Did you mean "member_KAZ_CM"?'),
        ("presence_KAZ_RUS", 'there is no outcome "presence_KAZ_RUS" in these scenarios. Did you mean'),
        ("share_RUS_KAZ", 'there is no outcome "share_RUS_KAZ" in these scenarios. Did you mean'),
        ("trust_KAZ_KAZ", 'there is no outcome "trust_KAZ_KAZ" in these scenarios. Did you mean'),
        ("membr_KAZ_CM", 'there is no outcome "membr_KAZ_CM" of a run. They are listed by: hedgesim outcomes.'),
    ],
)
def test_an_outcome_that_does_not_exist_is_refused_with_the_one_that_may_be_meant(
    name: str, line: str, tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError) as caught:
        design_points(read_experiment(written(tmp_path, SMALL.replace("[hedging_index]", f"[{name}]"))))
    assert line in str(caught.value)
    assert caught.value.place.line == 7


def test_discover_says_that_an_outcome_has_to_be_named_before_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sketch(monkeypatch)
    written(tmp_path)
    assert call("sweep", "small.yaml").code == 0
    line = refused("discover", "small.yaml", "--when", "presence_CHN_KAZ < 1")
    assert "Add presence_CHN_KAZ to the experiment's outcomes and sweep again." in line


def test_twins_and_the_closing_table_print_what_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("share_economy_RUS_KAZ", "leader_meetings_CM", "presence_RUS", "cohesion")
    asked = [word for name in names for word in ("--outcome", name)]
    settings = ("--runs", "4", "--set", f"end={END}", "--no-charts", *asked)
    said = call("run", "war_2022", "--twin", "no_war", *settings, "-o", "out")
    start = said.out.index("outcome ")
    table = re.split("\n\n|\nThe same|\nFactor|\nIntervals", said.out[start:])[0]
    rows = {line.split()[0] for line in table.splitlines()[1:]}
    assert rows <= {"share_economy", "leader_meetings", "presence", "cohesion"}
    assert {"share_economy", "presence"} <= rows, "which the war moves in every run"
    first, twin = (open_results(folder).table("runs") for folder in ("out", "out/twin"))
    paired = open_results("out/paired").table("paired").set_index(["outcome", "entity", "option"])["mean"]
    change = (first["share_economy_RUS_KAZ"] - twin["share_economy_RUS_KAZ"]).mean()
    assert paired["share_economy", "KAZ", "RUS"] == pytest.approx(change, abs=1e-12)
    closing = {row["quantity"]: row for row in parsed("run", "war_2022", *settings, "--json", "-o", "alone")["closing"]}
    assert closing["leader_meetings_CM"]["before"] is None, "it is a total"
    share = closing["share_economy_RUS_KAZ"]
    assert share["after"] == pytest.approx(first["share_economy_RUS_KAZ"].mean(), abs=1e-12)
    assert share["change"] == pytest.approx(share["after"] - share["before"], abs=1e-12)
    assert 'no such outcome of a run. Did you mean "member_AZE_CM"?' in refused(
        "run", "war_2022", "--outcome", "membr_AZE_CM"
    )


def test_results_without_the_outcome_are_compared_over_the_runs_that_are_kept() -> None:
    war = run_scenarios((SCENARIO,), Plan(RUNS, RUNS, engine_of("ensemble")))[0][0]
    name = "share_economy_RUS_KAZ"
    recorded, kept = (compare(one, war, outcomes=[name]) for one in (results_of(), war))
    rows = [of_outcomes(found, [name]) for found in (recorded, kept)]
    assert [row["difference"].tolist() for row in rows] == [[0.0], [0.0]]
    assert rows[0]["base"].tolist() == pytest.approx(rows[1]["base"].tolist(), abs=1e-12)
    with pytest.raises(HedgesimError, match="there is no such outcome"):
        of_outcomes(kept, ["share_economy_RUS_KA"])
