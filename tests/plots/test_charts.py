from pathlib import Path

import pandas as pd
import pytest

from hedgesim.plots import Names, draw_all
from hedgesim.plots.charts import CHARTS, Story, draw_threat_trust
from hedgesim.plots.theme import theme
from hedgesim.results.parquet import to_arrow

CAPTION = "Scenario invented, 20 runs, seed 7, parameters: prior (not calibrated)"
OTHER_REGION = Names(
    countries={"ARL": ("Arland", "#0072B2"), "BOR": ("Borduria", "#D55E00")},
    options={
        "NOR": ("The North", "#CC3311"),
        "SEA": ("The Sea League", "#0077BB"),
        "EST": ("East", "#009988"),
    }
    | {"region": ("region", "#222222"), "other": ("other", "#999999")},
    corners={"North": ("NOR",), "Sea": ("SEA",), "East": ("EST",)},
)


def texts(figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def test_the_invented_tables_have_the_declared_columns(invented) -> None:
    for name, frame in invented.tables.items():
        assert to_arrow(name, frame).num_rows == len(frame)


def test_all_charts_are_drawn_twice_alike(invented, tmp_path: Path) -> None:
    drawn = [
        draw_all(invented.tables, invented.names, shocks=invented.shocks, folder=tmp_path / side, caption=CAPTION)
        for side in ("a", "b")
    ]
    names = [f"{chart}.{kind}" for chart in CHARTS for kind in ("png", "svg")]
    assert [path.name for path in drawn[0]] == names
    for first, second in zip(*drawn, strict=True):
        assert first.read_bytes() == second.read_bytes()
        assert first.stat().st_size > 10_000


@pytest.mark.parametrize("n_runs", [1, 3])
def test_another_region_with_few_countries_needs_no_code(invent, tmp_path: Path, n_runs: int) -> None:
    data = invent(n_runs=n_runs, n_quarters=6, n_formats=12, names=OTHER_REGION)
    paths = draw_all(data.tables, data.names, shocks=data.shocks, folder=tmp_path)
    assert len(paths) == 2 * len(CHARTS)


def test_one_country_alone_is_drawn(invent, tmp_path: Path) -> None:
    names = Names({"ARL": OTHER_REGION.countries["ARL"]}, OTHER_REGION.options, corners=OTHER_REGION.corners)
    data = invent(n_runs=2, n_quarters=6, n_formats=12, names=names)
    assert len(draw_all(data.tables, names, shocks=data.shocks, folder=tmp_path)) == 2 * len(CHARTS)


def test_without_corners_or_kept_runs_what_can_be_drawn_is_drawn(invent, tmp_path: Path) -> None:
    data = invent(n_runs=2, n_quarters=6, n_formats=12)
    kept = {name: frame if name in ("runs", "summary") else frame.iloc[:0] for name, frame in data.tables.items()}
    paths = draw_all(kept, data.names, shocks=data.shocks, folder=tmp_path)
    assert {path.stem for path in paths} == {"hedging_index"}, "without kept runs nobody knows which cells are hollow"


def test_every_chart_says_where_it_comes_from(invented) -> None:
    story = Story(invented.tables, invented.names, invented.shocks, CAPTION)
    with theme():
        for draw in CHARTS.values():
            assert CAPTION in texts(draw(story))


def test_trust_comes_from_the_summary_when_it_is_there(invented) -> None:
    summary = invented.tables["summary"]
    trust = summary[summary["outcome"] == "hedging_index"].assign(outcome="trust")
    tables = {**invented.tables, "summary": pd.concat([summary, trust])}
    titles = []
    for one in (invented.tables, tables):
        with theme():
            figure = draw_threat_trust(Story(one, invented.names, invented.shocks, CAPTION))
        titles.append(figure.axes[1].get_title("left"))
    assert titles == ["Reliability of each power, mean of the countries", "Trust in the other countries"]


def test_names_come_from_the_table_of_axes() -> None:
    axes = pd.DataFrame(
        [
            ("country", "AAA", "Aland", "#111111"),
            ("power", "RED", "Redland", "#222222"),
            ("option", "RED", "Redland", "#222222"),
            ("option", "region", "the rest", "#333333"),
        ],
        columns=["axis", "code", "name", "color"],
    )
    names = Names.from_axes(axes)
    assert dict(names.countries) == {"AAA": ("Aland", "#111111")}
    assert list(names.options) == ["RED", "region"]
