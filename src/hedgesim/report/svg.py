"""Figures as parts of a page: SVG with text as text, names of its own, and words for those who do not see it."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

from hedgesim.errors import printable

PIXELS = 96
"""Of a page, in an inch."""

METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
DROPPED = ("metadata", "style")
LINK = "{http://www.w3.org/1999/xlink}href"

_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(r"url\(#(.*?)\)")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"font-family: [^;]*; ?")


def inline(figure: Figure, name: str, *, title: str, words: str) -> Markup:
    """A figure as SVG for a page; call it in the theme.

    name: one that no other figure of the page has. title: what is read first. words: what the figure shows.
    """
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata=METADATA)
    # a character that XML does not know is written as its escape before the text is read as XML
    text = _STEERING.sub(lambda found: printable(found[0]), stream.getvalue())
    root = ElementTree.fromstring(text)
    used = _references(root)
    for element in list(root.iter()):
        for child in [one for one in element if _plain(one.tag) in DROPPED]:
            element.remove(child)
        _tidy(element, name, used)
    about = {"title": title, "desc": words}
    for place, (tag, says) in enumerate(about.items()):
        child = ElementTree.Element(tag)
        child.text = printable(says)
        root.insert(place, child)
    width, box = float(figure.get_figwidth()) * PIXELS, root.attrib["viewBox"]
    root.attrib = {"viewBox": box, "width": f"{width:.0f}", "role": "img", "aria-label": printable(f"{title}. {words}")}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _references(root: ElementTree.Element) -> set[str]:
    """The ids that something in the figure refers to."""
    links = {element.attrib[LINK][1:] for element in root.iter() if LINK in element.attrib}
    values = (value for element in root.iter() for value in element.attrib.values())
    return links | {name for value in values for name in _REFERENCE.findall(value)}


def _tidy(element: ElementTree.Element, name: str, used: set[str]) -> None:
    """One element without namespace, spare ids and spare digits; ids and references begin with the name."""
    element.tag = _plain(element.tag)
    element.text = printable(element.text) if element.tag == "text" and element.text else None
    element.tail = None
    found = dict(element.attrib)
    identity, link = found.pop("id", ""), found.pop(LINK, "")
    if identity in used:
        found["id"] = f"{name}-{identity}"
    if link:
        found["href"] = f"#{name}-{link[1:]}" if link.startswith("#") else link
    for key, value in found.items():
        value = _REFERENCE.sub(rf"url(#{name}-\1)", value)
        if key in {"d", "x", "y", "transform"}:
            value = " ".join(_LONG.sub(lambda number: f"{float(number[0]):.2f}", value).split())
        found[key] = _FONT.sub("", value) if key == "style" else value
    element.attrib = found
