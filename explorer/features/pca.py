"""A smaller space for what describes a cell, fitted on the collection itself: centred PCA, whitened if asked.

A cell is described by the model's patch vector and, if wanted, by a gradient histogram (:mod:`explorer.features.hog`),
either weighed as a whole. Centring takes away what all cells of all pictures share (and what makes every cosine high);
keeping the leading directions makes grids small enough to store for every work. Whitening for retrieval: Jégou and
Chum, "Negative evidences and co-occurences in image retrieval", ECCV 2012; of gradient histograms: Hariharan, Malik and
Ramanan, "Discriminative decorrelation for clustering and classification", ECCV 2012.

Directions are either symmetric or antisymmetric: what lies along a symmetric one stays when a picture is mirrored,
along an antisymmetric one it changes its sign. So a mirrored detail can be searched for without computing
anything anew.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.hog import mirror_order

DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile)
"""What reading a missing, truncated or altered ``.npz`` file raises."""


@dataclass(frozen=True)
class Reduction:
    """``unit_rows((x - mean) @ matrix)`` of cells ``x (N, D)``, each a patch vector of unit length, then its
    histograms: ``mean`` is ``(D,)``, ``matrix`` is ``(D, d)``, ``float32``, its last ``antisymmetric`` directions
    antisymmetric."""

    mean: np.ndarray
    matrix: np.ndarray
    antisymmetric: int = 0

    @property
    def dims(self) -> int:
        return self.matrix.shape[1]

    def apply(self, features: FeatureMap, histograms: np.ndarray | None = None) -> FeatureMap:
        """The reduced map, its cells of unit length; ``histograms (rows, columns, E)`` if it was fitted with them."""
        cells = _described(features.vectors.reshape(-1, features.vectors.shape[2]), histograms)
        return FeatureMap(unit_rows((cells - self.mean) @ self.matrix).reshape(*features.shape, -1), self.antisymmetric)

    def save(self, path: Path) -> None:
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            np.savez(file, mean=self.mean, matrix=self.matrix, odd=self.antisymmetric)
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Reduction | None:
        """What was saved, or None when it is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["mean"], stored["matrix"], int(stored["odd"]))
        except DAMAGED:
            return None


def _described(cells: np.ndarray, histograms: np.ndarray | None = None) -> np.ndarray:
    """Cells ``(N, D + E) float32``: their patch vectors ``(N, D)`` at unit length, followed by their histograms."""
    unit = unit_rows(cells)
    return unit if histograms is None else np.concatenate([unit, histograms.reshape(len(unit), -1)], axis=1)


def fit_reduction(
    cells: np.ndarray, dims: int, whitening: float, histograms: np.ndarray | None = None, weight: float = 1.0
) -> Reduction:
    """Principal directions of a sample of cells.

    ``cells (N, D)`` are patch vectors, ``histograms (N, E)`` what lies round the same cells; they count ``weight``
    times as much, whatever either varies by itself. ``dims`` directions are kept (0, or more than there are, keeps
    all); ``whitening`` is the power of equalisation, from 0 (none) to 1 (every direction has the same variance). Signs
    are fixed, so the same sample gives the same reduction.

    >>> reduction = fit_reduction(np.array([[1.0, 0.1], [-1.0, 0.1], [0.9, -0.1]]), dims=1, whitening=0)
    >>> reduction.matrix.shape
    (2, 1)
    """
    own = cells.shape[1]
    cells = _described(cells, histograms)
    swapped = np.arange(cells.shape[1])
    if histograms is not None:
        swapped[own:] = own + mirror_order()
    mean = cells.mean(axis=0)
    mean = (mean + mean[swapped]) / 2
    centred = (cells - mean).astype(np.float64)
    weights = np.ones(cells.shape[1])
    if histograms is not None:
        variances = centred.var(axis=0)
        weights[own:] = weight * np.sqrt(variances[:own].sum() / max(variances[own:].sum(), 1e-12))
    centred *= weights
    symmetric, antisymmetric = (_principal((centred + sign * centred[:, swapped]) / 2) for sign in (1, -1))
    variances = np.concatenate([symmetric[0], antisymmetric[0]])
    directions = np.concatenate([symmetric[1], antisymmetric[1]], axis=1)
    is_antisymmetric = np.arange(len(variances)) >= len(symmetric[0])
    kept = np.argsort(-variances, kind="stable")[: dims or None]
    kept = kept[np.argsort(is_antisymmetric[kept], kind="stable")]
    variances, directions = variances[kept], directions[:, kept]
    directions = directions * np.where(directions[np.abs(directions).argmax(axis=0), range(len(kept))] < 0, -1.0, 1.0)
    floor = max(variances.max(), 1e-12) * 1e-6
    matrix = weights[:, None] * directions * np.maximum(variances, floor) ** (-whitening / 2)
    return Reduction(mean.astype(np.float32), matrix.astype(np.float32), int(is_antisymmetric[kept].sum()))


def _principal(centred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variances and directions ``(D, n)`` in which a sample varies at all, the greatest first."""
    variances, directions = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    real = np.flatnonzero(variances > max(variances[-1], 1e-12) * 1e-9)[::-1]
    return variances[real], directions[:, real]
