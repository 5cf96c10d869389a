"""Motifs of animals, and what they draw and carry: rider, cart, cow, birds."""

from __future__ import annotations

import numpy as np

from explorer.demo.motifs_people import BROWN, DARK, FLESH, LINEN, RED, Body, Dress, Posture, figure
from explorer.demo.sketch import Colour, Point, Sketch, box, curve, limb, lit_top, oval, scaled

HORSE = [
    (0.0, 0.66), (0.015, 0.72), (0.07, 0.82), (0.12, 0.9), (0.14, 0.965), (0.165, 0.91), (0.25, 0.84), (0.34, 0.715),
    (0.5, 0.66), (0.66, 0.69), (0.76, 0.64), (0.79, 0.52), (0.74, 0.42), (0.62, 0.37), (0.46, 0.35), (0.34, 0.385),
    (0.275, 0.48), (0.235, 0.6), (0.17, 0.68), (0.12, 0.68), (0.05, 0.62),
]  # fmt: skip
MANE = [
    (0.15, 0.93), (0.26, 0.86), (0.36, 0.73), (0.31, 0.66), (0.27, 0.72), (0.24, 0.71), (0.21, 0.79), (0.17, 0.8),
]  # fmt: skip
HORSE_FAR_LEGS = (
    [(0.36, 0.46), (0.3, 0.26), (0.345, 0.15), (0.31, 0.01)], [(0.68, 0.48), (0.63, 0.28), (0.69, 0.17), (0.66, 0.01)],
)  # fmt: skip
HORSE_NEAR_LEGS = (
    [(0.37, 0.5), (0.4, 0.28), (0.375, 0.17), (0.4, 0.0)], [(0.7, 0.54), (0.755, 0.3), (0.725, 0.18), (0.76, 0.0)],
)  # fmt: skip
COW = [
    (0.02, 0.36), (0.0, 0.42), (0.05, 0.56), (0.12, 0.63), (0.22, 0.615), (0.32, 0.635), (0.55, 0.605), (0.78, 0.63),
    (0.9, 0.6), (0.935, 0.48), (0.9, 0.34), (0.78, 0.26), (0.6, 0.22), (0.4, 0.23), (0.28, 0.28), (0.22, 0.38),
    (0.16, 0.46), (0.1, 0.38), (0.06, 0.34),
]  # fmt: skip
COW_FAR_LEGS = ([(0.3, 0.34), (0.29, 0.17), (0.28, 0.0)], [(0.74, 0.34), (0.73, 0.18), (0.72, 0.0)])
COW_NEAR_LEGS = ([(0.36, 0.34), (0.37, 0.17), (0.38, 0.0)], [(0.82, 0.38), (0.845, 0.2), (0.83, 0.0)])
HIDE, HIDE_SHADOW, HIDE_SPOT = (158, 92, 58), (104, 60, 40), (226, 212, 184)
WINGS = (
    [(0.02, 0.03), (-0.16, 0.22), (-0.38, 0.3), (-0.5, 0.22), (-0.34, 0.17), (-0.3, 0.1), (-0.2, 0.08), (-0.1, -0.03)],
    [(0.0, 0.03), (0.14, 0.26), (0.34, 0.38), (0.48, 0.34), (0.34, 0.24), (0.32, 0.16), (0.22, 0.1), (0.14, -0.03)],
)
BIRD = [
    (-0.22, -0.04), (-0.13, 0.03), (0.02, 0.06), (0.16, 0.0), (0.3, -0.05), (0.26, -0.12), (0.1, -0.09), (-0.1, -0.08),
]  # fmt: skip


