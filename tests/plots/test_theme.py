from pathlib import Path

import matplotlib
import pytest
from matplotlib.lines import Line2D

from hedgesim.plots.theme import TITLE_LINE, Frame, fitting, ink_on, legend, legend_rows, page, save, text_color, theme


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


def test_the_page_grows_with_its_notes_and_its_legend_and_the_axes_do_not_shrink() -> None:
    with theme():
        bare = page(6, 3, title="T")
        noted = page(6, 3, title="T", notes=["How to read it.", "word " * 300])
        keyed = page(6, 3, title="T", notes=["How to read it.", "word " * 300], frame=Frame(legend_rows=3))
        heights = [figure.get_figheight() for figure in (bare, noted, keyed)]
        boxes = [figure.subplots().get_window_extent().height for figure in (bare, noted, keyed)]
    assert heights[0] < heights[1] < heights[2]
    assert heights[1] - heights[0] < 0.5, "notes take one line above and one below"
    assert boxes == pytest.approx([boxes[0]] * 3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One. Two. Three", "One. Two. Three"),
        ("Short. " + "Word " * 100, "Short."),
        ("It costs 5 % of $x^2$. <b>Bold</b>", "It costs 5 % of $x^2$. <b>Bold</b>"),
        ("", ""),
    ],
)
def test_a_line_holds_the_sentences_that_fit(text: str, shown: str) -> None:
    assert fitting(text, 4.0) == shown


@pytest.mark.parametrize("width", [0.5, 2.0, 6.0])
def test_of_a_sentence_that_does_not_fit_a_line_holds_the_beginning(width: float) -> None:
    text = "M" * 500
    lines = [fitting(text, wide) for wide in (width, 1.2 * width)]
    assert all(text.startswith(line.rstrip("…")) and line.endswith("…") for line in lines)
    assert 1 < len(lines[0]) < len(lines[1])


TITLES = {
    "Short": "Short",
    "Presence of Russia in Kazakhstan: kaz less kaz without leaves": (
        "Presence of Russia in Kazakhstan: kaz\nless kaz without leaves"
    ),
    "<b> " * 20 + "$x$": "<b> <b> <b> <b> <b> <b> <b> <b>\n<b> ",
    "M" * 80: "M",
    "": "",
}


@pytest.mark.parametrize(("title", "shown"), TITLES.items(), ids=lambda text: text[:20])
def test_a_long_title_takes_a_second_line_and_what_is_below_it_moves_down(title: str, shown: str) -> None:
    with theme():
        plain, figure = (page(4.0, 3.0, title=text, notes=["Read it so."]) for text in ("Short", title))
        legend(figure, [Line2D([], [])], ["key"], columns=1)
        head, reads = (text.get_window_extent() for text in figure.texts[:2])
        key = figure.legends[0].get_window_extent()
    lines = figure.texts[0].get_text().split("\n")
    assert "\n".join(lines).startswith(shown)
    assert len(lines) <= 2
    assert head.x1 < figure.bbox.x1
    assert head.y0 >= reads.y1
    assert reads.y0 >= key.y1 - 2.0
    more = float(figure.get_figheight() - plain.get_figheight())
    assert more == pytest.approx(TITLE_LINE * (len(lines) - 1))


def test_what_does_not_fit_is_in_the_description_of_the_file_and_text_is_text(tmp_path: Path) -> None:
    notes = ["Read it so.", "A note of <b>$x^2$</b>.", "A long note: " + "word " * 200 + "the end."]
    with theme():
        figure = page(5, 3, title="T & <T>", notes=notes)
        right = max(text.get_window_extent().x1 for text in figure.texts)
        save(figure, tmp_path, name="chart")
    assert right < figure.bbox.x1
    svg = (tmp_path / "chart.svg").read_text()
    assert "the end." in svg.partition("</metadata>")[0]
    assert ">A note of &lt;b&gt;$x^2$&lt;/b&gt;.</text>" in svg
    assert b"the end." in (tmp_path / "chart.png").read_bytes()


def test_a_legend_takes_more_rows_on_a_narrow_page() -> None:
    texts = ["a name of some length"] * 10
    assert legend_rows(texts, 13) < legend_rows(texts, 6) <= legend_rows(texts, 1) == 10


@pytest.mark.parametrize(
    ("color", "kept"), [("#000000", True), ("#0072B2", True), ("#56B4E9", False), ("#F0E442", False)]
)
def test_pale_colours_are_darkened_for_text(color: str, kept: bool) -> None:
    assert (text_color(color).lower() == color.lower()) == kept


@pytest.mark.parametrize(("color", "ink"), [("#000000", "white"), ("#0072B2", "white"), ("#E69F00", "#222222")])
def test_text_on_a_colour_is_in_the_ink_with_more_contrast(color: str, ink: str) -> None:
    assert ink_on(color) == ink
