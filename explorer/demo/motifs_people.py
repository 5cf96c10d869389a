"""Motifs of people: a small peasant figure in any pose and dress, and the dancers of a kermis.

Figures are also set into other motifs: the carter of the cart, the men in the boat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.demo.sketch import Colour, Point, Points, Shade, Sketch, curve, limb, lit_left, oval, scaled

FLESH = (214, 164, 128)
LINEN = (232, 222, 196)
RED = (178, 58, 42)
BLUE = (66, 88, 122)
OCHRE = (190, 144, 70)
BROWN = (104, 72, 48)
DARK = (46, 36, 30)


@dataclass(frozen=True, slots=True)
class Dress:
    """The colours of a figure's clothes, and whether it is a woman in skirt, apron and linen cap."""

    coat: Colour
    hose: Colour
    hat: Colour
    skirt: bool = False


@dataclass(frozen=True, slots=True)
class Posture:
    """Hands and feet, back or left before front or right, and how far the shoulders lean, in body heights from the
    foot; ``side`` 1 faces right, -1 left."""

    hands: tuple[Point, Point] = ((-0.17, 0.42), (0.18, 0.45))
    feet: tuple[Point, Point] = ((-0.08, 0.0), (0.09, 0.0))
    lean: float = 0.0
    side: int = 1


class Body:
    """Draws on a sketch in units of a body's height (or an animal's length), from its foot, in the design's units,
    and to its side: 1 right, -1 left."""

    def __init__(self, sketch: Sketch, foot: Point, height: float, side: int = 1) -> None:
        self.sketch, self.foot, self.height, self.side = sketch, np.array(foot), height, side

    def at(self, points: Points) -> np.ndarray:
        """Points of the body in the units of the design, ``(N, 2)``."""
        return self.foot + np.asarray(points, float) * self.height * [self.side, 1]

    def patch(self, points: Points, colour: Colour, light: float = 0.45, shade: Shade = lit_left, **style: Any) -> None:
        """See :meth:`~explorer.demo.sketch.Sketch.patch`."""
        self.sketch.patch(self.at(points), colour, light, shade, **{"strokes": 8, "edge": 0.8, **style})

    def line(self, points: Points, width: float, colour: Colour, pen: float = 0.6) -> None:
        """See :meth:`~explorer.demo.sketch.Sketch.line`."""
        self.sketch.line(self.at(points), width * self.height, colour, pen)


def figure(sketch: Sketch, foot: Point, height: float, dress: Dress, posture: Posture | None = None) -> None:
    """A small peasant standing at ``foot``, from the far arm to the hat."""
    posture = posture or Posture()
    body = Body(sketch, foot, height, posture.side)
    _far_arm(body, dress, posture)
    if dress.skirt:
        _skirt(body, dress, posture)
    else:
        _legs(body, dress, posture)
    _trunk(body, dress, posture)
    _near_arm(body, dress, posture)
    _head(body, dress, posture)


def _far_arm(body: Body, dress: Dress, posture: Posture) -> None:
    lean, hand = posture.lean, posture.hands[0]
    elbow = ((lean + hand[0]) / 2 - 0.04, (0.76 + hand[1]) / 2 - 0.03)
    body.patch(limb([(lean, 0.76), elbow, hand], 0.085, 0.075, 0.05), scaled(dress.coat, 0.8), dyed=True)
    body.patch(oval(*hand, 0.03, 0.03), FLESH, edge=0.5)


def _near_arm(body: Body, dress: Dress, posture: Posture) -> None:
    lean, hand = posture.lean, posture.hands[1]
    elbow = ((lean + hand[0]) / 2 + 0.04, (0.76 + hand[1]) / 2 - 0.04)
    body.patch(limb([(lean + 0.05, 0.76), elbow, hand], 0.09, 0.08, 0.05), dress.coat, dyed=True)
    body.patch(oval(*hand, 0.03, 0.03), FLESH, edge=0.5)


def _skirt(body: Body, dress: Dress, posture: Posture) -> None:
    """Shoes, skirt and apron."""
    (lx, ly), (rx, ry) = posture.feet
    waist = posture.lean * 0.5
    for x, y in posture.feet:
        body.patch([(x - 0.03, y), (x + 0.07, y), (x + 0.03, y + 0.06), (x - 0.03, y + 0.1)], DARK, strokes=3)
    hem = max(0.06, min(ly, ry) + 0.05)
    skirt = [
        (waist - 0.08, 0.54), (lx - 0.11, 0.22), (lx - 0.13, hem), (0, hem - 0.03), (rx + 0.12, hem + 0.01),
        (rx + 0.09, 0.24), (waist + 0.08, 0.54),
    ]  # fmt: skip
    body.patch(curve(skirt, steps=3), dress.hose, strokes=16, edge=1, dyed=True)
    apron = [(-0.02, 0.53), (-0.03, 0.2), (0.06, 0.16), (0.12, 0.22), (waist + 0.07, 0.53)]
    body.patch(curve(apron, steps=3), LINEN, light=0.25, edge=0.6)


