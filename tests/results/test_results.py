import errno
import hashlib
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from hedgesim.errors import StoreError
from hedgesim.results.folders import RESULTS_FORMAT, Folder
from hedgesim.results.parquet import ROW_GROUP_ROWS, to_arrow
from hedgesim.results.results import Results, open_results, write
from hedgesim.results.tables import TABLES


def read_table(folder: Path, name: str) -> pd.DataFrame:
    return open_results(folder).table(name)


RUNS = pd.DataFrame(
    {"run": [0, 1], "seed": 7, "alpha": [1.0, 2.0], "rule": ["habit", "random"], "failed": [None, "overflow"]}
)
SHARES = pd.DataFrame(
    {
        **{"run": 0, "period": "2021Q1", "country": "AAA", "domain": "security"},
        "option": ["RED", "other"],
        "share": [0.25, 0.75],
        "prior_dominated": [True, False],
    }
)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    for shares in (SHARES, SHARES.iloc[:0]):  # also without rows
        write(Results.of({"runs": RUNS, "shares": shares}, {"scenario": "war"}), tmp_path, overwrite=True)
        found = read_table(tmp_path, "shares")
        pd.testing.assert_frame_equal(found, shares, check_dtype=False)
        assert found["prior_dominated"].dtype == bool
        assert read_table(tmp_path, "runs")["failed"].isna().tolist() == [True, False]
        assert open_results(tmp_path).manifest["scenario"] == "war"


def test_equal_tables_give_equal_bytes_whatever_the_index_and_the_order_of_columns(tmp_path: Path) -> None:
    turned = SHARES[SHARES.columns[::-1]].set_index(pd.Index([9, 3]))
    for name, shares in (("a", SHARES), ("b", turned)):
        write(Results.of({"runs": RUNS, "shares": shares}, {}), tmp_path / name)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert set(content(tmp_path / "a")) == {"runs.parquet", "shares.parquet", "manifest.json"}


def test_units_travel_in_the_field_metadata(tmp_path: Path) -> None:
    write(Results.of({"shares": SHARES}, {}), tmp_path)
    schema = pq.read_schema(tmp_path / "shares.parquet")
    assert schema.field("share").metadata[b"unit"] == b"share of the domain"
    assert schema.metadata[b"format_version"] == str(RESULTS_FORMAT).encode()


def test_presence_columns_stand_before_the_hedging_index_in_the_order_of_the_frame() -> None:
    numbers = {column.name: [0.5] for column in TABLES["countries"].columns if column.kind == "float64"}
    keys = {"run": [0], "period": ["2021Q1"], "country": ["AAA"]}
    frame = pd.DataFrame({**numbers, "presence_RED": [0.4], "presence_other": [0.6], **keys})
    names = to_arrow("countries", frame).column_names
    assert names[:6] == ["run", "period", "country", "presence_RED", "presence_other", "hedging_index"]


def test_runs_take_any_parameter_with_its_own_type() -> None:
    schema = to_arrow("runs", RUNS.assign(n=[1, 2], on=[True, False], never=[None, None])).schema
    kinds = {field.name: str(field.type) for field in schema}
    expected = {"alpha": "double", "rule": "string", "n": "int64", "on": "bool", "never": "double"}
    assert {name: kinds[name] for name in expected} == expected
    assert list(kinds)[-1] == "failed"


def test_whole_numbers_may_come_as_floats_and_flags_as_numbers() -> None:
    table = to_arrow("shares", SHARES.assign(run=[0.0, 0.0], prior_dominated=[1, 0]))
    assert str(table.schema.field("run").type) == "int64"
    assert table["prior_dominated"].to_pylist() == [True, False]


@pytest.mark.parametrize(
    ("name", "frame", "words"),
    [
        ("scores", SHARES, "table scores: there is no such table"),
        ("shares", SHARES.drop(columns="share"), "columns missing: ['share']"),
        ("shares", SHARES.assign(colour="red"), "not declared: ['colour']"),
        ("shares", SHARES.assign(run=[0.0, 0.5]), "column run: not int64"),
        ("shares", SHARES.assign(share=["a", "b"]), "column share: not double"),
        ("shares", SHARES.assign(share=[0.1, None]), "column share: 1 cells are empty"),
        ("shares", SHARES.assign(share=[0.1, float("inf")]), "column share: a number is infinite"),
    ],
)
def test_a_wrong_table_is_refused_before_anything_is_written(
    tmp_path: Path, name: str, frame: pd.DataFrame, words: str
) -> None:
    with pytest.raises(StoreError) as caught:
        write(Results.of({"runs": RUNS, name: frame}, {}), tmp_path / "out")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_whose_writing_broke_off_is_not_read_and_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(place: str, content: bytes) -> None:
        if "shares" in place:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        Path(place).write_bytes(content)

    with monkeypatch.context() as disk:
        disk.setattr("hedgesim.results.folders.LocalFiles.pipe_file", staticmethod(full))
        with pytest.raises(StoreError, match="writing stopped"):
            write(Results.of({"runs": RUNS, "shares": SHARES}, {}), tmp_path)
    with pytest.raises(StoreError, match="no finished results here"):
        read_table(tmp_path, "runs")
    assert not list(tmp_path.glob(".*"))
    write(Results.of({"runs": RUNS, "shares": SHARES}, {}), tmp_path)
    assert len(read_table(tmp_path, "shares")) == len(SHARES)


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"format_version": "x"}', '{"format_version": null}'])
def test_a_broken_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=r"not a manifest of results\. Run it again"):
        open_results(tmp_path)


def test_a_broken_table_is_refused(tmp_path: Path) -> None:
    write(Results.of({"runs": RUNS}, {}), tmp_path)
    (tmp_path / "runs.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="cannot be read"):
        read_table(tmp_path, "runs")


def test_preparing_makes_the_folder_and_leaves_it_empty(tmp_path: Path) -> None:
    Folder(tmp_path / "a" / "b").prepare()
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("file", "a file is where the folder should be. Name another folder with -o."),
        *((place, "cannot be written") for place in ("file/deeper", "\0", "x" * 300)),
    ],
)
def test_an_impossible_folder_is_refused_in_one_line(tmp_path: Path, place: str, fault: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError) as caught:
        Folder(tmp_path / place).prepare()
    said = str(caught.value)
    assert f": {fault}" in said
    assert said.endswith(" Name another folder with -o.")
    assert "\n" not in said
    assert str(caught.value.place) == str(tmp_path / place)
    assert (tmp_path / "file").read_text() == "mine"


def test_the_manifest_names_rows_and_digest_of_what_was_written(tmp_path: Path) -> None:
    write(Results.of({"runs": RUNS}, {}), tmp_path)
    listed = open_results(tmp_path).manifest["tables"]
    digest = hashlib.sha256((tmp_path / "runs.parquet").read_bytes()).hexdigest()
    assert listed == {"runs": {"rows": 2, "sha256": digest}}


def test_a_long_table_is_written_in_row_groups(tmp_path: Path) -> None:
    n = ROW_GROUP_ROWS + 5
    long = pd.DataFrame({"run": np.arange(n), "seed": 7, "alpha": 0.5, "failed": pd.Series([None] * n, dtype=object)})
    write(Results.of({"runs": long}, {}), tmp_path)
    assert pq.ParquetFile(tmp_path / "runs.parquet").num_row_groups == 2
    assert read_table(tmp_path, "runs")["run"].tolist() == list(range(n))


def test_writing_that_is_interrupted_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pq, "write_table", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(Results.of({"runs": RUNS}, {}), tmp_path)
    assert content(tmp_path) == {}
