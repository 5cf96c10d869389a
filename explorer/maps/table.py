"""A map as a table and as JSON: a row for each point."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.collection.csv_cells import write_rows
from explorer.geometry import Box
from explorer.maps.drawn import DrawnMap
from explorer.plates.origin import Origin, origin_of
from explorer.workspace import Workspace

_COLUMNS = ("id", "file", "title", "artist", "date", "x", "y", "cluster", "faithfulness")
_BOX = ("x0", "y0", "x1", "y1")
"""Of a detail, in pixels of the original."""


def rows(workspace: Workspace, drawn: DrawnMap) -> Iterator[dict[str, Any]]:
    """A record for each point: its work, its place ``x, y`` (0 to 1, from the left and from the top), the group it is
    in, the share of its true neighbours that the map keeps; of details the box, too."""
    known = {work.id: work for work in workspace.collection.works()}
    points, layout = drawn.layout.points, drawn.layout
    for number, row in enumerate(points.works.tolist()):
        work = known.get(workspace.tables.works[row])
        if work is None:  # removed since the map was laid out
            continue
        x, y = layout.xy[number].tolist()
        record = {
            "id": work.id, "file": work.file, "title": work.title, "artist": work.artist,
            "date": work.date or work.value("year"), "x": round(x, 5), "y": round(y, 5),
            "cluster": drawn.group(number), "faithfulness": round(float(drawn.kept.kept[number]), 3),
        }  # fmt: skip
        if points.kind == "regions":
            box = Box(*points.boxes[number].tolist()).to_pixels(work.width, work.height)
            record |= dict(zip(_BOX, box, strict=True))
        yield record


def write_csv(workspace: Workspace, drawn: DrawnMap, path: Path) -> None:
    """Write the rows as a table for a spreadsheet, whole or not at all."""
    headings = (*_COLUMNS, *(_BOX if drawn.layout.points.kind == "regions" else ()))
    write_rows(path, headings, ([record[name] for name in headings] for record in rows(workspace, drawn)))


def map_json(workspace: Workspace, drawn: DrawnMap) -> dict[str, Any]:
    """The map as JSON: what it shows, how it was made, how honest it is, its groups and its points."""
    layout, origin = drawn.layout, origin_of(workspace)
    return {
        "settings": layout.settings.to_json(), "kind": layout.settings.kind, "layout": layout.settings.layout,
        "caption": layout.caption, "chosen": layout.points.note, "without": layout.aside, "aspect": layout.aspect,
        "grid": list(layout.grid) if layout.grid else None,
        "axes": [{"title": axis.title, "start": axis.start, "end": axis.end} for axis in layout.axes],
        "faithfulness": round(drawn.kept.mean, 4),
        "clusters": [
            {"level": cluster.level, "name": cluster.name, "words": list(cluster.names.words),
             "terms": list(cluster.names.terms), "count": cluster.count, "x": round(cluster.xy[0], 5),
             "y": round(cluster.xy[1], 5)}
            for cluster in drawn.clusters.clusters
        ],
        "origin": _origin(origin),
        "points": list(rows(workspace, drawn)),
    }  # fmt: skip


def _origin(origin: Origin) -> dict[str, str]:
    return {"model": origin.model, "settings": origin.settings, "version": origin.version, "date": origin.date}
