from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from tests.plots.layout import assert_nothing_overlaps, small_print

from hedgesim.experiment.points import Factor
from hedgesim.plots import draw_grid, draw_sweep
from hedgesim.plots.sweep_pages import short_names
from hedgesim.plots.theme import BLUE, COLORS

CAPTION = "Experiment invented, 4 runs a point, seed 7, not calibrated."
THREAT, SHOCK, RULE, SCENARIO = "settings.taste.threat", "shock_sizes.war_2022", "rules.countries.all.rule", "scenario"
SCENARIOS = ("war_2022", "no_war", "secondary_sanctions")
KINDS = {THREAT: True, SHOCK: True, RULE: False, SCENARIO: False}


def invent(n_runs: int = 4, **factors: Sequence[object]) -> pd.DataFrame:
    """Every combination of the factors: the index is twice the threat less the shock, and a little more each run."""
    rows = list(product(*factors.values(), range(n_runs)))
    frame = pd.DataFrame(rows, columns=[*factors, "run"]).assign(point=0, failed=None)
    threat, shock = (frame.get(path, pd.Series(0.0, frame.index)) for path in (THREAT, SHOCK))
    frame["hedging_index"] = 2 * threat - shock + 0.1 * frame["run"]
    return frame


def of_scenarios(**factors: Sequence[object]) -> pd.DataFrame:
    """Every combination under every scenario, whose index is ten higher than that of the scenario before."""
    frame = invent(**factors, **{SCENARIO: SCENARIOS})
    frame["hedging_index"] += 10 * frame[SCENARIO].map(SCENARIOS.index)
    return frame


def factors_of(frame: pd.DataFrame) -> list[Factor]:
    return [Factor(path, numeric) for path, numeric in KINDS.items() if path in frame]


@pytest.fixture
def drawn(pages: dict[str, Figure], tmp_path: Path) -> Callable[..., dict[str, Figure]]:
    """Draw a frame and hand out the figures by the names of their files."""

    def draw(frame: pd.DataFrame, factors: Sequence[Factor] | None = None, *, title: str = "Why") -> dict[str, Figure]:
        pages.clear()
        chosen = factors_of(frame) if factors is None else factors
        draw_sweep(frame, chosen, outcomes=["hedging_index"], folder=tmp_path, title=title, caption=CAPTION)
        return dict(pages)

    return draw


def medians(axis, color: str = BLUE) -> tuple[list[float], list[float]]:
    lines = [line for line in axis.lines if line.get_label() == "median" and to_hex(line.get_color()) == color.lower()]
    assert len(lines) == 1
    return lines[0].get_xdata().tolist(), lines[0].get_ydata().tolist()


def colours_of(axis) -> np.ma.MaskedArray:
    return axis.collections[0].get_array()


def test_medians_are_those_of_the_data_and_the_page_says_what_it_shows(drawn) -> None:
    frame = invent(n_runs=5, **{THREAT: [0.0, 1.0, 3.0]})
    figure = drawn(frame)["hedging_index"]
    (axis,) = figure.axes
    assert medians(axis) == ([0.0, 1.0, 3.0], pytest.approx([0.2, 2.2, 6.2]))
    band = axis.collections[0].get_paths()[0].vertices
    assert band[band[:, 0] == 1.0][:, 1].min() == pytest.approx(np.quantile(2 + 0.1 * np.arange(5), 0.05))
    assert axis.get_xlabel() == "taste: threat"
    assert axis.get_ylabel() == "hedging index"
    assert "Lines: median; bands: 90 % predictive, 5 to 95 % of runs; points: single runs. Runs: 15." in small_print(
        figure
    )
    assert CAPTION in small_print(figure)


