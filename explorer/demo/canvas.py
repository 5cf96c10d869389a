"""The layers of a picture before its medium is chosen: paint, pen lines, direction of the brush, and owner of a pixel.

Sprites are composed here; :mod:`explorer.demo.media` renders these layers in each medium, so a windmill keeps its
design from the oil panel to the engraving after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.demo.noise import DIRECTIONS
from explorer.demo.sketch import Colour
from explorer.demo.sprite import Sprite

NO_OWNER = 0
SHADOW_DEPTH = 0.22 * 0.35  # of a sprite's width


@dataclass
class Canvas:
    """``paint (H, W, 3)`` 0 to 255; ``ink (H, W)``, pen lines, 0 to 1; ``grain (H, W)``, brush direction as an index
    (:func:`explorer.demo.noise.direction_of`); ``owner (H, W)``, the number of the placement on top, 0 the setting."""

    paint: np.ndarray
    ink: np.ndarray
    grain: np.ndarray
    owner: np.ndarray

    @classmethod
    def blank(cls, width: int, height: int, colour: Colour = (200, 190, 165)) -> Canvas:
        paint = np.broadcast_to(np.array(colour, np.float32), (height, width, 3)).copy()
        plain = np.zeros((height, width), np.float32)
        return cls(paint, plain, np.zeros((height, width), np.uint8), np.zeros((height, width), np.int16))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.paint.shape[1], self.paint.shape[0]

    def place(self, sprite: Sprite, haze: float = 0.0, air: Colour = (190, 203, 205), owner: int = NO_OWNER) -> int:
        """Compose a sprite over the picture, blended by ``haze`` (0 to 1) with the colour ``air``.

        Returns how many pixels the sprite covers, those beyond the picture's edge included: what the visible share is
        measured against.
        """
        pixels = int((sprite.cover > 0.5).sum())
        overlap = self.overlap(sprite)
        if overlap is None:
            return pixels
        there, here = overlap
        cover = sprite.cover[here][..., None]
        colour = sprite.paint[here] * (1 - haze) + np.array(air, np.float32) * haze
        self.paint[there] += cover * (colour - self.paint[there])
        self.ink[there] *= 1 - sprite.cover[here]
        np.maximum(self.ink[there], sprite.ink[here] * (1 - 0.75 * haze), out=self.ink[there])
        solid = sprite.cover[here] > 0.5
        brushed = solid & (sprite.grain[here] > 0)
        self.grain[there][brushed] = sprite.grain[here][brushed] - 1
        self.owner[there][solid] = owner
        return pixels

    def overlap(self, sprite: Sprite) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
        """Rows and columns of the picture under a sprite, and the same of the sprite; None when they do not overlap."""
        width, height = self.size
        rows, columns = sprite.cover.shape
        x0, y0 = max(0, sprite.x), max(0, sprite.y)
        x1, y1 = min(width, sprite.x + columns), min(height, sprite.y + rows)
        if x1 <= x0 or y1 <= y0:
            return None
        there = (slice(y0, y1), slice(x0, x1))
        return there, (slice(y0 - sprite.y, y1 - sprite.y), slice(x0 - sprite.x, x1 - sprite.x))

    def cast_shadow(self, sprite: Sprite, strength: float) -> None:
        """A soft shadow on the ground below a sprite's foot, falling away from the light."""
        overlap = self.overlap(sprite)
        if overlap is None:
            return
        columns = sprite.cover.max(axis=0)
        foot = sprite.y + int(np.flatnonzero(sprite.cover.max(axis=1) > 0.5)[-1])
        depth = max(3, int(SHADOW_DEPTH * columns.size))
        width, height = self.size
        for row in range(foot - depth // 2, min(height, foot + depth // 2)):
            if row < 0:
                continue
            near = 1 - abs(row - foot) / (depth / 2 + 1)
            shift = sprite.x + int(0.1 * columns.size * near)
            x0, x1 = max(0, shift), min(width, shift + columns.size)
            if x1 > x0:
                self.paint[row, x0:x1] *= (1 - strength * near * columns[x0 - shift : x1 - shift])[:, None]

    def mirrored(self) -> Canvas:
        """A mirrored copy, as a print shows the drawing that it was cut after."""
        flip = (DIRECTIONS - self.grain[:, ::-1]) % DIRECTIONS
        return Canvas(
            self.paint[:, ::-1].copy(), self.ink[:, ::-1].copy(), flip.astype(np.uint8), self.owner[:, ::-1].copy()
        )
