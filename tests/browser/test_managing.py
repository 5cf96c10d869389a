"""From an empty cache to a collection in the page, and what is done to collections there: one app, from its start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from generated import folder_of, write_csv
from playwright.sync_api import Browser, Page, expect

from explorer.collection import Collection, Judgement
from explorer.geometry import Box

ROOT = Path(__file__).parents[2]
WHOLE = Box(0, 0, 1, 1)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(scope="module")
def begun(cache: Path) -> Iterator[str]:
    """Where ``explorer serve`` shows its page over an empty cache."""
    command = [sys.executable, "-m", "explorer", "serve", "--port", "0", "--no-browser", "--cache", str(cache)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        yield next(line.split(" at ")[1].split()[0] for line in server.stderr if " at http" in line)
    finally:
        server.terminate()
        server.communicate(timeout=60)


@pytest.fixture(scope="module")
def page(browser: Browser, begun: str) -> Iterator[Page]:
    """One window for all tests of this module, which follow each other; its scripts must not fail."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.set_default_timeout(60_000)
    page.goto(begun)
    yield page
    page.close()
    assert faults == []


def fill(page: Page, folder: Path, catalogue: Path | None = None) -> None:
    page.locator("[name=folder]").fill(str(folder))
    page.locator("[name=folder]").press("Tab")
    expect(page.locator(".indexing [name=name]")).not_to_have_value("")
    if catalogue:
        page.locator("[name=catalogue]").fill(str(catalogue))
    page.locator("[name=model]").select_option("mini")
    page.get_by_role("button", name="See what would happen").click()


def collections(page: Page) -> None:
    page.get_by_role("tab", name="Collection", exact=True).click()
    page.get_by_role("tab", name="Collections", exact=True).click()
    expect(page.locator(".collections > .table tbody tr").first).to_be_visible()


def test_an_empty_cache_becomes_a_collection(page: Page, cache: Path, tmp_path_factory, picture_of) -> None:
    above = tmp_path_factory.mktemp("own")
    folder = folder_of(above / "landscapes" / "images", 3, size=(160, 120))
    (folder / "broken.jpg").write_text("not a picture")
    (folder / "work-002.jpg").write_bytes((folder / "work-002.jpg").read_bytes()[:-2])  # its end mark
    rows = [
        {"Scan": "work-000.jpg", "Painter": "Jan", "Shelf": "B 4"},
        {"Scan": "lost.jpg", "Painter": "Pieter", "Shelf": ""},
    ]
    table = write_csv(above / "list.csv", rows)
    expect(page.get_by_role("button", name="Paint and index the demo collection")).to_be_visible()
    page.get_by_role("button", name="Choose …").click()
    expect(page.locator(".chooser .way button").last).to_have_text(Path.home().name or "/")
    page.get_by_role("button", name="Choose …").click()
    fill(page, folder, table)
    expect(page.locator(".indexing [name=name]")).to_have_value("landscapes")
    expect(page.locator(".preview > .sentences")).to_contain_text("3 pictures will be in the collection")
    expect(page.locator(".preview .left-out summary")).to_have_text("Left out: 1 file that cannot be read")
    expect(page.locator(".catalogue .sentences")).to_contain_text("1 of 3 pictures found their row")
    expect(page.locator("[name=column]")).to_have_value("Scan")  # guessed, and asked about
    expect(page.get_by_label("What the column “Painter” is")).to_have_value("artist")
    hand = page.get_by_label("What the column “Painter” is")
    hand.select_option("kept as it is")
    expect(page.get_by_role("button", name="As recognised")).to_be_visible()
    expect(hand).to_be_focused()
    page.get_by_label("What the column “Shelf” is").select_option("title")
    expect(page.get_by_label("What the column “Shelf” is")).to_have_value("title")
    hand.select_option("title")  # a field has one column: the last that was chosen
    expect(page.get_by_label("What the column “Shelf” is")).to_have_value("")
    expect(hand).to_have_value("title")
    page.get_by_role("button", name="As recognised").click()
    expect(hand).to_have_value("artist")
    page.get_by_label("What the column “Shelf” is").select_option("inventory number")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    picture_of(page, "index-preview")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".masthead .collection")).to_have_text("landscapes")  # the app has gone over to it
    expect(page.locator(".gallery .works li")).to_have_count(3)
    expect(page.locator(".gallery")).to_contain_text("Jan")
    assert Collection(cache / "landscapes" / "collection.sqlite").work("work-000.jpg").inventory == "B 4"
    page.get_by_role("tab", name="Collection", exact=True).click()
    page.get_by_role("tab", name="What is indexed", exact=True).click()
    expect(page.locator(".remarked-note")).to_contain_text("One picture is in the collection with a remark")
    expect(page.locator(".remarked tbody tr")).to_contain_text("work-002.jpgthe mark at its end is missing")
    picture_of(page, "remarks")
    page.get_by_role("tab", name="Explore", exact=True).click()
    page.locator(".gallery .works li", has_text="work-002").click()
    page.locator(".caption .entry summary").click()
    expect(page.locator(".caption .entry dl")).to_contain_text("How it was readthe mark at its end is missing")
    picture_of(page, "remark-entry")
    judgements = Collection(cache / "landscapes" / "collection.sqlite").judgements
    judgements.judge(Judgement("work-000.jpg", WHOLE, "work-001.jpg", WHOLE, "accepted"))


