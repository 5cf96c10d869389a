"""Where in the picture words are found, in a browser: from a search with words, and for words typed in the viewer."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.words.where import words_in_work
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

CARDS = ".part-results:not(#words-results) .card"
MARKS = ".answers .mark"


def answered(page: Page) -> None:
    page.wait_for_selector(CARDS)
    page.wait_for_function("!document.querySelector('.part-results .pending')")


def shown_boxes(page: Page) -> list[tuple[float, ...]]:
    """The marks as fractions of the painting, best first."""
    painting = page.locator(".painting").bounding_box()
    found = []
    for mark in page.locator(MARKS).all():
        box = mark.bounding_box()
        x, y = (box["x"] - painting["x"]) / painting["width"], (box["y"] - painting["y"]) / painting["height"]
        found.append((x, y, x + box["width"] / painting["width"], y + box["height"] / painting["height"]))
    return found


def true_boxes(workspace: Workspace, work: str, words: str) -> list[tuple[float, ...]]:
    return [place.box.as_tuple() for place in words_in_work(workspace, work, words).places]


def are_same(shown: list[tuple[float, ...]], true: list[tuple[float, ...]]) -> bool:
    return len(shown) == len(true) and all(
        box == pytest.approx(other, abs=0.005) for box, other in zip(shown, true, strict=True)
    )


def colours(page: Page) -> int:
    """How many different colours the heatmap has."""
    return page.evaluate(
        """() => {
            const heat = document.querySelector('.heat');
            const { data } = heat.getContext('2d').getImageData(0, 0, heat.width, heat.height);
            const cells = Array.from({ length: data.length / 4 }, (_, cell) => data.slice(4 * cell, 4 * cell + 4));
            return new Set(cells.map((cell) => cell.join())).size;
        }"""
    )  # fmt: skip


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_result_of_words_shows_where_they_are_and_its_place_leads_on(
    visit: Visit, workspace: Workspace, picture_of: Keep
):
    page = visit()
    page.get_by_role("tab", name="Words").click()
    page.locator("#words-text textarea, #words-text input").first.fill("a sailing boat")
    page.keyboard.press("Enter")
    page.wait_for_selector("#words-results .card")
    first = page.locator("#words-results .card").first
    work = first.get_attribute("data-work")
    first.locator(".look").click()
    expect(page.locator(".heat")).to_be_visible()
    assert page.locator(".where input[name=words]").input_value() == "a sailing boat"
    answered(page)
    boxes = shown_boxes(page)
    assert are_same(boxes, true_boxes(workspace, work, "a sailing boat"))
    assert colours(page) > 20
    picture_of(page, "where")
    page.mouse.click(*centre(page, 0))
    page.wait_for_function("(query) => location.search !== query", arg="?" + urlsplit(page.url).query)
    answered(page)
    assert address(page)["work"] == [work]
    assert tuple(map(float, address(page)["box"][0].split(","))) == pytest.approx(boxes[0], abs=0.005)


def test_a_result_of_words_beside_a_picture_shows_where_they_are(visit: Visit, workspace: Workspace):
    page = visit(f"?work={workspace.collection.works()[3].id}&box=0.2,0.2,0.7,0.8&words=a%20house")
    answered(page)
    expect(page.locator("#places .results .about")).to_contain_text("a higher percentage may stand after a lower one")
    expect(page.locator(".heat")).to_be_hidden()
    work = page.locator(CARDS).first.get_attribute("data-work")
    page.locator(CARDS).first.locator(".look").click()
    expect(page.locator(".heat")).to_be_visible()
    assert are_same(shown_boxes(page), true_boxes(workspace, work, "a house"))
    expect(page.locator(".trail .to-words")).to_be_hidden()


def test_a_result_of_words_leads_back_to_them(visit: Visit):
    page = visit()
    page.goto(page.url.split("?")[0] + "?words=a%20house")
    page.wait_for_selector("#words-results .card")
    expect(page.locator("#words-results .about")).to_contain_text("Similarity is")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#words-tray .link").click()
    expect(page.locator("#words-tray .note")).to_have_text("The link is copied.")
    expect(page.locator(".toast-body")).to_have_count(0)
    page.locator("#words-results .card .follow").first.click()
    page.wait_for_function("location.search.includes('work=')")
    back = page.locator(".trail .to-words")
    expect(back).to_have_text("results for “a house”")
    back.click()
    expect(page.get_by_role("tab", name="Words", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#words-results .card").first).to_be_visible()
    page.wait_for_function("location.search === '?words=a+house' || location.search === '?words=a%20house'")


def centre(page: Page, index: int) -> tuple[float, float]:
    """The middle of a mark on the screen."""
    box = page.locator(MARKS).nth(index).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_other_words_are_a_key_away_and_escape_hides_them(visit: Visit, workspace: Workspace, picture_of: Keep):
    work = workspace.collection.works()[3].id
    page = visit(f"?work={work}", dark=True)
    form = page.locator(".where")
    expect(form).to_be_hidden()
    for words in ("a house", "a tree"):
        page.locator(".stage").focus()
        page.keyboard.press("w")
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(page.locator(".where .places button").first).to_have_accessible_name(f"Search with place 1 of {words}")
        assert are_same(shown_boxes(page), true_boxes(workspace, work, words))
    picture_of(page, "where-dark")
    before = page.locator(".painting").bounding_box()["width"]
    page.keyboard.press("z")
    page.wait_for_function("(width) => document.querySelector('.heat').offsetWidth > width", arg=1.2 * before)
    heat, painting = (page.locator(part).bounding_box() for part in (".heat", ".painting"))
    assert heat == pytest.approx(painting, abs=1)
    assert are_same(shown_boxes(page), true_boxes(workspace, work, "a tree"))
    page.keyboard.press("Escape")
    expect(page.locator(".heat")).to_be_hidden()
    expect(page.locator(MARKS)).to_have_count(0)
    expect(form).to_be_hidden()
    assert "box" not in address(page)


def test_a_number_searches_its_place_and_another_work_begins_without_colours(visit: Visit, workspace: Workspace):
    works = workspace.collection.works()
    page = visit(f"?work={works[3].id}")
    page.get_by_role("button", name="Where?").click()
    page.keyboard.type("a house")
    page.keyboard.press("Enter")
    expect(page.locator(".heat")).to_be_visible()
    best = shown_boxes(page)[0]
    page.keyboard.press("1")
    answered(page)
    assert tuple(map(float, address(page)["box"][0].split(","))) == pytest.approx(best, abs=0.005)
    expect(page.locator(".heat")).to_be_visible()
    page.locator(".part-gallery .works button").nth(1).click()
    expect(page.locator(".heat")).to_be_hidden()
    expect(page.locator(".where")).to_be_hidden()
