"""The design of a motif as vector graphics: flat patches, brush strokes, pen lines and dabs, in units of its width.

A :class:`Sketch` is fixed by its name (its own random stream), so a motif is the same in every work, whatever its size,
side, colour or medium. The modules ``motifs_...`` draw on sketches; :mod:`explorer.demo.sprite` makes them pixels.
Units: a motif is about 1 wide, its foot stands at ``(0, 0)``, y points up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.demo.noise import random_stream

Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 255."""
Point = tuple[float, float]
Points = np.ndarray | Sequence[Point] | Sequence[np.ndarray]
"""``(N, 2)``: x and y in design units."""
Shade = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From a position in a patch's bounding box (u to the right, v up, 0 to 1) to a relative brightness, 0 the mean."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """Brush strokes inside a patch: ``(n, 2)`` ends in design units, widths, colours ``(n, 3)``."""

    starts: np.ndarray
    ends: np.ndarray
    widths: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True, slots=True)
class Patch:
    """A filled shape: outline ``(n, 2)``, ground colour, strokes clipped to it, direction of the brush in degrees, pen
    weight of its contour; ``dyed``: recoloured with the pose's dye."""

    points: np.ndarray
    colour: Colour
    strokes: Strokes
    grain: float
    edge: float
    dyed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A stroke of brush and pen along ``points``; ``width`` in design units, ``pen`` its weight in the ink layer."""

    points: np.ndarray
    width: float
    colour: Colour
    pen: float
    dyed: bool


@dataclass(frozen=True, slots=True)
class Dabs:
    """Many small closed shapes ``(n, k, 2)`` with colours ``(n, 3)``: leaves, grass, petals."""

    shapes: np.ndarray
    colours: np.ndarray
    pen: np.ndarray
    grain: float


def lit_left(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Light from the upper left on a flat surface."""
    return 1.2 * (0.5 - u) + 0.5 * (v - 0.5)


