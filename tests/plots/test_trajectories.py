import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text
from tests.plots.layout import assert_apart

from hedgesim.plots.trajectories import presence_bands, prior_lines, prior_note, threat_bands


def labels_of(axis: Axes) -> list[Text]:
    right = axis.get_window_extent().x1
    return [text for text in axis.texts if Text.get_window_extent(text).x0 > right]


def shown(data, chart: str) -> list[Axes]:
    return [axis for axis in data.pages[chart].axes if axis.get_visible()]


def test_a_panel_per_country_with_a_label_per_option_and_none_overlap_or_are_cut_off(crowded) -> None:
    figure, axes = crowded.pages["presence"], shown(crowded, "presence")
    assert [axis.get_title("left") for axis in axes] == [name for name, _ in crowded.names.countries.values()]
    for axis in axes:
        labels = labels_of(axis)
        assert {text.get_text().rstrip("°") for text in labels} == set(crowded.names.options)
        assert_apart(Text.get_window_extent(text) for text in labels)
    panels = [axis.get_tightbbox() for axis in axes]
    assert_apart(panels)
    assert all(figure.bbox.x0 <= panel.x0 <= panel.x1 <= figure.bbox.x1 for panel in panels)


def test_lines_and_bands_are_the_median_and_the_quantiles_of_the_summary(crowded) -> None:
    bands = presence_bands(crowded.tables["summary"])
    rows = bands[(bands["country"] == "KAZ") & (bands["option"] == "RUS")].sort_values("period")
    axis = shown(crowded, "presence")[0]
    assert axis.lines[0].get_ydata() == pytest.approx(rows["q50"].to_numpy())
    heights = axis.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((rows["q05"].min(), rows["q95"].max()))


def test_a_line_is_prior_dominated_when_most_of_its_start_is_in_such_cells() -> None:
    shares = pd.DataFrame(
        [
            (0, "2021Q1", "AAA", "security", "RED", 0.6, True),
            (0, "2021Q1", "AAA", "economy", "RED", 0.3, False),
            (0, "2021Q1", "AAA", "security", "other", 0.4, True),
            (0, "2021Q1", "AAA", "economy", "other", 0.7, False),
            (0, "2021Q2", "AAA", "economy", "other", 0.7, True),
            (1, "2021Q1", "AAA", "economy", "other", 0.7, True),
        ],
        columns=["run", "period", "country", "domain", "option", "share", "prior_dominated"],
    )
    lines = prior_lines(shares).set_index("option")
    assert lines["prior_dominated"].to_dict() == {"RED": True, "other": False}
    assert "2 of 4 starting shares are prior-dominated" in prior_note(lines.reset_index())
    assert prior_note(prior_lines(shares.assign(prior_dominated=False))) == ""


def test_prior_dominated_lines_are_marked_in_label_band_and_end(crowded) -> None:
    axis, prior = shown(crowded, "presence")[0], prior_lines(crowded.tables["shares"])
    texts = {text.get_text() for text in labels_of(axis)}
    hatched = [patch for patch in axis.collections if patch.get_hatch()]
    marked = set(prior[(prior["country"] == "KAZ") & prior["prior_dominated"]]["option"])
    assert {text[:-1] for text in texts if text.endswith("°")} == marked
    assert len(hatched) == len(marked) > 0


def test_the_hedging_index_names_every_country_once_and_its_axis_does_not_magnify_noise(crowded) -> None:
    (axis,) = crowded.pages["hedging_index"].axes
    labels = labels_of(axis)
    assert_apart(Text.get_window_extent(text) for text in labels)
    assert {text.get_text() for text in labels} == {name for name, _ in crowded.names.countries.values()}
    low, high = axis.get_ylim()
    assert high - low >= 0.2 - 1e-9
    assert 0 <= low < high <= 1


def test_threat_is_the_mean_over_countries_within_each_run(crowded) -> None:
    where, relations = "period == '2021Q1' and power == 'RUS'", crowded.tables["relations"]
    row = threat_bands(relations).query(where)
    assert row["mean"].item() == pytest.approx(relations.query(where)["threat"].mean())
    assert row["n"].item() == relations["run"].nunique()


def test_threat_and_trust_are_side_by_side_with_room_for_labels(crowded) -> None:
    boxes = [axis.get_tightbbox() for axis in crowded.pages["threat_trust"].axes]
    assert len(boxes) == 2
    assert_apart(boxes)
    assert boxes[1].x1 <= crowded.pages["threat_trust"].bbox.x1
