"""A sweep makes the runs that a scenario makes, each once, whoever does the work, and reads back what was asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.results.small import SMALL, assert_same, files, many, written

import hedgesim
from hedgesim.errors import StoreError
from hedgesim.experiment import read_experiment
from hedgesim.results import plan as planning
from hedgesim.results.plan import SweepPlan
from hedgesim.results.reduction import EXACT
from hedgesim.results.results import Results, open_results
from hedgesim.results.sweep import probe, status_of, sweep


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("small")
    text = SMALL + "retention: {summary: true, keep: 2}\n"
    return sweep(written(folder, text), folder / "out")


def test_every_point_has_the_runs_of_its_scenario(small: Results) -> None:
    runs = small.table("runs")
    assert len(runs) == 2 * 3 * 4
    for n, threat in enumerate((0.5, 1.0, 1.5)):
        texts = ["end=2021Q4", f"settings.taste.threat={threat}"]
        alone = hedgesim.run(hedgesim.read_scenario("war_2022", overrides=texts, seed=5), 4, keep=2)
        expected = alone.table("runs").drop(columns="failed")
        rows = runs[runs["point"] == n].reset_index(drop=True)[expected.columns]
        pd.testing.assert_frame_equal(rows, expected, check_dtype=False, rtol=0.0, atol=1e-12)
        for name in ("shares", "formats", "countries"):
            kept = small.table(name, where=[("point", "=", n)])[alone.table(name).columns]
            pd.testing.assert_frame_equal(kept, alone.table(name), check_dtype=False, rtol=0.0, atol=1e-12)
        summary = small.table("summary", where=[("point", "=", n)]).drop(columns="point")
        pd.testing.assert_frame_equal(
            summary.sort_values(["period", "entity", "outcome"], ignore_index=True),
            alone.table("summary"),
            check_dtype=False,
            rtol=0.0,
            atol=1e-12,
        )


def test_replications_differ_and_twins_share(small: Results) -> None:
    runs = small.table("runs", columns=["scenario", "settings.taste.threat", "run", "hedging_index"])
    first = runs[runs["settings.taste.threat"] == 1.0]
    war, peace = (first[first["scenario"] == name]["hedging_index"].to_numpy() for name in ("war_2022", "no_war"))
    assert len(set(war)) == 4
    assert np.array_equal(war, peace)  # nothing tells the two apart before 2022


def test_rows_come_in_the_order_of_points_and_runs(small: Results) -> None:
    runs = small.table("runs", columns=["point", "run"])
    assert runs.to_numpy().tolist() == [[point, run] for point in range(6) for run in range(4)]


def test_only_what_is_asked_for_is_read(small: Results) -> None:
    where = [("settings.taste.threat", ">=", 1.0), ("scenario", "=", "no_war"), ("run", "in", [0, 3])]
    rows = small.table("runs", columns=["run", "hedging_index", "point"], where=where)
    assert list(rows.columns) == ["run", "hedging_index", "point"]
    assert rows["point"].tolist() == [4, 4, 5, 5]
    whole = small.table("runs")
    lower = small.table("runs", where=[("hedging_index", "<", whole["hedging_index"].median())])
    assert len(lower) == len(whole) // 2
    assert small.table("runs", where=[("hedging_index", "<", -1.0)]).empty


@pytest.mark.parametrize(
    ("name", "columns", "where", "said"),
    [
        ("scores", None, (), "no table 'scores'. They have countries, formats"),
        ("runs", ["hedging"], (), "table runs has no column 'hedging'. It has point, sample, scenario"),
        ("runs", None, [("run", "~", 1)], "there is no operator '~'. Use one of ="),
        ("runs", None, [("speed", "=", 1)], "table runs has no column 'speed'"),
    ],
)
def test_what_is_not_there_is_named(small: Results, name: str, columns: list[str], where: list, said: str) -> None:
    with pytest.raises(StoreError) as error:
        small.table(name, columns, where)
    assert said in str(error.value)


def test_the_same_again_runs_nothing(tmp_path: Path) -> None:
    reported: list[int] = []
    path = written(tmp_path)
    sweep(path, tmp_path / "out", on_runs=reported.append)
    assert sum(reported) == 24
    before = {file: (tmp_path / "out" / file).stat().st_mtime_ns for file in files(tmp_path / "out")}
    reported.clear()
    sweep(path, tmp_path / "out", on_runs=reported.append)
    assert not reported
    assert before == {file: (tmp_path / "out" / file).stat().st_mtime_ns for file in files(tmp_path / "out")}


@pytest.mark.parametrize(
    ("change", "new"),
    [
        (("replications: 4", "replications: 6"), 12),
        (("[0.5, 1.0, 1.5]", "[0.25, 0.5, 1.5]"), 8),
        (("scenarios: [war_2022, no_war]", "scenarios: [eaeu_enlarges, no_war]"), 12),
        (("seed: 5", "seed: 6"), 24),
        (("outcomes: [hedging_index]", "outcomes: [presence_RUS]"), 0),
        (("replications: 4", "replications: 2"), 0),
    ],
)
def test_a_changed_experiment_runs_only_what_is_new(tmp_path: Path, change: tuple[str, str], new: int) -> None:
    sweep(written(tmp_path), tmp_path / "out")
    reported: list[int] = []
    changed = written(tmp_path, SMALL.replace(*change))
    after = sweep(changed, tmp_path / "out", on_runs=reported.append)
    assert sum(reported) == new
    fresh = sweep(changed, tmp_path / "fresh")
    pd.testing.assert_frame_equal(after.table("runs"), fresh.table("runs"), rtol=0.0, atol=1e-12)


def test_asking_for_statistics_later_keeps_the_rows(tmp_path: Path) -> None:
    sweep(written(tmp_path), tmp_path / "out")
    changed = written(tmp_path, SMALL + "retention: {summary: true, keep: 1}\n")
    after, fresh = sweep(changed, tmp_path / "out"), sweep(changed, tmp_path / "fresh")
    for name in fresh.tables:
        pd.testing.assert_frame_equal(after.table(name), fresh.table(name), rtol=0.0, atol=1e-12)


def test_fewer_replications_and_less_kept_show_fewer(tmp_path: Path) -> None:
    sweep(written(tmp_path, SMALL + "retention: {summary: true, keep: 3}\n"), tmp_path / "out")
    text = SMALL.replace("replications: 4", "replications: 2") + "retention: {summary: true, keep: 1}\n"
    changed = written(tmp_path, text)
    after, fresh = sweep(changed, tmp_path / "out"), sweep(changed, tmp_path / "fresh")
    for name in fresh.tables:
        pd.testing.assert_frame_equal(after.table(name), fresh.table(name), rtol=0.0, atol=1e-12)


def test_only_runs_that_are_new_are_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hedgesim.results import chunks

    sweep(written(tmp_path), tmp_path / "out")
    usual, computed = chunks.run_block, []

    def counting(case, engine, runs):
        computed.extend(runs)
        return usual(case, engine, runs)

    monkeypatch.setattr(chunks, "run_block", counting)
    sweep(written(tmp_path, SMALL.replace("replications: 4", "replications: 6")), tmp_path / "out")
    assert sorted(computed) == [4] * 6 + [5] * 6


def test_other_sources_or_rules_make_other_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = read_experiment(written(tmp_path))
    keys = SweepPlan.of(experiment).keys
    assert len(set(keys)) == 6
    assert not set(SweepPlan.of(experiment, backend="jax").keys) & set(keys)
    monkeypatch.setattr(planning, "digest_of_sources", lambda: "other")
    assert not set(SweepPlan.of(experiment).keys) & set(keys)


def test_points_that_are_alike_are_run_once(tmp_path: Path) -> None:
    reported: list[int] = []
    text = SMALL.replace("[0.5, 1.0, 1.5]", "[1.0, 1.0]")
    runs = sweep(written(tmp_path, text), tmp_path / "out", on_runs=reported.append).table("runs")
    assert sum(reported) == 8
    assert len(runs) == 16
    same = [runs[runs["point"] == n]["hedging_index"].tolist() for n in (0, 1)]
    assert same[0] == same[1]


def test_statistics_of_many_replications_are_those_of_all_runs(tmp_path: Path) -> None:
    """Beyond 2 048 runs quantiles are means over batches, off by less than the error of a quantile of one batch:
    sd * sqrt(q (1 - q) / 2 048) / density, for q = .05 about 2 sd / sqrt(2 048); five of those are allowed."""
    n = EXACT + 1000
    text = many(n).replace("[war_2022, no_war]", "[war_2022]").replace("[0.5, 1.0, 1.5]", "[1.0]")
    found = sweep(written(tmp_path, text + "retention: {summary: true}\n"), tmp_path / "out")
    last = found.table("summary", where=[("period", "=", "2021Q4"), ("outcome", "=", "hedging_index")])
    runs = found.table("runs")
    middle = last["mean"].median()
    chosen = [("period", "=", "2021Q4"), ("outcome", "=", "hedging_index"), ("mean", ">", middle), ("n", "=", n)]
    assert len(found.table("summary", where=chosen)) == 3  # conditions on statistics hold for all runs of a point
    for code, row in last.set_index("entity").iterrows():
        values = runs[f"hedging_index_{code}"]
        assert row["n"] == n
        assert row["mean"] == pytest.approx(values.mean(), abs=1e-12)
        assert row["sd"] == pytest.approx(values.std(), rel=1e-9)
        for name, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
            assert abs(row[name] - values.quantile(q)) < 5 * 2 * values.std() / np.sqrt(EXACT)


def test_pairing_decides_who_shares_random_numbers(tmp_path: Path) -> None:
    one = SMALL.replace("[0.5, 1.0, 1.5]", "[1.0, 1.0000000001]")
    shared = {}
    for word in ("all", "levers", "none"):
        runs = sweep(written(tmp_path, one + f"pairing: {word}\n"), tmp_path / word).table("runs")
        values = [runs[runs["point"] == n]["hedging_index"].to_numpy() for n in range(4)]
        samples, scenarios = np.abs(values[0] - values[1]).max(), np.abs(values[0] - values[2]).max()
        shared[word] = (samples < 1e-6, scenarios < 1e-6)
    assert shared == {"all": (True, True), "levers": (False, True), "none": (False, False)}


def test_a_failed_run_is_a_row_with_its_reason_and_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hedgesim.results import chunks

    usual = chunks.run_block

    def faulty(case, engine, runs):
        block = usual(case, engine, runs)
        return replace(block, failed={k: "shares are not numbers" for k, run in enumerate(runs) if run == 2})

    monkeypatch.setattr(chunks, "run_block", faulty)
    found = sweep(written(tmp_path, SMALL + "retention: {summary: true}\n"), tmp_path / "out")
    runs = found.table("runs")
    assert runs[runs["failed"].notna()]["run"].tolist() == [2] * 6
    assert runs[runs["run"] == 2]["hedging_index"].isna().all()
    assert set(found.table("summary")["n"]) == {3}
    assert (status_of(tmp_path / "out").failed, found.manifest["failed"]) == (6, 6)


def test_parts_with_and_without_failed_runs_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hedgesim.results import chunks

    usual = chunks.run_block

    def faulty(case, engine, runs):
        few = case.parameters.taste.threat.ravel()
        return replace(usual(case, engine, runs), failed={k: "it failed" for k in range(len(runs)) if few[k] == 1.0})

    monkeypatch.setattr(chunks, "run_block", faulty)
    runs = sweep(written(tmp_path, many(300)), tmp_path / "out").table("runs")
    failed = runs["settings.taste.threat"] == 1.0
    assert runs["leader_meetings"].isna().equals(failed)
    assert runs["failed"].notna().equals(failed)


def test_scenarios_with_other_axes_keep_all_their_columns(tmp_path: Path) -> None:
    text = SMALL.replace("  end: [2021Q4]\n", "  end: [2021Q4]\n  countries: [[KAZ, KGZ], [KAZ, TJK, UZB]]\n")
    found = sweep(written(tmp_path, text), tmp_path / "out")
    runs = found.table("runs").set_index("countries")
    assert runs.loc['["KAZ", "KGZ"]', "hedging_index_KGZ"].notna().all()
    assert runs.loc['["KAZ", "KGZ"]', ["hedging_index_TJK", "hedging_index_UZB"]].isna().all(axis=None)
    assert runs.loc['["KAZ", "TJK", "UZB"]', ["hedging_index_TJK", "hedging_index_UZB"]].notna().all(axis=None)


@pytest.mark.parametrize(
    ("columns", "where", "said"),
    [
        (None, [("hedging_index", "<", "a")], "'a' does not fit column 'hedging_index'. With < it needs a number."),
        (
            None,
            [("scenario", "in", "war_2022")],
            "'war_2022' does not fit column 'scenario'. With in it",
        ),
        (None, [("scenario", "=", 3)], "3 does not fit column 'scenario'. With = it needs a text."),
        (None, ("hedging_index", "<", 1), "columns is a list of names, where a list of conditions"),
        ("point", (), "columns is a list of names, where a list of conditions"),
    ],
)
def test_mistakes_of_the_reader_are_no_damage(small: Results, columns, where, said: str) -> None:
    with pytest.raises(StoreError) as error:
        small.table("runs", columns, where)
    assert said in str(error.value)
    assert "Run it again" not in str(error.value)


def test_tables_that_are_no_longer_asked_for_are_not_shown(tmp_path: Path) -> None:
    sweep(written(tmp_path, SMALL + "retention: {summary: true, keep: 1}\n"), tmp_path / "out")
    assert list(sweep(written(tmp_path), tmp_path / "out").tables) == ["runs"]


def test_the_manifest_says_what_made_the_numbers(small: Results) -> None:
    reported = small.manifest
    assert reported["kind"] == "sweep"
    assert reported["runs"] == 24
    assert reported["ended"]
    assert set(reported["scenario_texts"]) == {"war_2022", "no_war"}
    assert {"numpy", "SALib"} <= set(reported["packages"])
    assert "settings.taste.threat" in reported["text"]
    json.dumps(dict(reported))


def test_a_probe_tells_runs_disk_and_rate_and_writes_nothing(tmp_path: Path) -> None:
    plan = SweepPlan.of(read_experiment(written(tmp_path)))
    found = probe(plan, tmp_path / "out")
    assert (found.runs, found.missing) == (24, 24)
    assert found.rate > 0.0
    assert found.disk == 24 * found.bytes_a_run
    assert not (tmp_path / "out").exists()


def test_two_workers_make_the_same_files(tmp_path: Path) -> None:
    path = written(tmp_path, many(100))
    sweep(path, tmp_path / "one")
    sweep(path, tmp_path / "two", workers=2)
    assert_same(tmp_path / "one", tmp_path / "two")
    assert len(files(tmp_path / "one")) > 2


def test_a_sweep_may_lie_at_an_address_of_fsspec(tmp_path: Path) -> None:
    path = written(tmp_path)
    sweep(path, tmp_path / "local")
    address = f"file://{tmp_path / 'remote'}"
    remote = sweep(path, address, workers=2)
    pd.testing.assert_frame_equal(remote.table("runs"), open_results(tmp_path / "local").table("runs"))
    assert_same(tmp_path / "local", tmp_path / "remote")
    assert status_of(address).missing == 0


def test_memory_of_fsspec_takes_a_sweep_too(tmp_path: Path) -> None:
    runs = sweep(written(tmp_path), "memory://hedgesim-test").table("runs", columns=["point", "run"])
    assert len(runs) == 24


def test_results_of_a_run_open_in_the_same_way(tmp_path: Path) -> None:
    scenario = hedgesim.read_scenario("war_2022", overrides=["end=2021Q3"])
    hedgesim.write(hedgesim.run(scenario, 3, keep=1), tmp_path / "out")
    opened = open_results(tmp_path / "out")
    assert "shares" in opened.tables
    assert opened.table("runs", ["run"], [("run", ">", 0)])["run"].tolist() == [1, 2]
