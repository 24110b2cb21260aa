"""Batches compared: paired and independent differences by hand, against another engine, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import hedgesim
from command_line import call, parsed, refused
from hedgesim.analysis.comparison import COLUMNS, Comparison, compare
from hedgesim.errors import HedgesimError
from hedgesim.results.results import Results
from hedgesim.scenario import read_scenario

TEXT = "end: 2022Q4\nseed: {seed}\nomit_shocks: [{omitted}]\n"


def batch(values: Sequence[float], *, seed: int = 1, omitted: str = "", failed: Sequence[int] = ()) -> Results:
    """Runs with one outcome of one country."""
    words = ["not finite" if n in failed else None for n in range(len(values))]
    runs = pd.DataFrame({"run": range(len(values)), "seed": seed, "presence_RUS": values, "failed": words})
    manifest = {"scenario": "war", "scenario_text": TEXT.format(seed=seed, omitted=omitted), "seed": seed}
    return Results.of({"runs": runs}, manifest)


def row(found: Comparison) -> pd.Series:
    (only,) = found.differences.to_dict("records")
    return pd.Series(only)


def test_runs_of_one_seed_are_paired() -> None:
    found = compare(batch([0.2, 0.3, 0.1, 0.4]), batch([0.1, 0.2, 0.2, 0.1], omitted="war_2022"), names=["a", "b"])
    own, change = row(found), np.asarray([-0.1, -0.1, 0.1, -0.3])
    assert list(found.differences.columns) == list(COLUMNS)
    assert (own["outcome"], own["entity"], own["option"], own["n"], own["paired"]) == ("presence", "", "RUS", 4, True)
    assert own["difference"] == pytest.approx(-0.1)
    assert own["error"] == pytest.approx(change.std(ddof=1) / 2.0)
    assert (own["low"], own["high"]) == pytest.approx(tuple(np.quantile(change, (0.05, 0.95))))
    assert (own["same_sign"], own["relative"]) == pytest.approx((0.75, -0.4))
    assert found.settings.to_numpy().tolist() == [["omit_shocks", [], ["war_2022"]]]


def test_rule_files_that_differ_are_shown_even_if_they_have_one_name() -> None:
    one = batch([0.1])
    digests = ({"leaning": "a" * 64, "same": "c" * 64}, {"leaning": "b" * 64, "same": "c" * 64, "more": "d" * 64})
    sides = [Results.of({"runs": one.table("runs")}, {**one.manifest, "rules": rules}) for rules in digests]
    found = compare(*sides, names=["a", "b"]).settings.to_numpy().tolist()
    assert found == [["rule file leaning.py", "a" * 12, "b" * 12], ["rule file more.py", "", "d" * 12]]


def test_other_seeds_are_compared_as_samples_and_failed_runs_are_left_out() -> None:
    found = compare(batch([0.2, 0.4, 9.0], failed=[2]), batch([0.1, 0.3], seed=2), names=["a", "b"])
    own = row(found)
    assert not own["paired"]
    assert (own["difference"], own["error"]) == pytest.approx((-0.1, np.hypot(0.1, 0.1)))
    assert own["high"] - own["low"] == pytest.approx(2.0 * 1.6448536 * own["error"])
    assert found.left_out == ("a: 1 of 3 runs failed and are left out.",)


def test_a_batch_against_itself_differs_in_nothing() -> None:
    one = batch([0.2, 0.3])
    assert row(compare(one, one))["effect"] == 0.0
    assert compare(one, one).names == ("war (1)", "war (2)")


@pytest.mark.parametrize("n", [1, 7])
def test_too_few_and_too_many_batches_are_refused(n: int) -> None:
    with pytest.raises(HedgesimError, match=f"{n} batches cannot be compared. Give 2 to 6"):
        compare(*[batch([0.1])] * n)


def test_batches_with_nothing_in_common_are_refused_and_what_one_lacks_is_said() -> None:
    one = batch([0.1])
    other = Results.of({"runs": one.table("runs").rename(columns={"presence_RUS": "cohesion"})}, one.manifest)
    with pytest.raises(HedgesimError, match="no outcome in common"):
        compare(one, other)
    both = Results.of({"runs": one.table("runs").assign(cohesion=0.5)}, one.manifest)
    assert compare(one, both, names=["a", "b"]).left_out == ("Only in b, not in a: cohesion.",)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    home = tmp_path_factory.mktemp("compared")
    places = home / "war", home / "peace"
    for name, place in zip(("war_2022", "no_war"), places, strict=True):
        hedgesim.write(hedgesim.run(read_scenario(name, overrides=["end=2022Q4"]), 40, keep=10), place)
    return places


def test_means_quantiles_and_errors_are_those_of_duckdb(folders: tuple[Path, Path]) -> None:
    found = hedgesim.compare(*(hedgesim.open_results(folder) for folder in folders))
    own = found.differences.set_index(["outcome", "entity", "option"]).loc["hedging_index", "KAZ", ""]
    files = [str(folder / "runs.parquet") for folder in folders]
    ((mean, error, low, high),) = duckdb.sql(
        f"select avg(d), stddev_samp(d) / sqrt(count(*)), quantile_cont(d, .05), quantile_cont(d, .95) from (select "
        f"b.hedging_index_KAZ - a.hedging_index_KAZ as d from '{files[0]}' a join '{files[1]}' b using (run))"
    ).fetchall()
    assert own[["difference", "error", "low", "high"]].tolist() == pytest.approx([mean, error, low, high])
    kept = found.differences[found.differences["outcome"] == "threat"]
    assert set(kept["n"]) == {40}


@pytest.fixture
def there(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders[0].parent)


@pytest.mark.usefixtures("there")
def test_the_command_says_what_differs_in_words_and_numbers() -> None:
    said = call("compare", "war", "peace")
    assert said.code == 0, said.err
    assert "peace against war in 2022Q4: paired by random numbers, 40 runs" in said.out
    assert "Hedging index of Kazakhstan:" in said.out
    assert "  Presence of Russia" in call("compare", "war", "peace", "--outcome", "presence").out
    assert "omit_shocks" in said.out
    assert "Nothing differs: " in call("compare", "war", "./war").out
    assert "| outcome | of | option |" in call("compare", "war", "peace", "--markdown").out


@pytest.mark.usefixtures("there")
def test_json_has_every_outcome_and_what_was_set() -> None:
    found = parsed("compare", "war", "peace", "--json")
    assert (found["batches"], found["period"]) == (["war", "peace"], "2022Q4")
    assert {row["outcome"] for row in found["differences"]} >= {"presence", "hedging_index", "threat"}
    assert [row["setting"] for row in found["settings"]] == ["omit_shocks"]


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["war"], "1 batch cannot be compared. Give 2 to 6."),
        (["war", "wra_2022"], 'there is no scenario "wra_2022"'),
        (["war", "results/none"], "results/none: there is no such folder"),
        (["war", "peace", "--outcome", "presense"], 'Did you mean "presence"?'),
        (["war", "."], "there are no finished results here"),
        (["war", "peace", "--runs", "0"], "there must be at least one run"),
    ],
)
def test_what_the_command_refuses(given: list[str], said: str) -> None:
    assert said in refused("compare", *given)
