"""Charts of sensitivity and of boxes show the numbers that they are given, name them, and keep within the page."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from hedgesim.plots import discovery, sensitivity
from hedgesim.plots.discovery import Found, draw_discovery
from hedgesim.plots.sensitivity import MOST_LABELS, MOST_PANELS, Sensitivities, draw_sensitivity

RULE = "rules.countries.all.rule"
FACTORS = [f"settings.formats.{name}" for name in ("need", "trust", "attention", "threat", "bandwidth", "opening")]


def invented(measures: tuple[str, str], scenarios: int, rules: int, factors: list[str]) -> Sensitivities:
    """Indices that grow along the factors, the second measure half the first."""
    rng = np.random.default_rng(5)
    groups = [(f"scenario_{n}", f"rule_{k}") for n in range(scenarios) for k in range(rules)]
    rows = [
        (*group, "cohesion", measure, factor, "", (k + 1) / len(factors) / (1 + n) + 0.01 * rng.random(), 0.05)
        for group in groups
        for n, measure in enumerate(measures)
        for k, factor in enumerate(factors)
    ]
    columns = ["scenario", RULE, "outcome", "measure", "factor", "other", "value", "confidence"]
    basis = pd.DataFrame(groups, columns=["scenario", RULE]).assign(
        outcome="cohesion", used=64, dropped=2, failed=3, noise=0.05, by_chance=0.1, varies=True
    )
    indices = pd.DataFrame(rows, columns=columns)
    return Sensitivities(indices, basis, ("scenario", RULE), measures, "Lines: intervals.", "Experiment invented.")


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """The figures that are drawn, by the names of their files."""
    figures: dict[str, Figure] = {}

    def keep(figure: Figure, folder: Path, *, name: str) -> list[Path]:
        figure.canvas.draw()
        figures[name] = figure
        return [folder / f"{name}.png"]

    monkeypatch.setattr(sensitivity.look, "save", keep)
    return figures


def assert_within(figure: Figure) -> None:
    """Every text of the page and of its axes lies on it."""
    renderer = figure.canvas.get_renderer()
    page = figure.bbox
    ticks = [text for axis in figure.axes if axis.get_visible() for text in axis.get_yticklabels()]
    titles = [axis.title for axis in figure.axes if axis.get_visible()]
    for text in (*figure.texts, *ticks, *titles):
        box = text.get_window_extent(renderer)
        assert text.get_text() == "" or (box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1), text.get_text()


def test_bars_are_as_long_as_the_indices_the_largest_first(tmp_path: Path, pages: dict[str, Figure]) -> None:
    found = invented(("ST", "S1"), 1, 1, FACTORS)
    draw_sensitivity(found, ["cohesion"], tmp_path)
    axis = pages["cohesion"].axes[0]
    assert [text.get_text() for text in axis.get_yticklabels()] == [
        f"formats: {path.rpartition('.')[2]}" for path in FACTORS[::-1]
    ]
    total, first = (box for box in axis.containers if isinstance(box, BarContainer))
    values = found.indices.set_index(["measure", "factor"])["value"]
    for bars, measure in ((total, "ST"), (first, "S1")):
        assert [bar.get_width() for bar in bars] == pytest.approx([values[measure, path] for path in FACTORS[::-1]])
    legend = pages["cohesion"].legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["total (ST)", "first order (S1)"]
    colors = [patch.get_facecolor() for patch in legend.get_patches()]
    assert colors == [bars.patches[0].get_facecolor() for bars in (total, first)]


@pytest.mark.parametrize("measures", [("ST", "S1"), ("PAWN", "S1"), ("mu_star", "sigma")])
@pytest.mark.parametrize(("scenarios", "rules"), [(1, 1), (2, 1), (2, 3), (7, 8)])
def test_pages_hold_their_texts(
    measures: tuple[str, str], scenarios: int, rules: int, tmp_path: Path, pages: dict[str, Figure]
) -> None:
    draw_sensitivity(invented(measures, scenarios, rules, FACTORS), ["cohesion"], tmp_path)
    figure = pages["cohesion"]
    assert_within(figure)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert len(shown) == min(scenarios * rules, MOST_PANELS)
    notes = " ".join(text.get_text() for text in figure.texts)
    assert ("The first 12 of 56 are drawn." in notes) == (scenarios * rules > MOST_PANELS)
    assert f"Left out because runs failed: {2 * scenarios * rules}." in notes
    titles = [axis.get_title("left") or axis.get_title() for axis in shown]
    assert len(set(titles)) == len(titles)


def test_names_of_effects_cover_neither_each_other_nor_lines(tmp_path: Path, pages: dict[str, Figure]) -> None:
    many = [f"settings.formats.factor_{k}" for k in range(18)]
    draw_sensitivity(invented(("mu_star", "sigma"), 1, 1, many), ["cohesion"], tmp_path)
    figure = pages["cohesion"]
    renderer = figure.canvas.get_renderer()
    names = [text for text in figure.axes[0].texts if isinstance(text, Annotation)]
    assert len(names) == MOST_LABELS
    boxes = [super(Annotation, name).get_window_extent(renderer) for name in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(box.x0 >= figure.axes[0].get_window_extent().x0 for box in boxes)


def test_what_never_varies_is_not_drawn(tmp_path: Path, pages: dict[str, Figure]) -> None:
    found = invented(("ST", "S1"), 1, 1, FACTORS)
    found.basis["varies"] = False
    assert draw_sensitivity(found, ["cohesion"], tmp_path) == []


def boxes(n: int) -> Found:
    """Some boxes with limits on numbers, from both sides, and on words."""
    steps = pd.DataFrame(
        {
            "box": np.repeat(np.arange(1, n + 1), 5),
            "step": np.tile(np.arange(5), n),
            "chosen": np.tile([False] * 4 + [True], n),
            "coverage": np.tile(np.linspace(1.0, 0.3, 5), n) / np.repeat(np.arange(1, n + 1), 5),
            "density": np.tile(np.linspace(0.2, 0.9, 5), n),
            "mass": np.tile(np.linspace(1.0, 0.1, 5), n),
            "restricted": np.tile([0, 1, 2, 2, 3], n),
        }
    )
    limits = pd.DataFrame(
        [
            (box, factor, limit, number, words, 0.01)
            for box in range(1, n + 1)
            for factor, limit, number, words in (
                (FACTORS[0], "at least", 1.5, ""),
                (FACTORS[0], "at most", 4.5, ""),
                (FACTORS[1], "at most", 0.25, ""),
                (RULE, "among", np.nan, ", ".join(f"a_long_word_{k}" for k in range(9))),
            )
        ],
        columns=["box", "factor", "limit", "number", "words", "quasi_p"],
    )
    ranges = {FACTORS[0]: (0.0, 5.0), FACTORS[1]: (0.0, 1.0)}
    return Found(steps, limits, ranges, "When is cohesion < 1?", "Experiment invented.", 0.2)


@pytest.mark.parametrize("n", [1, 3])
def test_boxes_show_their_limits(n: int, tmp_path: Path, pages: dict[str, Figure]) -> None:
    draw_discovery(boxes(n), tmp_path)
    assert set(pages) == set(discovery.CHARTS)
    axis = pages["limits"].axes[0]
    assert len(axis.get_yticklabels()) == 3 * n
    texts = [text.get_text() for text in axis.texts]
    assert texts[:4] == ["0 to 5", "1.5", "4.5", "0 to 1"]
    assert any(text.startswith("a_long_word_0") and text.endswith("…") for text in texts)
    grey, left = axis.lines[0], axis.lines[1]
    assert list(grey.get_xdata()) == [0, 1]
    assert list(left.get_xdata()) == pytest.approx([0.3, 0.9])
    for figure in pages.values():
        assert_within(figure)


def test_the_tradeoff_rings_the_chosen_box(tmp_path: Path, pages: dict[str, Figure]) -> None:
    draw_discovery(boxes(2), tmp_path)
    axis = pages["tradeoff"].axes[0]
    rings = [line for line in axis.lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in rings] == [(0.3, 0.9), (0.15, 0.9)]
    assert len(axis.collections) == 2
