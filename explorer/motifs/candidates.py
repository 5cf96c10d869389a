"""Candidates of recurring details: windows of different works that are nearer to each other than to all others.

The windows of every work are looked up in an index of those of all (:mod:`explorer.motifs.windows`), as they are and
mirrored. Sky, ground and frames are near to the same in many works; what recurs in a few works is near to those and far
from the rest. So the cosine of a pair counts by how far it lies above those with further neighbours, much as in
cross-domain similarity local scaling (Conneau et al., "Word translation without parallel data", ICLR 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.features.grid import unit_rows
from explorer.geometry import Box
from explorer.index import build_index
from explorer.motifs.windows import layers_of, rarest_windows
from explorer.workspace import Workspace

IN_INDEX, LOOKED_UP = 200, 300
"""Windows of a work that are put into the index, two cells apart, and that are looked up in it, a cell apart: of all
those whose cells are the least common in the collection. One side must be dense for windows on a copy to lie alike."""
DIMS = 256
"""Numbers that describe a window after PCA."""
NEIGHBOURS = 64
"""Nearest windows that are looked up of each, its own work's among them."""
_WHITENING = 0.25  # power by which PCA directions are equalised
_ENGINE = "hnsw?M=16&ef_construction=100&ef=80"
_FURTHER = (5, 15)  # ranks, among works, of the neighbours that show how common a window is
_SAMPLE = 6000  # windows that the PCA is fitted on
_EVERY = 4  # one in so many of the collection's reference cells tells how rare a cell is
_PLACES = 3  # candidate places kept of a pair of works
_LOOKED_AT = 60  # pairs of windows looked at for each pair of works that is wanted
_BLOCK = 20_000  # windows that are reduced at a time


@dataclass(frozen=True)
class PairOfPlaces:
    """A place on each of two works (rows in the tables) that may show the same; ``mirrored`` where one is reversed.
    ``score`` is how much nearer they are to each other than to what is further, a difference of cosines."""

    rows: tuple[int, int]
    boxes: tuple[Box, Box]
    mirrored: bool
    score: float


@dataclass(frozen=True)
class Neighbours:
    """The windows of all works, and those near to each in other works.

    Looked up were windows with ``boxes (Q, 4)`` of the works ``work (Q,)``, by row. Of each, ``near (Q, K) int64`` are
    the nearest windows in the index, one of a work, nearest first, and -1 where there are fewer; these have
    ``near_boxes (N, 4)`` and ``near_work (N,)``. ``scores (Q, K)`` are scaled cosines; ``mirrored (Q, K)``.
    """

    boxes: np.ndarray
    work: np.ndarray
    near_boxes: np.ndarray
    near_work: np.ndarray
    near: np.ndarray
    scores: np.ndarray
    mirrored: np.ndarray

    @classmethod
    def none(cls) -> Neighbours:
        """Where no work has a window."""
        boxes, rows, near = np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros((0, NEIGHBOURS), np.int64)
        return cls(boxes, rows, boxes, rows, near, near.astype(np.float32), near.astype(bool))

    def pairs(self, most: int) -> list[PairOfPlaces]:
        """The best places of the ``most`` pairs of works with the highest scores, best first, a few of each pair."""
        window, rank = np.nonzero(self.near >= 0)
        order = np.argsort(-self.scores[window, rank], kind="stable")[: most * _LOOKED_AT]
        places: dict[tuple[int, int], list[PairOfPlaces]] = {}
        for number in order.tolist():
            pair = self._pair(int(window[number]), int(rank[number]))
            if pair.rows[0] > pair.rows[1]:
                pair = PairOfPlaces(pair.rows[::-1], pair.boxes[::-1], pair.mirrored, pair.score)
            if pair.rows not in places and len(places) >= most:
                continue
            known = places.setdefault(pair.rows, [])
            if len(known) < _PLACES and not any(_alike(pair, earlier) for earlier in known):
                known.append(pair)
        return [pair for of_works in places.values() for pair in of_works]

    def around(self, row: int, box: Box, least: float) -> list[PairOfPlaces]:
        """The neighbours of the windows of one work that overlap a box by ``least`` (IoU), best first."""
        start, end = np.searchsorted(self.work, [row, row + 1])
        found = [
            self._pair(window, rank)
            for window in range(start, end)
            if Box(*self.boxes[window].tolist()).iou(box) >= least
            for rank in np.flatnonzero(self.near[window] >= 0).tolist()
        ]
        return sorted(found, key=lambda pair: -pair.score)

    def _pair(self, window: int, rank: int) -> PairOfPlaces:
        other = self.near[window, rank]
        rows = int(self.work[window]), int(self.near_work[other])
        boxes = Box(*self.boxes[window].tolist()), Box(*self.near_boxes[other].tolist())
        return PairOfPlaces(rows, boxes, bool(self.mirrored[window, rank]), float(self.scores[window, rank]))