def horse(sketch: Sketch, foot: Point, size: float, colour: Colour, side: int = 1) -> None:
    """A stout Flemish horse; with ``side`` 1 it looks to the left. ``size`` is its length."""
    body = Body(sketch, foot, size, side)
    far = scaled(colour, 0.66)
    for leg in HORSE_FAR_LEGS:
        body.patch(limb(leg, 0.12, 0.065, 0.045, 0.05), far, strokes=8)
    body.patch(limb([(0.77, 0.62), (0.85, 0.5), (0.84, 0.28), (0.87, 0.2)], 0.03, 0.07, 0.06, 0.01), far, grain=80)
    body.patch(curve(HORSE, steps=4), colour, light=0.7, shade=lit_top, grain=15, strokes=36, edge=1.1)
    for leg in HORSE_NEAR_LEGS:
        body.patch(limb(leg, 0.15, 0.07, 0.05, 0.055), colour, strokes=10, light=0.5, edge=0.9)
    for x in (0.31, 0.4, 0.66, 0.76):
        body.patch(box(x - 0.03, -0.01, x + 0.03, 0.03), DARK, strokes=2, edge=0.4)
    body.patch(curve(MANE, steps=3), far, grain=-50, strokes=10)
    body.patch(oval(0.1, 0.8, 0.013, 0.013), DARK, strokes=2, edge=0.3)
    body.line([(0.02, 0.7), (0.1, 0.71), (0.15, 0.84)], 0.014, (90, 40, 28), 0.5)
    body.line([(0.1, 0.71), (0.3, 0.66), (0.45, 0.7)], 0.012, (90, 40, 28), 0.4)


def rider(sketch: Sketch) -> None:
    """A gentleman riding to the left, red cloak flying, feather in his hat."""
    horse(sketch, (-0.42, 0.0), 1.0, (172, 150, 124))
    body = Body(sketch, (0.0, 0.42), 0.84)
    _rider_body(body)
    _rider_head(body)


def _rider_body(body: Body) -> None:
    """Saddle, cloak, leg, coat and arm."""
    saddle = curve([(-0.07, 0.28), (0.16, 0.3), (0.2, 0.2), (0.1, 0.1), (-0.06, 0.14)], steps=4)
    body.patch(saddle, (96, 44, 36), strokes=8)
    cloak = [(0.02, 0.78), (0.16, 0.7), (0.38, 0.62), (0.5, 0.5), (0.36, 0.42), (0.2, 0.38), (0.08, 0.36)]
    body.patch(curve(cloak, steps=4), RED, strokes=24, grain=-30, dyed=True, light=0.6)
    leg = limb([(0.05, 0.34), (-0.09, 0.22), (-0.04, 0.04), (-0.06, -0.12)], 0.16, 0.13, 0.08, 0.06)
    body.patch(leg, (60, 54, 50), strokes=10)
    body.patch([(-0.03, -0.15), (-0.16, -0.14), (-0.1, -0.08), (-0.03, -0.06)], DARK, strokes=3)
    coat = [(-0.06, 0.3), (0.12, 0.32), (0.13, 0.6), (0.06, 0.72), (-0.03, 0.72), (-0.08, 0.58)]
    body.patch(curve(coat, steps=3), (70, 92, 96), strokes=16)
    body.patch(limb([(0.03, 0.66), (-0.06, 0.5), (-0.2, 0.46)], 0.11, 0.09, 0.06), (86, 108, 110), strokes=8)
    body.patch(oval(-0.21, 0.46, 0.03, 0.03), FLESH, edge=0.5, strokes=3)


def _rider_head(body: Body) -> None:
    """Collar, face, beard, hat and feather."""
    body.patch(oval(0.02, 0.74, 0.075, 0.03), LINEN, light=0.2, strokes=4)
    body.patch(oval(0.0, 0.82, 0.058, 0.07), FLESH, strokes=6)
    body.patch(limb([(-0.02, 0.77), (-0.03, 0.74)], 0.05, 0.02), (110, 70, 40), strokes=3, edge=0.4)
    hat = [(-0.12, 0.87), (0.12, 0.86), (0.06, 0.9), (0.05, 0.98), (-0.05, 0.98), (-0.05, 0.9)]
    body.patch(curve(hat, steps=3), DARK, strokes=6)
    feather = [(0.04, 0.93), (0.1, 1.02), (0.2, 1.02), (0.24, 0.95), (0.15, 0.97), (0.08, 0.92)]
    body.patch(curve(feather, steps=3), LINEN, light=0.3, strokes=6, edge=0.6)


