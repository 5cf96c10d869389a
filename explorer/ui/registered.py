"""A registration in words and numbers for the light table: records made into plain data, tested without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.ui import views

if TYPE_CHECKING:
    from explorer.collection import Work
    from explorer.compare import Near
    from explorer.verify.registration import Registration

MOST_PLACES = 120
"""Agreeing places that are shown."""


def side(work: Work, url: str) -> views.Props:
    """One of the two pictures."""
    return {**views.caption(work), "url": url, "width": work.width, "height": work.height}


def laid(found: Registration) -> views.Props:
    """A registration as the light table lays it: ``matrix`` row by row, fractions of the first to the second's."""
    step = max(1, -(-len(found.places) // MOST_PLACES))
    return {
        "matrix": [float(number) for number in found.matrix.ravel()],
        "kind": found.kind,
        "places": [[round(float(number), 5) for number in row] for row in found.places[::step]],
    }


def record(found: Registration, works: tuple[Work, Work]) -> views.Props:
    """A registration as the REST API gives it: ``matrix`` row by row, pixels of one original to pixels of the other."""
    first, second = (np.diag([one.width, one.height, 1.0]) for one in works)
    matrix = second @ found.matrix @ np.linalg.inv(first)
    return {
        "matrix": (matrix / matrix[2, 2]).tolist(),
        "kind": found.kind,
        "mirrored": found.mirror,
        "scale": round(found.transform.scale, 5),
        "turn": round(found.transform.turn, 3),
        "inliers": found.inliers,
        "pairs": found.pairs,
        "spread": round(found.spread, 4),
        "residual": round(found.residual * max(works[1].width, works[1].height), 3),
    }


def near(boxes: Near | None) -> views.Props | None:
    """A detail and where it was found."""
    return None if boxes is None else {"first": views.sides(boxes[0]), "second": views.sides(boxes[1])}


def told(found: Registration, works: tuple[Work, Work], by_hand: bool = False) -> str:
    """How the second picture lies on the first, and how surely, in one or two sentences."""
    number = found.inliers
    support = f"{number} {'points that you set' if by_hand else 'places'}"
    words = _listed([*_turned(found), *_sized(found, works), *_bent(found)])
    how = f"the second {words}." if words else "the second lies as the first does."
    if by_hand and number <= 4:  # so few are always met exactly
        return f"Registered by {support}: {how}"
    off = max(100 * found.residual, 0.1)
    area = "" if by_hand else f", over {max(round(100 * found.spread), 1)} % of the first picture"
    return f"Registered by {support}: {how} They agree to within {off:.1f} % of its longer side{area}."


def _turned(found: Registration) -> list[str]:
    reversed_too = ["is reversed"] if found.mirror else []
    turn = round(found.transform.turn)
    return [*reversed_too, f"turned {abs(turn)}° to the {'left' if turn > 0 else 'right'}"] if turn else reversed_too


def _sized(found: Registration, works: tuple[Work, Work]) -> list[str]:
    """The true ratio where the catalogue gives both works' sizes, else that within the pictures."""
    first, second = works
    scale = found.transform.scale
    if first.width_cm and second.width_cm:
        true = scale * (second.width_cm / second.width) / (first.width_cm / first.width)
        same = 0.985 < true < 1.015
        return ["of the same size in centimetres" if same else f"{true:.2f} times as large in centimetres"]
    shown = scale * max(first.width, first.height) / max(second.width, second.height)
    return [] if 0.985 < shown < 1.015 else [f"{shown:.2f} times as large in its picture"]


def _bent(found: Registration) -> list[str]:
    return {"similarity": [], "affine": ["stretched a little"], "homography": ["seen at a slight tilt"]}[found.kind]


def _listed(words: list[str]) -> str:
    if not words:
        return ""
    words = words if words[0].startswith("is ") else [f"is {words[0]}", *words[1:]]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def over_one_another(boxes: Near, mirror: bool) -> np.ndarray:
    """The map that lays a detail's box over the place where it was found, ``(3, 3)``, fractions to fractions."""
    (a, b) = boxes
    across = b.width / a.width * (-1 if mirror else 1)
    down = b.height / a.height
    start = b.x1 if mirror else b.x0
    return np.array([[across, 0, start - across * a.x0], [0, down, b.y0 - down * a.y0], [0, 0, 1.0]])
