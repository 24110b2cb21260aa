from pathlib import Path

import matplotlib
import pytest

from hedgesim.plots.theme import Frame, legend_rows, page, save, text_color, theme


def test_the_theme_leaves_no_trace_outside() -> None:
    before = dict(matplotlib.rcParams)
    with theme():
        assert matplotlib.rcParams["svg.hashsalt"] == "hedgesim"
    assert dict(matplotlib.rcParams) == before


def test_files_depend_neither_on_the_users_settings_nor_on_the_day_nor_on_the_program(tmp_path: Path) -> None:
    def draw() -> dict[str, bytes]:
        with theme():
            figure = page(3, 2, title="A title", notes=["small print"])
            figure.subplots().plot([0, 1], [0, 1])
            return {path.name: path.read_bytes() for path in save(figure, tmp_path, name="chart")}

    plain = draw()
    assert list(plain) == ["chart.png", "chart.svg"]
    assert b"date" not in plain["chart.svg"].lower()
    assert b"Software" not in plain["chart.png"]
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.hashsalt": None}):
        assert draw() == plain


def test_the_page_grows_with_its_small_print_and_its_legend_and_the_axes_do_not_shrink() -> None:
    with theme():
        plain = page(6, 3, title="T", notes=["word " * 3])
        noted = page(6, 3, title="T", notes=["word " * 300])
        keyed = page(6, 3, title="T", notes=["word " * 3], frame=Frame(legend_rows=3))
        heights = [figure.get_figheight() for figure in (plain, noted, keyed)]
        boxes = [figure.subplots().get_window_extent().height for figure in (plain, noted, keyed)]
    assert heights[1] > heights[0] + 1
    assert heights[2] > heights[0]
    assert boxes == pytest.approx([boxes[0]] * 3)


def test_no_line_of_small_print_runs_off_the_page() -> None:
    with theme():
        figure = page(5, 3, title="T", notes=["MWM mwm " * 80, "x" * 500])
        right = max(text.get_window_extent().x1 for text in figure.texts[:1])
        widths = [text.get_window_extent().x1 for text in figure.texts if text.get_text().startswith("x")]
    assert right < figure.bbox.x1
    assert widths
    assert max(widths) < figure.bbox.x1


def test_a_legend_takes_more_rows_on_a_narrow_page() -> None:
    texts = ["a name of some length"] * 10
    assert legend_rows(texts, 13) < legend_rows(texts, 6) <= legend_rows(texts, 1) == 10


@pytest.mark.parametrize(
    ("color", "kept"), [("#000000", True), ("#0072B2", True), ("#56B4E9", False), ("#F0E442", False)]
)
def test_pale_colours_are_darkened_for_text(color: str, kept: bool) -> None:
    assert (text_color(color).lower() == color.lower()) == kept
