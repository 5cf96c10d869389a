"""A picture with the heatmap of words laid over it and the best places numbered, as a PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from explorer.errors import ExplorerError
from explorer.files import replacing, why_not_written
from explorer.words.where import WordMap

RAMP = ((27, 16, 54), (123, 31, 106), (240, 120, 31), (253, 240, 140))
"""Colours from what fits least to what fits best, as the page has them."""
STRENGTH = 0.45
"""How strongly the colours cover the picture, 0 to 1."""
LONG_SIDE = 1600


def drawn(picture: Image.Image, found: WordMap) -> Image.Image:
    """A copy of an RGB picture, reduced to :data:`LONG_SIDE` pixels if it is larger, under the map and the boxes."""
    sheet = picture.copy()
    sheet.thumbnail((LONG_SIDE, LONG_SIDE))
    if not found.places:
        return sheet
    levels = found.levels() / 255 * (len(RAMP) - 1)
    colours = [np.interp(levels, np.arange(len(RAMP)), [stop[channel] for stop in RAMP]) for channel in range(3)]
    heat = Image.fromarray(np.stack(colours, axis=-1).round().astype(np.uint8))
    sheet = Image.blend(sheet, heat.resize(sheet.size, Image.Resampling.BILINEAR), STRENGTH)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(max(12, max(sheet.size) // 50))
    for number, place in enumerate(found.places, start=1):
        x0, y0, x1, y1 = place.box.to_pixels(*sheet.size)
        pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=(20, 16, 12), width=4)
        pen.rectangle((x0 + 1, y0 + 1, x1 - 2, y1 - 2), outline=(255, 253, 246), width=2)
        label = pen.textbbox((x0 + 6, y0 + 4), str(number), font)
        pen.rectangle((x0, y0, label[2] + 6, label[3] + 4), fill=(20, 16, 12))
        pen.text((x0 + 6, y0 + 4), str(number), (255, 253, 246), font)
    return sheet


def write_drawing(picture: Path, found: WordMap, out: Path) -> None:
    """Draw the picture file of a work into ``out``. Raises :class:`ExplorerError` where that cannot be written."""
    with Image.open(picture) as opened:
        sheet = drawn(opened.convert("RGB"), found)
    try:
        with replacing(out) as file:
            sheet.save(file, "PNG")
    except OSError as error:
        raise ExplorerError(f"{out} cannot be written: {why_not_written(error)}.") from error
