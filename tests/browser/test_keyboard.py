"""From the catalogue to a judgement without a mouse: every key is pressed as a person would press it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from explorer.geometry import Box
from explorer.workspace import Workspace

Visit = Callable[..., Page]


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(selector) => Boolean(document.activeElement?.closest(selector))", selector))


def go_to(page: Page, selector: str) -> None:
    """Press g until something is in focus there."""
    for _ in range(5):
        page.keyboard.press("g")
        if focused(page, selector):
            return
    pytest.fail(f"g does not lead to {selector}")


def tab_to(page: Page, selector: str, most: int) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page, selector):
            return
    pytest.fail(f"{selector} is more than {most} stops away")


def test_from_the_catalogue_to_a_judgement_by_keyboard(visit: Visit, workspace: Workspace):
    store = workspace.collection.judgements
    for one in store.all():
        store.withdraw(one.id)
    work = next(work for work in workspace.collection.works() if work.id.startswith("wooded_road"))
    page = visit(size=(1440, 900))

    tab_to(page, "#works .search input", 16)
    page.keyboard.type("wooded road")
    expect(page.locator("#works .tally")).to_contain_text(" of ")
    page.keyboard.press("ArrowDown")
    assert focused(page, "#works [data-work]")
    for _ in range(9):
        if page.evaluate("document.activeElement.dataset.work") == work.id:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".viewer .caption h2")).to_have_text(work.title)
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=work.id)

    tab_to(page, ".stage", 6)
    page.keyboard.press("+")
    expect(page.locator(".viewer .hover")).to_be_visible()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('box=')")
    cards = page.locator("#places .card")
    expect(cards.first).to_be_visible()
    expect(page.locator("#places .count[role=status]")).not_to_be_empty()
    expect(page.locator("#places .results")).not_to_have_class("results stale")

    go_to(page, "#places .card .follow")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.closest('.card').querySelector('.rank').textContent") == "2"
    second = page.evaluate("document.activeElement.closest('.card').dataset.work")
    tab_to(page, ".card .believed", 5)
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("a")
    page.wait_for_function("document.querySelector('#places .card[data-judged=accepted]') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert focused(page, "#places .card"), "the focus is where the evidence was opened"
    [judged] = store.all()
    assert (judged.query_work, judged.match_work, judged.verdict) == (work.id, second, "accepted")
    assert judged.query_box != Box.whole()

    go_to(page, "[role=tablist]")
    tab_to(page, "[data-tab-id=bookmarks]", 6)
    page.keyboard.press("Enter")
    tab_to(page, "[data-tab-id=judged]", 12)
    page.keyboard.press("Enter")
    row = page.locator(f".judgements .list > li[data-id='{judged.id}']")
    expect(row).to_contain_text(workspace.collection.work(second).title)
    store.withdraw(judged.id)


def test_the_list_of_works_is_one_stop_for_the_tab_key(visit: Visit):
    page = visit()
    stops = page.locator("#works [data-work][tabindex='0']")
    expect(stops).to_have_count(1)
    page.locator("#works .search input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(stops).to_have_count(1)
    assert page.evaluate("document.activeElement.tabIndex") == 0
