"""A map as the browser gets it: one block of bytes, a header and arrays.

::

    bytes 0 to 3      "MAP1"
    bytes 4 to 7      uint32: length of the header in bytes, a multiple of 4
    header            JSON in UTF-8, blanks at its end
    arrays            one after another, each little-endian and begun at a multiple of 4 bytes

The header has ``settings``, ``kind``, ``count`` (N), ``aspect``, ``grid`` ([columns, rows] or null), ``axes``,
``caption``, ``faithfulness`` (the mean, 0 to 1), ``levels`` (``sides`` and ``counts``, see
:mod:`explorer.maps.typical`), ``labels`` (of groups: ``level, name, words, terms, count, x, y``), ``colours`` (legends,
see :class:`explorer.maps.colours.Colouring`) and ``arrays``: a list of ``name, type, shape, offset``, the offset from
the first byte of the block. Arrays, row i of point i:

``xy`` uint16 (N, 2)
    place, 0 (left, top) to 65535 (right, bottom) of the plane
``work`` uint32 (N,)
    row of its work in the tables; :func:`listing` says what these are
``region`` uint32 (N,)
    row of its region in the tables, for a link back
``rank`` uint32 (N,)
    0 for the one to be shown first
``faithfulness`` uint8 (N,)
    0 to 255: the share of its true neighbours that are near it on the map
``box`` uint16 (N, 4)
    where it lies in its work, 0 to 65535 of width and height; only for regions
``colour0``, ``colour1`` … uint16 (N, S)
    codes of each colouring
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer.maps.clusters import Clusters
from explorer.maps.colours import Colouring
from explorer.maps.faithful import Faithfulness
from explorer.maps.layouts import Layout
from explorer.maps.typical import Ranks
from explorer.workspace import Workspace

MAGIC = b"MAP1"
_FULL = 65_535


def packed(
    layout: Layout, ranks: Ranks, kept: Faithfulness, clusters: Clusters, colours: Sequence[Colouring] = ()
) -> bytes:
    """The block of a map. 100,000 details are 2.6 MB, and 0.2 MB more for each colouring with one value a point."""
    arrays: dict[str, np.ndarray] = {
        "xy": _whole_numbers(layout.xy),
        "work": layout.points.works.astype("<u4"),
        "region": layout.points.regions.astype("<u4"),
        "rank": ranks.rank.astype("<u4"),
        "faithfulness": np.round(kept.kept * 255).astype(np.uint8),
    }
    if layout.points.kind == "regions":
        arrays["box"] = _whole_numbers(layout.points.boxes)
    arrays |= {f"colour{number}": colouring.codes.astype("<u2") for number, colouring in enumerate(colours)}
    header = {
        "settings": layout.settings.to_json(), "kind": layout.settings.kind, "count": len(layout),
        "aspect": layout.aspect, "grid": layout.grid, "axes": [asdict(axis) for axis in layout.axes],
        "caption": layout.caption, "aside": layout.aside, "faithfulness": round(kept.mean, 4),
        "levels": {"sides": ranks.sides, "counts": ranks.counts}, "labels": _labels(clusters),
        "colours": [colouring.legend() for colouring in colours],
    }  # fmt: skip
    return _block(header, arrays)


def unpacked(block: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays of a block, for tests and scripts."""
    if block[:4] != MAGIC:
        raise ValueError("not a map")
    length = int(np.frombuffer(block, "<u4", 1, 4)[0])
    header = json.loads(block[8 : 8 + length])
    arrays = {
        name: np.frombuffer(block, kind, int(np.prod(shape)), offset).reshape(shape)
        for name, kind, shape, offset in header["arrays"]
    }
    return header, arrays


def listing(workspace: Workspace, layout: Layout) -> list[dict[str, Any]]:
    """The works that are on a map: ``row`` (in the tables), ``id``, ``title``, ``artist``, ``date``, ``width``,
    ``height`` (pixels of the original); plain text, to be escaped where it becomes HTML."""
    known = {work.id: work for work in workspace.collection.works()}
    rows = [(row, known.get(workspace.tables.works[row])) for row in np.unique(layout.points.works).tolist()]
    return [
        {"row": row, "id": work.id, "title": work.title, "artist": work.artist, "date": work.date or work.value("year"),
         "width": work.width, "height": work.height}
        for row, work in rows
        if work
    ]  # fmt: skip


def _block(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """The header's own length is padded to one that is known beforehand, so that offsets can be in it."""
    offset, parts, placed = 0, list[bytes](), list[list[Any]]()
    for name, array in arrays.items():
        encoded = array.tobytes()
        padding = -len(encoded) % 4
        placed.append([name, array.dtype.newbyteorder("<").str, list(array.shape), offset])
        parts += [encoded, b"\0" * padding]
        offset += len(encoded) + padding
    longest = len(json.dumps({**header, "arrays": placed})) + 16 * len(placed)
    length = longest + -longest % 4
    for each in placed:
        each[3] += 8 + length
    written = json.dumps({**header, "arrays": placed}).encode().ljust(length)
    return MAGIC + np.array([length], "<u4").tobytes() + written + b"".join(parts)


def _labels(clusters: Clusters) -> list[dict[str, Any]]:
    return [
        {"level": cluster.level, "number": cluster.number, "name": cluster.name, "words": cluster.names.words,
         "terms": cluster.names.terms, "count": cluster.count, "x": round(cluster.xy[0], 4),
         "y": round(cluster.xy[1], 4)}
        for cluster in clusters.clusters
    ]  # fmt: skip


def _whole_numbers(shares: np.ndarray) -> np.ndarray:
    return np.round(np.clip(shares, 0, 1) * _FULL).astype("<u2")