def lit_top(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Light from above: roofs, ground, backs of animals."""
    return 1.3 * (v - 0.5) + 0.35 * (0.5 - u)


def round_ball(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A ball lit from the upper left with a dark core and a little reflected light."""
    far = np.hypot(u - 0.34, v - 0.68)
    return 0.75 - 2.1 * far + 0.9 * np.clip(far - 0.62, 0, None)


def round_tube(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """An upright cylinder lit from the left."""
    return 0.7 - 2.6 * np.abs(u - 0.28) ** 1.2 + 1.6 * np.clip(u - 0.82, 0, None)


def scaled(colour: Colour, factor: float) -> Colour:
    """The colour, darker or lighter by a factor."""
    r, g, b = colour
    return factor * r, factor * g, factor * b


def curve(points: Points, closed: bool = True, steps: int = 6) -> np.ndarray:
    """A smooth line through the points (Catmull-Rom), ``steps`` pieces between neighbours."""
    p = np.asarray(points, float)
    p = np.vstack([p[-1:], p, p[:2]]) if closed else np.vstack([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    line = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    out = line.transpose(1, 0, 2).reshape(-1, 2)
    return out if closed else np.vstack([out, p[-2:-1]])


def limb(points: Points, *widths: float) -> np.ndarray:
    """The outline of a tapering shape along ``points``: a leg, a branch, a sleeve. ``widths`` evenly along it."""
    spine = curve(points, closed=False, steps=5)
    along = np.gradient(spine, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    half = np.interp(np.linspace(0, 1, len(spine)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    return np.vstack([spine + normal * half, (spine - normal * half)[::-1]])


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0) -> np.ndarray:
    """An ellipse ``(20, 2)`` with centre and half axes; ``turn`` in degrees."""
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.stack([x + rx * np.cos(a) * c - ry * np.sin(a) * s, y + rx * np.cos(a) * s + ry * np.sin(a) * c], 1)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """A rectangle's corners, ``(4, 2)``."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], float)


@dataclass
class Sketch:
    """A design under construction; ``name`` seeds every random deviation, ``hand`` is their size for outlines."""

    name: str
    hand: float = 0.004
    marks: list[Patch | Line | Dabs] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random_stream("sketch", self.name)

    def bounds(self) -> tuple[float, float, float, float]:
        """``x0, y0, x1, y1`` of all that is drawn, in design units."""
        outlines = [mark.shapes.reshape(-1, 2) if isinstance(mark, Dabs) else mark.points for mark in self.marks]
        points = np.vstack(outlines)
        return (*points.min(0), *points.max(0))

    def patch(self, points: Points, colour: Colour, light: float = 0.3, shade: Shade = lit_left, **style: Any) -> None:
        """A painted shape. ``light``: contrast of its modelling. ``style``: ``grain``, direction of the brush in
        degrees (75); ``edge``, pen weight of the contour (1); ``dyed`` (False); ``strokes``, their number (18)."""
        outline = self._jittered(np.asarray(points, float))
        grain = style.get("grain", 75)
        strokes = self._strokes(outline, colour, light, (shade, int(style.get("strokes", 18)), grain))
        self.marks.append(
            Patch(outline, colour, strokes, grain, style.get("edge", 1.0), bool(style.get("dyed", False)))
        )

    def line(self, points: Points, width: float, colour: Colour, pen: float = 1.0, dyed: bool = False) -> None:
        """A stroke along ``points``; see :class:`Line`."""
        self.marks.append(Line(self._jittered(np.asarray(points, float), False), width, colour, pen, dyed))

    def dabs(self, shapes: np.ndarray, colours: np.ndarray, pen: np.ndarray, grain: float = 45) -> None:
        """Many small shapes; see :class:`Dabs`."""
        self.marks.append(Dabs(shapes, np.clip(colours, 0, 255), pen, grain))

    def _jittered(self, points: np.ndarray, closed: bool = True) -> np.ndarray:
        """The outline as if drawn by hand: long edges get joints, every joint is moved a little."""
        ends = np.roll(points, -1, 0) if closed else np.vstack([points[1:], points[-1:]])
        pieces = np.clip((np.hypot(*(ends - points).T) / 0.09).astype(int) + 1, 1, 8)
        joints = [a + (b - a) * np.arange(n)[:, None] / n for a, b, n in zip(points, ends, pieces, strict=True)]
        line = np.vstack(joints)
        return line + self.rng.normal(0, self.hand, line.shape)

    def _strokes(self, outline: np.ndarray, colour: Colour, light: float, style: tuple[Shade, int, float]) -> Strokes:
        """Brush strokes over a patch, each of a single colour, by its position in the light."""
        shade, count, grain = style
        low, size = outline.min(0), np.maximum(np.ptp(outline, 0), 1e-6)
        uv = self.rng.random((count, 2)) * 1.1 - 0.05
        centre = low + uv * size
        along = np.array([np.cos(np.radians(grain)), np.sin(np.radians(grain))])
        reach = (np.abs(along) @ size) * self.rng.uniform(0.12, 0.3, count)[:, None]
        swing = self.rng.normal(0, 0.15, (count, 1)) * along[::-1] * [[-1, 1]]
        wide = (np.abs(along[::-1]) @ size) * self.rng.uniform(0.5, 1.0, count) * 1.7 / np.sqrt(count)
        tone = 1 + light * shade(uv[:, 0], uv[:, 1]) + self.rng.normal(0, 0.045, count)
        mixed = np.clip(np.array(colour) * tone[:, None] + self.rng.normal(0, 4, (count, 3)), 4, 252)
        # Light is warm and shadow cool: without it, modelling by tone alone looks like clip-art.
        mixed += (tone[:, None] - 1) * np.array([14, 6, -14])
        return Strokes(centre - (along + swing) * reach, centre + (along + swing) * reach, wide, np.clip(mixed, 0, 255))
