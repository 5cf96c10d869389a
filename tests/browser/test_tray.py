"""Queries of several parts in a real browser: what is added by hand, shown in the tray, kept in the address."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

CARDS = ".part-results:not(#words-results) .card"
HERE = "0.30000,0.30000,0.60000,0.70000"


def in_address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def answered(page: Page) -> None:
    page.wait_for_selector(CARDS)
    page.wait_for_function("!document.querySelector('.part-results .pending')")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], key: str = "") -> None:
    """Draw a box on the painting (fractions), a key held down."""
    shown = page.locator(".painting").bounding_box()

    def on_screen(at: tuple[float, float]) -> tuple[float, float]:
        return shown["x"] + at[0] * shown["width"], shown["y"] + at[1] * shown["height"]

    if key:
        page.keyboard.down(key)
    page.mouse.move(*on_screen(start))
    page.mouse.down()
    page.mouse.move(*on_screen(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)), steps=3)
    page.mouse.move(*on_screen(end), steps=3)
    page.mouse.up()
    if key:
        page.keyboard.up(key)


def test_details_are_added_shown_taken_away_and_undone(visit: Visit, workspace: Workspace, picture_of: Keep):
    work = workspace.collection.works()[2].id
    page = visit(f"?work={work}&box={HERE}")
    answered(page)
    parts = page.locator(".tray .parts li")
    expect(parts).to_have_count(1)
    expect(page.locator(".tray .order")).to_be_hidden()
    drag(page, (0.65, 0.4), (0.9, 0.7), "Shift")
    expect(page.locator(".tray .also")).to_have_count(1)
    expect(page.locator(".sheet .mark.other.also")).to_have_count(1)
    answered(page)
    assert len(in_address(page)["also"]) == 1
    page.locator(".tray .order input").check()
    page.wait_for_function("location.search.includes('layout=1')")
    answered(page)

    page.locator(CARDS).first.locator(".look").click()
    expect(page.locator(".sheet .mark.other.also")).to_have_count(1)
    page.locator(".tray [data-role=unlike]").click()
    expect(page.locator(".stage .adding")).to_contain_text("what is not wanted")
    drag(page, (0.1, 0.1), (0.4, 0.4))
    expect(page.locator(".tray .unlike")).to_have_count(1)
    expect(page.locator(".stage .adding")).to_be_empty()
    answered(page)
    picture_of(page, "tray")
    asked = page.url
    page.locator(".tray .also button").click()
    expect(parts).to_have_count(2)
    expect(page.locator(".tray .order")).to_be_hidden()
    page.get_by_role("button", name="Back", exact=True).click()
    expect(parts).to_have_count(3)
    page.wait_for_function("(url) => location.href === url", arg=asked)


def test_a_link_carries_all_that_is_asked(visit: Visit, workspace: Workspace):
    one, two = (work.id for work in workspace.collection.works()[2:4])
    page = visit(f"?work={one}&box={HERE}&also=0.65,0.4,0.9,0.7&not={two}|0.1,0.1,0.4,0.4&words=in%20winter")
    answered(page)
    expect(page.locator(".tray .parts .word")).to_have_text(["and", "not"])
    expect(page.locator(".tray .words")).to_have_value("in winter")
    found = in_address(page)
    assert (found["also"], found["not"]) == (["0.65,0.4,0.9,0.7"], [f"{two}|0.1,0.1,0.4,0.4"])
    page.locator(".tray .words").fill("")
    page.keyboard.press("Enter")
    page.wait_for_function("!location.search.includes('words=')")
    answered(page)
    page.locator(".tray .only").click()
    expect(page.locator(".tray .parts li")).to_have_count(1)
    answered(page)
    assert set(in_address(page)) == {"work", "box"}


@pytest.mark.parametrize(("query", "sentence"), [
    ("&box=0.5,0.5,0.501,0.501", "pixels on each side"),
    (f"&box={HERE}&also=gone.jpg|0,0,1,1", "A part of the link is left out: There is no work"),
    (f"&box={HERE}&also=wide&words=", "A part of the link is left out: A box is four numbers"),
])  # fmt: skip
def test_what_cannot_be_searched_is_said_in_a_sentence(visit: Visit, workspace: Workspace, query: str, sentence: str):
    page = visit(f"?work={workspace.collection.works()[2].id}{query}")
    expect(page.get_by_text(sentence)).to_be_visible()
    page.wait_for_function("!document.querySelector('.part-results .pending')")
