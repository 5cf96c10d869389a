"""The page of a map that is sent to a colleague, opened from disk: it shows and finds works, and loads nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.maps import MapSettings
from explorer.maps.drawn import draw
from explorer.maps.page import write_page
from explorer.workspace import Workspace


@pytest.fixture(scope="module")
def opened(browser: Browser, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page, with what it asked for and complained of as ``asked`` and ``said``."""
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_page(workspace, draw(workspace, MapSettings(), apart=False), path)
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function(COLOURED)
    page.asked, page.said = asked, said  # type: ignore[attr-defined]
    return page


COLOURED = """() => {
  const canvas = document.getElementById("map"), shown = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let at = 3; at < shown.length; at += 4) painted += shown[at] > 0;
  return painted > 5000;
}"""  # noqa: E501
HASH = """() => {
  const canvas = document.getElementById("map"), shown = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let at = 0; at < shown.length; at += 1) sum = (sum * 31 + shown[at]) | 0;
  return sum;
}"""  # noqa: E501


def test_it_loads_nothing_and_runs_no_title(opened: Page) -> None:
    assert [url[:40] for url in opened.asked if not url.startswith(("data:", "file:"))] == []  # type: ignore[attr-defined]
    assert len([url for url in opened.asked if url.startswith("file:")]) == 1  # type: ignore[attr-defined]
    assert opened.said == []  # type: ignore[attr-defined]
    assert opened.evaluate("window.harmed") is None


def test_words_light_up_works_and_lead_to_them(opened: Page, workspace: Workspace) -> None:
    title = workspace.collection.works()[0].title
    before = opened.evaluate(HASH)
    opened.get_by_label("Search").fill(title)
    found = opened.locator("#matches button")
    expect(found.first).to_have_text(title)
    opened.wait_for_function(f"before => ({HASH})() !== before", arg=before)
    found.first.click()
    expect(opened.locator("#tip strong")).to_have_text(title)
    opened.get_by_label("Search").fill("no such words anywhere")
    expect(opened.locator("#found")).to_have_text("0 works")
    opened.get_by_label("Search").fill("")
    expect(opened.locator("#matches")).to_be_hidden()


def test_a_title_that_is_a_script_is_text(opened: Page) -> None:
    opened.get_by_label("Search").fill("window.harmed")
    expect(opened.locator("#matches button").first).to_contain_text("<script>")
    opened.locator("#matches button").first.click()
    expect(opened.locator("#tip strong")).to_contain_text("<script>")
    assert opened.evaluate("window.harmed") is None
    opened.get_by_label("Search").fill("")


def test_wheel_drag_and_keys_move_it(opened: Page) -> None:
    opened.get_by_role("button", name="All").click()
    opened.wait_for_timeout(200)
    for act in (
        lambda: (opened.mouse.move(600, 400), opened.mouse.wheel(0, -400)),
        lambda: (opened.mouse.down(), opened.mouse.move(500, 300), opened.mouse.up()),
        lambda: (opened.locator("#map").focus(), opened.keyboard.press("ArrowLeft")),
        lambda: opened.keyboard.press("-"),
        lambda: opened.get_by_role("button", name="Zoom in").click(),
    ):
        before = opened.evaluate(HASH)
        act()
        opened.wait_for_function(f"before => ({HASH})() !== before", arg=before)
