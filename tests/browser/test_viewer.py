"""The viewer by mouse, touch and keyboard: the box in hand, the picture turned, measured, alone on the screen."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]
Sides = tuple[float, float, float, float]

CARDS = ".part-results:not(#words-results) .card"
BOX = (0.3, 0.35, 0.6, 0.7)
TABLET = (768, 1024)


def on_painting(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a point of the painting (fractions), which is not turned, lies."""
    shown = page.locator(".painting").bounding_box()
    return shown["x"] + x * shown["width"], shown["y"] + y * shown["height"]


def turned_right(page: Page, x: float, y: float) -> tuple[float, float]:
    """The same where it is turned a quarter to the right: what was its left side is up."""
    shown = page.locator(".painting").bounding_box()
    return shown["x"] + (1 - y) * shown["width"], shown["y"] + x * shown["height"]


def box_in_address(page: Page) -> Sides | None:
    box = parse_qs(urlsplit(page.url).query).get("box")
    return tuple(map(float, box[0].split(","))) if box else None


def expect_box(page: Page, box: Sides) -> None:
    """Wait until the address asks for a box, within a hundredth; that is when its search has answered."""
    page.wait_for_function(
        """(wanted) => {
          const box = (new URLSearchParams(location.search).get('box') || '').split(',').map(Number);
          return box.length === 4 && box.every((side, index) => Math.abs(side - wanted[index]) < 0.01);
        }""",
        arg=list(box),
    )


def opened(visit: Visit, workspace: Workspace, box: Sides | None = BOX, **options) -> Page:
    """A detail of a work that is in the landscape format, and its box in view."""
    work = next(work for work in workspace.collection.works() if work.width > 1.2 * work.height and work.width_cm)
    asked = {"work": work.id} | ({"box": ",".join(map(str, box))} if box else {})
    page = visit("?" + urlencode(asked), **options)
    if box:
        expect(page.locator(".mark.chosen")).to_be_visible()
        page.wait_for_selector(CARDS)
        page.wait_for_function("!document.querySelector('.part-results .pending')")
    return page


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=2)
    page.mouse.move(*end, steps=2)
    page.mouse.up()


