"""The list of judgements in a real browser: seen, filtered, corrected, withdrawn, and taken away."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.collection import Judgement
from explorer.geometry import Box
from explorer.workspace import Workspace

Visit = Callable[..., Page]
HERE, THERE = Box(0.1, 0.1, 0.5, 0.6), Box(0.4, 0.3, 0.9, 0.8)
ROWS = ".judgements .list > li"


@pytest.fixture
def judged(workspace: Workspace) -> Iterator[list[int]]:
    """The ids of four judgements, two of them of a work with a hostile title and of one that is gone."""
    store = workspace.collection.judgements
    for one in store.all():
        store.withdraw(one.id)
    found = workspace.collection.works()
    hostile = next(work for work in found if work.title.startswith("<script"))
    first, second, third = [work.id for work in found if work.id != hostile.id][:3]
    made = [
        store.judge(Judgement(first, HERE, second, THERE, "accepted", "a dry brush", "Anna")),
        store.judge(Judgement(first, HERE, third, THERE, "rejected", "", "Bert")),
        store.judge(Judgement(hostile.id, HERE, second, THERE, "doubtful", "<b>perhaps</b>", "Anna")),
        store.judge(Judgement(first, HERE, "gone.jpg", THERE, "accepted", "", "Bert")),
    ]
    yield [one.id for one in made]
    for one in store.all():
        store.withdraw(one.id)


def opened(visit: Visit) -> Page:
    page = visit()
    page.get_by_role("tab", name="Bookmarks").click()
    page.get_by_role("tab", name="Judgements").click()
    return page


def test_judgements_are_seen_filtered_and_lead_to_their_match(
    visit: Visit, workspace: Workspace, judged: list[int], picture_of: Callable[[Page, str], None]
):
    page = opened(visit)
    rows, count = page.locator(ROWS), page.locator(".judgements .count")
    expect(count).to_have_text("4 judgements")
    assert [row.get_attribute("data-id") for row in rows.all()] == [str(number) for number in reversed(judged)]
    expect(rows.nth(0)).to_contain_text("no longer in the collection")
    expect(rows.nth(0)).to_contain_text("gone.jpg")
    expect(rows.nth(0).locator("a")).to_have_count(0)
    expect(rows.nth(1).locator("textarea")).to_have_value("<b>perhaps</b>")
    assert page.evaluate("window.harmed") is None
    colours = {row.locator(".verdict").evaluate("one => getComputedStyle(one).color") for row in rows.all()}
    signs = {row.locator(".verdict path").get_attribute("d") for row in rows.all()}
    assert len(colours) == len(signs) == 3
    picture_of(page, "judgements")
    page.locator(".judgements .verdicts [data-verdict=accepted]").click()
    expect(count).to_have_text("2 of 4 judgements")
    page.locator(".judgements [name=who]").select_option("Bert")
    expect(count).to_have_text("1 of 4 judgements")
    page.locator(".judgements .verdicts [data-verdict=accepted]").click()
    page.locator(".judgements [name=who]").select_option("")
    page.locator(".judgements [name=text]").fill("DRY brush")
    expect(rows).to_have_count(1)
    page.reload()
    expect(count).to_have_text("4 judgements")
    rows.nth(3).get_by_role("link", name="Compare").click()
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    first = workspace.collection.judgements.all()[0]
    works = page.evaluate("new URLSearchParams(location.search).getAll('compare')")
    assert works == [first.query_work, first.match_work]


def test_a_judgement_is_corrected_withdrawn_and_brought_back(visit: Visit, workspace: Workspace, judged: list[int]):
    store = workspace.collection.judgements
    page = opened(visit)
    page.evaluate("localStorage.setItem('explorer.who', 'Clara')")
    rows, notice, undo = page.locator(ROWS), page.locator(".judgements .notice"), page.locator(".judgements .undo")
    row = page.locator(f"{ROWS}[data-id='{judged[1]}']")
    row.locator("[data-verdict=doubtful]").click()
    expect(notice).to_contain_text("stays in the history")
    expect(rows.first).to_have_attribute("data-judged", "doubtful")
    changed = store.all()[-1]
    assert (changed.verdict, changed.who) == ("doubtful", "Clara")
    assert [one.verdict for one in store.history(changed)][-2:] == ["rejected", "doubtful"]
    undo.click()
    expect(row).to_have_attribute("data-judged", "rejected")
    assert next(one for one in store.all() if one.id == judged[1]).who == "Bert"
    note = row.locator("textarea")
    note.fill("another hand")
    note.blur()
    expect(rows.first.locator("textarea")).to_have_value("another hand")
    rows.first.locator(".withdraw").click()
    expect(notice).to_contain_text("the one before it holds again: rejected")
    undo.click()
    expect(rows.first.locator("textarea")).to_have_value("another hand")
    assert store.all()[-1].note == "another hand"
    page.evaluate("localStorage.removeItem('explorer.who')")


def test_what_is_filtered_is_taken_away(visit: Visit, workspace: Workspace, judged: list[int], tmp_path: Path):
    page = opened(visit)
    expect(page.locator(ROWS)).to_have_count(4)
    page.locator(".judgements [name=who]").select_option("Bert")
    expect(page.locator(ROWS)).to_have_count(2)
    for kind in ("csv", "json"):
        with page.expect_download() as waited:
            page.locator(".judgements .export").select_option(kind)
        waited.value.save_as(tmp_path / f"judgements.{kind}")
    with (tmp_path / "judgements.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["id"]) for row in rows] == [judged[1], judged[3]]
    assert {row["who"] for row in rows} == {"Bert"}
    records = json.loads((tmp_path / "judgements.json").read_text("utf-8"))
    assert [record["id"] for record in records] == [judged[1], judged[3]]


def test_back_leads_from_the_judgements_to_the_sets_and_out(visit: Visit, judged: list[int]):
    page = visit()
    page.get_by_role("tab", name="Bookmarks").click()
    expect(page.locator(".bookmarks .called")).to_be_visible()
    page.wait_for_function("location.search.includes('bookmarks=')")
    page.get_by_role("tab", name="Judgements").click()
    expect(page.locator(ROWS)).to_have_count(4)
    page.wait_for_function("location.search.includes('judgements=')")
    page.go_back()
    expect(page.locator(".bookmarks .called")).to_be_visible()
    page.go_forward()
    expect(page.locator(ROWS)).to_have_count(4)
