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
CHIPS = "#places .chip"
HERE = "0.30000,0.30000,0.60000,0.70000"


def in_address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def answered(page: Page) -> None:
    page.wait_for_selector(CARDS)
    page.wait_for_function("!document.querySelector('.part-results .pending')")


def strengths(page: Page) -> list[str]:
    """How much each part of the query counts, those that say it."""
    return [made.input_value() for made in page.locator(f"{CHIPS} select").all()]


def cards_of(page: Page) -> list[tuple[str | None, str | None]]:
    """Which places are shown, in their order."""
    return [(card.get_attribute("data-work"), card.get_attribute("data-box")) for card in page.locator(CARDS).all()]


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
    parts = page.locator(CHIPS)
    expect(parts).to_have_count(1)
    expect(page.locator("#places .order")).to_be_hidden()
    drag(page, (0.65, 0.4), (0.9, 0.7), "Shift")
    expect(page.locator("#places .chip.also")).to_have_count(1)
    expect(page.locator(".sheet .mark.other.also")).to_have_count(1)
    answered(page)
    assert len(in_address(page)["also"]) == 1
    page.locator("#places .order input").check()
    page.wait_for_function("location.search.includes('layout=1')")
    answered(page)

    page.locator(CARDS).first.locator(".look").click()
    expect(page.locator(".sheet .mark.other.also")).to_have_count(1)
    page.locator("#places [data-role=unlike]").click()
    expect(page.locator(".stage .adding")).to_contain_text("what is not wanted")
    drag(page, (0.1, 0.1), (0.4, 0.4))
    expect(page.locator("#places .chip.unlike")).to_have_count(1)
    expect(page.locator(".stage .adding")).to_be_empty()
    answered(page)
    picture_of(page, "tray")
    asked = page.url
    page.locator("#places .chip.also .take").click()
    expect(parts).to_have_count(2)
    expect(page.locator("#places .order")).to_be_hidden()
    page.get_by_role("button", name="Back", exact=True).click()
    expect(parts).to_have_count(3)
    page.wait_for_function("(url) => location.href === url", arg=asked)


def test_a_link_carries_all_that_is_asked(visit: Visit, workspace: Workspace):
    one, two = (work.id for work in workspace.collection.works()[2:4])
    page = visit(f"?work={one}&box={HERE}&also=0.65,0.4,0.9,0.7&not={two}|0.1,0.1,0.4,0.4&words=in%20winter")
    answered(page)
    expect(page.locator(f"{CHIPS} select")).to_have_count(4)
    assert strengths(page) == ["must", "must", "not", "must"]
    expect(page.locator(f"{CHIPS} .text")).to_have_text("in winter")
    found = in_address(page)
    assert (found["also"], found["not"]) == (["0.65,0.4,0.9,0.7"], [f"{two}|0.1,0.1,0.4,0.4"])
    page.locator(f"{CHIPS} .text").click()
    page.locator(f"{CHIPS} .edit").fill("")
    page.keyboard.press("Enter")
    page.wait_for_function("!location.search.includes('words=')")
    answered(page)
    page.locator("#places .only").click()
    expect(page.locator(CHIPS)).to_have_count(1)
    answered(page)
    assert set(in_address(page)) == {"work", "box"}


