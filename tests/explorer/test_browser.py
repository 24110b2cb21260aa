"""The explorer in a real Chromium: what one sees follows what one does, and nothing but this computer is asked."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

import hedgesim
from chromium import NARROW, SERIOUS, WIDE, launched

pytestmark = pytest.mark.browser

PATIENCE = 60_000
"""Milliseconds that a busy computer may take for an answer."""

RULE = '''\
from dataclasses import dataclass

from hedgesim.rules.countries.habit import Habit


@dataclass(frozen=True)
class QuietNeighbour(Habit):
    """As habit."""
'''


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an explorer that runs in a process of its own and knows a rule of the user's."""
    folder = tmp_path_factory.mktemp("explorer")
    (folder / "quiet_neighbour.py").write_text(RULE)
    words = [*("explore", "war_2022", "--port", "0", "--no-browser"), "--rules", "quiet_neighbour.py"]
    running = subprocess.Popen(
        [sys.executable, "-m", "hedgesim", *words], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    said = running.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", said)
    assert found, said + running.stderr.read()
    yield found[0]
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=30) in {0, 130}
    assert "Traceback" not in running.stderr.read()
    running.stderr.close()
    assert sorted(path.name for path in folder.iterdir() if path.name != "__pycache__") == ["quiet_neighbour.py"]


@pytest.fixture
def open_tab(browser: Browser, server: str) -> Iterator[Callable[..., Tab]]:
    """Opens tabs that fail the test for an error on the console, and for a request to another computer."""
    wrong: list[str] = []
    opened: list[Tab] = []

    def open_one(state: str = "", *, faults: bool = False) -> Tab:
        tab = browser.new_page(viewport={"width": WIDE, "height": 900})
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on(
            "request",
            lambda asked: None if asked.url.startswith((server, "data:", "blob:")) else wrong.append(asked.url),
        )
        tab.goto(f"{server}{state}")
        expect(tab.locator(".tile")).to_have_count(6, timeout=PATIENCE)
        opened.append(tab)
        if faults:  # Chromium reports answers with faults as errors of its own
            wrong[:] = [text for text in wrong if "422" not in text]
        return tab

    yield open_one
    for tab in opened:
        tab.close()
    assert [text for text in wrong if "422" not in text] == []


def state_of(tab: Tab) -> dict[str, list[str]]:
    return parse_qs(urlsplit(tab.url).fragment)


def settled(tab: Tab) -> None:
    """Wait for the answer to what was changed."""
    tab.wait_for_timeout(400)
    expect(tab.locator("body")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE)


def tiles(tab: Tab) -> list[str]:
    return tab.locator(".tile").all_inner_texts()


