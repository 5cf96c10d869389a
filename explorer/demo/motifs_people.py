"""People: peasants put together from a few habits of the brush, and their dance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.demo.sketch import Colour, Sketch, curve, limb, oval

FLESH = (214, 164, 128)
LINEN = (232, 222, 196)
RED = (178, 58, 42)
BLUE = (66, 88, 122)
OCHRE = (190, 144, 70)
BROWN = (104, 72, 48)
DARK = (46, 36, 30)


@dataclass(frozen=True, slots=True)
class Dress:
    """What a small figure wears."""

    coat: Colour
    hose: Colour
    hat: Colour
    skirt: bool = False


class Body:
    """Draws parts of a body of height ``h`` whose foot is at ``(x, y)``, facing ``side`` (1 right, -1 left)."""

    def __init__(self, sketch: Sketch, foot: tuple[float, float], height: float, side: int = 1) -> None:
        self.sketch, self.foot, self.height, self.side = sketch, np.array(foot), height, side

    def at(self, points: list[tuple[float, float]] | np.ndarray) -> np.ndarray:
        return self.foot + np.asarray(points, float) * self.height * [self.side, 1]

    def patch(self, points: list[tuple[float, float]] | np.ndarray, colour: Colour, **looks: float) -> None:
        self.sketch.patch(self.at(points), colour, looks.pop("light", 0.45), **{"strokes": 8, "edge": 0.8, **looks})

    def line(self, points: list[tuple[float, float]], width: float, colour: Colour, pen: float = 0.6) -> None:
        self.sketch.line(self.at(points), width * self.height, colour, pen)


def figure(sketch: Sketch, foot: tuple[float, float], height: float, dress: Dress, pose: dict | None = None) -> None:
    """A small peasant. ``pose``: side, left and right hand, left and right foot, lean; all in body heights."""
    pose = {
        "side": 1,
        "hands": ((-0.17, 0.42), (0.18, 0.45)),
        "feet": ((-0.08, 0.0), (0.09, 0.0)),
        "lean": 0.0,
        **(pose or {}),
    }
    body, lean = Body(sketch, foot, height, pose["side"]), pose["lean"]
    (lx, ly), (rx, ry) = pose["feet"]
    back, front = pose["hands"]
    body.patch(
        limb([(lean, 0.76), ((lean + back[0]) / 2 - 0.04, (0.76 + back[1]) / 2 - 0.03), back], 0.085, 0.075, 0.05),
        tuple(0.8 * c for c in dress.coat),
        dyed=True,
    )
    body.patch(oval(*back, 0.03, 0.03), FLESH, edge=0.5)
    if dress.skirt:
        for x, y in pose["feet"]:
            body.patch([(x - 0.03, y), (x + 0.07, y), (x + 0.03, y + 0.06), (x - 0.03, y + 0.1)], DARK, strokes=3)
        hem = max(0.06, min(ly, ry) + 0.05)
        body.patch(
            curve(
                [
                    (lean * 0.5 - 0.08, 0.54),
                    (lx - 0.11, 0.22),
                    (lx - 0.13, hem),
                    (0, hem - 0.03),
                    (rx + 0.12, hem + 0.01),
                    (rx + 0.09, 0.24),
                    (lean * 0.5 + 0.08, 0.54),
                ],
                steps=3,
            ),
            dress.hose,
            strokes=16,
            edge=1,
            dyed=True,
        )
        body.patch(
            curve([(-0.02, 0.53), (-0.03, 0.2), (0.06, 0.16), (0.12, 0.22), (lean * 0.5 + 0.07, 0.53)], steps=3),
            LINEN,
            light=0.25,
            edge=0.6,
        )
    else:
        for x, y in ((lx, ly), (rx, ry)):
            bend = 0.05 if abs(x) > 0.12 else 0.015
            body.patch(
                limb(
                    [(0.3 * x + lean * 0.4, 0.48), (0.7 * x + bend, 0.27 + 0.5 * y), (x, y + 0.02)], 0.13, 0.085, 0.055
                ),
                dress.hose,
                strokes=10,
            )
            body.patch([(x - 0.03, y), (x + 0.085, y), (x + 0.05, y + 0.04), (x - 0.03, y + 0.06)], DARK, strokes=3)
        body.patch(
            curve(
                [
                    (lean * 0.5 - 0.11, 0.38),
                    (lean * 0.5 + 0.11, 0.38),
                    (lean * 0.5 + 0.1, 0.55),
                    (lean * 0.5 - 0.1, 0.55),
                ],
                steps=3,
            ),
            tuple(0.9 * c for c in dress.coat),
            dyed=True,
        )
    body.patch(
        curve(
            [
                (lean * 0.5 - 0.085, 0.5),
                (lean * 0.5 + 0.085, 0.5),
                (lean + 0.115, 0.72),
                (lean + 0.05, 0.81),
                (lean - 0.05, 0.81),
                (lean - 0.115, 0.72),
            ],
            steps=3,
        ),
        dress.coat,
        strokes=14,
        edge=1,
        dyed=True,
    )
    body.line([(lean * 0.5 - 0.08, 0.51), (lean * 0.5 + 0.08, 0.51)], 0.025, DARK)
    body.patch(
        limb(
            [(lean + 0.05, 0.76), ((lean + front[0]) / 2 + 0.04, (0.76 + front[1]) / 2 - 0.04), front], 0.09, 0.08, 0.05
        ),
        dress.coat,
        dyed=True,
    )
    body.patch(oval(*front, 0.03, 0.03), FLESH, edge=0.5)
    body.patch(oval(lean * 1.2, 0.82, 0.06, 0.03), LINEN, light=0.2, edge=0.5, strokes=4)
    body.patch(oval(lean * 1.3 + 0.005, 0.895, 0.055, 0.068), FLESH, edge=0.8)
    if dress.skirt:
        body.patch(
            curve(
                [
                    (lean * 1.3 + 0.03, 0.97),
                    (lean * 1.3 - 0.06, 0.97),
                    (lean * 1.3 - 0.09, 0.88),
                    (lean * 1.3 - 0.07, 0.82),
                    (lean * 1.3 - 0.02, 0.9),
                    (lean * 1.3 + 0.04, 0.94),
                ],
                steps=3,
            ),
            LINEN,
            light=0.25,
            strokes=6,
        )
    else:
        body.patch(
            curve(
                [
                    (lean * 1.3 - 0.09, 0.925),
                    (lean * 1.3 + 0.1, 0.925),
                    (lean * 1.3 + 0.055, 0.96),
                    (lean * 1.3 + 0.04, 1.02),
                    (lean * 1.3 - 0.05, 1.02),
                    (lean * 1.3 - 0.06, 0.95),
                ],
                steps=3,
            ),
            dress.hat,
            strokes=6,
        )


def dancers(sketch: Sketch) -> None:
    """Two couples of a round dance, hand in hand, the nearer pair kicking up their heels."""
    figure(
        sketch,
        (-0.1, 0.1),
        0.5,
        Dress((120, 104, 70), (150, 66, 50), (96, 60, 44), True),
        {"hands": ((-0.32, 0.6), (0.34, 0.58)), "side": 1},
    )
    figure(
        sketch,
        (0.22, 0.1),
        0.52,
        Dress((92, 96, 84), (120, 96, 66), DARK),
        {"hands": ((-0.3, 0.58), (0.32, 0.62)), "feet": ((-0.1, 0.0), (0.12, 0.06))},
    )
    figure(
        sketch,
        (-0.32, 0.0),
        0.6,
        Dress(RED, (206, 186, 140), DARK),
        {"hands": ((-0.22, 0.98), (0.36, 0.62)), "feet": ((-0.26, 0.16), (0.06, 0.0)), "lean": 0.05},
    )
    figure(
        sketch,
        (0.02, -0.01),
        0.57,
        Dress(OCHRE, BLUE, LINEN, True),
        {"hands": ((-0.3, 0.66), (0.3, 0.66)), "feet": ((-0.06, 0.02), (0.1, 0.0)), "lean": -0.03},
    )
    figure(
        sketch,
        (0.34, 0.0),
        0.6,
        Dress((84, 110, 96), (170, 60, 44), (150, 110, 60)),
        {"side": -1, "hands": ((-0.2, 0.98), (0.34, 0.62)), "feet": ((-0.06, 0.0), (0.28, 0.2)), "lean": -0.05},
    )
