"""A map with all that is shown of it: places, groups and their names, the order of its points, and how honest it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.maps.clusters import NOTHING, USUAL_LEVEL, Clusters, clusters_of
from explorer.maps.colours import Colouring
from explorer.maps.faithful import Faithfulness, faithfulness
from explorer.maps.layouts import Layout, lay_out, neighbours_of, numbers_in, points_of
from explorer.maps.packed import packed
from explorer.maps.settings import MapSettings
from explorer.maps.typical import Ranks, ranks, typicality_of
from explorer.progress import Progress, silent
from explorer.workspace import Workspace


@dataclass(frozen=True)
class DrawnMap:
    """A map, ready for a front or a file."""

    layout: Layout
    ranks: Ranks
    kept: Faithfulness
    clusters: Clusters

    def packed(self, colours: Sequence[Colouring] = ()) -> bytes:
        """As the browser gets it, see :mod:`explorer.maps.packed`."""
        return packed(self.layout, self.ranks, self.kept, self.clusters, colours)

    def group(self, point: int) -> str:
        """The name of the group that a point is in, empty for none."""
        number = int(self.clusters.levels[USUAL_LEVEL, point])
        return "" if number == NOTHING else self.clusters.at(USUAL_LEVEL)[number].name


def draw(workspace: Workspace, settings: MapSettings, *, apart: bool = True, progress: Progress = silent) -> DrawnMap:
    """All of a map; see :func:`explorer.maps.layouts.lay_out` for what it raises and what is kept."""
    layout = lay_out(workspace, settings, apart=apart, progress=progress)
    everything = points_of(workspace, settings.kind)
    cosines = neighbours_of(workspace, everything, settings.metric, progress)[1]
    typical = typicality_of(np.asarray(cosines)[numbers_in(everything.regions, layout.points.regions)])
    kept = faithfulness(layout.xy, layout.near, layout.aspect)
    return DrawnMap(layout, ranks(layout.xy, typical, layout.aspect), kept, clusters_of(workspace, layout, apart=apart))
