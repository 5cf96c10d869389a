"""What a map is coloured by, and the columns that are offered for it."""

from __future__ import annotations

import gzip
import json

import numpy as np

from explorer.errors import ExplorerError
from explorer.maps.colours import CLUSTER, MOTIF, Colouring, by_cluster, by_column, by_motif
from explorer.maps.plane import numeric_columns
from explorer.motifs.current import known_motifs
from explorer.ui import colours, views
from explorer.ui.map_making import HeldMap
from explorer.workspace import Workspace

GROUPS, MOTIFS = "groups", "motifs"
"""How the page calls the colourings that are no columns; a column of that name comes first."""


def offered(workspace: Workspace) -> views.Props:
    """The columns that can colour a map, which of them are labels, those of numbers, and the one that says most."""
    works = workspace.collection.works()
    values = {name: [work.value(name) for work in works] for name in workspace.collection.columns()}
    columns = colours.offered(values)
    kept = {column.name for column in workspace.collection.kept.all()}
    return {
        "columns": columns, "labels": [name for name in columns if name in kept],
        "numbers": numeric_columns(works, list(values)),
        "telling": colours.telling_column({name: values[name] for name in columns}),
        "motifs": _has_motifs(workspace),
    }  # fmt: skip


def colouring(held: HeldMap, name: str) -> Colouring:
    """The colouring by a column, by :data:`GROUPS` or by :data:`MOTIFS`. Raises :class:`ExplorerError` for none of
    these."""
    points, columns = held.drawn.layout.points, held.workspace.collection.columns()
    if name in (GROUPS, CLUSTER) and name not in columns:
        return by_cluster(held.drawn.clusters)
    if name in (MOTIFS, MOTIF) and name not in columns:
        return by_motif(held.workspace, points)
    return by_column(held.workspace, points, name)


def block(made: Colouring) -> bytes:
    """A colouring as the browser gets it, compressed: the length of a header in JSON (uint32), the header padded to a
    multiple of 4 bytes, and the codes (uint16, little-endian, row by row)."""
    header = json.dumps(made.legend()).encode()
    header = header.ljust(len(header) + -len(header) % 4)
    codes = np.ascontiguousarray(made.codes, dtype="<u2").tobytes()
    return gzip.compress(np.array([len(header)], "<u4").tobytes() + header + codes, 6)


def _has_motifs(workspace: Workspace) -> bool:
    try:
        return bool(known_motifs(workspace))
    except ExplorerError:
        return False
