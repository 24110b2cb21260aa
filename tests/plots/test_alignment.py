from importlib import import_module
from itertools import combinations

import pandas as pd
import pytest
from matplotlib.text import Annotation, Text

from hedgesim.plots.alignment import (
    corner_shares,
    cut,
    reliability_bands,
    ternary,
    ternary_note,
    threat_and_trust,
    threat_bands,
    trust_bands,
)
from hedgesim.plots.theme import Frame, page, theme

COUNTRIES = pd.DataFrame(
    {
        "run": [0, 0],
        "period": ["2021Q1", "2021Q2"],
        "country": ["AAA", "AAA"],
        "presence_RED": [0.2, 0.1],
        "presence_BLUE": [0.1, 0.1],
        "presence_GREEN": [0.1, 0.1],
        "presence_PINK": [0.0, 0.1],
        "presence_other": [0.6, 0.6],
    }
)
CORNERS = {"A": ("RED",), "B": ("BLUE",), "C": ("GREEN", "PINK")}


def test_corners_are_groups_as_parts_of_their_sum() -> None:
    shares = corner_shares(COUNTRIES, CORNERS)
    assert shares[["A", "B", "C"]].to_numpy().tolist() == [
        pytest.approx([0.5, 0.25, 0.25]),
        pytest.approx([0.25, 0.25, 0.5]),
    ]


def test_a_ternary_needs_three_corners() -> None:
    with pytest.raises(ValueError, match="3 corners, not 2: A, B"):
        corner_shares(COUNTRIES, {"A": ("RED",), "B": ("BLUE",)})


def test_the_triangle_is_cut_below_all_paths_and_whole_when_they_span_it() -> None:
    shares = corner_shares(COUNTRIES, CORNERS)
    assert cut(shares) == pytest.approx((0.2, 0.2, 0.2))
    wide = shares.assign(A=[1.0, 0.0], B=[0.0, 1.0], C=[0.0, 0.0])
    assert cut(wide) == (0.0, 0.0, 0.0)


def test_the_note_says_what_the_corners_hold() -> None:
    note = ternary_note(corner_shares(COUNTRIES, CORNERS), COUNTRIES, corners=CORNERS)
    assert "C = GREEN+PINK" in note
    assert "40% to 40% of all presence" in note
    assert "dots" not in note


def test_each_country_is_named_at_its_path_and_no_names_overlap(invented) -> None:
    import_module("mpltern")
    shares = corner_shares(invented.tables["countries"], invented.names.corners)
    with theme():
        figure = page(8.2, 7.1, title="T", frame=Frame(left=0.9, right=0.9, below=0.75))
        axis = figure.add_subplot(projection="ternary")
        assert ternary(shares, axis, countries=invented.names.countries) is axis
        figure.canvas.draw()
        names = {name for name, _ in invented.names.countries.values()} | set(invented.names.corners)
        boxes = {
            text.get_text(): Text.get_window_extent(text)
            for text in axis.texts
            if isinstance(text, Annotation) and text.get_text() in names
        }
    assert set(boxes) == names
    assert not any(one.overlaps(other) for one, other in combinations(boxes.values(), 2))


def test_threat_is_the_mean_over_countries_within_each_run(invented) -> None:
    relations = invented.tables["relations"]
    row = threat_bands(relations).query("period == '2021Q1' and power == 'RUS'")
    picked = relations.query("period == '2021Q1' and power == 'RUS'")
    assert row["mean"].item() == pytest.approx(picked["threat"].mean())
    assert row["n"].item() == relations["run"].nunique()


def test_trust_of_pairs_is_the_mean_over_partners() -> None:
    pairs = pd.DataFrame(
        {"run": 0, "period": "2021Q1", "country": "AAA", "partner": ["BBB", "CCC"], "trust": [0.2, 0.6]}
    )
    assert trust_bands(pairs)["q50"].item() == pytest.approx(0.4)


@pytest.mark.parametrize("by", ["country", "power"])
def test_threat_and_trust_stand_side_by_side_with_room_for_labels(invented, by: str) -> None:
    relations = invented.tables["relations"]
    pairs = relations.rename(columns={"reliability": "trust"})
    trust = trust_bands(pairs) if by == "country" else reliability_bands(relations)
    with theme():
        figure = page(13, 4.4, title="T", frame=Frame(left=0.55, right=2.1))
        axes = threat_and_trust(
            threat_bands(relations), figure, trust=trust, names=invented.names, shocks=invented.shocks
        )
        figure.canvas.draw()
        boxes = [axis.get_tightbbox() for axis in axes]
    assert not boxes[0].overlaps(boxes[1])
    assert boxes[1].x1 <= figure.bbox.x1