def test_another_is_added_and_opened(page: Page, tmp_path_factory, picture_of) -> None:
    collections(page)
    page.get_by_role("button", name="Add a collection …").click()
    fill(page, folder_of(tmp_path_factory.mktemp("more") / "prints", 2, first=5, size=(160, 120)))
    expect(page.locator(".preview > .sentences")).to_contain_text("2 pictures will be in the collection")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="Open prints").click()
    expect(page.locator(".masthead .collection")).to_have_text("prints")
    expect(page.locator(".gallery .works li")).to_have_count(2)


def test_a_collection_is_renamed_and_its_old_link_leads_on(page: Page, begun: str, cache: Path) -> None:
    collections(page)
    page.get_by_role("button", name="Rename prints").click()
    page.locator(".asking [name=name]").fill("landscapes")
    page.locator(".asking .primary").click()
    expect(page.locator(".asking .trouble")).to_contain_text("There is a collection 'landscapes' already")
    page.locator(".asking [name=name]").fill("Works on paper")
    page.locator(".asking .primary").click()
    expect(page.locator(".masthead .collection")).to_have_text("Works on paper")
    page.goto(f"{begun}?collection=prints")
    expect(page.locator(".masthead .collection")).to_have_text("Works on paper")
    expect(page.locator(".gallery .works li")).to_have_count(2)
    page.wait_for_function("location.search.includes('Works')")


def test_a_catalogue_is_replaced_by_a_file_of_the_browser(page: Page, tmp_path_factory) -> None:
    table = write_csv(tmp_path_factory.mktemp("sent") / "new.csv", [{"file": "work-005.jpg", "title": "The mill"}])
    collections(page)
    page.get_by_role("button", name="Another catalogue for Works on paper").click()
    page.locator(".indexing input[type=file]").set_input_files(table)
    expect(page.locator(".indexing .sent")).to_contain_text("new.csv")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.locator(".catalogue .sentences")).to_contain_text("1 row; 1 of 2 works found their row")
    page.get_by_role("button", name="Replace the catalogue").click()
    expect(page.locator(".ended .result")).to_contain_text("Nothing was encoded again")
    page.get_by_role("link", name="Show it").click()
    expect(page.locator(".gallery")).to_contain_text("The mill")


def test_a_removed_collection_is_brought_back_whole(page: Page, cache: Path, picture_of) -> None:
    collections(page)
    page.get_by_role("button", name="Remove landscapes").click()
    expect(page.locator(".asking .about")).to_contain_text("The pictures in their folder are not touched.")
    picture_of(page, "remove-collection")
    page.locator(".asking .primary").click()
    expect(page.locator(".collections > .table tbody tr")).to_have_count(1)
    expect(page.locator(".collections .removed tbody tr")).to_contain_text("landscapes")
    picture_of(page, "removed-collection")
    assert not (cache / "landscapes").exists()
    page.get_by_role("button", name="Bring landscapes back").click()
    expect(page.locator(".collections > .table tbody tr")).to_have_count(2)
    page.get_by_role("link", name="landscapes").click()
    expect(page.locator(".masthead .collection")).to_have_text("landscapes")
    expect(page.locator(".gallery .works li")).to_have_count(3)
    assert len(Collection(cache / "landscapes" / "collection.sqlite").judgements.all()) == 1
