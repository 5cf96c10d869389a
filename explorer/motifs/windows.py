"""Square windows over a work at many scales, each described by its layout: what candidates of recurring details are
retrieved by.

The mean of a region forgets where in it things lie (:mod:`explorer.features.regions`). A window is described by its
four by four cells in their order, as a HOG template is (Dalal and Triggs, CVPR 2005). Where a detail recurs, some of
its windows cover nearly the same part of it in both works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap, mirror_vectors, resample
from explorer.geometry import Box

SIDE = 4
"""Cells along each side of a window."""
_BETWEEN = 2**-0.5  # sizes are apart by the square root of two: between a grid and the same halved lies one more


@dataclass(frozen=True)
class Windows:
    """Windows of one work: ``boxes (W, 4) float32``, fractions; ``cells (W, SIDE * SIDE, d) float32``."""

    boxes: np.ndarray
    cells: np.ndarray

    def described(self) -> np.ndarray:
        """Each as one vector, ``(W, SIDE * SIDE * d) float16``."""
        return self.cells.astype(np.float16).reshape(len(self.cells), -1)

    def mirrored(self, antisymmetric: int) -> Windows:
        """The same windows, each mirrored in itself."""
        grid = self.cells.reshape(len(self.cells), SIDE, SIDE, self.cells.shape[2])
        return Windows(self.boxes, mirror_vectors(grid[:, :, ::-1], antisymmetric).reshape(self.cells.shape))


@dataclass(frozen=True)
class Layer:
    """A work's grid of one size, ``cells (rows, columns, d)``, and how ``rare (rows, columns)`` each is, 0 to 1."""

    cells: np.ndarray
    rare: np.ndarray


def layers_of(grids: Sequence[np.ndarray], rarity: Callable[[np.ndarray], np.ndarray]) -> list[Layer]:
    """The grids whose windows are ever larger by the square root of two; ``grids`` are a work's own and those of its
    pyramid, ``(rows, columns, d)``, finest first. ``rarity`` says of cells ``(N, d)`` how rare each is, ``(N,)``."""
    return [
        Layer(cells, rarity(cells.reshape(-1, cells.shape[2])).reshape(cells.shape[:2]))
        for cells in _half_octaves(grids)
    ]


def rarest_windows(layers: Sequence[Layer], stride: int, most: int) -> Windows:
    """Of all windows that are ``stride`` cells apart, the ``most`` whose cells are the least common."""
    places = [_places(layer.rare.shape, stride) for layer in layers]
    rare = [
        _views(layer.rare[..., None])[tuple(place.T)].mean(axis=(1, 2, 3))
        for layer, place in zip(layers, places, strict=True)
    ]
    order = np.argsort(-np.concatenate(rare), kind="stable")[:most]
    kept = np.split(np.sort(order), np.searchsorted(np.sort(order), np.cumsum([len(each) for each in rare])[:-1]))
    boxes, cells, before = [], [], 0
    for layer, place, chosen in zip(layers, places, kept, strict=True):
        at = place[chosen - before]
        before += len(place)
        rows, columns, dims = layer.cells.shape
        views = _views(layer.cells)[tuple(at.T)].transpose(0, 2, 3, 1)
        cells.append(views.reshape(len(at), SIDE * SIDE, dims))
        corners = np.stack([at[:, 1], at[:, 0], at[:, 1] + SIDE, at[:, 0] + SIDE], axis=1)
        boxes.append(corners / np.array([columns, rows, columns, rows]))
    return Windows(np.concatenate(boxes).astype(np.float32), np.concatenate(cells).astype(np.float32))


def _half_octaves(grids: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """The grids but the finest, and between each and the next one of a size between; none smaller than a window."""
    for number, grid in enumerate(grids):
        if number and min(grid.shape[:2]) >= SIDE:
            yield np.asarray(grid, np.float32)
        rows, columns = (round(count * _BETWEEN) for count in grid.shape[:2])
        if min(rows, columns) >= SIDE:
            yield resample(FeatureMap(grid), Box.whole(), rows, columns).vectors


def _views(grid: np.ndarray) -> np.ndarray:
    """All windows of a grid ``(rows, columns, d)``: ``(rows - 3, columns - 3, d, SIDE, SIDE)``, not copied."""
    return np.lib.stride_tricks.sliding_window_view(grid, (SIDE, SIDE), axis=(0, 1))


def _places(shape: tuple[int, ...], stride: int) -> np.ndarray:
    """Upper left cells ``(W, 2)``, row and column, of windows ``stride`` apart that together touch all edges."""
    starts = [np.unique(np.linspace(0, count - SIDE, -(-(count - SIDE) // stride) + 1).round()) for count in shape[:2]]
    return np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1).reshape(-1, 2).astype(int)