def _legs(body: Body, dress: Dress, posture: Posture) -> None:
    """Hose, shoes and the tail of the coat."""
    waist = posture.lean * 0.5
    for x, y in posture.feet:
        bend = 0.05 if abs(x) > 0.12 else 0.015
        leg = [(0.3 * x + posture.lean * 0.4, 0.48), (0.7 * x + bend, 0.27 + 0.5 * y), (x, y + 0.02)]
        body.patch(limb(leg, 0.13, 0.085, 0.055), dress.hose, strokes=10)
        body.patch([(x - 0.03, y), (x + 0.085, y), (x + 0.05, y + 0.04), (x - 0.03, y + 0.06)], DARK, strokes=3)
    tail = [(waist - 0.11, 0.38), (waist + 0.11, 0.38), (waist + 0.1, 0.55), (waist - 0.1, 0.55)]
    body.patch(curve(tail, steps=3), scaled(dress.coat, 0.9), dyed=True)


def _trunk(body: Body, dress: Dress, posture: Posture) -> None:
    """Coat and belt."""
    lean, waist = posture.lean, posture.lean * 0.5
    coat = [
        (waist - 0.085, 0.5), (waist + 0.085, 0.5), (lean + 0.115, 0.72), (lean + 0.05, 0.81), (lean - 0.05, 0.81),
        (lean - 0.115, 0.72),
    ]  # fmt: skip
    body.patch(curve(coat, steps=3), dress.coat, strokes=14, edge=1, dyed=True)
    body.line([(waist - 0.08, 0.51), (waist + 0.08, 0.51)], 0.025, DARK)


def _head(body: Body, dress: Dress, posture: Posture) -> None:
    """Collar, face, and cap or hat."""
    x = posture.lean * 1.3
    body.patch(oval(posture.lean * 1.2, 0.82, 0.06, 0.03), LINEN, light=0.2, edge=0.5, strokes=4)
    body.patch(oval(x + 0.005, 0.895, 0.055, 0.068), FLESH, edge=0.8)
    if dress.skirt:
        cap = [
            (x + 0.03, 0.97), (x - 0.06, 0.97), (x - 0.09, 0.88), (x - 0.07, 0.82), (x - 0.02, 0.9), (x + 0.04, 0.94),
        ]  # fmt: skip
        body.patch(curve(cap, steps=3), LINEN, light=0.25, strokes=6)
    else:
        hat = [
            (x - 0.09, 0.925), (x + 0.1, 0.925), (x + 0.055, 0.96), (x + 0.04, 1.02), (x - 0.05, 1.02),
            (x - 0.06, 0.95),
        ]  # fmt: skip
        body.patch(curve(hat, steps=3), dress.hat, strokes=6)


def dancers(sketch: Sketch) -> None:
    """Two couples of a round dance, hand in hand, the nearer pair kicking up their heels, and a fifth dancer."""
    figure(sketch, (-0.1, 0.1), 0.5, Dress((120, 104, 70), (150, 66, 50), (96, 60, 44), True),
           Posture(hands=((-0.32, 0.6), (0.34, 0.58))))  # fmt: skip
    figure(sketch, (0.22, 0.1), 0.52, Dress((92, 96, 84), (120, 96, 66), DARK),
           Posture(hands=((-0.3, 0.58), (0.32, 0.62)), feet=((-0.1, 0.0), (0.12, 0.06))))  # fmt: skip
    figure(sketch, (-0.32, 0.0), 0.6, Dress(RED, (206, 186, 140), DARK),
           Posture(hands=((-0.22, 0.98), (0.36, 0.62)), feet=((-0.26, 0.16), (0.06, 0.0)), lean=0.05))  # fmt: skip
    figure(sketch, (0.02, -0.01), 0.57, Dress(OCHRE, BLUE, LINEN, True),
           Posture(hands=((-0.3, 0.66), (0.3, 0.66)), feet=((-0.06, 0.02), (0.1, 0.0)), lean=-0.03))  # fmt: skip
    figure(sketch, (0.34, 0.0), 0.6, Dress((84, 110, 96), (170, 60, 44), (150, 110, 60)),
           Posture(hands=((-0.2, 0.98), (0.34, 0.62)), feet=((-0.06, 0.0), (0.28, 0.2)), lean=-0.05,
                   side=-1))  # fmt: skip
