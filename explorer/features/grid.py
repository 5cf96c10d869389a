"""From a grid of patch vectors to region vectors: multi-scale, overlapping, and every one with its box.

One pass of the model gives a grid; every region is an average over part of that grid, so no crop is ever encoded
twice. The layout of square windows at several scales with a fixed least overlap follows R-MAC (Tolias, Sicre and
Jégou, "Particular object retrieval with integral max-pooling of CNN activations", ICLR 2016, section 3), with
averages in place of maxima: patch tokens of a transformer are signed and their mean is their natural summary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box


@dataclass(frozen=True)
class FeatureMap:
    """Patch vectors over a whole picture: ``vectors`` is ``(rows, columns, D) float32`` (float16 as stored, which
    :func:`resample` takes as well).

    The grid always covers the picture exactly, so cell ``(r, c)`` is the place
    ``c / columns, r / rows, (c + 1) / columns, (r + 1) / rows`` of it. The last ``antisymmetric`` numbers of a vector
    change their sign when the picture is mirrored, the others stay.
    """

    vectors: np.ndarray
    antisymmetric: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.vectors.shape[0], self.vectors.shape[1]

    def mirrored(self) -> FeatureMap:
        """The map of the picture in a mirror. (The model may see that a little differently.)"""
        return FeatureMap(mirror_vectors(self.vectors[:, ::-1], self.antisymmetric), self.antisymmetric)


def mirror_vectors(vectors: np.ndarray, antisymmetric: int) -> np.ndarray:
    """Vectors ``(..., D)`` as they are of mirrored places: the last ``antisymmetric`` numbers change their sign.

    >>> mirror_vectors(np.array([1.0, 2.0, 3.0]), antisymmetric=1)
    array([ 1.,  2., -3.])
    """
    signs = np.ones(vectors.shape[-1], dtype=np.float32)
    signs[vectors.shape[-1] - antisymmetric :] = -1
    return vectors * signs


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Vectors along the last axis scaled to length 1, as ``float32``; zero vectors stay zero.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    vectors = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


def resample(features: FeatureMap, box: Box, rows: int, columns: int, spread: float = 1.0) -> FeatureMap:
    """The part of a map inside ``box``, averaged onto a grid of ``rows`` by ``columns`` cells of unit length.

    The same as :func:`pool` over the new cells' boxes, in two products: first down, then across. Each new cell covers
    ``spread`` times its own width and height, so that from 1 on neighbours overlap.
    """
    down = _shares(box.y0, box.y1, rows, features.shape[0], spread)
    across = _shares(box.x0, box.x1, columns, features.shape[1], spread)
    top, left = (np.flatnonzero(shares.any(axis=0)) for shares in (down, across))
    held = (slice(top[0], top[-1] + 1), slice(left[0], left[-1] + 1))
    part = np.asarray(features.vectors[held], dtype=np.float32)
    tall = (down[:, held[0]] @ part.reshape(len(part), -1)).reshape(rows, part.shape[1], -1)
    return FeatureMap(unit_rows(np.matmul(across[:, held[1]], tall)), features.antisymmetric)


def _shares(start: float, end: float, parts: int, cells: int, spread: float) -> np.ndarray:
    """How much of each of ``cells`` equal cells lies in each of ``parts`` equal parts of ``start`` to ``end``, parts
    that are then made ``spread`` times as long: ``(parts, cells) float32``."""
    edges = np.linspace(start, end, parts + 1)[:, None] * cells
    more = (spread - 1) / 2 * (edges[1] - edges[0])
    places = np.arange(cells)
    inside = np.minimum(edges[1:] + more, places + 1) - np.maximum(edges[:-1] - more, places)
    return np.clip(inside, 0, None).astype(np.float32)
