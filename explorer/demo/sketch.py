"""The drawn design of a thing: flat patches, brush strokes, pen lines and leaf dabs in units of its own width.

A :class:`Sketch` is what the workshop keeps in its drawer. It is fixed by its name (its own random stream), so the
windmill is *the* windmill in every work, whatever its size, side, colour or medium.
Units: the thing is about 1 wide, its foot stands at ``(0, 0)``, y points up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from explorer.demo.noise import chance

Colour = tuple[float, float, float]
Shade = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Strokes:
    """Brush strokes inside a patch: ``(n, 2)`` ends in design units, widths, colours ``(n, 3)``."""

    starts: np.ndarray
    ends: np.ndarray
    widths: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True, slots=True)
class Patch:
    """A filled shape: its outline ``(n, 2)``, ground colour, strokes clipped to it, pen weight of its contour."""

    points: np.ndarray
    colour: Colour
    strokes: Strokes | None
    grain: float
    edge: float
    dyed: bool
    soft: float


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
    dyed: bool


def lit_left(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Light from the upper left on a flat thing (u runs right, v up, both 0 to 1)."""
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


def curve(points: list[tuple[float, float]] | np.ndarray, closed: bool = True, steps: int = 6) -> np.ndarray:
    """A smooth line through the points (Catmull-Rom), ``steps`` pieces between neighbours."""
    p = np.asarray(points, float)
    p = np.vstack([p[-1:], p, p[:2]]) if closed else np.vstack([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    line = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    out = line.transpose(1, 0, 2).reshape(-1, 2)
    return out if closed else np.vstack([out, p[-2:-1]])


def limb(points: list[tuple[float, float]], *widths: float) -> np.ndarray:
    """The outline of a tapering thing along ``points``: a leg, a branch, a sleeve. One width for each point."""
    spine = curve(points, closed=False, steps=5)
    along = np.gradient(spine, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    half = np.interp(np.linspace(0, 1, len(spine)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    return np.vstack([spine + normal * half, (spine - normal * half)[::-1]])


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0) -> np.ndarray:
    """An ellipse, ``turn`` in degrees."""
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.stack([x + rx * np.cos(a) * c - ry * np.sin(a) * s, y + rx * np.cos(a) * s + ry * np.sin(a) * c], 1)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], float)


@dataclass
class Sketch:
    """A design under construction; ``name`` fixes every accident of the hand that drew it."""

    name: str
    hand: float = 0.004
    ops: list[Patch | Line | Dabs] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = chance("sketch", self.name)

    def bounds(self) -> tuple[float, float, float, float]:
        """``x0, y0, x1, y1`` of all that is drawn, in design units."""
        every = [op.shapes.reshape(-1, 2) if isinstance(op, Dabs) else op.points for op in self.ops]
        points = np.vstack(every)
        return (*points.min(0), *points.max(0))

    def patch(
        self,
        points: np.ndarray | list[tuple[float, float]],
        colour: Colour,
        light: float = 0.3,
        shade: Shade = lit_left,
        **looks: float,
    ) -> None:
        """A painted shape. ``light`` is the contrast of its modelling; ``looks``: grain, edge, dyed, soft, strokes."""
        outline = self._shaky(np.asarray(points, float))
        strokes = self._strokes(outline, colour, light, (shade, int(looks.get("strokes", 18)), looks.get("grain", 75)))
        self.ops.append(
            Patch(
                outline,
                colour,
                strokes,
                looks.get("grain", 75),
                looks.get("edge", 1.0),
                bool(looks.get("dyed", False)),
                looks.get("soft", 0.0),
            )
        )

    def line(
        self,
        points: np.ndarray | list[tuple[float, float]],
        width: float,
        colour: Colour,
        pen: float = 1.0,
        dyed: bool = False,
    ) -> None:
        self.ops.append(Line(self._shaky(np.asarray(points, float), False), width, colour, pen, dyed))

    def dabs(
        self,
        shapes: np.ndarray,
        colours: np.ndarray,
        pen: np.ndarray | None = None,
        grain: float = 45,
        dyed: bool = False,
    ) -> None:
        pen = np.zeros(len(shapes)) if pen is None else pen
        self.ops.append(Dabs(shapes, np.clip(colours, 0, 255), pen, grain, dyed))

    def _shaky(self, points: np.ndarray, closed: bool = True) -> np.ndarray:
        """The same outline drawn by hand: long edges get joints, every joint strays a little."""
        ends = np.roll(points, -1, 0) if closed else np.vstack([points[1:], points[-1:]])
        pieces = np.clip((np.hypot(*(ends - points).T) / 0.09).astype(int) + 1, 1, 8)
        joints = [a + (b - a) * np.arange(n)[:, None] / n for a, b, n in zip(points, ends, pieces, strict=True)]
        line = np.vstack(joints)
        return line + self.rng.normal(0, self.hand, line.shape)

    def _strokes(self, outline: np.ndarray, colour: Colour, light: float, how: tuple[Shade, int, float]) -> Strokes:
        """Brush strokes over a patch, each of one colour mixed for its place in the light."""
        shade, count, grain = how
        low, size = outline.min(0), np.maximum(np.ptp(outline, 0), 1e-6)
        uv = self.rng.random((count, 2)) * 1.1 - 0.05
        centre = low + uv * size
        way = np.array([np.cos(np.radians(grain)), np.sin(np.radians(grain))])
        reach = (np.abs(way) @ size) * self.rng.uniform(0.12, 0.3, count)[:, None]
        swing = self.rng.normal(0, 0.15, (count, 1)) * way[::-1] * [[-1, 1]]
        wide = (np.abs(way[::-1]) @ size) * self.rng.uniform(0.5, 1.0, count) * 1.7 / np.sqrt(count)
        tone = 1 + light * shade(uv[:, 0], uv[:, 1]) + self.rng.normal(0, 0.045, count)
        mixed = np.clip(np.array(colour) * tone[:, None] + self.rng.normal(0, 4, (count, 3)), 4, 252)
        # Light is warm and shadow cool: without it, modelling by tone alone looks like clip-art.
        mixed += (tone[:, None] - 1) * np.array([14, 6, -14])
        return Strokes(centre - (way + swing) * reach, centre + (way + swing) * reach, wide, np.clip(mixed, 0, 255))
