"""Motifs of the still life: jug, lemon, glass, bread, flowers in a vase, butterfly."""

from __future__ import annotations

import numpy as np

from explorer.demo.sketch import Colour, Sketch, box, curve, lit_left, oval, round_ball, round_tube, scaled

JUG = [
    (-0.3, 0.02), (-0.4, 0.3), (-0.42, 0.55), (-0.3, 0.85), (-0.2, 1.0), (-0.2, 1.2), (0.2, 1.2), (0.2, 1.0),
    (0.3, 0.85), (0.42, 0.55), (0.4, 0.3), (0.3, 0.02),
]  # fmt: skip
BOWL = [
    (-0.15, 0.48), (-0.36, 0.66), (-0.42, 0.9), (-0.36, 1.16), (-0.28, 1.28), (0.28, 1.28), (0.36, 1.16), (0.42, 0.9),
    (0.36, 0.66), (0.15, 0.48),
]  # fmt: skip
LOAF = [
    (-0.5, 0.1), (-0.48, 0.28), (-0.3, 0.44), (0.0, 0.5), (0.32, 0.42), (0.5, 0.26), (0.5, 0.08), (0.3, 0.0),
    (-0.3, 0.0),
]  # fmt: skip
VASE = [
    (-0.16, 0.0), (-0.28, 0.22), (-0.24, 0.42), (-0.13, 0.52), (-0.16, 0.62), (0.16, 0.62), (0.13, 0.52), (0.24, 0.42),
    (0.28, 0.22), (0.16, 0.0),
]  # fmt: skip
STALKS = (
    (-0.42, 1.3), (-0.15, 1.75), (0.22, 1.85), (0.46, 1.4), (0.02, 1.35), (-0.3, 1.0), (0.34, 1.02),
)  # fmt: skip


def jug(sketch: Sketch) -> None:
    """A Westerwald jug, grey and blue, with a pewter lid."""
    handle = curve([(0.3, 1.05), (0.58, 0.98), (0.6, 0.7), (0.4, 0.52)], closed=False)
    sketch.line(handle, 0.08, (120, 124, 132), 1.2)
    sketch.patch(curve(JUG), (148, 150, 152), 0.5, round_tube, grain=90, strokes=40, edge=1.2)
    for low, high in ((0.12, 0.22), (0.84, 0.9)):
        sketch.patch(box(-0.36 + 0.06 * low, low, 0.36 - 0.06 * low, high), (54, 72, 124), 0.5, round_tube, edge=0.5)
    for number in range(5):
        x = -0.27 + 0.135 * number
        sketch.patch(oval(x, 0.52, 0.055, 0.1), (48, 66, 122), 0.5, round_tube, edge=0.6, strokes=6)
        sketch.patch(oval(x, 0.52, 0.02, 0.045), (170, 172, 176), 0.3, edge=0.3, strokes=3)
    lid = curve([(-0.22, 1.18), (-0.2, 1.28), (0.0, 1.36), (0.2, 1.28), (0.22, 1.18)])
    sketch.patch(lid, (128, 128, 124), 0.6, round_tube, edge=1.0)
    sketch.patch(oval(0.0, 1.38, 0.05, 0.05), (140, 140, 136), 0.6, round_ball, edge=0.8, strokes=6)
    sketch.line([(-0.24, 0.35), (-0.26, 0.62)], 0.03, (236, 238, 236), 0.0)


def lemon(sketch: Sketch) -> None:
    """A lemon half peeled, the peel hanging in a curl."""
    curl = curve([(0.2, 0.2), (0.42, 0.1), (0.5, -0.08), (0.38, -0.22), (0.3, -0.1), (0.44, -0.32)], closed=False)
    sketch.line(curl, 0.1, (214, 176, 54), 1.0)
    sketch.line(np.add(curl, (0.0, 0.015)), 0.045, (244, 232, 190), 0.4)
    fruit = curve(
        [(-0.5, 0.28), (-0.4, 0.1), (-0.1, 0.0), (0.2, 0.06), (0.34, 0.28), (0.22, 0.5), (-0.08, 0.58), (-0.38, 0.46)]
    )
    sketch.patch(fruit, (226, 188, 58), 0.42, round_ball, strokes=46, grain=30, edge=1.1)
    sketch.patch(oval(0.14, 0.3, 0.2, 0.24, 8), (246, 232, 178), 0.2, edge=0.8)
    sketch.patch(oval(0.14, 0.3, 0.16, 0.2, 8), (238, 212, 118), 0.25, edge=0.5)
    for degrees in range(0, 360, 45):
        a = np.radians(degrees + 10)
        sketch.line([(0.14, 0.3), (0.14 + 0.14 * np.cos(a), 0.3 + 0.18 * np.sin(a))], 0.012, (250, 244, 214), 0.5)
    sketch.line([(-0.32, 0.4), (-0.2, 0.48)], 0.03, (252, 244, 190), 0.0)


