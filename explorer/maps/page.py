"""A map as one page of HTML that is complete in itself: pan, zoom, hover, search; opened from disk it loads nothing.

Its script and style are ``assets/pages/map_page.js`` and ``.css``; data and sheets of thumbnails are in it. What it may
load or run is said in the page (Content Security Policy): its own style, the pictures that are in it, and the one
script with that hash.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from explorer.files import replacing
from explorer.maps.atlas import CELLS, GROUND, SHEET, atlas
from explorer.maps.drawn import DrawnMap
from explorer.maps.packed import listing
from explorer.maps.plane import Axis
from explorer.maps.sheet import round_numbers
from explorer.paths import ASSETS
from explorer.plates.origin import origin_of
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

SCRIPT, STYLE = ASSETS / "pages" / "map_page.js", ASSETS / "pages" / "map_page.css"
MOST_POINTS = 20_000
"""Points of one page; of more, the most telling."""
_LARGE_UP_TO = 2_000
"""Works up to which the larger thumbnails are in the page."""
_PICTURES_UP_TO = 20_000
"""Works of the collection up to which there are thumbnails at all."""


def write_page(
    workspace: Workspace, drawn: DrawnMap, path: Path, title: str = "", progress: Progress = silent
) -> list[str]:
    """Write the page, whole or not at all; returns what it leaves out, in sentences."""
    shown = np.sort(np.argsort(drawn.ranks.rank)[:MOST_POINTS])
    count = len(workspace.tables.works)
    cell = CELLS[1] if count <= _LARGE_UP_TO else CELLS[0]
    sheets = atlas(workspace, cell, progress).sheets if count <= _PICTURES_UP_TO else ()
    record = page_record(workspace, drawn, shown, title or f"A map of {workspace.name}")
    record |= {"cell": cell, "across": SHEET // cell, "sheets": len(sheets), "ground": list(GROUND)}
    script = SCRIPT.read_text("utf-8")
    with replacing(path) as file:
        file.write(_head(record, script, STYLE.read_text("utf-8")).encode("utf-8", "replace"))
        for number, sheet in enumerate(sheets):
            file.write(f'<img hidden alt="" id="sheet-{number}" src="data:image/jpeg;base64,'.encode())
            file.write(b64encode(sheet.read_bytes()) + b'">\n')
        file.write(f"<script>{script}</script>\n</body>\n</html>\n".encode())
    left = len(drawn.layout) - len(shown)
    return [f"The page has the {len(shown):,} most telling points of {len(drawn.layout):,}."] if left else []


def page_record(workspace: Workspace, drawn: DrawnMap, shown: np.ndarray, title: str) -> dict[str, Any]:
    """What the page's script is given. Texts are plain: the script sets them as text."""
    layout, origin = drawn.layout, origin_of(workspace)
    points = layout.points
    works = listing(workspace, layout)
    number_of = {work["row"]: number for number, work in enumerate(works)}
    kept = [number for number in shown.tolist() if int(points.works[number]) in number_of]
    return {
        "title": title, "caption": f"{layout.caption} {drawn.kept.sentence}", "aspect": layout.aspect,
        "grid": layout.grid, "kind": points.kind,
        "foot": f"Brueghel Explorer {origin.version} · model {origin.model} · settings {origin.settings} · "
                f"{origin.date}",
        "works": works,
        "work": [number_of[int(points.works[number])] for number in kept],
        "x": [round(float(value), 5) for value in layout.xy[kept, 0]],
        "y": [round(float(value), 5) for value in layout.xy[kept, 1]],
        "rank": drawn.ranks.rank[kept].tolist(),
        "box": np.round(points.boxes[kept], 4).astype(float).round(4).ravel().tolist()
               if points.kind == "regions" else [],
        "labels": [
            {"level": cluster.level, "name": cluster.name, "count": cluster.count, "x": round(cluster.xy[0], 4),
             "y": round(cluster.xy[1], 4)}
            for cluster in drawn.clusters.clusters
        ],
        "axes": [_axis(axis) for axis in layout.axes],
    }  # fmt: skip


def _axis(axis: Axis) -> dict[str, Any]:
    span = axis.end - axis.start
    values = round_numbers(axis.start, axis.end) if axis.title and span else []
    return {"title": axis.title, "ticks": [[round((value - axis.start) / span, 5), f"{value:g}"] for value in values]}


def _head(record: dict[str, Any], script: str, style: str) -> str:
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
              "base-uri 'none'; form-action 'none'")  # fmt: skip
    # no "</script>" and no "<!--" can end the block of data
    data = json.dumps(record, ensure_ascii=True).replace("<", "\\u003c")
    title = escape(str(record["title"]))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1>\n"
        '<label>Search <input type="search" id="search" autocomplete="off"></label> <output id="found"></output>\n'
        '<span class="zoom"><button type="button" id="in" aria-label="Zoom in">+</button>'
        '<button type="button" id="out" aria-label="Zoom out">−</button>'
        '<button type="button" id="all">All</button></span></header>\n'
        '<main><canvas id="map" tabindex="0" aria-label="The map. Arrow keys move it, plus and minus zoom."></canvas>'
        '<div id="tip" role="status" hidden></div><ul id="matches" hidden></ul></main>\n'
        f'<footer><p>{escape(str(record["caption"]))}</p><p class="small">{escape(str(record["foot"]))}</p></footer>\n'
        f'<script type="application/json" id="data">{data}</script>\n'
    )
