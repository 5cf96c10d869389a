"""A second collection in a real browser: opened by a link, searched, compared, and kept in the address."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from generated import SMALL, folder_of
from playwright.sync_api import Page, expect

from explorer.indexing import index_folder
from explorer.ui.views import picture_url
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

CARDS = ".part-results:not(#words-results) .card"
NAME = "A few works"


@pytest.fixture(scope="module")
def few(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A collection of four works, beside the one that the app was started with."""
    cache = workspace.pictures.parent.parent
    index_folder(folder_of(tmp_path_factory.mktemp("few"), 4), NAME, cache, SMALL)
    return Workspace.open(NAME, cache)


def in_address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def shown(page: Page, images: str) -> None:
    """Wait until all pictures of a list have loaded."""
    page.wait_for_function(
        """(images) => {
          const all = [...document.querySelectorAll(images)];
          return all.length && all.every((image) => image.naturalWidth);
        }""",
        arg=images,
    )


def test_a_link_opens_another_collection_and_searches_in_it(
    visit: Visit, few: Workspace, workspace: Workspace, picture_of: Keep
):
    works = [work.id for work in few.collection.works()]
    page = visit("?" + urlencode({"collection": NAME, "work": works[1], "box": "0.2,0.2,0.7,0.8"}))
    expect(page.locator(".masthead .collection")).to_have_text(NAME)
    expect(page.locator(".gallery .works li")).to_have_count(len(works))
    shown(page, ".gallery img")
    page.wait_for_selector(CARDS)
    found = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")
    assert set(found) <= set(works) - {works[1]}
    shown(page, f"{CARDS}:first-child img")
    assert in_address(page)["collection"] == [NAME]
    picture_of(page, "another-collection")

    page.locator(f".gallery button[data-work='{works[2]}']").click()
    expect(page.locator(".caption h2")).to_have_text(few.collection.work(works[2]).title)
    page.get_by_role("button", name="Whole picture").click()
    page.wait_for_function("location.search.includes('box=')")
    assert in_address(page)["collection"] == [NAME] and in_address(page)["work"] == [works[2]]
    page.wait_for_function("!document.querySelector('.part-results .pending')")
    page.locator(CARDS).first.locator("[data-verdict=doubtful]").click()
    expect(page.locator(CARDS).first.locator(".badge")).to_have_text("doubtful")
    assert [judgement.query_work for judgement in few.collection.judgements.all()] == [works[2]]
    page.go_back()
    page.wait_for_function("!location.search.includes('box=')")
    assert in_address(page)["collection"] == [NAME]

    page.get_by_role("tab", name="Map").click()
    expect(page.locator(".map .count")).to_contain_text(f"{len(works)} works")
    page.get_by_role("tab", name="Collection", exact=True).click()
    page.get_by_role("tab", name="What is indexed").click()
    expect(page.locator(".collection-panel .facts")).to_contain_text(str(few.folder))
    page.get_by_role("tab", name="Words").click()
    page.locator("#words-text input, #words-text textarea").first.fill("a windmill")
    page.keyboard.press("Enter")
    expect(page.locator("#words-results .card")).to_have_count(len(works))
    page.get_by_role("tab", name="Compare").click()
    page.locator(".choice[data-side=first] .picked").click()
    expect(page.locator(".choice[data-side=first] .picker li")).to_have_count(len(works))

    page.locator(".masthead .brand").click()
    expect(page.locator(".masthead .collection")).to_have_text(NAME)
    expect(page.locator(".gallery .works li")).to_have_count(len(works))
    assert workspace.collection.judgements.for_query(works[2]) == []


def test_the_list_of_collections_leads_from_one_to_the_other(
    visit: Visit, few: Workspace, workspace: Workspace, picture_of: Keep
):
    page = visit()
    page.get_by_role("tab", name="Collection", exact=True).click()
    page.get_by_role("tab", name="Collections", exact=True).click()
    rows = page.locator(".collections tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="open here")).to_contain_text(workspace.name)
    expect(rows.filter(has_text=NAME)).to_contain_text("4")
    picture_of(page, "collections")
    page.get_by_role("link", name=NAME).click()
    expect(page.locator(".masthead .collection")).to_have_text(NAME)
    expect(page.locator(".gallery .works li")).to_have_count(4)
    expect(page.locator(".gallery .choose")).to_be_hidden()  # without a catalogue there is nothing to choose by
    page.get_by_role("tab", name="Collection", exact=True).click()
    expect(page.locator(".all-works .sheet li")).to_have_count(4)
    page.get_by_role("tab", name="Collections", exact=True).click()
    page.get_by_role("link", name=workspace.name, exact=True).click()
    expect(page.locator(".masthead .collection")).to_have_text(workspace.name)


def test_a_comparison_in_another_collection_by_link(visit: Visit, few: Workspace):
    works = [work.id for work in few.collection.works()]
    page = visit()
    page.goto(page.url.split("?")[0] + "?" + urlencode({"collection": NAME, "compare": works[:2]}, doseq=True))
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    for side, work in zip(("first", "second"), works, strict=False):
        name = page.locator(f".choice[data-side={side}] .picked .name")
        expect(name).to_have_text(few.collection.work(work).title)
    expect(page.locator(".account")).not_to_be_empty()
    assert in_address(page)["collection"] == [NAME]


def test_the_default_collection_is_not_in_the_address_and_one_that_is_none_is_told(
    visit: Visit, few: Workspace, workspace: Workspace
):
    page = visit("?" + urlencode({"collection": workspace.name}))
    page.wait_for_function("location.search.includes('work=')")
    assert "collection" not in in_address(page)
    page = visit("?collection=nobody")
    expect(page.get_by_text("There is no collection 'nobody' here")).to_be_visible()
    expect(page.locator(".masthead .collection")).to_have_text(workspace.name)
    expect(page.locator(".gallery .works li")).to_have_count(len(workspace.collection.works()))
    shown(page, ".gallery .works li:first-child img")
    page.wait_for_function("location.search.includes('work=')")
    assert "collection" not in in_address(page)


def test_only_pictures_of_the_other_collection_are_served(visit: Visit, few: Workspace):
    page = visit("?" + urlencode({"collection": NAME}))
    work = few.collection.works()[0]
    address = page.url.split("?")[0]
    assert page.request.get(address + picture_url(NAME, few.thumbnail(work.id))).status == 200
    for kept in (few.original(work), few.pictures.parent / "collection.sqlite"):
        assert page.request.get(f"{address}pictures/{kept}").status == 404
