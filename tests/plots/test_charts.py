"""Every chart of the registry draws what its table says, in one scale, and tells it in words."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from tests.plots.layout import assert_within

from hedgesim.errors import HedgesimError
from hedgesim.numbers import written
from hedgesim.plots import CHARTS, Batch, Names, Pick, chart_of, page_of, panels_of
from hedgesim.plots.catalogue import OF_RUNS
from hedgesim.plots.changes import BEFORE_AFTER, DIFFERENCE
from hedgesim.plots.factors import ALONG, PHASE_MAP
from hedgesim.plots.network import NETWORK
from hedgesim.plots.run import HEDGING
from hedgesim.plots.theme import page, rendered, theme
from hedgesim.plots.tiles import TILES
from hedgesim.plots.tornado import describe_tornado, draw_tornado, tornado_limits, tornado_page
from hedgesim.plots.tournament import TOURNAMENT
from hedgesim.results.summary import summarise

NAMES = Names(
    {"AAA": ("Aland", "#111111"), "BBB": ("$x^2$ & <b>", "#222222")},
    {"RED": ("Redland", "#D55E00"), "BLU": ("The Blues", "#0072B2"), "region": ("region", "#000000")},
    powers=("RED", "BLU"),
    hosts={"PACT": "RED"},
    own=("OWN",),
    aggressor="RED",
)
SHARES = {("AAA", "RED"): 0.5, ("AAA", "BLU"): 0.2, ("BBB", "RED"): 0.1, ("BBB", "BLU"): 0.4}
RUNS, PERIODS = (0, 1, 2), ("2021Q1", "2021Q2")


def invented(name: str, rise: float, seed: int = 7) -> Batch:
    """Presence of RED rises from quarter to quarter by `rise` and a tenth of it per number of the run."""
    rows = []
    for run, (step, period), country in product(RUNS, enumerate(PERIODS), ("AAA", "BBB")):
        red = SHARES[country, "RED"] + step * rise * (1 + 0.1 * run)
        rows.append((run, period, country, red, SHARES[country, "BLU"], 0.3, 0.25 + step * rise))
    columns = ["run", "period", "country", "presence_RED", "presence_BLU", "presence_region", "hedging_index"]
    countries = pd.DataFrame(rows, columns=columns)
    long = countries.assign(hedging_by_arithmetic=0.2).rename(columns={"country": "entity"})
    system = countries.groupby(["run", "period"], as_index=False)[["hedging_index"]].mean()
    tables = {
        "runs": pd.DataFrame({"run": RUNS, "failed": None}),
        "summary": summarise(long.melt(["run", "period", "entity"], var_name="outcome")),
        "countries": countries,
        "system": system.rename(columns={"hedging_index": "cohesion"}),
    }
    return Batch(name, tables, NAMES, caption=f"{name}.", manifest={"seed": seed})


LOW, HIGH = invented("low", 0.0), invented("high", 0.1)


def test_the_difference_is_taken_run_by_run_and_drawn_about_a_zero_line() -> None:
    with theme():
        figure, said = page_of(DIFFERENCE, [LOW, HIGH], Pick())
    axes = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title("left") for axis in axes] == ["Aland", "$x^2$ & <b>"]
    for axis in axes:
        zero, line = axis.lines[:2]
        assert list(zero.get_ydata()) == [0.0, 0.0]
        assert line.get_ydata() == pytest.approx([0.0, 0.11])
        low, high = np.ptp(axis.collections[0].get_paths()[0].vertices[:, 1]), 0.119
        assert low == pytest.approx(high)
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert [text.get_text() for text in axes[0].texts] == ["+11.0"]
    assert said == (
        "Presence of Redland, high less low in 2021Q2, mean and 5 to 95 % of 3 pairs of runs:"
        " Aland +11.0 points (+10.1 to +11.9 points); $x^2$ & <b> +11.0 points (+10.1 to +11.9 points)."
    )


def test_the_number_at_the_end_of_a_difference_is_on_the_page() -> None:
    with theme():
        figure, _ = page_of(DIFFERENCE, [LOW, invented("higher", 0.14)], Pick(outcome="hedging_index"))
        figure.canvas.draw()
    ends = [text for axis in figure.axes for text in axis.texts]
    assert [text.get_text() for text in ends] == ["+0.14", "+0.14"]
    assert all(text.get_window_extent().x1 < figure.bbox.x1 for text in ends)


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert [written(value, is_share=True, sign="+") for value in (-0.0001, 0.0, 0.0002)] == ["0.0 points"] * 3


def test_names_of_countries_are_literal_in_files() -> None:
    with theme():
        svg = rendered(page_of(DIFFERENCE, [LOW, HIGH], Pick())[0], "svg").decode()
    assert ">$x^2$ &amp; &lt;b&gt;</text>" in svg


def test_the_difference_of_a_system_outcome_is_one_panel_without_percent() -> None:
    (panel,) = panels_of(DIFFERENCE, [LOW, HIGH], Pick(outcome="cohesion"))
    assert panel.table["mean"].tolist() == pytest.approx([0.0, 0.1])
    assert DIFFERENCE.describe(panel.table).endswith("all countries +0.1 (+0.1 to +0.1).")


def test_of_three_batches_each_later_one_is_drawn_beside_the_others_with_the_first() -> None:
    shown = panels_of(DIFFERENCE, [LOW, HIGH, invented("mid", 0.05)], Pick(country="AAA"))
    assert [panel.title for panel in shown] == ["Aland, high", "Aland, mid"]


def test_runs_of_other_seeds_are_no_pairs() -> None:
    with pytest.raises(HedgesimError, match=r"other: the seeds differ \(7 and 8\)"):
        page_of(DIFFERENCE, [LOW, invented("other", 0.1, seed=8)], Pick())


@pytest.mark.parametrize(
    ("batches", "first", "second", "before"),
    [([HIGH], "2021Q1", "2021Q2", 0.5), ([LOW, HIGH], "low", "high", 0.5)],
)
def test_dumbbells_go_from_before_to_after_and_the_page_names_both(
    batches: list[Batch], first: str, second: str, before: float
) -> None:
    with theme():
        figure, _ = page_of(BEFORE_AFTER, batches, Pick())
    (axis,) = figure.axes
    assert f"White dot: {first}; filled dot: {second} (means" in figure.texts[1].get_text()
    dots = [line for line in axis.lines if line.get_marker() == "o"]
    assert [(*dot.get_xdata(), *dot.get_ydata()) for dot in dots[:2]] == [(before, 0), (pytest.approx(0.61), 0)]
    assert [dot.get_markerfacecolor() for dot in dots[:2]] == ["white", "#111111"]
    texts = [text.get_text() for text in axis.texts]
    assert texts == ["+11.0 points", "+11.0 points", first, second]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["Aland", "$x^2$ & <b>"]


def test_a_tile_has_the_colour_of_the_leading_power_and_a_gauge_of_hedging() -> None:
    with theme():
        (axis,) = page_of(TILES, [HIGH], Pick())[0].axes
    tile, rim, gauge = axis.patches[:3]
    assert to_hex(tile.get_facecolor()) == NAMES.options["RED"][1].lower()
    assert gauge.get_width() / rim.get_width() == pytest.approx(0.35)
    assert [text.get_text() for text in axis.texts[:4]] == ["Aland", "Redland", "61%", "hedging 0.35"]
    assert axis.texts[5].get_text() == "The Blues", "the second country has another leading power"


def test_tiles_of_seven_countries_are_in_rows_and_none_covers_another() -> None:
    codes = [f"C{n}" for n in range(7)]
    one = LOW.tables["summary"][LOW.tables["summary"]["entity"] == "AAA"]
    many = replace(LOW, tables={"summary": pd.concat([one.assign(entity=code) for code in codes])})
    with theme():
        (axis,) = page_of(TILES, [many], Pick())[0].axes
    corners = {patch.get_xy() for patch in axis.patches[::3]}
    assert len(corners) == 7


def memberships() -> dict[str, pd.DataFrame]:
    """Two quarters after none of one run: both come to OWN once; only AAA is a member of PACT, which meets twice."""
    rows = []
    meetings = {"2021Q1": (0, 0), "2021Q2": (1, 1), "2021Q3": (0, 1)}
    for period, (own, _) in meetings.items():
        for country in ("AAA", "BBB"):
            rows.append((0, period, country, "OWN", "member", own == 1))
            rows.append((0, period, country, "PACT", "member" if country == "AAA" else "none", False))
    formats = [
        (0, period, code, "leaders" if held else "none")
        for period, both in meetings.items()
        for code, held in zip(("OWN", "PACT"), both, strict=True)
    ]
    return {
        "memberships": pd.DataFrame(rows, columns=["run", "period", "country", "format", "status", "came"]),
        "formats": pd.DataFrame(formats, columns=["run", "period", "format", "meeting"]),
    }


def test_who_meets_whom_counts_heads_that_come_and_members_of_what_a_power_leads() -> None:
    table = NETWORK.table([Batch("invented", memberships(), NAMES)], Pick()).set_index(["one", "other"])["meetings"]
    assert table.to_dict() == pytest.approx(
        {
            ("AAA", "BBB"): 2.0,
            ("AAA", "RED"): 4.0,
            ("BBB", "RED"): 0.0,
            ("AAA", "BLU"): 0.0,
            ("BBB", "BLU"): 0.0,
        }
    )


def test_lines_of_the_network_are_as_thick_as_meetings_are_many_and_none_is_drawn_for_none() -> None:
    with theme():
        (axis,) = page_of(NETWORK, [Batch("invented", memberships(), NAMES)], Pick())[0].axes
    thin, thick = (patch.get_linewidth() for patch in axis.patches)
    assert (thick - 0.3) == pytest.approx(2 * (thin - 0.3))
    assert [text.get_text() for text in axis.texts] == ["Aland", "$x^2$ & <b>", "Redland", "The Blues"]


PARTS = pd.DataFrame(
    {
        "switch": ["trust", "$x^2$", "none"],
        "value": [0.01, -0.03, 0.0],
        "low": [0.0, -0.04, 0.0],
        "high": [0.02, -0.02, 0.0],
    }
)


def test_the_tornado_puts_the_largest_part_first_with_its_interval_and_number() -> None:
    with theme():
        axis = draw_tornado(PARTS, page(6, 2, title="T").subplots())
    assert [label.get_text() for label in axis.get_yticklabels()] == ["$x^2$", "trust", "none"]
    assert [bar.get_width() for bar in axis.patches] == [-0.03, 0.01, 0.0]
    assert [tuple(line[:, 0]) for line in axis.collections[0].get_segments()][:2] == [(-0.04, -0.02), (0.0, 0.02)]
    assert [text.get_text() for text in axis.texts] == ["-0.03", "+0.01", "0"]
    low, high = tornado_limits(PARTS)
    assert low < -0.04 < 0.02 < high
    assert describe_tornado(PARTS) == "Parts with the sum -0.02, the largest: $x^2$ -0.03; trust +0.01; none 0."


def test_the_tornado_says_what_every_part_is_in_full() -> None:
    words = ["KAZ leaves EAEU", "Russian mobilisation and <b>$migrant$</b> inflow " * 4, ""]
    table = PARTS.assign(what=words)
    with theme():
        figure = tornado_page(table, title="T", notes=["N"])
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert labels[1:] == ["trust: KAZ leaves EAEU", "none"]
    assert labels[0].startswith("$x^2$: Russian mobilisation and\n<b>$migrant$</b> inflow Russian")
    assert labels[0].endswith(" …")
    assert labels[0].count("\n") == 2
    assert all(box.x0 > 0.0 for box in boxes), "no label leaves the page"
    above, *below = boxes
    assert above.y0 > below[0].y1, "labels do not overlap"


def sweep() -> Batch:
    """Each rule under each sample in each scenario: `good` is best by 1 in war, `bad` by 2 in peace."""
    best = {("war", "good"): 3.0, ("war", "bad"): 2.0, ("peace", "good"): 1.0, ("peace", "bad"): 3.0}
    rows = [
        (scenario, sample, 0, rule, float(sample), best[scenario, rule] + sample, None)
        for scenario, sample, rule in product(("war", "peace"), (0, 1), ("good", "bad"))
    ]
    columns = [
        "scenario",
        "sample",
        "run",
        "rules.countries.all.rule",
        "settings.taste.need",
        "hedging_index",
        "failed",
    ]
    factors = [
        {"path": "scenario", "role": "scenarios", "numeric": False},
        {"path": "settings.taste.need", "role": "uncertainties", "numeric": True},
        {"path": "rules.countries.all.rule", "role": "levers", "numeric": False},
    ]
    manifest = {"factors": factors, "goals": {"hedging_index": "high"}, "outcomes": ["hedging_index"]}
    return Batch("invented", {"runs": pd.DataFrame(rows, columns=columns)}, NAMES, caption="-", manifest=manifest)


def test_the_tournament_shows_regret_by_scenario_and_the_most_robust_rule_first() -> None:
    with theme():
        figure, said = page_of(TOURNAMENT, [sweep()], Pick())
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["1. bad", "2. good"]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["war", "peace", "mean of all", "worst future"]
    assert [text.get_text() for text in axis.texts] == ["1.0", "0", "0.5", "1.0", "0", "2.0", "1.0", "2.0"]
    assert "least in the worst future bad (1.0), most good (2.0); least on average bad (0.5)." in said
    assert figure.texts[1].get_text().startswith("0 = best; a high value counts as good here.")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"goals": {}}, "the experiment has no goal"),
        ({"factors": [one for one in sweep().manifest["factors"] if one["role"] != "levers"]}, "has no levers"),
    ],
)
def test_a_tournament_needs_goals_and_levers(change: dict[str, object], says: str) -> None:
    batch = sweep()
    with pytest.raises(HedgesimError, match=says):
        page_of(TOURNAMENT, [replace(batch, manifest={**batch.manifest, **change})], Pick())


def test_what_the_command_tournament_found_is_drawn_as_a_sweep_is() -> None:
    swept = sweep()
    runs = swept.tables["runs"].rename(columns={"rules.countries.all.rule": "rule"})
    regrets = pd.DataFrame({"outcome": ["hedging_index"], "goal": ["high"]})
    manifest = {"kind": "tournament", "own_rules": ["good"]}
    found = Batch("tournament", {"runs": runs, "regrets": regrets}, NAMES, manifest=manifest)
    columns = ["label", "scenario", "regret", "place"]
    tables = [TOURNAMENT.table([batch], Pick())[columns] for batch in (swept, found)]
    pd.testing.assert_frame_equal(*tables)
    with theme():
        figure, said = page_of(TOURNAMENT, [found], Pick())
    assert [label.get_weight() for label in figure.axes[0].get_yticklabels()] == ["normal", "bold"]
    assert said.endswith("; good: place 2 of 2.")


def test_an_outcome_is_drawn_along_what_varies_with_names_of_texts_and_one_scale() -> None:
    with theme():
        figure, said = page_of(ALONG, [sweep()], Pick())
    axes = {axis.get_title("left"): axis for axis in figure.axes if axis.get_visible()}
    assert list(axes) == ["scenario", "taste: need", "rule of countries"]
    assert [label.get_text() for label in axes["rule of countries"].get_xticklabels()] == ["good", "bad"]
    (line,) = (line for line in axes["taste: need"].lines if line.get_label() == "median")
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([0.0, 1.0], [2.5, 3.5])
    assert len({axis.get_ylim() for axis in axes.values()}) == 1
    assert said.startswith("Median hedging index moves most along")


def test_a_phase_map_has_a_cell_for_each_pair_of_values_with_its_mean() -> None:
    factors = ("settings.taste.need", "rules.countries.all.rule")
    table = PHASE_MAP.table([sweep()], Pick(factors=factors))
    found = {(row["x"], row["y_text"]): row["mean"] for row in table.to_dict("records")}
    assert found == {(0.0, "good"): 2.0, (0.0, "bad"): 2.5, (1.0, "good"): 3.0, (1.0, "bad"): 3.5}
    with theme():
        figure, said = page_of(PHASE_MAP, [sweep()], Pick(factors=factors))
    axis = figure.axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("taste: need", "rule of countries")
    assert [label.get_text() for label in axis.get_yticklabels()] == ["good", "bad"]
    assert "lowest 2 at taste: need 0 and rule of countries good; highest 3.5" in said


def test_a_phase_map_of_an_unknown_factor_names_the_one_that_is_meant() -> None:
    with pytest.raises(HedgesimError, match=r"does not vary it.*Did you mean"):
        PHASE_MAP.table([sweep()], Pick(factors=("settings.taste.needs",)))


def test_charts_of_several_batches_share_their_scale(small) -> None:
    one, two = small.batch("one"), small.batch("two")
    larger = one.tables["summary"].copy()
    larger[["q05", "q50", "q95"]] *= 1.0 + 0.5 * (larger["outcome"] == "hedging_index").to_numpy()[:, None]
    with theme():
        figure, _ = page_of(HEDGING, [one, replace(two, tables={**two.tables, "summary": larger})], Pick())
    axes = [axis for axis in figure.axes if axis.get_visible()]
    assert len(axes) == 12
    assert len({axis.get_ylim() for axis in axes}) == 1
    assert [axis.get_title("left") for axis in axes[:2]] == ["Kazakhstan, one", "Kazakhstan, two"]
    assert axes[1].lines[0].get_ydata() == pytest.approx(1.5 * np.asarray(axes[0].lines[0].get_ydata()))


@pytest.fixture(scope="module")
def small(invent):
    return invent(n_runs=2, n_quarters=6, n_formats=12)


@pytest.mark.parametrize("chart", OF_RUNS, ids=lambda chart: chart.name)
def test_every_chart_of_runs_keeps_within_its_page_and_says_what_it_shows(small, chart) -> None:
    batches = [small.batch("one"), small.batch("two")][: max(1, chart.needs.fewest)]
    with theme():
        figure, said = page_of(chart, batches, Pick())
        figure.canvas.draw()
    assert_within(figure)
    assert said.endswith(".")
    assert said in figure.get_label()
    assert any(character.isdigit() for character in said)


def test_every_chart_has_its_own_name_and_one_line_on_what_it_shows() -> None:
    for name, chart in CHARTS.items():
        assert chart_of(name) is chart
        assert 20 < len(chart.shows) < 110
        assert "\n" not in chart.shows
    with pytest.raises(HedgesimError, match='Did you mean "difference"'):
        chart_of("diference")
