"""The features computed for all works of a collection, as memory-mapped arrays: grids of cells, regions, key points.

A folder of tables is written once under another name, renamed when whole, and never changed afterwards. Opening one
reads headers only; pages come from disk as searches touch them. For ``N`` works with ``C`` cells, ``R`` regions and
``K`` key points in all, each in the order of the works::

    works.json                            [[id, content hash], ...]
    shapes.npy             (N, 2) int32   rows and columns of each work's grid
    cells.npy              (C, d) float16 reduced cells, unit rows, each grid row by row
    coarse_cells.npy       (., d) float16 each grid halved once, twice and so on (explorer.features.pyramid)
    region_counts.npy      (N,) int32     regions of each work
    region_boxes.npy       (R, 4) float32
    region_vectors.npy     (R, d) float16 regions for comparing details, unit rows
    region_joint.npy       (R, P) float16 regions in the joint space of pictures and words, unit rows
    key_counts.npy         (N,) int32     key points of each work
    key_places.npy         (K, 2) float32
    key_descriptors.npy    (K, 128) uint8
    reduction.npz                         the PCA that made the cells
    reference_cells.npy    (M, d) float16 a sample of all cells
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.features.pca import DAMAGED, Reduction
from explorer.features.pyramid import coarse_shapes, coarser
from explorer.files import replacing
from explorer.geometry import Box
from explorer.verification import KeyPoints
from explorer.workspace.array_writer import ArrayWriter

REDUCTION_FILE = "reduction.npz"
REFERENCE_CELLS = "reference_cells"
_REFERENCE_WORKS, _REFERENCE_COUNT = 200, 6000
_GROWING = ("cells", "coarse_cells", "region_boxes", "region_vectors", "region_joint", "key_places", "key_descriptors")
_ARRAYS = (*_GROWING, "shapes", "region_counts", "key_counts")
TABLE_FILES = ("works.json", REDUCTION_FILE, *(f"{name}.npy" for name in (*_ARRAYS, REFERENCE_CELLS)))
"""Files that are written together with the tables, the index apart."""


@dataclass(frozen=True)
class WorkFeatures:
    """What indexing computes for one work, stores, and never computes again."""

    cells: np.ndarray
    """``(rows, columns, d) float16``: the reduced grid, cells of unit length."""
    boxes: np.ndarray
    """``(R, 4) float32``; the first is the whole picture."""
    vectors: np.ndarray
    """``(R, d) float16``: regions for comparing details, unit rows."""
    joint: np.ndarray
    """``(R, P) float16``: regions in the joint space of pictures and words, unit rows; the first is the model's own
    vector of the whole picture."""
    points: KeyPoints
    """Key points of the picture."""

    def save(self, path: Path) -> None:
        """Write all of it to one ``.npz`` file, whole or not at all."""
        with replacing(path) as file:
            np.savez(
                file, cells=self.cells, boxes=self.boxes, vectors=self.vectors, joint=self.joint,
                places=self.points.places, descriptors=self.points.descriptors,
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> WorkFeatures | None:
        """What was saved, or None when it is missing or damaged: then it is computed again."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                points = KeyPoints(stored["places"], stored["descriptors"])
                return cls(stored["cells"], stored["boxes"], stored["vectors"], stored["joint"], points)
        except DAMAGED:
            return None


