"""Addresses in a real browser: every tab and every query has one, each an entry of the history, and Back shows what was
there and changes nothing else."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def settled(page: Page, tab: str, part: str) -> None:
    """A tab, or the half of one, is shown, and the address has a part."""
    page.wait_for_function("(tab) => window.Explorer.address.shown() === tab", arg=tab)
    page.wait_for_function("(part) => location.search.includes(part)", arg=part)


def linked(visit: Visit, query: str) -> Page:
    """A page that was opened by a link, which may lead to another tab than Explore."""
    page = visit()
    page.goto(page.url.split("?")[0] + query)
    return page


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


def explored(page: Page) -> tuple[str, str, int]:
    """What Explore shows, whichever tab is in front."""
    found = page.evaluate(
        "() => [document.querySelector('.viewer .caption h2').textContent,"
        " document.querySelector('.painting').getAttribute('src'), document.querySelectorAll('#places .card').length]"
    )
    return tuple(found)


def test_back_goes_through_four_tabs_with_a_query_in_each(visit: Visit):
    page = visit()
    box = page.locator(".stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settled(page, "explore", "box=")
    expect(page.locator("#places .card").first).to_be_visible()
    expect(page.locator(".waiting")).to_be_hidden()
    asked, begun = page.url, entries(page)
    seen = explored(page)

    page.get_by_role("tab", name="Words").click()
    settled(page, "words", "tab=words")
    page.locator("#words-text textarea, #words-text input").first.fill("a windmill")
    page.keyboard.press("Enter")
    settled(page, "words", "?words=a")
    expect(page.locator("#words-results .card").first).to_be_visible()
    page.get_by_role("tab", name="Sort under labels").click()
    settled(page, "labels", "tab=labels")
    page.locator("#label-prompts textarea").fill("a windmill\na ship")
    page.locator("#label-works").click()
    settled(page, "labels", "label=a+ship")
    page.get_by_role("tab", name="Map").click()
    settled(page, "map", "tab=map")
    expect(page.locator(".map .count")).not_to_be_empty()
    page.locator(".map .column").focus()
    page.keyboard.press("ArrowDown")
    settled(page, "map", "colour=")
    column = page.locator(".map .column").input_value()
    page.get_by_role("tab", name="Collection", exact=True).click()
    settled(page, "collection", "tab=collection")
    page.get_by_role("tab", name="What is indexed").click()
    settled(page, "indexed", "tab=indexed")
    assert entries(page) == begun + 8, "each tab and each query is one entry"
    last = page.url

    back = [
        ("collection", "tab=collection"), ("map", "colour="), ("map", "tab=map"), ("labels", "label=a+ship"),
        ("labels", "tab=labels"), ("words", "words=a+windmill"), ("words", "tab=words"), ("explore", "box="),
    ]  # fmt: skip
    for tab, part in back:
        page.go_back()
        settled(page, tab, part)
        assert explored(page) == seen, f"Back to {tab} changes Explore"
        if part == "colour=":
            expect(page.locator(".map .column")).to_have_value(column)
        if part == "label=a+ship":
            expect(page.locator(".labels .answer")).to_be_visible()
        if part == "words=a+windmill":
            expect(page.locator("#words-results .card").first).to_be_visible()
    assert page.url == asked
    for tab, part in [*reversed(back[:-1]), ("indexed", "tab=indexed")]:
        page.go_forward()
        settled(page, tab, part)
        assert explored(page) == seen, f"Forward to {tab} changes Explore"
    assert (page.url, entries(page)) == (last, begun + 8)


def test_a_link_leads_to_a_tab_and_what_was_asked_there(visit: Visit):
    page = linked(visit, "?tab=map&colour=artist")
    settled(page, "map", "colour=artist")
    expect(page.locator(".map .column")).to_have_value("artist")
    page = linked(visit, "?label=a%20windmill&label=a%20ship")
    settled(page, "labels", "label=a")
    expect(page.locator(".labels .group h3")).to_contain_text(["a windmill", "a ship"])
    expect(page.locator("#label-prompts textarea")).to_have_value("a windmill\na ship")
    page = linked(visit, "?tab=indexed")
    settled(page, "indexed", "tab=indexed")


def test_a_link_with_one_wrong_part_keeps_the_rest(visit: Visit, workspace):
    work = workspace.collection.works()[3]
    page = linked(visit, f"?work={work.id}&box=0.2,0.2,0.6,0.6&tab=nonsense&also=gone.jpg|0,0,1,1")
    expect(page.locator(".viewer .caption h2")).to_have_text(work.title)
    expect(page.get_by_text("there is no tab “nonsense”")).to_be_visible()
    expect(page.get_by_text("A part of the link is left out").first).to_be_visible()
    expect(page.locator("#places .card").first).to_be_visible()
    page.wait_for_function("!location.search.includes('nonsense') && location.search.includes('box=')")
    page = linked(visit, f"?work={work.id}&tab=map&colour=nonsense")
    expect(page.locator(".map .hint")).to_contain_text("no column “nonsense”")
    expect(page.locator(".map .count")).not_to_be_empty()


def test_a_work_chosen_on_the_map_is_one_entry(visit: Visit):
    page = visit()
    page.get_by_role("tab", name="Map").click()
    settled(page, "map", "tab=map")
    expect(page.locator(".map .count")).not_to_be_empty()
    on_map, before, count = page.url, explored(page), entries(page)
    page.locator(".map .over").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.Explorer.address.shown() === 'explore' && !location.search.includes('tab=')")
    page.wait_for_timeout(500)
    assert (explored(page)[0] != before[0], entries(page)) == (True, count + 1)
    page.go_back()
    settled(page, "map", "tab=map")
    assert page.url == on_map
