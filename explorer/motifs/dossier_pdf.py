"""A dossier to print: a title page for each motif, then its plates, with captions, credit lines and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from explorer.files import replacing
from explorer.motifs.layer import ShownMotif
from explorer.motifs.pdf_text import BOLD, PLAIN, Texts
from explorer.motifs.sheet import sheet_of
from explorer.plates.origin import Origin
from explorer.plates.pictures import PlatePictures
from explorer.plates.sheet import Plate, Sheet, with_pictures
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

MARGIN = 56.7
"""Points: 2 cm."""
_INK, _MUTED, _LINE = "#23201b", "#686055", "#bfb5a3"
_DETAIL_WIDTH, _GAP = 270, 14
_PADDING = 6  # of reportlab's frames
_TALLEST = 205
"""Points of a plate's pictures: two plates have room on a page."""


@dataclass(frozen=True)
class Dossier:
    """What is not in a dossier that was written."""

    without_picture: tuple[str, ...]
    """Works whose file cannot be read, or that left the collection."""
    lacking: tuple[str, ...]
    """Characters that the font does not have."""

    def sentences(self) -> list[str]:
        """The same in words."""
        said = [f"Without picture: {', '.join(self.without_picture)}."] if self.without_picture else []
        return said + ([_lacking(self.lacking)] if self.lacking else [])


def write_dossier(
    workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin, path: Path, progress: Progress = silent
) -> Dossier:
    """Write a PDF (A4) of some motifs, whole or not at all.

    Where it comes from (model, settings, version, date) is at the foot of each page.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import PageBreak, SimpleDocTemplate

    setter = _Setter(A4[0] - 2 * (MARGIN + _PADDING))
    story: list[Any] = []
    sheets = [sheet_of(workspace, motif, origin) for motif in motifs]
    for done, sheet in enumerate(sheets):
        progress("Setting plates", done, len(sheets))
        story += [PageBreak()] if story else []
        story += setter.title_page(sheet)
        for plate, pictures in with_pictures(sheet.plates):
            story.append(setter.plate(plate, pictures))
    if setter.texts.lacking:
        story.append(setter.small(_lacking(tuple(setter.texts.lacking))))
    written = BytesIO()
    title = sheets[0].title if len(sheets) == 1 else f"Motifs of {workspace.name}"
    document = SimpleDocTemplate(
        written, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN + 14,
        title=title, creator=f"Brueghel Explorer {origin.version}", author="", lang="en",
    )  # fmt: skip
    foot = setter.foot(sheets[0].foot)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    with replacing(path) as file:
        file.write(written.getvalue())
    return Dossier(tuple(dict.fromkeys(setter.without_picture)), tuple(setter.texts.lacking))


class _Setter:
    """Sets texts and pictures, ``width`` points wide."""

    def __init__(self, width: float) -> None:
        from reportlab.lib.styles import ParagraphStyle

        self.texts = Texts()
        self.without_picture: list[str] = []
        self._width = width
        plain = ParagraphStyle("plain", fontName=PLAIN, fontSize=9.5, leading=13.5, textColor=_INK, splitLongWords=1)
        self._styles = {
            "plain": plain,
            "title": ParagraphStyle("title", plain, fontName=BOLD, fontSize=24, leading=30, spaceAfter=14),
            "work": ParagraphStyle("work", plain, fontName=BOLD, spaceBefore=7),
            "small": ParagraphStyle("small", plain, fontSize=7.5, leading=10.5, textColor=_MUTED),
        }

    def title_page(self, sheet: Sheet) -> list[Any]:
        """The motif, what is known of it, and the works that it is found in."""
        from reportlab.platypus import HRFlowable, PageBreak, Spacer

        works = dict.fromkeys((plate.title, plate.caption, plate.credit) for plate in sheet.plates)
        rule = HRFlowable(width="100%", thickness=0.5, color=_LINE, spaceBefore=10, spaceAfter=10)
        return [
            Spacer(1, 90), self._set("title", sheet.title), *(self._set("plain", words) for words in sheet.about),
            *([Spacer(1, 10), self._set("plain", sheet.note)] if sheet.note else []), rule,
            *(part for work in works for part in self._work(*work)), PageBreak(),
        ]  # fmt: skip

    def plate(self, plate: Plate, pictures: PlatePictures | str) -> Any:
        """The detail, its work beside it, and what is to be said."""
        from reportlab.platypus import KeepTogether, Spacer

        shown = self._pictures(plate, pictures)
        lines = [self._set("plain", words) for words in plate.said]
        note = [self._set("plain", plate.note)] if plate.note else []
        file = self.small(plate.file)
        return KeepTogether([
            *shown, *self._work(plate.title, plate.caption, plate.credit), *lines, *note, file, Spacer(1, 20)
        ])  # fmt: skip

    def small(self, text: str) -> Any:
        """A remark."""
        return self._set("small", text)

    def foot(self, text: str) -> Any:
        """Writes a line, and the number of the page, at the foot of each."""
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        style = ParagraphStyle("foot", self._styles["small"], splitLongWords=1)
        line = self.texts.markup(text)

        def write(canvas: Any, document: Any) -> None:
            paragraph = Paragraph(f"{line} · {document.page}", style)
            _, height = paragraph.wrap(self._width, MARGIN)
            paragraph.drawOn(canvas, MARGIN + _PADDING, MARGIN + 4 - height)

        return write

    def _work(self, title: str, caption: str, credit: str) -> list[Any]:
        lines = [self._set("work", title)]
        lines += [self._set("plain", caption)] if caption else []
        return lines + ([self.small(credit)] if credit else [])

    def _pictures(self, plate: Plate, pictures: PlatePictures | str) -> list[Any]:
        from reportlab.platypus import Image, Table

        if isinstance(pictures, str):
            self.without_picture.append(plate.file)
            return [self._set("plain", pictures)]
        work_width = self._width - _DETAIL_WIDTH - _GAP
        row = [
            Image(BytesIO(encoded), *_fitting(size, width, _TALLEST), hAlign="LEFT")
            for encoded, size, width in (
                (pictures.detail, pictures.detail_size, _DETAIL_WIDTH), (pictures.work, pictures.work_size, work_width),
            )
        ]  # fmt: skip
        flat = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (1, 0), (1, 0), _GAP)]  # fmt: skip
        return [Table([row], [_DETAIL_WIDTH, work_width + _GAP], style=flat, hAlign="LEFT")]

    def _set(self, style: str, text: str) -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(self.texts.markup(text), self._styles[style])


def _fitting(size: tuple[int, int], width: float, height: float) -> tuple[float, float]:
    scale = min(width / size[0], height / size[1])
    return size[0] * scale, size[1] * scale


def _lacking(characters: Sequence[str]) -> str:
    codes = ", ".join(f"U+{ord(character):04X}" for character in characters[:20])
    more = f" and {len(characters) - 20:,} more" if len(characters) > 20 else ""
    return (
        f"The font of the PDF does not have {len(characters):,} of the characters that are written in it; each is set "
        f"as an empty square: {codes}{more}."
    )
