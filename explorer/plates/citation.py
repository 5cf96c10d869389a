"""A search, a comparison or a motif as it is cited: as a text for a footnote, and as BibTeX for a reference manager."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from explorer.geometry import Box
from explorer.plates.captions import counted
from explorer.plates.origin import Origin

PROGRAM = "Brueghel Explorer"
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True)
class CitedWork:
    """A work, or a place in one, that a citation is about; empty where something is not known."""

    title: str
    facts: str = ""
    """Artist, date, medium, size."""
    held: str = ""
    """Who holds it, under which number."""
    box: Box | None = None
    """The place; None for the whole work."""
    picture: str = ""
    """The address of the picture of that place."""
    canvas: str = ""
    """That of the place on its IIIF canvas."""

    def words(self) -> str:
        """The work and the place in it, in words.

        >>> CitedWork("A Mill", "J. Brueghel", "KMSKA, 12", Box(0.1, 0.2, 0.35, 0.5)).words()
        '“A Mill”, J. Brueghel, KMSKA, 12; 10 to 35 % of the width from the left, 20 to 50 % of the height from the top'
        """
        named = ", ".join(part for part in (f"“{self.title}”", self.facts, self.held) if part)
        if self.box is None or self.box == Box.whole():
            return named
        x0, y0, x1, y1 = (f"{100 * side:.1f}".removesuffix(".0") for side in self.box.as_tuple())
        return f"{named}; {x0} to {x1} % of the width from the left, {y0} to {y1} % of the height from the top"


@dataclass(frozen=True)
class Citation:
    """What is cited, where it is seen again, and what it was made with."""

    title: str
    link: str
    collection: str
    size: int
    """Works in the collection."""
    works: tuple[CitedWork, ...]
    said: tuple[str, ...]
    """Sentences on what was asked, and how."""
    origin: Origin
    day: date

    def plain(self) -> str:
        """A text in lines: the reference, then what it is about."""
        seen = f"{self.day.day} {self.day:%B %Y}"
        lines = [
            f"{self.title}. Collection “{self.collection}” ({counted(self.size, 'work')}), {self._made_with()}.",
            f"{self.link} (seen on {seen}).",
            *(work.words() + "." for work in self.works),
            *self.said,
            *(f"Picture: {work.picture}" for work in self.works if work.picture),
            *(f"IIIF canvas: {work.canvas}" for work in self.works if work.canvas),
        ]
        return "\n".join(lines)

    def bibtex(self) -> str:
        """An entry ``@misc`` of BibTeX, as reference managers read it."""
        note = " ".join([*(work.words() + "." for work in self.works), *self.said])
        fields = {
            "title": f"{{{_escaped(self.title)}}}",
            "howpublished": _escaped(
                f"Collection “{self.collection}” ({counted(self.size, 'work')}), {self._made_with()}"
            ),
            "note": _escaped(note),
            "year": str(self.day.year),
            "url": re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", self.link),
            "urldate": self.day.isoformat(),
        }
        key = f"{_plain(self.collection)}-{_plain(self.title)}"[:60].strip("-") or "explorer"
        return "\n".join([f"@misc{{{key},", *(f"  {name} = {{{text}}}," for name, text in fields.items() if text), "}"])

    def _made_with(self) -> str:
        made = self.origin
        return f"{PROGRAM} {made.version}, model {made.model}, settings {made.settings}"


def _escaped(text: str) -> str:
    """A text as BibTeX has it: what it takes for commands and comments is written as letters.

    >>> _escaped("50 % of {A_B}")
    '50 \\\\% of \\\\{A\\\\_B\\\\}'
    """
    return "".join(_SPECIAL.get(letter) or (f"\\{letter}" if letter in "{}%&#_$" else letter) for letter in text)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
