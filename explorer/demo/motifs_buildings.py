"""Motifs of tall buildings, windmill and church; and what all buildings share: colours, courses of brick, windows."""

from __future__ import annotations

import numpy as np

from explorer.demo.sketch import Sketch, box, curve, limb, lit_top, oval

TIMBER = (112, 84, 58)
DARK = (52, 38, 27)
STONE = (172, 158, 132)
SLATE = (92, 100, 108)
TILE = (168, 78, 52)
THATCH = (158, 126, 72)
PLASTER = (206, 190, 152)


def courses(sketch: Sketch, corners: list[tuple[float, float]], count: int, colour: tuple[float, float, float]) -> None:
    """Courses of tile, plank or brick across a four-sided face, given corner by corner from the lower left."""
    a, b, c, d = np.array(corners, float)
    for t in (np.arange(count) + 0.6) / count:
        start, end = a + (d - a) * t, b + (c - b) * t
        cut = sketch.rng.uniform(0, 0.12, 2)
        sketch.line([start + (end - start) * cut[0], end - (end - start) * cut[1]], 0.006, colour, 0.35)


def window(sketch: Sketch, x: float, y: float, w: float, h: float) -> None:
    """A leaded window: dark, with a light frame and one lit pane."""
    sketch.patch(box(x - 0.012, y - 0.012, x + w + 0.012, y + h + 0.014), (214, 200, 165), 0.15, edge=0.5, strokes=4)
    sketch.patch(box(x, y, x + w, y + h), (48, 52, 56), 0.4, edge=0.5, strokes=6)
    sketch.patch(box(x + 0.1 * w, y + 0.55 * h, x + 0.45 * w, y + 0.92 * h), (120, 134, 138), 0.2, edge=0, strokes=3)
    sketch.line([(x + w / 2, y), (x + w / 2, y + h)], 0.008, (196, 182, 148), 0.4)
    sketch.line([(x, y + h / 2), (x + w, y + h / 2)], 0.008, (196, 182, 148), 0.4)


def windmill(sketch: Sketch) -> None:
    """A post mill on its trestle, seen from the sails' side, tail-pole and ladder behind."""
    _mill_trestle(sketch)
    _mill_ladder(sketch)
    _mill_body(sketch)
    for degrees in (28, 118, 208, 298):
        _mill_sail(sketch, (-0.12, 0.74), degrees)
    sketch.patch(oval(-0.12, 0.74, 0.034, 0.034), (96, 70, 46), 0.4, strokes=4)


def _mill_trestle(sketch: Sketch) -> None:
    """Four legs, the cross-beam and the post."""
    legs = (
        ((-0.24, 0), (0.0, 0.34)), ((0.26, 0.02), (0.02, 0.34)), ((-0.06, -0.03), (0.0, 0.3)),
        ((0.12, 0.07), (0.02, 0.3)),
    )  # fmt: skip
    for foot, top in legs:
        sketch.patch(limb([foot, top], 0.034, 0.026), DARK, 0.3, edge=0.7, strokes=5)
    sketch.patch(limb([(-0.3, 0.01), (0.3, 0.03)], 0.03, 0.03), (70, 52, 36), 0.3, edge=0.8, strokes=5)
    sketch.patch(box(-0.03, 0.02, 0.05, 0.4), (84, 62, 42), 0.4, strokes=6)


def _mill_ladder(sketch: Sketch) -> None:
    """Tail-pole and ladder."""
    sketch.patch(limb([(0.2, 0.4), (0.5, 0.02)], 0.02, 0.018), DARK, 0.2, strokes=3)
    sketch.patch([(0.1, 0.4), (0.2, 0.38), (0.4, 0.0), (0.34, 0.0)], (96, 74, 50), 0.3, strokes=8)
    for t in np.linspace(0.05, 0.95, 10):
        sketch.line([(0.36 - 0.25 * t, 0.4 * t), (0.4 - 0.2 * t, 0.38 * t)], 0.011, (44, 32, 24), 0.6)


def _mill_body(sketch: Sketch) -> None:
    """The planked side and front of the buck, the roof, a window and the door."""
    side = [(-0.02, 0.34), (0.25, 0.38), (0.25, 0.74), (-0.02, 0.76)]
    sketch.patch(side, (126, 96, 66), 0.25, grain=88, edge=1.2, strokes=26)
    for x in np.linspace(0.01, 0.23, 8):
        sketch.line([(x, 0.35 + 0.14 * (x + 0.02)), (x, 0.75)], 0.006, (70, 50, 34), 0.4)
    front = [(-0.19, 0.36), (-0.02, 0.34), (-0.02, 0.76), (-0.1, 0.93), (-0.19, 0.75)]
    sketch.patch(front, (176, 142, 100), 0.25, edge=1.2, strokes=20)
    courses(sketch, [(-0.19, 0.38), (-0.02, 0.36), (-0.02, 0.76), (-0.19, 0.75)], 9, (110, 80, 52))
    roof = [(-0.04, 0.74), (0.28, 0.71), (0.24, 0.86), (0.17, 0.93), (-0.1, 0.96), (-0.1, 0.9)]
    sketch.patch(roof, (110, 70, 54), 0.35, shade=lit_top, grain=60, edge=1.2, strokes=24, dyed=True)
    courses(sketch, [(-0.03, 0.75), (0.27, 0.72), (0.18, 0.92), (-0.09, 0.94)], 6, (66, 40, 32))
    window(sketch, 0.09, 0.56, 0.06, 0.08)
    sketch.patch(box(-0.15, 0.46, -0.08, 0.6), (56, 42, 30), 0.2, strokes=4)


