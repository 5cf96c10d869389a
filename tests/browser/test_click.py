"""A click in a real browser: it means the thing under it, says what goes on, can be stopped, and superseded."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.geometry import Box
from explorer.progress import stage
from explorer.search.click import MIDDLE, click_box
from explorer.workspace import Workspace

Visit = Callable[..., Page]
CARDS = ".part-results:not(#words-results) .card"
WAITING = ".part-waiting .waiting"


def click_on(page: Page, x: float, y: float) -> None:
    """Click a point of the painting, fractions."""
    shown = page.locator(".painting").bounding_box()
    page.mouse.click(shown["x"] + x * shown["width"], shown["y"] + y * shown["height"])


def answered(page: Page) -> None:
    expect(page.locator(WAITING)).to_be_hidden()
    page.wait_for_selector(CARDS)


def box_in_address(page: Page) -> Box | None:
    asked = parse_qs(urlsplit(page.url).query).get("box")
    return Box(*map(float, asked[0].split(","))) if asked else None


def place_of(workspace: Workspace, place: list) -> tuple[str, Box]:
    work = workspace.collection.work(place[0])
    return work.id, Box.from_pixels(tuple(place[1]), work.width, work.height).clipped()


def overlap(one: Box, other: Box) -> float:
    return one.iou(other)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Searches stop before they compare works, until the event is set; they can be cancelled meanwhile."""
    import explorer.search.rerank

    go_on = threading.Event()

    def waits(words: str = "") -> None:
        stage(words)
        while words.startswith("comparing") and not go_on.wait(0.05):
            stage()

    monkeypatch.setattr(explorer.search.rerank, "stage", waits)
    yield go_on
    go_on.set()


@pytest.mark.parametrize("motif", ["windmill", "boat", "cart", "cow", "flowers"])
def test_a_click_on_a_motif_proposes_it(visit: Visit, demo_folder: Path, workspace: Workspace, motif: str):
    """The occurrence with the most others, the largest of these."""
    places = json.loads((demo_folder / "annotations.json").read_text("utf-8"))[motif]
    best = max(places, key=lambda one: (len(one["gt"]), place_of(workspace, one["query"])[1].area))
    work, box = place_of(workspace, best["query"])
    page = visit("?" + urlencode({"work": work}))
    click_on(page, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    page.wait_for_selector(CARDS)
    answered(page)
    assert overlap(box_in_address(page), box) >= 0.4
    expect(page.locator(".steps")).to_be_visible()
    expect(page.locator(".trail li")).to_have_count(1)


def test_a_click_on_bare_ground_searches_the_middle_square(visit: Visit, workspace: Workspace):
    """Sky, where nothing stands: what is searched holds the click, and is not half the picture."""
    work = next(work for work in workspace.collection.works() if "still" not in work.id and "banquet" not in work.id)
    page = visit("?" + urlencode({"work": work.id}))
    click_on(page, 0.12, 0.08)
    expect(page.locator(WAITING)).to_be_hidden()
    found = box_in_address(page)
    assert found and found.x0 <= 0.12 <= found.x1 and found.y0 <= 0.08 <= found.y1
    assert found.area <= 1.5 * click_box(workspace, work.id, 0.12, 0.08, 1.5 * MIDDLE).area


def test_a_search_says_what_it_is_busy_with_and_can_be_cancelled(
    visit: Visit, workspace: Workspace, held: threading.Event
):
    page = visit("?" + urlencode({"work": workspace.collection.works()[3].id}))
    before = page.url
    click_on(page, 0.4, 0.6)
    expect(page.locator(f"{WAITING} .said")).to_have_text("comparing 23 works …")
    page.locator(WAITING).get_by_role("button", name="Cancel").click()
    expect(page.locator(WAITING)).to_be_hidden()
    expect(page.locator(".aim.asked")).to_be_hidden()
    held.set()
    click_on(page, 0.6, 0.7)  # the model is free again, and what was cancelled is not answered
    answered(page)
    assert page.url != before
    expect(page.locator(".trail li")).to_have_count(1)


def test_a_second_click_does_not_wait_for_the_first(visit: Visit, workspace: Workspace, held: threading.Event):
    """The first is held, so that it could never be answered: the second is, only because the first gives way."""
    work = workspace.collection.works()[3].id
    page = visit("?" + urlencode({"work": work}))
    click_on(page, 0.2, 0.3)
    expect(page.locator(f"{WAITING} .said")).to_have_text("comparing 23 works …")
    page.evaluate("""() => {
        const said = document.querySelector(".waiting .said");
        window.said = [];
        new MutationObserver(() => window.said.push(said.textContent)).observe(said, { childList: true });
    }""")
    click_on(page, 0.6, 0.7)
    page.wait_for_function("window.said.includes('comparing 23 works …')")  # the second has had its turn
    held.set()
    answered(page)
    found = box_in_address(page)
    assert found.x0 <= 0.6 <= found.x1 and found.y0 <= 0.7 <= found.y1
    expect(page.locator(".trail li")).to_have_count(1)


def test_what_a_click_means_is_not_shown_once_the_browsers_back_was_pressed(
    visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    """It is on its way when Back is pressed: the server hears of nothing and gives it after the answer to Back."""
    import explorer.ui.explore

    final_step, go_on, given = explorer.ui.explore.final_step, threading.Event(), threading.Event()

    def held_step(*asked):
        go_on.wait(90)
        given.set()
        return final_step(*asked)

    page = visit("?" + urlencode({"work": workspace.collection.works()[3].id, "box": "0.3,0.3,0.6,0.7"}))
    answered(page)
    before = page.url
    monkeypatch.setattr(explorer.ui.explore, "final_step", held_step)
    monkeypatch.setattr("explorer.ui.turns.Turns.supersede", lambda *_: None)
    try:
        click_on(page, 0.7, 0.4)
        page.wait_for_function("(before) => location.href !== before", arg=before)  # the first look
        entries = page.evaluate("history.length")
        page.go_back()
        present = page.locator(".trail li [aria-current]")
        expect(present).to_have_attribute("data-index", "0")
        expect(page.locator(".part-waiting .waiting")).to_be_hidden()
        shown = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.box)")
    finally:
        go_on.set()
    assert given.wait(60)
    while any(thread.name == "answering" for thread in threading.enumerate()):
        page.wait_for_timeout(50)
    page.get_by_placeholder("Search the catalogue").fill("nothing is called this")
    expect(page.locator(".part-gallery .tally")).to_contain_text("No work matches")  # answered after the click
    assert page.url == before and page.evaluate("history.length") == entries
    expect(present).to_have_attribute("data-index", "0")
    assert page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.box)") == shown