def test_the_page_opens_fits_and_has_no_serious_fault_for_those_who_need_help(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=war_2022&quarter=2023Q3&country=KAZ&play=KAZ&from=2023Q2&now=2023Q3")
    expect(tab.locator("#why svg")).to_be_visible()
    choosing(tab, "2023Q4")
    for details in tab.locator("details").all():
        details.evaluate("box => { box.open = true; }")
    for width in (WIDE, NARROW):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.wait_for_timeout(400)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(tab).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
    for chart in ("effects", "fan-0", "shares", "hedging", "why", "ladder"):
        assert tab.locator(f"#{chart} svg").bounding_box()["width"] > 200


def test_steps_and_play_go_through_the_quarters(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.click("#reset")
    expect(tab.locator("#period")).to_have_text("2021Q1")
    start = tiles(tab)
    tab.click("#step")
    expect(tab.locator("#period")).to_have_text("2021Q2")
    assert tiles(tab) != start
    assert state_of(tab)["quarter"] == ["2021Q2"]
    tab.click("#play")
    expect(tab.locator("#period")).to_have_text("2021Q4", timeout=PATIENCE)
    tab.click("#play")
    paused = tab.locator("#period").inner_text()
    tab.wait_for_timeout(1000)
    expect(tab.locator("#period")).to_have_text(paused)
    tab.click("#back")
    assert tab.locator("#period").inner_text() < paused


def test_a_step_takes_less_than_a_fifth_of_a_second(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    took = tab.evaluate(
        "() => { const times = []; for (let n = 1; n < 8; n += 1) { const a = performance.now(); go(n);"
        " times.push(performance.now() - a); } return times.sort((a, b) => a - b)[3]; }"
    )
    assert took < 200


def test_the_numbers_on_a_tile_are_those_of_the_run(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=no_war&run=2&quarter=2024Q4")
    table = hedgesim.run("no_war", 3, keep=3).table("countries", where=[("run", "=", 2), ("period", "=", "2024Q4")])
    for text, row in zip(tiles(tab), table.to_dict("records"), strict=True):
        assert f"hedging {row['hedging_index']:.2f}" in text


def test_a_slider_changes_the_run_and_the_command(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    before = tiles(tab)
    tab.click("summary:has-text('Parameters that matter')")
    row = tab.locator("li[data-path='taste.threat']")
    row.locator("input[type=number]").fill("3")
    row.locator("input[type=number]").press("Enter")
    settled(tab)
    assert tiles(tab) != before
    expect(tab.locator("#command")).to_have_text("hedgesim run war_2022 --set settings.taste.threat=3")
    assert state_of(tab)["set"] == ["settings.taste.threat=3"]
    tab.click("#clear")
    settled(tab)
    assert tiles(tab) == before


def test_other_parameters_are_found_by_words(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.click("summary:has-text('All other parameters')")
    tab.fill("#search", "sanctions")
    assert 0 < tab.locator("#others li[data-path]").count() < 12
    tab.fill("#search", "no such word")
    expect(tab.locator("#others")).to_contain_text("No parameter")


def test_a_country_follows_another_rule_also_one_of_the_users_own(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=war_2022&country=UZB")
    before = tiles(tab)
    tab.click("summary:has-text('Rules')")
    tab.select_option("#rule-UZB", "balancing")
    settled(tab)
    assert tiles(tab) != before
    expect(tab.locator("#why-rule")).to_contain_text("Follows balancing", timeout=PATIENCE)
    tab.select_option("#rule-UZB", "quiet_neighbour")
    settled(tab)
    expect(tab.locator("#command")).to_contain_text("--rules quiet_neighbour.py")
    expect(tab.locator("#why-rule")).to_contain_text("Follows quiet_neighbour", timeout=PATIENCE)


def test_the_war_is_switched_off_and_compared_with(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.click("#compare")
    expect(tab.locator("#band svg")).to_be_visible(timeout=PATIENCE)
    expect(tab.locator("#compare-words")).to_contain_text("than in war_2022 without war_2022 (mean of 500 pairs")
    war = tab.locator("#shocks li[data-id='war_2022'] input[type=checkbox]")
    size = tab.get_by_label("Size of Russian invasion of Ukraine, factor (number)")
    size.fill("0.5")
    size.press("Enter")
    expect(tab.locator("#command")).to_have_text("hedgesim run war_2022 --set shock_sizes.war_2022=0.5")
    war.uncheck()
    settled(tab)
    expect(tab.locator("#command")).to_have_text("hedgesim run war_2022 --set 'omit_shocks=[war_2022]'")
    expect(tab.locator("#band svg")).to_have_count(0)
    expect(tab.locator("#log")).not_to_contain_text("Russian invasion")
    war.check()
    settled(tab)
    expect(tab.locator("#command")).to_have_text("hedgesim run war_2022")
    expect(tab.locator("#log")).to_contain_text("Russian invasion")


def test_a_recorded_shock_has_a_date(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=war_2022&set=end=2023Q4")
    date = tab.get_by_label("Quarter in which Russian invasion of Ukraine begins")
    expect(date).to_have_value("2022Q2")
    date.fill("2023Q1")
    date.press("Enter")
    settled(tab)
    expect(tab.locator("#log li", has_text="Russian invasion")).to_contain_text("2023Q1")
    expect(tab.locator("#command")).to_have_text(
        "hedgesim run war_2022 --set end=2023Q4 --set shock_dates.war_2022=2023Q1"
    )
    date.fill("")
    date.press("Enter")
    settled(tab)
    expect(tab.locator("#log li", has_text="Russian invasion")).to_contain_text("2022Q2")
    assert tab.locator("#older label input:not([type])").count() == 0


def test_an_own_shock_has_a_date(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=peace")
    date = tab.locator("#shocks li[data-id='peace'] label input:not([type=checkbox])")
    date.fill("2025Q1")
    date.press("Enter")
    settled(tab)
    expect(tab.locator("#log li", has_text="The war ends")).to_contain_text("2025Q1")


def test_a_click_on_a_country_shows_the_terms_of_its_choice(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=war_2022&quarter=2023Q1")
    tab.click(".tile[data-country=TJK]")
    expect(tab.locator("#why-head")).to_have_text("Why Tajikistan decided so in 2023Q1", timeout=PATIENCE)
    expect(tab.locator("#why svg rect").first).to_be_visible(timeout=PATIENCE)
    expect(tab.locator("#shares-head")).to_have_text("Shares of Tajikistan")
    assert state_of(tab)["country"] == ["TJK"]
    scenario = hedgesim.read_scenario("war_2022")
    found = hedgesim.explain(scenario, "TJK", "2023Q1")
    expect(tab.locator("#why-legend")).to_contain_text(found.reasons[0])


def test_what_is_saved_is_opened_again(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    tab = open_tab("#scenario=war_2022&set=settings.taste.threat=3&set=end=2024Q4")
    before = tiles(tab)
    with tab.expect_download() as download:
        tab.click("#save")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert yaml.safe_load(file.read_text())["settings"] == {"taste.threat": 3.0}
    other = open_tab()
    other.set_input_files("#file", file)
    expect(other.locator("#scenario")).to_have_value("war_2022_changed.yaml", timeout=PATIENCE)
    settled(other)
    assert tiles(other) == before
    linked = open_tab("#" + urlsplit(other.url).fragment)
    expect(linked.locator("#scenario")).to_have_value("war_2022_changed.yaml")
    expect(linked.locator("#purpose")).to_have_text(other.locator("#purpose").inner_text())
    assert tiles(linked) == before
    assert hedgesim.read_scenario(file).settings == {"taste.threat": 3.0}


def choosing(tab: Tab, quarter: str) -> None:
    """Wait until a choice for a quarter can be made."""
    expect(tab.locator("#choice-head")).to_have_text(re.compile(f"^Your choice for .* in {quarter}$"), timeout=PATIENCE)
    expect(tab.locator("#courses button").first).to_be_enabled(timeout=PATIENCE)
    settled(tab)


def test_a_country_is_played_undone_saved_and_played_on(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    tab = open_tab("#scenario=war_2022&quarter=2022Q1&set=end=2022Q4")
    tab.click("summary:has-text('Rules')")
    tab.select_option("#rule-UZB", "manual (you choose)")
    choosing(tab, "2022Q2")
    assert [state_of(tab)[key] for key in ("play", "from", "now")] == [["UZB"], ["2022Q1"], ["2022Q1"]]
    assert tab.locator("#quarter").get_attribute("max") == "4"
    assert tab.locator("#courses svg").count() == tab.locator("#courses button").count() == 8
    expect(tab.locator("[data-course=quiet_neighbour]")).to_contain_text("As habit.")
    tab.click("summary:has-text('Other courses')")
    tab.check("#more input[value=hiding]")
    expect(tab.locator("[data-course=hiding] svg")).to_be_visible(timeout=PATIENCE)
    expect(tab.locator("#effects svg")).to_be_visible()
    tab.select_option("#choice-outcome", "hedging_index")
    expect(tab.locator("[data-course=hiding]")).to_contain_text("standard error")
    expect(tab.locator("#effects-head")).to_contain_text("hedging index in 2022Q4")
    tab.click("[data-course=hiding] button")
    choosing(tab, "2022Q3")
    expect(tab.locator("#period")).to_have_text("2022Q2")
    expect(tab.locator("[data-course=keep]")).to_contain_text("hiding:")
    tab.dblclick("[data-course=profit] button")
    choosing(tab, "2022Q4")
    expect(tab.locator("#moves")).to_have_text("2022Q2: hiding · 2022Q3: profit")
    after = tiles(tab)
    tab.click("#undo")
    choosing(tab, "2022Q3")
    expect(tab.locator("#period")).to_have_text("2022Q2")
    tab.click("#step")
    choosing(tab, "2022Q4")
    expect(tab.locator("#moves")).to_have_text("2022Q2: hiding · 2022Q3: kept")
    assert tiles(tab) != after
    expect(tab.locator("#log")).to_contain_text("Your choice: UZB keeps its course")
    expect(tab.locator("#log")).to_contain_text("Your choice: UZB: follows hiding")
    with tab.expect_download() as download:
        tab.click("#save")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    (change,) = hedgesim.read_scenario(file).changes.values()
    assert (str(change.date), change.in_words) == ("2022Q2", "UZB: follows hiding")
    played = tiles(tab)
    again = open_tab("#" + urlsplit(tab.url).fragment)
    choosing(again, "2022Q4")
    assert tiles(again) == played
    again.set_input_files("#file", file)
    expect(again.locator("#choice")).to_be_hidden(timeout=PATIENCE)
    settled(again)
    again.locator("#quarter").press("ArrowLeft")
    again.locator("#quarter").press("ArrowLeft")
    expect(again.locator("#period")).to_have_text("2022Q2")
    again.click(".tile[data-country=UZB]")
    again.click("#play-it")
    choosing(again, "2022Q3")
    expect(again.locator("[data-course=keep]")).to_contain_text("hiding:")
    again.click("#step")
    choosing(again, "2022Q4")
    assert tiles(again) == played
    again.click("#step")
    expect(again.locator("#choice-head")).to_have_text(
        "You have played Uzbekistan from 2022Q2 to 2022Q4", timeout=PATIENCE
    )
    expect(again.locator("#step")).to_be_disabled()


def test_a_country_is_played_by_keys_alone_and_the_future_is_not_shown(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=war_2022&quarter=2022Q2&country=KGZ&set=end=2023Q1")
    tab.focus("#play-it")
    tab.keyboard.press("Enter")
    choosing(tab, "2022Q3")
    assert tab.evaluate("document.activeElement.id") == "choice-head"
    assert max(tab.locator("#log b").all_inner_texts()) == "2022Q2"
    for _ in range(12):
        tab.keyboard.press("Tab")
        if tab.evaluate("(document.activeElement.closest('.course') || { dataset: {} }).dataset.course") == "balancing":
            break
    tab.keyboard.press("Enter")
    choosing(tab, "2022Q4")
    expect(tab.locator("#moves")).to_have_text("2022Q3: balancing")
    assert tab.evaluate("document.activeElement.id") == "choice-head"
    tab.click("#leave")
    expect(tab.locator("#choice")).to_be_hidden()
    assert tab.locator("#quarter").get_attribute("max") == "8"
    expect(tab.locator("#command")).to_contain_text("changes.play_kgz_2022q3=")


def test_a_choice_whose_run_fails_is_not_taken(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("#scenario=war_2022&set=end=2022Q4&country=KAZ&play=KAZ&from=2021Q4&now=2022Q1")
    choosing(tab, "2022Q2")
    fault = {"place": "run 0", "fault": "it failed", "remedy": "Choose less extreme values."}
    tab.route("**/api/run", lambda asked: asked.fulfill(status=422, json={"faults": [fault]}))
    tab.click("[data-course=profit] button")
    expect(tab.locator("#faults")).to_contain_text("run 0: it failed")
    choosing(tab, "2022Q2")
    assert state_of(tab)["now"] == ["2022Q1"]
    assert state_of(tab)["set"] == ["end=2022Q4"]
    tab.unroute("**/api/run")
    tab.click("[data-course=profit] button")
    choosing(tab, "2022Q3")


def test_faults_of_an_opened_file_are_shown_literally_and_the_page_stays(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    tab = open_tab()
    before = tiles(tab)
    file = tmp_path / "mine.yaml"
    file.write_text("purpose: x\nextends: war_2022\nend: '<img src=x onerror=alert(1)>'\n")
    tab.set_input_files("#file", file)
    expect(tab.locator("#faults")).to_contain_text("mine.yaml:3:6", timeout=PATIENCE)
    expect(tab.locator("#faults")).to_contain_text("<img src=x onerror=alert(1)>")
    assert tab.locator("#faults img").count() == 0
    assert tiles(tab) == before


def test_a_value_that_cannot_be_is_said_and_undone(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.click("summary:has-text('Any other value')")
    tab.fill("#any-text", "end=soon")
    tab.press("#any-text", "Enter")
    expect(tab.locator("#faults")).to_contain_text("end must be a quarter", timeout=PATIENCE)
    settled(tab)
    tab.click("#settings button")
    settled(tab)
    expect(tab.locator("#faults")).to_be_hidden()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("#v=99&scenario=war_2022", "another version of the explorer"),
        ("#scenario=no_such", "there is no scenario"),
        ("#scenario=war_2022&set=edn=2024Q4", "edn"),
        ("#scenario=mine.yaml&file=no-file", "the file in the address cannot be read"),
    ],
)
def test_an_address_that_cannot_be_followed_is_said(open_tab: Callable[..., Tab], state: str, said: str) -> None:
    tab = open_tab(state, faults=True)
    expect(tab.locator("#faults")).to_contain_text(said)


def test_what_an_address_has_in_vain_is_named_and_all_else_of_it_is_kept(open_tab: Callable[..., Tab]) -> None:
    settings = ["edn=2024Q4", "settings.taste.threat=3", "end=2016Q4", "start=2016Q1"]
    asked = "&".join(f"set={setting}" for setting in settings)
    state = f"#scenario=no_war&{asked}&run=5&quarter=1999Q1&country=TKM&domain=sky"
    tab = open_tab(state, faults=True)
    settled(tab)
    shown = state_of(tab)
    assert shown.pop("quarter") == ["2016Q4"]
    kept = {"v": ["1"], "scenario": ["no_war"], "set": settings[1:], "run": ["5"], "country": ["TKM"]}
    assert shown == kept
    told = tab.locator("#faults")
    for left_out in ("edn=2024Q4: left out", "quarter=1999Q1 and domain=sky: the page has no such thing"):
        expect(told).to_contain_text(left_out)
    expect(told).not_to_contain_text("taste.threat")


def test_the_address_brings_all_of_it_back(open_tab: Callable[..., Tab]) -> None:
    first = open_tab("#scenario=peace&set=settings.taste.threat=3&run=5&quarter=2023Q2&country=TKM&domain=energy")
    again = open_tab("#" + urlsplit(first.url).fragment)
    assert tiles(again) == tiles(first)
    assert state_of(again) == state_of(first)
    expect(again.locator("#period")).to_have_text("2023Q2")
    expect(again.locator(".tile[aria-pressed=true]")).to_contain_text("Turkmenistan")
    expect(again.locator("#domain")).to_have_value("energy")


def test_two_pages_do_not_share_what_is_set(open_tab: Callable[..., Tab]) -> None:
    one, other = open_tab(), open_tab()
    before = tiles(other)
    one.click("summary:has-text('Rules')")
    one.select_option("#rule-KAZ", "bandwagoning")
    settled(one)
    other.click("#reset")
    other.locator("#quarter").press("End")
    assert tiles(other) == before
    assert "set" not in state_of(other)
    assert tiles(one) != before


def test_keys_are_enough(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    reached: list[str] = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.id || document.activeElement.dataset.country || ''"))
        if reached[-1] == "reset":
            tab.keyboard.press("Enter")
            expect(tab.locator("#period")).to_have_text("2021Q1")
        if reached[-1] == "quarter":
            tab.keyboard.press("ArrowRight")
            expect(tab.locator("#period")).to_have_text("2021Q2")
        if reached[-1] == "UZB":
            tab.keyboard.press("Enter")
            expect(tab.locator(".tile[aria-pressed=true]")).to_contain_text("Uzbekistan")
            assert tab.evaluate("document.activeElement.dataset.country") == "UZB"
            assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for name in (
        "scenario",
        "run",
        "save",
        "open",
        "reset",
        "play",
        "step",
        "quarter",
        "KAZ",
        "domain",
        "compare",
        "log",
    ):
        assert name in reached