def _mill_sail(sketch: Sketch, hub: tuple[float, float], degrees: float) -> None:
    """A sail: cloth on the driving side, lattice and stock."""
    along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    side = np.array([-along[1], along[0]])
    root, tip = np.array(hub) + along * 0.12, np.array(hub) + along * 0.56
    cloth = [root + side * 0.012, tip + side * 0.012, tip + side * 0.115, root + side * 0.1]
    sketch.patch(cloth, (216, 198, 156), 0.22, grain=degrees, edge=0.8, dyed=True, strokes=12)
    for t in np.linspace(0.06, 1, 9):
        start = root + (tip - root) * t
        sketch.line([start - side * 0.045, start + side * 0.11], 0.007, (92, 66, 42), 0.5)
    sketch.line([root - side * 0.045, tip - side * 0.045], 0.007, (92, 66, 42), 0.5)
    sketch.line([np.array(hub) - along * 0.05, tip + along * 0.02], 0.022, DARK, 1.1)


def church_tower(sketch: Sketch) -> None:
    """A village church: square tower with a slate spire at the left, nave to the right."""
    _nave(sketch)
    _tower_walls(sketch)
    _tower_openings(sketch)
    _spire(sketch)


def _nave(sketch: Sketch) -> None:
    """Wall and roof, with windows between buttresses."""
    sketch.patch([(0.0, 0.0), (0.5, 0.0), (0.5, 0.34), (0.0, 0.36)], (186, 166, 132), 0.3, strokes=26)
    roof = [(-0.04, 0.34), (0.53, 0.31), (0.42, 0.62), (0.0, 0.66)]
    sketch.patch(roof, (112, 98, 100), 0.35, shade=lit_top, grain=62, edge=1.1, strokes=28)
    courses(sketch, [(-0.03, 0.35), (0.52, 0.32), (0.42, 0.61), (0.0, 0.65)], 8, (66, 62, 68))
    for x in (0.07, 0.22, 0.37):
        lancet = [(x, 0.08), (x, 0.22), (x + 0.035, 0.27), (x + 0.07, 0.22), (x + 0.07, 0.08)]
        sketch.patch(curve(lancet, steps=3), (46, 46, 50), 0.3, strokes=5, edge=0.7)
        buttress = [(x + 0.1, 0.0), (x + 0.135, 0.0), (x + 0.13, 0.24), (x + 0.105, 0.28)]
        sketch.patch(buttress, (206, 188, 152), 0.3, strokes=5, edge=0.7)


def _tower_walls(sketch: Sketch) -> None:
    """Lit and shaded wall, buttresses and string courses."""
    sketch.patch(box(-0.36, 0.0, 0.0, 0.86), (194, 174, 138), 0.42, edge=1.2, strokes=40)
    sketch.patch([(-0.1, 0), (0.0, 0), (0.0, 0.86), (-0.1, 0.86)], (128, 112, 92), 0.2, edge=0.5, strokes=12)
    for x, w in ((-0.4, 0.05), (-0.05, 0.06)):
        sketch.patch([(x, 0), (x + w, 0), (x + w, 0.5), (x + 0.3 * w, 0.58), (x, 0.5)], (170, 150, 118), 0.4, strokes=8)
    for y in (0.3, 0.56, 0.84):
        sketch.patch(box(-0.38, y, 0.015, y + 0.025), (216, 200, 164), 0.3, strokes=6, edge=0.8)


def _tower_openings(sketch: Sketch) -> None:
    """Two storeys of windows, the door and the clock."""
    for x in (-0.3, -0.19):
        for y, h in ((0.62, 0.15), (0.37, 0.12)):
            lancet = [(x, y), (x, y + h * 0.7), (x + 0.035, y + h), (x + 0.07, y + h * 0.7), (x + 0.07, y)]
            sketch.patch(curve(lancet, steps=3), (44, 40, 40), 0.3, strokes=5, edge=0.7)
    door = [(-0.26, 0.0), (-0.26, 0.14), (-0.2, 0.2), (-0.14, 0.14), (-0.14, 0.0)]
    sketch.patch(curve(door, steps=3), (58, 40, 30), 0.3, strokes=6)
    sketch.patch(oval(-0.2, 0.26, 0.032, 0.032), (222, 206, 160), 0.2, strokes=4)


def _spire(sketch: Sketch) -> None:
    """Lit and shaded slate, the cross and the weathercock."""
    spire = [(-0.4, 0.86), (0.04, 0.86), (-0.1, 1.0), (-0.145, 1.42), (-0.19, 1.58), (-0.225, 1.42), (-0.26, 1.0)]
    sketch.patch(spire, SLATE, 0.5, edge=1.2, strokes=36)
    shaded = [(-0.12, 0.88), (0.03, 0.87), (-0.11, 1.0), (-0.16, 1.42), (-0.185, 1.55)]
    sketch.patch(shaded, (60, 66, 76), 0.2, edge=0.3, strokes=10)
    sketch.line([(-0.19, 1.55), (-0.19, 1.72)], 0.012, DARK, 0.8)
    sketch.line([(-0.225, 1.65), (-0.155, 1.65)], 0.011, DARK, 0.8)
    cock = [(-0.22, 1.72), (-0.16, 1.72), (-0.14, 1.77), (-0.19, 1.75), (-0.23, 1.78)]
    sketch.patch(cock, (196, 160, 70), 0.2, strokes=3)
