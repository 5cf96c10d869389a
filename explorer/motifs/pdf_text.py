"""Texts as a PDF can show them: the font that is used, and what it does not have.

DejaVu Serif (``assets/fonts``) has Latin with all its accents, Greek and Cyrillic, and Armenian and Georgian. It has no
Hebrew, Arabic, Chinese, Japanese or Korean. Characters that it lacks are set as an empty square and counted, so that a
reader knows that something is missing.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from explorer.paths import ASSETS

PLAIN, BOLD = "DejaVuSerif", "DejaVuSerif-Bold"
MISSING = "□"


class Texts:
    """Texts of one document; ``lacking`` are the characters that it cannot show, each once."""

    def __init__(self) -> None:
        self._known = _characters()
        self.lacking: dict[str, None] = {}

    def markup(self, text: str) -> str:
        """A text for a paragraph of reportlab, in which nothing is a tag; ends of lines stay."""
        return escape(self.plain(text)).replace("\n", "<br/>")

    def plain(self, text: str) -> str:
        """A text of characters that the font has."""
        return "".join(self._shown(character) for character in unicodedata.normalize("NFC", text))

    def _shown(self, character: str) -> str:
        if character == "\n" or ord(character) in self._known:
            return character
        if character.isspace() or unicodedata.category(character) in ("Cc", "Cf"):
            return " " if character.isspace() else ""
        self.lacking[character] = None
        return MISSING


def register_fonts() -> None:
    """Make the fonts known to reportlab."""
    _characters()


@cache
def _characters() -> frozenset[int]:
    """The characters that both fonts have, which are registered once."""
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts: list[Any] = [TTFont(name, str(ASSETS / "fonts" / f"{name}.ttf")) for name in (PLAIN, BOLD)]
    for font in fonts:
        pdfmetrics.registerFont(font)
    for bold, name in enumerate((PLAIN, BOLD)):
        for italic in (0, 1):
            addMapping(PLAIN, bold, italic, name)
    plain, heavy = (set(font.face.charToGlyph) for font in fonts)
    return frozenset(plain & heavy)
