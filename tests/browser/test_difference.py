"""What differs between two versions, in a browser: marked on both, listed, gone through by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from generated import detail
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.geometry import Box
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

ADDED = Box(0.55, 0.06, 0.8, 0.34)


@pytest.fixture(scope="module")
def version(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A work with a windmill, and a picture that is the same with something in its sky."""
    work = next(each.id for each in workspace.collection.works() if "the_mill" in each.id)
    image = Image.open(workspace.folder / work).convert("RGB")
    x0, y0, x1, y1 = ADDED.to_pixels(*image.size)
    image.paste(detail(7).resize((x1 - x0, y1 - y0)), (x0, y0))
    path = tmp_path_factory.mktemp("version") / "version.png"
    image.save(path)
    return work, path


def marked(page: Page, side: str) -> list[float]:
    """The first mark on a side, in fractions of the picture's own outline on the screen."""
    image, mark = (
        page.locator(f".pane[data-side={side}] {part}").first.bounding_box() for part in ("img", ".difference polygon")
    )
    x, y = (mark["x"] - image["x"]) / image["width"], (mark["y"] - image["y"]) / image["height"]
    return [x, y, x + mark["width"] / image["width"], y + mark["height"] / image["height"]]


def test_differences_are_marked_on_both_and_listed(visit: Visit, version: tuple[str, Path], picture_of: Keep):
    work, path = version
    page = visit()
    page.get_by_role("tab", name="Compare").click()
    button = page.get_by_role("button", name="Differences", exact=True)
    page.locator(".choice[data-side=first] .picked").click()
    page.locator(f".choice[data-side=first] [data-work='{work}']").click()
    expect(page.locator(".choice[data-side=first] .picked .name")).not_to_have_text("Choose a work")
    page.locator(".choice[data-side=second] .bring input").set_input_files(path)
    expect(page.locator(".account")).to_contain_text("Registered by")
    expect(button).to_be_enabled()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("d")  # wherever the focus is, but in no field
    expect(page.locator(".told")).to_contain_text("One place differs: it is in the second only.")
    expect(page.locator(".told")).to_contain_text("of the first picture could be compared")
    expect(page.locator(".differences li")).to_have_count(1)
    assert Box(*marked(page, "first")).iou(ADDED) > 0.5
    assert Box(*marked(page, "second")).iou(ADDED) > 0.5
    expect(page.locator(".pane[data-side=first] .difference.missing")).to_have_count(1)
    expect(page.locator(".pane[data-side=second] .difference.missing")).to_have_count(0)
    picture_of(page, "differences")
    before = page.locator(".pane[data-side=first] img").bounding_box()["width"]
    page.keyboard.press("n")
    expect(page.locator(".differences li button")).to_have_attribute("aria-pressed", "true")
    assert page.locator(".pane[data-side=first] img").bounding_box()["width"] > before
    mark, pane = (page.locator(f".pane[data-side=first] {part}").first.bounding_box() for part in ("polygon", ".over"))
    assert mark["x"] + mark["width"] / 2 == pytest.approx(pane["x"] + pane["width"] / 2, abs=3)
    page.keyboard.press("Escape")
    expect(page.locator(".differences")).to_be_hidden()
    expect(page.locator(".difference")).to_have_count(0)


def test_versions_of_another_composition_are_not_told_apart(visit: Visit, workspace: Workspace):
    """Laid over each other by hand, two works that share nothing: the page says so."""
    works = [next(each.id for each in workspace.collection.works() if name in each.id) for name in ("jug", "village")]
    page = visit()
    asked = [("compare", works[0]), ("compare", works[1]), ("points", "0.1,0.1,0.1,0.1;0.9,0.9,0.9,0.9")]
    page.goto(f"{page.url.split('?')[0]}?{urlencode(asked)}")
    expect(page.locator(".account")).to_contain_text("2 points that you set")
    page.get_by_role("button", name="Differences", exact=True).click()
    expect(page.locator(".told")).to_contain_text("agree too little")
    expect(page.locator(".differences li")).to_have_count(0)