class Fingers:
    """Fingers on a screen, as the browser itself gets them: it scrolls, or leaves them to the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, start: tuple[float, float], end: tuple[float, float], hold: int = 0) -> None:
        """One finger, from a place to another, after ``hold`` milliseconds."""
        self.send("touchStart", start)
        self.page.wait_for_timeout(hold)
        for step in range(1, 9):
            self.send("touchMove", tuple(a + (b - a) * step / 8 for a, b in zip(start, end, strict=True)))
        self.page.wait_for_timeout(200)  # it rests: what it scrolled does not go on by itself
        self.send("touchEnd")

    def pinch(self, at: tuple[float, float], apart: float) -> None:
        """Two fingers, side by side, that part."""
        x, y = at
        self.send("touchStart", (x - 30, y))
        self.send("touchStart", (x - 30, y), (x + 30, y))
        for step in range(1, 9):
            half = 30 + apart * step / 8
            self.send("touchMove", (x - half, y), (x + half, y))
        self.send("touchEnd")


# -- touch -------------------------------------------------------------------------------------------------------------


def test_one_finger_scrolls_the_page_and_two_zoom(visit: Visit, workspace: Workspace):
    page = opened(visit, workspace, box=None, size=TABLET, touch=True)
    fingers, (x, y) = Fingers(page), on_painting(page, 0.5, 0.7)
    fingers.drag((x, y), (x, y - 200))
    page.wait_for_function("window.scrollY > 100")
    assert box_in_address(page) is None and page.locator(CARDS).count() == 0, "scrolling is not searching"
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_function("window.scrollY === 0")
    before = page.locator(".painting").bounding_box()
    fingers.pinch(on_painting(page, 0.5, 0.5), 90)
    wide = "document.querySelector('.painting').getBoundingClientRect().width"
    page.wait_for_function(f"{wide} > {2 * before['width']}")
    assert page.evaluate("window.visualViewport.scale") == 1, "the picture, not the page"
    zoomed, (x, y) = page.locator(".painting").bounding_box(), middle(page, ".stage")
    fingers.drag((x, y), (x + 40, y + 50))
    page.wait_for_function(
        f"Math.abs(document.querySelector('.painting').getBoundingClientRect().x - {zoomed['x'] + 40}) < 2"
    )
    assert page.evaluate("window.scrollY") == 0, "the picture, not the page"
    assert page.locator(CARDS).count() == 0


def test_a_long_press_or_the_button_draws_by_touch(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = opened(visit, workspace, box=None, size=TABLET, touch=True)
    fingers = Fingers(page)
    fingers.drag(on_painting(page, 0.3, 0.3), on_painting(page, 0.6, 0.7), hold=700)
    expect_box(page, (0.3, 0.3, 0.6, 0.7))
    button = page.get_by_role("button", name="Draw", exact=True)
    button.tap()
    expect(button).to_have_attribute("aria-pressed", "true")
    fingers.drag(on_painting(page, 0.65, 0.2), on_painting(page, 0.9, 0.6))
    expect_box(page, (0.65, 0.2, 0.9, 0.6))
    expect(button).to_have_attribute("aria-pressed", "false")
    handle = page.locator(".handle[data-side=nw]").bounding_box()
    assert min(handle["width"], handle["height"]) >= 40, "for a finger"
    fingers.drag(middle(page, ".handle[data-side=nw]"), on_painting(page, 0.5, 0.1))
    expect_box(page, (0.5, 0.1, 0.9, 0.6))
    picture_of(page, "viewer-touch")


def test_the_wheel_scrolls_a_page_that_is_longer_than_the_window(visit: Visit, workspace: Workspace):
    page = opened(visit, workspace, box=None, size=TABLET)
    before = page.locator(".painting").bounding_box()["width"]
    page.mouse.move(*on_painting(page, 0.5, 0.5))
    page.mouse.wheel(0, 160)
    page.wait_for_function("window.scrollY > 100")
    assert page.locator(".painting").bounding_box()["width"] == pytest.approx(before, abs=1)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"document.querySelector('.painting').getBoundingClientRect().width > {1.2 * before}")


# -- the box in hand ---------------------------------------------------------------------------------------------------


def test_the_box_is_changed_by_its_handles_and_moved_by_its_inside(
    visit: Visit, workspace: Workspace, picture_of: Keep
):
    page = opened(visit, workspace)
    drag(page, middle(page, ".handle[data-side=se]"), on_painting(page, 0.75, 0.8))
    expect_box(page, (0.3, 0.35, 0.75, 0.8))
    drag(page, middle(page, ".handle[data-side=n]"), on_painting(page, 0.5, 0.2))
    expect_box(page, (0.3, 0.2, 0.75, 0.8))
    drag(page, on_painting(page, 0.5, 0.5), on_painting(page, 0.4, 0.6))
    expect_box(page, (0.2, 0.3, 0.65, 0.9))
    page.wait_for_function("!document.querySelector('.part-results .pending')")
    drag(page, on_painting(page, 0.4, 0.6), on_painting(page, 0.9, 0.6))
    expect_box(page, (0.55, 0.3, 1.0, 0.9))  # it ends at the picture's edge
    picture_of(page, "viewer-handles")


def test_the_box_is_changed_by_keyboard(visit: Visit, workspace: Workspace):
    page = opened(visit, workspace)
    shown = page.locator(".painting").bounding_box()
    across, along = 8 / shown["width"], 8 / shown["height"]
    stage, said = page.locator(".stage"), page.locator(".stage .wait")
    stage.press("e")
    expect(said).to_contain_text("The box: arrows move it")
    stage.press("ArrowRight")
    stage.press("ArrowRight")
    stage.press("e")
    stage.press("e")
    expect(said).to_contain_text("Its right side")
    for _ in range(3):
        stage.press("ArrowRight")
    stage.press("Escape")
    expect(said).to_be_empty()
    assert box_in_address(page) == BOX, "Escape leaves it as it was"
    for key in ("e", "ArrowLeft", "e", "ArrowUp", "ArrowUp", "Enter"):
        stage.press(key)
    expect_box(page, (0.3 - across, 0.35 - 2 * along, 0.6 - across, 0.7))


def test_what_is_not_wanted_is_struck_through_in_the_picture(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = opened(visit, workspace)
    page.keyboard.down("Alt")
    drag(page, on_painting(page, 0.7, 0.5), on_painting(page, 0.9, 0.8))
    page.keyboard.up("Alt")
    shown, unlike = page.locator(".painting").bounding_box(), page.locator(".sheet .mark.other.unlike")
    expect(unlike).to_be_visible()
    assert unlike.bounding_box()["x"] == pytest.approx(shown["x"] + 0.7 * shown["width"], abs=3)
    struck = "getComputedStyle(document.querySelector('.mark.unlike'), '::after').backgroundImage"
    assert "linear-gradient" in page.evaluate(struck)
    picture_of(page, "viewer-unlike")


# -- ways to view ------------------------------------------------------------------------------------------------------


def test_a_turned_picture_is_searched_where_it_is_clicked(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = opened(visit, workspace)
    page.get_by_role("button", name="View …").click()
    page.get_by_role("button", name="Turn to the right").click()
    upper, lower = turned_right(page, 0.3, 0.7), turned_right(page, 0.6, 0.35)
    chosen = page.locator(".mark.chosen").bounding_box()
    assert (chosen["x"], chosen["y"]) == pytest.approx(upper, abs=2)
    assert (chosen["x"] + chosen["width"], chosen["y"] + chosen["height"]) == pytest.approx(lower, abs=2)
    picture_of(page, "viewer-turned")
    drag(page, turned_right(page, 0.62, 0.2), turned_right(page, 0.9, 0.6))
    expect_box(page, (0.62, 0.2, 0.9, 0.6))
    stage = page.locator(".stage")
    for key in ("e", "ArrowDown", "Enter"):  # down on the screen is to the right on the picture
        stage.press(key)
    far = 8 / page.locator(".painting").bounding_box()["height"]
    expect_box(page, (0.62 + far, 0.2, 0.9 + far, 0.6))
    page.locator("[data-do=auto]").click()
    page.mouse.click(*turned_right(page, 0.2, 0.3))
    page.wait_for_function("Number((new URLSearchParams(location.search).get('box') || '1').split(',')[0]) < 0.2")
    x0, y0, x1, y1 = box_in_address(page)
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((0.2, 0.3), abs=0.02)
    page.get_by_role("button", name="Reset").click()
    shown = page.locator(".painting").bounding_box()
    assert shown["width"] > shown["height"]


def test_brightness_and_contrast_change_the_picture_alone(visit: Visit, workspace: Workspace):
    page = opened(visit, workspace, box=None)
    look = "getComputedStyle(document.querySelector('.painting')).filter"
    page.locator(".stage").press("v")
    page.get_by_label("Brightness").fill("50")
    page.get_by_label("Contrast").fill("-100")
    assert page.evaluate(look) == "brightness(1.41) contrast(0.4)"
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate(look) == "none"
    page.get_by_label("Contrast").fill("40")
    page.locator(".part-gallery button[data-work], .part-gallery [data-work] button").nth(3).click()
    page.wait_for_function(f"{look} === 'none'")  # another work is seen as it is


def test_a_line_is_measured_by_the_catalogues_size(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = opened(visit, workspace, box=None)
    work = workspace.collection.work(parse_qs(urlsplit(page.url).query)["work"][0])
    shown = page.locator(".painting").bounding_box()
    bar, words = page.locator(".scalebar"), page.locator(".scalebar b").inner_text()
    value, unit = words.split()
    wide = page.locator(".scalebar i").bounding_box()["width"] / shown["width"] * work.width_cm
    assert wide == pytest.approx(float(value) / (10 if unit == "mm" else 1), rel=0.03)
    page.locator(".stage").press("v")
    page.get_by_role("button", name="Measure").click()
    drag(page, on_painting(page, 0.2, 0.2), on_painting(page, 0.8, 0.6))
    length = math.hypot(0.6 * work.width_cm, 0.4 * work.height_cm)
    said = page.locator(".stage .length")
    assert float(said.inner_text().removesuffix(" cm")) == pytest.approx(length, rel=0.02)
    assert box_in_address(page) is None and page.locator(CARDS).count() == 0, "measuring is not searching"
    picture_of(page, "viewer-ruler")
    before = page.locator(".measure line").last.bounding_box()["width"]
    page.locator(".stage").press("z")
    page.wait_for_function(f"document.querySelector('.measure line').getBoundingClientRect().width > {1.2 * before}")
    assert float(said.inner_text().removesuffix(" cm")) == pytest.approx(length, rel=0.02)
    page.locator(".stage").press("Escape")
    expect(said).to_be_hidden()
    expect(bar).to_be_visible()


def test_a_picture_of_no_known_size_has_no_scale(visit: Visit, workspace: Workspace):
    content = base64.b64encode(workspace.view(workspace.collection.works()[5].id).read_bytes()).decode()
    page = opened(visit, workspace, box=None)
    expect(page.locator(".scalebar")).to_be_visible()
    with page.expect_file_chooser() as choosing:
        page.locator(".viewer .file").click()
    file = {"name": "found.jpg", "mimeType": "image/jpeg", "buffer": base64.b64decode(content)}
    choosing.value.set_files(file)
    expect(page.locator(".caption h2")).to_have_text("found.jpg")
    expect(page.locator(".scalebar")).to_be_hidden()
    page.locator(".stage").press("v")
    expect(page.get_by_role("button", name="Measure")).to_be_hidden()
    expect(page.locator(".unknown-size")).to_be_visible()


def test_the_picture_alone_on_the_screen(visit: Visit, workspace: Workspace, picture_of: Keep):
    page = opened(visit, workspace, box=None)
    page.locator(".stage").press("v")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement?.matches('.viewer')")
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    page.wait_for_function("document.querySelector('.stage').clientHeight > 0.6 * window.innerHeight")
    picture_of(page, "viewer-full-screen")
    page.locator(".stage").press("Escape")
    page.wait_for_function("!document.fullscreenElement")
    expect(page.locator(".viewer .looking")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 1280, 768])
def test_ways_to_view_stay_on_one_row(visit: Visit, workspace: Workspace, picture_of: Keep, width: int, dark: bool):
    page = opened(visit, workspace, box=None, size=(width, 900), dark=dark)
    page.locator(".stage").press("v")
    tops = page.locator(".viewer .looking button:visible").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().top)"
    )
    assert max(tops) - min(tops) < 6
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture_of(page, f"viewer-{width}{'-dark' if dark else ''}")
