"""Rendering a canvas in six techniques: paint on panel, grey sketch, watercolour, pen and wash, engraving, red chalk.

Each renders the layers of the canvas (paint, pen lines, direction of the brush) anew; it is no filter over a finished
picture: an engraver cuts lines along forms, and does not blur an oil painting.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from explorer.demo.canvas import Canvas
from explorer.demo.noise import DIRECTIONS, TILE, bristles, clouds, random_stream, smoothstep

PAPER = np.array((238, 227, 202), np.float32)


def render(canvas: Canvas, technique: str, name: str) -> np.ndarray:
    """The finished picture, ``(H, W, 3) uint8``. ``technique`` is a key of :data:`TECHNIQUES`."""
    picture = TECHNIQUES[technique](canvas, random_stream(name, "medium"))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _tone(paint: np.ndarray) -> np.ndarray:
    """Lightness, 0 to 1."""
    return (paint @ np.array((0.3, 0.59, 0.11), np.float32)).clip(0, 255) / 255


def _brushed(canvas: Canvas, length: float, breadth: float) -> np.ndarray:
    """Brush marks along the grain, mean 0, spread 1, ``(H, W)``; length and breadth of a mark in pixels."""
    tiles = bristles(length, breadth)
    height, width = canvas.grain.shape
    rows = (np.arange(height) % TILE)[:, None]
    columns = (np.arange(width) % TILE)[None]
    return tiles[canvas.grain % DIRECTIONS, rows, columns]


def _aged(picture: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Varnish: a little yellow, corners a little darker."""
    height, width = picture.shape[:2]
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    corners = 1 - 0.16 * strength * smoothstep(np.hypot(x, y), 0.75, 1.45)
    return picture * corners[..., None] * (1 + strength * np.array((0.015, -0.005, -0.085)))


