"""A map as a PNG, for a talk or a poster."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from explorer.files import replacing
from explorer.maps.drawn import DrawnMap
from explorer.maps.sheet import USUAL_SIDE, pictures_of, sheet_of
from explorer.paths import ASSETS
from explorer.workspace import Workspace

FONT = ASSETS / "fonts" / "DejaVuSerif.ttf"
PAPER, INK, DOT = (255, 255, 255), (35, 32, 27), (150, 140, 125)


def write_png(workspace: Workspace, drawn: DrawnMap, path: Path, longest: int = USUAL_SIDE, title: str = "") -> None:
    """Write the map as a picture whose longer side has ``longest`` pixels, whole or not at all; see
    :func:`explorer.maps.sheet.sheet_of`."""
    sheet = sheet_of(workspace, drawn, longest, title)
    image = Image.new("RGB", sheet.size, PAPER)
    pen = ImageDraw.Draw(image)
    for x, y in sheet.dots.tolist():
        pen.ellipse((x - sheet.dot, y - sheet.dot, x + sheet.dot, y + sheet.dot), fill=DOT)
    for thumbnail, picture in pictures_of(workspace, drawn, sheet):
        left = thumbnail.left + (thumbnail.side - picture.width) / 2
        top = thumbnail.top + (thumbnail.side - picture.height) / 2
        image.paste(picture, (round(left), round(top)))
    font = ImageFont.truetype(str(FONT), max(8, round(sheet.text)))
    for x, y, words in sheet.ticks:
        pen.text((x, y), words, fill=INK, font=font, anchor="lm")
    for x, y, words in sheet.names:
        pen.text(
            (x, y),
            words,
            fill=INK,
            font=font,
            anchor="mm",
            stroke_width=max(2, round(sheet.text / 5)),
            stroke_fill=PAPER,
        )
    below = sheet.size[1] - (len(sheet.lines) + 0.5) * sheet.text * 1.5
    for number, line in enumerate(sheet.lines):
        pen.text((sheet.text * 2, below + number * sheet.text * 1.5), line, fill=INK, font=font)
    with replacing(path) as file:
        image.save(file, "PNG")