class Tables:
    """All works' features, opened. Works are numbered by row, regions by a row of their own.

    Raises :class:`ExplorerError` when a file is missing or damaged, or the files do not belong together.
    """

    def __init__(self, folder: Path) -> None:
        try:
            text = (folder / "works.json").read_text("utf-8")
            listing = [(str(work), str(content)) for work, content in json.loads(text)]
            arrays = {name: _mapped(folder / f"{name}.npy") for name in _ARRAYS}
            _check_together(listing, arrays)
        except (OSError, ValueError, EOFError, TypeError) as error:
            raise ExplorerError(f"The index in {folder} is damaged ({error}); index the collection again.") from error
        self.folder = folder
        self.works: tuple[str, ...] = tuple(work for work, _ in listing)
        """Ids, by row."""
        self.contents: tuple[str, ...] = tuple(content for _, content in listing)
        self.rows: dict[str, int] = {work: row for row, work in enumerate(self.works)}
        self.shapes: np.ndarray = np.asarray(arrays["shapes"])
        """``(N, 2)``: rows and columns of each work's grid."""
        self.region_boxes: np.ndarray = arrays["region_boxes"]
        self.region_vectors: np.ndarray = arrays["region_vectors"]
        self.region_joint: np.ndarray = arrays["region_joint"]
        counts = np.asarray(arrays["region_counts"])
        self.region_work: np.ndarray = np.repeat(np.arange(len(counts)), counts)
        """``(R,)``: the row of the work that a region lies in."""
        self.first_region: np.ndarray = np.concatenate([[0], np.cumsum(counts)])
        self._key_places, self._key_descriptors = arrays["key_places"], arrays["key_descriptors"]
        self._first_point = np.concatenate([[0], np.cumsum(np.asarray(arrays["key_counts"]))])
        self._cells = arrays["cells"]
        self._first_cell = np.concatenate([[0], np.cumsum(self.shapes.prod(axis=1))])
        self._coarse_cells = arrays["coarse_cells"]
        self._first_coarse = np.concatenate([[0], np.cumsum(_coarse_counts(self.shapes))])

    def cells(self, row: int) -> np.ndarray:
        """A work's grid as stored, ``(rows, columns, d) float16``."""
        start, end = self._first_cell[row], self._first_cell[row + 1]
        return self._cells[start:end].reshape(*self.shapes[row], -1)

    def grid(self, row: int) -> FeatureMap:
        """A work's grid, ready to compute with."""
        return FeatureMap(self.cells(row).astype(np.float32), self.reduction.antisymmetric)

    def coarse(self, row: int) -> list[np.ndarray]:
        """A work's grid halved once, twice and so on, each ``(rows, columns, d) float16``."""
        shapes = coarse_shapes(*self.shapes[row].tolist())
        stored = self._coarse_cells[self._first_coarse[row] : self._first_coarse[row + 1]]
        grids = np.split(stored, np.cumsum([rows * columns for rows, columns in shapes])[:-1])
        return [grid.reshape(*shape, -1) for grid, shape in zip(grids, shapes, strict=True)]

    def points(self, row: int) -> KeyPoints:
        """A work's key points."""
        point_rows = slice(self._first_point[row], self._first_point[row + 1])
        return KeyPoints(self._key_places[point_rows], self._key_descriptors[point_rows])

    def region_box(self, region: int) -> Box:
        """Where a region lies in its work."""
        return Box(*map(float, self.region_boxes[region]))

    def whole(self) -> np.ndarray:
        """Every work as one vector in the joint space, ``(N, P) float32``."""
        return self.region_joint[self.first_region[:-1]].astype(np.float32)

    @cached_property
    def first_equal(self) -> np.ndarray:
        """``(N,)``: for each work the row of the first work whose picture is the same file, often its own."""
        first: dict[str, int] = {}
        return np.array([first.setdefault(content, row) for row, content in enumerate(self.contents)], dtype=np.int64)

    @property
    def pictures(self) -> int:
        """How many different picture files the works have."""
        return int((self.first_equal == np.arange(len(self.works))).sum())

    @cached_property
    def equal_rows(self) -> dict[int, tuple[int, ...]]:
        """By row, the rows of all works whose picture is the same file, ascending; works that share theirs with no
        other are left out."""
        groups: dict[int, list[int]] = {}
        for row, first in enumerate(self.first_equal.tolist()):
            groups.setdefault(first, []).append(row)
        return {row: tuple(rows) for rows in groups.values() if len(rows) > 1 for row in rows}

    @cached_property
    def reduction(self) -> Reduction:
        """The PCA that made the cells; a query's cells go through the same one."""
        reduction = Reduction.load(self.folder / REDUCTION_FILE)
        if reduction is None:
            raise ExplorerError(f"The index in {self.folder} is damaged; index the collection again.")
        return reduction

    def rows_in(self, name: str, start: int, end: int) -> np.ndarray:
        """Rows of the works whose part of the array ``name`` has bytes from ``start`` to ``end`` of its file."""
        of_points = self._first_point if name.startswith("key_") else self.first_region
        first = {"cells": self._first_cell, "coarse_cells": self._first_coarse}.get(name, of_points)
        stored = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        size = max(stored[:1].nbytes, 1)
        low, high = (start - stored.offset) // size, -(-(end - stored.offset) // size)
        return np.flatnonzero((first[1:] > low) & (first[:-1] < high) & (first[1:] > first[:-1]))

    def features(self, row: int) -> WorkFeatures:
        """All that is stored of a work, to be carried over into the next tables."""
        regions = slice(self.first_region[row], self.first_region[row + 1])
        return WorkFeatures(
            self.cells(row), self.region_boxes[regions], self.region_vectors[regions], self.region_joint[regions],
            self.points(row),
        )  # fmt: skip


