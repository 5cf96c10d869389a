"""Cards of results in a real browser: how many are in sight, what of them can be read, in which order they stand; a
match that is looked at; the sheet that is printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from explorer.geometry import Box
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

RESULTS = ".part-results:not(#words-results)"
CARDS = f"{RESULTS} .card"
HERE = Box(0.3, 0.3, 0.6, 0.7)
IN_SIGHT = """(cards) => {
  const all = document.querySelector('.results').getBoundingClientRect();
  const sight = (box) => box.height > 60 && box.top >= all.top && box.bottom <= Math.min(all.bottom, innerHeight) + 1;
  return cards.filter((card) => sight(card.getBoundingClientRect())).length;
}"""
CUT = "(all) => all.map((one) => one.scrollWidth > one.clientWidth)"


@pytest.fixture
def results(visit: Visit, workspace: Workspace) -> Callable[..., Page]:
    """Open a detail and wait for what is found: ``results(work=, size=, dark=)``."""

    def open_detail(work: int = 2, size: tuple[int, int] = (1440, 900), dark: bool = False) -> Page:
        box = ",".join(f"{side:.5f}" for side in HERE.as_tuple())
        page = visit(f"?work={workspace.collection.works()[work].id}&box={box}", size=size, dark=dark)
        page.wait_for_selector(CARDS)
        page.wait_for_function("!document.querySelector('.part-results .pending')")
        return page

    return open_detail


def works(page: Page) -> list[str]:
    return page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")


def choose(page: Page, name: str, value: str | bool) -> None:
    """Set one of the options."""
    panel = page.locator(f"{RESULTS} .result-options").first
    if not panel.is_visible():
        page.locator(f"{RESULTS} .options").first.click()
    field = panel.locator(f"[name={name}]")
    field.set_checked(value) if isinstance(value, bool) else field.select_option(value)


def test_eight_cards_are_in_sight_and_their_dates_can_be_read(results: Callable[..., Page], picture_of: Keep):
    page = results()
    assert page.locator(CARDS).evaluate_all(IN_SIGHT) >= 8
    assert any(page.locator(f"{CARDS} .artist").evaluate_all(CUT)), "some artist is too long for a card"
    assert not any(page.locator(f"{CARDS} .date").evaluate_all(CUT))
    within = "(all) => all.map((date) => date.getBoundingClientRect().right <= date.closest('.card').getBoundingClientRect().right + 0.5)"  # noqa: E501
    assert all(page.locator(f"{CARDS} .date").evaluate_all(within))
    picture_of(page, "cards-eight")


def test_a_contact_sheet_of_pictures_leads_to_the_evidence(results: Callable[..., Page], picture_of: Keep):
    page = results(dark=True)
    before = works(page)
    choose(page, "contact", True)
    first = page.locator(CARDS).first
    expect(first.locator(".title")).to_be_hidden()
    expect(first.locator(".short")).to_have_text(f"1{first.locator('.percent').text_content()}")
    assert works(page) == before
    assert page.locator(CARDS).evaluate_all(IN_SIGHT) >= 16
    picture_of(page, "cards-contact")
    first.locator(".follow").click()
    expect(page.locator("dialog.sight")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(CARDS).first.locator(".short")).to_be_visible()
    choose(page, "contact", False)
    expect(page.locator(CARDS).first.locator(".title")).to_be_visible()


def test_the_menu_of_a_card_by_keyboard(results: Callable[..., Page]):
    page = results()
    more = page.locator(f"{CARDS} .more").nth(1)
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator(f"{RESULTS} .menu")).to_be_hidden()
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{RESULTS} .menu .compare")).to_be_focused()
    work = works(page)[1]
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    page.wait_for_function("(work) => new URLSearchParams(location.search).getAll('compare')[1] === work", arg=work)


def test_a_match_in_the_picture_is_said_and_left_again(results: Callable[..., Page], workspace: Workspace):
    page = results()
    asked, before = page.locator(".caption h2").text_content(), works(page)
    page.locator(CARDS).nth(2).locator(".look").click()
    said = page.locator(f"{RESULTS} .looking")
    expect(said).to_contain_text(f"The picture shows match 3, {workspace.collection.work(before[2]).title}.")
    expect(page.locator(f"{CARDS}.looked")).to_have_attribute("data-work", before[2])
    said.get_by_role("button").click()
    expect(page.locator(".caption h2")).to_have_text(asked)
    expect(said).to_be_hidden()
    expect(page.locator(f"{CARDS}.looked")).to_have_count(0)
    assert works(page) == before
    expect(page.locator(".viewer .mark.chosen")).to_be_visible()


def test_the_options_say_what_is_not_as_usual(results: Callable[..., Page]):
    page = results()
    said, button = page.locator(f"{RESULTS} .unusual"), page.locator(f"{RESULTS} .options")
    expect(said).to_have_text("")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{RESULTS} select[name=top]")).to_be_focused()
    choose(page, "least", "60")
    expect(said).to_have_text("below 60 % hidden")
    choose(page, "least", "0")
    choose(page, "top", "10")
    expect(page.locator(CARDS)).to_have_count(10)
    expect(said).to_have_text("10 shown")
    button.click()
    expect(page.locator(f"{RESULTS} .result-options")).to_be_hidden()


def test_sorting_and_families_change_no_more_than_the_order(results: Callable[..., Page], workspace: Workspace):
    page = results()
    found = works(page)
    known = {work.id: work for work in workspace.collection.works()}
    choose(page, "sort", "date")
    years = [known[work].year for work in works(page)]
    assert sorted(works(page)) == sorted(found) and works(page) != found
    assert years == sorted(years)
    choose(page, "sort", "artist")
    artists = [known[work].artist for work in works(page)]
    assert all(artists.count(name) == _longest_run(artists, name) for name in artists), "an artist's works are together"
    choose(page, "sort", "rank")
    assert works(page) == found
    choose(page, "family", True)
    stems = [known[work].title.split(" (")[0] for work in works(page)]
    shared = [stem for stem in stems if stems.count(stem) > 1]
    assert shared, "the demo has versions"
    assert all(stems.count(stem) == _longest_run(stems, stem) for stem in shared)
    expect(page.locator(f"{RESULTS} .family").first).to_contain_text(stems[0])
    expect(page.locator(f"{RESULTS} .family")).to_have_count(len(set(shared)) + (len(shared) < len(stems)))
    expect(page.locator(f"{RESULTS} .grouped")).to_contain_text("same title")
    assert sorted(works(page)) == sorted(found)
    choose(page, "family", False)
    expect(page.locator(f"{RESULTS} .family")).to_have_count(0)


def _longest_run(values: list[str], value: str) -> int:
    longest = run = 0
    for each in values:
        run = run + 1 if each == value else 0
        longest = max(longest, run)
    return longest


def test_what_is_shown_is_printed(results: Callable[..., Page], picture_of: Keep):
    page = results()
    shown = len(works(page))
    page.context.add_init_script("window.print = () => { window.printed = true; }")
    with page.expect_popup() as waited:
        page.locator(f"{RESULTS} .export").select_option("print")
    sheet = waited.value
    expect(sheet.locator("figure")).to_have_count(1 + shown)
    expect(page.locator(f"{RESULTS} .taken")).to_contain_text("The page to print was made.")
    assert sheet.evaluate("window.printed") is True
    assert sheet.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    assert sheet.locator("figcaption .small").count() >= shown, "credit lines and files"
    picture_of(sheet, "cards-printed")
    sheet.close()