def test_words_are_added_changed_and_taken_away_by_keys(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = visit(f"?work={workspace.collection.works()[2].id}&box={HERE}")
    answered(page)
    field, text = page.locator("#places .say .words"), page.locator(f"{CHIPS} .text")
    field.fill("snow")
    page.keyboard.press("Enter")
    expect(text).to_have_text(["snow"])
    answered(page)
    field.fill("people")
    page.locator("#places .minus").click()
    expect(text).to_have_text(["snow", "people"])
    page.wait_for_function("location.search.includes('words-not=people')")
    answered(page)
    picture_of(page, "chips")

    page.locator(f"{CHIPS} select").nth(1).select_option("little")
    page.wait_for_function("location.search.includes('words-little=snow')")
    answered(page)
    text.first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("ice and snow")
    page.keyboard.press("Enter")
    page.wait_for_function("new URLSearchParams(location.search).get('words-little') === 'ice and snow'")
    answered(page)
    expect(text).to_have_text(["ice and snow", "people"])
    asked, cards = page.url, cards_of(page)
    page.reload()
    answered(page)
    expect(text).to_have_text(["ice and snow", "people"])
    assert strengths(page) == ["must", "little", "not"]
    assert (page.url, cards_of(page)) == (asked, cards), "a link gives the same results"

    text.last.focus()
    page.keyboard.press("Delete")
    expect(text).to_have_text(["ice and snow"])
    page.wait_for_function("!location.search.includes('people')")
    expect(page.locator(f"{CHIPS} :focus")).to_have_count(1)
    answered(page)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(text).to_have_text(["ice and snow", "people"])
    page.wait_for_function("(url) => location.href === url", arg=asked)


def test_places_of_the_results_are_searched_with(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = visit(f"?work={workspace.collection.works()[2].id}&box={HERE}")
    answered(page)
    bar, cards = page.locator("#places .chosen"), page.locator(CARDS)
    expect(bar).to_be_hidden()
    cards.nth(0).locator(".follow").focus()
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 place chosen")
    cards.nth(2).hover()
    cards.nth(2).locator(".choose input").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 places chosen")
    picture_of(page, "chosen")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    for number in range(3):
        cards.nth(number).locator(".follow").focus()
        page.keyboard.press("x")
    works = [cards.nth(number).get_attribute("data-work") for number in range(3)]
    bar.locator(".beside").click()
    expect(page.locator(CHIPS)).to_have_count(4)
    answered(page)
    assert strengths(page) == ["must", "more", "more", "more"]
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.locator(CHIPS)).to_have_count(1)
    answered(page)
    for number in range(3):
        cards.nth(number).locator(".follow").focus()
        page.keyboard.press("x")
    bar.locator(".these").click()
    expect(page.locator(CHIPS)).to_have_count(3)
    answered(page)
    found = in_address(page)
    assert found["work"] == works[:1] and found["as"] == ["more"] and len(found["like"]) == 2
    assert not {made.get_attribute("data-work") for made in cards.all()} & set(works)
    page.locator(f"{CHIPS}.of-main .take").click()
    expect(page.locator(CHIPS)).to_have_count(2)
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=works[1])


def test_a_link_of_words_alone_shows_the_search(visit: Visit, address: str, picture_of: Keep):
    page = visit()
    page.goto(f"{address}?words=a%20windmill&words-not=snow")
    expect(page.get_by_role("tab", name="Words", exact=True)).to_have_attribute("aria-selected", "true")
    cards, text = page.locator("#words-results .card"), page.locator("#words-tray .text")
    expect(cards.first).to_be_visible()
    expect(text).to_have_text(["a windmill", "snow"])
    assert in_address(page) == {"words": ["a windmill"], "words-not": ["snow"]}
    said = page.locator("#words-results .score").all_text_contents()
    scores = [float(score.removeprefix("fits ")) for score in said]
    assert scores == sorted(scores, reverse=True), "as they are shown"
    picture_of(page, "words-chips")
    page.locator("#words-tray .say .words").fill("-people")
    page.keyboard.press("Enter")
    expect(text).to_have_text(["a windmill", "snow", "people"])
    page.wait_for_function("location.search.includes('words-not=people')")
    page.locator("#words-tray .back").click()
    expect(text).to_have_text(["a windmill", "snow"])
    page.wait_for_function("!location.search.includes('people')")
    page.go_back()
    expect(text).to_have_text(["a windmill", "snow", "people"])

    for number in range(2):
        cards.nth(number).locator(".follow").focus()
        page.keyboard.press("x")
    page.locator("#words-results .beside").click()
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    expect(page.locator(CHIPS)).to_have_count(5)
    answered(page)
    assert strengths(page) == ["more", "more", "must", "not", "not"]
    page.go_back()
    expect(page.get_by_role("tab", name="Words", exact=True)).to_have_attribute("aria-selected", "true")
    expect(text).to_have_text(["a windmill", "snow", "people"])


@pytest.mark.parametrize(("query", "sentence"), [
    ("&box=0.5,0.5,0.501,0.501", "pixels on each side"),
    (f"&box={HERE}&also=gone.jpg|0,0,1,1", "A part of the link is left out: There is no work"),
    (f"&box={HERE}&also=wide&words=", "A part of the link is left out: A box is four numbers"),
])  # fmt: skip
def test_what_cannot_be_searched_is_said_in_a_sentence(visit: Visit, workspace: Workspace, query: str, sentence: str):
    page = visit(f"?work={workspace.collection.works()[2].id}{query}")
    expect(page.get_by_text(sentence)).to_be_visible()
    page.wait_for_function("!document.querySelector('.part-results .pending')")
