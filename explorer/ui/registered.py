"""A registration in words and numbers for the light table: plain data, tested without a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.registration.match import overlap_with_match, transform_in_pixels
from explorer.search.measured import extent
from explorer.ui import views
from explorer.verification import in_words

if TYPE_CHECKING:
    from explorer.collection import Work
    from explorer.registration.difference import Difference, Differences
    from explorer.registration.fit import Registration
    from explorer.registration.match import MatchedBoxes

MOST_PLACES = 120
"""Matching points that are shown."""
SAME_SIZE = 0.015
"""Difference in size that is not worth a figure."""
SAME_PLACE = 0.25
"""IoU of a detail's place after a registration with its match, from which on the registration confirms the match."""
_SIDE = ("kind", "key", "work", "title", "artist", "date", "url", "width", "height")


@dataclass(frozen=True)
class Matched:
    """A detail and where a search found it; the registration of the whole picture, ``matrix (3, 3)`` from fractions to
    fractions, if all of it changed as the detail did; the match probability (0: not known), and pairs of matching
    points, x, y on the first picture and x, y on the second, as fractions."""

    near: MatchedBoxes
    matrix: np.ndarray
    probability: float = 0.0
    pairs: tuple[tuple[float, float, float, float], ...] = ()


def side(stage: views.Props) -> views.Props:
    """One of the two pictures, from what the Explore tab shows of it."""
    return {name: stage[name] for name in _SIDE} | {"service": stage.get("service", "")}


def as_matched(matched: Matched) -> views.Props:
    """A match as the light table lays it."""
    return {
        "matrix": [float(number) for number in matched.matrix.ravel()],
        "kind": "match",
        "places": [[round(number, 5) for number in pair] for pair in matched.pairs],
    }


def fit(matched: Matched | None) -> views.Props:
    """What a link and a swap need of a match: six numbers, two rows of its matrix, and its probability."""
    if matched is None:
        return {"fit": None, "probability": 0.0}
    return {
        "fit": [round(float(number), 6) for number in matched.matrix[:2].ravel()],
        "probability": matched.probability,
    }


