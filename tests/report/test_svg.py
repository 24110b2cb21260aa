"""Figures in a page: text stays text, names do not clash, nothing of a user's text is markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from hedgesim.plots.theme import theme
from hedgesim.report.svg import inline


def drawn(text: str, name: str = "one") -> str:
    """A line, a band that is clipped, an image and a text."""
    with theme():
        figure = Figure(figsize=(3.0, 2.0))
        axis = figure.add_subplot()
        axis.plot([0, 1], [0, 1], "o-")
        axis.imshow([[0.0, 1.0]])
        axis.set_title(text)
        return str(inline(figure, name, title=text, words=f"It shows {text}."))


@pytest.mark.parametrize(
    "text",
    ['<b id="x">&amp;', "$x^2$", "[red]", 'href="#a" url(#b)', "</text></svg><script>alert(1)</script>", "<!-- -->"],
)
def test_text_is_text_and_literal(text: str) -> None:
    root = ElementTree.fromstring(drawn(text))
    assert text in [one.text for one in root.iter("text")]
    assert root.find("title").text == text
    assert root.attrib["aria-label"] == f"{text}. It shows {text}."
    assert [one for one in root.iter() if one.tag in {"b", "script", "style", "metadata"}] == []


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1b[31mred", r"a\x1b[31mred"), ("\u202eevil", r"\u202eevil"), ("\x00", r"\x00")]
)
def test_characters_that_steer_are_escapes(text: str, shown: str) -> None:
    assert ElementTree.fromstring(drawn(text)).find("title").text == shown
    assert text not in drawn(text)


def test_figures_of_other_names_share_no_id_and_refer_to_their_own() -> None:
    sides = [drawn("same", name) for name in ("one", "two")]
    ids = [set(re.findall(r' id="(.*?)"', side)) for side in sides]
    assert ids[0]
    assert ids[0] & ids[1] == set()
    for own, side in zip(ids, sides, strict=True):
        assert set(re.findall(r'url\(#(.*?)\)|href="#(.*?)"', side)) <= {(one, "") for one in own} | {
            ("", one) for one in own
        }
        assert 'href="data:image/png' in side


def test_equal_figures_give_equal_text() -> None:
    assert drawn("same") == drawn("same")