def roemer(sketch: Sketch) -> None:
    """A green glass with prunts on its stem, half full of white wine, a window in its side."""
    foot = curve([(-0.34, 0.0), (-0.3, 0.06), (-0.12, 0.14), (0.12, 0.14), (0.3, 0.06), (0.34, 0.0)])
    sketch.patch(foot, (70, 86, 58), 0.5, round_tube, edge=1.0)
    sketch.patch(box(-0.15, 0.12, 0.15, 0.48), (64, 84, 54), 0.6, round_tube, edge=1.0)
    for x, y in ((-0.09, 0.22), (0.05, 0.2), (0.12, 0.32), (-0.03, 0.33), (-0.11, 0.42), (0.05, 0.43)):
        sketch.patch(oval(x, y, 0.04, 0.04), (128, 150, 100), 0.7, round_ball, edge=0.8, strokes=5)
    sketch.patch(curve(BOWL), (86, 96, 70), 0.4, round_tube, strokes=34, grain=90, edge=1.0)
    wine = curve([(-0.14, 0.52), (-0.34, 0.68), (-0.4, 0.9), (0.4, 0.9), (0.34, 0.68), (0.14, 0.52)])
    sketch.patch(wine, (176, 156, 78), 0.45, round_tube, strokes=24, edge=0.5)
    sketch.patch(oval(0.0, 0.9, 0.4, 0.05), (206, 188, 116), 0.3, lit_left, edge=0.5)
    sketch.patch(oval(0.0, 1.28, 0.28, 0.04), (120, 128, 102), 0.3, lit_left, edge=0.9)
    sketch.patch([(-0.3, 0.82), (-0.2, 0.8), (-0.19, 1.06), (-0.28, 1.08)], (236, 238, 226), 0.1, edge=0.4, strokes=4)
    sketch.line([(0.3, 0.7), (0.35, 0.92), (0.31, 1.12)], 0.02, (222, 226, 206), 0.0)


def bread(sketch: Sketch) -> None:
    """A crusty loaf with a cut in its back."""
    sketch.patch(curve(LOAF), (176, 120, 62), 0.5, round_ball, strokes=60, grain=15, edge=1.2)
    cut = curve([(-0.32, 0.28), (-0.1, 0.42), (0.2, 0.36), (0.34, 0.24), (0.1, 0.3)])
    sketch.patch(cut, (222, 190, 134), 0.3, edge=0.7)
    for _crumb in range(12):
        x, y = sketch.rng.uniform(-0.4, 0.4), sketch.rng.uniform(0.06, 0.4)
        sketch.patch(oval(x, y, 0.02, 0.012, 30), (214, 176, 116), 0.2, edge=0.2, strokes=2)


def flowers(sketch: Sketch) -> None:
    """Tulip, rose, iris, marigold and small white stars in an earthen vase."""
    _stalks(sketch)
    sketch.patch(curve(VASE), (126, 82, 52), 0.55, round_tube, strokes=30, grain=90, edge=1.2)
    sketch.line([(-0.16, 0.2), (-0.17, 0.36)], 0.025, (222, 190, 160), 0.0)
    _rose(sketch, 0.02, 1.28, 0.26, (222, 152, 148))
    _rose(sketch, -0.32, 0.92, 0.2, (236, 222, 200))
    _rose(sketch, 0.34, 0.94, 0.19, (190, 62, 52))
    _tulip(sketch, -0.42, 1.34, (214, 84, 52))
    _tulip(sketch, 0.22, 1.86, (232, 200, 92))
    _iris(sketch, -0.14, 1.72)
    _marigold(sketch, 0.48, 1.4, (232, 140, 40))
    _marigold(sketch, 0.02, 0.82, (236, 170, 60))
    _marigold(sketch, 0.58, 1.12, (238, 232, 214))


def _stalks(sketch: Sketch) -> None:
    """Stalks from the vase to each flower, with two leaves each."""
    for x, y in STALKS:
        sketch.line(curve([(0.0, 0.5), (x * 0.4, (y + 0.5) / 2), (x, y)], closed=False), 0.02, (70, 92, 48), 0.7)
        for side in (-1, 1):
            leaf = [(x * 0.6, y * 0.7), (x * 0.6 + side * 0.16, y * 0.72 + 0.08), (x * 0.6 + side * 0.26, y * 0.7)]
            sketch.patch(curve(leaf), (72, 98, 52), 0.5, edge=0.6, strokes=6)


