"""Charts of boxes show the limits that they are given, name them, and keep within the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.plots.layout import assert_within

from hedgesim.plots import Batch, Names, Pick
from hedgesim.plots.discovery import BOXES, TRADEOFF, draw_discovery

RULE = "rules.countries.all.rule"
FACTORS = ["settings.formats.need", "settings.formats.trust"]


def boxes(n: int) -> Batch:
    """Some boxes with limits on numbers, from both sides, and on words."""
    steps = pd.DataFrame(
        {
            "step": range(5),
            "chosen": [False] * 4 + [True],
            "coverage": np.linspace(1.0, 0.3, 5),
            "density": np.linspace(0.2, 0.9, 5),
            "mass": np.linspace(1.0, 0.1, 5),
            "restricted": [0, 1, 2, 2, 3],
        }
    )
    limits = pd.DataFrame(
        [
            (FACTORS[0], "at least", 1.5, ""),
            (FACTORS[0], "at most", 4.5, ""),
            (FACTORS[1], "at most", 0.25, ""),
            (RULE, "among", np.nan, ", ".join(f"a_long_word_{k}" for k in range(9))),
        ],
        columns=["factor", "limit", "number", "words"],
    )
    each = pd.DataFrame({"box": range(1, n + 1)})
    steps, limits = (each.merge(table, how="cross") for table in (steps, limits.assign(quasi_p=0.01)))
    steps["coverage"] /= steps["box"]
    ranges = pd.DataFrame({"factor": FACTORS, "lowest": 0.0, "highest": [5.0, 1.0]})
    facts = {"when": "cohesion < 1", "hits": 20, "cases": 100}
    return Batch("invented", {"steps": steps, "limits": limits, "ranges": ranges}, Names({}, {}), manifest=facts)


@pytest.mark.parametrize("n", [1, 3])
def test_boxes_show_their_limits_and_the_chosen_steps_are_ringed(
    n: int, tmp_path: Path, pages: dict[str, Figure]
) -> None:
    draw_discovery(boxes(n), tmp_path)
    assert set(pages) == {"tradeoff", "boxes"}
    axis = pages["boxes"].axes[0]
    assert len(axis.get_yticklabels()) == 3 * n
    texts = [text.get_text() for text in axis.texts]
    assert texts[:4] == ["0 to 5", "1.5", "4.5", "0 to 1"]
    assert any(text.startswith("a_long_word_0") and text.endswith("…") for text in texts)
    grey, left = axis.lines[0], axis.lines[1]
    assert list(grey.get_xdata()) == [0, 1]
    assert list(left.get_xdata()) == pytest.approx([0.3, 0.9])
    tradeoff = pages["tradeoff"].axes[0]
    rings = [(*line.get_xdata(), *line.get_ydata()) for line in tradeoff.lines if line.get_marker() == "o"]
    assert rings == [(0.3 / box, 0.9) for box in range(1, n + 1)]
    assert len(tradeoff.collections) == n
    for figure in pages.values():
        assert_within(figure)


def test_boxes_are_told_in_words() -> None:
    said = BOXES.describe(BOXES.table([boxes(1)], Pick()))
    assert said.startswith(
        "When is cohesion < 1? Where formats: need at least 1.5 and at most 4.5; formats: trust at most"
    )
    said = TRADEOFF.describe(TRADEOFF.table([boxes(1)], Pick()))
    assert said.endswith("box 1 coverage 30%, density 90%; density among all cases 20%.")
