"""One quantity has one value in print, tables, charts and reports: that of all runs, or it says of which it is."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgesim
from command_line import call
from hedgesim.analysis.comparison import Comparison, compare
from hedgesim.analysis.run_outcomes import key_of
from hedgesim.numbers import percent
from hedgesim.plots import CHARTS, Pick
from hedgesim.plots.batches import open_batches
from report.reading import Page
from results.small import written

RUNS, KEPT = 40, 10
SOME = f"the {KEPT} of {RUNS} runs that were kept"
RUN = ("run", "war_2022", "--set", "end=2022Q4", "--twin", "no_war", "--runs", str(RUNS), "--keep", str(KEPT))
OF_ONE = """\
question: What does concentration do to Kazakhstan?
scenarios: [war_2022]
uncertainties: {settings.taste.concentration: [0.0, 6.0]}
levers: {end: [2021Q4]}
outcomes: [presence_RUS, hedging_index, presence_RUS_KAZ]
design: grid
replications: 3
seed: 5
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with results/twins and what was printed of it, said.txt, and pages of it."""
    place = tmp_path_factory.mktemp("one_number")
    with chdir(place):
        said = call(*RUN, "-o", "results/twins", "--no-charts")
        assert said.code == 0, said.err
        Path("said.txt").write_text(said.out)
        for words in (["results/twins/twin", "results/twins", "--outcome", "presence_RUS_KAZ"], ["results/twins"]):
            said = call("report", *words, "--no-why", "-o", f"{len(words)}.html")
            assert said.code == 0, said.err
    return place


@pytest.fixture(scope="module")
def found(home: Path) -> Comparison:
    sides = (hedgesim.open_results(home / "results" / name) for name in ("twins/twin", "twins"))
    return compare(*sides, names=("no_war", "war_2022"), outcomes=["trust_UZB_KGZ", "diversity"])


@pytest.fixture(scope="module")
def rows(found: Comparison) -> pd.DataFrame:
    return found.differences.set_index(["outcome", "entity", "option"]).sort_index()


def last(folder: Path) -> pd.DataFrame:
    """The summary of the last quarter."""
    summary = hedgesim.open_results(folder).table("summary")
    return summary[summary["period"] == summary["period"].max()]


def test_what_is_compared_is_what_the_table_of_paired_differences_has(home: Path, rows: pd.DataFrame) -> None:
    paired = hedgesim.open_results(home / "results/twins/paired").table("paired").replace({"entity": {"system": ""}})
    own = rows.loc[pd.MultiIndex.from_frame(paired[["outcome", "entity", "option"]])]
    assert len(own) > 100
    assert set(own["n"]) == set(paired["n"]) == {RUNS}
    for name, column in (("difference", "mean"), ("error", "error"), ("low", "q05"), ("high", "q95")):
        assert own[name].to_numpy() == pytest.approx(paired[column].to_numpy(), abs=1e-12), name


def test_levels_that_are_compared_are_those_of_the_summary(home: Path, rows: pd.DataFrame) -> None:
    for side, folder in (("base", "results/twins/twin"), ("value", "results/twins")):
        of_countries = last(home / folder).query("entity != 'system'")
        keys = [key_of(name, code) for name, code in zip(of_countries["outcome"], of_countries["entity"], strict=True)]
        assert rows.loc[keys, side].to_numpy() == pytest.approx(of_countries["mean"].to_numpy(), abs=1e-12)
        mean = of_countries.query("outcome == 'diversity'")["mean"].mean()
        assert rows.loc[("diversity", "", ""), side] == pytest.approx(mean)


def test_print_and_page_have_the_same_numbers_and_say_of_how_many_runs(home: Path, rows: pd.DataFrame) -> None:
    row, text = rows.loc[("hedging_index", "KAZ", "")], (home / "said.txt").read_text()
    cells = next(line.split() for line in text.splitlines() if line.startswith("hedging_index") and " KAZ " in line)
    assert float(cells[4]) == pytest.approx(row["difference"], abs=1e-4)
    assert cells[-1] == str(RUNS)
    page, asked = Page(home / "4.html"), rows.loc[("presence", "KAZ", "RUS")]
    shown = page.table("war_2022 less no_war").where("outcome", "Presence of Russia in Kazakhstan")
    assert shown["difference"] == pytest.approx(100 * asked["difference"])
    assert f"{100 * asked['value']:.1f} % instead of {100 * asked['base']:.1f} %" in page.words()
    assert f"(90 % of {RUNS} paired runs: " in page.words()


@pytest.mark.parametrize("outcome", ["hedging_index", "presence"])
def test_the_chart_of_differences_ends_where_the_comparison_does(home: Path, rows: pd.DataFrame, outcome: str) -> None:
    chart = CHARTS["difference"]
    table = chart.table(open_batches(chart, [str(home / "results/twins")]), Pick(outcome=outcome))
    ends = table[table["period"] == table["period"].max()].set_index("country")["mean"]
    keys = [(outcome, code, "RUS" if outcome == "presence" else "") for code in ends.index]
    assert ends.to_numpy() == pytest.approx(rows.loc[keys, "difference"].to_numpy(), abs=1e-12)
    band = f"band: 5 to 95 % of the {KEPT} of {RUNS} pairs of runs that were kept."
    assert chart.reading(table).endswith(f"{RUNS} pairs of runs with the same random numbers; {band}")
    assert band in Page(home / "4.html").words()


def test_the_chart_of_paired_presence_is_the_same_whether_its_folder_is_known_or_not(home: Path) -> None:
    chart, folders = CHARTS["paired_presence"], [str(home / name) for name in ("results/twins/twin", "results/twins")]
    with_table, without = (chart.table(open_batches(chart, some), Pick()) for some in (folders[1:], folders))
    assert set(with_table["n"]) == set(without["n"]) == {RUNS}
    for name in ("mean", "q05", "q95"):
        assert with_table[name].to_numpy() == pytest.approx(without[name].to_numpy(), abs=1e-12)


def test_what_only_kept_runs_have_is_called_so_beside_the_number(home: Path, rows: pd.DataFrame) -> None:
    assert tuple(rows.loc[("trust", "UZB", "KGZ"), ["n", "runs"]]) == (KEPT, RUNS)
    with chdir(home):
        said = call("compare", "results/twins/twin", "results/twins", "--outcome", "trust_UZB_KGZ").out
    assert f"paired by random numbers, {SOME};" in said
    for file in ("4.html", "1.html"):
        assert f"Shown: {SOME}." in Page(home / file).words()


def test_a_page_about_one_run_has_levels_of_all_runs_and_says_of_which_its_intervals_are(home: Path) -> None:
    page, ends = Page(home / "1.html"), last(home / "results/twins").set_index(["outcome", "entity"])["mean"]
    row = page.table("Changes from").where("outcome", "Presence of Russia in Kazakhstan")
    assert row["after"] == pytest.approx(100 * ends["presence_RUS", "KAZ"])
    assert f"in war_2022 (90 % of {SOME}: " in page.words()
    assert f"Judged by {SOME}." in page.words()


def test_no_percent_is_given_of_a_base_near_0_or_below_it(rows: pd.DataFrame) -> None:
    assert rows.loc["threat", "relative"].isna().all()
    small = rows[rows["relative"].abs() > 10.0]
    assert small.empty
    assert rows.loc[("presence", "KAZ", "RUS"), "relative"] == pytest.approx(
        rows.loc[("presence", "KAZ", "RUS"), "difference"] / rows.loc[("presence", "KAZ", "RUS"), "base"]
    )


def test_the_headline_says_which_outcomes_it_leaves_out(home: Path) -> None:
    said = "The list is of presence, hedging, meetings, cohesion and realignments. Others differ more: "
    for text in ((home / "said.txt").read_text(), Page(home / "4.html").words()):
        assert said in text
        assert {"threat", "affinity"} <= set(text.partition(said)[2].partition(" and ")[0].split(", "))


def test_what_is_asked_for_comes_first_without_a_rank_and_is_judged_too(home: Path) -> None:
    page = Page(home / "4.html")
    ranks = [row[0] for row in page.table("war_2022 against no_war").rows]
    effects = [float(str(row[3])) for row in page.table("war_2022 against no_war").rows]
    assert ranks[1:] == list(range(1, len(ranks)))
    assert effects[1:] == sorted(effects[1:], reverse=True)
    assert "asked for" in page.words()
    assert page.table("Enough runs?").rows[0][0] == "Presence of Russia in Kazakhstan"


def test_the_commands_of_a_page_name_the_folders_that_it_was_made_of(home: Path) -> None:
    words = Page(home / "4.html").words()
    assert "-o results/twins " in words
    assert "hedgesim report results/twins/twin results/twins --no-why --outcome presence_RUS_KAZ" in words


def test_a_sweep_that_names_one_country_is_answered_about_it_with_a_chart(tmp_path: Path) -> None:
    with chdir(tmp_path):
        hedgesim.sweep(written(tmp_path, OF_ONE), tmp_path / "one")
        said = call("report", "one", "-o", "page.html")
        assert said.code == 0, said.err
        assert said.out.startswith("Presence of Russia in Kazakhstan depends most on taste: concentration")
        assert "Presence of Russia in Kazakhstan, along each varying factor" in Page(tmp_path / "page.html").words()
        said = call("report", "one", "--outcome", "presence_RUS", "-o", "page.html", "--overwrite")
        assert said.out.startswith("Presence of Russia, mean over countries")


def test_a_percent_that_rounds_to_nothing_has_no_sign() -> None:
    assert [percent(share) for share in (-0.001, 0.0, -0.26, np.nan)] == ["0 %", "0 %", "-26 %", ""]
    assert [percent(share, 1, "+") for share in (-0.0001, 0.0001, 0.034)] == ["0.0 %", "0.0 %", "+3.4 %"]
