"""Runs are added until means are as exact as asked for, and a stop at any moment loses none that was saved."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_line import call, parsed, refused, sketch
from hedgesim.engines import engine_of
from hedgesim.errors import HedgesimError, StoreError
from hedgesim.results import until
from hedgesim.results.reduction import EXACT, Reduction
from hedgesim.results.results import Results, open_results, write
from hedgesim.results.simulation import Plan, run
from hedgesim.results.until import UNFINISHED, Until, check_extended, run_until
from hedgesim.scenario import read_scenario

WAR = read_scenario("war_2022", overrides=["end=2022Q2"])
PLAN = Plan(200, 3, replace(engine_of("ensemble"), together=7))
UNTIL = Until({"presence_RUS": 0.0015, "hedging_index_KAZ": 0.004}, least=10)
SHORT = ("run", "war_2022", "--set", "end=2021Q2", "--keep", "1", "--no-charts")


class Killed(BaseException):
    """The process ends here."""


def alike(one: Results, other: Results) -> None:
    """Two results have the same bytes of numbers, and the same identity."""
    assert one.manifest["identity"] == other.manifest["identity"]
    assert list(one.tables) == list(other.tables)
    for name in one.tables:
        pd.testing.assert_frame_equal(one.table(name), other.table(name), check_exact=True)
    pd.testing.assert_frame_equal(one.closing(), other.closing(), check_exact=True)


def errors_of(runs: pd.DataFrame) -> pd.Series[float]:
    """The standard error of each outcome that is to be exact."""
    return runs[list(UNTIL.errors)].sem()


def is_exact(runs: pd.DataFrame) -> bool:
    return bool((errors_of(runs) <= pd.Series(UNTIL.errors)).all())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run_until(WAR, PLAN, UNTIL, tmp_path_factory.mktemp("undisturbed"))


def test_runs_end_with_the_first_block_after_which_every_error_is_as_small_as_asked_for(undisturbed: Results) -> None:
    runs = undisturbed.table("runs")
    assert is_exact(runs)
    ends = range(3, len(runs), 7)
    assert len(runs) in range(3, 200, 7)
    assert not any(is_exact(runs[:end]) for end in ends if end >= UNTIL.least)
    said = undisturbed.manifest["until_error"]
    assert said["asked"] == UNTIL.errors
    assert said["reached"] == pytest.approx(errors_of(runs).to_dict(), rel=1e-12)


def test_the_runs_are_those_of_a_plain_batch_of_as_many(undisturbed: Results) -> None:
    plain = run(WAR, undisturbed.manifest["runs"], keep=3)
    assert plain.manifest["identity"] == undisturbed.manifest["identity"]
    for name in plain.tables:
        pd.testing.assert_frame_equal(plain.table(name), undisturbed.table(name), rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("stopped_after", [3, 10, 24])
def test_a_batch_goes_on_from_where_it_was_stopped_and_ends_as_if_it_had_not_been(
    stopped_after: int, tmp_path: Path, undisturbed: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(until, "SECONDS_BETWEEN", 0.0)
    done: list[int] = []

    def kill(runs: int, _: int) -> None:
        if sum(done) >= stopped_after:
            raise Killed
        done.append(runs)

    with pytest.raises(Killed):
        run_until(WAR, PLAN, UNTIL, tmp_path, on_growth=kill)
    resumed: list[int] = []
    further: list[int] = []
    whole = run_until(
        WAR, PLAN, UNTIL, tmp_path, on_growth=lambda runs, _: further.append(runs), on_resumed=resumed.append
    )
    assert resumed == [sum(done)]
    assert sum(further) + sum(done) == len(whole.table("runs"))
    alike(whole, undisturbed)


def test_without_kept_runs_and_with_failed_ones_a_batch_goes_on_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = PLAN.engine.record

    def breaking(case, runs, record):
        made = plain(case, runs, record)
        bad = [k for k, number in enumerate(runs) if number % 9 == 4]
        made.values[..., bad] = np.nan
        return made

    monkeypatch.setattr(until, "SECONDS_BETWEEN", 0.0)
    plan = replace(PLAN, keep=0)
    whole = run_until(WAR, plan, UNTIL, tmp_path / "whole")

    def kill(*_: int) -> None:
        if (tmp_path / "cut" / UNFINISHED).exists():
            raise Killed

    with pytest.raises(Killed):
        run_until(WAR, plan, UNTIL, tmp_path / "cut", on_growth=kill)
    alike(run_until(WAR, plan, UNTIL, tmp_path / "cut"), whole)


@settings(max_examples=15)
@given(st.integers(1, 2 * EXACT + 100), st.integers(0, 900), st.integers(0, 2**32 - 1))
def test_a_reduction_goes_on_from_its_state_to_the_last_bit(first: int, more: int, seed: int) -> None:
    numbers = np.random.default_rng(seed).normal(size=(3, first + more))
    whole, begun, resumed = Reduction((3,)), Reduction((3,)), Reduction((3,))
    whole.add(numbers)
    begun.add(numbers[:, :first])
    resumed.add(numbers[:, :1])
    resumed.resume(begun.state())
    resumed.add(numbers[:, first:])
    assert resumed.n == whole.n
    for name in ("mean", "sd", "quantiles"):
        assert np.array_equal(getattr(resumed, name)(), getattr(whole, name)(), equal_nan=True)


def test_what_a_kill_of_the_process_leaves_is_gone_on_from(tmp_path: Path) -> None:
    code = "import hedgesim.results.until as u; u.SECONDS_BETWEEN = 0; from hedgesim.commands import main; main()"
    words = [*SHORT, "--until-error", "presence_RUS=1e-9", "--runs", "100000", "-o", "out"]
    process = subprocess.Popen([sys.executable, "-c", code, *words], cwd=tmp_path, stderr=subprocess.DEVNULL)
    waited = time.monotonic() + 60.0
    while not (tmp_path / "out" / UNFINISHED).exists() and time.monotonic() < waited:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert {path.name for path in (tmp_path / "out").iterdir() if not path.name.endswith(".part")} == {UNFINISHED}
    held = tmp_path / "out" / UNFINISHED
    with np.load(held) as file:
        n = len(file["rows.run"])
    said = call(*words[:-6], "--until-error", "presence_RUS=1", "-o", str(tmp_path / "out"))
    assert said.code == 0, said.err
    assert said.err.startswith(f"continuing from {n} run")
    assert len(open_results(tmp_path / "out").table("runs")) >= max(n, 1000)
    assert not held.exists()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, where charts are sketched."""
    sketch(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_fewer_runs_of_the_same_are_extended_and_more_or_others_are_refused(here: Path) -> None:
    assert call(*SHORT, "--runs", "50", "-o", "out").code == 0
    few = open_results("out").table("runs")
    until = ("--until-error", "presence_RUS=.1", "-o", "out")
    assert "other results are here" in refused(*SHORT, "--seed", "5", *until)
    assert "other results are here" in refused(*SHORT, "--keep", "2", *until)
    answer = parsed(*SHORT, *until, "--json")
    many = open_results("out").table("runs")
    assert len(many) == answer["manifest"]["runs"] >= 1000
    pd.testing.assert_frame_equal(many[:50], few, rtol=0.0, atol=1e-12)
    assert "runs of it are here, more than 60. Give --runs" in refused(*SHORT, *until, "--runs", "60")


def test_where_the_error_is_not_reached_the_results_are_written_and_the_exit_code_says_it(here: Path) -> None:
    said = call(*SHORT, "--until-error", "presence_RUS=1e-7", "--runs", "30", "-o", "out")
    assert said.code == 1
    assert "(asked: 1e-07; not reached: give more --runs)" in said.out
    assert len(open_results("out").table("runs")) == 30


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["presence_RSU=.1"], 'no such outcome at the end of a run. Did you mean "presence_RUS"?'),
        (["presence_RUS"], "--until-error presence_RUS: it is not an outcome with a number above 0"),
        (["presence_RUS=0"], "with a number above 0"),
        (["presence_RUS=-1"], "with a number above 0"),
        (["presence_RUS=nan"], "with a number above 0"),
        (["presence_RUS=few"], "with a number above 0"),
        (["=.1"], "with a number above 0"),
        (["presence_RUS=.1", "--until-error", "presence_RUS=.2"], "the outcome is named twice"),
        (["presence_RUS=.1", "--twin", "no_war"], "cannot be used for a scenario with a twin"),
        (["presence_RUS=.1", "--keep", "-1"], "a number of runs cannot be negative"),
        (["presence_RUS=.1", "--runs", "0"], "there must be at least one run"),
        (["run=1"], "no such outcome at the end of a run"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(words: list[str], fault: str, here: Path) -> None:
    assert fault in refused("run", "war_2022", "--until-error", *words)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_of_the_users_own_is_no_unfinished_run(overwrite: bool, here: Path) -> None:
    Path("out").mkdir()
    (Path("out") / UNFINISHED).write_bytes(b"mine")
    words = ("--until-error", "presence_RUS=.1", "-o", "out", *(["--overwrite"] if overwrite else []))
    assert "damaged or not of these results. Move it away" in refused(*SHORT, *words)
    assert (Path("out") / UNFINISHED).read_bytes() == b"mine"


def test_unfinished_runs_of_something_else_are_replaced_only_if_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(until, "SECONDS_BETWEEN", 0.0)
    run_until(WAR, PLAN, UNTIL, tmp_path)
    before = (tmp_path / UNFINISHED).read_bytes()
    other = replace(PLAN, keep=2)
    with pytest.raises(StoreError, match="unfinished runs of something else are here"):
        check_extended(tmp_path, WAR, other, files=(), overwrite=False)
    check_extended(tmp_path, WAR, other, files=(), overwrite=True)
    assert (tmp_path / UNFINISHED).read_bytes() == before
    found = run_until(WAR, other, UNTIL, tmp_path)
    assert found.manifest["keep"] == 2


def test_damaged_or_foreign_states_are_not_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(until, "SECONDS_BETWEEN", 0.0)
    whole = run_until(WAR, PLAN, UNTIL, tmp_path)
    content = bytearray((tmp_path / UNFINISHED).read_bytes())
    for place in range(len(content) // 3, len(content), len(content) // 7):
        content[place] ^= 0xFF
    (tmp_path / UNFINISHED).write_bytes(bytes(content))
    alike(run_until(WAR, PLAN, UNTIL, tmp_path), whole)
    monkeypatch.setattr(until, "digest_of_sources", lambda: "another version")
    resumed: list[int] = []
    alike(run_until(WAR, PLAN, UNTIL, tmp_path, on_resumed=resumed.append), whole)
    assert resumed == []


def test_finished_results_stay_as_they_are_until_more_runs_are_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(until, "SECONDS_BETWEEN", 0.0)
    write(run(WAR, 20, keep=3), tmp_path)
    before = json.loads((tmp_path / "manifest.json").read_text())

    def kill(*_: int) -> None:
        if (tmp_path / UNFINISHED).exists():
            raise Killed

    with pytest.raises(Killed):
        run_until(WAR, PLAN, Until({"presence_RUS": 1e-9}, least=1), tmp_path, on_growth=kill)
    assert json.loads((tmp_path / "manifest.json").read_text()) == before
    assert len(open_results(tmp_path).table("runs")) == 20
    found = run_until(WAR, PLAN, Until({"presence_RUS": 1.0}, least=1), tmp_path)
    assert len(found.table("runs")) >= 20


def test_an_outcome_that_this_scenario_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(HedgesimError, match='Did you mean "hedging_index_KAZ"'):
        Until({"hedging_index_KAS": 0.1}, least=1).check(["hedging_index_KAZ", "presence_RUS"])