def laid(found: Registration) -> views.Props:
    """A registration as the light table lays it: ``matrix`` row by row, fractions of the first to the second's."""
    step = max(1, -(-len(found.inlier_pairs) // MOST_PLACES))
    return {
        "matrix": [float(number) for number in found.matrix.ravel()],
        "kind": found.kind,
        "places": [[round(float(number), 5) for number in row] for row in found.inlier_pairs[::step]],
    }


def record(found: Registration, works: tuple[Work, Work]) -> views.Props:
    """A registration as the REST API gives it: ``matrix`` row by row, pixels of one original to pixels of the other."""
    first, second = (np.diag([work.width, work.height, 1.0]) for work in works)
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


def words_of_match(matched: Matched, works: tuple[Work, Work]) -> views.Props:
    """How the second picture lies on the first by a match, in the words of its card. An unconvincing match is
    registered too, and called so."""
    first, second = works
    transform = transform_in_pixels(matched.matrix, ((first.width, first.height), (second.width, second.height)))
    how = in_words.transform(transform, _in_centimetres(transform.scale, works))
    level, name = in_words.probability_level(matched.probability)
    weighed = f" ({name}, {in_words.percent(matched.probability)})" if matched.probability else ""
    if matched.probability and level == in_words.UNCONVINCING[0]:
        return {"said": f"By this match{weighed}: {how}. Too few points match to rely on it; compare the whole works, "
                        "or set points by hand.", "trouble": True}  # fmt: skip
    return {"said": f"By this match{weighed}: {how}. Away from the detail the two works need not match."}


def words_beside_match(said: str, found: Registration, matched: Matched) -> str:
    """The words for a registration of the whole pictures, and whether it confirms a match: a detail may have been
    reversed or moved by itself."""
    same_way = (np.linalg.det(matched.matrix) < 0) == found.mirror
    confirmed = same_way and overlap_with_match(found.matrix, matched.near) > SAME_PLACE
    return said if confirmed else f"{said} This differs from the match."


def apart(told: Differences) -> views.Props:
    """What differs between two versions, strongest first, how much in words, and the outlines of what could not be
    compared on either."""
    return {
        "found": [
            {"kind": each.kind, "first": views.sides(each.first), "second": views.sides(each.second)}
            for each in told.found
        ],
        "uncompared": dict(zip(("first", "second"), told.not_compared, strict=True)),
        "sentence": f"{_counted(told.found)} {_compared(told)}",
    }


def _counted(found: Sequence[Difference]) -> str:
    kinds = {"first": "in the first only", "second": "in the second only", "moved": "moved"}
    counted = [(sum(each.kind == kind for each in found), words) for kind, words in kinds.items()]
    if not found:
        return "Where the two could be compared, nothing was found that is in one of them only, or moved."
    if len(found) == 1:
        return f"One place differs: it {'has' if found[0].kind == 'moved' else 'is'} {kinds[found[0].kind]}."
    return f"{len(found)} places differ: {', '.join(f'{count} {words}' for count, words in counted if count)}."


def _compared(told: Differences) -> str:
    """How much of the first picture that is said of; rounded down, so that the whole is the whole."""
    all_of_it = told.compared == 1
    share = "All" if all_of_it else f"{math.floor(100 * told.compared)} %"
    rest = "" if all_of_it else "; the rest is shaded, and not judged"
    still = "" if told.found else " What is small, or like its ground, may still differ: look at them side by side."
    return f"{share} of the first picture could be compared{rest}.{still}"


def near(boxes: MatchedBoxes | None) -> views.Props | None:
    """A detail and where it was found."""
    return None if boxes is None else {"first": views.sides(boxes[0]), "second": views.sides(boxes[1])}


def words(found: Registration, works: tuple[Work, Work], by_hand: bool = False) -> str:
    """How the second picture lies on the first, and how surely, in one or two sentences."""
    number = found.inliers
    support = f"{number} {'points that you set' if by_hand else 'matching points'}"
    changes = _listed([*_turned(found), *_sized(found, works), *_bent(found)])
    how = f"the second {changes}." if changes else "the second lies as the first does."
    if by_hand and number <= 4:  # so few are always met exactly
        return f"Registered by {support}: {how}"
    off = max(100 * found.residual, 0.1)
    area = "" if by_hand else f", over {max(round(100 * found.spread), 1)} % of the first picture"
    return f"Registered by {support}: {how} The points meet to within {off:.1f} % of its longer side{area}."


def _turned(found: Registration) -> list[str]:
    reversed_too = ["is reversed"] if found.mirror else []
    turn = round(found.transform.turn)
    return [*reversed_too, f"turned {abs(turn)}° to the {'left' if turn > 0 else 'right'}"] if turn else reversed_too


def _sized(found: Registration, works: tuple[Work, Work]) -> list[str]:
    """The true ratio where the catalogue gives both works' sizes, else that within the pictures."""
    first, second = works
    scale = found.transform.scale
    true = _in_centimetres(scale, works)
    if true:
        same = abs(true - 1) < SAME_SIZE
        return ["of the same size in centimetres" if same else f"{true:.2f} times as large in centimetres"]
    shown = scale * max(first.width, first.height) / max(second.width, second.height)
    return [] if abs(shown - 1) < SAME_SIZE else [f"{shown:.2f} times as large in its picture"]


def _in_centimetres(scale: float, works: tuple[Work, Work]) -> float | None:
    """A ratio in pixels as one on the works themselves, where the catalogue has both sizes."""
    first, second = (extent(work) for work in works)
    return scale * second.cm_per_pixel / first.cm_per_pixel if first and second else None


def _bent(found: Registration) -> list[str]:
    return {"similarity": [], "affine": ["stretched a little"], "homography": ["seen at a slight tilt"]}[found.kind]


def _listed(changes: list[str]) -> str:
    if not changes:
        return ""
    changes = changes if changes[0].startswith("is ") else [f"is {changes[0]}", *changes[1:]]
    return changes[0] if len(changes) == 1 else ", ".join(changes[:-1]) + " and " + changes[-1]


def over_one_another(boxes: MatchedBoxes, mirror: bool) -> np.ndarray:
    """The map of a detail's box onto the box where it was found, ``(3, 3)``, fractions to fractions."""
    (a, b) = boxes
    across = b.width / a.width * (-1 if mirror else 1)
    down = b.height / a.height
    start = b.x1 if mirror else b.x0
    return np.array([[across, 0, start - across * a.x0], [0, down, b.y0 - down * a.y0], [0, 0, 1.0]])