def cart(sketch: Sketch) -> None:
    """A covered cart: a horse to the left, hooped linen tilt, spoked wheels, a driver, a carter walking beside."""
    _wheel(sketch, 0.33, 0.13, 0.11)
    horse(sketch, (-0.52, 0.0), 0.46, (126, 84, 56))
    _cart_bed(sketch)
    _cart_tilt(sketch)
    figure(sketch, (-0.07, 0.25), 0.26, Dress((150, 62, 46), BROWN, DARK),
           Posture(hands=((-0.1, 0.55), (0.3, 0.5)), side=-1))  # fmt: skip
    sketch.patch(box(-0.11, 0.22, 0.0, 0.3), (128, 94, 62), 0.3, strokes=6)
    _wheel(sketch, 0.12, 0.12, 0.125)
    _wheel(sketch, 0.39, 0.12, 0.125)
    figure(sketch, (-0.12, -0.02), 0.33, Dress((92, 104, 110), (172, 150, 110), (120, 76, 48)),
           Posture(hands=((-0.1, 0.5), (0.2, 0.72)), feet=((-0.12, 0.0), (0.14, 0.0)), side=-1))  # fmt: skip
    sketch.line([(-0.19, 0.22), (-0.3, 0.46)], 0.008, DARK, 0.6)


def _wheel(sketch: Sketch, x: float, y: float, r: float) -> None:
    sketch.patch(oval(x, y, r, r), (88, 62, 42), 0.3, strokes=12, edge=1.0)
    sketch.patch(oval(x, y, r * 0.8, r * 0.8), (150, 120, 82), 0.2, strokes=10, edge=0.7)
    for a in np.linspace(0, np.pi, 5, endpoint=False) + 0.2:
        d = np.array([np.cos(a), np.sin(a)]) * r * 0.85
        sketch.line([(x - d[0], y - d[1]), (x + d[0], y + d[1])], 0.016, (70, 48, 32), 0.7)
    sketch.patch(oval(x, y, r * 0.2, r * 0.2), (80, 56, 38), 0.4, strokes=4)


def _cart_bed(sketch: Sketch) -> None:
    """Shaft, and planked sides."""
    sketch.patch(limb([(-0.36, 0.19), (-0.14, 0.2), (0.02, 0.2)], 0.018, 0.02), (96, 70, 46), 0.3, strokes=4)
    sketch.patch([(-0.08, 0.17), (0.44, 0.17), (0.47, 0.28), (-0.11, 0.28)], (128, 94, 62), 0.4, grain=0, strokes=20)
    for x0, y, x1 in ((-0.1, 0.245, 0.46), (-0.09, 0.205, 0.45)):
        sketch.line([(x0, y), (x1, y)], 0.008, (76, 54, 36), 0.5)
    for x in np.linspace(-0.07, 0.42, 7):
        sketch.line([(x, 0.18), (x, 0.29)], 0.012, (84, 60, 40), 0.6)


def _cart_tilt(sketch: Sketch) -> None:
    """The linen cover, its hoops, and its dark opening to the front."""
    tilt = [
        (-0.1, 0.28), (-0.13, 0.42), (-0.09, 0.54), (0.1, 0.57), (0.32, 0.56), (0.46, 0.5), (0.49, 0.38), (0.46, 0.28),
    ]  # fmt: skip
    sketch.patch(curve(tilt, steps=4), (222, 206, 166), 0.45, shade=lit_top, grain=80, strokes=40, edge=1.2, dyed=True)
    for x in (0.03, 0.17, 0.31):
        sketch.line(curve([(x, 0.29), (x - 0.015, 0.42), (x + 0.01, 0.56)], closed=False), 0.01, (164, 142, 104), 0.6)
    opening = [(-0.1, 0.29), (-0.13, 0.42), (-0.09, 0.53), (-0.03, 0.5), (-0.02, 0.38), (-0.04, 0.29)]
    sketch.patch(curve(opening, steps=4), (64, 48, 36), 0.3, strokes=10)


