"""Mutual nearest neighbours among the cells of two whole pictures: corresponding points where key points find none, as
between a pen drawing and the painting made after it.

The cells of either grid are also compared with averages over two by two cells of the other, for pictures in which the
same thing is twice as large. Mutual nearest neighbours need no threshold of similarity; pairs that are similar by
chance are left to the robust fit.
"""

from __future__ import annotations

import numpy as np

from explorer.features.grid import FeatureMap, resample, unit_rows
from explorer.geometry import Box
from explorer.verification.cells import mutual_nearest_neighbours

WINDOWS = ((1, 1), (2, 1), (1, 2))
"""Sides of the windows on the first and the second grid, in cells."""


def mutual_points(first: FeatureMap, second: FeatureMap, mirrored: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Corresponding points ``(M, 2)`` on two pictures, fractions: centres of cells that are mutual nearest neighbours.

    With ``mirrored`` the first picture is compared mirrored; the points are those on the picture itself all the same.
    """
    compared = first.mirrored() if mirrored else first
    found = [_mutual(_windows(compared, a), _windows(second, b)) for a, b in WINDOWS]
    on_first, on_second = (np.concatenate(points) for points in zip(*found, strict=True))
    if mirrored:
        on_first[:, 0] = 1 - on_first[:, 0]
    _, kept = np.unique(np.round(np.column_stack([on_first, on_second]), 3), axis=0, return_index=True)
    return on_first[np.sort(kept)], on_second[np.sort(kept)]


def excerpt(features: FeatureMap, area: Box, cells: int) -> FeatureMap:
    """The cells of a grid inside ``area``, resampled to ``cells`` on the long side."""
    high, wide = area.height * features.shape[0], area.width * features.shape[1]
    factor = cells / max(high, wide)
    return resample(features, area, max(2, round(high * factor)), max(2, round(wide * factor)))


def _windows(features: FeatureMap, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean vectors ``(N, D)``, at unit length, of all windows of ``side`` by ``side`` cells, and their centres
    ``(N, 2)``, fractions."""
    rows, columns = features.shape
    down, across = rows - side + 1, columns - side + 1
    total = np.zeros((max(down, 0), max(across, 0), features.vectors.shape[2]), np.float32)
    for y in range(side):
        for x in range(side):
            total += features.vectors[y : y + down, x : x + across]
    ys, xs = np.mgrid[0:down, 0:across]
    centres = np.stack([(xs.ravel() + side / 2) / columns, (ys.ravel() + side / 2) / rows], axis=1)
    return unit_rows(total.reshape(len(centres), total.shape[2])), centres


def _mutual(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Centres ``(M, 2)`` of the windows that are mutual nearest neighbours; vectors and centres come in."""
    if not len(first[0]) or not len(second[0]):
        return np.zeros((0, 2)), np.zeros((0, 2))
    cosines = first[0] @ second[0].T
    rows, columns = mutual_nearest_neighbours(cosines)
    alike = cosines[rows, columns] > 0  # cells of which nothing is known, zero vectors, are like none
    return first[1][rows[alike]], second[1][columns[alike]]
