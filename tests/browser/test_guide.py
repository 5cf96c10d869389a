"""The tour, the help and citing, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from explorer.ui.guidance import guidance

Visit = Callable[..., Page]
PLACES = """() => Object.fromEntries([".step", ".spot"].map((name) => {
  const box = document.querySelector(".guide-part " + name).getBoundingClientRect();
  return [name, [box.left, box.top, box.right, box.bottom]];
}))"""


def begun(visit: Visit, size: tuple[int, int]) -> Page:
    page = visit(size=size)
    page.evaluate("localStorage.removeItem('explorer.tour')")
    page.reload()
    page.wait_for_selector(".viewer .sheet:not([hidden])")
    page.locator(".masthead .tour").click()
    return page


@pytest.mark.parametrize("size", [(1440, 900), (1280, 800), (768, 1000)])
def test_the_tour_points_at_what_it_speaks_of_and_never_covers_it(visit: Visit, size: tuple[int, int]):
    page = begun(visit, size)
    panel = page.get_by_role("dialog")
    for number, step in enumerate(guidance()["tour"], start=1):
        expect(panel).to_contain_text(f"Step {number} of 5")
        expect(panel).to_have_accessible_name(step["title"])
        expect(panel).to_be_focused()
        page.wait_for_timeout(400)
        places = page.evaluate(PLACES)
        (left, top, right, bottom), spot = places[".step"], places[".spot"]
        assert left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]
        assert left >= spot[2] or right <= spot[0] or top >= spot[3] or bottom <= spot[1], "it covers what it points at"
        assert spot[2] - spot[0] > 10 and spot[0] < size[0] and spot[3] > 0 and spot[1] < size[1]
        if number < 5:
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.locator(".masthead .tour")).to_be_hidden()
    page.reload()
    page.wait_for_selector(".viewer .sheet:not([hidden])")
    expect(page.locator(".masthead .help")).to_be_visible()
    expect(page.locator(".masthead .tour")).to_be_hidden()
    page.keyboard.press("?")
    page.get_by_role("button", name="Take the tour").click()
    expect(panel).to_contain_text("Step 1 of 5")


def test_every_tab_has_help_with_its_keys(visit: Visit):
    page = visit()
    page.evaluate("localStorage.setItem('explorer.tour', 'left')")
    texts = guidance()["tabs"]
    for tab, name in (("explore", "Explore"), ("compare", "Compare"), ("words", "Words"), ("motifs", "Motifs"),
                      ("bookmarks", "Bookmarks"), ("map", "Map"), ("collection", "Collection")):  # fmt: skip
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_function("(tab) => window.Explorer.address.shown() === tab", arg=tab)
        page.keyboard.press("?")
        panel = page.get_by_role("dialog", name=texts[tab]["title"])
        expect(panel.locator(".does li")).to_have_text(texts[tab]["does"])
        assert panel.locator(".keys :is(dt, p)").count() > 2
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_search_is_cited_with_a_link_that_leads_to_it(visit: Visit, workspace):
    work = workspace.collection.works()[3]
    page = visit(f"?work={work.id}&box=0.2,0.2,0.6,0.6")
    expect(page.locator("#places .card").first).to_be_visible()
    page.locator(".viewer [data-do=cite]").click()
    text = page.get_by_role("textbox", name="The citation")
    page.wait_for_function("document.querySelector('.citing textarea').value.includes('collection=demo')")
    plain = text.input_value()
    assert work.title in plain and "20 to 60 % of the width from the left" in plain and "model mini" in plain
    link = next(line for line in plain.splitlines() if line.startswith("http")).split(" ")[0]
    page.get_by_role("button", name="BibTeX").click()
    assert text.input_value().startswith("@misc{demo-where-a-detail")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.goto(link)
    expect(page.locator(".viewer .caption h2")).to_have_text(work.title)
    page.wait_for_function("location.search.includes('box=0.2,0.2,0.6,0.6')")
