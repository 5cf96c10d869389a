"""Motifs of dwellings and what is built near them: house, cottage, bridge, well."""

from __future__ import annotations

import numpy as np

from explorer.demo.motifs_buildings import PLASTER, STONE, THATCH, TILE, TIMBER, courses, window
from explorer.demo.sketch import Sketch, box, curve, limb, lit_top, oval

BEAM = (86, 60, 40)
THATCH_OUTLINE = [
    (-0.5, 0.2), (-0.45, 0.24), (-0.3, 0.25), (0.0, 0.235), (0.3, 0.25), (0.46, 0.23), (0.5, 0.2), (0.44, 0.4),
    (0.36, 0.58), (0.2, 0.62), (-0.1, 0.64), (-0.3, 0.62), (-0.42, 0.44),
]  # fmt: skip
RIDGE_OUTLINE = [
    (-0.33, 0.6), (-0.1, 0.62), (0.2, 0.6), (0.38, 0.56), (0.36, 0.61), (0.2, 0.65), (-0.1, 0.67), (-0.31, 0.64),
]  # fmt: skip
COPING = (
    (-0.06, 0.58), (0.0, 0.58), (-0.12, 0.82), (-0.06, 0.7), (-0.38, 0.7), (-0.44, 0.58), (-0.32, 0.82), (-0.26, 0.94),
)  # fmt: skip
ARCHES = ((0.29, 0.105, 0.13), (0.0, 0.125, 0.165), (-0.29, 0.105, 0.13))
"""Centre, half width and height of each arch of the bridge."""


def house(sketch: Sketch) -> None:
    """A brick house with a stepped gable to the street and a tiled roof behind."""
    _house_wing(sketch)
    _house_gable(sketch)
    _house_openings(sketch)


def _house_wing(sketch: Sketch) -> None:
    """Side wall, roof, chimney and dormer."""
    sketch.patch([(0.05, 0.0), (0.5, 0.04), (0.5, 0.44), (0.05, 0.46)], (150, 88, 62), 0.25, strokes=24)
    roof = [(0.0, 0.45), (0.54, 0.42), (0.4, 0.86), (-0.14, 0.92)]
    sketch.patch(roof, TILE, 0.35, shade=lit_top, grain=66, edge=1.2, strokes=36, dyed=True)
    courses(sketch, [(0.02, 0.46), (0.53, 0.43), (0.4, 0.85), (-0.12, 0.9)], 9, (104, 48, 36))
    sketch.patch(box(0.26, 0.78, 0.36, 1.08), (142, 82, 60), 0.4, strokes=8)
    sketch.patch(box(0.24, 1.05, 0.38, 1.1), (196, 176, 140), 0.3, strokes=4)
    sketch.patch([(0.2, 0.56), (0.3, 0.55), (0.3, 0.68), (0.25, 0.76), (0.2, 0.69)], (190, 172, 134), 0.3, strokes=6)
    window(sketch, 0.225, 0.58, 0.05, 0.07)


def _house_gable(sketch: Sketch) -> None:
    """The stepped front, its brick courses and its coping stones."""
    steps = [(-0.44, 0.0), (0.06, 0.0), (0.06, 0.58)]
    level = 0.58
    for x in (0.0, -0.06, -0.12):
        steps += [(x, level), (x, level + 0.12)]
        level += 0.12
    steps += [(-0.26, level)]
    for x in (-0.26, -0.32, -0.38):
        steps += [(x, level - 0.12), (x - 0.06, level - 0.12)]
        level -= 0.12
    sketch.patch(steps, (186, 110, 78), 0.36, edge=1.3, strokes=60)
    for y in np.linspace(0.05, 0.86, 17):
        half = 0.22 if y < 0.58 else 0.22 - 0.5 * (y - 0.58)
        sketch.line([(-0.19 - half, y), (-0.19 + half * sketch.rng.uniform(0.3, 1), y)], 0.004, (140, 76, 54), 0.22)
    for x, y in COPING:
        width = 0.14 if y > 0.9 else 0.06
        sketch.patch(box(x - 0.005, y - 0.008, x + width + 0.005, y + 0.02), (222, 204, 166), 0.2, strokes=3, edge=0.6)