def reference_cells(tables: Tables) -> np.ndarray:
    """A sample of a collection's cells, ``(M, d) float16``: some of each of up to 200 works, chosen by the works'
    content hashes, so that the sample depends neither on a query nor on the works' names or order."""
    rows = sorted(range(len(tables.works)), key=lambda row: tables.contents[row])[:_REFERENCE_WORKS]
    per_work = max(1, _REFERENCE_COUNT // len(rows))
    samples: list[np.ndarray] = []
    for row in rows:
        cells = tables.cells(row)
        cells = cells.reshape(-1, cells.shape[-1])
        rng = np.random.default_rng(int(tables.contents[row][:8], 16))
        samples.append(cells[np.sort(rng.permutation(len(cells))[:per_work])])
    return np.concatenate(samples)


def write_tables(folder: Path, works: Sequence[tuple[str, str]], features: Iterable[WorkFeatures]) -> None:
    """Write the tables of ``works`` (id, content hash) into a new ``folder``, one work in memory at a time.

    ``features`` come in the order of the works. The reduction and the reference cells are left to the caller.
    """
    folder.mkdir(parents=True)
    shapes: list[tuple[int, ...]] = []
    region_counts: list[int] = []
    key_counts: list[int] = []
    writers = {name: ArrayWriter(folder / f"{name}.npy") for name in _GROWING}
    for work in features:
        shapes.append(work.cells.shape[:2])
        region_counts.append(len(work.boxes))
        key_counts.append(len(work.points))
        writers["cells"].append(work.cells.reshape(-1, work.cells.shape[-1]))
        for grid in coarser(work.cells):
            writers["coarse_cells"].append(grid.reshape(-1, grid.shape[-1]).astype(np.float16))
        writers["region_boxes"].append(work.boxes)
        writers["region_vectors"].append(work.vectors)
        writers["region_joint"].append(work.joint)
        writers["key_places"].append(work.points.places)
        writers["key_descriptors"].append(work.points.descriptors)
    for writer in writers.values():
        writer.close()
    np.save(folder / "shapes.npy", np.array(shapes, dtype=np.int32).reshape(-1, 2))
    np.save(folder / "region_counts.npy", np.array(region_counts, dtype=np.int32))
    np.save(folder / "key_counts.npy", np.array(key_counts, dtype=np.int32))
    (folder / "works.json").write_text(json.dumps(list(works)), "utf-8")


def _check_together(listing: list[tuple[str, str]], arrays: dict[str, np.ndarray]) -> None:
    """Raises ValueError unless the files agree on how many works, cells, regions and key points there are."""
    shapes, counts = arrays["shapes"], arrays["region_counts"]
    region_totals = {len(arrays[name]) for name in ("region_boxes", "region_vectors", "region_joint")}
    if len(shapes) != len(listing) or len(counts) != len(listing) or shapes.shape[1:] != (2,):
        raise ValueError("its files speak of different works")
    point_counts = {len(arrays["key_places"]), len(arrays["key_descriptors"])}
    if len(arrays["key_counts"]) != len(listing) or point_counts != {int(arrays["key_counts"].sum())}:
        raise ValueError("its files speak of different works")
    cells = (int(shapes.prod(axis=1).sum()), sum(_coarse_counts(shapes)))
    if region_totals != {int(counts.sum())} or (len(arrays["cells"]), len(arrays["coarse_cells"])) != cells:
        raise ValueError("its files do not belong together")


def _mapped(path: Path) -> np.ndarray:
    """An array in a file, as a plain array: slices of numpy's own memory-mapped kind take longer to make."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _coarse_counts(shapes: np.ndarray) -> list[int]:
    return [sum(rows * columns for rows, columns in coarse_shapes(*shape)) for shape in shapes.tolist()]
