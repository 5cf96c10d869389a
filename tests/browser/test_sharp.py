"""Zooming in beyond the copy for the screen: the part in sight comes from the original."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from generated import SMALL, ground
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

SIZE = (5200, 2600)
STRIPES = (2500, 1200, 2700, 1400)
"""Lines of one pixel, black and white: in a smaller copy they are grey."""


@pytest.fixture(scope="module")
def engraving(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder, cache = tmp_path_factory.mktemp("engraving"), tmp_path_factory.mktemp("engraving-cache")
    pixels = np.array(ground(5, *SIZE))
    left, top, right, bottom = STRIPES
    pixels[top:bottom, left:right] = np.where(np.arange(right - left) % 2, 255, 0)[None, :, None]
    Image.fromarray(pixels).save(folder / "great engraving #1.png", compress_level=1)
    Image.fromarray(np.clip(pixels.astype(int) + 9, 0, 255).astype(np.uint8)).save(
        folder / "later state.png", compress_level=1
    )
    index_folder(folder, "engraving", cache, SMALL)
    return Workspace.open("engraving", cache)


@pytest.fixture
def page(browser: Browser, engraving: Workspace) -> Iterator[Page]:
    app = build_app(engraving)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(launch(app, engraving, port=free_port("127.0.0.1", 0), block=False) + "?work=great engraving %231.png")
    yield page
    context.close()
    app.close(verbose=False)


def contrast(page: Page, pane: str = ".stage") -> float:
    """Of the middle of the picture in view."""
    box = page.locator(pane).bounding_box()
    clip = {"x": box["x"] + box["width"] / 2 - 30, "y": box["y"] + box["height"] / 2 - 30, "width": 60, "height": 60}
    return float(np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L"), np.float32).std())


def test_zoomed_in_the_pixels_get_sharper(page: Page) -> None:
    painting, sharp = page.locator(".painting"), page.locator("img.sharp")
    expect(painting).to_be_visible()
    page.wait_for_function("document.querySelector('.painting').naturalWidth === 2400")
    expect(sharp).to_be_hidden()
    stage = page.locator(".stage")
    stage.focus()
    for _ in range(12):
        stage.press("z")
    expect(sharp).to_be_visible()
    page.wait_for_timeout(400)  # the last part, after the last movement
    before = page.evaluate("document.querySelector('img.sharp').style.display = 'none'")
    grey = contrast(page)
    page.evaluate("document.querySelector('img.sharp').style.display = ''")
    assert before == "none"
    assert contrast(page) > 60 > 20 > grey
    src = sharp.get_attribute("src")
    assert "/iiif/engraving/image/great%20engraving%20%231.png/" in f"/{src}"
    stage.press("t")  # about the middle: the same stripes, which lie now
    page.wait_for_timeout(1500)
    expect(sharp).to_be_visible()
    assert contrast(page) > 60
    stage.press("0")
    expect(page.locator("[data-do=fit]")).to_have_class("on")


def sharpened(page: Page, pane: str) -> tuple[float, float]:
    """The contrast of a pane with the part from the original, and of the copy under it."""
    sharp = f"document.querySelector('{pane} img.sharp').style.display"
    expect(page.locator(f"{pane} img.sharp")).to_be_visible()
    page.wait_for_timeout(500)  # the last part, after the last movement
    with_it = contrast(page, pane)
    page.evaluate(f"{sharp} = 'none'")
    without = contrast(page, pane)
    page.evaluate(f"{sharp} = ''")
    return with_it, without


def test_both_sides_of_the_evidence_and_of_a_comparison_get_sharper(page: Page) -> None:
    page.goto(page.url + "&box=0.42,0.36,0.58,0.64")
    page.locator("#places .believed").first.click()
    expect(page.locator("dialog.sight")).to_be_visible()
    expect(page.locator(".sight .whole.ready")).to_have_count(2)
    page.locator(".sight [name=lines]").select_option("none")
    expect(page.locator(".sight img.sharp")).to_have_count(0)
    for _ in range(6):
        page.locator(".sight [data-do=nearer]").click()
    for number in (1, 2):
        with_it, without = sharpened(page, f".sight figure:nth-of-type({number}) .pane")
        assert with_it > 60 > 30 > without
    page.locator(".sight [data-do=compare]").click()
    expect(page.locator(".account")).not_to_be_empty()
    page.wait_for_function(
        "[...document.querySelectorAll('.lighttable img')].every((one) => one.naturalWidth && one.style.transform)"
    )
    page.locator(".lighttable").focus()
    for _ in range(8):
        page.keyboard.press("+")
    for side in ("first", "second"):
        with_it, without = sharpened(page, f".lighttable .pane[data-side={side}]")
        assert with_it > 60 > 30 > without