def _oil(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    marks = _brushed(canvas, 7.0, 0.8)
    light = _tone(canvas.paint)
    loaded = np.where(canvas.owner > 0, 0.055, 0.034)  # the brush is fuller on motifs than on air and earth
    picture = canvas.paint * (1 + loaded * marks * (0.6 + 0.8 * light))[..., None]
    picture *= (1 - 0.5 * canvas.ink)[..., None]
    weave = rng.standard_normal(light.shape).astype(np.float32)
    return _aged(picture + 2.4 * weave[..., None])


def _grisaille(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    loose = ndimage.gaussian_filter(_tone(canvas.paint), 1.0)
    loose = loose + 0.055 * _brushed(canvas, 9.0, 1.2) - 0.34 * canvas.ink
    loose = 0.06 + 0.9 * smoothstep(loose, 0.05, 0.98)
    dark, pale = np.array((46, 36, 27), np.float32), np.array((229, 215, 186), np.float32)
    return _aged(dark + (pale - dark) * loose[..., None] + 2 * rng.standard_normal((*loose.shape, 1)), 0.7)


def _watercolour(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    shape = canvas.ink.shape
    pools = clouds(shape, rng, 60, 4)
    wash = np.stack([ndimage.gaussian_filter(canvas.paint[..., c], 1.4) for c in range(3)], -1)
    strength = np.clip(0.7 + 0.045 * pools, 0.5, 0.9)[..., None]
    picture = PAPER * (1 - strength) + (wash * 0.92 + 22) * strength
    return _paper(picture - 120 * canvas.ink[..., None] * np.array((0.7, 0.85, 1.0)), rng)


def _pen(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    tone = ndimage.gaussian_filter(_tone(canvas.paint), 2.2)
    steps = smoothstep(tone + 0.02 * clouds(tone.shape, rng, 40, 3), 0.18, 0.82)
    wash = 0.5 * (1 - np.round(steps * 3) / 3) + 0.22 * (1 - steps)
    lines = np.maximum(canvas.ink, 0.55 * _contours(canvas))
    brown, dark = np.array((126, 86, 48), np.float32), np.array((58, 36, 20), np.float32)
    picture = PAPER + (brown - PAPER) * (0.75 * wash)[..., None]
    return _paper(picture + (dark - picture) * lines[..., None].clip(0, 1), rng)


def _chalk(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    tone = ndimage.gaussian_filter(_tone(canvas.paint), 1.2)
    tooth = rng.standard_normal(tone.shape).astype(np.float32)
    grain = 0.2 * ndimage.gaussian_filter(tooth, 0.7) + 0.1 * _brushed(canvas, 9, 1)
    rubbed = smoothstep(0.9 - tone + grain, 0.1, 1)
    marks = np.clip(0.75 * rubbed + 0.8 * np.maximum(canvas.ink, 0.4 * _contours(canvas)), 0, 1)
    red = np.array((150, 66, 44), np.float32)
    return _paper(PAPER + (red - PAPER) * marks[..., None], rng)


def _engraving(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Lines that swell with the dark, along the forms, crossed where it is darkest."""
    tone = ndimage.gaussian_filter(_tone(canvas.paint), 0.8)
    dark = 1 - smoothstep(tone, 0.06, 0.9)
    height, width = tone.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = 5 * ndimage.gaussian_filter(tone, 9) * 9 + 1.5 * clouds(tone.shape, rng, 70, 2)
    angle = np.pi * (canvas.grain.astype(np.float32) / DIRECTIONS)
    first = _screen(-x * np.sin(angle) - y * np.cos(angle) + bend, 4.3, dark)
    second = _screen(x * 0.8 + y * 0.6 + bend, 4.6, (dark - 0.38) * 1.15)
    third = _screen(x * 0.5 - y * 0.87 + bend, 4.6, (dark - 0.68) * 1.25)
    lines = np.maximum.reduce([first, second, third, canvas.ink, 0.5 * _contours(canvas)])
    ink, sheet = np.array((34, 30, 28), np.float32), np.array((233, 226, 209), np.float32)
    picture = sheet + (ink - sheet) * (0.92 * lines)[..., None]
    _plate_border(picture, sheet, ink * 1.4)
    return _paper(picture, rng, 0.5)


def _plate_border(picture: np.ndarray, sheet: np.ndarray, line: np.ndarray) -> None:
    """An empty margin and a thin line around the picture, in place."""
    shape, border = picture.shape[:2], max(10, round(0.012 * picture.shape[1]))
    margin = np.ones(shape, bool)
    margin[border:-border, border:-border] = False
    picture[margin] = sheet
    edge = np.zeros(shape, bool)
    edge[border - 2 : -border + 2, border - 2 : -border + 2] = True
    edge[border:-border, border:-border] = False
    picture[edge] = line


def _screen(phase: np.ndarray, pitch: float, dark: np.ndarray) -> np.ndarray:
    """Parallel lines, ``pitch`` pixels apart across ``phase``, as wide as it is ``dark``; 0 to 1."""
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * phase / pitch)
    return smoothstep(wave, 1 - 0.78 * dark.clip(0, 1) - 0.12, 1 - 0.78 * dark.clip(0, 1) + 0.18) * (dark > 0.03)


def _contours(canvas: Canvas) -> np.ndarray:
    """Edges of the paint: the outlines of hills, shores and clouds, ``(H, W)``, 0 to 1."""
    tone = ndimage.gaussian_filter(_tone(canvas.paint), 1.3)
    slope = np.hypot(ndimage.sobel(tone, 0), ndimage.sobel(tone, 1))
    return smoothstep(slope, 0.16, 0.5)


def _paper(picture: np.ndarray, rng: np.random.Generator, age: float = 1.0) -> np.ndarray:
    """Paper fibres and foxing; ``age`` scales both."""
    shape = picture.shape[:2]
    fibres = clouds(shape, rng, 3, 2) * 2.2 + clouds(shape, rng, 200, 3) * 3.5 * age
    spots = smoothstep(clouds(shape, rng, 45, 2), 2.5, 3.3) * 26 * age
    return picture + fibres[..., None] - spots[..., None] * np.array((0.35, 0.6, 1.0))


TECHNIQUES = {
    "oil": _oil, "grisaille": _grisaille, "watercolour": _watercolour, "pen": _pen, "chalk": _chalk,
    "engraving": _engraving,
}  # fmt: skip
