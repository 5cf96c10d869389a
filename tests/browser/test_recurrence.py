"""Which parts of a work are in others, over the painting: a key away, listed by a click, opened from there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.geometry import Box
from explorer.motifs.discovery import FILE
from explorer.motifs.recurrence import FIND_FIRST, recurrence
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.fixture
def mill(workspace: Workspace, demo_folder: Path) -> Iterator[list[tuple[str, Box]]]:
    """The windmills of the demo as the one motif of a discovery; the last is in the work whose title is a script."""
    truth = json.loads((demo_folder / "annotations.json").read_text("utf-8"))["windmill"]
    hostile = next(work.id for work in workspace.collection.works() if "<script>" in (work.title or ""))
    places = []
    for name, pixels in (query["query"] for query in truth[:5]):
        work = workspace.collection.work(name)
        places.append((work.id, Box.from_pixels(tuple(pixels), work.width, work.height).clipped()))
    places.append((hostile, Box(0.1, 0.2, 0.4, 0.6)))
    instances = [
        {"work": work, "box": list(box.as_tuple()), "transform": [1.0, 0.0, False], "score": 0.9}
        for work, box in places
    ]
    motifs = [{"id": "m-1", "probability": 0.9, "instances": instances}]
    kept = workspace.tables.folder / FILE
    kept.write_text(json.dumps({"version": "1", "works": 24, "examined": 1, "motifs": motifs}), "utf-8")
    yield places
    kept.unlink()


def opacity(page: Page, x: float, y: float) -> int:
    """How opaque the colours are at a point of the painting, fractions; 0 is clear."""
    return page.evaluate(
        """([x, y]) => {
            const heat = document.querySelector('.heat'), at = [x * heat.width, y * heat.height].map(Math.floor);
            return heat.getContext('2d').getImageData(...at, 1, 1).data[3];
        }""",
        [x, y],
    )  # fmt: skip


def corner_outside(box: Box) -> tuple[float, float]:
    return (0.01 if box.x0 > 0.05 else 0.99), (0.01 if box.y0 > 0.05 else 0.99)


def click(page: Page, x: float, y: float) -> None:
    painting = page.locator(".painting").bounding_box()
    page.mouse.click(painting["x"] + x * painting["width"], painting["y"] + y * painting["height"])


def test_without_motifs_the_page_says_what_to_do(visit: Visit):
    page = visit()
    page.get_by_role("button", name="What recurs?").click()
    expect(page.locator(".recurs .found")).to_have_text(FIND_FIRST)
    expect(page.locator(".heat")).to_be_hidden()


def test_a_painting_is_coloured_by_how_many_works_have_each_part(
    visit: Visit, workspace: Workspace, mill: list[tuple[str, Box]], picture_of: Keep
):
    work, box = mill[0]
    page = visit(f"?work={work}")
    page.locator(".stage").focus()
    page.keyboard.press("r")
    expect(page.locator(".heat")).to_be_visible()
    others = recurrence(workspace, work).works
    expect(page.locator(".recurs .found")).to_contain_text(f"in {others} other works")
    assert opacity(page, *box.centre) > 0
    assert opacity(page, *corner_outside(box)) == 0
    expect(page.locator(".recurs .grades span").last).to_contain_text("4–7")
    picture_of(page, "recurrence")
    page.get_by_label("without a match elsewhere").check()
    assert opacity(page, *box.centre) == 0
    assert opacity(page, *corner_outside(box)) > 0
    page.locator(".stage").focus()
    page.keyboard.press("r")
    expect(page.locator(".heat")).to_be_hidden()
    expect(page.locator(".recurs")).to_be_hidden()


def test_a_click_lists_the_works_and_one_is_opened_at_its_place(
    visit: Visit, mill: list[tuple[str, Box]], picture_of: Keep
):
    work, box = mill[0]
    page = visit(f"?work={work}", size=(768, 1000), dark=True)
    page.get_by_role("button", name="What recurs?").click()
    expect(page.locator(".heat")).to_be_visible()
    page.locator(".painting").scroll_into_view_if_needed()
    click(page, *box.centre)
    listed = page.locator(".recurs .there [data-work]")
    expect(listed).to_have_count(len({each for each, _ in mill} - {work}))
    assert {each.get_attribute("data-work") for each in listed.all()} == {each for each, _ in mill} - {work}
    expect(page.locator(".spots .mark")).to_have_count(1)
    assert "box" not in parse_qs(urlsplit(page.url).query)
    assert page.evaluate("window.harmed") is None
    expect(page.locator(".recurs .there img.ready").first).to_be_visible()
    picture_of(page, "recurrence-works")
    other, there = next((each, place) for each, place in mill if each != work)
    page.locator(f".recurs .there [data-work='{other}']").click()
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=other)
    opened = tuple(map(float, parse_qs(urlsplit(page.url).query)["box"][0].split(",")))
    assert opened == pytest.approx(there.as_tuple(), abs=0.001)
    expect(page.locator(".heat")).to_be_visible()
    page.locator(".stage").focus()
    page.keyboard.press("1")
    expect(page.locator(f".recurs .there [data-work='{work}']")).to_be_visible()
    page.keyboard.press("w")
    expect(page.locator(".recurs")).to_be_hidden()
    expect(page.locator(".where")).to_be_visible()


def test_a_click_beside_what_recurs_searches_as_ever(visit: Visit, mill: list[tuple[str, Box]]):
    work, box = mill[0]
    page = visit(f"?work={work}")
    page.get_by_role("button", name="What recurs?").click()
    expect(page.locator(".heat")).to_be_visible()
    click(page, *(0.05 if side == 0.01 else 0.95 for side in corner_outside(box)))
    page.wait_for_function("location.search.includes('box=')")