def test_of_what_is_one_or_zero_the_share_of_runs_is_drawn(pages: dict[str, Figure], tmp_path: Path) -> None:
    frame = invent(n_runs=5, **{THREAT: [0.0, 1.0, 3.0]}).assign(
        member_AZE_CM=[0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    )
    draw_sweep(frame, factors_of(frame), outcomes=["member_AZE_CM"], folder=tmp_path, title="Who?", caption=CAPTION)
    figure = pages["member_AZE_CM"]
    assert medians(figure.axes[0]) == ([0.0, 1.0, 3.0], pytest.approx([0.2, 0.6, 1.0]))
    assert "Lines: share of runs in which this holds; points: single runs. Runs: 15." in small_print(figure)


def test_many_values_are_binned_and_many_runs_have_no_points(drawn) -> None:
    figure = drawn(invent(n_runs=1, **{THREAT: np.linspace(0, 1, 2400)}))["hedging_index"]
    x, y = medians(figure.axes[0])
    assert len(x) == 12
    assert y == pytest.approx(2 * np.array(x))
    assert len(figure.axes[0].lines) == 1
    assert "bins of equal count" in small_print(figure)
    assert "single runs" not in small_print(figure)


def test_failed_runs_are_left_out_and_counted(drawn) -> None:
    frame = invent(n_runs=3, **{THREAT: [0.0, 1.0]})
    frame.loc[[2, 5], "failed"] = "no number"
    frame.loc[0, "hedging_index"] = np.nan
    figure = drawn(frame)["hedging_index"]
    assert medians(figure.axes[0])[1] == pytest.approx([0.1, 2.05])
    assert "Runs: 6; failed and left out: 2; without a value and left out: 1." in small_print(figure)


def test_a_text_factor_keeps_the_order_of_appearance_and_values_that_always_failed(drawn) -> None:
    frame = invent(n_runs=3, **{RULE: ["random", "habit", "balancing"]})
    frame["hedging_index"] += frame[RULE].map({"random": 5.0, "habit": 1.0, "balancing": 3.0})
    frame.loc[frame[RULE] == "habit", "failed"] = "no number"
    figure = drawn(frame)["hedging_index"]
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_xticklabels()] == ["random", "habit", "balancing"]
    dots = [line.get_ydata()[0] for line in axis.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([5.1, np.nan, 3.1], nan_ok=True)
    assert axis.get_xlabel() == "rule of countries"
    assert "Dots and bars" in small_print(figure)
    assert "Lines" not in small_print(figure)


def test_lines_of_scenarios_differ_in_colour_dashes_and_marks(drawn) -> None:
    figure = drawn(of_scenarios(**{THREAT: [0.0, 1.0], SHOCK: [0.0, 2.0]}))["hedging_index"]
    assert len(figure.axes) == 3
    for rank in range(3):
        assert medians(figure.axes[1], COLORS[rank])[1] == pytest.approx([1.15 + 10 * rank, -0.85 + 10 * rank])
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(SCENARIOS)
    assert legend.get_title().get_text() == "scenario"
    looks = [(line.get_color(), str(line._unscaled_dash_pattern), line.get_marker()) for line in legend.get_lines()]
    assert all(len(set(kind)) == 3 for kind in zip(*looks, strict=True))
    assert_nothing_overlaps(figure)


def test_two_text_factors_or_one_with_many_values_do_not_split_a_page(drawn) -> None:
    two = invent(**{THREAT: [0.0, 1.0], RULE: ["habit", "random"], SCENARIO: SCENARIOS})
    many = invent(**{THREAT: [0.0, 1.0], RULE: [f"rule_{i}" for i in range(7)]})
    for frame in (two, many):
        figure = drawn(frame)["hedging_index"]
        assert not figure.legends
        assert medians(figure.axes[0])[1] == pytest.approx([0.15, 2.15])
    words = drawn(invent(**{RULE: [f"a_rule_with_a_long_name_{i}" for i in range(12)], SCENARIO: SCENARIOS}))
    assert len(words["hedging_index"].axes) == 2
    assert_nothing_overlaps(words["hedging_index"])


def test_a_factor_with_one_value_is_not_drawn(drawn) -> None:
    frame = invent(**{THREAT: [0.0, 1.0], SHOCK: [1.0], SCENARIO: ["war_2022"]})
    figures = drawn(frame)
    assert list(figures) == ["hedging_index"]
    assert [axis.get_xlabel() for axis in figures["hedging_index"].axes] == ["taste: threat"]
    still = drawn(frame, [Factor(SHOCK, True)])["hedging_index"]
    assert "no factor takes more than one value" in [text.get_text() for text in still.texts]


@pytest.mark.parametrize("split", [False, True])
def test_twenty_factors_share_an_axis_and_their_names_stay_whole_and_apart(drawn, split: bool) -> None:
    rng = np.random.default_rng(3)
    name = "settings.block_{0}.a_name_of_considerable_length_{0}"
    frame = pd.DataFrame({name.format(i): rng.uniform(0, 10.0 ** (i - 9), 300) for i in range(18)})
    frame["rules.powers.RUS.rule"] = rng.choice(["assertive_neighbourhood", "steady", "habit"], 300)
    if not split:
        frame[RULE] = rng.choice([f"rule_of_some_name_{i}" for i in range(6)], 300)
    factors = [Factor(path, path.startswith("settings")) for path in frame]
    frame = frame.assign(failed=None, hedging_index=rng.normal(0, 1, 300))
    figure = drawn(frame, factors)["hedging_index"]
    assert len(figure.axes) == len(factors)
    assert len({axis.get_ylim() for axis in figure.axes}) == 1
    assert figure.axes[0].get_xlabel().replace("\n", " ") == "block 0: a name of considerable length 0"
    assert figure.axes[18].get_xlabel() == "rule of RUS"
    assert min(axis.get_window_extent().height for axis in figure.axes) > 200
    assert bool(figure.legends) == split
    assert_nothing_overlaps(figure)


def test_a_map_shows_the_mean_of_each_cell_and_leaves_cells_without_a_run_blank(drawn) -> None:
    frame = invent(n_runs=3, **{THREAT: [0.0, 1.0, 2.0, 3.0, 4.0], SHOCK: [0.0, 1.0, 2.0, 4.0]})
    empty = (frame[THREAT] == 4.0) & (frame[SHOCK] >= 2.0)
    frame.loc[empty & (frame[SHOCK] == 2.0), "failed"] = "no number"
    figure = drawn(frame[~empty | frame["failed"].notna()])["hedging_index_map"]
    axis, bar = figure.axes
    cells = colours_of(axis)
    x, y = np.meshgrid(range(5), [0, 1, 2, 4])
    blank = (x == 4) & (y >= 2)
    assert np.array_equal(np.ma.getmaskarray(cells), blank)
    assert cells[~blank].tolist() == pytest.approx((2 * x - y + 0.1)[~blank].tolist())
    assert axis.collections[0].get_coordinates()[:, 0, 1].tolist() == [-0.5, 0.5, 1.5, 3.0, 5.0]
    assert axis.patch.get_hatch()
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("taste: threat", "size of war_2022 (1 = unchanged)")
    assert bar.get_ylabel() == "hedging index"
    assert len(axis.texts) > 1, "contours carry their values"
    assert "Hatched: no run." in small_print(figure)
    assert_nothing_overlaps(figure)


def test_few_cells_have_no_contours_and_a_constant_outcome_is_one_colour(drawn) -> None:
    few = drawn(invent(**{THREAT: range(3), SHOCK: range(5)}))["hedging_index_map"]
    assert not few.axes[0].texts
    assert "contours" not in small_print(few)
    same = invent(**{THREAT: range(5), SHOCK: range(5)}).assign(hedging_index=1.0)
    assert np.unique(colours_of(drawn(same)["hedging_index_map"].axes[0])).tolist() == [1.0]


def test_a_map_of_scattered_values_has_bins_that_hold_every_run(drawn) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({THREAT: rng.uniform(0, 1, 400), SHOCK: rng.uniform(0, 1, 400) ** 3, "failed": None})
    frame["hedging_index"] = frame[THREAT]
    axis = drawn(frame)["hedging_index_map"].axes[0]
    edges = axis.collections[0].get_coordinates()
    across, up = edges[0, :, 0], edges[:, 0, 1]
    assert len(across) == len(up) == 11
    assert np.histogram(frame[SHOCK], up)[0].tolist() == [40] * 10
    cells = colours_of(axis)
    assert np.all((cells >= across[:-1]) & (cells <= across[1:]))


def test_a_map_for_each_scenario_has_one_scale_and_the_order_of_appearance(drawn) -> None:
    figure = drawn(of_scenarios(**{THREAT: range(4), SHOCK: range(4)}))["hedging_index_map"]
    *maps, _ = figure.axes
    assert [axis.get_title("left") for axis in maps] == list(SCENARIOS)
    (limits,) = {axis.collections[0].get_clim() for axis in maps}
    assert limits == pytest.approx((-2.85, 26.15))
    assert [float(colours_of(axis)[0, 0]) for axis in maps] == pytest.approx([0.15, 10.15, 20.15])
    assert_nothing_overlaps(figure)


@pytest.mark.parametrize(
    "without",
    [
        pytest.param(lambda frame: frame.iloc[:0], id="empty"),
        pytest.param(lambda frame: frame.assign(failed="no number"), id="failed"),
        pytest.param(lambda frame: frame.assign(failed="no number").drop(columns="hedging_index"), id="no outcomes"),
        pytest.param(lambda frame: frame.assign(hedging_index=np.nan), id="no value"),
    ],
)
def test_without_a_run_the_page_says_so(drawn, without: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    figures = drawn(without(invent(**{THREAT: range(3), SHOCK: range(3)})), [Factor(THREAT, True), Factor(SHOCK, True)])
    assert list(figures) == ["hedging_index"]
    assert "no run succeeded" in [text.get_text() for text in figures["hedging_index"].texts]


def test_an_absent_outcome_is_named(tmp_path: Path) -> None:
    frame, outcomes = invent(**{THREAT: range(3)}), ["hedging_index", "trust", "strain"]
    with pytest.raises(KeyError, match="trust, strain"):
        draw_sweep(frame, factors_of(frame), outcomes=outcomes, folder=tmp_path, title="Why", caption="")


def test_a_title_too_long_for_the_page_goes_into_the_small_print(drawn) -> None:
    title = "A question about everything that may happen, " * 5
    figure = drawn(invent(**{THREAT: range(3)}), title=title)["hedging_index"]
    assert figure.texts[0].get_text() == "Hedging index"
    assert title.strip() in small_print(figure)
    assert_nothing_overlaps(figure)


def test_factors_are_called_shortly_unless_two_would_be_called_alike() -> None:
    called = {
        THREAT: "taste: threat",
        SHOCK: "size of war_2022",
        RULE: "rule of countries",
        SCENARIO: "scenario",
        "rules.countries.KAZ.rule": "rule of KAZ",
        "rules.powers.all.own_weight": "own weight of powers",
        "settings.threat_decay": "settings: threat decay",
        "a.b.same": "a.b.same",
        "c.b.same": "c.b.same",
    }
    assert short_names(called) == called


def test_neither_three_numbers_nor_few_samples_make_a_map_and_a_sparse_lattice_is_no_grid(drawn) -> None:
    two = [Factor(THREAT, True), Factor(SHOCK, True)]
    three = invent(**{THREAT: range(3), SHOCK: range(3), "beta": range(3)})
    assert list(drawn(three, [*two, Factor("beta", True)])) == ["hedging_index"]
    at = np.linspace(0.05, 0.95, 16)
    few = pd.DataFrame({THREAT: at[:4], SHOCK: at[[2, 0, 3, 1]], "hedging_index": at[:4], "failed": None})
    assert list(drawn(few, two)) == ["hedging_index"]
    lattice = pd.DataFrame(list(product(at, range(4))), columns=[THREAT, "k"])
    shock = (lattice[THREAT] * 7 + lattice["k"] * 0.23) % 1
    found = drawn(lattice.assign(**{SHOCK: shock, "hedging_index": shock, "failed": None}), two)["hedging_index_map"]
    assert "equal numbers of points." in small_print(found)


def test_a_grid_is_drawn_along_every_setting_and_as_a_map(pages: dict[str, Figure], tmp_path: Path) -> None:
    frame = invent(n_runs=2, **{THREAT: [0.0, 1.0, 3.0], SHOCK: [0.0, 2.0]}).drop(columns="point")
    draw_grid(frame, [THREAT, SHOCK], outcome="hedging_index", folder=tmp_path, caption=CAPTION)
    assert list(pages) == ["hedging_index", "hedging_index_map"]
    assert [axis.get_xlabel() for axis in pages["hedging_index"].axes] == [
        "taste: threat",
        "size of war_2022 (1 = unchanged)",
    ]
    assert medians(pages["hedging_index"].axes[0]) == ([0.0, 1.0, 3.0], pytest.approx([-0.95, 1.05, 5.05]))
    assert_nothing_overlaps(pages["hedging_index"])


def test_shares_are_in_percent_and_the_title_says_of_whom_and_when(pages: dict[str, Figure], tmp_path: Path) -> None:
    frame = invent(**{SHOCK: [0.0, 1.0, 2.0]}).rename(columns={"hedging_index": "presence_RUS_KAZ"})
    names, folder = {"RUS": "Russia", "KAZ": "Kazakhstan"}, tmp_path
    asked, about = ["presence_RUS_KAZ"], {"title": "Why", "caption": "", "quarter": "2026Q4"}
    draw_sweep(frame, factors_of(frame), outcomes=asked, folder=folder, names=names, **about)
    figure = pages["presence_RUS_KAZ"]
    figure.canvas.draw()
    (axis,) = figure.axes
    assert all(label.get_text().endswith("%") for label in axis.get_yticklabels())
    assert figure.texts[0].get_text().startswith("Presence of Russia in Kazakhstan, 2026Q4")
