"""The details of a collection as points of a map: its regions, chosen evenly, and which of them count as neighbours.

A region's nearest regions are mostly its own surroundings: windows overlap. A map made of them shows each work as an
island. So windows of one work that share ground are never counted as neighbours of each other, and a map of details
brings together what is alike in different places.
"""

from __future__ import annotations

import numpy as np

from explorer.maps.neighbours import Done, comparable, nearest_others
from explorer.maps.points import Points
from explorer.maps.settings import MOST_REGIONS
from explorer.workspace import Workspace

KEPT = 30
"""Neighbours of each region that are kept."""
_ASKED = 70  # neighbours looked at for each, of which those that share ground with it are left aside
_EVERY = 8  # every eighth reference cell says how rare a region is
_STEP = 16_384  # regions at a time
_NEAR, _SHARED = 0.9, 0.5
"""Two windows of one work show the same where their cosine and the shared part of the smaller are above these."""


def region_points(workspace: Workspace, most: int = MOST_REGIONS) -> Points:
    """At most ``most`` regions of all works, as many of each as of any other as far as it has them, the rarest first
    (:meth:`Workspace.distinctiveness`); of two windows that show the same only the rarer."""
    tables = workspace.tables
    chosen = workspace.cached(f"map-chosen-{most}", lambda: _chosen(workspace, most)).astype(np.int64)
    every = len(tables.region_boxes) - len(tables.works)
    note = (
        f"{len(chosen):,} of {every:,} details, as evenly over the works as they have them: those that are rarest in "
        "the collection; of two that overlap and look the same, the rarer."
    )
    return Points("regions", tables.region_work[chosen], chosen, np.asarray(tables.region_boxes[chosen]),
                  np.asarray(tables.region_vectors[chosen]), note)  # fmt: skip


def region_neighbours(points: Points, metric: str, done: Done) -> tuple[np.ndarray, np.ndarray]:
    """The nearest :data:`KEPT` regions of each that share no ground with it, best first: rows ``(N, K)`` and cosines
    ``(N, K)``. Where too few are left among the nearest, those that share ground come last."""
    rows, cosines = nearest_others(comparable(points.vectors, metric), _ASKED, done)
    shares = (points.works[rows] == points.works[:, None]) & (
        shared_ground(points.boxes[:, None], points.boxes[rows]) > 0
    )
    order = np.argsort(shares, axis=1, kind="stable")[:, :KEPT]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(cosines, order, 1)


def shared_ground(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How much of the smaller of two boxes the other covers, 0 to 1; boxes ``(..., 4)``.

    >>> shared_ground(np.array([0, 0, 1, 1]), np.array([0.5, 0.5, 1.5, 1.0])).item()
    0.5
    """
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    common = np.clip(sides, 0, None).prod(axis=-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (first, second)]
    return np.asarray(common / np.maximum(np.minimum(*areas), 1e-12))


def _chosen(workspace: Workspace, most: int) -> np.ndarray:
    """Rows of the regions, ascending, ``int32``."""
    tables = workspace.tables
    rare = _rarity(workspace)
    ordered: list[np.ndarray] = []
    for row in range(len(tables.works)):
        regions = np.arange(tables.first_region[row] + 1, tables.first_region[row + 1])  # all but the whole work
        vectors = np.asarray(tables.region_vectors[regions], dtype=np.float32)
        kept = _distinct(vectors, np.asarray(tables.region_boxes[regions]), rare[regions])
        ordered.append(regions[kept])
    shares = even_shares([len(regions) for regions in ordered], most)
    chosen = [regions[:share] for regions, share in zip(ordered, shares, strict=True)]
    return np.sort(np.concatenate([*chosen, np.zeros(0, np.int64)])).astype(np.int32)


def _rarity(workspace: Workspace) -> np.ndarray:
    vectors = workspace.tables.region_vectors
    parts = [
        workspace.distinctiveness(np.asarray(vectors[start : start + _STEP], dtype=np.float32), _EVERY)
        for start in range(0, len(vectors), _STEP)
    ]
    return np.concatenate([*parts, np.zeros(0, np.float32)])


def _distinct(vectors: np.ndarray, boxes: np.ndarray, rare: np.ndarray) -> np.ndarray:
    """Numbers of a work's regions, the rarest first, without those that show the same as a rarer one."""
    order = np.argsort(-rare, kind="stable")
    same = (vectors @ vectors.T > _NEAR) & (shared_ground(boxes[:, None], boxes[None]) > _SHARED)
    kept: list[int] = []
    left_aside = np.zeros(len(order), dtype=bool)
    for number in order.tolist():
        if not left_aside[number]:
            kept.append(number)
            left_aside |= same[number]
    return np.array(kept, dtype=np.int64)


def even_shares(counts: list[int], most: int) -> list[int]:
    """How many of each to take so that at most ``most`` are taken in all and no one's share is cut while another's is
    larger by more than one.

    >>> even_shares([10, 2, 10], 12)
    [5, 2, 5]
    """
    shares = [0] * len(counts)
    left, waiting = most, sorted(range(len(counts)), key=lambda number: counts[number])
    for done, number in enumerate(waiting):
        shares[number] = min(counts[number], left // (len(counts) - done))
        left -= shares[number]
    return shares