def cow(sketch: Sketch) -> None:
    """A red-and-white cow, head turned low to the left."""
    body = Body(sketch, (-0.46, 0.0), 1.0)
    for leg in COW_FAR_LEGS:
        body.patch(limb(leg, 0.12, 0.065, 0.05), HIDE_SHADOW)
    body.patch(limb([(0.9, 0.58), (0.945, 0.42), (0.93, 0.2)], 0.03, 0.025, 0.035), HIDE_SHADOW, strokes=5)
    body.patch(curve(COW, steps=4), HIDE, light=0.6, shade=lit_top, grain=10, strokes=44, edge=1.2, dyed=True)
    _cow_spots(body)
    for leg in COW_NEAR_LEGS:
        body.patch(limb(leg, 0.14, 0.075, 0.055), HIDE, edge=0.9, dyed=True)
    for x in (0.28, 0.38, 0.72, 0.83):
        body.patch(box(x - 0.035, -0.01, x + 0.03, 0.03), DARK, strokes=2, edge=0.4)
    udder = curve([(0.62, 0.24), (0.74, 0.26), (0.72, 0.19), (0.65, 0.18)], steps=4)
    body.patch(udder, (222, 176, 150), strokes=4, edge=0.6)
    _cow_head(body)


def _cow_spots(body: Body) -> None:
    """White on flank, rump and muzzle."""
    flank = [(0.42, 0.62), (0.6, 0.61), (0.66, 0.48), (0.58, 0.32), (0.46, 0.3), (0.4, 0.45)]
    body.patch(curve(flank, steps=4), HIDE_SPOT, light=0.35, shade=lit_top, strokes=14, edge=0.3)
    rump = [(0.84, 0.6), (0.92, 0.58), (0.92, 0.46), (0.84, 0.44)]
    body.patch(curve(rump, steps=4), HIDE_SPOT, light=0.3, strokes=6, edge=0.3)
    muzzle = [(0.02, 0.37), (0.035, 0.48), (0.075, 0.57), (0.1, 0.52), (0.08, 0.38)]
    body.patch(curve(muzzle, steps=3), HIDE_SPOT, light=0.3, strokes=6, edge=0.4)


def _cow_head(body: Body) -> None:
    """Horns, ear, eye and nose."""
    for tip in ((0.02, 0.74), (0.17, 0.76)):
        body.patch(limb([(0.1, 0.62), ((0.1 + tip[0]) / 2, 0.66), tip], 0.03, 0.022, 0.008), LINEN, strokes=3, edge=0.8)
    body.patch(curve([(0.14, 0.6), (0.22, 0.63), (0.25, 0.58), (0.17, 0.56)], steps=3), HIDE_SHADOW, strokes=4)
    body.patch(oval(0.065, 0.51, 0.014, 0.014), DARK, strokes=2, edge=0.3)
    body.patch(oval(0.035, 0.375, 0.03, 0.028), (196, 150, 130), strokes=3, edge=0.6)


def birds(sketch: Sketch) -> None:
    """Five crows wheeling, the largest in front."""
    _bird(sketch, (-0.3, 0.16), 0.36, 12)
    _bird(sketch, (0.08, 0.34), 0.3, -14)
    _bird(sketch, (0.3, 0.12), 0.26, 20)
    _bird(sketch, (-0.06, 0.0), 0.2, -4)
    _bird(sketch, (0.4, 0.4), 0.16, 8)


def _bird(sketch: Sketch, centre: Point, size: float, bank: float) -> None:
    """A crow of a wing span of about ``size``, banking by degrees."""
    turn = np.radians(bank)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    for wing in WINGS:
        outline = np.array(centre) + size * curve(wing, steps=3) @ rotation
        sketch.patch(outline, (54, 48, 46), 0.5, shade=lit_top, strokes=6, edge=0.8)
    outline = np.array(centre) + size * curve(BIRD, steps=3) @ rotation
    sketch.patch(outline, (40, 36, 36), 0.5, shade=lit_top, strokes=6, edge=0.8)
