"""A smaller space for the description of a cell, fitted on the collection itself: centred PCA, optionally whitened.

A cell is described by the model's patch vector and, if wanted, by gradient histograms (:mod:`explorer.features.hog`),
which are weighted as a whole. Centring removes what all cells of all pictures share (and what makes every cosine high);
keeping the leading directions makes grids small enough to store for every work. Whitening for retrieval: Jégou and
Chum, "Negative evidences and co-occurences in image retrieval", ECCV 2012; of gradient histograms: Hariharan, Malik and
Ramanan, "Discriminative decorrelation for clustering and classification", ECCV 2012.

Every direction is either symmetric or antisymmetric: when a picture is mirrored, the components of its cells along the
symmetric directions stay, and those along the antisymmetric ones change their sign. So the cells of a mirrored detail
follow from those of the detail, and need not be computed again.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.hog import mirror_order
from explorer.files import replacing

_ROUNDING = 1e-4  # by which components that are equal may differ, as a share of them
DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile)
"""Exceptions that reading a missing, truncated or altered ``.npz`` file raises."""


@dataclass(frozen=True)
class Reduction:
    """``unit_rows((x - mean) @ matrix)`` of cells ``x (N, D)``.

    A cell ``x`` is a patch vector of unit length followed by its gradient histograms. ``mean`` is ``(D,)``, ``matrix``
    ``(D, d)``, both ``float32``; the last ``antisymmetric`` columns of the matrix are the antisymmetric directions.
    """

    mean: np.ndarray
    matrix: np.ndarray
    antisymmetric: int = 0

    @property
    def dims(self) -> int:
        """Dimensions after the reduction."""
        return int(self.matrix.shape[1])

    def apply(self, features: FeatureMap, histograms: np.ndarray | None = None) -> FeatureMap:
        """The reduced map, its cells of unit length.

        ``histograms (rows, columns, E)`` must be given if, and only if, the reduction was fitted with them.
        """
        cells = _described(features.vectors.reshape(-1, features.vectors.shape[2]), histograms)
        return FeatureMap(unit_rows((cells - self.mean) @ self.matrix).reshape(*features.shape, -1), self.antisymmetric)

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file that is complete or not there at all."""
        with replacing(path) as file:
            np.savez(file, mean=self.mean, matrix=self.matrix, odd=self.antisymmetric)

    @classmethod
    def load(cls, path: Path) -> Reduction | None:
        """What :meth:`save` wrote, or None when the file is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["mean"], stored["matrix"], int(stored["odd"]))
        except DAMAGED:
            return None


def fit_reduction(
    cells: np.ndarray, dims: int, whitening: float, histograms: np.ndarray | None = None, weight: float = 1.0
) -> Reduction:
    """Fit a reduction on a sample of cells.

    ``cells (N, D)`` are patch vectors, ``histograms (N, E)`` the gradient histograms of the same cells; ``weight`` is
    the ratio of the histograms' total standard deviation to the patch vectors'. ``dims`` directions are kept (0, or
    more than there are, keeps all); ``whitening`` is the power of equalisation, from 0 (none) to 1 (every direction has
    the same variance). Signs are fixed, so the same sample gives the same reduction.

    >>> reduction = fit_reduction(np.array([[1.0, 0.1], [-1.0, 0.1], [0.9, -0.1]]), dims=1, whitening=0)
    >>> reduction.matrix.shape
    (2, 1)
    """
    patch_dims = cells.shape[1]
    cells = _described(cells, histograms)
    order = np.arange(cells.shape[1])  # of the components of a mirrored cell
    if histograms is not None:
        order[patch_dims:] = patch_dims + mirror_order()
    mean = cells.mean(axis=0)
    mean = (mean + mean[order]) / 2
    centred = (cells - mean).astype(np.float64)
    weights = np.ones(cells.shape[1])
    if histograms is not None:
        weights[patch_dims:] = weight * _equalising_factor(centred.var(axis=0), patch_dims)
    centred *= weights
    variances, directions, antisymmetric = _leading(centred, order, dims)
    floor = max(variances.max(), 1e-12) * 1e-6
    matrix = weights[:, None] * directions * np.maximum(variances, floor) ** (-whitening / 2)
    return Reduction(mean.astype(np.float32), matrix.astype(np.float32), antisymmetric)


def _described(cells: np.ndarray, histograms: np.ndarray | None = None) -> np.ndarray:
    """Cells ``(N, D + E) float32``: their patch vectors ``(N, D)`` at unit length, followed by their histograms."""
    unit = unit_rows(cells)
    return unit if histograms is None else np.concatenate([unit, histograms.reshape(len(unit), -1)], axis=1)


def _equalising_factor(variances: np.ndarray, patch_dims: int) -> float:
    """The factor by which histograms must be scaled so that they vary as much in all as the patch vectors."""
    return float(np.sqrt(variances[:patch_dims].sum() / max(variances[patch_dims:].sum(), 1e-12)))


def _leading(centred: np.ndarray, order: np.ndarray, dims: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The ``dims`` (0: all) directions of greatest variance: their variances ``(d,)``, the directions ``(D, d)``,
    symmetric ones first, and the number of antisymmetric ones.

    ``order (D,)`` are the components of a mirrored cell. A cell is the sum of a symmetric and an antisymmetric part,
    and with mirrored pictures in the sample the two are uncorrelated, so each has principal directions of its own.
    """
    symmetric = _principal((centred + centred[:, order]) / 2)
    antisymmetric = _principal((centred - centred[:, order]) / 2)
    variances, directions = (np.concatenate(both, axis=-1) for both in zip(symmetric, antisymmetric, strict=True))
    is_antisymmetric = np.arange(len(variances)) >= len(symmetric[0])
    kept = np.argsort(-variances, kind="stable")[: dims or None]
    kept = kept[np.argsort(is_antisymmetric[kept], kind="stable")]
    return variances[kept], _with_fixed_signs(directions[:, kept]), int(is_antisymmetric[kept].sum())


def _principal(centred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variances ``(n,)`` and directions ``(D, n)`` in which a sample varies at all, the greatest first."""
    variances, directions = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    nonzero = np.flatnonzero(variances > max(variances[-1], 1e-12) * 1e-9)[::-1]
    return variances[nonzero], directions[:, nonzero]


def _with_fixed_signs(directions: np.ndarray) -> np.ndarray:
    """Directions ``(D, n)`` with signs such that the component of greatest magnitude is positive.

    Of components that are as great but for rounding the first counts: an antisymmetric direction has each twice, with
    both signs.
    """
    magnitudes = np.abs(directions)
    first = (magnitudes > (1 - _ROUNDING) * magnitudes.max(axis=0)).argmax(axis=0)
    return directions * np.where(directions[first, range(directions.shape[1])] < 0, -1.0, 1.0)
