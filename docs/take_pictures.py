"""Take the guide's pictures of the page, and the README's, from the demo collection, anew.

    python docs/take_pictures.py http://127.0.0.1:7860

The app must show the demo collection (``make run``). Needs playwright and a Chromium, as the tests in a browser do.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
WORK, MILL = "The Mill on the Dyke", (0.485, 0.6)
"""The work that is opened, and where its windmill is, as fractions of it."""


def keep(page: Page, *files: str) -> None:
    """A screenshot of 256 colours, which is a third as large."""
    page.wait_for_timeout(1500)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256)
    for file in files:
        picture.save(ROOT / file, optimize=True)


def click_the_mill(page: Page) -> None:
    page.get_by_placeholder("Search the catalogue").first.fill(WORK)
    page.locator(".works button", has_text=WORK).first.click()
    expect(page.locator(".viewer .caption h2")).to_have_text(WORK)
    page.get_by_placeholder("Search the catalogue").first.fill("")
    page.wait_for_timeout(1500)
    sheet = page.locator(".viewer .sheet").bounding_box()
    page.mouse.click(sheet["x"] + MILL[0] * sheet["width"], sheet["y"] + MILL[1] * sheet["height"])
    page.locator("#places .believed").first.wait_for()
    expect(page.locator(".waiting")).to_be_hidden()
    page.wait_for_function(
        "[...document.querySelectorAll('#places .card img')].slice(0, 12).every((one) => one.matches('.ready'))"
    )
    page.mouse.move(5, 5)


def main(address: str) -> None:
    expect.set_options(timeout=120_000)
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        page.goto(address)
        page.wait_for_selector(".viewer .sheet:not([hidden])")
        page.wait_for_function("document.querySelectorAll('.works img.ready').length > 1")
        keep(page, "docs/images/first-look.png")
        click_the_mill(page)
        keep(page, "docs/images/click.png", "assets/screenshot.png")
        page.locator("#places .believed").first.click()
        expect(page.locator(".sight .whole.ready")).to_have_count(2)
        keep(page, "docs/images/evidence.png")
        page.locator(".sight [data-do=compare]").click()
        expect(page.locator(".account")).not_to_be_empty()
        keep(page, "docs/images/compare.png")
        page.get_by_role("tab", name="Map", exact=True).click()
        expect(page.locator(".map .legend .entry").first).to_be_visible()
        page.wait_for_timeout(6000)
        keep(page, "docs/images/map.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
