"""The documentation site. `make site` builds it from the pages of this folder, without the internet."""

import os
import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

DOCS = Path(__file__).parent
ROOT = DOCS.parent
SHOWN = {
    "changes": "CHANGELOG.md",
    "code_of_conduct": "CODE_OF_CONDUCT.md",
    "contributing": "CONTRIBUTING.md",
    "data_raw": "data-raw/README.md",
}
"""Pages of the site that are files outside this folder; a page here with the same name leads to the file."""

MATHML = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", MATHML)
LINK = re.compile(r"(?<=\]\()(?!\w+:)([^)\s#]+)(?=[)#])")

project = "hedgesim"
author = "The hedgesim developers"
copyright = "the hedgesim developers; Apache-2.0"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4  # as GitHub names them, so that a link works in both places
nb_execution_mode = "off"  # tests/test_docs.py executes the blocks of pages
highlight_language = "none"

autodoc_member_order = "bysource"
default_role = "code"

html_theme = "pydata_sphinx_theme"
html_title = "hedgesim"
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {"navigation_with_keys": False, "show_toc_level": 2}


def lead_to_pages(_: Any, name: str, source: list[str]) -> None:
    """Show a file from outside this folder on its page, and let links to such files lead to the pages."""
    origin = ROOT / SHOWN[name] if name in SHOWN else DOCS / f"{name}.md"
    pages = {(ROOT / file).resolve(): DOCS / f"{page}.md" for page, file in SHOWN.items()}

    def target(link: re.Match[str]) -> str:
        file = (origin.parent / link[1]).resolve()
        return os.path.relpath(pages.get(file, file), (DOCS / name).parent)

    text = origin.read_text(encoding="utf-8") if name in SHOWN else source[0]
    source[0] = LINK.sub(target, text)


def write_llms(app: Any, _: Exception | None) -> None:
    """Put llms.txt beside the pages, with links to their sources."""
    text = (ROOT / "llms.txt").read_text(encoding="utf-8").replace("](docs/", "](_sources/").replace(".md)", ".md.txt)")
    (Path(app.outdir) / "llms.txt").write_text(
        text.replace("](README.md.txt)", "](_sources/index.md.txt)"), encoding="utf-8"
    )


def mathml(formula: str, block: bool) -> str:
    """A formula as MathML, which browsers draw themselves."""
    if re.search(r"frac(?!{)", formula):
        raise ValueError(f"{formula}: write braces after \\frac, or it is misread")
    text = re.sub(r"\\tag{(.*?)}", r"\\qquad (\1)", formula).replace(r"\_", "_")
    named = re.compile(r"&(?!lt;|gt;|amp;)\w+;")  # entities of HTML, which XML does not know
    tree = ElementTree.fromstring(named.sub(lambda one: unescape(one[0]), tex2mathml(text, as_block=block)))
    for node in tree.iter(f"{{{MATHML}}}munderover"):
        base, below, above = node
        if above.text in {"\u02c6", "\u02c9"}:  # a hat or a bar, which belongs to the letter alone
            node.tag = f"{{{MATHML}}}msub"
            node[:] = [ElementTree.Element(f"{{{MATHML}}}mover", {"accent": "true"}), below]
            node[0].extend((base, above))
    return ElementTree.tostring(tree, encoding="unicode")


def draw_math(writer: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula into a page."""
    block = isinstance(node, nodes.math_block)
    text = mathml(node.astext(), block)
    writer.body.append(f'<div class="math" tabindex="0">{text}</div>' if block else text)
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", lead_to_pages)
    app.connect("build-finished", write_llms)
    app.add_html_math_renderer("mathml", (draw_math, None), (draw_math, None))
