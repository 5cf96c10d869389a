"""Where the open picture, the present results, and words lie on a map, with what they are most like."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.maps.placing import likeness_vectors, place
from explorer.search.standing import note
from explorer.ui import incoming, views
from explorer.ui.map_making import HeldMap
from explorer.ui.searching import CollectionContext

SCATTERED = "What it is like lies in different parts of the map: its place says little, the lines say more."
NEAR = 12
"""Neighbours that lines lead to."""


def placed(context: CollectionContext, held: HeldMap, sent: Any) -> views.Props:
    """Where a thing lies: ``{"words"}``, or ``{"kind", "key", "box"}`` of a work or of a visitor's picture. ``xy`` is
    its place, ``near`` the numbers of the points that it is most like, best first. Raises :class:`ExplorerError` for
    what is not there."""
    layout, workspace = held.drawn.layout, context.workspace
    words = incoming.words(incoming.record(sent).get("words"))
    if words:
        vector, joint, called = workspace.encoder.words([words])[0], True, f"“{words}”"
        warning = note(workspace, words)
    else:
        step = context.step({**incoming.record(sent), "box": incoming.record(sent).get("box")})
        joint = layout.points.kind == "works"
        called, warning = context.title(step), ""
        if step.kind == "work":
            vector = _of_work(held, step.key, step.box or Box.whole(), joint)
        elif joint:
            vector = workspace.whole(context.uploads / step.key)
        else:
            raise ExplorerError("A picture of your own is placed on the map of works: choose that map.")
    query = np.asarray(vector, np.float32).ravel()
    found = place(layout, likeness_vectors(workspace, layout, joint=joint), query, NEAR)
    if found is None:
        raise ExplorerError("There is nothing on this map.")
    said = " ".join(filter(None, (warning, SCATTERED if found.is_scattered else "")))
    return {
        "xy": [round(side, 5) for side in found.xy], "near": found.near.tolist(), "called": called, "note": said,
        "cosines": [round(float(cosine), 3) for cosine in found.cosines],
    }  # fmt: skip


def lit(held: HeldMap, text: str) -> views.Props:
    """The rows, in the tables, of the works that a search of the catalogue finds."""
    rows = held.workspace.tables.rows
    found: list[Work] = held.workspace.collection.find(text) if text else []
    return {"rows": [rows[work.id] for work in found if work.id in rows], "count": len(found)}


def _of_work(held: HeldMap, work: str, box: Box, joint: bool) -> np.ndarray:
    """The vector of the region of a work that shares most ground with a box."""
    tables, row = held.workspace.tables, held.workspace.row(work)
    first, end = int(tables.first_region[row]), int(tables.first_region[row + 1])
    region = first
    if box != Box.whole():
        region += max(range(end - first), key=lambda number: tables.region_box(first + number).iou(box))
    return np.asarray((tables.region_joint if joint else tables.region_vectors)[region], np.float32)
