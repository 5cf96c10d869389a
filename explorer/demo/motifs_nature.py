"""Motifs of trees and of the sailing boat; the oak's foliage and the bare tree's branches grow by random numbers."""

from __future__ import annotations

import numpy as np

from explorer.demo.motifs_people import Dress, Posture, figure
from explorer.demo.sketch import Colour, Point, Sketch, curve, limb, lit_top

BARK = (92, 70, 50)
SPAR, ROPE = (84, 60, 40), (70, 52, 38)
OAK_TRUNK = [
    (-0.13, -0.02), (-0.06, 0.12), (-0.05, 0.4), (0.0, 0.66), (0.08, 0.68), (0.05, 0.42), (0.06, 0.14), (0.15, -0.02),
    (0.02, 0.03),
]  # fmt: skip
OAK_BOUGHS = (
    ([(0.0, 0.5), (-0.12, 0.7), (-0.26, 0.86)], (0.06, 0.045, 0.02)),
    ([(0.04, 0.58), (0.14, 0.8), (0.24, 1.0)], (0.06, 0.04, 0.02)),
    ([(0.03, 0.62), (0.0, 0.9), (0.02, 1.15)], (0.06, 0.045, 0.02)),
    ([(0.03, 0.42), (0.18, 0.55), (0.34, 0.62)], (0.045, 0.03, 0.015)),
)
OAK_CLUMPS = (
    (0.3, 0.66, 0.15, 0.075), (-0.3, 0.74, 0.17, 0.1), (0.1, 0.78, 0.2, 0.1), (0.36, 0.86, 0.15, 0.1),
    (-0.12, 0.9, 0.18, 0.12), (-0.36, 0.93, 0.14, 0.09), (0.2, 1.0, 0.18, 0.11), (-0.22, 1.08, 0.17, 0.11),
    (0.02, 1.14, 0.2, 0.12), (0.33, 1.12, 0.13, 0.09), (0.14, 1.28, 0.15, 0.09), (-0.1, 1.3, 0.13, 0.08),
)  # fmt: skip
BARE_TRUNK = [
    (-0.09, -0.02), (-0.05, 0.1), (-0.045, 0.3), (-0.06, 0.4), (0.05, 0.42), (0.045, 0.28), (0.05, 0.1), (0.1, -0.02),
    (0.0, 0.02),
]  # fmt: skip
MAINSAIL = [
    (0.03, 0.22), (0.025, 0.6), (0.03, 0.92), (0.2, 0.98), (0.44, 1.0), (0.43, 0.75), (0.4, 0.5), (0.36, 0.24),
    (0.2, 0.2),
]  # fmt: skip
HULL = [
    (-0.5, 0.24), (-0.36, 0.16), (0.0, 0.12), (0.36, 0.16), (0.5, 0.26), (0.48, 0.1), (0.4, 0.0), (0.1, -0.035),
    (-0.3, -0.02), (-0.43, 0.06),
]  # fmt: skip


def foliage(sketch: Sketch, centre: Point, radius: Point, count: int, colour: Colour) -> None:
    """A clump of leaves, dark first and light last, lit from the upper left; every dab a small leaf.

    ``radius``: half axes of the clump.
    """
    rng = sketch.rng
    reach = np.sqrt(rng.random(count))
    angle = rng.uniform(0, 2 * np.pi, count)
    around = np.stack([np.cos(angle), np.sin(angle)], 1) * reach[:, None]
    lit = np.clip(0.5 - 0.34 * around[:, 0] + 0.5 * around[:, 1] + rng.normal(0, 0.16, count), 0, 1)
    order = np.argsort(lit, kind="stable")
    around, lit = around[order], lit[order]
    position = np.array(centre) + around * np.array(radius)
    size = min(radius) * rng.uniform(0.09, 0.17, count)
    turn = rng.normal(-0.6, 0.7, count) + np.arctan2(around[:, 1], around[:, 0]) * 0.3
    leaf = np.array([(-1, 0), (-0.4, 0.42), (0.4, 0.36), (1, 0), (0.3, -0.4), (-0.5, -0.36)])
    c, s = np.cos(turn), np.sin(turn)
    rotation = np.stack([np.stack([c, s], 1), np.stack([-s, c], 1)], 1)
    shapes = position[:, None] + (leaf @ rotation) * size[:, None, None]
    tone = 0.42 + 0.95 * lit**1.6
    colours = np.array(colour) * tone[:, None] + rng.normal(0, 6, (count, 3)) + (lit[:, None] ** 3) * [46, 38, 4]
    pen = np.where(rng.random(count) < 0.3, 0.35 + 0.4 * (1 - lit), 0.0)
    sketch.dabs(shapes, colours, pen, grain=40)


