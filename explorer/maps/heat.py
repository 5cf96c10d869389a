"""Where on the canvas some details sit: densities over a grid, as values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIDE = 24


@dataclass(frozen=True)
class Placement:
    """Where boxes lie in their works, all works drawn as one square."""

    share: np.ndarray
    """``(G, G) float32``, rows from the top: the share of the boxes that cover each cell, parts counted as parts."""
    against: np.ndarray | None
    """``(G, G) float32``: how many times as often as the boxes that they were chosen from do; None without those, 1
    where none of those covers the cell."""
    count: int

    def to_json(self) -> dict[str, object]:
        """As a front draws it, three digits each."""
        times = None if self.against is None else np.round(self.against.astype(float), 3).tolist()
        return {"count": self.count, "share": np.round(self.share.astype(float), 3).tolist(), "times": times}


def placement(boxes: np.ndarray, among: np.ndarray | None = None, side: int = SIDE) -> Placement:
    """Where the ``boxes (B, 4)``, fractions of their works, sit; ``among (A, 4)`` are all boxes that might have been
    chosen: windows lie closer in the middle of a picture, which says nothing of a choice."""
    share = coverage(boxes, side)
    if among is None or not len(among):
        return Placement(share, None, len(boxes))
    usual = coverage(among, side)
    times = np.where(usual > 0, share / np.where(usual > 0, usual, 1), 1.0)
    return Placement(share, times.astype(np.float32), len(boxes))


def coverage(boxes: np.ndarray, side: int) -> np.ndarray:
    """The mean share of each cell of a grid that boxes cover, ``(side, side) float32``.

    >>> coverage(np.array([[0.0, 0.0, 0.5, 1.0], [0.0, 0.0, 1.0, 1.0]]), 2).tolist()
    [[1.0, 0.5], [1.0, 0.5]]
    """
    if not len(boxes):
        return np.zeros((side, side), np.float32)
    lines = np.arange(side, dtype=np.float64) / side
    x0, y0, x1, y1 = np.asarray(boxes, dtype=np.float64).T
    across, down = (
        np.clip((np.minimum(end[:, None], lines + 1 / side) - np.maximum(start[:, None], lines)) * side, 0, 1)
        for start, end in ((x0, x1), (y0, y1))
    )
    return np.asarray((down.T @ across) / len(boxes), dtype=np.float32)
