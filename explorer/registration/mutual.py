"""Cells of two whole pictures that find one another: pairs of places where key points find none, as between a pen
drawing and the painting made after it.

Each grid is also looked at through windows of two by two cells, so that a picture of the same thing twice as large in
its frame still compares like with like. Mutual nearest neighbours need no threshold of likeness; what is alike only by
chance is left for the registration to drop.
"""

from __future__ import annotations

import numpy as np

from explorer.features.grid import FeatureMap, resample, unit_rows
from explorer.geometry import Box
from explorer.verification.cells import mutual_nearest_neighbours

WINDOWS = ((1, 1), (2, 1), (1, 2))
"""Sides of the windows on the first and the second grid, in cells."""


def mutual_places(first: FeatureMap, second: FeatureMap, mirrored: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Places ``(M, 2)`` on the first picture and on the second, fractions, whose cells are each other's nearest.

    With ``mirrored`` the first is looked at in a mirror; the places are those on the picture itself all the same.
    """
    seen = first.mirrored() if mirrored else first
    found = [_mutual(_windows(seen, a), _windows(second, b)) for a, b in WINDOWS]
    here, there = (np.concatenate(side) for side in zip(*found, strict=True))
    if mirrored:
        here[:, 0] = 1 - here[:, 0]
    _, kept = np.unique(np.round(np.column_stack([here, there]), 3), axis=0, return_index=True)
    return here[np.sort(kept)], there[np.sort(kept)]


def part_of(features: FeatureMap, area: Box, cells: int) -> FeatureMap:
    """The part of a grid inside ``area``, interpolated to ``cells`` on its long side."""
    high, wide = area.height * features.shape[0], area.width * features.shape[1]
    factor = cells / max(high, wide)
    return resample(features, area, max(2, round(high * factor)), max(2, round(wide * factor)))


def _windows(features: FeatureMap, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors ``(N, D)`` of all windows ``side`` cells wide and high, and their centres ``(N, 2)`` as fractions."""
    rows, columns = features.shape
    down, across = rows - side + 1, columns - side + 1
    total = np.zeros((max(down, 0), max(across, 0), features.vectors.shape[2]), np.float32)
    for y in range(side):
        for x in range(side):
            total += features.vectors[y : y + down, x : x + across]
    ys, xs = np.mgrid[0:down, 0:across]
    centres = np.stack([(xs.ravel() + side / 2) / columns, (ys.ravel() + side / 2) / rows], axis=1)
    return unit_rows(total.reshape(len(centres), total.shape[2])), centres


def _mutual(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, ...]:
    if not len(first[0]) or not len(second[0]):
        return np.zeros((0, 2)), np.zeros((0, 2))
    rows, columns = mutual_nearest_neighbours(first[0] @ second[0].T)
    return first[1][rows], second[1][columns]
