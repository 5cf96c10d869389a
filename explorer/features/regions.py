"""Square regions of a picture at several scales, and their pooled vectors.

The layout of overlapping square windows at several scales follows R-MAC (Tolias, Sicre and Jégou, "Particular object
retrieval with integral max-pooling of CNN activations", ICLR 2016, section 3), with averages in place of maxima: patch
tokens of a transformer are signed and their mean is their natural summary. Every region keeps its box.
"""

from __future__ import annotations

import math

import numpy as np

from explorer.features.grid import FeatureMap, unit_rows


def region_boxes(width: float, height: float, scales: tuple[float, ...], overlap: float) -> np.ndarray:
    """The boxes of a picture's regions, ``(R, 4) float32`` fractions; the first is the whole picture.

    A scale is the side of a square window as a fraction of ``sqrt(width * height)``; scale 1 is the whole picture
    whatever its shape. Windows of a scale are evenly spaced, touch all edges, and overlap by at least ``overlap``
    (0 to below 1) of their side. ``width`` and ``height`` are in any unit; only their ratio matters.

    >>> len(region_boxes(400, 300, (1.0, 0.5), overlap=0.4))
    13
    """
    unit = math.sqrt(width * height)
    boxes = [(0.0, 0.0, 1.0, 1.0)]
    for scale in scales:
        if scale >= 1.0:
            continue
        across, down = min(scale * unit / width, 1.0), min(scale * unit / height, 1.0)
        boxes += [(x, y, x + across, y + down) for y in _starts(down, overlap) for x in _starts(across, overlap)]
    return np.clip(np.array(boxes, dtype=np.float32), 0.0, 1.0)


def _starts(side: float, overlap: float) -> np.ndarray:
    """Evenly spaced left edges of windows of length ``side`` that together cover 0 to 1."""
    slack = 1.0 - side
    count = math.ceil(slack / (side * (1.0 - overlap)) - 1e-9) + 1
    return np.linspace(0.0, slack, count)


def pool(features: FeatureMap, boxes: np.ndarray) -> np.ndarray:
    """The mean vector over each box, scaled to unit length: ``(R, 4) -> (R, D) float32``.

    Boxes are fractions of the picture, 0 to 1. Cells that a box covers partly count by the area that it covers: a
    summed-area table interpolated between cell corners is the exact integral of the grid, so that any box costs four
    look-ups (Viola and Jones, "Rapid object detection using a boosted cascade of simple features", CVPR 2001).

    >>> grid = FeatureMap(np.array([[[1.0, 0.0], [0.0, 1.0]]]))
    >>> pool(grid, np.array([[0.0, 0.0, 0.5, 1.0], [0.25, 0.0, 0.75, 1.0]])).round(3)
    array([[1.   , 0.   ],
           [0.707, 0.707]], dtype=float32)
    """
    rows, columns = features.shape
    table = np.zeros((rows + 1, columns + 1, features.vectors.shape[2]), dtype=np.float32)
    np.cumsum(features.vectors, axis=0, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    x0, y0, x1, y1 = (np.asarray(boxes, dtype=np.float64) * (columns, rows, columns, rows)).T
    total = _at(table, y1, x1) - _at(table, y0, x1) - _at(table, y1, x0) + _at(table, y0, x0)
    return unit_rows(total)


def _at(table: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bilinear interpolation of ``table`` at fractional corners, ``(R, D)``."""
    top = np.clip(np.floor(y).astype(int), 0, table.shape[0] - 2)
    left = np.clip(np.floor(x).astype(int), 0, table.shape[1] - 2)
    down, across = (y - top)[:, None].astype(np.float32), (x - left)[:, None].astype(np.float32)
    upper = table[top, left] * (1 - across) + table[top, left + 1] * across
    lower = table[top + 1, left] * (1 - across) + table[top + 1, left + 1] * across
    values: np.ndarray = upper * (1 - down) + lower * down
    return values
