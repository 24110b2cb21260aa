"""Another region is a scenario file and tables beside it, and nothing in the code knows a place."""

import ast
import csv
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from command_line import ROOT, TEMPLATES, call, sunder_sea

SOURCE = ROOT / "src"
DATA = SOURCE / "hedgesim" / "data"

PLACES = """
Central Asia, Central Asian, South Caucasus, Caspian, Eurasia, Eurasian, Silk Road, Middle Corridor, the Gulf, the West,
Western, Russian, Soviet, Kremlin, Moscow, Chinese, Beijing, American, Washington, European, Brussels, Turkish, Turkic,
Turkey, Ankara, Arab, Riyadh, Saudi, Iranian, Tehran, Indian, Delhi, Kazakh, Astana, Kyrgyz, Bishkek, Tajik,
Dushanbe, Turkmen, Ashgabat, Uzbek, Tashkent, Azerbaijani, Azeri, Baku, Karabakh, Afghan, Afghanistan, Taliban, Kabul,
Ukraine, Ukrainian, Kyiv, Crimea, Georgia, Belarus, Armenia, Pakistan, Japan, Germany, Italy, Putin, Karimov, Mirziyoyev
"""


def codes_and_names() -> set[str]:
    """Codes and names of countries and powers, and ids of formats, as the packaged tables have them."""
    with (DATA / "tables" / "axes.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["axis"] in {"country", "power"}]
    with (DATA / "tables" / "formats.csv").open(encoding="utf-8", newline="") as file:
        formats = {row["format"] for row in csv.DictReader(file)}
    return {row["code"] for row in rows} | {row["name"] for row in rows} | formats


def test_no_place_name_stands_in_the_source() -> None:
    names = codes_and_names() | {" ".join(place.split()) for place in PLACES.split(",")}
    found = []
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".pyc", ".so"} or not path.is_file() or DATA in path.parents or ".egg-info" in str(path):
            continue
        text = _without_examples(path)
        for name in (name for name in names if name in text):  # a plain search first, for it is much quicker
            for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                found.append(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {name}")
    assert found == []


def _without_examples(path: Path) -> str:
    """The text of a file, without the examples of keys that the page of the scenario format prints."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "examples":
            for n in range(node.value.lineno - 1, node.value.end_lineno):
                lines[n] = re.sub(r"""(["'])[^"']*\1""", '""', lines[n])
    return "\n".join(lines)


def test_the_region_is_a_file_and_tables_and_no_code() -> None:
    files = [TEMPLATES / "region.yaml", *(TEMPLATES / "region").iterdir()]
    assert {path.suffix for path in files} == {".csv", ".yaml"}
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    assert not [name for name in codes_and_names() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(sunder_sea(tmp_path_factory.mktemp("region")))


@pytest.fixture(scope="module")
def results(scenario: str) -> Path:
    folder = Path(scenario).parent / "out"
    said = call("run", scenario, "--runs", "2", "-o", str(folder))
    assert said.code == 0, said.err
    assert "presence of NOR" in said.out
    return folder


def test_an_invented_region_runs_end_to_end(results: Path) -> None:
    shares = pd.read_parquet(results / "shares.parquet")
    assert set(shares["country"]) == {"VAL", "MIR", "OST"}
    assert set(shares["domain"]) == {"security", "commerce", "water"}
    assert set(shares["option"]) == {"NOR", "EST", "SUV", "region", "other"}
    sums = shares.groupby(["run", "period", "country", "domain"])["share"].sum()
    assert (sums - 1.0).abs().max() < 1e-9
    formats = pd.read_parquet(results / "formats.parquet")
    assert set(formats["format"]) == {"LEAGUE", "ROUND", "SUMMIT_EST", "WATER_PACT"}
    runs = pd.read_parquet(results / "runs.parquet")
    assert runs["failed"].isna().all()


def test_its_charts_are_drawn_with_its_own_names(results: Path) -> None:
    charts = {path.name for path in (results / "charts").iterdir()}
    assert {"presence.png", "presence.svg", "ternary.svg", "formats.svg"} <= charts
    drawn = "".join(path.read_text(encoding="utf-8") for path in (results / "charts").glob("*.svg"))
    for name in ("Valdora", "Norhelm", "Norhelm closes the strait"):
        assert name in drawn
    assert "Estmark turns to the neighbours" not in drawn


def test_its_sources_are_its_own(scenario: str) -> None:
    said = call("sources", scenario, "--json")
    assert said.code == 0
    rows = [row for row in json.loads(said.out) if row["part"] != "parameters"]
    assert len(rows) > 100
    assert {row["citation"] for row in rows} == {"Invented as an example, to be replaced by yours"}


def test_it_is_checked_with_its_own_names(scenario: str) -> None:
    *notes, last = call("check", scenario).out.splitlines()
    assert last == "1 scenario without fault."
    begun = [" ".join(note.split(": ", 1)[1].split()[:2]) for note in notes]
    assert begun == ["The parameters", "Autonomy is", "The shock"], "see test_tables_of_a_region"
    wrong = call("run", scenario, "--set", "aggressor=ZED")
    assert wrong.code == 2
    assert "NOR" in wrong.err


NOT_SCORED = "parameters were fitted to other countries and were not scored for these"


def test_no_score_of_other_countries_is_shown(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert call("report", str(results), "-o", str(page)).code == 0
    drawn = [path.read_text(encoding="utf-8") for path in (results / "charts").glob("*.svg")]
    for text in (*drawn, page.read_text(encoding="utf-8")):
        assert "in years not fitted" not in text
        assert "patterns of the record" not in text
    assert NOT_SCORED in " ".join(page.read_text(encoding="utf-8").split())
    assert sum(NOT_SCORED in text for text in drawn) > 2


def test_results_keep_the_names_where_the_tables_are_gone(
    results: Path, scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(results, tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    drawn = call("plot", "a", "presence", "-o", "chart.svg")
    assert drawn.code == 0, drawn.err
    chart = Path("chart.svg").read_text(encoding="utf-8")
    assert "Valdora" in chart
    assert NOT_SCORED in chart
    said = call("run", scenario, "--without", "drought", "--runs", "3", "--no-charts", "-o", "b")
    assert "Presence of the other countries in " in said.out
    again = call("compare", "b/twin", "b")
    assert "Presence of the other countries in Valdora" in again.out


def test_the_closing_table_writes_names_beside_codes_and_where_the_parameters_are_from(scenario: str) -> None:
    said = call("run", scenario, "--runs", "2", "--no-charts", "-o", str(Path(scenario).parent / "closing"))
    assert "presence of NOR (Norhelm)" in said.out
    assert "hedging index, VAL (Valdora)" in said.out
    assert "in other countries; not scored for these" in said.out


def test_charts_have_no_legend_of_a_record_that_is_not_there(results: Path) -> None:
    for name in ("formats", "attendance"):
        assert "recorded" not in (results / "charts" / f"{name}.svg").read_text(encoding="utf-8")
