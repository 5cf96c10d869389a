"""The page in a real browser: what an art historian does, from the first click to the map."""

from __future__ import annotations

import base64
import io
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.geometry import Box, intersection_over_union
from explorer.search import examples, search
from explorer.search.click import click_box, click_proposals
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

CARDS = ".part-results:not(#words-results) .card"


def on_painting(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a point of the painting (fractions) lies."""
    shown = page.locator(".painting").bounding_box()
    return shown["x"] + x * shown["width"], shown["y"] + y * shown["height"]


def place_in_address(page: Page) -> tuple[str, tuple[float, ...] | None]:
    asked = parse_qs(urlsplit(page.url).query)
    box = asked.get("box")
    return asked.get("work", [""])[0], tuple(map(float, box[0].split(","))) if box else None


def searched(page: Page) -> None:
    """Wait until a search has answered."""
    page.wait_for_selector(CARDS)
    page.wait_for_function("!document.querySelector('.part-results .pending')")


def link(work: str, box: Box | None = None) -> str:
    query = {"work": work} if box is None else {"work": work, "box": ",".join(f"{side:.5f}" for side in box.as_tuple())}
    return "?" + urlencode(query)


def windmills(folder: Path, workspace: Workspace) -> list[tuple[str, Box, dict[str, list[Box]]]]:
    """Every windmill of the demo: its work, its place, and the places of the windmills in other works."""

    def place(work_id: str, pixels: list[float]) -> Box:
        work = workspace.collection.work(work_id)
        return Box.from_pixels(tuple(pixels), work.width, work.height)

    found = []
    for one in json.loads((folder / "annotations.json").read_text("utf-8"))["windmill"]:
        others: dict[str, list[Box]] = {}
        for work_id, pixels in one["gt"]:
            others.setdefault(work_id, []).append(place(work_id, pixels))
        found.append((one["query"][0], place(*one["query"]), others))
    return found


def is_one_of(places: list[Box], box: tuple[float, ...]) -> bool:
    wanted = np.array([place.as_tuple() for place in places] or np.zeros((0, 4)))
    return bool((intersection_over_union(np.array([box]), wanted) > 0.3).any())


def test_a_click_on_a_windmill_shows_another_works_windmill(
    visit: Visit, demo_folder: Path, workspace: Workspace, picture_of: Keep
):
    """A windmill that the model can find; how many it finds is measured elsewhere, here the page must show it."""
    for work_id, mill, others in windmills(demo_folder, workspace):
        x, y = (mill.x0 + mill.x1) / 2, (mill.y0 + mill.y1) / 2
        query = Query((RegionPart(work_id, click_box(workspace, work_id, x, y, 0.22)),))
        matches = search(workspace, query, SearchOptions(top=6))
        if any(is_one_of(others.get(match.work, []), match.box.as_tuple()) for match in matches):
            break
    else:
        pytest.fail("no windmill leads to another")
    page = visit(link(work_id))
    page.get_by_role("button", name="Auto").click()
    page.mouse.move(*on_painting(page, x, y))
    page.mouse.click(*on_painting(page, x, y))
    searched(page)
    cards = page.locator(CARDS).evaluate_all("cards => cards.map((card) => [card.dataset.work, card.dataset.box])")
    shown = [(name, tuple(map(float, box.split(",")))) for name, box in cards]
    assert any(is_one_of(others.get(name, []), box) for name, box in shown[:6]), shown[:6]
    picture_of(page, "windmill")


def test_a_click_means_the_thing_and_its_size_can_be_changed(visit: Visit, workspace: Workspace, picture_of: Keep):
    work = workspace.collection.works()[3]
    page = visit(link(work.id))
    page.mouse.move(*on_painting(page, 0.4, 0.6))
    expect(page.locator(".aim:not(.asked)")).to_be_visible()
    expect(page.locator(".mark.hover")).to_be_hidden()
    page.mouse.click(*on_painting(page, 0.4, 0.6))
    expect(page.locator(".aim.asked")).to_be_visible()
    searched(page)
    best = click_proposals(workspace, work.id, 0.4, 0.6)[0].box  # the mouse is on whole pixels: nearly the same point
    clicked = np.array([place_in_address(page)[1]])
    assert intersection_over_union(clicked, np.array([best.as_tuple()]))[0, 0] > 0.7
    steps = page.locator(".steps .at")
    at, count = map(int, steps.inner_text().split(" of "))
    picture_of(page, "explore-click")
    entries = page.evaluate("history.length")
    other = at - 1 if at > 1 else at + 1
    page.locator(".stage").focus()
    page.keyboard.press("[" if at > 1 else "]")
    expect(steps).to_have_text(f"{other} of {count}")
    page.wait_for_function("(query) => location.search !== query", arg="?" + urlsplit(page.url).query)
    searched(page)
    resized = np.array([place_in_address(page)[1]])
    areas = [np.prod(box[:, 2:] - box[:, :2]) for box in (clicked, resized)]
    assert (areas[1] < areas[0]) == (other < at)
    expect(page.locator(".trail li")).to_have_count(1)
    assert page.evaluate("history.length") == entries, "another size is no entry of its own"


def test_a_click_searches_what_the_outline_holds(visit: Visit, workspace: Workspace, picture_of: Keep):
    work = workspace.collection.works()[3]
    page = visit(link(work.id))
    expect(page.locator(".part-results .message").first).to_contain_text("Click or tap anything")
    picture_of(page, "explore-begin")
    page.get_by_role("button", name="Auto").click()
    page.mouse.move(*on_painting(page, 0.4, 0.6))
    expect(page.locator(".mark.hover")).to_be_visible()
    page.mouse.click(*on_painting(page, 0.4, 0.6))
    searched(page)
    assert page.locator(CARDS).count() == 20
    shown, box = place_in_address(page)
    assert shown == work.id
    assert box == pytest.approx(click_box(workspace, work.id, 0.4, 0.6, 0.22).as_tuple(), abs=0.004)
    assert work.id not in page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")
    picture_of(page, "explore")


def test_shift_and_the_wheel_change_the_size_and_a_drag_draws_a_box(visit: Visit):
    page = visit()
    page.mouse.move(*on_painting(page, 0.5, 0.5))
    page.keyboard.down("Shift")
    page.mouse.wheel(0, -10)
    expect(page.get_by_role("button", name="Auto")).to_have_attribute("aria-pressed", "false")
    before = page.locator(".mark.hover").bounding_box()["width"]
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"document.querySelector('.mark.hover').getBoundingClientRect().width > {before * 1.1}")
    page.keyboard.up("Shift")
    page.mouse.move(*on_painting(page, 0.2, 0.3))
    page.mouse.down()
    page.mouse.move(*on_painting(page, 0.4, 0.5), steps=4)
    page.mouse.move(*on_painting(page, 0.6, 0.7), steps=4)
    page.mouse.up()
    searched(page)
    assert place_in_address(page)[1] == pytest.approx((0.2, 0.3, 0.6, 0.7), abs=0.01)


@pytest.mark.parametrize("key", [None, "Control"])
def test_the_wheel_zooms_and_space_moves(visit: Visit, key: str | None):
    page = visit()
    page.mouse.move(*on_painting(page, 0.5, 0.5))
    before = page.locator(".painting").bounding_box()
    if key:
        page.keyboard.down(key)
    page.mouse.wheel(0, -600)
    if key:
        page.keyboard.up(key)
    wide = "document.querySelector('.painting').getBoundingClientRect().width"
    page.wait_for_function(f"{wide} > {1.3 * before['width']}")
    zoomed = page.locator(".painting").bounding_box()
    expect(page.get_by_role("button", name="Auto")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".aim:not(.asked)")).to_be_visible()
    expect(page.locator(".mark.hover")).to_be_hidden()
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(*on_painting(page, 0.55, 0.5), steps=3)
    page.mouse.up()
    page.keyboard.up(" ")
    assert page.locator(".painting").bounding_box()["x"] > zoomed["x"]
    assert page.locator(CARDS).count() == 0, "moving is not searching"


def test_the_keyboard_alone_searches(visit: Visit):
    page = visit()
    page.locator(".stage").focus()
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator(".aim:not(.asked)")).to_be_visible()
    page.keyboard.press("+")
    expect(page.locator(".mark.hover")).to_be_visible()
    page.keyboard.press("Enter")
    searched(page)
    assert place_in_address(page)[1] is not None


def test_going_on_from_a_match_and_back_and_by_link(visit: Visit, picture_of: Keep):
    page = visit()
    page.mouse.click(*on_painting(page, 0.5, 0.6))
    searched(page)
    first = place_in_address(page)
    target = page.locator(CARDS).nth(1).get_attribute("data-work")
    page.locator(CARDS).nth(1).locator(".follow").click()
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=target)
    expect(page.locator(".trail li")).to_have_count(2)
    searched(page)
    picture_of(page, "explore-trail")
    second = place_in_address(page)

    page.get_by_role("button", name="Back", exact=True).click()
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=first[0])
    expect(page.locator(".trail li")).to_have_count(2)
    assert place_in_address(page) == first

    again = visit("?" + urlsplit(page.url).query)
    searched(again)
    assert place_in_address(again) == first
    assert second[0] == target
    expect(again.locator(".mark.chosen")).to_be_visible()


def test_looking_at_a_match_keeps_the_results(visit: Visit):
    page = visit()
    page.mouse.click(*on_painting(page, 0.5, 0.6))
    searched(page)
    before = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")
    page.locator(CARDS).nth(2).locator(".look").click()
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=before[2])
    assert page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)") == before
    expect(page.locator(".trail li")).to_have_count(1)
    own = page.locator(".trail button[data-index='0']").get_attribute("title").split("\n")[0]
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.locator(".caption h2")).to_have_text(own)


def test_the_browsers_own_back_goes_back_on_the_trail(visit: Visit):
    page = visit()
    entries = page.evaluate("history.length")
    assert place_in_address(page)[0], "arriving without a link, the address names the work in view"
    page.mouse.click(*on_painting(page, 0.3, 0.6))
    searched(page)
    first = place_in_address(page)
    page.mouse.click(*on_painting(page, 0.7, 0.4))
    page.wait_for_function("(query) => location.search !== query", arg="?" + urlsplit(page.url).query)
    expect(page.locator(".trail li")).to_have_count(2)
    assert page.evaluate("history.length") == entries + 2, "one entry per step, none for arriving"
    page.go_back()
    expect(page.locator(".trail li [aria-current]")).to_have_attribute("data-index", "0")
    expect(page.locator(".trail li")).to_have_count(2)
    assert place_in_address(page) == first


def test_options_of_results(visit: Visit):
    page = visit()
    page.mouse.click(*on_painting(page, 0.5, 0.6))
    searched(page)
    results = page.locator(".part-results:not(#words-results)").first
    results.locator(".options").click()
    results.locator("select[name=top]").select_option("10")
    expect(page.locator(CARDS)).to_have_count(10)
    results.locator("input[name=own]").check()
    results.locator("select[name=top]").select_option("100")
    work, (left, top, right, bottom) = place_in_address(page)
    itself = page.locator(f'{CARDS}[data-work="{work}"]')
    expect(itself.first).to_be_visible()
    for repeat in itself.all():
        x0, y0, x1, y1 = map(float, repeat.get_attribute("data-box").split(","))
        across, down = min(x1, right) - max(x0, left), min(y1, bottom) - max(y0, top)
        smaller = min((x1 - x0) * (y1 - y0), (right - left) * (bottom - top))
        assert across <= 0 or down <= 0 or across * down < 0.4 * smaller, "a repeat is not the query itself"


def test_what_is_shown_is_taken_away_as_one_page(visit: Visit, workspace: Workspace, picture_of: Keep, tmp_path: Path):
    work = workspace.collection.works()[2]
    page = visit(link(work.id, Box(0.3, 0.3, 0.6, 0.7)), dark=True)
    searched(page)
    results = page.locator(".part-results:not(#words-results)").first
    shown = [card.get_attribute("data-work") for card in page.locator(f"{CARDS}:visible").all()]
    with page.expect_download() as waited:
        results.locator(".export").select_option("html")
    assert waited.value.suggested_filename.endswith(".html")
    expect(results.locator(".taken")).to_contain_text("was made")
    picture_of(page, "search-taken-away")
    waited.value.save_as(tmp_path / "found.html")
    sent = page.context.new_page()  # as the colleague opens it
    asked: list[str] = []
    sent.on("request", lambda request: asked.append(request.url.split(":")[0]))
    sent.emulate_media(color_scheme="dark")
    sent.goto((tmp_path / "found.html").as_uri())
    expect(sent.locator("figure")).to_have_count(1 + len(shown))
    expect(sent.locator("figcaption").first).to_contain_text("What was looked for.")
    files = [line.inner_text() for line in sent.locator("figcaption .small:last-child").all()]
    assert files == [work.id, *shown]
    broken = "[...document.images].filter((image) => !image.complete || !image.naturalWidth).length"
    assert sent.evaluate(broken) == 0 and sent.evaluate("document.scripts.length") == 0
    assert set(asked) <= {"file", "data"}
    picture_of(sent, "search-page")
    sent.close()


DROP = """([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  const dropped = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: carried });
  document.querySelector('.stage').dispatchEvent(dropped);
}"""


def test_dropping_a_picture_searches_with_it(visit: Visit, workspace: Workspace, picture_of: Keep):
    known = workspace.collection.works()[5]
    content = base64.b64encode(workspace.view(known.id).read_bytes()).decode()
    page = visit()
    page.evaluate(DROP, ["found on a market.jpg", "image/jpeg", content])
    expect(page.locator(".caption h2")).to_have_text("found on a market.jpg")
    expect(page.locator(".caption p")).to_have_text("your own picture; it is not added to the collection")
    stray = "getComputedStyle(document.querySelector('.caption p span'), '::before').content"
    assert page.evaluate(stray) == "none", "nothing stands before the first of the facts"
    searched(page)
    expect(page.locator(CARDS).first).to_have_attribute("data-work", known.id)
    picture_of(page, "explore-dropped")
    page.mouse.click(*on_painting(page, 0.5, 0.5))
    expect(page.locator(".trail li")).to_have_count(2)
    searched(page)
    assert place_in_address(page) == ("", None), "a visitor's own picture has no link"


def test_what_is_not_a_picture_is_refused_in_a_sentence(visit: Visit):
    page = visit()
    page.evaluate(DROP, ["notes.txt", "text/plain", base64.b64encode(b"notes").decode()])
    expect(page.get_by_text("That is not a picture")).to_be_visible()
    page.evaluate(DROP, ["broken.png", "image/png", base64.b64encode(b"not really").decode()])
    expect(page.get_by_text("broken.png is not a picture that can be read")).to_be_visible()
    expect(page.locator(".stage .wait")).to_be_empty()


def test_a_link_shows_its_picture_before_its_search_ends(visit: Visit, workspace: Workspace, monkeypatch):
    go_on = threading.Event()

    def slow(*asked):
        go_on.wait(90)
        return search(*asked)

    monkeypatch.setattr("explorer.ui.searching.search", slow)
    work, box = workspace.collection.works()[3], Box(0.3, 0.3, 0.6, 0.7)
    try:
        page = visit(link(work.id, box))  # comes back when the picture is there
        expect(page.locator(".caption h2")).to_have_text(work.title)
        expect(page.locator(".mark.chosen")).to_be_visible()
        entries = page.evaluate("history.length")
        assert page.locator(CARDS).count() == 0
    finally:
        go_on.set()
    searched(page)
    expect(page.locator(".trail li")).to_have_count(1)
    assert place_in_address(page) == (work.id, pytest.approx(box.as_tuple()))
    assert page.evaluate("history.length") == entries


@pytest.mark.parametrize("dark", [False, True])
def test_a_ticked_box_looks_ticked(visit: Visit, workspace: Workspace, dark: bool):
    page = visit(link(workspace.collection.works()[3].id, Box(0.3, 0.3, 0.6, 0.7)), dark=dark)
    searched(page)
    page.locator("#places .options").click()
    box = page.locator("#places input[name=own]")

    def tones() -> np.ndarray:
        page.mouse.move(0, 0)
        return np.asarray(Image.open(io.BytesIO(box.screenshot())).convert("L"), np.float32)[3:-3, 3:-3]

    empty = tones()
    box.check()
    searched(page)
    ticked = tones()
    assert np.ptp(empty) < 10
    assert np.ptp(ticked) > 90, "the tick stands out from its ground"
    assert abs(np.median(ticked) - np.median(empty)) > 60, "the ground is filled"


def test_a_link_that_leads_nowhere_says_so_and_opens_something(visit: Visit):
    page = visit(link("gone.jpg", Box(0, 0, 0.5, 0.5)))
    expect(page.get_by_text("The link leads nowhere")).to_be_visible()
    assert place_in_address(page)[0] != "gone.jpg"


def test_the_catalogue_is_searched_as_one_types(visit: Visit, workspace: Workspace):
    page = visit()
    total = len(workspace.collection.works())
    expect(page.locator(".gallery .works li")).to_have_count(total)
    wanted = workspace.collection.works()[7]
    word = max(re.findall(r"\w+", wanted.title), key=len)
    page.get_by_placeholder("Search the catalogue").press_sequentially(word, delay=15)
    expect(page.locator(".gallery .works li")).to_have_count(len(workspace.collection.find(word)))
    page.get_by_placeholder("Search the catalogue").fill("nothing is called this")
    expect(page.locator(".part-gallery .tally")).to_contain_text("No work matches")
    page.get_by_placeholder("Search the catalogue").fill("")
    expect(page.locator(".gallery .works li")).to_have_count(total)
    page.locator(f".gallery button[data-work={json.dumps(wanted.id)}]").click()
    expect(page.locator(".caption h2")).to_have_text(wanted.title)
    expect(page.locator(".part-results .message").first).to_contain_text("Click or tap anything")


def test_words_that_nothing_answers_to_are_told(visit: Visit, workspace: Workspace):
    page = visit()
    page.get_by_role("tab", name="Words").click()
    offered = page.locator(".examples-row button:visible")
    expect(offered.first).to_have_text(examples(workspace)[0])
    field, told = page.locator("#words-text input, #words-text textarea").first, page.locator("#words-results")
    field.fill("xqzvb")
    page.keyboard.press("Enter")
    expect(told.locator(".message")).to_contain_text("the model does not know “xqzvb”")
    field.fill("a penguin")
    page.keyboard.press("Enter")
    expect(told.locator(".caution")).to_contain_text("Nothing stands out for “a penguin”")
    expect(told.locator(".card").first).to_be_visible()
    offered.first.click()
    expect(told.locator(".caution")).to_have_text("")


def test_words_lead_to_places_and_on_to_the_picture(visit: Visit, picture_of: Keep):
    page = visit()
    page.get_by_role("tab", name="Words").click()
    page.locator("#words-text input, #words-text textarea").first.fill("a windmill on a hill")
    page.keyboard.press("Enter")
    page.wait_for_selector("#words-results .card")
    picture_of(page, "words")
    work = page.locator("#words-results .card").first.get_attribute("data-work")
    page.locator("#words-results .card .follow").first.click()
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    page.wait_for_function("(work) => new URLSearchParams(location.search).get('work') === work", arg=work)
    searched(page)


def test_labels_sort_the_works(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = visit()
    page.get_by_role("tab", name="Words").click()
    page.get_by_role("tab", name="Sort under labels").click()
    expect(page.locator("#label-prompts textarea")).to_have_value(re.compile("with a church"))  # what it starts with
    labels = "a windmill\na ship at sea\n<b>bold</b>"
    page.locator("#label-prompts textarea").fill(labels)
    page.locator("#label-prompts textarea").blur()
    page.wait_for_timeout(1000)  # a page that is busy may put its default back once more
    page.locator("#label-prompts textarea").fill(labels)
    expect(page.locator("#label-prompts textarea")).to_have_value(labels)
    page.locator("#label-works").click()
    page.wait_for_selector("#label-groups li")
    assert page.locator("#label-groups li").count() == workspace.manifest.works
    expect(page.locator("#label-groups h3").nth(2)).to_contain_text("<b>bold</b>")
    picture_of(page, "labels")
    page.locator("#label-prompts textarea").fill("  ")
    page.locator("#label-works").click()
    expect(page.locator("#label-groups .message")).to_contain_text("Write at least one label")


def test_the_collection_tells_what_it_is(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = visit()
    page.get_by_role("tab", name="Collection", exact=True).click()
    page.get_by_role("tab", name="What is indexed").click()
    facts = page.locator(".collection-panel .facts")
    expect(facts).to_contain_text(f"{workspace.manifest.regions:,} overlapping places")
    expect(facts).to_contain_text("mini")
    expect(page.locator(".left-out")).to_contain_text("broken.jpg")
    expect(page.locator(".commands code").first).to_contain_text("explorer index")
    expect(page.locator(".masthead")).to_contain_text("model mini")
    picture_of(page, "collection")


def test_titles_are_text_whatever_they_hold(visit: Visit, workspace: Workspace, picture_of: Keep):
    hostile = next(work for work in workspace.collection.works() if work.title.startswith("<script"))
    page = visit(link(hostile.id, Box(0.2, 0.2, 0.5, 0.5)))
    searched(page)
    expect(page.locator(".caption h2")).to_have_text(hostile.title)
    page.get_by_placeholder("Search the catalogue").fill("script")
    expect(page.locator(".gallery .title")).to_have_text([hostile.title])
    assert page.evaluate("window.harmed") is None
    long = next(work for work in workspace.collection.works() if len(work.title) > 150)
    page.get_by_placeholder("Search the catalogue").fill("company of travellers")
    page.locator(f".gallery button[data-work={json.dumps(long.id)}]").click()
    expect(page.locator(".caption h2")).to_have_attribute("title", long.title)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture_of(page, "long-title")


@pytest.mark.parametrize("size", [(1024, 768), (768, 1024)])
def test_a_tablet_can_use_it(visit: Visit, picture_of: Keep, size: tuple[int, int]):
    page = visit(size=size, touch=True)
    page.touchscreen.tap(*on_painting(page, 0.5, 0.5))
    searched(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out sideways"
    picture_of(page, f"explore-{size[0]}")


def test_the_page_is_dark_where_the_visitor_wants_it_dark(visit: Visit, picture_of: Keep):
    page = visit(dark=True)
    page.mouse.click(*on_painting(page, 0.5, 0.6))
    searched(page)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", ground)[:3])) < 60, ground
    picture_of(page, "explore-dark")
