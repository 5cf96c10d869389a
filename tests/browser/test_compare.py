"""Two works compared in a real browser: chosen, laid over one another, looked at in every way, linked, by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.geometry import Box
from explorer.registration.compare import register
from explorer.registration.homography import moved
from explorer.search import search
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def versions(workspace: Workspace) -> tuple[str, str]:
    """Two works that repeat one composition."""
    names = [work.id for work in workspace.collection.works() if work.id.startswith("wooded_road")]
    return names[0], names[1]


def open_link(page: Page, query: list[tuple[str, str]]) -> None:
    parts = urlsplit(page.url)
    page.goto(f"{parts.scheme}://{parts.netloc}/?{urlencode(query)}")
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")


def registered(page: Page) -> str:
    expect(page.locator(".account")).not_to_be_empty(timeout=30_000)
    page.wait_for_function(
        "[...document.querySelectorAll('.lighttable img')].every((one) => one.naturalWidth && one.style.transform)"
    )
    return page.locator(".account").text_content()


def on_screen(page: Page, side: str, x: float, y: float) -> list[float]:
    """Where a point of one picture (fractions) is drawn: the browser's own arithmetic."""
    return page.evaluate(
        """([side, x, y]) => {
          const image = document.querySelector(`.lighttable .pane[data-side=${side}] img`);
          const size = [parseFloat(image.style.width), parseFloat(image.style.height)];
          const at = new DOMMatrix(image.style.transform).transformPoint(new DOMPoint(x * size[0], y * size[1], 0, 1));
          return [at.x / at.w, at.y / at.w];
        }""",
        [side, x, y],
    )


def choose(page: Page, side: str, title: str, work: str) -> None:
    page.locator(f".choice[data-side={side}] .picked").click()
    page.locator(f".choice[data-side={side}] input[type=search]").fill(title)
    page.locator(f".choice[data-side={side}] [data-work='{work}']").click()


def test_two_works_are_chosen_and_lie_on_one_another(
    visit: Visit, workspace: Workspace, versions: tuple[str, str], picture_of: Keep
):
    page = visit()
    page.get_by_role("tab", name="Compare").click()
    expect(page.locator(".empty")).to_contain_text("Choose two works")
    for side, work in zip(("first", "second"), versions, strict=True):
        title = workspace.collection.work(work).title
        choose(page, side, re.split(r"[^\w ]", title)[0], work)
        expect(page.locator(f".choice[data-side={side}] .picked .name")).to_have_text(title)
    assert registered(page).startswith("Registered by")
    assert parse_qs(urlsplit(page.url).query)["compare"] == list(versions)
    there = moved(register(workspace, *versions).matrix, np.array([[0.4, 0.6]]))[0]
    assert on_screen(page, "second", *there) == pytest.approx(on_screen(page, "first", 0.4, 0.6), abs=1)
    picture_of(page, "compare")

    page.get_by_role("tab", name="Explore").click()
    page.wait_for_function("!location.search.includes('compare')")
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_function("location.search.includes('compare')")


def test_every_way_of_looking_by_keyboard(visit: Visit, versions: tuple[str, str], picture_of: Keep):
    page = visit(dark=True)
    open_link(page, [("compare", versions[0]), ("compare", versions[1]), ("look", "curtain")])
    registered(page)
    table, second = page.locator(".lighttable"), page.locator(".pane[data-side=second]")
    expect(table).to_have_attribute("data-mode", "curtain")
    expect(second).to_have_css("clip-path", "inset(0px 0px 0px 50%)")
    rod = page.locator(".rod").bounding_box()
    page.mouse.move(rod["x"] + 16, rod["y"] + 100)
    page.mouse.down()
    page.mouse.move(rod["x"] + 216, rod["y"] + 100)
    page.mouse.up()
    expect(page.locator(".rod")).not_to_have_attribute("aria-valuenow", "50")
    picture_of(page, "compare-curtain-dark")
    table.focus()
    for key, mode in (("3", "opacity"), ("4", "blink"), ("b", "side"), ("5", "difference")):
        page.keyboard.press(key)
        expect(table).to_have_attribute("data-mode", mode)
    assert "look=difference" in page.url
    expect(second).to_have_css("mix-blend-mode", "difference")
    page.keyboard.down(" ")
    expect(second).to_be_hidden()
    page.keyboard.up(" ")
    expect(second).to_be_visible()
    left, right = (on_screen(page, "first", x, 0.5)[0] for x in (0.2, 0.8))
    page.keyboard.press("f")
    assert on_screen(page, "first", 0.2, 0.5)[0] == pytest.approx(right, abs=1)
    page.keyboard.press("f")
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    assert on_screen(page, "first", 0.2, 0.5)[0] != pytest.approx(left, abs=1)
    page.keyboard.press("0")
    assert on_screen(page, "first", 0.2, 0.5)[0] == pytest.approx(left, abs=1)


