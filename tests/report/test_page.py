"""The page of a report: its numbers against another engine, literal text, nothing from outside, what is refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import hedgesim
from command_line import call, refused
from hedgesim.results.manifest import SEAL
from report.reading import Page
from results.small import SMALL, resealed, written

Made = Callable[..., Path]
HOSTILE = ("<script>alert(1)</script>", "$x^2$", "[red]")
TWO_MB, FIVE_MB = 3_000_000, 5_000_000
PAGES = [("war",), ("war", "peace"), ("war", "peace", "fearful"), ("rules",), ("phases",), ("small", "small")]


@pytest.fixture
def there(batches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(batches)
    return batches


def duck(folder: Path, query: str) -> list[tuple[float, ...]]:
    """Rows of a query about the differences d of paired runs: tables a and b are the runs of war and of peace."""
    read = "".join(
        f"create view {name} as select * from '{folder / place / 'runs.parquet'}' where failed is null;"
        for name, place in (("a", "war"), ("b", "peace"))
    )
    with duckdb.connect() as connection:
        connection.execute(read)
        return connection.execute(query).fetchall()


def test_means_quantiles_and_paired_errors_on_the_page_are_those_of_duckdb(batches: Path, page: Made) -> None:
    table = Page(page("war", "peace")).table("peace less war")
    for outcome, column, scale in (
        ("Hedging index of Kazakhstan", "hedging_index_KAZ", 1.0),
        ("Presence of Russia, mean over countries", "presence_RUS", 100.0),
        ("Leader meetings", "leader_meetings", 1.0),
    ):
        row = table.where("outcome", outcome)
        ((mean, error, low, high, relative, n),) = duck(
            batches,
            f"select {scale} * avg(d), {scale} * stddev_samp(d) / sqrt(count(*)), {scale} * quantile_cont(d, .05),"
            f" {scale} * quantile_cont(d, .95), 100 * avg(d) / avg(x), count(*) from"
            f" (select b.{column} - a.{column} as d, a.{column} as x from a join b using (run))",
        )
        found = [row[name] for name in ("difference", "standard error", "90 % from", "to", "relative", "runs")]
        assert found == pytest.approx([mean, error, low, high, relative, n])


def test_ranks_on_the_page_are_those_of_duckdb(batches: Path, page: Made) -> None:
    table = Page(page("war", "peace")).table("peace less war")
    columns = {
        "Cohesion": "cohesion",
        "Hedging index": "hedging_index",
        "Presence of Russia, mean over countries": "presence_RUS",
        "Hedging index of Kazakhstan": "hedging_index_KAZ",
        "Leader meetings": "leader_meetings",
    }
    effects = {}
    for name, column in columns.items():
        spread = f"sqrt((var_pop(a.{column}) + var_pop(b.{column})) / 2)"
        query = f"select abs(avg(b.{column} - a.{column})) / {spread} from a join b using (run)"
        ((effects[name],),) = duck(batches, query)
    for name, effect in effects.items():
        assert table.where("outcome", name)["effect"] == pytest.approx(effect)
    on_page = [row[1] for row in table.rows if row[1] in effects]
    assert on_page == sorted(effects, key=lambda name: -effects[name])
    assert [row[0] for row in table.rows] == list(range(1, len(table.rows) + 1))


def test_effects_of_a_sweep_are_those_of_duckdb(batches: Path, page: Made) -> None:
    runs = hedgesim.open_results(batches / "rules").table("runs")
    table = Page(page("rules")).table("Effects of single factors")
    (found,) = [one for one in table.rows if one[:2] == ["Hedging index", "rule of countries"]]
    with duckdb.connect() as connection:
        connection.register("runs", runs)
        means = dict(
            connection.execute('select "rules.countries.all.rule", avg(hedging_index) from runs group by 1').fetchall()
        )
        low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        ((difference, error),) = connection.execute(
            "select avg(d), stddev_samp(d) / sqrt(count(*)) from (select run,"
            f" avg(hedging_index) filter (\"rules.countries.all.rule\" = '{high}') -"
            f" avg(hedging_index) filter (\"rules.countries.all.rule\" = '{low}') as d from runs group by run)"
        ).fetchall()
    assert found[2:4] == [low, high]
    assert found[4:7] == pytest.approx([means[low], means[high], difference])
    assert found[9] == pytest.approx(error)


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_a_page_needs_nothing_from_outside_and_every_id_is_there_once(words: tuple[str, ...], page: Made) -> None:
    file = page(*words)
    found = Page(file)
    assert file.stat().st_size <= (TWO_MB if len(words) <= 2 else FIVE_MB)
    assert len(found.ids) == len(set(found.ids))
    links = [value for _, name, value in found.attributes if name in {"href", "src", "xlink:href", "data", "action"}]
    assert all(value.startswith(("#", "data:")) for value in links)
    assert all(value[1:] in found.ids for value in links if value.startswith("#"))
    within = re.findall(r"url\(#(.*?)\)", found.text)
    assert set(within) <= set(found.ids)
    assert re.findall(r"url\((?!#)|@import|<link(?! rel=\"icon\")|<script src|<iframe|<img", found.text) == []
    assert all(found.tags.count(tag) == 1 for tag in ("h1", "main", "style", "script", "head"))
    assert ("html", "lang", "en") in found.attributes


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_every_picture_says_in_words_what_it_shows(words: tuple[str, ...], page: Made) -> None:
    found = Page(page(*words))
    labels = [value for tag, name, value in found.attributes if (tag, name) == ("svg", "aria-label")]
    assert len(labels) == found.tags.count("svg") > 0
    assert all(len(label) > len("Legend. ") for label in labels)
    assert found.text.count('role="img"') == len(labels)


def test_the_first_screen_has_question_answer_interval_and_trust(page: Made) -> None:
    words = Page(page("war", "peace")).words()
    first = words[: words.index("Settings that differ")]
    assert "What is different in peace compared with war?" in first
    assert re.search(
        r"percentage points (higher|lower) in peace than in war in 2022Q4 \(90 % of 40 paired runs: [+-]", first
    )
    for said in ("How large", "Enough runs?", "Trust it?", "levels of shares are not forecast"):
        assert said in first


def test_the_page_says_why_and_that_the_parts_sum_to_the_difference(page: Made) -> None:
    found = Page(page("war", "fearful", "--why"))
    table = found.table("Presence of Russia, mean over countries: fearful less war")
    *parts, total = table.rows
    contributions = table.columns.index("contribution")
    assert sum(float(str(row[contributions])) for row in parts) == pytest.approx(
        float(str(total[contributions])), abs=1e-9
    )
    assert "1 difference, 2 combinations, 100 runs of each." in found.words()
    assert "hedgesim why results/war results/fearful --outcome presence_RUS" in found.words()


def test_the_question_may_be_given_and_the_outcome_chosen(batches: Path, tmp_path: Path) -> None:
    file = tmp_path / "asked.html"
    question = "Does it matter? " * 300
    places = [str(batches / name) for name in ("war", "peace")]
    said = call("report", *places, "-o", str(file), "--question", question, "--outcome", "cohesion", "--no-why")
    assert said.code == 0, said.err
    found = Page(file)
    assert " ".join(question.split()) in found.words()
    assert "Cohesion is " in said.out
    assert "--outcome cohesion" in found.words()
    assert "not divided among causes" in found.words()


def test_the_reproduce_box_makes_the_same_bytes(
    batches: Path, page: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = Page(page("war", "peace"))
    command = next(text for text in found.said if text.startswith("hedgesim run war_2022.yaml"))
    text = next(
        text
        for text in found.said
        if text.startswith("purpose: ") and "end: 2022Q4" in text and "omit_shocks: []" in text
    )
    Path("war_2022.yaml").write_text(text, encoding="utf-8")
    first, *_ = command.splitlines()
    assert call(*first.split()[1:], "--no-charts").code == 0
    digest = json.loads(Path("results/war/manifest.json").read_text())["tables"]["runs"]["sha256"]
    assert f"runs.parquet {digest}" in found.words()
    assert Path("results/war/runs.parquet").read_bytes() == (batches / "war" / "runs.parquet").read_bytes()


def test_a_page_is_the_same_whenever_it_is_written(batches: Path, page: Made, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    assert call("report", str(batches / "war"), "-o", str(again), "--no-why").code == 0
    assert again.read_bytes() == page("war").read_bytes()


def test_hostile_names_and_questions_are_literal_in_page_and_pictures(
    batches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(batches / "sea", "sea")
    text = (batches / "sea.yaml").read_text().replace("end: 2006Q4", "end: 2004Q1")
    Path("sea.yaml").write_text(text)
    axes = Path("sea/axes.csv")
    lines = axes.read_text().splitlines()
    columns = lines[0].split(",")
    at, changed = columns.index("name"), 0
    for n, line in enumerate(lines[1:], start=1):
        cells = line.split(",")
        if cells[columns.index("axis")] == "country":
            cells[at], changed = HOSTILE[changed % len(HOSTILE)], changed + 1
            lines[n] = ",".join(cells)
    axes.write_text("\n".join(lines) + "\n")
    said = call("report", "sea.yaml", "--runs", "6", "--question", "\x1b[31mred\x1b[0m <b>bold</b>?")
    assert said.code == 0, said.err
    found = Page(Path("report.html"))
    assert "\x1b" not in found.text
    assert r"\x1b[31mred\x1b[0m <b>bold</b>?" in found.words()
    assert [found.tags.count(tag) for tag in ("script", "b")] == [1, 0]
    assert "alert(1)" not in found.text.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")
    pictures = found.text[found.text.index("<svg") : found.text.rindex("</svg>")]
    for name in ("&lt;script&gt;alert(1)&lt;/script&gt;", "$x^2$", "[red]"):
        assert re.search(rf"<text [^>]*>{re.escape(name)}</text>", pictures), name


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["."], "there are no finished results here"),
        (["results/none"], "results/none: there is no such folder"),
        (["wra_2022"], 'there is no scenario "wra_2022"'),
        (["war"] * 7, "7 batches do not fit on a page. Give at most 6."),
        (["war", "rules"], "a sweep and runs of a scenario cannot be on one page"),
        (["war", "peace", "--outcome", "presense"], 'Did you mean "presence"?'),
        (["war", "--outcome", "member_KAZ_EAUE"], 'Did you mean "member_KAZ_EAEU"?'),
        (["rules", "--outcome", "hedging"], 'Did you mean "hedging_index"?'),
        (["war", "-o", "nowhere/page.html"], "its folder does not exist"),
        (["war", "-o", "rules"], "this is a folder"),
        (["war", "-o", "war/manifest.json"], "there is such a file"),
        (["war", "peace", "--runs", "0"], "there must be at least one run"),
        (["war", "sea.yaml", "--runs", "2"], "the batches have no outcome in common"),
    ],
)
def test_what_is_refused_in_one_line_and_nothing_written(given: list[str], said: str) -> None:
    assert said in refused("report", *given)


@pytest.mark.filterwarnings("ignore:.*an earlier version wrote it")
def test_unfinished_old_and_failed_results_are_refused(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("small", "war"):
        shutil.copytree(there / name, name)
    manifest = json.loads(Path("small/manifest.json").read_text())
    Path("small/manifest.json").write_bytes(resealed({**manifest, "ended": None, "tables": {}}))
    assert "small: the sweep is not finished. Finish it with hedgesim sweep." in refused("report", "small")
    manifest = json.loads(Path("war/manifest.json").read_text())
    old = {key: value for key, value in manifest.items() if key != SEAL} | {"format_version": 1}
    Path("war/manifest.json").write_text(json.dumps(old))
    assert "these results have format 1" in call("report", "war").err
    assert not Path("report.html").exists()


def test_a_grid_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = call(*("grid", "no_war", "--vary", "settings.taste.concentration=0,4", "--runs", "2", "-o", "grid"))
    assert said.code == 0, said.err
    assert "these are results of a grid" in refused("report", "grid")


def test_a_page_that_is_there_is_kept_unless_it_may_be_replaced(batches: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("mine")
    words = ("report", str(batches / "small"), "-o", str(file))
    assert "there is such a file" in refused(*words)
    assert file.read_text() == "mine"
    assert call(*words, "--overwrite").code == 0
    assert file.read_text().startswith("<!doctype html>")
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]


def test_runs_of_which_none_was_kept_are_reported(tmp_path: Path) -> None:
    results = hedgesim.run(hedgesim.read_scenario("no_war", overrides=["end=2021Q3"]), 5, keep=0)
    hedgesim.write(results, tmp_path / "bare")
    said = call("report", str(tmp_path / "bare"), "-o", str(tmp_path / "page.html"))
    assert said.code == 0, said.err
    assert "At the end of no_war the hedging index, mean over countries, is" in said.out


def test_unpaired_batches_are_reported_as_such(batches: Path, tmp_path: Path) -> None:
    other = hedgesim.run(hedgesim.read_scenario("no_war", overrides=["end=2022Q4"], seed=7), 20, keep=5)
    hedgesim.write(other, tmp_path / "other")
    file = tmp_path / "page.html"
    said = call("report", str(batches / "war"), str(tmp_path / "other"), "-o", str(file))
    assert said.code == 0, said.err
    words = Page(file).words()
    assert "not paired, because seeds" in words
    assert "Not drawn: " in words


def test_an_experiment_of_the_users_own_is_printed_to_be_saved(tmp_path: Path) -> None:
    hedgesim.sweep(written(tmp_path, SMALL, name="mine.yaml"), tmp_path / "mine")
    file = tmp_path / "page.html"
    assert call("report", str(tmp_path / "mine"), "-o", str(file)).code == 0
    assert "hedgesim sweep mine.yaml -o results/mine" in Page(file).words()
    assert "mine.yaml: save this text under this name" in Page(file).words()