def _rose(sketch: Sketch, x: float, y: float, r: float, colour: Colour) -> None:
    sketch.patch(oval(x, y, r, r * 0.92), colour, 0.45, round_ball, edge=0.9, dyed=True)
    for ring, (size, count) in enumerate(((0.78, 7), (0.5, 5), (0.25, 3))):
        tone = scaled(colour, 1.06 - 0.13 * ring)
        for number in range(count):
            a = 2 * np.pi * number / count + 0.7 * ring
            px, py = x + r * size * 0.6 * np.cos(a), y + r * size * 0.6 * np.sin(a)
            petal = oval(px, py, r * 0.34, r * 0.25, np.degrees(a) + 90)
            sketch.patch(petal, tone, 0.5, round_ball, edge=0.6, strokes=7, dyed=True)


def _tulip(sketch: Sketch, x: float, y: float, colour: Colour) -> None:
    for dx, turn in ((-0.08, 12), (0.08, -12), (0.0, 0)):
        petal = curve(
            [(x + dx * 0.3, y - 0.12), (x + dx - 0.08, y + 0.05), (x + dx * 1.2, y + 0.24), (x + dx + 0.08, y + 0.05)]
        )
        sketch.patch(petal, colour, 0.5, grain=80 + turn, edge=0.8, strokes=14, dyed=True)
        sketch.line([(x + dx, y - 0.04), (x + dx * 1.15, y + 0.18)], 0.018, (246, 232, 200), 0.2)


def _iris(sketch: Sketch, x: float, y: float) -> None:
    for degrees in (90, 50, 130, 200, 340, 270):
        a = np.radians(degrees)
        tone = (104, 88, 164) if degrees in (90, 50, 130) else (82, 66, 140)
        petal = oval(x + 0.12 * np.cos(a), y + 0.12 * np.sin(a), 0.13, 0.065, degrees)
        sketch.patch(petal, tone, 0.5, edge=0.7, strokes=9)
    sketch.patch(oval(x, y - 0.06, 0.03, 0.06), (232, 196, 70), 0.3, edge=0.4, strokes=4)


def _marigold(sketch: Sketch, x: float, y: float, colour: Colour) -> None:
    for degrees in range(0, 360, 40):
        a = np.radians(degrees)
        petal = oval(x + 0.07 * np.cos(a), y + 0.07 * np.sin(a), 0.06, 0.03, degrees)
        sketch.patch(petal, colour, 0.3, edge=0.4, strokes=3)
    sketch.patch(oval(x, y, 0.035, 0.035), (120, 72, 26), 0.4, round_ball, edge=0.5, strokes=4)


def butterfly(sketch: Sketch) -> None:
    """A red admiral at rest."""
    for side in (-1, 1):
        _wings(sketch, side)
    sketch.patch(oval(0.0, 0.3, 0.03, 0.2), (38, 30, 26), 0.4, round_tube, edge=0.7, strokes=4)


def _wings(sketch: Sketch, side: int) -> None:
    """Fore and hind wing of a side, with their red bands and a white spot."""
    fore = curve([(0.0, 0.3), (side * 0.22, 0.62), (side * 0.5, 0.66), (side * 0.44, 0.38), (side * 0.12, 0.26)])
    sketch.patch(fore, (52, 38, 34), 0.3, edge=0.9)
    hind = curve([(0.0, 0.26), (side * 0.36, 0.3), (side * 0.4, 0.1), (side * 0.16, 0.02)])
    sketch.patch(hind, (64, 44, 36), 0.3, edge=0.9)
    fore_band = curve([(side * 0.14, 0.44), (side * 0.3, 0.54), (side * 0.38, 0.46), (side * 0.22, 0.36)])
    sketch.patch(fore_band, (206, 82, 34), 0.3, edge=0.3, dyed=True)
    sketch.patch(oval(side * 0.42, 0.58, 0.035, 0.03), (240, 236, 226), 0.1, edge=0.2, strokes=3)
    hind_band = curve([(side * 0.22, 0.06), (side * 0.36, 0.12), (side * 0.34, 0.2), (side * 0.22, 0.14)])
    sketch.patch(hind_band, (206, 92, 40), 0.3, edge=0.3, dyed=True)
