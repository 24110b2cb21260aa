"""Pages opened in a real Chromium: nothing fails, nothing leaves the page, keys are enough, and it prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from chromium import NARROW, SERIOUS, WIDE, launched

pytestmark = pytest.mark.browser

Made = Callable[..., Path]

PAGES = [("war",), ("war", "peace"), ("war", "peace", "fearful"), ("rules",), ("phases",)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab that fails the test for an error on the console, or a request that leaves the page."""
    opened = browser.new_page(viewport={"width": WIDE, "height": 900})
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None
    )
    opened.on("requestfailed", lambda asked: wrong.append(asked.url))
    yield opened
    assert wrong == []
    opened.close()


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_a_page_opens_fits_and_has_no_serious_fault_for_those_who_need_help(
    words: tuple[str, ...], page: Made, tab: Tab
) -> None:
    file = page(*words)
    requests: list[str] = []
    tab.on("request", lambda asked: requests.append(asked.url))
    tab.goto(file.as_uri())
    for width in (WIDE, NARROW):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.locator("h1").bounding_box()["y"] < 200
        assert tab.locator(".answer").bounding_box()["y"] < 500
        found = Axe().run(tab).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
    assert [url for url in requests if not url.startswith("data:")] == [file.as_uri()]


@pytest.mark.parametrize("words", [("war", "peace"), ("rules",)], ids=" ".join)
def test_a_page_prints_on_a4(words: tuple[str, ...], page: Made, tab: Tab, tmp_path: Path) -> None:
    tab.goto(page(*words).as_uri())
    printed = tab.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed
    tab.emulate_media(media="print")
    assert tab.locator("#filters").is_hidden()
    assert tab.locator("nav").is_hidden()


def test_a_table_is_sorted_by_keys_alone(page: Made, tab: Tab) -> None:
    tab.goto(page("war", "peace").as_uri())
    table = tab.locator("table", has_text=re.compile(r"peace less war, \d+ outcomes")).first
    tab.locator("summary", has_text="peace less war").press("Enter")
    head = table.locator("thead button", has_text="difference")
    head.focus()
    for order, key in (("ascending", "Enter"), ("descending", "Space")):
        tab.keyboard.press(key)
        assert table.locator(f"th[aria-sort={order}]").inner_text().startswith("difference")
        values = [float(value) for value in table.locator("tbody tr td:nth-child(3)").evaluate_all(
            "cells => cells.map(cell => cell.dataset.value)")]  # fmt: skip
        assert values == sorted(values, reverse=order == "descending")
        assert len(set(values)) > 1


def test_country_and_power_are_chosen_by_keys_alone(page: Made, tab: Tab) -> None:
    tab.goto(page("war", "peace").as_uri())
    tab.locator("summary", has_text="peace less war").press("Enter")
    shown = "rows => rows.filter(row => row.checkVisibility()).map(row => row.dataset"
    table = tab.locator("details[open] tbody tr")
    before = table.count()
    tab.locator("select[name=country]").focus()
    tab.keyboard.press("ArrowDown")
    chosen = tab.locator("select[name=country]").input_value()
    countries = set(table.evaluate_all(f"{shown}.country)"))
    assert chosen
    assert countries <= {chosen, None}
    assert 0 < len(table.evaluate_all(f"{shown}.country)")) < before
    assert "rows and charts are hidden" in tab.locator("#shown").inner_text()
    assert set(tab.locator("figure[data-country]").evaluate_all(f"{shown}.country)")) == {chosen}
    tab.locator("select[name=power]").focus()
    tab.keyboard.press("ArrowDown")
    power = tab.locator("select[name=power]").input_value()
    assert set(table.evaluate_all(f"{shown}.power)")) <= {power, None}


def test_all_is_there_without_script(page: Made, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page("war", "peace").as_uri())
    assert tab.locator("#filters").is_hidden()
    assert tab.locator("thead button").count() == 0
    assert tab.locator("main section").count() >= 9
    tab.locator("summary", has_text="peace less war").click()
    assert tab.locator("details[open] tbody tr").count() > 50
    context.close()
