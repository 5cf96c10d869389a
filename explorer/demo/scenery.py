"""The setting behind the motifs: sky, distance, ground, water; or a dark room and the edge of a table.

The recipe of the workshop's landscapes: a brown foreground, a green middle distance, a blue horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from explorer.demo.canvas import Canvas
from explorer.demo.noise import clouds, direction_of, random_stream, ridge, smoothstep

AIR = (176.0, 194.0, 201.0)


@dataclass(frozen=True)
class Setting:
    """``kind``: ``land``, ``water`` or ``still life``; ``horizon`` as a fraction of the height from the top; ``water``,
    the share of the ground that is under it; ``light``, 0 grey noon to 1 golden evening; ``season``, 0 summer to 1
    winter."""

    kind: str
    horizon: float
    water: float = 0.0
    light: float = 0.5
    season: float = 0.0


def paint_setting(size: tuple[int, int], setting: Setting, name: str) -> Canvas:
    """A picture without motifs, ``size`` (width, height) in pixels; ``name`` seeds its random streams."""
    canvas = Canvas.blank(*size)
    if setting.kind == "still life":
        _room(canvas, setting, name)
        return canvas
    _sky(canvas, setting, name)
    _distance(canvas, setting, name)
    _ground(canvas, setting, name)
    if setting.water:
        _water(canvas, setting, name)
    else:
        _path(canvas, setting, name)
        _bushes(canvas, setting, name)
    _grass(canvas, setting, name)
    return canvas


def _mix(a: tuple[float, ...], b: tuple[float, ...], t: np.ndarray) -> np.ndarray:
    """Colours between ``a`` (0) and ``b`` (1), ``(H, W) -> (H, W, 3)``."""
    return np.array(a, np.float32) + (np.array(b, np.float32) - np.array(a, np.float32)) * t[..., None]


def _sky(canvas: Canvas, setting: Setting, name: str) -> None:
    width, height = canvas.size
    rng = random_stream(name, "sky")
    down = np.linspace(0, 1 / max(setting.horizon, 0.1), height, dtype=np.float32)[:, None].clip(0, 1)
    zenith = (96 + 60 * setting.season, 136 + 30 * setting.season, 178 + 6 * setting.season)
    low = (236, 214 - 8 * setting.light, 182 - 40 * setting.light)
    base = _mix(zenith, low, np.broadcast_to(down**1.15, (height, width)))
    heaps = clouds((height, width), rng, height * 0.28, 5, 2.6)
    shadow = clouds((height, width), rng, height * 0.2, 4, 3.0)
    cover = smoothstep(heaps, -0.15, 1.25)
    white = _mix((250, 242, 226), (168, 168, 176), smoothstep(shadow, -0.4, 1.4))
    canvas.paint[:] = base + (white - base) * (0.85 * cover)[..., None]
    canvas.grain[:] = direction_of(8)


def _distance(canvas: Canvas, setting: Setting, name: str) -> None:
    """Ranges of hills, the farthest the bluest."""
    width, height = canvas.size
    for number, (rise, blue) in enumerate(((0.10, 1.0), (0.06, 0.72), (0.03, 0.45))):
        rng = random_stream(name, "hills", number)
        line = setting.horizon - rise * (0.55 + 0.5 * np.clip(ridge(width, rng, width * 0.3, 5), -1, 1.6))
        rows = np.arange(height, dtype=np.float32)[:, None] / height
        inside = smoothstep(rows, line[None] - 0.002, line[None] + 0.002) * (rows < setting.horizon + 0.06)
        near = (118 + 70 * setting.season, 134 + 55 * setting.season, 96 + 90 * setting.season)
        tint = _mix(near, (138, 168, 188), np.full((1, 1), blue, np.float32))
        mottled = tint * (1 + 0.05 * clouds((height, width), rng, 16, 3, 3.0))[..., None]
        canvas.paint += inside[..., None] * (mottled - canvas.paint)


def _ground(canvas: Canvas, setting: Setting, name: str) -> None:
    width, height = canvas.size
    rng = random_stream(name, "ground")
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    edge = setting.horizon + 0.012 * ridge(width, rng, width * 0.25)[None]
    near = np.clip((rows - edge) / (1 - setting.horizon), 0, 1)
    folds = clouds((height, width), rng, height * 0.16, 5, 4.5)
    t = np.clip(near + 0.10 * folds * (0.3 + near), 0, 1)
    snow = setting.season
    far = (140 + 80 * snow, 156 + 62 * snow, 122 + 100 * snow)
    middle = (122 + 105 * snow, 126 + 95 * snow, 66 + 140 * snow)
    front = (92 + 95 * snow, 70 + 105 * snow, 40 + 120 * snow)
    colour = np.where((t < 0.42)[..., None], _mix(far, middle, t / 0.42), _mix(middle, front, (t - 0.42) / 0.58))
    tufts = clouds((height, width), rng, 9, 3, 2.2) * near
    bands = smoothstep(clouds((height, width), rng, height * 0.07, 3, 9.0), 0.3, 1.0) * (0.2 + 0.5 * (1 - near))
    colour = colour * (1 + 0.10 * folds + 0.12 * tufts)[..., None]
    colour += bands[..., None] * np.array((26, 18, -6), np.float32)
    cover = smoothstep(rows, edge - 0.002, edge + 0.003)
    canvas.paint += cover[..., None] * (colour - canvas.paint)
    canvas.grain[np.broadcast_to(rows > edge, canvas.grain.shape)] = direction_of(12)


def _path(canvas: Canvas, setting: Setting, name: str) -> None:
    """A sandy road that winds from the front to the horizon."""
    width, height = canvas.size
    rng = random_stream(name, "path")
    rows = np.arange(height, dtype=np.float32) / height
    near = np.clip((rows - setting.horizon) / (1 - setting.horizon), 0, 1)
    start, sway = rng.uniform(0.25, 0.75), rng.uniform(-0.5, 0.5)
    centre = start + sway * np.sin(3.6 * near**0.5 + rng.uniform(0, 3)) * (0.25 + 0.4 * near)
    half = 0.004 + 0.075 * near**1.6
    across = np.arange(width, dtype=np.float32)[None] / width
    ragged = 0.25 * clouds((height, width), rng, 22, 3, 3.0)
    inside = smoothstep(1 - np.abs(across - centre[:, None]) / half[:, None] + ragged, 0.0, 0.6) * (near > 0)[:, None]
    sand = _mix((186, 166, 120), (150, 116, 72), np.broadcast_to(near[:, None], (height, width)))
    snow = np.array((205, 205, 205), np.float32)
    sand += (snow - sand) * 0.6 * setting.season
    canvas.paint += (0.75 * inside)[..., None] * (sand - canvas.paint)


def _bushes(canvas: Canvas, setting: Setting, name: str) -> None:
    """Clumps of trees in the middle distance, rounded by light from the left, bluer the farther."""
    width, height = canvas.size
    rng = random_stream(name, "bushes")
    for depth in np.sort(rng.beta(1.1, 3.2, size=26)) * 0.42:
        radius = (0.012 + 0.085 * depth) * width * rng.uniform(0.6, 1.3)
        x = rng.uniform(0, width)
        y = (setting.horizon + 0.015 + (0.94 - setting.horizon) * depth) * height
        _clump(canvas, (x, y - 0.5 * radius), radius, (rng, depth, setting.season))


def _clump(
    canvas: Canvas, centre: tuple[float, float], radius: float, style: tuple[np.random.Generator, float, float]
) -> None:
    """A rounded bush; ``style``: random numbers, depth and season."""
    rng, depth, season = style
    width, height = canvas.size
    x0, x1 = max(0, int(centre[0] - 1.8 * radius)), min(width, int(centre[0] + 1.8 * radius) + 1)
    y0, y1 = max(0, int(centre[1] - radius)), min(height, int(centre[1] + 0.6 * radius) + 1)
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    u, v = (x - centre[0]) / (1.5 * radius), (y - centre[1]) / (0.8 * radius)
    leaves = clouds(u.shape, rng, max(4.0, 0.28 * radius), 4)
    round_edge = 1 - np.hypot(u, np.where(v > 0, 1.5 * v, v)) + 0.16 * leaves
    cover = smoothstep(round_edge, 0.08, 0.26) * (1 - 0.35 * season)
    light = np.clip(0.5 - 0.42 * u - 0.42 * v + 0.2 * leaves, 0, 1)
    colour = _mix((42, 50, 30), (132, 132, 66), light)
    colour += (np.array((196, 196, 196), np.float32) - colour) * 0.5 * season
    haze = 0.62 * (1 - depth) ** 2
    colour += (np.array(AIR, np.float32) - colour) * haze
    there = canvas.paint[y0:y1, x0:x1]
    there += cover[..., None] * (colour - there)
    canvas.grain[y0:y1, x0:x1][cover > 0.5] = direction_of(60)


def _grass(canvas: Canvas, setting: Setting, name: str) -> None:
    """Blades and weeds along the lower edge, dark against the light."""
    width, height = canvas.size
    rng = random_stream(name, "grass")
    sheet = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(sheet)
    for _ in range(int(0.9 * width)):
        near = rng.beta(3.5, 1.0)
        y = height * (setting.horizon + (1.03 - setting.horizon) * near)
        x, tall, lean = rng.uniform(0, width), height * 0.036 * near**2.5 * rng.uniform(0.4, 1.5), rng.normal(0, 0.35)
        draw.line((x, y, x + lean * tall, y - tall), fill=int(150 * near), width=1)
    blades = np.asarray(sheet, dtype=np.float32)[..., None] / 255
    if setting.water:  # blades grow on the bank alone, and the bank is what is neither sky nor water
        blades = blades * (np.arange(height) > 0.9 * height)[:, None, None]
    tint = np.array((58, 56, 28) if setting.season < 0.5 else (120, 104, 84), np.float32)
    canvas.paint += blades * (tint - canvas.paint)


def _water(canvas: Canvas, setting: Setting, name: str) -> None:
    """Water from the far shore to the near bank: the sky mirrored, with ripples."""
    width, height = canvas.size
    rng = random_stream(name, "water")
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    far = setting.horizon + 0.03 + 0.012 * ridge(width, rng, width * 0.3)[None]
    near = far + setting.water * (1 - setting.horizon) * (0.9 + 0.22 * ridge(width, rng, width * 0.45)[None])
    inside = smoothstep(rows, far - 0.003, far + 0.004) * (1 - smoothstep(rows, near - 0.012, near + 0.006))
    top = int(setting.horizon * height)
    mirror = np.clip(2 * top - np.arange(height), 0, height - 1)
    sky = canvas.paint[mirror]
    depth = np.clip((rows - setting.horizon) / max(setting.water * (1 - setting.horizon), 0.05), 0, 1)
    colour = 0.72 * sky + 0.28 * np.array((92, 116, 122), np.float32)
    colour *= (1 - 0.22 * depth)[..., None]
    ripple = clouds((height, width), rng, 5, 2, 16.0)
    colour += (12 * ripple * (0.4 + depth))[..., None]
    canvas.paint += inside[..., None] * (colour - canvas.paint)
    bank = smoothstep(rows, near - 0.014, near) * (1 - smoothstep(rows, near, near + 0.02))
    canvas.paint *= (1 - 0.35 * bank)[..., None]
    canvas.grain[np.broadcast_to(inside > 0.5, canvas.grain.shape)] = direction_of(0)


def _room(canvas: Canvas, setting: Setting, name: str) -> None:
    """Light from the left on a dark wall; a table of stone or wood, or one with a cloth."""
    width, height = canvas.size
    rng = random_stream(name, "room")
    across = np.arange(width, dtype=np.float32)[None] / width
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    glow = np.exp(-((across - 0.3) ** 2 * 3.5 + (rows - 0.35) ** 2 * 4.5))
    wall = _mix((26, 22, 18), (92, 78, 58), (0.95 * glow * (0.8 + 0.3 * setting.light)).astype(np.float32))
    wall *= (1 + 0.06 * clouds((height, width), rng, height * 0.12, 4))[..., None]
    canvas.paint[:] = wall
    canvas.grain[:] = direction_of(40)
    edge = setting.horizon
    table = rows > edge
    wood = ((128, 92, 56), (150, 142, 128), (112, 44, 36), (66, 84, 70))[int(rng.integers(4))]
    fade = np.clip((rows - edge) / (1 - edge), 0, 1)
    fibres = clouds((height, width), rng, 14, 4, 9.0)
    board = np.array(wood, np.float32) * (1.12 - 0.45 * across + 0.12 * fibres)[..., None]
    board *= (0.86 + 0.2 * (1 - fade))[..., None]
    lip = np.broadcast_to(rows > 0.93, table.shape)
    board = np.where(lip[..., None], board * 0.45, board)
    canvas.paint[:] = np.where(table[..., None], board, canvas.paint)
    canvas.grain[np.broadcast_to(table, canvas.grain.shape)] = direction_of(2)
