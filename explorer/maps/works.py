"""The map of a collection's works: UMAP of their whole-picture vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.maps.projection import project, project_apart
from explorer.workspace import Workspace


@dataclass(frozen=True)
class WorkMap:
    """Where works lie on the map: ``xy (N, 2) float32`` in 0 to 1, in the order of ``works`` (ids)."""

    works: tuple[str, ...]
    xy: np.ndarray


def work_map(workspace: Workspace, *, apart: bool = False) -> WorkMap:
    """UMAP of the works' whole-picture vectors; computed once per state of the collection, then read from disk.

    ``apart`` computes it in a process of its own, as servers should: it takes as long and leaves no memory behind.
    """
    compute = project_apart if apart else project
    xy = workspace.cached("work-map", lambda: compute(workspace.tables.whole()))
    rows = workspace.present_rows()
    return WorkMap(tuple(workspace.tables.works[row] for row in rows), xy[rows])
