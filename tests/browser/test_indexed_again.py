"""A collection is indexed again while a page is open."""

from __future__ import annotations

from pathlib import Path

from generated import SMALL, folder_of
from playwright.sync_api import Browser, expect

from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace


def test_an_open_page_says_once_that_there_are_new_works_and_lists_them(browser: Browser, tmp_path: Path) -> None:
    pictures, cache = tmp_path / "pictures", tmp_path / "cache"
    index_folder(folder_of(pictures, 2, size=(160, 120)), "few", cache, SMALL)
    app = build_app(workspace := Workspace.open("few", cache))
    address = launch(app, workspace, port=free_port("127.0.0.1", 0), block=False)
    page = browser.new_page()
    try:
        page.goto(address)
        expect(page.locator(".gallery .works li")).to_have_count(2)
        page.wait_for_selector(".viewer .sheet:not([hidden])")
        (pictures / "work-000.jpg").unlink()
        index_folder(folder_of(pictures, 2, first=2, size=(160, 120)), "few", cache, SMALL)
        page.locator(".gallery button[data-work='work-001.jpg']").click()
        expect(page.locator(".caption h2")).to_have_text("work-001")  # the list scrolls to the work in view
        said = page.get_by_text("The collection was indexed again; 3 works now.")
        expect(said).to_have_count(1)
        expect(page.locator(".gallery .works li")).to_have_count(3)
        page.locator(".gallery button[data-work='work-003.jpg']").click()
        expect(page.locator(".caption h2")).to_have_text(
            Workspace.open("few", cache).collection.work("work-003.jpg").title
        )
        page.get_by_role("button", name="Whole picture").click()
        cards = page.locator(".part-results:not(#words-results) .card")
        expect(cards).to_have_count(2)
        found = cards.evaluate_all("all => all.map((card) => card.dataset.work)")
        assert set(found) == {"work-001.jpg", "work-002.jpg"}
        expect(said).to_have_count(1)
    finally:
        page.close()
        app.close(verbose=False)