def test_points_by_hand_are_set_applied_and_linked(visit: Visit, versions: tuple[str, str], picture_of: Keep):
    page = visit()
    open_link(page, [("compare", versions[0]), ("compare", versions[1])])
    registered(page)
    page.get_by_role("button", name="By hand").click()
    panes = {side: page.locator(f".pane[data-side={side}]").bounding_box() for side in ("first", "second")}
    for side, x, y in (("first", 0.3, 0.3), ("second", 0.35, 0.3), ("second", 0.6, 0.7), ("first", 0.7, 0.7)):
        at = on_screen(page, side, x, y)
        page.mouse.click(panes[side]["x"] + at[0], panes[side]["y"] + at[1])
    picture_of(page, "compare-by-hand")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".account")).to_contain_text("Registered by 2 points that you set")
    assert on_screen(page, "second", 0.35, 0.3) == pytest.approx(on_screen(page, "first", 0.3, 0.3), abs=2)
    again = visit()
    open_link(again, parse_qsl(urlsplit(page.url).query))
    assert "2 points that you set" in registered(again)


CARDS = ".part-results:not(#words-results) .card"


@pytest.fixture(scope="module")
def reversed_mill(workspace: Workspace, demo_folder: Path) -> tuple[str, str]:
    """A windmill, as a link (work and box), and a work where it is reversed and surely found."""
    for query in json.loads((demo_folder / "annotations.json").read_text("utf-8"))["windmill"]:
        work = workspace.collection.work(query["query"][0])
        box = Box.from_pixels(tuple(query["query"][1]), work.width, work.height).clipped()
        for match in search(workspace, Query((RegionPart(work.id, box),)), SearchOptions(top=6)):
            if match.score > 0.95 and match.evidence.transform and match.evidence.transform.mirror:
                sides = ",".join(f"{side:.5f}" for side in box.as_tuple())
                return urlencode({"work": work.id, "box": sides}), match.work
    pytest.fail("no windmill is surely found reversed")


def selected(page: Page, name: str) -> None:
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


def outlines(page: Page) -> list[np.ndarray]:
    """The corners of the detail and of its match, as they are drawn in their panes."""
    drawn = page.locator(".lighttable polygon").evaluate_all("all => all.map((one) => one.getAttribute('points'))")
    return [np.array([list(map(float, corner.split(","))) for corner in one.split()]) for one in drawn]


