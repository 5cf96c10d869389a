"""Which part of two versions could be compared: where they are seen to agree, and where they are told to differ.

Versions in other media, or laid over each other by what lies in one corner, may agree no better in places than they
would anywhere else. What is missing there does not stand out, so nothing is said of such places.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from explorer.registration.homography import moved
from explorer.registration.laid import Laid

SAME = 0.5
"""Distance, in the unit of :class:`explorer.registration.laid.Laid`, up to which two cells show the same."""
BETTER = 0.75
"""The same as a share of the distance that the first's cell has where the second lies wrong: much nearer than that, the
two agree in this place."""
AROUND = 5
"""Cells along each side of a square of which half must be known to agree, or to differ, for its middle to be judged."""
_FINE = 8  # parts of a cell to which outlines are exact
Outlines = list[list[tuple[float, float]]]
"""Closed lines of points, fractions of a picture; what is inside an odd number of them is meant."""


def judged(laid: Laid, differing: np.ndarray) -> np.ndarray:
    """The cells of the first's frame that could be compared, ``(rows, columns) bool``; ``differing``, as many, are
    those of the differences that were found."""
    near = laid.distance < np.maximum(SAME * laid.unit, BETTER * laid.if_elsewhere.mean(axis=0))
    known = (near | laid.plain | differing) & ~laid.outside
    share = ndimage.uniform_filter(known.astype(np.float32), AROUND, mode="nearest")
    inside: np.ndarray = ((share >= 0.5) | differing) & ~laid.outside
    return inside


def outlines(cells: np.ndarray) -> Outlines:
    """The outlines of an area of cells ``(rows, columns) bool``, in fractions of the grid.

    >>> outlines(np.array([[False, True], [False, True]]))
    [[(0.5, 0.0), (0.5, 1.0), (1.0, 1.0), (1.0, 0.0)]]
    """
    rows, columns = cells.shape
    fine = np.kron(np.pad(cells, 1), np.ones((_FINE, _FINE))).astype(np.uint8)
    lines, _ = cv2.findContours(fine, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for line in lines:
        places = np.rint((line[:, 0, :] + 0.5) / _FINE) - 1  # to the nearest corner of a cell
        places = np.clip(places / (columns, rows), 0, 1)
        found.append([(round(float(x), 5), round(float(y), 5)) for x, y in places])
    return found


def on_second(cells: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """An area of the first's frame on a grid as fine of the second picture, of which it lies on the first by
    ``matrix (3, 3)``; what the first does not reach is not in it."""
    rows, columns = cells.shape
    y, x = ((np.arange(count) + 0.5) / count for count in cells.shape)
    places = moved(np.linalg.inv(matrix), np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    inside = ((places >= 0) & (places < 1)).all(axis=1)
    column, row = np.clip((places * (columns, rows)).astype(int), 0, (columns - 1, rows - 1)).T
    found: np.ndarray = (cells[row, column] & inside).reshape(cells.shape)
    return found