def find_neighbours(workspace: Workspace, rows: np.ndarray, done: Callable[[int, int], None]) -> Neighbours:
    """The windows of the works in ``rows``, ascending, and their neighbours; ``done`` is told how many works have been
    read, of how many. The same tables give the same."""
    tables, windows = workspace.tables, _Windows()

    def rarity(cells: np.ndarray) -> np.ndarray:
        return workspace.distinctiveness(cells, _EVERY)

    for number, row in enumerate(rows.tolist()):
        layers = layers_of([tables.cells(row), *tables.coarse(row)], rarity)
        done(number + 1, len(rows))
        if not layers:  # a picture so narrow that no window fits into it
            continue
        indexed, looked_up = rarest_windows(layers, 2, IN_INDEX), rarest_windows(layers, 1, LOOKED_UP)
        windows.near_boxes.append(indexed.boxes)
        windows.indexed.append(indexed.described())
        windows.boxes.append(looked_up.boxes)
        windows.straight.append(looked_up.described())
        windows.mirrored.append(looked_up.mirrored(tables.reduction.antisymmetric).described())
        windows.rows.append(row)
    if not windows.rows:
        return Neighbours.none()
    near_work, work = (
        np.repeat(windows.rows, [len(each) for each in side]) for side in (windows.near_boxes, windows.boxes)
    )
    reduced = _Pca.of(windows.indexed)
    index = build_index(_ENGINE, reduced.applied(windows.indexed), threads=1)  # several make another graph each time
    found = [index.search(reduced.applied(side), NEIGHBOURS) for side in (windows.straight, windows.mirrored)]
    near, cosines = (np.concatenate([each[number] for each in found], axis=1) for number in (0, 1))
    mirrored = np.arange(near.shape[1]) >= near.shape[1] // 2
    near, cosines, reversed_ = _one_of_each_work(work, near_work, near, cosines, mirrored)
    return Neighbours(
        np.concatenate(windows.boxes), work, np.concatenate(windows.near_boxes), near_work,
        near, cosines - _common(cosines)[:, None], reversed_,
    )  # fmt: skip


@dataclass
class _Windows:
    """Descriptions of windows, one array a work, as they are gathered, and the works' rows."""

    rows: list[int] = field(default_factory=list)
    near_boxes: list[np.ndarray] = field(default_factory=list)
    indexed: list[np.ndarray] = field(default_factory=list)
    boxes: list[np.ndarray] = field(default_factory=list)
    straight: list[np.ndarray] = field(default_factory=list)
    mirrored: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True)
class _Pca:
    """``unit_rows((x - mean) @ matrix)``, fitted on a sample of windows."""

    mean: np.ndarray
    matrix: np.ndarray

    @classmethod
    def of(cls, windows: Sequence[np.ndarray]) -> _Pca:
        rng, share = np.random.default_rng(7), min(1.0, _SAMPLE / sum(map(len, windows)))
        sample = np.concatenate([each[rng.random(len(each)) <= share] for each in windows]).astype(np.float32)
        mean = sample.mean(axis=0)
        values, vectors = np.linalg.eigh((sample - mean).T @ (sample - mean) / len(sample))
        values, vectors = np.maximum(values[::-1][:DIMS], 1e-9), vectors[:, ::-1][:, :DIMS]
        return cls(mean, vectors / values**_WHITENING)

    def applied(self, windows: Sequence[np.ndarray]) -> np.ndarray:
        """``(W, DIMS) float32`` of all windows."""
        return np.concatenate([unit_rows((each.astype(np.float32) - self.mean) @ self.matrix) for each in windows])


def _one_of_each_work(
    work: np.ndarray, near_work: np.ndarray, near: np.ndarray, cosines: np.ndarray, mirrored: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each window the nearest one of every other work, at most :data:`NEIGHBOURS`, nearest first: numbers (-1 for
    none), cosines (-1 for none), and whether mirrored."""
    kept = np.full((len(near), NEIGHBOURS), -1, np.int64)
    kept_cosines, kept_mirrored = np.full(kept.shape, -1.0, np.float32), np.zeros(kept.shape, bool)
    for row in range(len(near)):
        order = np.argsort(-cosines[row], kind="stable")
        of_works = near_work[near[row, order]]
        _, first = np.unique(of_works, return_index=True)
        first = np.sort(first[of_works[first] != work[row]])[:NEIGHBOURS]
        chosen = order[first]
        kept[row, : len(first)] = near[row, chosen]
        kept_cosines[row, : len(first)] = cosines[row, chosen]
        kept_mirrored[row, : len(first)] = mirrored[chosen]
    return kept, kept_cosines, kept_mirrored


def _common(cosines: np.ndarray) -> np.ndarray:
    """How near each window is to what it does not recur in, ``(Q,)``: the mean cosine with its further neighbours."""
    further = cosines[:, slice(*_FURTHER)]
    counts = (further > -1).sum(axis=1)
    common: np.ndarray = np.where(further > -1, further, 0).sum(axis=1) / np.maximum(counts, 1)
    return common


def _alike(pair: PairOfPlaces, other: PairOfPlaces) -> bool:
    """Whether two pairs of the same works are about the same places."""
    return pair.mirrored == other.mirrored and all(
        box.iou(known) > 0.2 for box, known in zip(pair.boxes, other.boxes, strict=True)
    )