def _house_openings(sketch: Sketch) -> None:
    """Windows with shutters, and the arched door."""
    for x in (-0.37, -0.12):
        window(sketch, x, 0.38, 0.11, 0.13)
        sketch.patch(box(x - 0.045, 0.37, x - 0.01, 0.52), (84, 100, 78), 0.3, strokes=4, edge=0.6, dyed=True)
    window(sketch, -0.24, 0.64, 0.1, 0.12)
    window(sketch, -0.36, 0.12, 0.12, 0.15)
    frame = [(-0.12, 0.0), (-0.12, 0.22), (-0.065, 0.29), (-0.01, 0.22), (-0.01, 0.0)]
    sketch.patch(curve(frame, steps=3), (214, 196, 158), 0.2, strokes=6)
    door = [(-0.105, 0.0), (-0.105, 0.21), (-0.065, 0.27), (-0.025, 0.21), (-0.025, 0.0)]
    sketch.patch(curve(door, steps=3), (66, 44, 30), 0.3, strokes=6)
    window(sketch, 0.14, 0.18, 0.1, 0.13)
    window(sketch, 0.34, 0.18, 0.09, 0.13)


def cottage(sketch: Sketch) -> None:
    """A timber-framed cottage under a heavy thatch, leaning a little with age."""
    _cottage_walls(sketch)
    _cottage_thatch(sketch)


def _cottage_walls(sketch: Sketch) -> None:
    """Plaster, timbers, door, windows and chimney."""
    sketch.patch([(-0.4, 0.0), (0.42, 0.0), (0.4, 0.28), (-0.4, 0.28)], PLASTER, 0.3, edge=1.1, strokes=30)
    for x in (-0.4, -0.22, -0.04, 0.14, 0.3, 0.41):
        sketch.patch(limb([(x, 0), (x + 0.01, 0.28)], 0.022, 0.02), (82, 58, 38), 0.3, strokes=3, edge=0.6)
    sketch.line([(-0.4, 0.14), (0.41, 0.13)], 0.02, BEAM, 0.8)
    sketch.line([(-0.4, 0.0), (-0.22, 0.14)], 0.017, BEAM, 0.8)
    sketch.line([(0.14, 0.14), (0.3, 0.0)], 0.017, BEAM, 0.8)
    sketch.patch(box(-0.19, 0.0, -0.07, 0.22), (56, 40, 28), 0.4, strokes=7)
    sketch.patch(box(-0.19, 0.0, -0.08, 0.1), (126, 90, 58), 0.3, strokes=6, dyed=True)
    for x in (0.03, -0.34, 0.19):
        window(sketch, x, 0.15, 0.08, 0.08)
    sketch.patch(box(0.16, 0.5, 0.25, 0.74), (150, 96, 74), 0.4, strokes=8)


def _cottage_thatch(sketch: Sketch) -> None:
    """The roof, its stalks, its eaves and its ridge."""
    thatch = curve(THATCH_OUTLINE, steps=4)
    sketch.patch(thatch, THATCH, 0.5, shade=lit_top, grain=80, edge=1.3, strokes=110)
    for x in sketch.rng.uniform(-0.42, 0.42, 46):
        y = sketch.rng.uniform(0.28, 0.52)
        lean = 0.12 * x
        sketch.line([(x, y), (x - lean, y + 0.09)], 0.006, (104, 78, 42), 0.3)
    for x in np.linspace(-0.44, 0.45, 26):
        sketch.line([(x, 0.25), (x + 0.006, 0.215)], 0.008, (110, 84, 46), 0.5)
    sketch.patch(curve(RIDGE_OUTLINE, steps=3), (120, 112, 62), 0.4, shade=lit_top, grain=0, strokes=16)


def bridge(sketch: Sketch) -> None:
    """A stone bridge of three arches; the arches are holes, so the water runs through."""
    _bridge_arches(sketch)
    _bridge_parapet(sketch)
    for x in (-0.145, 0.145):
        pier = [(x - 0.04, -0.03), (x + 0.04, -0.03), (x + 0.025, 0.12), (x, 0.15), (x - 0.025, 0.12)]
        sketch.patch(pier, (188, 172, 142), 0.45, strokes=10)


def _bridge_arches(sketch: Sketch) -> None:
    """The shaded insides of the arches, the wall around them, and the wedge stones."""
    outline = [(-0.5, -0.02), (-0.5, 0.15), (-0.25, 0.21), (0.0, 0.235), (0.25, 0.21), (0.5, 0.15), (0.5, -0.02)]
    angles = np.linspace(0, np.pi, 12)
    for centre, half, top in ARCHES:
        outer = _arch(centre, half, top)
        inner = list(zip(centre + 0.03 + (half * 0.86) * np.cos(angles), -0.02 + (top - 0.01) * np.sin(angles),
                         strict=True))  # fmt: skip
        sketch.patch(outer + inner[::-1], (84, 74, 62), 0.3, strokes=8, edge=0.6)
    for arch in ARCHES:
        outline += _arch(*arch)
    sketch.patch(outline, STONE, 0.3, shade=lit_top, grain=5, edge=1.2, strokes=60)
    for centre, half, top in ARCHES:
        for angle in np.linspace(0.1, np.pi - 0.1, 13):
            radius = np.array([np.cos(angle) * half, (top + 0.02) * np.sin(angle)])
            start = np.array([centre, -0.02]) + radius * 1.02
            sketch.line([start, start + radius * 0.14], 0.006, (110, 98, 80), 0.45)


