"""Grids of patch vectors over a picture: mirroring, and resampling of a box onto a grid of another size.

One pass of the model gives a grid. Every region, query and placement is averaged from it, so no crop is ever encoded
again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box

_SIGN_AND_NUMBER = np.uint32(0x8FFFE000).astype(np.int32)  # bits of a float32 that a float16 has as well
_EXPONENT_OFFSET = np.float32(2.0**112)


@dataclass(frozen=True)
class FeatureMap:
    """Patch vectors over a whole picture: ``vectors`` is ``(rows, columns, D) float32`` (or float16, as stored, which
    :func:`resample` takes as well).

    The grid covers the picture exactly: cell ``(r, c)`` is the box
    ``c / columns, r / rows, (c + 1) / columns, (r + 1) / rows`` of it. The last ``antisymmetric`` components of a
    vector change their sign when the picture is mirrored, the others stay.
    """

    vectors: np.ndarray
    antisymmetric: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.vectors.shape[0], self.vectors.shape[1]

    def mirrored(self) -> FeatureMap:
        """The map of the horizontally mirrored picture.

        An approximation where the vectors are a network's, which may see a mirrored picture a little differently.
        """
        return FeatureMap(mirror_vectors(self.vectors[:, ::-1], self.antisymmetric), self.antisymmetric)


def mirror_vectors(vectors: np.ndarray, antisymmetric: int) -> np.ndarray:
    """Vectors ``(..., D)`` of mirrored cells: the last ``antisymmetric`` components change their sign.

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


def widened(halves: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Finite ``float16`` values as ``float32``, exactly, into ``out`` if given; other values are cast as numpy does.

    numpy casts halves one by one. Their sign, exponent and fraction shifted to where a ``float32`` has them give a
    number that is too small by the difference of the exponents' offsets, 112; that takes a sixth of the time.
    """
    if out is None:
        out = np.empty(halves.shape, np.float32)
    if halves.dtype != np.float16:
        out[...] = halves
        return out
    bits = out.view(np.int32)
    bits[...] = halves.view(np.int16)
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, _SIGN_AND_NUMBER, out=bits)
    np.multiply(out, _EXPONENT_OFFSET, out=out)
    return out


def resample(features: FeatureMap, box: Box, rows: int, columns: int, spread: float = 1.0) -> FeatureMap:
    """The cells of a map inside ``box``, averaged by area onto a grid of ``rows`` by ``columns`` cells of unit length.

    ``box`` must meet the picture. Each new cell averages over ``spread`` times its own width and height, so that
    above 1 neighbours overlap. With 1 the result is that of :func:`explorer.features.regions.pool` over the new cells'
    boxes, in two matrix products: first along the columns, then along the rows.
    """
    row_weights = _overlaps(box.y0, box.y1, rows, features.shape[0], spread)
    column_weights = _overlaps(box.x0, box.x1, columns, features.shape[1], spread)
    top, left = (np.flatnonzero(weights.any(axis=0)) for weights in (row_weights, column_weights))
    covered = (slice(top[0], top[-1] + 1), slice(left[0], left[-1] + 1))
    cells = widened(features.vectors[covered])
    by_rows = (row_weights[:, covered[0]] @ cells.reshape(len(cells), -1)).reshape(rows, cells.shape[1], -1)
    return FeatureMap(unit_rows(np.matmul(column_weights[:, covered[1]], by_rows)), features.antisymmetric)


def _overlaps(start: float, end: float, intervals: int, cells: int, spread: float) -> np.ndarray:
    """Lengths that intervals share with cells, in cells: ``(intervals, cells) float32``.

    The cells divide 0 to 1 equally, the intervals ``start`` to ``end``; each interval is then made ``spread`` times as
    long about its middle.
    """
    edges = np.linspace(start, end, intervals + 1)[:, None] * cells
    more = (spread - 1) / 2 * (edges[1] - edges[0])
    cell_starts = np.arange(cells)
    inside = np.minimum(edges[1:] + more, cell_starts + 1) - np.maximum(edges[:-1] - more, cell_starts)
    overlaps: np.ndarray = np.clip(inside, 0, None).astype(np.float32)
    return overlaps