def test_a_match_is_compared_from_its_card_as_the_card_has_it(
    visit: Visit, reversed_mill: tuple[str, str], picture_of: Keep
):
    link, match = reversed_mill
    page = visit(f"?{link}")
    card = page.locator(f"{CARDS}[data-work='{match}']")
    said = card.locator(".transform").text_content()
    before, shown, entries = page.url, page.locator(CARDS).count(), page.evaluate("history.length")
    card.locator(".more").click()
    page.locator(".menu .compare:visible").click()
    selected(page, "Compare")
    account = page.locator(".account")
    expect(account).to_contain_text("By this match (a copy, almost certainly")
    expect(account).to_contain_text(said)
    assert said.startswith("reversed")
    expect(page.get_by_role("button", name="This match")).to_have_attribute("aria-pressed", "true")
    assert parse_qs(urlsplit(page.url).query)["compare"][1] == match
    detail, found = outlines(page)
    far = np.abs(detail.mean(axis=0) - found.mean(axis=0)).max()
    assert far < 0.1 * np.ptp(detail, axis=0).max(), "the match lies where the detail lies"
    picture_of(page, "compare-match")
    as_matched = page.url

    page.get_by_role("button", name="The whole works").click()
    expect(page.get_by_role("button", name="The whole works")).to_have_attribute("aria-pressed", "true")
    expect(account).not_to_contain_text("By this match")
    page.wait_for_function("location.search.includes('whole=1')")
    page.get_by_role("button", name="This match").click()
    expect(account).to_contain_text(said)
    assert page.evaluate("history.length") == entries + 3, "each comparison is an entry"
    page.go_back()
    expect(page.get_by_role("button", name="The whole works")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(account).to_contain_text(said)
    page.go_back()
    selected(page, "Explore")
    assert (page.url, page.locator(CARDS).count()) == (before, shown), "what was there is there again"
    page.go_forward()
    selected(page, "Compare")
    expect(account).to_contain_text(said)

    again = visit()
    open_link(again, parse_qsl(urlsplit(as_matched).query))
    expect(again.locator(".account")).to_contain_text(said)
    again.get_by_role("button", name="Swap the two").click()
    expect(again.locator(".choice[data-side=first] .picked .name")).not_to_be_empty()
    expect(again.locator(".account")).to_contain_text("By this match (a copy, almost certainly")
    expect(again.locator(".account")).to_contain_text("reversed")
    detail, found = outlines(again)
    assert np.abs(detail.mean(axis=0) - found.mean(axis=0)).max() < 0.1 * np.ptp(detail, axis=0).max()


def test_back_leads_to_the_tab_and_the_comparison_that_were_there(visit: Visit, workspace: Workspace, versions):
    page = visit()
    open_link(page, [("compare", versions[0]), ("compare", versions[1])])
    registered(page)
    other = next(work for work in workspace.collection.works() if not work.id.startswith("wooded_road"))
    choose(page, "second", re.split(r"[^\w ]", other.title)[0], other.id)
    expect(page.locator(".choice[data-side=second] .picked .name")).to_have_text(other.title)
    page.get_by_role("tab", name="Map").click()
    page.wait_for_function("!location.search.includes('compare')")
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_function("location.search.includes('compare')")
    page.go_back()
    selected(page, "Map")
    page.go_back()
    selected(page, "Compare")
    expect(page.locator(".choice[data-side=second] .picked .name")).to_have_text(other.title)
    page.go_back()
    expect(page.locator(".choice[data-side=second] .picked .name")).to_have_text(
        workspace.collection.work(versions[1]).title
    )
    assert parse_qs(urlsplit(page.url).query)["compare"] == list(versions)


def test_a_picture_of_ones_own_is_compared(
    visit: Visit, workspace: Workspace, versions: tuple[str, str], tmp_path: Path, picture_of: Keep
):
    file = tmp_path / "found on a market.jpg"
    with Image.open(workspace.original(workspace.collection.work(versions[0]))) as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((640, 480)).save(file, quality=90)
    page = visit()
    page.locator(".viewer .file input").set_input_files(file)
    expect(page.locator(".caption h2")).to_have_text(file.name)
    card = page.locator(f"{CARDS}[data-work='{versions[0]}']")
    said = card.locator(".transform").text_content()
    card.locator(".more").click()
    page.locator(".menu .compare:visible").click()
    selected(page, "Compare")
    expect(page.locator(".account")).to_contain_text(said)
    expect(page.locator(".choice[data-side=first] .picked .name")).to_have_text(file.name)
    picture_of(page, "compare-own")
    page.go_back()
    selected(page, "Explore")
    expect(page.locator(".caption h2")).to_have_text(file.name)
    page.get_by_role("tab", name="Compare").click()
    page.locator(".choice[data-side=second] .picked").click()
    page.locator(".choice[data-side=second] .bring input").set_input_files(
        workspace.original(workspace.collection.work(versions[1]))
    )
    expect(page.locator(".choice[data-side=second] .picked .whose")).to_have_text("your own picture")
    expect(page.locator(".account")).to_contain_text("Registered by")


def test_works_that_share_nothing_are_refused(visit: Visit, workspace: Workspace, versions: tuple[str, str]):
    other = next(work for work in workspace.collection.works() if work.id.startswith(("flowers", "breakfast")))
    page = visit()
    open_link(page, [("compare", versions[0]), ("compare", other.id)])
    expect(page.locator(".account.trouble")).to_contain_text("set points by hand")
    expect(page.locator(".basis")).to_be_hidden()


@pytest.mark.parametrize("size", [(768, 1024), (390, 800)])
def test_the_light_table_on_a_touch_screen(visit: Visit, versions: tuple[str, str], picture_of: Keep, size):
    page = visit(size=size, touch=True)
    open_link(page, [("compare", versions[0]), ("compare", versions[1])])
    registered(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out sideways"
    picture_of(page, f"compare-{size[0]}")


def test_a_link_to_a_work_that_is_gone_says_so(visit: Visit, versions: tuple[str, str]):
    page = visit()
    open_link(page, [("compare", versions[0]), ("compare", "gone.jpg")])
    expect(page.get_by_text("There is no work 'gone.jpg'")).to_be_visible()
    expect(page.locator(".empty")).to_be_visible()
