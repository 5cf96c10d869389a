"""Rasterising a design in a pose (position, size, side, turn, colour): drawn at twice the size and reduced."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from explorer.demo.noise import DIRECTIONS, direction_of
from explorer.demo.sketch import Dabs, Line, Patch, Sketch

FINE = 2  # supersampling
DYES: dict[str, tuple[float, float] | None] = {
    "": None,
    "red": (0.02, 1.2),
    "blue": (0.58, 0.95),
    "ochre": (0.11, 1.1),
    "green": (0.3, 0.85),
    "grey": (0.1, 0.25),
}


@dataclass(frozen=True, slots=True)
class Pose:
    """Where and how a design stands: foot ``(x, y)`` and width in pixels, turn in degrees counter-clockwise, a key of
    :data:`DYES`."""

    x: float
    y: float
    width: float
    mirror: bool = False
    turn: float = 0.0
    dye: str = ""

    def matrix(self) -> np.ndarray:
        """Design units (y up) to fine pixels (y down)."""
        c, s = np.cos(np.radians(self.turn)), np.sin(np.radians(self.turn))
        side = -1 if self.mirror else 1
        return np.array([[c * side, -s], [-s * side, -c]]) * self.width * FINE

    def grain(self, degrees: float) -> int:
        """The direction index of a brush stroke at ``degrees`` in the design."""
        return direction_of((180 - degrees if self.mirror else degrees) + self.turn)


@dataclass(frozen=True, slots=True)
class Sprite:
    """A drawn motif, to be composed over a picture with its top left corner at ``(x, y)``: ``paint (h, w, 3)``, 0 to
    255; ``cover (h, w)`` opacity and ``ink (h, w)``, 0 to 1; ``grain (h, w)`` brush direction plus 1, 0 for none."""

    x: int
    y: int
    paint: np.ndarray
    cover: np.ndarray
    ink: np.ndarray
    grain: np.ndarray


def dyed(colour: np.ndarray | tuple[float, ...], dye: str) -> tuple[int, int, int]:
    """The colour with the hue of the dye and the lightness of the design."""
    r, g, b = (float(channel) for channel in colour)
    pigment = DYES[dye]
    if pigment is not None:
        hue, strength = pigment
        _, light, depth = colorsys.rgb_to_hls(r / 255, g / 255, b / 255)
        r, g, b = (255 * c for c in colorsys.hls_to_rgb(hue, light, min(1.0, max(depth, 0.3) * strength)))
    return int(r), int(g), int(b)


class _Sheet:
    """The four supersampled images that a sprite is drawn on."""

    def __init__(self, size: tuple[int, int], pose: Pose, ground: tuple[int, int, int]) -> None:
        self.pose = pose
        self.paint = Image.new("RGB", size, ground)
        self.cover, self.ink, self.grain = (Image.new("L", size, 0) for _ in range(3))
        self.on_paint, self.on_cover, self.on_ink, self.on_grain = (
            ImageDraw.Draw(image) for image in (self.paint, self.cover, self.ink, self.grain)
        )

    def colour(self, colour: np.ndarray | tuple[float, ...], is_dyed: bool) -> tuple[int, int, int]:
        return dyed(colour, self.pose.dye if is_dyed else "")

    def contour(self, points: np.ndarray, weight: float) -> None:
        """A pen line that swells on the side away from the light, as a quill does."""
        following = np.roll(points, -1, 0)
        edges = following - points
        swell = 0.75 + 0.5 * (edges[:, 0] > 0) + 0.35 * np.sin(np.arange(len(points)) * 0.9)
        widths = np.clip(np.rint(weight * FINE * swell), 1, 8).astype(int)
        strength = int(min(255, 150 + 105 * weight))
        for (ax, ay), (bx, by), width in zip(points.tolist(), following.tolist(), widths.tolist(), strict=True):
            self.on_ink.line((ax, ay, bx, by), fill=strength, width=width)

    def patch(self, mark: Patch, matrix: np.ndarray, shift: np.ndarray) -> None:
        points = mark.points @ matrix.T + shift
        flat = [(x, y) for x, y in points.tolist()]
        x0, y0 = (int(c) for c in np.floor(points.min(0)))
        x1, y1 = (int(c) + 2 for c in np.ceil(points.max(0)))
        mask = Image.new("L", (x1 - x0, y1 - y0), 0)
        ImageDraw.Draw(mask).polygon([(x - x0, y - y0) for x, y in flat], fill=255)
        self.paint.paste(self._strokes(mark, matrix, shift - (x0, y0), mask.size), (x0, y0), mask)
        self.cover.paste(255, (x0, y0), mask)
        self.ink.paste(0, (x0, y0), mask)
        self.on_grain.polygon(flat, fill=self.pose.grain(mark.grain) + 1)
        if mark.edge > 0:
            self.contour(points, mark.edge)

    def _strokes(self, mark: Patch, matrix: np.ndarray, shift: np.ndarray, size: tuple[int, int]) -> Image.Image:
        """The inside of a patch: its ground colour and the strokes over it."""
        inside = Image.new("RGB", size, self.colour(mark.colour, mark.dyed))
        draw = ImageDraw.Draw(inside)
        scale = self.pose.width * FINE
        ends = np.hstack([mark.strokes.starts @ matrix.T + shift, mark.strokes.ends @ matrix.T + shift]).tolist()
        widths = np.clip(np.rint(mark.strokes.widths * scale), 1, 400).astype(int).tolist()
        for end, width, colour in zip(ends, widths, mark.strokes.colours.tolist(), strict=True):
            draw.line(end, fill=self.colour(colour, mark.dyed), width=width)
        return inside

    def line(self, mark: Line, matrix: np.ndarray, shift: np.ndarray) -> None:
        flat = [(x, y) for x, y in (mark.points @ matrix.T + shift).tolist()]
        width = max(1, round(mark.width * self.pose.width * FINE))
        self.on_paint.line(flat, fill=self.colour(mark.colour, mark.dyed), width=width, joint="curve")
        self.on_cover.line(flat, fill=255, width=width, joint="curve")
        self.on_ink.line(flat, fill=0, width=width + 1)
        if mark.pen > 0:
            nib = max(1, min(width, round(mark.pen * FINE)))
            self.on_ink.line(flat, fill=int(min(255, 120 + 120 * mark.pen)), width=nib)

    def dabs(self, mark: Dabs, matrix: np.ndarray, shift: np.ndarray) -> None:
        shapes = mark.shapes @ matrix.T + shift
        grain = self.pose.grain(mark.grain) + 1
        for shape, colour, pen in zip(
            shapes.reshape(len(shapes), -1).tolist(), mark.colours, mark.pen.tolist(), strict=True
        ):
            self.on_paint.polygon(shape, fill=dyed(colour, ""))
            self.on_cover.polygon(shape, fill=255)
            self.on_grain.polygon(shape, fill=grain)
            if pen > 0:
                self.on_ink.polygon(shape, fill=0)
                self.on_ink.line(shape, fill=int(min(255, 255 * pen)), width=max(1, round(pen * FINE)))


def draw(sketch: Sketch, pose: Pose) -> Sprite:
    """The pixels of a design in a pose."""
    x0, y0, x1, y1 = sketch.bounds()
    matrix = pose.matrix()
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) @ matrix.T
    margin = 3 * FINE
    low = np.floor((corners.min(0) + np.array([pose.x, pose.y]) * FINE - margin) / FINE) * FINE
    high = corners.max(0) + np.array([pose.x, pose.y]) * FINE + margin
    width, height = (int(side) // FINE * FINE + FINE for side in high - low)
    sheet = _Sheet((width, height), pose, (110, 90, 65))
    shift = np.array([pose.x, pose.y]) * FINE - low
    for mark in sketch.marks:
        if isinstance(mark, Patch):
            sheet.patch(mark, matrix, shift)
        elif isinstance(mark, Line):
            sheet.line(mark, matrix, shift)
        else:
            sheet.dabs(mark, matrix, shift)
    sheet.paint.putalpha(sheet.cover)
    paint = np.asarray(sheet.paint.reduce(FINE))
    left, top = (int(side) // FINE for side in low)
    return Sprite(
        left,
        top,
        paint[..., :3].astype(np.float32),
        paint[..., 3].astype(np.float32) / 255,
        np.asarray(sheet.ink.reduce(FINE)).astype(np.float32) / 255,
        np.minimum(np.asarray(sheet.grain)[::FINE, ::FINE], DIRECTIONS),
    )