def _arch(centre: float, half: float, top: float) -> list[tuple[float, float]]:
    """The edge of an arch from right to left."""
    angles = np.linspace(0, np.pi, 12)
    return list(zip(centre + half * np.cos(angles), -0.02 + (top + 0.02) * np.sin(angles), strict=True))


def _bridge_parapet(sketch: Sketch) -> None:
    parapet = [
        (-0.51, 0.15), (-0.25, 0.21), (0.0, 0.235), (0.25, 0.21), (0.51, 0.15), (0.51, 0.18), (0.25, 0.245),
        (0.0, 0.27), (-0.25, 0.245), (-0.51, 0.18),
    ]  # fmt: skip
    sketch.patch(curve(parapet, steps=4), (202, 188, 158), 0.3, shade=lit_top, grain=0, strokes=30)
    for x in np.linspace(-0.47, 0.47, 24):
        y = 0.155 + 0.085 * (1 - (2 * x) ** 2)
        sketch.line([(x, y), (x, y + 0.028)], 0.005, (120, 106, 86), 0.4)


def well(sketch: Sketch) -> None:
    """A draw-well with its sweep: forked post, long counterweighted pole, bucket on a rod."""
    _well_sweep(sketch)
    _well_ring(sketch)


def _well_sweep(sketch: Sketch) -> None:
    """Post, fork, pole with its counterweight, rod and bucket."""
    sketch.patch(limb([(0.2, 0.0), (0.2, 0.4), (0.21, 0.74)], 0.06, 0.05, 0.045), TIMBER, 0.5, strokes=10)
    sketch.patch(limb([(0.2, 0.6), (0.17, 0.74), (0.14, 0.82)], 0.035, 0.025), TIMBER, 0.4, strokes=5)
    sketch.patch(limb([(0.21, 0.6), (0.25, 0.72), (0.27, 0.8)], 0.035, 0.025), TIMBER, 0.4, strokes=5)
    pole = limb([(0.52, 0.42), (0.2, 0.73), (-0.32, 1.12)], 0.05, 0.038, 0.02)
    sketch.patch(pole, (122, 92, 62), 0.3, strokes=12, edge=1.2)
    weight = [(0.44, 0.44), (0.5, 0.5), (0.57, 0.42), (0.56, 0.32), (0.48, 0.32)]
    sketch.patch(curve(weight, steps=4), (134, 122, 104), 0.5, strokes=10)
    sketch.line([(-0.3, 1.1), (-0.29, 0.5)], 0.012, (70, 54, 38), 0.8)
    sketch.patch([(-0.34, 0.36), (-0.24, 0.36), (-0.225, 0.5), (-0.355, 0.5)], (130, 94, 58), 0.5, strokes=8, dyed=True)
    sketch.line([(-0.345, 0.46), (-0.235, 0.46)], 0.012, (60, 46, 34), 0.6)


def _well_ring(sketch: Sketch) -> None:
    """The mouth, the wall with its courses of stone, and the rim."""
    sketch.patch(oval(-0.26, 0.24, 0.2, 0.055), (62, 54, 46), 0.3, strokes=10)
    ring = curve([(-0.46, 0.24), (-0.26, 0.185), (-0.06, 0.24), (-0.07, 0.03), (-0.26, -0.03), (-0.45, 0.03)], steps=4)
    sketch.patch(ring, (176, 160, 132), 0.5, grain=0, strokes=30, edge=1.2)
    for y, shift in ((0.05, 0.0), (0.11, 0.04), (0.17, 0.0)):
        course = curve([(-0.45, y + 0.03), (-0.26, y - 0.025), (-0.07, y + 0.03)], closed=False)
        sketch.line(course, 0.008, (112, 98, 78), 0.5)
        for x in np.arange(-0.4 + shift, -0.08, 0.08):
            sketch.line([(x, y - 0.01), (x, y + 0.035)], 0.007, (112, 98, 78), 0.45)
    rim = [(-0.48, 0.25), (-0.26, 0.19), (-0.04, 0.25), (-0.06, 0.21), (-0.26, 0.15), (-0.46, 0.21)]
    sketch.patch(curve(rim, steps=4), (206, 190, 158), 0.3, grain=0, strokes=12)
