"""The documentation site. `make site` builds it from the pages of this folder, without the internet."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

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

LINK = re.compile(r"(?<=\]\()(?!\w+:)([^)\s#]+)(?=[)#])")

project = "hedgesim"
author = "The hedgesim developers"
copyright = "the hedgesim developers; Apache-2.0"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4  # as GitHub names them, so that a link works in both places
nb_execution_mode = "off"  # tests/test_docs.py executes the blocks of pages
highlight_language = "none"

autodoc_member_order = "bysource"

html_theme = "pydata_sphinx_theme"
html_title = "hedgesim"
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


def draw_math(writer: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which browsers draw themselves."""
    formula = re.sub(r"\\tag\{(.*?)\}", r"\\qquad (\1)", node.astext())
    writer.body.append(tex2mathml(formula, as_block=isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", lead_to_pages)
    app.connect("build-finished", write_llms)
    app.add_html_math_renderer("mathml", (draw_math, None), (draw_math, None))
