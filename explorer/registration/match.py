"""Registration and match: a whole picture mapped as a match maps its detail, and how far a map agrees with a match.

A match is a detail's box on the first picture and the box where a search found it on the second. Maps are
``(3, 3) float64``, homogeneous, from fractions of the first picture to fractions of the second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.geometry import Box, intersection_over_union
from explorer.registration.fit import Size
from explorer.registration.homography import moved
from explorer.verification.transforms import Transform, transform_of

MatchedBoxes = tuple[Box, Box]
"""A detail on the first picture, and where it was found on the second."""
Pairs = Sequence[Sequence[float]]
"""Corresponding points: x, y on the first picture and x, y on the second, fractions."""


def map_of_match(transform: Transform, pairs: Pairs, boxes: MatchedBoxes, sizes: tuple[Size, Size]) -> np.ndarray:
    """How the first picture lies on the second if all of it is transformed as the detail is.

    Scale, turn and mirroring are those of the match, as its evidence states them; the translation follows from the
    ``pairs`` that agree or, where there are none, from the centres of the two boxes. ``sizes`` are in pixels.

    >>> detail, found = Box(0.1, 0.1, 0.3, 0.3), Box(0.5, 0.5, 0.9, 0.9)
    >>> matrix = map_of_match(Transform(2.0, 0.0, False), [], (detail, found), ((100, 100), (100, 100)))
    >>> moved_sides(matrix, detail).round(3).tolist()
    [0.5, 0.5, 0.9, 0.9]
    """
    rows = np.asarray(pairs if len(pairs) else [[*boxes[0].centre, *boxes[1].centre]], np.float64)
    turn = np.radians(transform.turn)
    linear = transform.scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    linear = linear @ np.diag([-1.0 if transform.mirror else 1.0, 1.0])
    first, second = rows[:, :2] * sizes[0], rows[:, 2:] * sizes[1]
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.median(second - first @ linear.T, axis=0)
    in_fractions: np.ndarray = np.diag([1 / sizes[1][0], 1 / sizes[1][1], 1.0]) @ matrix @ np.diag([*sizes[0], 1.0])
    return in_fractions


def transform_in_pixels(matrix: np.ndarray, sizes: tuple[Size, Size]) -> Transform:
    """Scale, turn and mirror of a map from fractions to fractions, in pixels of both pictures."""
    (width, height), second = sizes
    return transform_of(np.diag([*second, 1.0]) @ matrix @ np.diag([1 / width, 1 / height, 1.0]))


def overlap_with_match(matrix: np.ndarray, boxes: MatchedBoxes) -> float:
    """IoU of a detail's box, mapped by ``matrix``, with the box where it was found, 0 to 1."""
    sides = moved_sides(matrix, boxes[0])
    if not np.isfinite(sides).all():
        return 0.0
    return float(intersection_over_union(sides, boxes[1].as_tuple())[0, 0])


def moved_sides(matrix: np.ndarray, box: Box) -> np.ndarray:
    """The sides ``(4,)`` x0, y0, x1, y1 of the upright box around a mapped box; perhaps beyond the picture, or
    infinite."""
    corners = moved(matrix, np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]]))
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])
