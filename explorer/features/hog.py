"""Gradient histograms (HOG) of the cells of a grid: the directions of edges in and around each cell.

What a copy in another medium keeps is the drawing. Histograms of oriented gradients (Dalal and Triggs, "Histograms of
oriented gradients for human detection", CVPR 2005), with unsigned directions, so that light on dark and dark on light
are the same, match paintings with drawings and photographs where appearance does not, once they are decorrelated
(:mod:`explorer.features.pca`): Shrivastava et al., "Data-driven visual similarity for cross-domain image matching",
SIGGRAPH Asia 2011. They need no training. They describe the shape of a detail but not what it shows; the model's patch
vectors, which stand beside them, describe that.
"""

from __future__ import annotations

import numpy as np

ORIENTATIONS = 8
"""Bins of the gradient's direction over half a turn."""
CELL_PIXELS = 16
"""Pixels on a side of a cell when its gradients are computed."""
BLOCK = 3
"""Cells on a side of the block whose histograms describe its middle cell."""
MIN_NORM = 0.04
"""Norm below which a description is mostly noise and is not scaled to length 1; painted cells have 0.05 to 0.3."""


def gradient_histograms(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The gradient histograms ``(rows, columns, 72) float32`` of the cells of a grid over a picture, of norm 1 or less.

    ``picture`` is ``(H, W, 3) uint8``, RGB, of any size. The 72 numbers of a cell are the histograms of eight
    orientations of the three by three cells around it, row by row; beyond the picture's edge the outermost cell is
    repeated.
    """
    magnitude, orientation = _gradients(picture, rows, columns)
    histograms = np.empty((rows, columns, ORIENTATIONS), np.float32)
    for bin_ in range(ORIENTATIONS):
        off = np.abs((orientation - bin_ + ORIENTATIONS / 2) % ORIENTATIONS - ORIENTATIONS / 2)
        votes = magnitude * np.maximum(1 - off, 0)  # linear interpolation between the two nearest bins
        histograms[:, :, bin_] = votes.reshape(rows, CELL_PIXELS, columns, CELL_PIXELS).mean(axis=(1, 3))
    padded = np.pad(histograms, ((1, 1), (1, 1), (0, 0)), mode="edge")
    neighbours = [padded[y : y + rows, x : x + columns] for y in range(BLOCK) for x in range(BLOCK)]
    blocks = np.concatenate(neighbours, axis=2)
    normalised: np.ndarray = blocks / np.maximum(np.linalg.norm(blocks, axis=2, keepdims=True), MIN_NORM)
    return normalised


def mirror_order() -> np.ndarray:
    """For each of the 72 numbers of a cell, ``(72,) int64``, the one that replaces it when the picture is mirrored."""
    order = np.arange(BLOCK * BLOCK * ORIENTATIONS).reshape(BLOCK, BLOCK, ORIENTATIONS)
    mirrored_bins = -np.arange(ORIENTATIONS) % ORIENTATIONS  # a direction a becomes half a turn less a
    return order[:, ::-1][:, :, mirrored_bins].reshape(-1)


def _gradients(picture: np.ndarray, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude and orientation (in bins, modulo :data:`ORIENTATIONS`) of the gradient at every pixel of a picture that
    is resized to :data:`CELL_PIXELS` per cell: ``(H, W) float32`` each."""
    import cv2  # with the first use: opening a collection stays light

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    size = columns * CELL_PIXELS, rows * CELL_PIXELS
    if grey.shape[::-1] != size:
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if grey.shape[1] > size[0] else cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(grey.astype(np.float32) / 255, (0, 0), 1.0)
    across, down = cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1)
    magnitude = np.sqrt(np.hypot(across, down) / 8)  # the root, so that one strong edge does not outweigh the others
    return magnitude, np.arctan2(down, across) * (ORIENTATIONS / np.pi)
