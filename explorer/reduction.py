"""A smaller space for patch vectors, fitted on the collection itself: centred PCA, whitened if asked.

Centring takes away what all patches of all pictures share (and what makes every cosine high); keeping the leading
directions makes grids small enough to store for every work. Whitening for retrieval: Jégou and Chum, "Negative
evidences and co-occurences in image retrieval", ECCV 2012.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.regions import FeatureMap, unit_rows

DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile)
"""What reading a missing, truncated or altered ``.npz`` file raises."""


@dataclass(frozen=True)
class Reduction:
    """``unit_rows((unit_rows(x) - mean) @ matrix)``: ``mean`` is ``(D,)``, ``matrix`` is ``(D, d)``, ``float32``."""

    mean: np.ndarray
    matrix: np.ndarray

    @property
    def dims(self) -> int:
        return self.matrix.shape[1]

    def apply(self, features: FeatureMap) -> FeatureMap:
        """The reduced map, its cells of unit length."""
        rows, columns = features.shape
        flat = unit_rows(features.vectors.reshape(rows * columns, -1))
        return FeatureMap(unit_rows((flat - self.mean) @ self.matrix).reshape(rows, columns, -1))

    def save(self, path: Path) -> None:
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            np.savez(file, mean=self.mean, matrix=self.matrix)
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Reduction | None:
        """What was saved, or None when it is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["mean"], stored["matrix"])
        except DAMAGED:
            return None


def fit_reduction(cells: np.ndarray, dims: int, whitening: float) -> Reduction:
    """Principal directions of a sample of patch vectors.

    ``cells`` is ``(N, D)``; ``dims`` directions are kept (0, or more than there are, keeps all); ``whitening`` is
    the power of equalisation, from 0 (none) to 1 (every direction has the same variance). Signs are fixed, so the
    same sample gives the same reduction.

    >>> reduction = fit_reduction(np.array([[1.0, 0.1], [-1.0, 0.1], [0.9, -0.1]]), dims=1, whitening=0)
    >>> reduction.matrix.shape
    (2, 1)
    """
    cells = unit_rows(cells)
    mean = cells.mean(axis=0)
    centred = (cells - mean).astype(np.float64)
    variances, directions = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    keep = min(dims or cells.shape[1], cells.shape[1])
    variances, directions = variances[::-1][:keep], directions[:, ::-1][:, :keep]
    directions = directions * np.where(directions[np.abs(directions).argmax(axis=0), range(keep)] < 0, -1.0, 1.0)
    floor = max(variances[0], 1e-12) * 1e-6
    matrix = directions * np.maximum(variances, floor) ** (-whitening / 2)
    return Reduction(mean, matrix.astype(np.float32))
