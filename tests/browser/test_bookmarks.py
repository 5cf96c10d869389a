"""Bookmarks as a scholar uses them: kept from the picture, a match and a comparison, in sets, on the light table, after
a restart, taken away and read in again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

Visit = Callable[..., Page]
CARDS = ".cards .card"


@pytest.fixture(autouse=True)
def nothing_kept(workspace: Workspace) -> None:
    """Each test begins with what the ones before undid or removed; names of sets must not meet."""
    store = workspace.collection.bookmarks
    kept = store.all()
    for name in kept.sets:
        store.remove_set(name)
    store.remove(list(kept.bookmarks))


def keep(page: Page, name: str, into: str = "", tags: str = "") -> None:
    dialog = page.locator("dialog.keeping")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Set").fill(into)
    dialog.get_by_label("Tags").fill(tags)
    dialog.get_by_role("button", name="Keep", exact=True).click()
    expect(dialog).to_be_hidden()


def draw_box(page: Page) -> None:
    box = page.locator(".painting").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=4)
    page.mouse.up()


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Bookmarks").click()
    expect(page.locator(".bookmarks .called")).to_be_visible()


def test_a_bookmark_survives_a_restart(visit: Visit, workspace: Workspace, contexts) -> None:
    page = visit()
    page.locator(".viewer [data-do=keep]").click()
    keep(page, "<b>The work</b>", "Mills", "mill, winter")
    draw_box(page)
    expect(page.locator(CARDS).first).to_be_visible()
    page.locator(".stage").press("b")
    keep(page, "The detail", "Mills")
    page.locator(f"{CARDS} .more").first.click()
    page.locator(".menu .keep:visible").click()
    keep(page, "The match")
    again = Workspace.open(workspace.name, workspace.pictures.parent.parent)
    app = build_app(again)
    other = contexts[False].new_page()
    try:
        other.goto(launch(app, again, port=free_port("127.0.0.1", 0), block=False) + "?bookmarks=all")
        marks = other.locator(".marks > li")
        expect(marks).to_have_count(3)
        expect(marks.nth(0).get_by_label("Name of this bookmark")).to_have_value("<b>The work</b>")
        expect(marks.nth(0).get_by_label("Tags of this bookmark")).to_have_value("mill, winter")
        expect(marks.nth(2)).to_contain_text("a match")
        other.get_by_role("button", name="Mills 2").click()
        expect(marks).to_have_count(2)
        marks.nth(1).get_by_role("link", name="Open").click()
        expect(other.locator(".viewer .mark.chosen")).to_be_visible()
        assert "box=" in other.url
    finally:
        other.close()
        app.close(verbose=False)


def test_names_notes_sets_and_undo(visit: Visit) -> None:
    page = visit()
    for name in ("one", "two"):
        page.locator(".viewer [data-do=keep]").click()
        keep(page, name)
    open_tab(page)
    marks = page.locator(".marks > li")
    expect(marks).to_have_count(2)
    note = marks.nth(0).get_by_label("Note of this bookmark")
    note.fill("look again")
    note.press("Tab")
    page.locator(".marks input[type=checkbox]").nth(0).check()
    page.locator(".marks input[type=checkbox]").nth(1).check()
    page.once("dialog", lambda asked: asked.accept("Both"))
    page.locator(".bookmarks [data-do=new-set]").click()
    expect(page.locator(".bookmarks .called")).to_have_text("Both")
    expect(marks).to_have_count(2)
    field = page.locator(".about-set .name input")
    field.fill("x" * 200)
    field.press("Enter")
    expect(page.locator(".bookmarks .notice")).to_contain_text("120 characters at most")
    page.locator(".bookmarks [data-do=remove-set]").click()
    expect(page.locator(".bookmarks .called")).to_have_text("All bookmarks")
    expect(page.locator(".sets li")).to_have_count(1)
    page.locator(".bookmarks [data-do=undo]").click()
    expect(page.get_by_role("button", name="Both 2")).to_be_visible()
    expect(marks.nth(0).get_by_label("Note of this bookmark")).to_have_value("look again")


def test_the_light_table_keeps_where_things_lie(visit: Visit, workspace: Workspace) -> None:
    page = visit()
    page.locator(".viewer [data-do=keep]").click()
    keep(page, "laid", "Table")
    open_tab(page)
    page.get_by_role("button", name="Table 1").click()
    page.locator(".bookmarks [data-do=table]").click()
    item = page.locator(".item")
    expect(item.locator("img")).to_have_js_property("complete", True)
    before = item.bounding_box()
    page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] / 2 + 80, before["y"] + before["height"] / 2 + 40, steps=4)
    page.mouse.up()
    undo = page.locator(".bookmarks [data-do=undo]")
    expect(undo).to_have_attribute("title", "Take back: moving things on the light table")
    item.press("r")
    expect(item).to_have_attribute("style", re.compile(r"rotate\(15deg\)"))
    page.locator(".item.selected").wait_for()
    expect(page.locator(".bookmarks .notice")).to_be_hidden()
    page.reload()
    expect(page.locator(".item")).to_have_attribute("style", re.compile(r"rotate\(15deg\)"))
    assert "table=1" in page.url


def test_a_set_is_taken_away_and_read_in_again(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.locator(".viewer [data-do=keep]").click()
    keep(page, "sent", "To send")
    open_tab(page)
    page.get_by_role("button", name="To send 1").click()
    expect(page.locator(".bookmarks .called")).to_have_text("To send")
    with page.expect_download() as waiting:
        page.locator(".bookmarks .export").select_option("json")
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert json.loads(path.read_text("utf-8"))["bookmarks"][0]["name"] == "sent"
    page.locator(".bookmarks .file input").set_input_files(path)
    expect(page.locator(".bookmarks .called")).to_have_text("To send 2")
    expect(page.locator(".marks > li")).to_have_count(1)
    (tmp_path / "other.json").write_text("{")
    page.locator(".bookmarks .file input").set_input_files(tmp_path / "other.json")
    expect(page.locator(".bookmarks .notice")).to_contain_text("is not JSON")


def test_back_goes_from_a_set_to_the_picture(visit: Visit) -> None:
    page = visit()
    page.locator(".viewer [data-do=keep]").click()
    keep(page, "there", "There")
    before = page.url
    open_tab(page)
    page.get_by_role("button", name="There 1").click()
    expect(page.locator(".bookmarks .called")).to_have_text("There")
    page.wait_for_url("**bookmarks=s-**")
    page.go_back()
    expect(page.locator(".bookmarks .called")).to_have_text("All bookmarks")
    page.go_back()
    expect(page.locator(".viewer .painting")).to_be_visible()
    assert page.url == before
