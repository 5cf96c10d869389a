"""A map as an SVG: text and places stay editable, thumbnails are in it."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from explorer.files import replacing
from explorer.maps.drawn import DrawnMap
from explorer.maps.sheet import USUAL_SIDE, pictures_of, sheet_of
from explorer.workspace import Workspace

_QUALITY = 80


def write_svg(workspace: Workspace, drawn: DrawnMap, path: Path, longest: int = USUAL_SIDE, title: str = "") -> None:
    """Write the map as a drawing, whole or not at all; it loads nothing, and its texts are escaped."""
    sheet = sheet_of(workspace, drawn, longest, title)
    wide, high = sheet.size
    known = {work.id: work.title for work in workspace.collection.works()}
    with replacing(path) as file:
        _write(file, f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
                     f'height="{high}" font-family="Georgia, serif" font-size="{sheet.text:.1f}">\n'
                     f'<rect width="{wide}" height="{high}" fill="#fff"/>\n<g fill="#968c7d">\n')  # fmt: skip
        for x, y in sheet.dots.tolist():
            _write(file, f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{sheet.dot:.1f}"/>\n')
        _write(file, "</g>\n")
        for thumbnail, picture in pictures_of(workspace, drawn, sheet):
            left = thumbnail.left + (thumbnail.side - picture.width) / 2
            top = thumbnail.top + (thumbnail.side - picture.height) / 2
            work = workspace.tables.works[int(drawn.layout.points.works[thumbnail.point])]
            name = _text(known.get(work, work))
            _write(file, f'<image x="{left:.1f}" y="{top:.1f}" width="{picture.width}" height="{picture.height}" '
                         f'href="{data_address(picture)}"><title>{name}</title></image>\n')  # fmt: skip
        for x, y, words in sheet.ticks:
            _write(file, f'<text x="{x:.1f}" y="{y:.1f}">{_text(words)}</text>\n')
        for x, y, words in sheet.names:
            _write(file, f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" stroke="#fff" paint-order="stroke" '
                         f'stroke-width="{sheet.text / 2.5:.1f}">{_text(words)}</text>\n')  # fmt: skip
        below = high - (len(sheet.lines) - 0.5) * sheet.text * 1.5
        for number, line in enumerate(sheet.lines):
            top = below + number * sheet.text * 1.5
            _write(file, f'<text x="{sheet.text * 2:.1f}" y="{top:.1f}">{_text(line)}</text>\n')
        _write(file, "</svg>\n")


def data_address(picture: Image.Image) -> str:
    """A picture as an address that holds it."""
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{b64encode(encoded.getvalue()).decode()}"


def _text(words: str) -> str:
    """Words as XML takes them: escaped, and without the characters that no XML may have."""
    return escape("".join(letter for letter in words if letter >= " " or letter in "\t\n"))


def _write(file: BinaryIO, text: str) -> None:
    file.write(text.encode("utf-8", "replace"))
