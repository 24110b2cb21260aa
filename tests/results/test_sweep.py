"""A sweep makes the runs that a scenario makes, each once, whoever does the work, and reads back what was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.command_line import call
from tests.results.small import SMALL, assert_alike, assert_same, files, keeping, many, written

import hedgesim
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.errors import StoreError
from hedgesim.experiment import read_experiment
from hedgesim.results import chunks
from hedgesim.results import plan as planning
from hedgesim.results.blocks import Block
from hedgesim.results.plan import SweepPlan
from hedgesim.results.reduction import EXACT
from hedgesim.results.results import Results
from hedgesim.results.sweep import probe, sweep
from hedgesim.results.sweep_status import status_of

SUMMARY = "retention: {summary: true}\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("small")
    return sweep(written(folder, keeping(2)), folder / "out")


def change_blocks(monkeypatch: pytest.MonkeyPatch, change: Callable[[Case, Sequence[int], Block], Block]) -> None:
    """Change every block of runs that a sweep simulates, but for those whose tables are kept."""
    usual = chunks.run_block

    def run_block(case: Case, engine: Engine, runs: Sequence[int], *, whole: bool = False) -> Block:
        block = usual(case, engine, runs, whole=whole)
        return block if whole else change(case, runs, block)

    monkeypatch.setattr(chunks, "run_block", run_block)


def test_every_point_has_the_runs_of_its_scenario_in_order(small: Results) -> None:
    runs = small.table("runs", columns=["point", "run"])
    assert runs.to_numpy().tolist() == [[point, run] for point in range(6) for run in range(4)]
    for n, threat in enumerate((0.5, 1.0, 1.5)):
        texts = ["end=2021Q4", f"settings.taste.threat={threat}"]
        alone = hedgesim.run(hedgesim.read_scenario("war_2022", overrides=texts, seed=5), 4, keep=2)
        for name in ("runs", "shares", "formats", "countries", "summary"):
            expected = alone.table(name).drop(columns="failed", errors="ignore")
            rows = small.table(name, where=[("point", "=", n)])
            expected = expected[[column for column in expected if column in rows]]
            rows = rows[expected.columns]
            if name == "summary":
                rows = rows.sort_values(["period", "entity", "outcome"], ignore_index=True)
            assert_alike(rows, expected, check_dtype=False)


def test_only_what_is_asked_for_is_read(small: Results) -> None:
    where = [("settings.taste.threat", ">=", 1.0), ("scenario", "=", "no_war"), ("run", "in", [0, 3])]
    rows = small.table("runs", columns=["run", "hedging_index", "point"], where=where)
    assert list(rows.columns) == ["run", "hedging_index", "point"]
    assert rows["point"].tolist() == [4, 4, 5, 5]
    whole = small.table("runs")
    lower = small.table("runs", where=[("hedging_index", "<", whole["hedging_index"].median())])
    assert len(lower) == len(whole) // 2
    assert small.table("runs", where=[("hedging_index", "<", -1.0)]).empty


LISTS = "columns is a list of names, where a list of conditions"


@pytest.mark.parametrize(
    ("name", "columns", "where", "said"),
    [
        ("scores", None, (), "no table 'scores'. They have countries, formats"),
        ("runs", ["hedging"], (), "table runs has no column 'hedging'. It has point, sample, scenario"),
        ("runs", None, [("run", "~", 1)], "there is no operator '~'. Use one of ="),
        ("runs", None, [("speed", "=", 1)], "table runs has no column 'speed'"),
        ("runs", None, [("seed", "<", "a")], "'a' does not fit column 'seed'. With < it needs a number."),
        ("runs", None, [("scenario", "in", "war_2022")], "'war_2022' does not fit column 'scenario'. With in it"),
        ("runs", None, [("scenario", "=", 3)], "3 does not fit column 'scenario'. With = it needs a text."),
        ("runs", None, ("hedging_index", "<", 1), LISTS),
        ("runs", "point", (), LISTS),
    ],
)
def test_mistakes_of_the_reader_are_named_and_are_no_damage(small: Results, name, columns, where, said: str) -> None:
    with pytest.raises(StoreError) as error:
        small.table(name, columns, where)
    assert said in str(error.value)
    assert "Run it again" not in str(error.value)


@pytest.mark.parametrize(
    ("before", "after", "rows", "simulated"),
    [
        pytest.param(SMALL, SMALL, 0, 0, id="nothing"),
        pytest.param(SMALL, many(6), 12, 12, id="more replications"),
        pytest.param(SMALL, SMALL.replace("[0.5, 1.0, 1.5]", "[0.25, 0.5, 1.5]"), 8, 8, id="another value"),
        pytest.param(SMALL, SMALL.replace("[war_2022,", "[eaeu_enlarges,"), 12, 12, id="another scenario"),
        pytest.param(SMALL, SMALL.replace("seed: 5", "seed: 6"), 24, 24, id="another seed"),
        pytest.param(SMALL, SMALL.replace("[hedging_index]", "[presence_RUS]"), 0, 0, id="another outcome"),
        pytest.param(SMALL, many(2), 0, 0, id="fewer replications"),
        pytest.param(keeping(3), keeping(1, many(2)), 0, 12, id="fewer replications and less kept"),
        pytest.param(keeping(1), SMALL, 0, 0, id="no more statistics"),
        pytest.param(SMALL, keeping(1), 0, 24, id="statistics asked for later"),
    ],
)
def test_a_changed_experiment_runs_only_what_is_new_and_shows_what_a_fresh_one_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, rows: int, simulated: int
) -> None:
    sweep(written(tmp_path, before), tmp_path / "out")
    there = {file: (tmp_path / "out" / file).stat().st_mtime_ns for file in files(tmp_path / "out")}
    computed: list[int] = []
    reported: list[int] = []
    with monkeypatch.context() as patch:
        change_blocks(patch, lambda _, runs, block: computed.extend(runs) or block)
        changed, other = written(tmp_path, after), "seed: 6" in after
        found = sweep(changed, tmp_path / "out", on_runs=reported.append, overwrite=other)
    assert (sum(reported), len(computed)) == (rows, simulated)
    assert there == {file: (tmp_path / "out" / file).stat().st_mtime_ns for file in there}
    fresh = sweep(tmp_path / "small.yaml", tmp_path / "fresh")
    assert list(found.tables) == list(fresh.tables)
    for name in fresh.tables:
        assert_alike(found.table(name), fresh.table(name))


def test_other_sources_or_rules_make_other_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = read_experiment(written(tmp_path))
    keys = SweepPlan.of(experiment).keys
    assert len(set(keys)) == 6
    assert not set(SweepPlan.of(experiment, backend="jax").keys) & set(keys)
    monkeypatch.setattr(planning, "digest_of_sources", lambda: "other")
    assert not set(SweepPlan.of(experiment).keys) & set(keys)


def test_points_that_are_alike_are_run_once(tmp_path: Path) -> None:
    reported: list[int] = []
    (tmp_path / "two.csv").write_text("settings.taste.threat,\r\n1.0\r\n,\r\n1,")
    text = SMALL.replace("uncertainties:\n  settings.taste.threat: [0.5, 1.0, 1.5]\n", "")
    path = written(tmp_path, text.replace("design: grid", "design: csv\nfile: two.csv"))
    found = sweep(path, tmp_path / "out", on_runs=reported.append)
    runs, status = found.table("runs"), status_of(tmp_path / "out")
    assert sum(reported) == 8 == found.manifest["runs"] == status.planned == status.there
    assert found.manifest["repeated"] == status.repeated == 2
    said = call("sweep", str(path), "-o", str(tmp_path / "out"))
    assert "4 points (2 of them equal to earlier points and not run again), 8 runs, 0 failed" in said.out
    assert [line.split()[2] for line in said.out.splitlines() if line.startswith(("war_2022", "no_war"))] == ["4", "4"]
    assert len(runs) == 16
    same = [runs[runs["point"] == n]["hedging_index"].tolist() for n in (0, 1)]
    assert same[0] == same[1]


def test_statistics_of_many_replications_are_those_of_all_runs(tmp_path: Path) -> None:
    """Beyond 2 048 runs quantiles are means over batches, off by less than the error of a quantile of one batch:
    sd * sqrt(q (1 - q) / 2 048) / density, for q = .05 about 2 sd / sqrt(2 048); five of those are allowed."""
    n = EXACT + 1000
    text = many(n).replace(", no_war]", "]").replace("[0.5, 1.0, 1.5]", "[1.0]")
    found = sweep(written(tmp_path, text + SUMMARY), tmp_path / "out")
    at_end = [("period", "=", "2021Q4"), ("outcome", "=", "hedging_index")]
    last = found.table("summary", where=at_end)
    runs = found.table("runs")
    chosen = [*at_end, ("mean", ">", last["mean"].median()), ("n", "=", n)]
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
        assert len(set(values[0])) == 4  # replications never share them
        shared[word] = (samples < 1e-6, scenarios < 1e-6)
    assert shared == {"all": (True, True), "levers": (False, True), "none": (False, False)}


def test_a_failed_run_is_a_row_with_its_reason_and_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Case, runs: Sequence[int], block: Block) -> Block:
        return replace(block, failed={k: "it failed" for k, run in enumerate(runs) if run == 2})

    change_blocks(monkeypatch, fail)
    found = sweep(written(tmp_path, SMALL + SUMMARY), tmp_path / "out")
    runs = found.table("runs")
    assert runs[runs["failed"].notna()]["run"].tolist() == [2] * 6
    assert runs[runs["run"] == 2]["hedging_index"].isna().all()
    assert set(found.table("summary")["n"]) == {3}
    assert (status_of(tmp_path / "out").failed, found.manifest["failed"]) == (6, 6)


def test_parts_with_and_without_failed_runs_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(case: Case, _: Sequence[int], block: Block) -> Block:
        few = np.flatnonzero(case.parameters.taste.threat.ravel() == 1.0)
        return replace(block, failed=dict.fromkeys(few, "it failed"))

    change_blocks(monkeypatch, fail)
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


def test_the_manifest_says_what_made_the_numbers(small: Results) -> None:
    manifest = small.manifest
    assert (manifest["kind"], manifest["runs"]) == ("sweep", 24)
    assert manifest["ended"]
    assert set(manifest["scenario_texts"]) == {"war_2022", "no_war"}
    assert {"numpy", "SALib"} <= set(manifest["packages"])
    assert "settings.taste.threat" in manifest["text"]
    json.dumps(dict(manifest))


def test_a_probe_tells_runs_disk_and_rate_and_writes_nothing(tmp_path: Path) -> None:
    plan = SweepPlan.of(read_experiment(written(tmp_path)))
    found = probe(plan, tmp_path / "out")
    assert (found.runs, found.missing) == (24, 24)
    assert found.rate > 0.0
    assert found.disk == 24 * found.bytes_a_run
    assert not (tmp_path / "out").exists()


def test_two_workers_make_the_same_files_at_an_address_of_fsspec(tmp_path: Path) -> None:
    path = written(tmp_path, many(100))
    local = sweep(path, tmp_path / "local")
    assert len(files(tmp_path / "local")) > 2
    address = f"file://{tmp_path / 'remote'}"
    remote = sweep(path, address, workers=2)
    pd.testing.assert_frame_equal(remote.table("runs"), local.table("runs"))
    assert_same(tmp_path / "local", tmp_path / "remote")
    assert status_of(address).missing == 0
    in_memory = sweep(path, "memory://hedgesim-test")
    pd.testing.assert_frame_equal(in_memory.table("runs"), local.table("runs"))
