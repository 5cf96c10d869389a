"""Choosing works by their catalogue, in a real browser: the list, the searches, the address, the sheet of all works."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.collection.facets import Selection, admits, counted, facet_columns
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

CARDS = "#places .card"
BOX = "0.2,0.2,0.7,0.8"


def in_address(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("in", [])


def found(page: Page, cards: str = CARDS) -> set[str]:
    return set(page.locator(cards).evaluate_all("cards => cards.map((card) => card.dataset.work)"))


def works_by(workspace: Workspace, *values: tuple[str, str]) -> set[str]:
    return {work.id for work in workspace.collection.works() if admits(Selection(values), work)}


@pytest.fixture(scope="module")
def genres(workspace: Workspace) -> list[str]:
    """The genres of the collection, the most frequent first."""
    works = workspace.collection.works()
    facets = counted(works, Selection(), works, facet_columns(works)).facets
    return [value for facet in facets if facet.column == "genre" for value, _ in facet.counts if value]


def test_facets_limit_the_list_and_the_search_and_are_taken_back(
    visit: Visit, workspace: Workspace, genres: list[str], picture_of: Keep
):
    works = workspace.collection.works()
    first, second = genres[:2]
    one, both = works_by(workspace, ("genre", first)), works_by(workspace, ("genre", first), ("genre", second))
    asked = next(work.id for work in works if work.id not in both)
    page = visit("?" + urlencode({"work": asked, "box": BOX}), size=(1440, 900))
    page.wait_for_selector(CARDS)
    everywhere = found(page)
    page.locator(".gallery .choose > summary").click()
    page.locator(".gallery [data-facet=genre] > summary").click()
    choice = page.locator(f".gallery [data-limit='genre:{first}'][type=checkbox]")
    expect(choice.locator("xpath=..").locator(".n")).to_have_text(str(len(one)))
    choice.check()
    expect(page.locator(".gallery .tally")).to_have_text(f"{len(one)} of {len(works)} works")
    expect(page.locator("#places .within .of")).to_have_text(f"In {len(one)} of {len(works)} works: genre {first}.")
    assert found(page) == one
    assert in_address(page) == [f"genre:{first}"] and f"genre:{first.replace(' ', '+')}" in page.url
    expect(choice).to_be_checked()
    expect(choice).to_be_focused()

    other = page.locator(f".gallery [data-limit='genre:{second}'][type=checkbox]")
    expect(other.locator("xpath=..").locator(".n")).to_have_text(str(len(both - one)))
    other.check()
    expect(page.locator("#places .within .of")).to_contain_text(f"genre {first} or {second}")
    assert found(page) == both
    picture_of(page, "facets")
    page.locator(f".gallery .chip[data-limit='genre:{first}']").click()
    expect(page.locator("#places .within .of")).to_contain_text(f": genre {second}.")
    page.go_back()
    expect(page.locator("#places .within .of")).to_contain_text(f"genre {first} or {second}")
    expect(page.locator(".gallery .chip")).to_have_count(2)

    page.locator("#places .no-limits").click()
    expect(page.locator("#places .within")).to_be_hidden()
    expect(page.locator(".gallery .tally")).to_have_text(f"{len(works)} works")
    assert in_address(page) == [] and found(page) == everywhere


def test_a_link_with_limits_limits_words_too_and_leaves_out_what_is_none(
    visit: Visit, workspace: Workspace, genres: list[str]
):
    chosen = works_by(workspace, ("genre", genres[0]))
    page = visit()
    asked = {"words": "a windmill", "in": [f"genre:{genres[0]}", "colour:red"]}
    page.goto(page.url.split("?")[0] + "?" + urlencode(asked, doseq=True))
    expect(page.get_by_text("Works cannot be chosen by “colour:red”")).to_be_visible()
    expect(page.locator("#words-results .within .of")).to_contain_text(f"genre {genres[0]}")
    assert found(page, "#words-results .card") == chosen
    page.wait_for_function("!location.search.includes('colour')")
    page.locator("#words-results .no-limits").click()
    expect(page.locator("#words-results .within")).to_be_hidden()
    page.wait_for_function("!location.search.includes('in=')")
    assert parse_qs(urlsplit(page.url).query)["words"] == ["a windmill"]


def test_the_sheet_of_all_works_is_sorted_and_opens_one(visit: Visit, workspace: Workspace, picture_of: Keep):
    works = workspace.collection.works()
    page = visit(size=(1440, 900))
    page.get_by_role("tab", name="Collection", exact=True).click()
    tiles = page.locator(".all-works .sheet button")
    expect(tiles).to_have_count(len(works))

    def order() -> list[str]:
        return tiles.evaluate_all("tiles => tiles.map((tile) => tile.dataset.work)")

    by_year = sorted(works, key=lambda work: (work.year is None, work.year or 0))
    page.locator(".all-works select").select_option("year")
    years = {work.id: work.year for work in works}
    assert [years[work] for work in order()] == [work.year for work in by_year]
    page.locator(".all-works .turn").click()
    assert [years[work] for work in order()] == sorted(years.values(), reverse=True)
    page.locator(".all-works select").select_option("area")
    areas = {work.id: work.height_cm * work.width_cm for work in works}
    assert [areas[work] for work in order()] == sorted(areas.values(), reverse=True)
    picture_of(page, "all-works")
    expect(page.locator(".all-works").get_by_text("<script>")).to_be_visible()

    page.locator(".all-works .search input").fill(works[3].title)
    expect(tiles).not_to_have_count(len(works))
    page.locator(f".all-works button[data-work='{works[3].id}']").click()
    expect(page.locator(".caption h2")).to_have_text(works[3].title)
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    page.locator(".caption .entry summary").click()
    for said in (works[3].id, works[3].inventory, works[3].medium):
        expect(page.locator(".caption .entry dl")).to_contain_text(said)
