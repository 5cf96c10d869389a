"""The works of a collection as points of a map, each by the vector of its whole picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.maps.points import Points
from explorer.workspace import Workspace


@dataclass(frozen=True)
class WorkMap:
    """Where works lie on the map: ``xy (N, 2) float32`` in 0 to 1, in the order of ``works`` (ids)."""

    works: tuple[str, ...]
    xy: np.ndarray


def work_points(workspace: Workspace) -> Points:
    """All works of the tables."""
    tables = workspace.tables
    first = np.asarray(tables.first_region[:-1])
    note = f"All {len(first):,} works, each by its whole picture."
    return Points("works", np.arange(len(first)), first, tables.region_boxes[first], tables.whole(), note)