def branch(sketch: Sketch, start: np.ndarray, degrees: float, length: float, width: float) -> None:
    """A bough from ``start (2,)`` in the direction ``degrees``, and the thinner ones that grow from it."""
    rng = sketch.rng
    along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    bend = rng.normal(0, 0.13) * length * along[::-1] * [-1, 1]
    end = start + along * length
    middle = start + along * length * 0.5 + bend
    if width > 0.006:
        bough = limb([start, middle, end], width, width * 0.8, width * 0.62)
        sketch.patch(bough, BARK, 0.5, strokes=6, edge=0.8, grain=degrees)
    else:
        sketch.line([start, middle, end], max(width, 0.0035), (74, 56, 42), 0.7)
    if length < 0.07:
        return
    for spread in (rng.uniform(18, 38), -rng.uniform(16, 36)):
        turned = degrees + spread + 0.08 * (90 - degrees)
        branch(sketch, end, turned, length * rng.uniform(0.66, 0.82), width * 0.6)
    if rng.random() < 0.55:
        branch(sketch, middle, degrees + rng.choice([-1, 1]) * rng.uniform(35, 60), length * 0.5, width * 0.4)


def oak(sketch: Sketch) -> None:
    """The great oak that frames a view: a leaning trunk, boughs, and clumps of leaves."""
    sketch.patch(curve(OAK_TRUNK, steps=5), BARK, 0.6, strokes=50, edge=1.3)
    for path, widths in OAK_BOUGHS:
        sketch.patch(limb(path, *widths), BARK, 0.5, strokes=10, edge=0.9)
    for x in sketch.rng.uniform(-0.05, 0.06, 14):
        y = sketch.rng.uniform(0.05, 0.5)
        sketch.line([(x, y), (x * 0.9 + 0.01, y + 0.1)], 0.008, (54, 40, 28), 0.5)
    for x, y, rx, ry in OAK_CLUMPS:
        foliage(sketch, (x, y), (rx, ry), 150, (96, 104, 54))


def bare_tree(sketch: Sketch) -> None:
    """A leafless pollard, all twigs, such as winters are made of."""
    sketch.patch(curve(BARE_TRUNK, steps=5), BARK, 0.6, strokes=30, edge=1.2)
    for degrees, length in ((148, 0.24), (112, 0.3), (84, 0.32), (56, 0.29), (28, 0.22)):
        branch(sketch, np.array([0.0 + (90 - degrees) * 0.0006, 0.38]), degrees, length, 0.045)


def boat(sketch: Sketch) -> None:
    """A small trading boat under an ochre spritsail, two men aboard, red pennant."""
    _boat_rig(sketch)
    posture = Posture(hands=((-0.2, 0.6), (0.25, 0.62)))
    figure(sketch, (-0.22, 0.1), 0.24, Dress((78, 92, 112), (90, 70, 50), (150, 56, 42)), posture)
    figure(sketch, (0.32, 0.12), 0.25, Dress((150, 62, 46), (90, 70, 50), (60, 46, 36)), Posture(side=-1))
    _boat_hull(sketch)


def _boat_rig(sketch: Sketch) -> None:
    """Mast and sprit, mainsail and jib, stays and pennant."""
    sketch.line([(0.02, 0.1), (0.02, 1.1)], 0.022, SPAR, 1.0)
    sketch.line([(0.03, 0.22), (0.44, 1.0)], 0.015, SPAR, 0.9)
    sketch.patch(curve(MAINSAIL, steps=4), (214, 182, 124), 0.5, grain=75, strokes=50, edge=1.2, dyed=True)
    for x in (0.12, 0.22, 0.32):
        sketch.line(curve([(x, 0.24), (x + 0.03, 0.6), (x + 0.03, 0.96)], closed=False), 0.007, (160, 128, 80), 0.35)
    jib = curve([(0.0, 1.0), (-0.1, 0.62), (-0.4, 0.24), (-0.2, 0.26), (0.0, 0.24)], steps=4)
    sketch.patch(jib, (228, 206, 158), 0.45, grain=60, strokes=30, edge=1.1, dyed=True)
    sketch.line([(0.02, 1.05), (-0.46, 0.2)], 0.007, ROPE, 0.5)
    sketch.line([(0.02, 1.05), (0.5, 0.2)], 0.007, ROPE, 0.5)
    pennant = [(0.02, 1.1), (0.14, 1.13), (0.26, 1.08), (0.38, 1.12), (0.26, 1.05), (0.14, 1.07), (0.02, 1.05)]
    sketch.patch(curve(pennant, steps=4), (184, 56, 40), 0.3, strokes=8, edge=0.8)


def _boat_hull(sketch: Sketch) -> None:
    """Hull, its planks, gunwale and rudder."""
    sketch.patch(curve(HULL, steps=4), (112, 76, 48), 0.6, shade=lit_top, grain=2, strokes=40, edge=1.4)
    for drop in (0.045, 0.085, 0.12):
        plank = [
            (-0.46 + drop * 0.4, 0.24 - drop), (-0.3, 0.15 - drop * 0.8), (0.0, 0.12 - drop), (0.36, 0.16 - drop),
            (0.48, 0.25 - drop),
        ]  # fmt: skip
        sketch.line(curve(plank, closed=False), 0.009, (66, 44, 30), 0.5)
    gunwale = curve([(-0.5, 0.24), (-0.36, 0.16), (0.0, 0.12), (0.36, 0.16), (0.5, 0.26)], closed=False)
    sketch.line(gunwale, 0.018, (196, 158, 102), 0.7)
    sketch.patch(limb([(0.3, 0.18), (0.36, 0.04), (0.33, -0.02)], 0.03, 0.12, 0.1), (92, 62, 40), 0.4, strokes=8)
