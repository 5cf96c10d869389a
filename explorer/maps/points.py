"""What the points of a map stand for: works, or regions of works (details)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Points:
    """``N`` points; row ``i`` of each array is of point ``i``."""

    kind: str
    """``works`` or ``regions``."""
    works: np.ndarray
    """``(N,) int64``: rows of the works in the tables."""
    regions: np.ndarray
    """``(N,) int64``: rows of the regions in the tables; of a work that of the whole picture."""
    boxes: np.ndarray
    """``(N, 4) float32``: where each lies in its work."""
    vectors: np.ndarray
    """``(N, D)``: of works in the joint space of pictures and words, of regions those that details are compared by."""
    note: str
    """How they were chosen, a sentence."""

    def __len__(self) -> int:
        return len(self.works)

    def only(self, kept: np.ndarray) -> Points:
        """Some of them, by their numbers or a mask."""
        return replace(self, works=self.works[kept], regions=self.regions[kept], boxes=self.boxes[kept],
                       vectors=self.vectors[kept])  # fmt: skip
