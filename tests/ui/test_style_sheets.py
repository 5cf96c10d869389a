"""The style sheets keep to one system: four sizes of text, italics for what was said, a colour for what is chosen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.paths import ASSETS
from explorer.ui.theme import TEXT

SHEETS = [ASSETS / "style.css", *sorted((ASSETS / "components").glob("*/style.css"))]
SIZES = {"--text-note": "13px", "--text-body": "15px", "--text-head": "18px", "--text-title": "24px"}
SAID = re.compile(r"\.text|\.edit|\.examples-row|\.to-words")
"""Words that were or may be searched: in italics. Nothing else is."""

each_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.parent.name)


def rules(sheet: Path) -> list[tuple[str, str]]:
    """Selectors and declarations, without comments."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [(selector.strip(), body) for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text)]


def values(sheet: Path, name: str) -> list[str]:
    return [found.strip() for _, body in rules(sheet) for found in re.findall(rf"(?<![\w-]){name}\s*:\s*([^;]+)", body)]


def test_there_are_four_sizes_of_text() -> None:
    said = (ASSETS / "style.css").read_text(encoding="utf-8")
    assert dict(re.findall(r"(--text-[a-z]+): ([^;]+);", said)) == SIZES


@each_sheet
def test_no_text_has_another_size(sheet: Path) -> None:
    allowed = {"inherit", *(f"var({name})" for name in SIZES)}
    assert {size.removesuffix(" !important") for size in values(sheet, "font-size")} <= allowed
    assert set(values(sheet, "font")) <= {"inherit"}, "a shorthand has a size too"


def test_gradio_keeps_to_them_too() -> None:
    names = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl")
    assert {getattr(TEXT, name) for name in names} == {f"var({name})" for name in SIZES}


@each_sheet
def test_italics_are_for_what_was_said(sheet: Path) -> None:
    assert [selector for selector, body in rules(sheet) if "italic" in body and not SAID.search(selector)] == []


@each_sheet
def test_the_colour_of_what_is_chosen_is_not_for_what_is_pointed_at(sheet: Path) -> None:
    """A hover, a link, an error have other marks."""
    coloured = [selector for selector, body in rules(sheet) if "var(--accent)" in body]
    chosen = re.compile(
        r"focus|pressed|expanded|current|selected|checked|picked|looked|looking|chosen|chip|taken|changed|meant|of-main"
    )
    assert [selector for selector in coloured if not chosen.search(selector)] == []


@each_sheet
def test_buttons_have_square_corners(sheet: Path) -> None:
    corners = re.compile(r"border-radius: (?!0;)")
    assert [selector for selector, body in rules(sheet) if corners.search(body) and "button" in selector] == []
