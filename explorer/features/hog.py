"""Outlines: which way edges run in and round each cell of a grid, whatever made them: paint, ink, or a burin.

What a copy in another medium keeps is the drawing. Histograms of gradient directions (Dalal and Triggs, "Histograms of
oriented gradients for human detection", CVPR 2005), without the sign that tells dark on light from light on dark, once
decorrelated (:mod:`explorer.features.pca`), match paintings with drawings and photographs where appearance does not:
Shrivastava et al., "Data-driven visual similarity for cross-domain image matching", SIGGRAPH Asia 2011. They need no
training, and know a place but not what it shows; the model knows that.
"""

from __future__ import annotations

import numpy as np

DIRECTIONS = 8
"""Bins of direction, half a turn in all."""
CELL = 16
"""Pixels of a cell when its edges are measured."""
ROUND = 3
"""Cells on a side of the square that describes the one in its middle."""
FAINT = 0.04
"""Length below which a description is mostly noise and stays short; that of a painted cell is 0.05 to 0.3."""


def gradient_histograms(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The outlines ``(rows, columns, 72) float32`` round each cell of a grid over a picture, of length 1 or less.

    ``picture`` is ``(H, W, 3) uint8``. A cell's own histogram and those of its eight neighbours, row by row; past
    the picture's edge, the last cell again.
    """
    import cv2  # with the first use: opening a collection stays light

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    size = columns * CELL, rows * CELL
    if grey.shape[::-1] != size:
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if grey.shape[1] > size[0] else cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(grey.astype(np.float32) / 255, (0, 0), 1.0)
    across, down = cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1)
    strength = np.sqrt(np.hypot(across, down) / 8)  # so that one strong edge does not silence the others
    direction = np.arctan2(down, across) * (DIRECTIONS / np.pi)
    histograms = np.empty((rows, columns, DIRECTIONS), np.float32)
    for bin_ in range(DIRECTIONS):
        off = np.abs((direction - bin_ + DIRECTIONS / 2) % DIRECTIONS - DIRECTIONS / 2)
        shares = strength * np.maximum(1 - off, 0)  # an edge between two directions counts for both
        histograms[:, :, bin_] = shares.reshape(rows, CELL, columns, CELL).mean(axis=(1, 3))
    padded = np.pad(histograms, ((1, 1), (1, 1), (0, 0)), mode="edge")
    near = [padded[y : y + rows, x : x + columns] for y in range(ROUND) for x in range(ROUND)]
    described = np.concatenate(near, axis=2)
    return described / np.maximum(np.linalg.norm(described, axis=2, keepdims=True), FAINT)


def mirror_order() -> np.ndarray:
    """For each number of a description, ``(72,) int64``, the one that takes its place when the picture is mirrored."""
    places = np.arange(ROUND * ROUND * DIRECTIONS).reshape(ROUND, ROUND, DIRECTIONS)
    turned = -np.arange(DIRECTIONS) % DIRECTIONS  # an edge's direction a becomes half a turn less a
    return places[:, ::-1][:, :, turned].reshape(-1)
