"""Work is bounded: what is too large is refused, or its size is given, before any of it is enumerated."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from tests.command_line import call, sunder_sea
from tests.results.small import written

from hedgesim.results.folders import Folder
from hedgesim.results.manifest import write_manifest
from hedgesim.results.parquet import FILES_A_PIECE, parquet_bytes
from hedgesim.results.results import open_results
from hedgesim.results.store import Chunk, PointRuns, keyed, write_chunk
from hedgesim.results.sweep import sweep
from hedgesim.scenario import read_scenario

SECONDS, MEGABYTES = 4.0, 500.0
"""Of the processor and of memory, for a command when all is imported: twice what is promised, for machines at work."""

MOST_LINES = 300
"""Faults of a file that are said at once."""

HERE = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
"""With the modules that this process imports."""

HEAD = "question: q?\noutcomes: [hedging_index]\nseed: 5\n"
RANGE = "uncertainties:\n  settings.taste.threat: {low: 0.5, high: 1.5}\n"
WAR, OF_SOBOL = "scenarios: [war_2022]\n", "design: sobol\n"
NAMES = f"scenarios: [{','.join(f'a{k:x}' for k in range(40_000))}]\n"
TWICE = f"scenarios: [{', '.join(['war_2022'] * 25_000)}]\n"
LISTED = f"  end: [{', '.join(['2021Q4'] + [f'20{k}Q{q}' for k in range(22, 99) for q in range(1, 5)])}]\n"
WORDS = f"levers:\n{LISTED}  parameters: [prior, trained_2015_2021]\n  aggressor: [RUS, CHN, TUR, USA, EU, IRN]\n"
WORDS += (
    "  rules.countries.all.rule: [habit, random, neutrality, balancing]\n  rules.powers.all.rule: [patron, suitor]\n"
)
MANY = ",".join(str(1 + k / 1e4) for k in range(5_000))
GRID = tuple(f"--vary=settings.{path}={MANY}" for path in ("taste.threat", "taste.trust", "taste.opinion"))
LONG = "9" * 100_000

EXPERIMENTS = {
    "replications.yaml": f"{HEAD}{WAR}{RANGE}{OF_SOBOL}samples: 4096\nreplications: 16777216\n",
    "samples.yaml": f"{HEAD}{WAR}{RANGE}{OF_SOBOL}samples: 16777216\n",
    "combinations.yaml": f"{HEAD}{WAR}{RANGE}{OF_SOBOL}samples: 1048576\nlevers:\n  settings.taste.trust: [0, 1]\n",
    "names.yaml": f"{HEAD.replace('q?', 'q')}{NAMES}",
    "twice.yaml": f"{HEAD}{TWICE}",
    "variants.yaml": f"{HEAD}{WAR}{WORDS}",
    "lines.yaml": f"{HEAD}{WAR}design: csv\nfile: lines.csv\n",
}

CASES = [
    (("plan", "replications.yaml"), 0, "68719476736 of them missing"),
    (("sweep", "replications.yaml", "-o", "out"), 2, "68719476736 runs need about"),
    (("plan", "samples.yaml"), 2, "samples is 16777216 but must be at most 1048576"),
    (("plan", "combinations.yaml"), 2, "the design has 2097152 points, more than 1048576"),
    (("plan", "names.yaml"), 2, "40000 points that differ in more than numbers, more than 16384"),
    (("plan", "twice.yaml"), 2, 'names "war_2022" twice'),
    (("plan", "variants.yaml"), 2, "points that differ in more than numbers, more than 16384"),
    (("plan", "lines.yaml"), 2, "lines.csv:1048578: more than 1048576 lines"),
    (("discover", "summit_drivers", "--when", f"hedging_index < {LONG}"), 2, "it is not OUTCOME < NUMBER"),
    (("discover", "summit_drivers", "--when", f"hedging_index < {LONG}x"), 2, "it is not OUTCOME < NUMBER"),
    (("discover", "summit_drivers", "--when", f"{' ' * 100_000}< 1"), 2, "it is not OUTCOME < NUMBER"),
    (("discover", "summit_drivers", "--when", "hedging_index < 1e999"), 2, "it is not OUTCOME < NUMBER"),
    (("check", "region.yaml"), 0, ""),
    (("plan", "of_region.yaml"), 0, "1 of them missing"),
    (("check", "cited/region.yaml"), 2, "sources.yaml: the file has 1500000000 bytes"),
    (("check", "shocked/region.yaml"), 2, "shocks.csv: the file has 1500000000 bytes"),
    (("grid", "war_2022", "--runs", "2", *GRID), 2, "250000000000 runs need about"),
    (("run", "war_2022", "--runs", "2", "--workers", "100000", "-o", "out"), 2, "slow each other down"),
]


def large(path: Path) -> None:
    """A file of 1.5 GB that takes no room."""
    with path.open("wb") as file:
        file.truncate(1_500_000_000)


def region(folder: Path, name: str) -> None:
    """An invented region whose folder of tables holds one file that is too large."""
    sunder_sea(folder).rename(folder / "region.yaml")
    large(folder / "sunder_sea" / name)


def most_megabytes() -> float:
    """The most memory that this process held; what the system counts for it includes that of its parent."""
    held = Path("/proc/self/status")
    return float(held.read_text().partition("VmHWM:")[2].split()[0]) / 1000.0 if held.exists() else 0.0


def tell() -> None:
    """Call every command of CASES in this process; print code, last line, seconds and megabytes of each."""
    call("scenarios")
    read_scenario("war_2022")
    for args, _, _ in CASES:
        began = time.process_time()
        said = call(*args)
        print(json.dumps([said.code, said.err or said.out, time.process_time() - began, most_megabytes()]))


def test_what_is_too_large_is_refused_or_sized_at_once(tmp_path: Path) -> None:
    for name, text in EXPERIMENTS.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "of_region.yaml").write_text(f"{HEAD}scenarios: [region.yaml]\n")
    (tmp_path / "lines.csv").write_text("settings.taste.threat\n" + "1\n" * (2**20 + 1))
    region(tmp_path, "foreign.bin")
    region(tmp_path / "cited", "sources.yaml")
    region(tmp_path / "shocked", "shocks.csv")
    words = [sys.executable, "-c", "from tests.results.test_bounded_work import tell; tell()"]
    done = subprocess.run(words, cwd=tmp_path, env=HERE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for line, (args, code, words_of_it) in zip(done.stdout.splitlines(), CASES, strict=True):
        found, said, seconds, megabytes = json.loads(line)
        assert (found, words_of_it in said) == (code, True), (args[:2], said[-500:])
        assert len(said.splitlines()) <= MOST_LINES
        assert max(map(len, said.splitlines())) < 1_500
        assert seconds < SECONDS, (args[:2], seconds)
        assert megabytes < MEGABYTES, (args[:2], megabytes)


def many_parts(folder: Path, n: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished sweep of so many points of four runs, each in a part of its own."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    small = sweep(written(folder), folder / "small")
    of_one = small.table("runs", where=[("point", "=", 0)]).drop(columns=["point", *small.points().columns[:5]])
    out, keys = Folder(folder / "many"), [hashlib.sha256(str(k).encode()).hexdigest()[:20] for k in range(n)]
    out.prepare()
    names = []
    for key in keys:
        chunk = Chunk((PointRuns(key, 0, 4),), ((0, 4),), summary=False, keep=0)
        rows = of_one.assign(key=key)[[name for name in of_one if name != "sample"] + ["key"]]
        names.append(write_chunk(out, chunk, {"runs": keyed("runs", rows)}).files["runs"])
    points = small.points().iloc[[0] * n].assign(point=range(n), sample=range(n), key=keys)
    content = parquet_bytes(pa.Table.from_pandas(points, preserve_index=False))
    out.write("points.parquet", content)
    facts = {"points": n, "runs": 4 * n, "points_sha256": hashlib.sha256(content).hexdigest()}
    write_manifest(out, {**small.manifest, **facts, "tables": {"runs": sorted(names)}})
    return folder / "many"


def test_a_table_of_many_parts_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = open_results(many_parts(tmp_path, FILES_A_PIECE + 3, monkeypatch)).table("runs", columns=["point", "run"])
    expected = [[point, run] for point in range(FILES_A_PIECE + 3) for run in range(4)]
    assert runs.to_numpy().tolist() == expected


READ = """
import sys, time
from hedgesim.results.results import open_results
from tests.results.test_bounded_work import most_megabytes
began = time.process_time()
rows = len(open_results(sys.argv[1]).table("runs"))
print(rows, time.process_time() - began, most_megabytes())
"""


@pytest.mark.hold
def test_ten_thousand_parts_are_read_in_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = many_parts(tmp_path, 10_000, monkeypatch)
    words = [sys.executable, "-c", READ, str(folder)]
    done = subprocess.run(words, env=HERE, capture_output=True, text=True, timeout=600, check=True)
    rows, seconds, megabytes = map(float, done.stdout.split())
    assert rows == 40_000
    assert seconds < 40.0  # about ten on a machine that does nothing else
    assert megabytes < MEGABYTES
