"""Text on the page, as the browser sets it: four sizes on every tab, Gradio's own too; and words that can be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
SIZES = {"13px", "15px", "18px", "24px"}
CARDS = "#places .card"

SEEN = """() => {
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const field = one.matches("input:not([type=range]):not([type=checkbox]), textarea, select");
    if (!(own || field) || !one.checkVisibility()) continue;
    const { fontSize, fontStyle } = getComputedStyle(one);
    found.push([fontSize, fontStyle, `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`]);
  }
  return found;
}"""
PLACEHOLDERS = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = numbers(colour).slice(0, 3).map((value) => linear(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0.9) return colour;
    }
  };
  const fields = [...document.querySelectorAll("input[placeholder], textarea[placeholder]")];
  return fields.filter((one) => one.checkVisibility()).map((one) => {
    const set = getComputedStyle(one, "::placeholder"), typed = getComputedStyle(one);
    const [high, low] = [light(set.color), light(ground(one))].sort((a, b) => b - a);
    const { opacity, fontStyle } = set, contrast = (high + 0.05) / (low + 0.05);
    return { words: one.placeholder, contrast, opacity, style: fontStyle, asTyped: set.color === typed.color };
  });
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_tab_has_four_sizes_of_text_and_placeholders_that_can_be_read(visit: Visit, dark: bool) -> None:
    page = visit(dark=dark)
    page.locator(".stage").click(position={"x": 300, "y": 300})
    page.wait_for_selector(CARDS)
    sizes, placeholders = {}, []
    for tab in page.locator(".tabs:not(.modes) > .tab-wrapper [role=tab]").all():
        if not tab.is_visible():
            continue
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        page.wait_for_timeout(700)
        for size, style, what in page.evaluate(SEEN):
            sizes.setdefault(size, what)
            assert style == "normal" or "secondary" in what, f"in italics: {what}"  # the examples of words
        placeholders += page.evaluate(PLACEHOLDERS)
    assert len(placeholders) >= 4 and set(sizes) <= SIZES, sizes
    for words in placeholders:
        assert words["contrast"] >= 4.5 and words["opacity"] == "1" and words["style"] == "normal", words
        assert not words["asTyped"], words


def test_the_tools_of_the_picture_stand_in_one_row_and_have_names(visit: Visit) -> None:
    page = visit(size=(1280, 800))
    tools = page.locator(".viewer .tools button:visible")
    boxes = [tool.bounding_box() for tool in tools.all()]
    assert max(box["y"] for box in boxes) - min(box["y"] for box in boxes) < 4
    stage = page.locator(".stage").bounding_box()
    assert max(box["x"] + box["width"] for box in boxes) <= stage["x"] + stage["width"] + 1
    for tool in tools.all():
        seen = tool.inner_text().strip()
        assert len(seen) > 1 or (tool.get_attribute("title") and tool.get_attribute("aria-label")), tool.evaluate(
            "(one) => one.outerHTML"
        )
