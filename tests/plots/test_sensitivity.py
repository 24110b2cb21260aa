"""Charts of sensitivity show the numbers that they are given, name them, and keep within the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from tests.plots.layout import assert_apart, assert_within, small_print

from hedgesim.plots.sensitivity import MOST_LABELS, MOST_PANELS, Sensitivities, draw_sensitivity
from hedgesim.plots.theme import BLUE, FAINT

RULE = "rules.countries.all.rule"
NAMES = ["need", "trust", "attention", "threat", "bandwidth", "opening"]
FACTORS = [f"settings.formats.{name}" for name in NAMES]


def invented(
    measures: tuple[str, str], scenarios: int, rules: int, factors: list[str], vague_below: float = 0.0
) -> Sensitivities:
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
        outcome="cohesion", used=64, dropped=2, failed=3, undefined=0, noise=0.05, by_chance=0.1, varies=True
    )
    indices = pd.DataFrame(rows, columns=columns)
    low, high = indices["value"] - 0.05, indices["value"] + 0.05
    indices = indices.assign(low=low, high=high, vague=indices["value"] < vague_below)
    return Sensitivities(indices, basis, ("scenario", RULE), measures, "Lines: intervals.", "Experiment invented.")


def test_bars_are_as_long_as_the_indices_the_largest_first(tmp_path: Path, pages: dict[str, Figure]) -> None:
    found = invented(("ST", "S1"), 1, 1, FACTORS)
    draw_sensitivity(found, ["cohesion"], tmp_path)
    axis = pages["cohesion"].axes[0]
    assert [text.get_text() for text in axis.get_yticklabels()] == [f"formats: {name}" for name in NAMES[::-1]]
    total, first = (box for box in axis.containers if isinstance(box, BarContainer))
    values = found.indices.set_index(["measure", "factor"])["value"]
    for bars, measure in ((total, "ST"), (first, "S1")):
        assert [bar.get_width() for bar in bars] == pytest.approx([values[measure, path] for path in FACTORS[::-1]])
    legend = pages["cohesion"].legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["total (ST)", "first order (S1)"]
    colors = [patch.get_facecolor() for patch in legend.get_patches()]
    assert colors == [bars.patches[0].get_facecolor() for bars in (total, first)]


@pytest.mark.parametrize(
    ("measures", "scenarios", "rules"),
    [(("PAWN", "S1"), 1, 1), (("PAWN", "S1"), 2, 1), (("ST", "S1"), 2, 3), (("ST", "S1"), 7, 8)]
    + [(("mu_star", "sigma"), *numbers) for numbers in ((1, 1), (2, 1), (3, 5))],
)
def test_pages_hold_their_texts(
    measures: tuple[str, str], scenarios: int, rules: int, tmp_path: Path, pages: dict[str, Figure]
) -> None:
    draw_sensitivity(invented(measures, scenarios, rules, FACTORS), ["cohesion"], tmp_path)
    figure = pages["cohesion"]
    assert_within(figure)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert len(shown) == min(scenarios * rules, MOST_PANELS)
    notes, n = small_print(figure), scenarios * rules
    assert (f"The first 12 of {n} are drawn." in notes) == (n > MOST_PANELS)
    assert f"Left out because runs failed: {2 * n}." in notes
    titles = [axis.get_title("left") or axis.get_title() for axis in shown]
    assert len(set(titles)) == len(titles)


def test_names_of_effects_cover_neither_each_other_nor_lines(tmp_path: Path, pages: dict[str, Figure]) -> None:
    many = [f"settings.formats.factor_{k}" for k in range(18)]
    draw_sensitivity(invented(("mu_star", "sigma"), 1, 1, many), ["cohesion"], tmp_path)
    (axis,) = pages["cohesion"].axes
    boxes = [Text.get_window_extent(text) for text in axis.texts if isinstance(text, Annotation)]
    assert len(boxes) == MOST_LABELS
    assert_apart(boxes)
    assert all(box.x0 >= axis.get_window_extent().x0 for box in boxes)


def test_what_never_varies_is_not_drawn(tmp_path: Path, pages: dict[str, Figure]) -> None:
    found = invented(("ST", "S1"), 1, 1, FACTORS)
    found.basis["varies"] = False
    assert draw_sensitivity(found, ["cohesion"], tmp_path) == []


@pytest.mark.parametrize("measures", [("ST", "S1"), ("mu_star", "sigma")])
def test_a_vague_number_is_drawn_in_grey_and_the_chart_says_so(
    measures: tuple[str, str], tmp_path: Path, pages: dict[str, Figure]
) -> None:
    draw_sensitivity(invented(measures, 1, 1, FACTORS, vague_below=0.4), ["cohesion"], tmp_path)
    figure = pages["cohesion"]
    axis = figure.axes[0]
    if measures[0] == "ST":
        bars = next(box for box in axis.containers if isinstance(box, BarContainer))
        colors = [to_hex(bar.get_facecolor()) for bar in bars]
    else:
        colors = [to_hex(color) for color in axis.collections[-1].get_facecolor()][::-1]
    assert sorted(set(colors)) == sorted({BLUE.lower(), FAINT})
    assert "Grey: the interval covers all" in " ".join(text.get_text() for text in figure.texts)
