"""The Map tab: what is drawn, looked at, chosen, lit, arranged anew and taken away, in a real browser."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.maps import work_map
from explorer.maps.drawn import draw
from explorer.maps.settings import MapSettings
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]
FITTED, RESTED = 0.5, 900


@pytest.fixture(scope="module", autouse=True)
def laid_out(workspace: Workspace) -> None:
    """Maps take a while, the first time."""
    work_map(workspace)


@pytest.fixture
def opened(visit: Visit, workspace: Workspace) -> Iterator[Page]:
    page = visit(size=(1280, 800))
    page.get_by_role("tab", name="Map").click()
    shown(page, workspace.manifest.works)
    page.locator(".map .column").select_option("artist")
    page.wait_for_function("location.search.includes('colour=artist')")
    page.wait_for_timeout(RESTED)
    yield page


def shown(page: Page, works: int) -> None:
    expect(page.locator(".map .count")).to_have_text(f"{works} works.", timeout=60_000)
    expect(page.locator(".map .legend .entry").first).to_be_visible()
    page.wait_for_timeout(RESTED)


def drawn(page: Page) -> list[dict[str, Any]]:
    return page.locator(".map .over").evaluate("over => over.drawn()")


def plane(page: Page) -> dict[str, float]:
    box = page.locator(".map .over").bounding_box()
    assert box is not None
    return box


def drag(page: Page, spots: list[tuple[float, float]]) -> None:
    at = plane(page)
    page.mouse.move(at["x"] + spots[0][0], at["y"] + spots[0][1])
    page.mouse.down()
    for x, y in spots[1:]:
        page.mouse.move(at["x"] + x, at["y"] + y, steps=3)
    page.mouse.up()


def click(page: Page, point: dict[str, Any], **how: Any) -> None:
    page.locator(".map .over").click(position={"x": point["x"], "y": point["y"]}, **how)


def hidden_share(points: list[dict[str, Any]]) -> float:
    """The share of works of which more than half is covered by those drawn after them."""
    order = sorted(points, key=lambda each: each["picture"])
    covered = 0
    for number, one in enumerate(order):
        area = 0.0
        for other in order[number + 1 :]:
            across = (one["wide"] + other["wide"]) / 2 - abs(one["x"] - other["x"])
            along = (one["tall"] + other["tall"]) / 2 - abs(one["y"] - other["y"])
            if across > 0 and along > 0:
                area += min(across, one["wide"], other["wide"]) * min(along, one["tall"], other["tall"])
        covered += area > one["wide"] * one["tall"] / 2
    return covered / len(order)


def test_every_work_is_on_the_opening_map_and_none_is_heaped(
    opened: Page, workspace: Workspace, picture_of: Keep
) -> None:
    points, at = drawn(opened), plane(opened)
    assert sorted(each["work"] for each in points) == sorted(work.id for work in workspace.collection.works())
    assert all(0 < each["x"] < at["width"] and 0 < each["y"] < at["height"] for each in points)
    assert hidden_share(points) <= 0.05
    assert np.mean([each["picture"] for each in points]) > 0.9  # there is room for nearly all of so few
    picture_of(opened, "map")


def test_the_points_are_painted_where_they_are_said_to_be(opened: Page) -> None:
    point = max((each for each in drawn(opened) if each["picture"]), key=lambda each: each["wide"])
    opened.wait_for_timeout(1500)  # its thumbnail arrives
    seen = np.asarray(Image.open(io.BytesIO(opened.locator(".map .plane").screenshot())).convert("RGB"), float)
    x, y, half = int(point["x"]), int(point["y"]), int(point["tall"] / 3)
    assert seen[y - half : y + half, x - half : x + half].std(axis=(0, 1)).max() > 8  # a picture, no even ground


def test_the_map_is_moved_and_zoomed(opened: Page) -> None:
    before = {each["work"]: (each["x"], each["y"]) for each in drawn(opened)}
    drag(opened, [(30, 300), (90, 340)])
    opened.wait_for_timeout(RESTED)
    after = {each["work"]: (each["x"], each["y"]) for each in drawn(opened)}
    moved = np.median([np.subtract(after[work], before[work]) for work in before], axis=0)
    assert np.allclose(moved, (60, 40), atol=12)
    assert "place=" in opened.url
    opened.locator(".map .over").hover(position={"x": 400, "y": 300})
    opened.mouse.wheel(0, -600)
    opened.wait_for_timeout(RESTED)
    wide = np.ptp([each["x"] for each in drawn(opened)])
    assert wide > 1.5 * np.ptp([x for x, _ in after.values()])
    opened.get_by_role("button", name="Whole map").click()
    opened.wait_for_timeout(RESTED)
    again = {each["work"]: (each["x"], each["y"]) for each in drawn(opened)}
    assert max(np.hypot(*np.subtract(again[work], before[work])) for work in before) < 8
    assert "place=" not in opened.url


def test_a_work_is_told_of_after_a_short_wait_and_opened_by_a_click(opened: Page, workspace: Workspace) -> None:
    point = next(each for each in drawn(opened) if each["picture"])
    work = workspace.collection.work(point["work"])
    opened.locator(".map .over").hover(position={"x": point["x"], "y": point["y"]})
    expect(opened.locator(".map .card .title")).to_have_text(work.title)
    opened.wait_for_function("document.querySelector('.map .card img')?.naturalWidth > 0")
    click(opened, point)
    expect(opened.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    expect(opened.locator(".caption h2")).to_have_text(work.title)


def test_by_keyboard_to_the_neighbour_that_lies_that_way(opened: Page) -> None:
    opened.locator(".map .over").focus()
    opened.keyboard.press("ArrowRight")
    first = opened.locator(".map .card .title").text_content()
    opened.keyboard.press("ArrowRight")
    second = opened.locator(".map .card .title").text_content()
    assert first != second
    opened.keyboard.press("Space")
    expect(opened.locator(".map .chosen strong")).to_have_text("1 work chosen")
    opened.keyboard.press("Escape")  # lets go of the work, then of what is chosen
    opened.keyboard.press("Escape")
    expect(opened.locator(".map .chosen")).to_be_hidden()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    title = opened.locator(".map .card .title").text_content()
    opened.keyboard.press("Enter")
    expect(opened.locator(".caption h2")).to_have_text(title or "")


def test_a_loop_chooses_shift_adds_and_alt_takes_out(opened: Page, picture_of: Keep) -> None:
    at = plane(opened)
    left = {each["work"] for each in drawn(opened) if each["x"] < at["width"] / 2}
    half = [(2, 2), (at["width"] / 2, 2), (at["width"] / 2, at["height"] - 2), (2, at["height"] - 2), (2, 6)]
    opened.get_by_role("button", name="Lasso").click()
    drag(opened, half)
    chosen = {each["work"] for each in drawn(opened) if each["chosen"]}
    assert chosen == left and chosen
    expect(opened.locator(".map .chosen .tiles li")).to_have_count(len(left))
    other = next(each for each in drawn(opened) if not each["chosen"])
    click(opened, other, modifiers=["Shift"])
    expect(opened.locator(".map .chosen strong")).to_have_text(f"{len(left) + 1} works chosen")
    click(opened, next(each for each in drawn(opened) if each["work"] == other["work"]), modifiers=["Alt"])
    expect(opened.locator(".map .chosen strong")).to_have_text(f"{len(left)} works chosen")
    picture_of(opened, "map-chosen")


def test_searches_keep_to_what_is_chosen(opened: Page, workspace: Workspace) -> None:
    opened.get_by_role("button", name="Box", exact=True).click()
    at = plane(opened)
    drag(opened, [(2, 2), (at["width"] / 2, at["height"] - 2)])
    count = sum(each["chosen"] for each in drawn(opened))
    opened.get_by_role("button", name="Search among these").click()
    expect(opened.locator(".map .said")).to_contain_text("Searches keep to")
    opened.get_by_role("tab", name="Explore").click()
    expect(opened.locator(".gallery .tally")).to_have_text(f"{count} of {workspace.manifest.works} works")
    expect(opened.locator(".gallery .chip").first).to_contain_text(f"{count} chosen one by one")
    opened.reload()
    expect(opened.locator(".gallery .tally")).to_have_text(f"{count} of {workspace.manifest.works} works")


def test_what_is_chosen_is_kept_as_a_set_and_taken_away(opened: Page, workspace: Workspace) -> None:
    opened.get_by_role("button", name="Box", exact=True).click()
    at = plane(opened)
    drag(opened, [(2, 2), (at["width"] / 2, at["height"] - 2)])
    works = {each["work"] for each in drawn(opened) if each["chosen"]}
    opened.get_by_role("button", name="Keep as a set").click()
    opened.locator(".map .setname").fill("Left <b>half</b>")
    opened.keyboard.press("Enter")
    expect(opened.locator(".map .said")).to_contain_text("kept as a set")
    kept = workspace.collection.bookmarks.all()
    (name,) = [key for key, each in kept.sets.items() if each.name == "Left <b>half</b>"]
    assert {work for _, mark in kept.of_set(name) for work in mark.works} == works
    workspace.collection.bookmarks.remove_set(name)
    with opened.expect_download() as download:
        opened.get_by_role("button", name="CSV").click()
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == len(works) + 1 and lines[0].startswith("id,")
    with opened.expect_download() as download:
        opened.get_by_role("button", name="ZIP of pictures").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sum(each.endswith(".jpg") for each in archive.namelist()) == len(works)


def test_the_legend_greys_and_hides_nothing(opened: Page, workspace: Workspace) -> None:
    entry = opened.locator(".map .legend .entry").first
    label, count = entry.locator("span").inner_text(), int(entry.locator("small").inner_text())
    entry.click()
    points = drawn(opened)
    assert sum(not each["dim"] for each in points) == count and len(points) == workspace.manifest.works
    assert {each["work"] for each in points if not each["dim"]} == {
        work.id for work in workspace.collection.works() if label in work.values("artist")
    }
    assert "only=" in opened.url
    opened.reload()
    shown(opened, workspace.manifest.works)
    assert sum(not each["dim"] for each in drawn(opened)) == count
    opened.locator(".map .legend .entry").first.click()
    assert not any(each["dim"] for each in drawn(opened))


def test_numbers_are_a_ramp_and_the_faithful_are_told(opened: Page) -> None:
    for column in ("year", "height_cm"):
        opened.locator(".map .column").select_option(column)
        expect(opened.locator(".map .legend .ramp")).to_be_visible()
        expect(opened.locator(".map .legend")).to_have_text(re.compile(r"^[\d.]+[\d.]+(not stated)?$"))
    opened.get_by_label("Show how well neighbours are kept").check()
    expect(opened.locator(".map .legend")).to_contain_text("true neighbours")
    expect(opened.locator(".map .honest")).to_contain_text("of the 15 most alike")


def test_a_search_lights_up_what_the_catalogue_has(opened: Page, workspace: Workspace) -> None:
    word = workspace.collection.works()[0].artist.split()[0]
    found = {work.id for work in workspace.collection.find(word)}
    opened.locator(".map .finder").fill(word)
    expect(opened.locator(".map .hint")).to_contain_text("in the catalogue")
    opened.wait_for_timeout(RESTED)
    assert {each["work"] for each in drawn(opened) if each["lit"]} == found
    opened.locator(".map .finder").fill("")
    opened.wait_for_timeout(RESTED)
    assert not any(each["lit"] or each["dim"] for each in drawn(opened))


def test_words_and_the_open_work_are_found_on_the_map(opened: Page, picture_of: Keep) -> None:
    opened.locator(".map .finder").fill("a windmill")
    opened.get_by_role("button", name="By meaning").click()
    expect(opened.locator(".map .hint")).to_contain_text("“a windmill” lies here, with lines to the 12")
    assert sum(each["lit"] for each in drawn(opened)) == 12
    picture_of(opened, "map-words")
    opened.get_by_role("button", name="What is open").click()
    expect(opened.get_by_role("button", name="What is open")).to_have_attribute("aria-pressed", "true")
    open_work = opened.evaluate("window.Explorer.current")
    assert open_work in {each["work"] for each in drawn(opened) if each["lit"]}


def test_the_results_of_a_search_light_up(opened: Page) -> None:
    opened.locator(".map [data-show=results]").click()
    expect(opened.locator(".map .hint")).to_contain_text("Search in Explore first")
    opened.get_by_role("tab", name="Explore").click()
    opened.locator(".stage").press("Enter")
    expect(opened.locator("#places .card").first).to_be_visible()
    opened.wait_for_function("!document.querySelector('.part-results .pending')")
    opened.wait_for_timeout(3 * RESTED)  # the first answer is refined
    cards = opened.locator("#places .card").evaluate_all("cards => cards.map((card) => card.dataset.work)")
    opened.get_by_role("tab", name="Map").click()
    opened.locator(".map [data-show=results]").click()
    expect(opened.locator(".map .hint")).to_contain_text("where they lie on the map")
    opened.wait_for_timeout(RESTED)
    assert {each["work"] for each in drawn(opened) if each["lit"]} == set(cards)


def test_another_layout_carries_what_is_chosen_and_is_in_the_address(opened: Page, workspace: Workspace) -> None:
    point = next(each for each in drawn(opened) if each["picture"])
    click(opened, point, modifiers=["Shift"])
    opened.locator(".map .layout").focus()
    opened.keyboard.press("ArrowDown")
    opened.wait_for_function("location.search.includes('by=grid')")
    opened.wait_for_timeout(2 * RESTED)
    points = drawn(opened)
    assert [each["work"] for each in points if each["chosen"]] == [point["work"]]
    assert hidden_share(points) == 0 and all(each["picture"] for each in points)
    opened.locator(".map .layout").focus()
    opened.keyboard.press("ArrowDown")
    opened.wait_for_function("location.search.includes('by=time')")
    opened.wait_for_timeout(2 * RESTED)
    dated = sorted((work.span or (0, 0), work.id) for work in workspace.collection.works() if work.span)
    places = {each["work"]: each["x"] for each in drawn(opened)}
    assert places[dated[0][1]] < places[dated[-1][1]]
    opened.go_back()
    opened.wait_for_function("location.search.includes('by=grid')")
    expect(opened.locator(".map .layout")).to_have_value("grid")


def test_details_light_up_and_lead_to_their_place(opened: Page, workspace: Workspace, picture_of: Keep) -> None:
    draw(workspace, MapSettings(kind="regions"))  # which takes a while, the first time
    opened.get_by_role("button", name="Details").click()
    expect(opened.locator(".map .count")).to_contain_text("details", timeout=60_000)
    opened.wait_for_timeout(2 * RESTED)
    opened.get_by_role("button", name="What is open").click()
    expect(opened.locator(".map .hint")).to_contain_text("lies here")
    open_work = opened.evaluate("window.Explorer.current")
    own = [each for each in drawn(opened) if each["work"] == open_work]
    assert own and all(each["lit"] for each in own)
    picture_of(opened, "map-details")
    opened.locator(".map .over").focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Space")
    opened.get_by_role("button", name="Where on the canvas").click()
    expect(opened.locator(".map .heat figcaption")).to_contain_text("All canvases as one")
    opened.locator(".map .over").focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    opened.wait_for_function("location.search.includes('box=')")


def test_the_poster_and_the_page_to_send(opened: Page, workspace: Workspace, contexts: Any, tmp_path: Path) -> None:
    opened.locator(".map .layout").select_option("grid")
    opened.wait_for_function("location.search.includes('by=grid')")
    with opened.expect_download() as download:
        opened.locator(".map .take").select_option("png")
    with Image.open(download.value.path()) as poster:
        assert poster.format == "PNG" and max(poster.size) >= 2900
    with opened.expect_download() as download:
        opened.locator(".map .take").select_option("html")
    path = tmp_path / "map.html"
    download.value.save_as(path)
    page = contexts[False].new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.locator("#search").fill(workspace.collection.works()[0].title)
    expect(page.locator("#found")).to_contain_text("work")
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


def test_without_webgl_the_map_is_drawn_plainly(visit: Visit, workspace: Workspace) -> None:
    page = visit()
    page.evaluate(
        """() => { const was = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind === "webgl2" ? null : was.call(this, kind, ...rest); }; }"""
    )
    page.get_by_role("tab", name="Map").click()
    shown(page, workspace.manifest.works)
    expect(page.locator(".map .honest")).to_contain_text("without its graphics card")
    assert page.locator(".map .over").evaluate("over => over.renderer") == "2-D canvas"
    data = page.locator(".map canvas.points").evaluate("canvas => canvas.toDataURL('image/png')")
    painted = np.asarray(Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGBA"))
    assert (painted[..., 3] > 0).sum() > 2000


def test_a_work_that_left_the_collection_is_said_to_have(opened: Page) -> None:
    answer = opened.request.get(opened.url.split("?")[0] + "maps/demo/0123/points")
    assert (answer.status, answer.json()["error"]) == (404, "This map is not laid out any more; open it again.")
